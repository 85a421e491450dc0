/* SPDX-License-Identifier: MIT */
/*
 * What a kernel's own types lack of what the requests ask for -> those of its modules that have it,
 * joined with the kernel's types.
 *
 * Each module's BTF is looked through once, for names, and thrown away if it has none of them. With
 * all of those that have one, libbpf's candidates are the same as on the kernel with all modules
 * loaded: it looks at modules only for a name that the kernel itself does not have, and then at all
 * of them.
 */
#ifndef COREBTF_MODULES_MODULE_SEARCH_H
#define COREBTF_MODULES_MODULE_SEARCH_H

#include "embedder/modules/module_btf.h"
#include "embedder/modules/module_files.h"
#include "embedder/modules/module_join.h"
#include "embedder/resolve/candidates.h"
#include "embedder/util/memory_budget.h"

/* Which modules are read. */
enum module_choice_kind {
	MODULE_CHOICE_NONE,
	MODULE_CHOICE_AUTO,  /* all of the kernel's, if it lacks something */
	MODULE_CHOICE_NAMED, /* of these, if it lacks something */
};

struct module_choice {
	enum module_choice_kind kind;
	const char *const *names;
	size_t name_count;
};

/* Of one thread, for one kernel after the other. */
struct module_search {
	struct candidates candidates;
	struct wanted_types *wanted; /* what the kernel lacks */
	struct module_join join;

	/* Of the current kernel: */
	const struct module_choice *choice;
	const char *release;
	struct type_source *kernel;
	/* A module that has a wanted type; sorted by name once all are known. */
	struct found_module {
		struct module_btf btf;
		char *path;
		char *type;	       /* the first such type in it */
		uint32_t first, count; /* its ids, once it is joined */
	} * found;
	size_t found_count, found_capacity;
	size_t looked_at; /* modules */
	/* What cannot be used: "PATH: WHY\n" each. */
	struct byte_buffer problems;
	size_t problem_count;

	struct memory_budget *budget; /* of the kernel's bytes */
	uint64_t *held;		      /* of it, for the kernel */
	uint64_t room;		      /* of what is held, for one module's file */
	void *joined;		      /* the result, malloc'd */
	size_t joined_size;
};

/* 0 or -ENOMEM. @requests must outlive the search. */
int module_search_init(struct module_search *search, const struct request_set *requests);
void module_search_free(struct module_search *search);

/*
 * Starts with another kernel. @kernel: its types, all raw BTF and in memory as long as the search.
 * @choice, @release and @held, which grows, must stay as long. Returns 1 if the kernel lacks
 * something that a module may have, 0 if not, or the errors of candidates_find().
 */
int module_search_start(struct module_search *search, struct type_source *kernel,
			const struct module_choice *choice, const char *release,
			struct memory_budget *budget, uint64_t *held, struct reason *why);

/* The visitor for the kernel's modules, in folders or packages. */
struct module_visitor module_search_visitor(struct module_search *search);

/*
 * Joins what was found with @btf, the kernel's raw BTF. Returns how many modules were joined. If it
 * is not 0, @search->joined has all types, and @search->found the modules. A module whose BTF does
 * not fit is a problem and left out. Errors: those of module_join.h.
 */
int module_search_join(struct module_search *search, const void *btf, size_t size,
		       struct reason *why);

#endif
