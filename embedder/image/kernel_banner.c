/* SPDX-License-Identifier: MIT */
/*
 * In: the bytes of a kernel. Out: its release, its `uname -v` and its machine.
 *
 * What uname(2) answers is the initial value of a struct in the kernel's data. That is the exact
 * text, so it counts more than the banner, to which Ubuntu adds a signature. Kernels since 6.1
 * hold both twice: the number of the build ("#1") is only known at the last link, and until then
 * a weak definition without it stands in ("# SMP ..."), which stays in the file.
 */
#include "embedder/image/kernel_banner.h"

#include <stdint.h>
#include <string.h>

#include "runtime/kernel/machine.h"

/* What kind of place says it; the higher, the better. */
enum rank { NOTHING, DRAFT_BANNER, DRAFT_UTS, BANNER, UTS };

/* struct new_utsname */
enum uts_field { SYSNAME, NODENAME, RELEASE, VERSION, MACHINE, DOMAINNAME, UTS_FIELDS };
#define UTS_FIELD_SIZE KERNEL_FACTS_TEXT_SIZE
#define UTS_SIZE       (UTS_FIELDS * UTS_FIELD_SIZE)

static const char banner_start[] = "Linux version ";

/* The compiler's names and version come before the part we are after; the longest seen has 290. */
#define BANNER_SIZE_MAX 2048

static bool is_printable(const char *text, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((unsigned char)text[i] < ' ' || (unsigned char)text[i] > '~')
			return false;
	return true;
}

/* Starts with a number, as all do, and so is no format string. */
static bool is_release(const char *text, size_t length)
{
	return length && length < KERNEL_FACTS_TEXT_SIZE && text[0] >= '0' && text[0] <= '9' &&
	       !memchr(text, ' ', length) && is_printable(text, length);
}

static bool is_uname_version(const char *text, size_t length)
{
	return length >= 2 && length < KERNEL_FACTS_TEXT_SIZE && text[0] == '#' &&
	       is_printable(text, length);
}

static void set_text(char *text, const char *bytes, size_t length)
{
	memcpy(text, bytes, length);
	text[length] = '\0';
}

static void offer(struct kernel_banner *banner, enum rank rank, const struct kernel_facts *facts)
{
	if (rank > banner->rank) {
		banner->facts = *facts;
		banner->rank = rank;
		banner->contradicted = false;
	} else if (rank == banner->rank) {
		banner->contradicted |=
			strcmp(banner->facts.release, facts->release) != 0 ||
			strcmp(banner->facts.uname_version, facts->uname_version) != 0 ||
			strcmp(banner->facts.machine, facts->machine) != 0;
	}
}

static bool is_draft(const struct kernel_facts *facts)
{
	return facts->uname_version[1] == ' ';
}

/* The text's length; SIZE_MAX when there is something behind the NUL, or none. */
static size_t uts_length(const char *uts, enum uts_field field)
{
	const char *text = uts + field * UTS_FIELD_SIZE;
	size_t length = strnlen(text, UTS_FIELD_SIZE);

	for (size_t i = length; i < UTS_FIELD_SIZE; i++)
		if (text[i])
			return SIZE_MAX;
	return length < UTS_FIELD_SIZE && is_printable(text, length) ? length : SIZE_MAX;
}

static bool read_uts(const char *uts, struct kernel_facts *facts)
{
	const char *machine = uts + MACHINE * UTS_FIELD_SIZE;
	size_t lengths[UTS_FIELDS];

	for (int field = 0; field < UTS_FIELDS; field++) {
		lengths[field] = uts_length(uts, field);
		if (lengths[field] == SIZE_MAX)
			return false;
	}
	if (!is_release(uts + RELEASE * UTS_FIELD_SIZE, lengths[RELEASE]) ||
	    !is_uname_version(uts + VERSION * UTS_FIELD_SIZE, lengths[VERSION]))
		return false;
	memset(facts, 0, sizeof(*facts));
	set_text(facts->release, uts + RELEASE * UTS_FIELD_SIZE, lengths[RELEASE]);
	set_text(facts->uname_version, uts + VERSION * UTS_FIELD_SIZE, lengths[VERSION]);
	/* Of a name that is not in the table, machine_canonical() returns the argument, which does
	 * not last. */
	facts->machine = machine_canonical(machine);
	if (facts->machine == machine)
		facts->machine = "";
	return true;
}

/* Ubuntu's, which is not in uname -v: "#46-Ubuntu SMP ... (Ubuntu 5.4.0-42.46-generic 5.4.44)" */
static size_t length_without_signature(const char *version, size_t length)
{
	const char *signature = memmem(version, length, " (Ubuntu ", strlen(" (Ubuntu "));

	return signature && version[length - 1] == ')' ? (size_t)(signature - version) : length;
}

/* The texts of both forms: @release_end is where the release has to end. */
static bool read_text(const char *text, const char *end, struct kernel_facts *facts)
{
	const char *release_end = memmem(text, (size_t)(end - text), " (", 2);
	const char *version;
	size_t length;

	if (!release_end || !is_release(text, (size_t)(release_end - text)))
		return false;
	/* Compilers' names have parentheses in them, too, but none with a number sign behind it. */
	version = memmem(release_end, (size_t)(end - release_end), ") #", 3);
	if (!version)
		return false;
	version += 2;
	length = length_without_signature(version, (size_t)(end - version));
	if (!is_uname_version(version, length))
		return false;
	set_text(facts->release, text, (size_t)(release_end - text));
	set_text(facts->uname_version, version, length);
	return true;
}

static void read_at(struct kernel_banner *banner, const char *at, const char *end)
{
	static const char sysname[UTS_FIELD_SIZE] = "Linux";
	const size_t left = (size_t)(end - at), start_size = sizeof(banner_start) - 1;
	struct kernel_facts facts = {.machine = ""};

	if (left >= UTS_SIZE && memcmp(at, sysname, sizeof(sysname)) == 0) {
		if (read_uts(at, &facts))
			offer(banner, is_draft(&facts) ? DRAFT_UTS : UTS, &facts);
	} else if (left > start_size && memcmp(at, banner_start, start_size) == 0) {
		const char *text = at + start_size;
		size_t size = left - start_size;
		const char *line_end =
			memchr(text, '\n', size < BANNER_SIZE_MAX ? size : BANNER_SIZE_MAX);

		if (line_end && read_text(text, line_end, &facts))
			offer(banner, is_draft(&facts) ? DRAFT_BANNER : BANNER, &facts);
	}
}

/* Both forms begin with the same letter, which memchr() finds ten times as fast as memmem() a word.
 */
void kernel_banner_search(struct kernel_banner *banner, const void *bytes, size_t size)
{
	const char *at = bytes, *const end = at + size;

	while ((at = memchr(at, banner_start[0], (size_t)(end - at)))) {
		read_at(banner, at, end);
		at++;
	}
}

void kernel_banner_take(const struct kernel_banner *banner, struct kernel_facts *facts)
{
	static const struct kernel_facts nothing = {.machine = ""};
	const struct kernel_facts *known = &nothing;

	if (banner->rank && !banner->contradicted)
		known = &banner->facts;
	memcpy(facts->release, known->release, sizeof(facts->release));
	memcpy(facts->uname_version, known->uname_version, sizeof(facts->uname_version));
	facts->machine = known->machine;
}

bool kernel_banner_read_header(const char *text, size_t size, struct kernel_facts *facts)
{
	size_t length = strnlen(text, size);

	return length < size && read_text(text, text + length, facts);
}
