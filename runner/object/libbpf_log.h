/* SPDX-License-Identifier: MIT */
/*
 * What libbpf says. It has one function for the whole process, without a context. Warnings are
 * kept for the message of the failure that they are about; with `verbose` everything is printed.
 */
#ifndef COREBTF_RUNNER_LIBBPF_LOG_H
#define COREBTF_RUNNER_LIBBPF_LOG_H

#include <stdbool.h>

void libbpf_log_start(bool verbose);

/* Forgets the warnings. */
void libbpf_log_clear(void);

/* The first warning since then, one line; "" if there is none. */
const char *libbpf_log_first(void);

/* All of them, cut to the last LIBBPF_LOG_SIZE bytes: the verifier's log is among them. */
#define LIBBPF_LOG_SIZE 16384
const char *libbpf_log_all(void);

/* Why a program could not be loaded, as far as libbpf says which one it was. */
struct libbpf_fault {
	char program[128];   /* "": not known */
	char line[300];	     /* what it says */
	bool target_missing; /* the kernel does not have what it attaches to */
};

void libbpf_log_fault(struct libbpf_fault *ret_fault);

#endif
