/* SPDX-License-Identifier: MIT */
/*
 * A source of the types of one kernel (or of one BPF object). It has two functions, and
 * matching, marking and writing types need no more:
 *
 *	find()             which types have one of these names
 *	view, type by id   what type is that (type_view.h); converted on first use where that pays
 *
 * Raw BTF is one (runtime/btf/btf_source.h). A new source gets a room of its own.
 *
 * What an answer may depend on
 * ----------------------------
 * The matchers (resolve/) read types by following ids, and this is how far they go:
 *
 *  - A field or enumerator relocation never follows a pointer or a prototype: a pointer's size is
 *    known without its target.
 *  - "Type exists", size and target id follow pointers, arrays and prototypes, and do not look
 *    inside any struct, union or enum.
 *  - "Type matches" looks inside structs and unions until it has followed a pointer. Of a struct or
 *    union behind a pointer it reads the kind and the name. (An enum is read whole wherever it is;
 *    it refers to nothing.)
 *
 * So a source may let a pointer to a named struct or union stand for (kind, name): then types form
 * a graph without cycles and can be identified by their content, and one answer holds for all
 * kernels whose types agree as far as they were read. tests/embedder/resolve/test_reach.c fails
 * when a matcher reads further.
 */
#ifndef COREBTF_TYPE_SOURCE_H
#define COREBTF_TYPE_SOURCE_H

#include "runtime/types/type_view.h"

/* The names that are looked for, in two forms. */
struct wanted_types {
	/* For a source that goes through all its types: a type can only be wanted if bit n for its
	 * kind n, and the bit for the first four bytes of its name, are set. */
	uint32_t kinds;
	uint64_t prefixes[1024]; /* bit name_prefix_hash(first four bytes of the name) */

	/* For a source with an index: the essential names, in no order, perhaps more than once. */
	const struct wanted_name {
		const char *text;
		size_t length; /* the text may go on with a flavour */
	} * names;
	size_t name_count;
};

static inline uint32_t name_prefix_hash(uint32_t first_four)
{
	return (first_four * UINT32_C(0x9e3779b1)) >> 16;
}

/* Lets names pass @wanted->prefixes that are @name, or @name and a flavour. */
void wanted_types_allow(struct wanted_types *wanted, const char *name, size_t length);

/* Whether @name passes them. */
bool wanted_types_allows(const struct wanted_types *wanted, const char *name);

/* Called for a type with a name. @name ends with a NUL. Not 0: stop and return that. */
typedef int (*type_visit_fn)(void *context, uint32_t id, const struct btf_type *type,
			     const char *name);

struct type_source;

/*
 * What a source that is one of many with the same ids says besides: the kernels of a pack. In all
 * of them an id is the same type; or it is one of several versions of a type, and each kernel has
 * one of them, or none. So what was found out in one kernel holds in all others that have the same
 * versions of those types that were read for it, and which these were, the source can tell. Types
 * without versions need not be compared.
 */
struct type_versions {
	uint64_t family; /* not 0; sources with the same number have the same ids */

	/* The version of type @id; 0: this kernel does not have it. Types with equal ids and equal
	 * versions are equal. */
	uint32_t (*version)(struct type_source *source, uint32_t id);

	/* The types with versions that the view was asked for since forget_reads(), each once, in
	 * the order in which they were asked for first. */
	const uint32_t *(*reads)(const struct type_source *source, size_t *ret_count);
	void (*forget_reads)(struct type_source *source);
};

struct type_source {
	struct type_view view;

	/* NULL: its ids are its own. */
	const struct type_versions *versions;

	/*
	 * Calls @visit for every type with a wanted kind and essential name, in ascending order of
	 * ids; it may call it for other types as well. All ids are valid when it returns.
	 * @wanted may be NULL: then nothing is looked for, and the types are only checked.
	 * Errors: -EBADMSG damaged, -EOPNOTSUPP a kind of type that is not known, -ENOMEM, what
	 * @visit returned.
	 */
	int (*find)(struct type_source *source, const struct wanted_types *wanted,
		    type_visit_fn visit, void *context, struct reason *why);
};

#endif
