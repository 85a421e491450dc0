/* SPDX-License-Identifier: MIT */
/*
 * Tells the service manager how the service is doing: the protocol of sd_notify(3), of which this
 * is all that a daemon needs. Each message is one datagram of NAME=VALUE lines to the socket that
 * the environment variable NOTIFY_SOCKET names: a path, or after a '@' a name in the abstract
 * namespace. Without the variable nobody is listening, and nothing is sent.
 */
#ifndef BTFD_NOTIFY_H
#define BTFD_NOTIFY_H

#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

struct notify {
	int fd; /* -1: nobody asked */
	socklen_t address_size;
	struct sockaddr_un address;
};

/*
 * Looks whether somebody asked. Returns 0 or a negative errno (-EINVAL: NOTIFY_SOCKET is neither a
 * path nor an abstract name, or too long); @notify can be used and closed in either case.
 */
int notify_open(struct notify *notify);
void notify_close(struct notify *notify);

/* The service is up, or is up again after a reload; @status is one line for people. */
int notify_ready(const struct notify *notify, const char *status);
int notify_reloading(const struct notify *notify);
int notify_stopping(const struct notify *notify);

#endif
