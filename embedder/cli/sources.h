/* SPDX-License-Identifier: MIT */
/*
 * What embed, trim, btfgen and verify have in common: a file, BPF objects (or those inside the
 * file) and kernel BTFs, selected, the number of threads and the memory they may use. All
 * failures are reported here.
 */
#ifndef COREBTF_CLI_SOURCES_H
#define COREBTF_CLI_SOURCES_H

#include <stddef.h>
#include <stdint.h>

#include "embedder/cli/command.h"
#include "embedder/cli/kernel_paths.h"
#include "embedder/engine/kernel_input.h"
#include "embedder/engine/object_input.h"
#include "embedder/engine/trimming.h"

/* Keys of the options (command.h); a command's own start at SOURCES_OTHER. */
enum {
	SOURCES_KERNELS = 256,
	SOURCES_KEEP,
	SOURCES_KEEP_FROM,
	SOURCES_AS,
	SOURCES_SELECT,
	SOURCES_MEMORY,
	SOURCES_MODULES,
	SOURCES_WITH_BTF,
	SOURCES_OTHER
};

struct sources {
	const char *file;
	const char **object_paths;
	size_t object_count;
	struct kept_text {
		const char *text; /* of --keep, or the file of --keep-from */
		bool is_file;
	} * kept;
	size_t kept_count;
	struct kernel_paths kernels;
	struct kernel_select select;
	struct module_choice modules;
	void *module_names; /* of it */
	bool with_btf;	    /* for sources_trim(): also kernels that show BTF of their own */
	unsigned int jobs;  /* at least 1 */
	uint64_t memory;
};

/* @argc: of the command line, which has no more paths than that. 0 or -ENOMEM. */
int sources_init(struct sources *sources, int argc);
void sources_free(struct sources *sources);

/* Takes an operand (the file, then objects), --kernels, --as, --select, --modules, -j, --memory or
 * --kernels-with-btf. COMMAND_GO, or the status to end with; STATUS_USAGE for a key that is none of
 * these. */
int sources_take(const struct command *command, struct sources *sources, int key,
		 const char *value);

/* The value of --compress: none or xz. */
int sources_take_compression(const struct command *command, const char *value,
			     enum bundle_compression *ret_compression);

/* To append to "no FILE given": a hint that --kernels may have taken it. */
struct reason sources_swallowed_hint(const struct sources *sources);

/* COMMAND_GO, or STATUS_USAGE when the file (@what) was not given. */
int sources_check(const struct command *command, struct sources *sources, const char *what);

/* Reads the objects, those inside the file when none is named. */
int sources_read_objects(const struct sources *sources, struct object_input *objects);

/* output_check() with the objects and the kernels, @kernels after sources_find_kernels(). */
int sources_check_output(const struct sources *sources, const struct kernel_input *kernels,
			 const char *output);

/* Finds the kernels, sorted, and leaves out those that are not selected. */
void sources_find_kernels(struct sources *sources, struct kernel_input *kernels);

/* trimming_run(), and why it failed. @output: the file that is not written then. */
int sources_trim(const struct sources *sources, struct trimming *trimming, const char *output);

/* The same, but that all kernels show BTF of their own is no failure: then it returns 1, and there
 * is no bundle. */
int sources_trim_needed(const struct sources *sources, struct trimming *trimming,
			const char *output);

#endif
