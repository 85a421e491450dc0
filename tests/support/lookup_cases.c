/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/util/array.h"
#include "tests/support/lookup_cases.h"

/* The state of reading the file. */
struct reader {
	FILE *file;
	unsigned int line;
	/* All lines: sections and cases point into them. */
	char **lines;
	size_t line_count, line_capacity;
	struct lookup_section section;
	struct lookup_bundle *bundle; /* of the section, the last one */
	struct lookup_case kase;
	void (*check)(const struct lookup_case *kase, void *context);
	void (*check_section)(const struct lookup_section *section, void *context);
	void *context;
};

/* The file: tests give another one. */
static const char *cases_path(void)
{
	const char *path = getenv("COREBTF_LOOKUP_CASES");

	return path ? path : LOOKUP_CASES;
}

__attribute__((noreturn)) static void refuse(const struct reader *reader, const char *why)
{
	fprintf(stderr, "%s:%u: %s\n", cases_path(), reader->line, why);
	abort();
}

/* Cuts the first word off *@rest; "" when there is none. */
static char *next_word(char **rest)
{
	char *word = *rest + strspn(*rest, " \t");
	char *end = word + strcspn(word, " \t");

	*rest = *end ? end + 1 : end;
	*end = '\0';
	return word;
}

/* Replaces \n, \r and \\ by what they stand for. */
static char *unescape(const struct reader *reader, char *text)
{
	char *to = text;

	for (const char *from = text; *from; from++) {
		if (*from != '\\') {
			*to++ = *from;
			continue;
		}
		switch (*++from) {
		case 'n':
			*to++ = '\n';
			break;
		case 'r':
			*to++ = '\r';
			break;
		case '\\':
			*to++ = '\\';
			break;
		default:
			refuse(reader, "only \\n, \\r and \\\\ are known");
		}
	}
	*to = '\0';
	return text;
}

static void read_hex(const struct reader *reader, const char *text, struct lookup_bytes *bytes)
{
	for (bytes->size = 0; *text; text += 2, bytes->size++) {
		unsigned int value;
		int length;

		if (bytes->size + 1 >= LOOKUP_MAX_BYTES || !text[1] ||
		    sscanf(text, "%2x%n", &value, &length) != 1 || length != 2 || !value)
			refuse(reader, "no bytes in hexadecimal");
		bytes->bytes[bytes->size] = (char)value;
	}
}

/* "os=debian uname=#1 SMP": what a kernel's or an entry's description says besides its names. */
struct keys {
	const char *machine, *os_id, *version_id, *build_id, *host_root, *uname_version;
};

static struct keys read_keys(const struct reader *reader, char *rest)
{
	struct keys keys = {.machine = NULL};
	const struct {
		const char *name;
		const char **value;
	} known[] = {{"machine=", &keys.machine},
		     {"os=", &keys.os_id},
		     {"version=", &keys.version_id},
		     {"build-id=", &keys.build_id},
		     {"host-root=", &keys.host_root}};

	while (*(rest += strspn(rest, " \t"))) {
		char *word;
		size_t i = 0;

		if (!strncmp(rest, "uname=", 6)) {
			keys.uname_version = rest + 6;
			break;
		}
		word = next_word(&rest);
		while (i < sizeof(known) / sizeof(known[0]) &&
		       strncmp(word, known[i].name, strlen(known[i].name)) != 0)
			i++;
		if (i == sizeof(known) / sizeof(known[0]))
			refuse(reader, word);
		*known[i].value = word + strlen(known[i].name);
	}
	return keys;
}

static void begin_section(struct reader *reader, const char *name)
{
	reader->section = (struct lookup_section){.name = name, .bundle_count = 1};
	reader->bundle = reader->section.bundles;
}

static void begin_next_bundle(struct reader *reader)
{
	if (!reader->bundle || reader->section.bundle_count == LOOKUP_MAX_BUNDLES)
		refuse(reader, "no bundle before it, or too many");
	reader->bundle = &reader->section.bundles[reader->section.bundle_count++];
}

static void add_entry(struct reader *reader, char *rest)
{
	const char *btf = next_word(&rest), *release = next_word(&rest),
		   *machine = next_word(&rest);
	struct lookup_bundle *bundle = reader->bundle;
	struct keys keys = read_keys(reader, rest);
	struct made_entry *entry;
	uint32_t blob = 0;

	if (!bundle || !*machine || bundle->entry_count == LOOKUP_MAX_ENTRIES)
		refuse(reader, "entry BTF RELEASE MACHINE, in a bundle with room for it");
	/* A blob's data is its name in the file, of which the first letter is stored. */
	while (blob < bundle->blob_count && strcmp(bundle->blobs[blob].data, btf) != 0)
		blob++;
	if (blob == bundle->blob_count)
		bundle->blobs[bundle->blob_count++] = (struct made_blob){btf, 1, 0};
	entry = &bundle->entries[bundle->entry_count];
	*entry = (struct made_entry){
		.release = release,
		.machine = machine,
		.os_id = keys.os_id,
		.version_id = keys.version_id,
		.uname_version = keys.uname_version,
		.blob = blob,
	};
	if (keys.build_id) {
		read_hex(reader, keys.build_id, &bundle->build_ids[bundle->entry_count]);
		entry->build_id = bundle->build_ids[bundle->entry_count].bytes;
	}
	bundle->entry_count++;
}

