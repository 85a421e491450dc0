/* SPDX-License-Identifier: MIT */
/*
 * What changed from kernel to kernel about the fields that programs ask for.
 *
 * Kernels of one machine and flavour ("cloud", "rt", ...) are in a row by their releases, over all
 * distributions; each is compared with the one before it that has an answer.
 */
#ifndef COREBTF_COMPAT_COMPAT_CHANGES_H
#define COREBTF_COMPAT_COMPAT_CHANGES_H

#include "embedder/compat/compat.h"

enum compat_change_kind {
	COMPAT_CHANGE_OFFSET,
	COMPAT_CHANGE_SIZE,
	COMPAT_CHANGE_TYPE,
	COMPAT_CHANGE_APPEARED,
	COMPAT_CHANGE_VANISHED,
};

struct compat_change {
	enum compat_change_kind kind;
	uint32_t from, to; /* kernels, neighbours in their row */
	const struct field_fact *before, *after;
	/* VANISHED, APPEARED: the member of the other kernel that seems to be the same one; "":
	 * none does. */
	char other_name[128];
};

/* Called for each change; not 0: stop and return that. */
typedef int (*compat_change_fn)(void *context, const struct compat_change *change);

/* All changes of the field that a request asks for, row by row. */
int compat_changes(const struct compat *compat, size_t request, compat_change_fn visit,
		   void *context);

/* "offset", "size", "type", "appeared", "vanished". */
const char *compat_change_name(enum compat_change_kind kind);

/*
 * Of a field that a kernel does not have: up to where it was there, from where on it is, and what
 * may be its name here. "" if nothing is known. Returns the length as snprintf does.
 */
int compat_hint_text(const struct compat *compat, size_t request, size_t kernel, char *buffer,
		     size_t size);

#endif
