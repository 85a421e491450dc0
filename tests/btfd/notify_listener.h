/* SPDX-License-Identifier: MIT */
/* The other end of sd_notify(3): a socket and the datagrams that arrived. */
#ifndef TESTS_BTFD_NOTIFY_LISTENER_H
#define TESTS_BTFD_NOTIFY_LISTENER_H

#include <stdbool.h>

struct notify_listener {
	int fd;
	char name[128];	 /* what NOTIFY_SOCKET is set to */
	char text[4096]; /* the last datagram */
};

/* @name: a path, or '@' and an abstract name. Fails the test on errors. */
void notify_listener_open(struct notify_listener *listener, const char *name);
void notify_listener_close(struct notify_listener *listener);

/* Waits for the next datagram; false when none came within a minute. */
bool notify_listener_next(struct notify_listener *listener);

/* Whether NAME=VALUE is a line of the last datagram. */
bool notify_listener_has(const struct notify_listener *listener, const char *line);

#endif
