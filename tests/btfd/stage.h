/* SPDX-License-Identifier: MIT */
/*
 * Shared by the tests of the daemon: a folder with a btfd that carries the running kernel's BTF,
 * the BPF objects, and a bundle file; and the daemon itself, started in its own mount namespace.
 */
#ifndef TESTS_BTFD_STAGE_H
#define TESTS_BTFD_STAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "notify_listener.h"

#define PATH_SIZE 256

/* Goes to an empty folder and fills it: btfd, bundle, other.bundle (of other kernels only),
 * objects/. Returns 0, or 77 after a line that says what this machine lacks. */
int stage_open(void);
void stage_close(void);
extern char stage_folder[];

/* Copies a file to a temporary name and then renames it, as an administrator should. */
void stage_replace(const char *from, const char *to);
void stage_write(const char *path, const void *bytes, size_t size);
char *stage_read(const char *path, size_t *ret_size);

enum how {
	SEE_KERNEL_BTF = 1, /* else an empty tmpfs lies over it */
	UNPRIVILEGED = 2,   /* another user, with CAP_BPF and CAP_PERFMON */
};

struct watched {
	pid_t pid;
	struct notify_listener listener;
};

/* Starts ./btfd with the arguments, the last one NULL, its output in the files out and err. */
void watched_start(struct watched *watched, int how, char *const *arguments);

/* Waits for READY=1; fails the test when the daemon ends first. Returns the status text. */
const char *watched_ready(struct watched *watched);

/* SIGHUP, then RELOADING=1, then READY=1. Returns the status text. */
const char *watched_reload(struct watched *watched);

/* Sends the signal and expects STOPPING=1 and exit status 0. */
void watched_stop(struct watched *watched, int signal_number);

/* Waits for the end, and returns the exit status, or 256 + the signal. */
int watched_wait(struct watched *watched);

/* For cmocka: ends processes of a failed test. */
int watched_teardown(void **state);

/* How many fds it has open, and how many of them are what the text says (in the link's target). */
size_t watched_fds(const struct watched *watched, const char *text);

/* A number of /proc/PID/status in kB. */
long watched_kilobytes(const struct watched *watched, const char *name);

/* Whether a mapping of the executable reaches into its section .corebtf. */
bool watched_maps_section(const struct watched *watched);

#endif
