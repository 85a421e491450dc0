/* SPDX-License-Identifier: MIT */
/*
 * walk_judge FILE [ALTERNATE]: does our pass over a file's DWARF find what libdwarf finds? libdwarf
 * visits every entry of every unit that is not of Rust, ours steps over what lies inside a type.
 * Both note each entry of a type: where it is, its tag, name, size, and whether it is a
 * declaration. The two lists are equal, also in their order.
 */
#include <dwarf.h>
#include <errno.h>
#include <libdwarf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/dwarf/dwarf_library.h"
#include "embedder/dwarf/dwarf_walk.h"
#include "tests/support/dwarf_file.h"

#define DEPTH_MAX   1000
#define PRINTED_MAX 20

struct seen {
	uint64_t place, size;
	const char *name; /* in the file's section; "" none */
	uint16_t tag;
	bool declaration;
};

static struct {
	struct seen *list;
	size_t count, capacity, next;
	size_t judged, differences;
	const struct dwarf_unit *unit; /* that libdwarf is in */
} run;

static const uint16_t tags[] = {
	DW_TAG_base_type,	 DW_TAG_structure_type,	 DW_TAG_union_type,
	DW_TAG_enumeration_type, DW_TAG_typedef,	 DW_TAG_pointer_type,
	DW_TAG_const_type,	 DW_TAG_volatile_type,	 DW_TAG_restrict_type,
	DW_TAG_array_type,	 DW_TAG_subroutine_type,
};

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "walk_judge: %s: %s\n", what, why);
	exit(2);
}

static bool is_type(uint16_t tag)
{
	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		if (tags[i] == tag)
			return true;
	return false;
}

/* Ours ---------------------------------------------------------------------------------------- */

static int note(void *context, const struct dwarf_spot *spot, struct reason *why)
{
	struct dwarf_units *units = context;
	struct dwarf_entry entry;
	const char *name = "";
	int err = dwarf_entry_read(units, spot->unit, spot->place, &entry, why);

	if (!err)
		err = dwarf_entry_name(units, &entry, &name, why);
	if (err)
		return err;
	if (spot->abbrev->starts_with_text && strcmp(spot->text, name) != 0)
		return reason_set(why, -EBADMSG, "'%s' is not '%s'", spot->text, name);
	if (run.count == run.capacity) {
		run.capacity = run.capacity ? 2 * run.capacity : 4096;
		run.list = reallocarray(run.list, run.capacity, sizeof(*run.list));
		if (!run.list)
			die("memory", strerror(ENOMEM));
	}
	run.list[run.count++] = (struct seen){
		.place = spot->place,
		.size = dwarf_entry_get(&entry, DWARF_BYTE_SIZE, UINT64_MAX),
		.name = name,
		.tag = spot->abbrev->tag,
		.declaration = dwarf_entry_is_declaration(&entry),
	};
	return 0;
}

static void walk_ours(struct dwarf_units *units, const char *path)
{
	struct dwarf_walk walk = {.visit = note, .context = units};
	struct reason why = {""};

	for (size_t i = 0; i < sizeof(tags) / sizeof(*tags); i++)
		walk.tags[tags[i]] = true;
	if (dwarf_walk(units, &walk, &why))
		die(path, why.text);
}

/* libdwarf's ---------------------------------------------------------------------------------- */

static void print(const char *who, const struct seen *seen)
{
	printf("%s: 0x%llx tag 0x%x '%s' size %lld%s\n", who, (unsigned long long)seen->place,
	       seen->tag, seen->name, (long long)seen->size,
	       seen->declaration ? " declaration" : "");
}

/* Compares the next of libdwarf's entries, NULL: there are no more, with ours up to its place. */
static void judge(const struct seen *seen)
{
	const struct seen *ours = NULL;

	for (; run.next < run.count; run.next++) {
		ours = &run.list[run.next];
		if (seen && ours->place >= seen->place)
			break;
		if (run.differences++ < PRINTED_MAX)
			print("ours only", ours);
	}
	if (!seen)
		return;
	run.judged++;
	if (run.next == run.count || ours->place != seen->place) {
		if (run.differences++ < PRINTED_MAX)
			print("libdwarf only", seen);
		return;
	}
	run.next++;
	if (ours->tag != seen->tag || ours->size != seen->size ||
	    ours->declaration != seen->declaration || strcmp(ours->name, seen->name) != 0) {
		if (run.differences++ < PRINTED_MAX) {
			print("libdwarf", seen);
			print("ours", ours);
		}
	}
}

