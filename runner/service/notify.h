/* SPDX-License-Identifier: MIT */
/*
 * Tells a service manager how far we are: one datagram to the socket in $NOTIFY_SOCKET, as
 * sd_notify(3) describes it. Without that variable nothing is done.
 */
#ifndef COREBTF_RUNNER_NOTIFY_H
#define COREBTF_RUNNER_NOTIFY_H

#include <stdbool.h>

/* @state: lines such as "READY=1\nSTATUS=tracing". 0 or a negative errno. */
int notify_send(const char *state);

/* Set by `corebtf run --watch`: the number of a pipe, at whose end the runner may print. Until then
 * another runner is there, which this one replaces. */
#define NOTIFY_WAIT_VARIABLE "COREBTF_WAIT_FD"
bool notify_must_wait(void);

/* Waits for that; without the variable it returns at once. */
void notify_wait(void);

#endif
