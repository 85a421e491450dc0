/* SPDX-License-Identifier: MIT */
/* The command line. */
#ifndef BTFD_SETTINGS_H
#define BTFD_SETTINGS_H

#include <stdbool.h>

struct settings {
	const char *bundle; /* bundle file; NULL: the program's own section */
	bool prefer_bundle; /* ask the bundle even when the kernel has BTF */
	bool verbose;	    /* print what libbpf and libcorebtf log */
	char **paths;	    /* BPF objects, and folders of them; ends with NULL */
};

/* Fills in @ret_settings, which points into @argv. Returns -1 to go on, or the exit status. */
int settings_parse(int argc, char **argv, struct settings *ret_settings);

#endif