/* An attribute's number; @otherwise when there is none. */
static uint64_t number(const struct dwarf_die *entry, unsigned int attribute, uint64_t otherwise)
{
	struct reason why;
	int found = dwarf_die_number(entry, attribute, &otherwise, NULL, &why);

	if (found < 0)
		die("libdwarf", why.text);
	return otherwise;
}

static void judge_entry(const struct dwarf_die *entry, uint16_t tag)
{
	struct seen seen = {.tag = tag};
	Dwarf_Error error = NULL;
	struct reason why;
	Dwarf_Off offset;

	if (dwarf_die_CU_offset(entry->die, &offset, &error) != DW_DLV_OK)
		die("libdwarf", dwarf_errmsg(error));
	seen.place = run.unit->start + offset;
	if (dwarf_die_name(entry, &seen.name, &why))
		die("libdwarf", why.text);
	seen.size = number(entry, DW_AT_byte_size, UINT64_MAX);
	seen.declaration = number(entry, DW_AT_declaration, 0);
	judge(&seen);
}

/* The entry and everything below it. */
static void judge_below(struct dwarf_die *entry, unsigned int depth)
{
	struct dwarf_die child = {0};
	struct reason why;
	uint16_t tag;
	int more;

	if (depth > DEPTH_MAX || dwarf_die_tag(entry, &tag, &why))
		die("libdwarf", depth > DEPTH_MAX ? "too deep" : why.text);
	if (is_type(tag))
		judge_entry(entry, tag);
	more = dwarf_die_child(entry, &child, &why);
	while (more > 0) {
		judge_below(&child, depth + 1);
		more = dwarf_die_next(&child, &why);
	}
	if (more < 0)
		die("libdwarf", why.text);
}

static void judge_unit(struct dwarf_library *library, const struct dwarf_unit *unit)
{
	struct dwarf_die entry = {0};
	struct reason why;

	run.unit = unit;
	if (dwarf_die_open(library, unit->first_entry, &entry, &why))
		die("libdwarf", why.text);
	if (number(&entry, DW_AT_language, 0) != DW_LANG_Rust)
		judge_below(&entry, 0);
	dwarf_die_close(&entry);
}

static void check_units(const struct dwarf_units *units)
{
	for (size_t i = 0; i < units->count; i++) {
		const struct dwarf_unit *unit = &units->units[i];
		enum dwarf_part part = dwarf_place_part(unit->start);
		bool is_last = i + 1 == units->count ||
			       dwarf_place_part(units->units[i + 1].start) != part;
		uint64_t next = is_last ? dwarf_place(part, dwarf_units_section(units, part)->size)
					: units->units[i + 1].start;

		if (unit->end != next)
			die("units", "there is a gap between two");
	}
}

int main(int argc, char **argv)
{
	const char *alternate = argc == 3 ? argv[2] : NULL;
	struct dwarf_library *library = NULL;
	struct dwarf_units units = {0};
	struct dwarf_test_file file;
	struct reason why = {""};

	if (argc < 2 || argc > 3 || !dwarf_test_open(&file, argv[1], alternate))
		return 2;
	if (dwarf_units_read(&units, &file.sections, &why) ||
	    dwarf_library_open(&units, &library, &why))
		die(argv[1], why.text);
	check_units(&units);
	walk_ours(&units, argv[1]);
	for (size_t i = 0; i < units.count; i++)
		judge_unit(library, &units.units[i]);
	judge(NULL);
	printf("%zu units, %zu entries, %zu by libdwarf, %zu differences\n", units.count, run.count,
	       run.judged, run.differences);
	dwarf_library_close(library);
	dwarf_units_free(&units);
	dwarf_test_close(&file);
	free(run.list);
	return run.differences || !run.judged;
}
