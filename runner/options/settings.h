/* SPDX-License-Identifier: MIT */
/*
 * The command line of a tool: the runner's own options, which all tools have, and one for each
 * variable of its BPF objects (variable.h).
 *
 * A variable whose name is one of the runner's own options gets --var-NAME.
 */
#ifndef COREBTF_RUNNER_SETTINGS_H
#define COREBTF_RUNNER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "runtime/util/reason.h"
#include "runner/options/defaults.h"
#include "runner/options/variable.h"

/* NAME=VALUE of an option that may be repeated. */
struct setting_pair {
	const char *name; /* owned */
	const char *value;
};

struct setting_pairs {
	struct setting_pair *list;
	size_t count, capacity;
};

struct settings {
	bool help, version, list, json, verbose, quiet, clear, keep_capabilities;
	double duration;		  /* seconds; 0: until a signal comes */
	double interval;		  /* seconds; 0: maps are printed at the end */
	struct setting_pairs events;	  /* --event MAP=TYPE */
	struct setting_pairs attach;	  /* --attach PROGRAM=TARGET */
	struct setting_pairs programs;	  /* --program NAME; without a value */
	struct setting_pairs maps;	  /* --map NAME[=SHAPE] */
	struct setting_pairs metric_maps; /* --metric MAP=KIND */
	struct setting_pairs counts;	  /* --count MAP=MEMBERS */
	const char *interface, *binary, *symbol, *cgroup;
	int process;	     /* --process: of uprobes; -1: all */
	int frequency;	     /* of perf events */
	const char *metrics; /* [ADDR:]PORT */
};

/* Before the first arguments are read. Gives other names to variables that are called as one of the
 * runner's options. 0 or -ENOMEM. */
int settings_start(struct settings *settings, struct variables *variables, struct reason *why);

/*
 * Reads the arguments after the tool's name; may be called again with more, of which the later ones
 * hold. Values go to @variables. -EINVAL: @why says which
 * option and what it takes. The strings are argv's or owned by @settings.
 */
int settings_parse(struct settings *settings, struct variables *variables, int argc, char **argv,
		   struct reason *why);
void settings_free(struct settings *settings); /* for _cleanup_ */

/* The value of the last pair with that name, or NULL. */
const char *settings_find(const struct setting_pairs *pairs, const char *name);

/* The help: how to call the tool, its own options, the runner's. */
void settings_print_help(const char *tool, const struct defaults *defaults,
			 const struct variables *variables, FILE *file);

#endif
