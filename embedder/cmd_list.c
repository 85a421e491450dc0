/* SPDX-License-Identifier: MIT */
/*
 * corebtf list: what an executable or a bundle file carries, or which kernels lie below a path, as
 * a table or as JSON.
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <corebtf.h>

#include "embedder/engine/bundle_input.h"
#include "embedder/cli/command.h"
#include "embedder/util/json.h"
#include "embedder/engine/kernel_input.h"
#include "embedder/cli/kernel_notes.h"
#include "embedder/cli/kernel_paths.h"
#include "embedder/cli/kernel_table.h"
#include "embedder/cli/pack_output.h"
#include "embedder/cli/pack_table.h"
#include "embedder/cli/report.h"
#include "embedder/cli/run_events.h"
#include "embedder/cli/select_option.h"
#include "embedder/cli/table.h"
#include "embedder/util/text.h"
#include "embedder/util/cleanup.h"
#include "runtime/btf_id.h"
#include "runtime/kernel/kernel.h"

enum { OPTION_JSON = 256, OPTION_KERNELS, OPTION_AS, OPTION_SELECT };

struct list_options {
	const char *file;
	struct kernel_paths kernels;
	struct kernel_select select;
	bool json;
};

static void cleanup_options(struct list_options *options)
{
	kernel_paths_free(&options->kernels);
	kernel_select_clear(&options->select);
}

/* All that is printed, read before the first line: of a damaged bundle nothing is printed. */
struct contents {
	struct corebtf *corebtf;
	struct corebtf_summary summary;
	struct corebtf_entry *entries;
	struct corebtf_object *objects;
};

static void cleanup_contents(struct contents *contents)
{
	free(contents->entries);
	free(contents->objects);
	corebtf_close(contents->corebtf);
}

static int take(const struct command *command, void *context, int key, const char *value)
{
	struct list_options *options = context;

	if (key == OPTION_JSON)
		options->json = true;
	else if (key == OPTION_KERNELS)
		kernel_paths_add(&options->kernels, value);
	else if (key == OPTION_AS)
		return kernel_paths_take_as(command, value, &options->kernels);
	else if (key == OPTION_SELECT)
		return select_option_take(command, value, &options->select);
	else if (options->file)
		return command_usage_error(command, "one FILE at a time; '%s' is too many", value);
	else
		options->file = value;
	return COMMAND_GO;
}

/* A bundle is sorted by hash; for people sort by distribution and version, 5.10.0-9 before
 * 5.10.0-30. */
static int compare_entries(const void *a, const void *b)
{
	const struct corebtf_entry *left = a, *right = b;
	int order = strcmp(left->os_id, right->os_id);

	if (!order)
		order = strverscmp(left->version_id, right->version_id);
	if (!order)
		order = strcmp(left->machine, right->machine);
	if (!order)
		order = strverscmp(left->release, right->release);
	if (!order)
		order = strcmp(left->uname_version, right->uname_version);
	if (!order)
		order = left->btf_id < right->btf_id ? -1 : left->btf_id > right->btf_id;
	return order;
}

static int read_entries(struct contents *contents)
{
	size_t count = corebtf_entry_count(contents->corebtf);

	contents->entries = calloc(count + 1, sizeof(*contents->entries));
	if (!contents->entries)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		int err;

		contents->entries[i].sz = sizeof(*contents->entries);
		err = corebtf_entry_at(contents->corebtf, i, &contents->entries[i]);
		if (err)
			return err;
	}
	qsort(contents->entries, count, sizeof(*contents->entries), compare_entries);
	return 0;
}

static int read_objects(struct contents *contents)
{
	size_t count = corebtf_object_count(contents->corebtf);

	contents->objects = calloc(count + 1, sizeof(*contents->objects));
	if (!contents->objects)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		int err;

		contents->objects[i].sz = sizeof(*contents->objects);
		err = corebtf_object_at(contents->corebtf, i, &contents->objects[i]);
		if (err)
			return err;
	}
	return 0;
}

static int read_contents(const char *file, struct contents *contents)
{
	struct reason line = {""};
	struct corebtf_open_opts opts = {
		.sz = sizeof(opts),
		.log = bundle_input_keep_line,
		.log_context = &line,
	};
	int err = corebtf_open_file(file, &contents->corebtf, &opts);

	contents->summary.sz = sizeof(contents->summary);
	if (!err)
		err = corebtf_summarize(contents->corebtf, &contents->summary);
	if (!err)
		err = read_entries(contents);
	if (!err)
		err = read_objects(contents);
	if (err == -EISDIR)
		reason_set(&line, err, "is a folder: see --kernels for the kernels below it");
	if (err)
		report_failure(file, "%s", bundle_input_words(&line, file, err));
	return err;
}