static void take_keys(struct reader *reader, const struct keys *keys)
{
	struct corebtf_kernel_opts *opts = &reader->kase.opts;

	opts->os_id = keys->os_id;
	opts->version_id = keys->version_id;
	opts->uname_version = keys->uname_version;
	opts->host_root = keys->host_root;
	if (keys->machine)
		opts->machine = keys->machine;
	if (keys->build_id)
		read_hex(reader, keys->build_id, &reader->kase.build_id);
	opts->build_id_size = reader->kase.build_id.size;
}

static void copy_text(const struct reader *reader, char *to, size_t size, const char *from)
{
	if (!*from || strlen(from) >= size)
		refuse(reader, "missing, or longer than in uname(2)");
	strcpy(to, from);
}

static enum corebtf_match read_match(const struct reader *reader, const char *name)
{
	static const char *const names[] = {
		[COREBTF_MATCH_BUILD_ID] = "build-id",
		[COREBTF_MATCH_UNAME_VERSION] = "uname-v",
		[COREBTF_MATCH_OS] = "os",
		[COREBTF_MATCH_RELEASE] = "release",
	};

	for (size_t i = COREBTF_MATCH_BUILD_ID; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i], name))
			return (enum corebtf_match)i;
	refuse(reader, "by build-id, uname-v, os or release");
}

/* The last line of a case. */
static void end_case(struct reader *reader, enum lookup_result result, char *rest)
{
	struct lookup_case *kase = &reader->kase;

	if (!kase->title || (!*kase->running.release && !kase->opts.release))
		refuse(reader, "this ends a case, which begins with: case, and running or wanted");
	kase->result = result;
	kase->found = next_word(&rest);
	kase->match = COREBTF_MATCH_NONE;
	if (result == LOOKUP_NEAREST)
		kase->match = COREBTF_MATCH_NEAREST;
	if (result == LOOKUP_FINDS || result == LOOKUP_AMBIGUOUS) {
		if (strcmp(next_word(&rest), "by") != 0)
			refuse(reader, "BTF by ...");
		kase->match = read_match(reader, next_word(&rest));
	}
	kase->section = &reader->section;
	if (reader->check)
		reader->check(kase, reader->context);
	kase->title = NULL;
}

static void read_case_line(struct reader *reader, const char *word, char *rest)
{
	struct lookup_case *kase = &reader->kase;
	struct keys keys;

	if (!strcmp(word, "case")) {
		if (kase->title)
			refuse(reader, "the case before this has no result");
		*kase = (struct lookup_case){.title = rest, .line = reader->line};
	} else if (!strcmp(word, "running")) {
		copy_text(reader, kase->running.release, sizeof(kase->running.release),
			  next_word(&rest));
		copy_text(reader, kase->running.machine, sizeof(kase->running.machine),
			  next_word(&rest));
		copy_text(reader, kase->running.version, sizeof(kase->running.version), rest);
	} else if (!strcmp(word, "wanted")) {
		kase->opts.release = next_word(&rest);
		kase->opts.machine = next_word(&rest);
		if (!strcmp(kase->opts.machine, "-"))
			kase->opts.machine = NULL;
		keys = read_keys(reader, rest);
		take_keys(reader, &keys);
	} else if (!strcmp(word, "given")) {
		keys = read_keys(reader, rest);
		take_keys(reader, &keys);
	} else if (!strcmp(word, "notes")) {
		read_hex(reader, rest, &kase->notes);
	} else if (!strcmp(word, "file") || !strcmp(word, "link")) {
		if (kase->file_count == LOOKUP_MAX_FILES)
			refuse(reader, "too many files");
		kase->files[kase->file_count].is_link = !strcmp(word, "link");
		kase->files[kase->file_count].path = next_word(&rest);
		kase->files[kase->file_count++].text = unescape(reader, rest);
	} else if (!strcmp(word, "environment")) {
		if (kase->variable_count == LOOKUP_MAX_FILES)
			refuse(reader, "too many variables");
		kase->variables[kase->variable_count].name = next_word(&rest);
		kase->variables[kase->variable_count++].value = rest;
	} else if (!strcmp(word, "process")) {
		kase->process_bits = strtoul(rest, NULL, 10);
	} else if (!strcmp(word, "reads")) {
		kase->reads_notes = strstr(rest, "notes");
		kase->reads_os_release = strstr(rest, "os-release");
	} else if (!strcmp(word, "says")) {
		kase->says = rest;
	} else if (!strcmp(word, "finds")) {
		end_case(reader, LOOKUP_FINDS, rest);
	} else if (!strcmp(word, "ambiguous")) {
		end_case(reader, LOOKUP_AMBIGUOUS, rest);
	} else if (!strcmp(word, "none")) {
		end_case(reader, LOOKUP_NONE, rest);
	} else if (!strcmp(word, "nearest")) {
		end_case(reader, LOOKUP_NEAREST, rest);
	} else {
		refuse(reader, word);
	}
}

