/* SPDX-License-Identifier: MIT */
/*
 * Tells a service manager how far we are: one datagram to the socket in $NOTIFY_SOCKET, as
 * sd_notify(3) describes it. Without that variable nothing is done.
 */
#ifndef COREBTF_RUNNER_NOTIFY_H
#define COREBTF_RUNNER_NOTIFY_H

/* @state: lines such as "READY=1\nSTATUS=tracing". 0 or a negative errno. */
int notify_send(const char *state);

#endif
