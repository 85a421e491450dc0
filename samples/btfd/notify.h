/* SPDX-License-Identifier: MIT */
/*
 * Reports the state of the service to the service manager, by the part of sd_notify(3)'s protocol
 * that a daemon needs. Each message is one datagram of NAME=VALUE lines to the socket that
 * the environment variable NOTIFY_SOCKET names: a path, or after a '@' a name in the abstract
 * namespace. Without the variable nothing is sent.
 */
#ifndef BTFD_NOTIFY_H
#define BTFD_NOTIFY_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd; /* -1: NOTIFY_SOCKET is not set */
	socklen_t address_size;
	struct sockaddr_un address;
};

/*
 * Reads NOTIFY_SOCKET. Returns 0 or a negative errno (-EINVAL: NOTIFY_SOCKET is neither a
 * path nor an abstract name, or too long); @notify can be used and closed in either case.
 */
int notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* The service is up, or is up again after a reload; @status is one line of text. */
int notify_ready(const struct notify *notify, const char *status);
int notify_reloading(const struct notify *notify);
int notify_stopping(const struct notify *notify);

#endif