/* A line that is not empty and no comment; NULL at the end. */
static char *next_line(struct reader *reader)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t length;

	while ((length = getline(&line, &size, reader->file)) >= 0) {
		reader->line++;
		if (length && line[length - 1] == '\n')
			line[length - 1] = '\0';
		if (!*line || *line == '#')
			continue;
		if (array_reserve(reader->lines, reader->line_capacity, reader->line_count + 1))
			abort();
		reader->lines[reader->line_count++] = line;
		return line;
	}
	free(line);
	return NULL;
}

static struct reader open_cases(void)
{
	struct reader reader = {.file = fopen(cases_path(), "re")};

	if (!reader.file)
		refuse(&reader, "cannot be read");
	return reader;
}

static void close_cases(struct reader *reader)
{
	for (size_t i = 0; i < reader->line_count; i++)
		free(reader->lines[i]);
	free(reader->lines);
	fclose(reader->file);
}

static bool is_name(const char *word)
{
	static const char *const kinds[] = {"machine", "distro", "uname",
					    "release", "order",	 "os-release"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (!strcmp(kinds[i], word))
			return true;
	return false;
}

static void end_section(struct reader *reader)
{
	if (reader->kase.title)
		refuse(reader, "the case before this has no result");
	if (reader->section.bundle_count && reader->check_section)
		reader->check_section(&reader->section, reader->context);
}

static void read_all(struct reader *reader)
{
	for (char *line, *rest; (line = rest = next_line(reader));) {
		const char *word = next_word(&rest);

		if (is_name(word))
			continue;
		if (!strcmp(word, "bundle")) {
			end_section(reader);
			begin_section(reader, rest);
		} else if (!strcmp(word, "entry")) {
			add_entry(reader, rest);
		} else if (!strcmp(word, "next")) {
			begin_next_bundle(reader);
		} else {
			read_case_line(reader, word, rest);
		}
	}
	end_section(reader);
	close_cases(reader);
}

void lookup_cases_each(void (*check)(const struct lookup_case *kase, void *context), void *context)
{
	struct reader reader = open_cases();

	reader.check = check;
	reader.context = context;
	read_all(&reader);
}

void lookup_sections_each(void (*check)(const struct lookup_section *section, void *context),
			  void *context)
{
	struct reader reader = open_cases();

	reader.check_section = check;
	reader.context = context;
	read_all(&reader);
}

/* Splits at " | "; "-" is "". */
static void split_name(char *text, const char *parts[static 2])
{
	char *second = strstr(text, " | ");

	parts[0] = text;
	parts[1] = "";
	if (second) {
		*second = '\0';
		parts[1] = second + strlen(" | ");
	}
	for (size_t i = 0; i < 2; i++)
		if (!strcmp(parts[i], "-"))
			parts[i] = "";
}

size_t lookup_names_each(const char *kind, void (*check)(const struct lookup_name *name))
{
	struct reader reader = open_cases();
	size_t count = 0;

	for (char *line, *rest; (line = rest = next_line(&reader));) {
		struct lookup_name name = {.line = reader.line};
		char *equals = NULL;

		if (strcmp(next_word(&rest), kind) != 0)
			continue;
		for (char *at = rest; (at = strstr(at, " = ")); at++)
			equals = at; /* the last one */
		if (equals) {
			*equals = '\0';
			split_name(unescape(&reader, equals + strlen(" = ")), name.right);
		}
		split_name(unescape(&reader, rest), name.left);
		check(&name);
		count++;
	}
	close_cases(&reader);
	return count;
}

uint8_t *lookup_section_bytes(const struct lookup_section *section, enum lookup_form form,
			      size_t *ret_size)
{
	uint8_t *bytes = NULL;
	size_t size = 0;

	for (size_t i = 0; i < section->bundle_count; i++) {
		const struct made_bundle what = {
			.big_endian = form == LOOKUP_BIG || form == LOOKUP_BIG_PACKED,
			.xz = form >= LOOKUP_LITTLE_PACKED,
			.packed_tables = form >= LOOKUP_LITTLE_PACKED,
			.entries = section->bundles[i].entries,
			.entry_count = section->bundles[i].entry_count,
			.blobs = section->bundles[i].blobs,
			.blob_count = section->bundles[i].blob_count,
			.block_count = 1,
		};
		size_t more;
		uint8_t *bundle = make_bundle(&what, &more), *grown = realloc(bytes, size + more);

		if (!grown)
			abort();
		bytes = grown;
		memcpy(bytes + size, bundle, more);
		size += more;
		free(bundle);
	}
	*ret_size = size;
	return bytes;
}
