/* SPDX-License-Identifier: MIT */
/*
 * The types of one kernel in, which of a list of features it has out.
 *
 * Helpers, map types, program types and attach types are enumerators of the kernel's uapi, so they
 * are in its BTF, also if a distribution brought them to an older kernel. Functions are in it if
 * the BTF has functions at all, but those of modules are not. A tracepoint is known by its typedef
 * btf_trace_NAME (Linux 5.5). A kernel with BTF of its own has the functions that show it in
 * /sys/kernel/btf.
 */
#ifndef COREBTF_FACTS_KERNEL_FACTS_H
#define COREBTF_FACTS_KERNEL_FACTS_H

#include "embedder/facts/feature.h"
#include "runtime/types/type_source.h"
#include "embedder/util/byte_buffer.h"

enum fact {
	FACT_UNKNOWN,
	FACT_ABSENT,
	FACT_PRESENT,
	FACT_DIFFERENT, /* for compat/: present, with other arguments than elsewhere */
};

/* Looks for @features, which must outlive it and not change. Serves any number of kernels. */
struct fact_finder;

/* NULL when there is no memory. */
struct fact_finder *fact_finder_new(const struct feature_list *features);
void fact_finder_free(struct fact_finder *finder);

/*
 * @ret_prototypes: by feature, of those that are functions or tracepoints and present: the types of
 * their arguments, "TYPE\nTYPE\n", at this offset of @texts, or 0: none. They are appended; the
 * first byte of @texts is a NUL. What does not fit the memory is marked in @texts.
 * @ret_facts: by feature, enum fact. @release: for what the BTF does not say, "" if it is not
 * known. Errors: those of type_source.find.
 */
int fact_finder_run(struct fact_finder *finder, struct type_source *source, const char *release,
		    uint8_t *ret_facts, uint32_t *ret_prototypes, struct byte_buffer *texts,
		    struct reason *why);

#endif
