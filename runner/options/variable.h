/* SPDX-License-Identifier: MIT */
/*
 * The `const volatile` global variables of BPF objects: each is an option of the tool. The kernel's
 * verifier takes their values as constants, so they are set between open and load.
 *
 * Two objects of a tool may have the same variable; one option sets both.
 */
#ifndef COREBTF_RUNNER_VARIABLE_H
#define COREBTF_RUNNER_VARIABLE_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/reason.h"

enum variable_kind {
	VARIABLE_FLAG,	  /* bool */
	VARIABLE_INTEGER, /* of 1 to 8 bytes */
	VARIABLE_ENUM,
	VARIABLE_TEXT, /* an array of char */
};

struct variable {
	size_t object; /* its number among the tool's */
	char *map;     /* the section, as its map is called */
	char *name;    /* as in C: targ_pid */
	char *option;  /* its name with dashes: targ-pid */
	char letter;   /* of the option; 0: it has none */
	char *help;    /* of the tag "corebtf:help:TEXT", or NULL */
	enum variable_kind kind;
	bool is_signed;
	const struct btf *btf; /* a copy's, owned by the list */
	uint32_t type;	       /* in it, without modifiers: for the names of an enum */
	size_t offset, size;   /* in the section */
	uint8_t *value;	       /* @size bytes, what the program starts with: first the default */
};

struct variables {
	struct variable *list;
	size_t count, capacity;
	struct btf **btfs; /* owned */
	size_t btf_count, btf_capacity;
};

/*
 * Adds the variables of an object that is open and not loaded. A type that has no text form (a
 * struct, a pointer, a float) makes no option. Errors: -EINVAL another object has a variable of
 * this name and another type; -ENOMEM.
 */
int variables_collect(struct variables *variables, const struct bpf_object *object, size_t number,
		      struct reason *why);

/* The first one with that option, or NULL. */
const struct variable *variables_find(const struct variables *variables, const char *option);

/* The first one with that letter, or NULL. */
const struct variable *variables_find_letter(const struct variables *variables, char letter);

/* Sets all variables with that option; -EINVAL with the range or the names that are allowed. @text
 * NULL, for a flag: true. */
int variables_set(struct variables *variables, const char *option, const char *text,
		  struct reason *why);

/* Writes the values into an object that is open and not loaded. */
int variables_apply(const struct variables *variables, struct bpf_object *object, size_t number,
		    struct reason *why);

void variables_free(struct variables *variables); /* for _cleanup_ */

#endif
