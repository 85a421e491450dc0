/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "notify.h"

int notify_open(struct notify *notify)
{
	const char *name = getenv("NOTIFY_SOCKET");
	size_t size;

	*notify = (struct notify){.fd = -1, .address.sun_family = AF_UNIX};
	if (!name || !*name)
		return 0;
	size = strlen(name);
	/* A path ends with its NUL; an abstract name has none and ends by its length. */
	if ((name[0] != '/' && name[0] != '@') || size < 2 ||
	    size >= sizeof(notify->address.sun_path))
		return -EINVAL;
	memcpy(notify->address.sun_path, name, size);
	notify->address_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size);
	if (name[0] == '@')
		notify->address.sun_path[0] = '\0';
	else
		notify->address_size++;

	notify->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return notify->fd < 0 ? -errno : 0;
}

void notify_close(struct notify *notify)
{
	if (notify->fd >= 0)
		close(notify->fd);
	notify->fd = -1;
}

static int send_text(const struct notify *notify, const char *text)
{
	ssize_t sent;

	if (notify->fd < 0)
		return 0;
	/* Not connected: the manager may have recreated its socket since the last time. */
	sent = sendto(notify->fd, text, strlen(text), MSG_NOSIGNAL,
		      (const struct sockaddr *)&notify->address, notify->address_size);
	return sent < 0 ? -errno : 0;
}

int notify_ready(const struct notify *notify, const char *status)
{
	char text[1024];

	snprintf(text, sizeof(text), "READY=1\nSTATUS=%s", status);
	/* A line break in the status would be read as the next variable. */
	for (char *at = strchr(text, '\n') + 1; *at; at++) {
		if (*at == '\n')
			*at = ' ';
	}
	return send_text(notify, text);
}

int notify_reloading(const struct notify *notify)
{
	struct timespec now;
	char text[128];

	/* By the time the manager knows which READY=1 answers its signal. */
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%" PRIu64 "\nSTATUS=reloading",
		 (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000);
	return send_text(notify, text);
}

int notify_stopping(const struct notify *notify)
{
	return send_text(notify, "STOPPING=1\nSTATUS=stopping");
}
