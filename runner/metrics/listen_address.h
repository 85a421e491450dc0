/* SPDX-License-Identifier: MIT */
/*
 * Where to listen, as users write it.
 */
#ifndef COREBTF_RUNNER_LISTEN_ADDRESS_H
#define COREBTF_RUNNER_LISTEN_ADDRESS_H

#include <netinet/in.h>

#include "runtime/util/reason.h"

union listen_address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
};

/* "PORT", "ADDRESS:PORT", "[IPv6]:PORT", "localhost:PORT". -EINVAL with words. */
int listen_address_parse(const char *text, union listen_address *ret, struct reason *why);

#endif
