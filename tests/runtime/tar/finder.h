/* SPDX-License-Identifier: MIT */
/*
 * Looks up the BTF for one made-up kernel in a tar.
 */
#ifndef TAR_TEST_FINDER_H
#define TAR_TEST_FINDER_H

#include <stdbool.h>
#include <stddef.h>

#include <corebtf.h>

struct question {
	const char *release, *machine, *uname_version, *os_id, *version_id;
};

struct answer {
	char text[64]; /* make_btf()'s argument */
	char name[4096];
	enum corebtf_match match;
	bool refused; /* -ENOTUNIQ, before the first was asked for */
	bool ambiguous;
	char log[16384]; /* all lines */
};

/* tar_find() for that kernel; returns its result. */
int find_text(const void *tar, size_t size, const struct question *question,
	      struct answer *ret_answer);

#endif
