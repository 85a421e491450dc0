/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "notify_listener.h"

#define A_MINUTE 60000 /* milliseconds */

void notify_listener_open(struct notify_listener *listener, const char *name)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t size = strlen(name);

	memset(listener, 0, sizeof(*listener));
	assert_true(size < sizeof(address.sun_path) && size < sizeof(listener->name));
	memcpy(listener->name, name, size);
	memcpy(address.sun_path, name, size);
	if (name[0] == '@')
		address.sun_path[0] = '\0';
	listener->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_true(listener->fd >= 0);
	assert_return_code(bind(listener->fd, (struct sockaddr *)&address,
				(socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)),
			   0);
}

void notify_listener_close(struct notify_listener *listener)
{
	close(listener->fd);
	if (listener->name[0] == '/')
		unlink(listener->name);
}

bool notify_listener_next(struct notify_listener *listener)
{
	struct pollfd wait = {.fd = listener->fd, .events = POLLIN};
	ssize_t size;

	if (poll(&wait, 1, A_MINUTE) != 1)
		return false;
	size = recv(listener->fd, listener->text, sizeof(listener->text) - 1, 0);
	assert_true(size >= 0);
	listener->text[size] = '\0';
	assert_int_equal(strlen(listener->text), size); /* no NUL in it */
	return true;
}

bool notify_listener_has(const struct notify_listener *listener, const char *line)
{
	size_t size = strlen(line);

	for (const char *at = listener->text; at; at = strchr(at, '\n')) {
		at += *at == '\n';
		if (!strncmp(at, line, size) && (at[size] == '\n' || !at[size]))
			return true;
	}
	return false;
}
