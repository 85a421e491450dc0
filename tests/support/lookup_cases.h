/* SPDX-License-Identifier: MIT */
/*
 * The cases of tests/runtime/choose/lookup.cases, which begins with a description of its lines, or
 * of the file that $COREBTF_LOOKUP_CASES names. The Go package has its own reader of it
 * (samples/go/corebtf/cases_test.go).
 */
#ifndef TESTS_SUPPORT_LOOKUP_CASES_H
#define TESTS_SUPPORT_LOOKUP_CASES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/utsname.h>

#include <corebtf.h>

#include "tests/support/make_bundle.h"

#define LOOKUP_MAX_ENTRIES 64
#define LOOKUP_MAX_BUNDLES 2
#define LOOKUP_MAX_FILES   16
#define LOOKUP_MAX_BYTES   32

struct lookup_bytes {
	char bytes[LOOKUP_MAX_BYTES]; /* none of them is 0 */
	size_t size;
};

struct lookup_bundle {
	struct made_entry entries[LOOKUP_MAX_ENTRIES];
	struct made_blob blobs[LOOKUP_MAX_ENTRIES];
	struct lookup_bytes build_ids[LOOKUP_MAX_ENTRIES];
	uint32_t entry_count, blob_count;
};

struct lookup_section {
	const char *name;
	struct lookup_bundle bundles[LOOKUP_MAX_BUNDLES];
	size_t bundle_count;
};

enum lookup_result { LOOKUP_FINDS, LOOKUP_AMBIGUOUS, LOOKUP_NONE, LOOKUP_NEAREST };

struct lookup_case {
	const char *title;
	unsigned int line;
	const struct lookup_section *section;
	struct utsname running; /* its release is empty when the caller describes a kernel */
	struct corebtf_kernel_opts opts;
	struct lookup_bytes build_id, notes;
	struct {
		const char *path, *text;
		bool is_link;
	} files[LOOKUP_MAX_FILES];
	struct {
		const char *name, *value;
	} variables[LOOKUP_MAX_FILES];
	size_t file_count, variable_count;
	size_t process_bits; /* 0: any */
	bool reads_notes, reads_os_release;
	const char *says; /* NULL: nothing in particular */
	enum lookup_result result;
	const char *found; /* the BTF, or the neighbour's release */
	enum corebtf_match match;
};

/* Reads the file and calls @check for each case. Ends the program where it cannot be read. */
void lookup_cases_each(void (*check)(const struct lookup_case *kase, void *context), void *context);

/* The same for each section, which is only valid during the call. */
void lookup_sections_each(void (*check)(const struct lookup_section *section, void *context),
			  void *context);

/* The names of one kind ("machine"), with at most two texts on either side of the =. "" is written
 * as "-" there. Returns how many there were. */
struct lookup_name {
	const char *left[2], *right[2];
	unsigned int line;
};
size_t lookup_names_each(const char *kind, void (*check)(const struct lookup_name *name));

/* The bytes of the section, in one of these ways; malloc'd. */
enum lookup_form { LOOKUP_LITTLE, LOOKUP_BIG, LOOKUP_LITTLE_PACKED, LOOKUP_BIG_PACKED };
#define LOOKUP_FORMS 4
uint8_t *lookup_section_bytes(const struct lookup_section *section, enum lookup_form form,
			      size_t *ret_size);

#endif
