/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>
#include <cmocka.h>
#include <corebtf.h>

#include "tests/embedder/tar/exchange.h"
#include "tests/support/btf_bytes.h"

void *make_named_btf(const char *name, bool big_endian, size_t *ret_size)
{
	struct btf_bytes bytes = {.swapped = big_endian ==
					     (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__)};
	void *btf;

	btf_bytes_int(&bytes, name, 4, 0);
	btf = btf_bytes_build(&bytes, ret_size);
	btf_bytes_free(&bytes);
	return btf;
}

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

void *make_bundle_of(const struct made_kernel *kernels, bool objects, bool big_endian,
		     enum bundle_compression compression, size_t *ret_size)
{
	const struct bundle_layout_opts opts = {big_endian, compression};
	struct bundle_builder *builder = bundle_builder_new();
	struct reason why = {""};
	void *bundle = NULL;

	assert_non_null(builder);
	for (; kernels->release; kernels++) {
		size_t size, build_id_size = strlen(or_empty(kernels->build_id));
		void *btf = make_named_btf(kernels->btf, kernels->big_endian, &size);
		struct kernel_id id = {
			.release = kernels->release,
			.machine = kernels->machine,
			.os_id = or_empty(kernels->os_id),
			.version_id = or_empty(kernels->version_id),
			.uname_version = or_empty(kernels->uname_version),
			.build_id = (const uint8_t *)kernels->build_id,
			.build_id_size = build_id_size,
		};

		if (bundle_builder_add(builder, &id, btf, size, "test", &why))
			fail_msg("%s: %s", kernels->release, why.text);
		free(btf);
	}
	if (objects) {
		assert_int_equal(bundle_builder_add_object(builder, "b.bpf.o", 0x1234, 7), 0);
		assert_int_equal(bundle_builder_add_object(builder, "a.bpf.o", UINT64_MAX, 0), 0);
	}
	if (bundle_builder_layout(builder, &opts, &bundle, ret_size, &why))
		fail_msg("%s", why.text);
	bundle_builder_free(builder);
	return bundle;
}

void say(struct words *words, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	words->length += (size_t)vsnprintf(words->text + words->length,
					   sizeof(words->text) - words->length, format, arguments);
	va_end(arguments);
	if (words->length >= sizeof(words->text))
		abort();
}

/* make_named_btf()'s name: the last string. */
static const char *name_of_btf(const char *btf, size_t size)
{
	const char *name = btf + size - 1;

	assert_int_equal(*name, '\0');
	while (name[-1])
		name--;
	return name;
}

static int compare_lines(const void *left, const void *right)
{
	return strcmp(*(char *const *)left, *(char *const *)right);
}

void tell_bundle(struct words *words, const void *bundle, size_t size)
{
	struct corebtf *corebtf = NULL;
	char *lines[64];
	size_t count;

	assert_int_equal(corebtf_open_memory(bundle, size, &corebtf, NULL), 0);
	assert_int_equal(corebtf_check(corebtf), 0);
	count = corebtf_entry_count(corebtf);
	assert_true(count <= sizeof(lines) / sizeof(lines[0]));
	for (size_t i = 0; i < count; i++) {
		struct corebtf_entry entry = {.sz = sizeof(entry)};
		const void *btf = NULL;
		size_t btf_size = 0;

		assert_int_equal(corebtf_entry_at(corebtf, i, &entry), 0);
		assert_int_equal(corebtf_entry_btf(corebtf, &entry, &btf, &btf_size), 0);
		assert_true(asprintf(&lines[i], "%s %s %s %s %s %.*s = %s", entry.os_id,
				     entry.version_id, entry.machine, entry.release,
				     entry.uname_version, (int)entry.build_id_size,
				     entry.build_id_size ? (const char *)entry.build_id : "",
				     name_of_btf(btf, btf_size)) > 0);
	}
	corebtf_close(corebtf);
	qsort(lines, count, sizeof(lines[0]), compare_lines);
	for (size_t i = 0; i < count; i++) {
		say(words, "%s\n", lines[i]);
		free(lines[i]);
	}
}

static void check_header(struct archive_entry *entry)
{
	assert_int_equal(archive_entry_filetype(entry), AE_IFREG);
	assert_int_equal(archive_entry_perm(entry), 0644);
	assert_int_equal(archive_entry_mtime(entry), 0);
	assert_int_equal(archive_entry_uid(entry), 0);
	assert_int_equal(archive_entry_gid(entry), 0);
	assert_string_equal(or_empty(archive_entry_uname(entry)), "");
	assert_string_equal(or_empty(archive_entry_gname(entry)), "");
	assert_null(archive_entry_hardlink(entry));
}

static void tell_text(struct words *words, struct archive *archive)
{
	char text[8192], *rest = text, *line;
	la_ssize_t size = archive_read_data(archive, text, sizeof(text) - 1);

	assert_true(size > 0);
	text[size] = '\0';
	while ((line = strsep(&rest, "\n")) && rest)
		say(words, "  %s\n", line);
	assert_string_equal(line, ""); /* the last line has its end */
}

void tell_tar(struct words *words, const void *tar, size_t size)
{
	struct archive *archive = archive_read_new();
	struct archive_entry *entry;
	int result;

	archive_read_support_format_tar(archive);
	archive_read_support_filter_all(archive);
	assert_int_equal(archive_read_open_memory(archive, tar, size), ARCHIVE_OK);
	while ((result = archive_read_next_header(archive, &entry)) == ARCHIVE_OK) {
		const char *name = archive_entry_pathname(entry);

		check_header(entry);
		say(words, "%s %lld\n", name, (long long)archive_entry_size(entry));
		if (strcmp(name, "./corebtf.manifest") == 0)
			tell_text(words, archive);
	}
	assert_int_equal(result, ARCHIVE_EOF);
	archive_read_free(archive);
}

void tell_skipped(void *words, const char *name, const char *why)
{
	say(words, "! %s: %s\n", name, why);
}
