/* SPDX-License-Identifier: MIT */
#include "runner/service/notify.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "embedder/util/cleanup.h"

int notify_send(const char *state)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *name = getenv("NOTIFY_SOCKET");
	size_t size = name ? strlen(name) : 0;
	_cleanup_close_ int fd = -1;

	if (!size)
		return 0;
	if ((name[0] != '/' && name[0] != '@') || size < 2 || size >= sizeof(address.sun_path))
		return -EINVAL;
	memcpy(address.sun_path, name, size);
	/* An abstract name starts with a NUL and ends by its length. */
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	else
		size++;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	return sendto(fd, state, strlen(state), MSG_NOSIGNAL, (const struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0
		       ? -errno
		       : 0;
}

bool notify_must_wait(void)
{
	return getenv(NOTIFY_WAIT_VARIABLE) != NULL;
}

void notify_wait(void)
{
	const char *number = getenv(NOTIFY_WAIT_VARIABLE);
	int fd = number ? atoi(number) : -1;
	char byte;

	if (fd < 3)
		return;
	while (read(fd, &byte, 1) < 0 && errno == EINTR)
		;
	close(fd);
}
