/* SPDX-License-Identifier: MIT */
/*
 * The files that are installed with the command, found from its own place.
 */
#ifndef COREBTF_CLI_SHIPPED_H
#define COREBTF_CLI_SHIPPED_H

/* The path of share/corebtf/@name, the caller's to free; NULL: it is not there. */
char *shipped_find(const char *name);

/* The same, also if it is not there, for messages. NULL: no memory. */
char *shipped_path(const char *name);

#endif
