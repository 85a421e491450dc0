/* SPDX-License-Identifier: MIT */
/*
 * In: "[ADDRESS:]PORT". Out: a socket address. Names are not looked up, since a static program has
 * no resolver.
 */
#include "runner/metrics/listen_address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdlib.h>

static int parse_port(const char *text, in_port_t *ret)
{
	char *end;
	unsigned long port;

	if (*text < '0' || *text > '9')
		return -EINVAL;
	port = strtoul(text, &end, 10);
	if (*end || port > 65535)
		return -EINVAL;
	*ret = htons((uint16_t)port);
	return 0;
}

static int parse_host(const char *host, union listen_address *address)
{
	*address = (union listen_address){0};
	if (!*host || strcmp(host, "localhost") == 0)
		host = "127.0.0.1";
	if (inet_pton(AF_INET, host, &address->v4.sin_addr) == 1)
		address->v4.sin_family = AF_INET;
	else if (inet_pton(AF_INET6, host, &address->v6.sin6_addr) == 1)
		address->v6.sin6_family = AF_INET6;
	else
		return -EINVAL;
	return 0;
}

int listen_address_parse(const char *text, union listen_address *ret, struct reason *why)
{
	const char *colon = strrchr(text, ':'), *port = colon ? colon + 1 : text;
	size_t length = colon ? (size_t)(colon - text) : 0;
	bool has_brackets = length >= 2 && text[0] == '[' && text[length - 1] == ']';
	char host[INET6_ADDRSTRLEN] = "";
	union listen_address address = {0};
	int err = -EINVAL;

	if (has_brackets) {
		text++;
		length -= 2;
	}
	if (length < sizeof(host) && !(colon && !length)) {
		memcpy(host, text, length);
		err = parse_host(host, &address);
		if (!err && (address.any.sa_family == AF_INET6) != has_brackets)
			err = -EINVAL;
	}
	if (!err)
		err = parse_port(port, address.any.sa_family == AF_INET6 ? &address.v6.sin6_port
									 : &address.v4.sin_port);
	if (err)
		return reason_set(why, err,
				  "\"%.100s\" is no address to listen on: PORT, ADDRESS:PORT or "
				  "[IPv6]:PORT, in numbers",
				  text);
	*ret = address;
	return 0;
}