/* "3", or "1.3" if there are several bundles, each with its own numbers. */
static struct text_figure blob_name(const struct contents *contents,
				    const struct corebtf_entry *entry)
{
	struct text_figure name;

	if (contents->summary.bundles > 1)
		snprintf(name.text, sizeof(name.text), "%" PRIu32 ".%" PRIu32,
			 btf_id_bundle(entry->btf_id), btf_id_blob(entry->btf_id));
	else
		snprintf(name.text, sizeof(name.text), "%" PRIu32, btf_id_blob(entry->btf_id));
	return name;
}

static const char *or_dash(const char *text)
{
	return *text ? text : "-";
}

static int print_kernels(const struct contents *contents)
{
	static const char *const headings[] = {"OS",	 "VERSION", "MACHINE", "RELEASE",
					       ">BYTES", ">BTF",    "BUILD-ID"};
	_cleanup_(table_free) struct table table;
	bool has_build_id = false;
	int err = 0;

	for (size_t i = 0; i < contents->summary.entries; i++)
		has_build_id |= contents->entries[i].build_id_size > 0;
	table_init(&table, sizeof(headings) / sizeof(headings[0]) - !has_build_id);
	for (size_t i = 0; i < table.columns; i++)
		err |= table_add(&table, headings[i]);
	for (size_t i = 0; i < contents->summary.entries; i++) {
		const struct corebtf_entry *entry = &contents->entries[i];
		char build_id[KERNEL_BUILD_ID_SIZE * 2 + 1];

		err |= table_add(&table, or_dash(entry->os_id));
		err |= table_add(&table, or_dash(entry->version_id));
		err |= table_add(&table, entry->machine);
		err |= table_add(&table, entry->release);
		err |= table_add(&table, text_count(entry->btf_size).text);
		err |= table_add(&table, blob_name(contents, entry).text);
		if (!has_build_id)
			continue;
		kernel_build_id_text(entry->build_id, entry->build_id_size, build_id);
		err |= table_add(&table, or_dash(build_id));
	}
	if (!err)
		table_print(&table, stdout);
	return err;
}

static int print_objects(const struct contents *contents)
{
	static const char *const headings[] = {"OBJECT", ">RELOCATIONS", "DIGEST"};
	_cleanup_(table_free) struct table table;
	int err = 0;

	table_init(&table, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < table.columns; i++)
		err |= table_add(&table, headings[i]);
	for (size_t i = 0; i < contents->summary.objects; i++) {
		const struct corebtf_object *object = &contents->objects[i];
		char digest[20];

		snprintf(digest, sizeof(digest), "%016" PRIx64, object->digest);
		err |= table_add(&table, object->name);
		err |= table_add(&table, text_count(object->relocation_count).text);
		err |= table_add(&table, digest);
	}
	if (!err)
		table_print(&table, stdout);
	return err;
}

static int print_table(const struct contents *contents)
{
	const struct corebtf_summary *summary = &contents->summary;
	int err = print_kernels(contents);

	putchar('\n');
	if (!err)
		err = print_objects(contents);
	printf("\n%s kernel%s, %s distinct BTF%s (%s), %s in all, %s-endian%s\n",
	       text_count(summary->entries).text, text_plural(summary->entries),
	       text_count(summary->blobs).text, text_plural(summary->blobs),
	       text_size(summary->blob_bytes).text, text_size(summary->size).text,
	       summary->big_endian ? "big" : "little", summary->compressed ? ", compressed" : "");
	return err;
}

static void print_json_text(const char *before, const char *text)
{
	printf("%s", before);
	json_print_string(stdout, text);
}

static void print_json_entry(const struct corebtf_entry *entry)
{
	print_json_text("{\"release\": ", entry->release);
	print_json_text(", \"machine\": ", entry->machine);
	print_json_text(", \"os_id\": ", entry->os_id);
	print_json_text(", \"version_id\": ", entry->version_id);
	print_json_text(", \"uname_version\": ", entry->uname_version);
	printf(", \"build_id\": \"");
	for (size_t i = 0; i < entry->build_id_size; i++)
		printf("%02x", entry->build_id[i]);
	printf("\", \"btf_size\": %zu, \"bundle\": %" PRIu32 ", \"btf\": %" PRIu32 "}",
	       entry->btf_size, btf_id_bundle(entry->btf_id), btf_id_blob(entry->btf_id));
}

