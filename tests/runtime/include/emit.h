/* SPDX-License-Identifier: MIT */
#ifndef BUFFER_TEST_EMIT_H
#define BUFFER_TEST_EMIT_H

struct event {
	unsigned long long number;
	char text[48];
};

#define DISCARD 1 /* the program's second argument: reserve, but do not send */

#endif
