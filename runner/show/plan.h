/* SPDX-License-Identifier: MIT */
/*
 * A BTF type, compiled once into a flat list of the fields to print, so that an event is printed
 * without a look at the BTF. Both printers, JSON and table, walk the same list.
 *
 * A struct or an array is followed by its fields:
 *
 *	struct event { int pid; struct { u16 x, y; } at[4]; }
 *
 *	0  OBJECT        body 5
 *	1  INTEGER pid
 *	2  ARRAY   at    body 3, count 4, stride 4
 *	3  OBJECT        body 2
 *	4  INTEGER x
 *	5  INTEGER y
 *
 * Offsets count from the struct that the field is in. The members of structs and unions without a
 * name are fields of the struct around them, as in C. All names are BTF's, so the BTF must outlive
 * the plan.
 */
#ifndef COREBTF_RUNNER_PLAN_H
#define COREBTF_RUNNER_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/util/arena.h"
#include "runtime/util/reason.h"
#include "runner/show/enum_names.h"
#include "runner/show/meaning.h"

struct btf;

#define PLAN_FIELDS_MAX 4096 /* what is past them is left out */
#define PLAN_DEPTH_MAX	16   /* structs and arrays in each other; deeper ones are bytes */
#define PLAN_NAME_MAX	128  /* longer names are cut */
#define PLAN_TITLE_MAX	256  /* and longer titles of columns */

enum field_kind {
	FIELD_OBJECT,
	FIELD_ARRAY,
	FIELD_INTEGER, /* up to 128 bits, also a bit-field */
	FIELD_BOOL,
	FIELD_ENUM,
	FIELD_FLOAT, /* 4 or 8 bytes */
	FIELD_POINTER,
	FIELD_TEXT, /* an array of char */
	FIELD_IP,
	FIELD_BYTES, /* anything else, in hexadecimal */
};

struct field {
	enum field_kind kind;
	enum meaning meaning;
	bool is_signed;
	bool is_bit_field;
	bool takes_rest; /* an array without a size at the end: it ends where the event ends */
	bool is_last;	 /* nothing of the type follows it: an event may end inside */
	bool has_family; /* an IP address whose family another member holds */
	uint8_t shift, bits;
	uint8_t family_size;
	uint32_t body; /* OBJECT, ARRAY: how many of the next fields are inside */
	uint64_t offset,
		size; /* bytes; of an array: all elements; of a bit-field: those it spans */
	uint64_t count, stride; /* ARRAY */
	uint64_t family_offset;
	const char *key; /* `"name":`, escaped for JSON; "" for an element */
	size_t key_length;
	const char *title; /* as the column of a table: NAME, OUTER.NAME */
	const struct enum_names *names;
};

struct plan {
	struct field *fields;
	size_t count, capacity;
	uint64_t size;	       /* of the type */
	const char *type_name; /* for messages: "struct event" */
	bool takes_rest;       /* one of the fields does */
	bool is_cut;	       /* the type has more than PLAN_FIELDS_MAX fields */
	bool uses[MEANING_KERNEL_ADDRESS + 1];
	struct arena memory;
};

/* @plan starts zeroed and may be freed whatever is returned. -EINVAL: @type is not in @btf, or has
 * no size. */
int plan_compile(struct plan *plan, const struct btf *btf, uint32_t type, struct reason *why);
/* Bytes whose type is not known: an integer if they have the size of one. */
int plan_raw(struct plan *plan, uint32_t size, struct reason *why);
void plan_free(struct plan *plan);

#endif