static void print_json(const char *file, const struct contents *contents)
{
	const struct corebtf_summary *summary = &contents->summary;

	print_json_text("{\n  \"file\": ", file);
	printf(",\n  \"summary\": {\"bundles\": %zu, \"kernels\": %zu, \"distinct_btfs\": %zu, "
	       "\"objects\": %zu, \"size\": %" PRIu64 ", \"btf_bytes\": %" PRIu64
	       ", \"stored_bytes\": %" PRIu64 ", \"big_endian\": %s, \"compressed\": %s},\n"
	       "  \"kernels\": [",
	       summary->bundles, summary->entries, summary->blobs, summary->objects, summary->size,
	       summary->blob_bytes, summary->stored_bytes, summary->big_endian ? "true" : "false",
	       summary->compressed ? "true" : "false");
	for (size_t i = 0; i < summary->entries; i++) {
		printf("%s\n    ", i ? "," : "");
		print_json_entry(&contents->entries[i]);
	}
	printf("\n  ],\n  \"objects\": [");
	for (size_t i = 0; i < summary->objects; i++) {
		const struct corebtf_object *object = &contents->objects[i];

		print_json_text(i ? ",\n    {\"name\": " : "\n    {\"name\": ", object->name);
		printf(", \"relocations\": %zu, \"digest\": \"%016" PRIx64 "\"}",
		       object->relocation_count, object->digest);
	}
	printf("\n  ]\n}\n");
}

static int list_kernels(struct list_options *options)
{
	_cleanup_(kernel_input_free) struct kernel_input kernels;

	kernel_input_init(&kernels, run_events());
	kernel_paths_find(&options->kernels, &kernels);
	kernel_list_sort(&kernels.list);
	kernel_input_select(&kernels, &options->select);
	kernel_input_list_sources(&kernels);
	kernel_notes_explain(&kernels, kernels.list.count, NULL, "");
	if (!kernels.list.count)
		return STATUS_FAILED;
	kernel_table_sort(&kernels.list);
	if (options->json) {
		kernel_table_print_json(&kernels.list);
	} else if (kernel_table_print(&kernels.list)) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	kernel_notes_not_selected(&kernels);
	return kernels.failures ? STATUS_FAILED : STATUS_DONE;
}

static int run(const struct command *command, int argc, char **argv)
{
	_cleanup_(cleanup_contents) struct contents contents = {0};
	_cleanup_(cleanup_options) struct list_options options = {0};
	int status;

	if (kernel_paths_init(&options.kernels, argc)) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	status = command_parse(command, argc, argv, take, &options);
	if (status != COMMAND_GO)
		return status;
	if (options.file && options.kernels.count)
		return command_usage_error(command, "either FILE or --kernels PATH");
	if (options.select.count && !options.kernels.count)
		return command_usage_error(command, "--select goes with --kernels PATH");
	status = kernel_paths_check(command, &options.kernels);
	if (status != COMMAND_GO)
		return status;
	if (options.kernels.count)
		return list_kernels(&options);
	if (!options.file)
		return command_usage_error(command, "no FILE given");
	if (pack_output_is_pack(options.file))
		return pack_table_print(options.file, options.json);
	if (read_contents(options.file, &contents))
		return STATUS_FAILED;
	if (options.json) {
		print_json(options.file, &contents);
	} else if (print_table(&contents)) {
		report_failure(NULL, "out of memory");
		return STATUS_FAILED;
	}
	kernel_notes_lookalikes(options.file, contents.corebtf, false);
	return STATUS_DONE;
}

static const struct command_option options_of_list[] = {
	{OPTION_KERNELS, "kernels", "[PATH...]",
	 "list the kernels that embed would find there; without\n"
	 "PATH: those that embed takes by default"},
	{OPTION_AS, "as", "KEY=VALUE[,...]",
	 "what the kernels at the PATHs after it are, as for embed"},
	{OPTION_SELECT, "select", "EXPR",
	 "list only the kernels that match EXPR, as for embed;\n"
	 "may be repeated"},
	{OPTION_JSON, "json", NULL, "print JSON"},
	{0},
};

const struct command command_list = {
	.name = "list",
	.usage = "[FILE | --kernels [PATH...]] [--json] [OPTION...]",
	.purpose = "list the kernels whose BTFs an executable or bundle has",
	.details = "FILE may also be a tar, or a pack (corebtf pack), of which it also prints how "
		   "many\n"
		   "bytes are for what. Kernels with the same number in the column BTF have "
		   "the same\n"
		   "BTF. The BPF objects listed are those that the BTFs were trimmed for.",
	.examples = "  corebtf list execsnoop\n"
		    "  corebtf list --json execsnoop | python3 -m json.tool\n"
		    "  corebtf list debian.pack\n"
		    "  corebtf list --kernels btfhub-archive --select 'os=debian,release<6'",
	.statuses = "0 done; 1 failed, or there are no BTFs",
	.options = options_of_list,
	.run = run,
};
