/* SPDX-License-Identifier: MIT */
/*
 * The page of metrics over HTTP, without TLS and without a thread: the caller polls a descriptor
 * among its own, so that maps and counters are read between two events.
 */
#ifndef COREBTF_RUNNER_METRICS_SERVER_H
#define COREBTF_RUNNER_METRICS_SERVER_H

#include <stdint.h>

#include <stdbool.h>

#include "runtime/util/reason.h"

struct metrics;
struct metrics_server;

/*
 * @address: "PORT" (loopback), "ADDRESS:PORT", "[IPv6]:PORT", "localhost:PORT"; port 0 is any free
 * one.
 * @metrics must outlive the server. -EINVAL: the address is none; -EOPNOTSUPP: this program was
 * built without libmicrohttpd; or the -errno of bind().
 */
int metrics_server_start(struct metrics_server **ret, struct metrics *metrics, const char *address,
			 bool is_shared, struct reason *why);
void metrics_server_stop(struct metrics_server *server);

/* Readable when there is work for metrics_server_run(). */
int metrics_server_fd(const struct metrics_server *server);
/* Takes requests and writes answers, as far as that goes without waiting. Also call it once a
 * second or so, for connections that have to be given up. */
void metrics_server_run(struct metrics_server *server);

/* "127.0.0.1:9435", for a message. */
const char *metrics_server_address(const struct metrics_server *server);

#endif
