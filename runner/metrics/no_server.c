/* SPDX-License-Identifier: MIT */
/*
 * In the place of metrics_server.c where there is no libmicrohttpd to link with.
 */
#include "runner/metrics/metrics_server.h"

int metrics_server_start(struct metrics_server **ret, struct metrics *metrics, const char *address,
			 bool is_shared, struct reason *why)
{
	return reason_set(why, -EOPNOTSUPP,
			  "this program was built without libmicrohttpd and cannot serve metrics");
}

void metrics_server_stop(struct metrics_server *server)
{
}

int metrics_server_fd(const struct metrics_server *server)
{
	return -1;
}

void metrics_server_run(struct metrics_server *server)
{
}

const char *metrics_server_address(const struct metrics_server *server)
{
	return "";
}
