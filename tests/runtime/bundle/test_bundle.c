/* SPDX-License-Identifier: MIT */
/*
 * Opening bundles, complete and damaged. The bytes always end before an inaccessible page.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/btf_id.h"
#include "runtime/bundle/format.h"
#include "runtime/open/handle.h"
#include "tests/support/make_bundle.h"
#include "tests/support/runtime_support.h"

static const char btf_a[] = "BTF of kernel A, of thirty-some bytes";
static const char btf_b[] = "BTF of kernel B";
static const char btf_c[] = "BTF of kernel C, which is another one again";

static const struct made_blob blobs[] = {
	{btf_a, sizeof(btf_a), 0},
	{btf_b, sizeof(btf_b), 0},
	{btf_c, sizeof(btf_c), 1},
};

/* The first two differ by their build-id alone, so a hidden entry would be a wrong BTF. */
static const struct made_entry entries[] = {
	{.release = "5.4.0-0", .machine = "x86_64", .build_id = "AAAAAAAAAAAAAAAAAAAA", .blob = 0},
	{.release = "5.4.0-0",
	 .machine = "x86_64",
	 .os_id = "ubuntu",
	 .version_id = "20.04",
	 .uname_version = "#1 SMP",
	 .blob = 1},
	{.release = "5.4.0-4", .machine = "arm64", .os_id = "debian", .blob = 2},
	{.release = "6.1.0-3", .machine = "s390x", .blob = 2},
};

static const struct made_object objects[] = {
	{"one.bpf.o", UINT64_C(0x1122334455667788), 12},
	{"two.bpf.o", 5, 0},
};

static uint8_t *make_kind(bool big_endian, bool xz, bool packed_tables, bool longer_records,
			  size_t *size)
{
	const struct made_bundle what = {
		.big_endian = big_endian,
		.xz = xz,
		.packed_tables = packed_tables,
		.longer_records = longer_records,
		.entries = entries,
		.entry_count = 4,
		.blobs = blobs,
		.blob_count = 3,
		.block_count = 2,
		.objects = objects,
		.object_count = 2,
	};

	return make_bundle(&what, size);
}

static uint8_t *make(bool big_endian, bool xz, size_t *size)
{
	return make_kind(big_endian, xz, false, false, size);
}

static int open_bytes(const void *data, size_t size, struct corebtf **handle)
{
	static struct logged logged;
	struct corebtf_open_opts opts = logged_opts(&logged);
	int err = corebtf_open_memory(data, size, handle, &opts);

	if (err) /* every failure is logged */
		assert_non_null(strstr(logged.text, "memory: "));
	return err;
}

static void whole_one_shows_what_was_put_in(void **state)
{
	for (int kind = 0; kind < 16; kind++) {
		struct corebtf_summary summary = {.sz = sizeof(summary)};
		struct corebtf_entry entry = {.sz = sizeof(entry)};
		struct corebtf_object object = {.sz = sizeof(object)};
		struct corebtf *handle;
		size_t size, seen = 0;
		uint8_t *bundle = make_kind(kind & 1, kind & 2, kind & 4, kind & 8, &size);
		uint8_t *bytes = guarded_copy(bundle, size);

		assert_int_equal(open_bytes(bytes, size, &handle), 0);
		assert_int_equal(corebtf_check(handle), 0);
		assert_int_equal(corebtf_entry_count(handle), 4);
		for (size_t i = 0; i < 4; i++) {
			const void *btf;
			size_t btf_size;
			uint32_t blob;

			assert_int_equal(corebtf_entry_at(handle, i, &entry), 0);
			blob = btf_id_blob(entry.btf_id);
			assert_int_equal(entry.match, COREBTF_MATCH_NONE);
			for (size_t j = 0; j < 4; j++)
				if (!strcmp(entry.release, entries[j].release) &&
				    blob == entries[j].blob) {
					seen |= (size_t)1 << j;
					assert_string_equal(entry.machine, entries[j].machine);
					assert_string_equal(entry.os_id, entries[j].os_id ?: "");
					assert_int_equal(entry.build_id_size,
							 entries[j].build_id ? 20 : 0);
					assert_int_equal(entry.btf_size, blobs[blob].size);
				}
			assert_int_equal(corebtf_entry_btf(handle, &entry, &btf, &btf_size), 0);
			assert_int_equal(btf_size, blobs[blob].size);
			assert_memory_equal(btf, blobs[blob].data, btf_size);
			assert_int_equal((uintptr_t)btf % 8, 0);
		}
		assert_int_equal(seen, 15);
		assert_int_equal(corebtf_entry_at(handle, 4, &entry), -ERANGE);
		assert_int_equal(corebtf_object_count(handle), 2);
		assert_int_equal(corebtf_object_at(handle, 0, &object), 0);
		assert_string_equal(object.name, "one.bpf.o");
		assert_true(object.digest == UINT64_C(0x1122334455667788));
		assert_int_equal(object.relocation_count, 12);
		assert_int_equal(corebtf_object_at(handle, 1, &object), 0);
		assert_string_equal(object.name, "two.bpf.o");
		assert_true(object.digest == 5);
		assert_int_equal(object.relocation_count, 0);
		assert_int_equal(corebtf_object_at(handle, 2, &object), -ERANGE);
		assert_int_equal(corebtf_summarize(handle, &summary), 0);
		assert_int_equal(summary.bundles, 1);
		assert_int_equal(summary.blobs, 3);
		assert_int_equal(summary.size, size);
		assert_int_equal(summary.blob_bytes, sizeof(btf_a) + sizeof(btf_b) + sizeof(btf_c));
		assert_int_equal(summary.big_endian, kind & 1);
		assert_int_equal(summary.compressed, !!(kind & 2));
		corebtf_close(handle);
		guarded_free(bytes, size);
		free(bundle);
	}
}

static void each_header_field_broken(void **state)
{
	static const struct {
		size_t offset, width;
		uint64_t value;
		int err; /* with a header checksum that fits */
	} cases[] = {
#define CASE(member, value, err)                                                                   \
	{offsetof(struct corebtf_format_header, member),                                           \
	 sizeof(((struct corebtf_format_header *)0)->member), value, err}
		CASE(magic[0], 0xc1, -EBADMSG),
		CASE(magic[7], '\r', -EBADMSG),
		CASE(byte_order, 0x01020305, -EBADMSG),
		CASE(version, 0, -EBADMSG),
		CASE(version, 1, -EBADMSG), /* never released */
		CASE(version, 3, -EOPNOTSUPP),
		CASE(header_size, 95, -EBADMSG),
		CASE(header_size, 0, -EBADMSG),
		CASE(header_size, 104, -EBADMSG), /* then the entries are in the header */
		CASE(size, 0, -EBADMSG),
		CASE(size, 96, -EBADMSG),
		CASE(size, 0xfffffff8, -EBADMSG),
		CASE(size, 0xffffffff, -EBADMSG),
		CASE(features, 2, -EBADMSG), /* packed tables of no size */
		CASE(features, 4, -EOPNOTSUPP),
		CASE(packed_tables_size, 8, -EBADMSG),
		CASE(features, 0x80000001, -EOPNOTSUPP),
		CASE(hints, 0xffffffff, 0),
		CASE(entry_size, 52, -EBADMSG),
		CASE(entry_size, 58, -EBADMSG),
		CASE(entry_size, 0, -EBADMSG),
		CASE(blob_size, 16, -EBADMSG),
		CASE(block_size, 16, -EBADMSG),
		CASE(object_size, 16, -EBADMSG),
		CASE(object_size, 0xffff, -EBADMSG),
		CASE(entry_count, COREBTF_MAX_ENTRIES + 1, -EBADMSG),
		CASE(entry_count, 0xffffffff, -EBADMSG),
		CASE(entry_count, 5, -EBADMSG),
		CASE(blob_count, 4, -EBADMSG),
		CASE(blob_count, 0xffffffff, -EBADMSG),
		CASE(block_count, 3, -EBADMSG),
		CASE(block_count, 0x40000000, -EBADMSG), /* 20 times it is 5 * 2^32 */
		CASE(object_count, 3, -EBADMSG),
		CASE(object_count, COREBTF_MAX_OBJECTS + 1, -EBADMSG),
		CASE(entries_offset, 0, -EBADMSG),
		CASE(entries_offset, 97, -EBADMSG),
		CASE(entries_offset, 104, -EBADMSG),
		CASE(entries_offset, 0xfffffff8, -EBADMSG),
		CASE(blobs_offset, 96, -EBADMSG),
		CASE(blobs_offset, 0xfffffff8, -EBADMSG),
		CASE(blocks_offset, 0, -EBADMSG),
		CASE(objects_offset, 0xfffffff8, -EBADMSG),
		CASE(strings_offset, 0, -EBADMSG),
		CASE(strings_offset, 0xfffffff8, -EBADMSG),
		CASE(strings_size, COREBTF_MAX_STRINGS_SIZE + 1, -EBADMSG),
		CASE(strings_size, 0xffffffff, -EBADMSG),
		CASE(data_offset, 0, -EBADMSG),
		CASE(data_offset, 0xfffffff8, -EBADMSG),
		CASE(reserved, 1, -EBADMSG),
#undef CASE
	};

	for (int big_endian = 0; big_endian < 2; big_endian++) {
		size_t size;
		uint8_t *bundle = make(big_endian, true, &size);

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			uint8_t *bytes = guarded_copy(bundle, size);
			struct corebtf *handle;
			int err;

			poke(bytes, cases[i].offset, cases[i].width, cases[i].value);
			err = open_bytes(bytes, size, &handle);
			/* The version is checked before the checksum; anything else is damage. */
			assert_int_equal(err, cases[i].offset == 12 ? cases[i].err : -EBADMSG);
			fix_header(bytes);
			err = open_bytes(bytes, size, &handle);
			if (err != cases[i].err)
				print_error("case %zu\n", i);
			assert_int_equal(err, cases[i].err);
			if (!err)
				corebtf_close(handle);
			guarded_free(bytes, size);
		}
		free(bundle);
	}
}

static void cut_off_at_every_length(void **state)
{
	for (int kind = 0; kind < 8; kind++) {
		size_t size;
		uint8_t *bundle = make_kind(kind & 1, kind & 2, kind & 4, false, &size);

		for (size_t length = 0; length < size; length++) {
			uint8_t *bytes = guarded_copy(bundle, length);
			struct corebtf *handle;

			/* the inner function: it takes any alignment, as in a file */
			assert_int_equal(handle_new("memory", NULL, &handle), 0);
			assert_int_equal(handle_open_memory(handle, bytes, length),
					 length ? -EBADMSG : -ENODATA);
			handle_free(handle);
			guarded_free(bytes, length);
		}
		free(bundle);
	}
}

struct wanted {
	const char *release, *machine, *build_id;
	const char *btf; /* NULL: there is none */
	size_t size;
};

/* Damage may have no effect or cause an error, but never another BTF and never -ENOENT. */
static void look_up(struct corebtf *handle)
{
	static const struct wanted wanted[] = {
		{"5.4.0-0", "x86_64", "AAAAAAAAAAAAAAAAAAAA", btf_a, sizeof(btf_a)},
		{"5.4.0-0", "x86_64", "BBBBBBBBBBBBBBBBBBBB", btf_b, sizeof(btf_b)},
		{"5.4.0-4", "aarch64", NULL, btf_c, sizeof(btf_c)},
		{"6.1.0-3", "s390x", NULL, btf_c, sizeof(btf_c)},
		{"6.1.0-3", "x86_64", NULL, NULL, 0},
		{"9.9.9", "arm64", NULL, NULL, 0},
	};

	for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
		struct corebtf_entry entry = {.sz = sizeof(entry)};
		struct corebtf_kernel_opts opts = {
			.sz = sizeof(opts),
			.release = wanted[i].release,
			.machine = wanted[i].machine,
			.build_id = wanted[i].build_id,
			.build_id_size = wanted[i].build_id ? 20 : 0,
		};
		const void *btf;
		size_t size;
		int err = corebtf_find_entry(handle, &opts, &entry);

		if (!wanted[i].btf) {
			assert_true(err == -ENOENT || err == -EBADMSG);
			continue;
		}
		if (!err)
			err = corebtf_entry_btf(handle, &entry, &btf, &size);
		if (err) {
			assert_true(err == -EBADMSG || err == -EOPNOTSUPP);
			continue;
		}
		assert_int_equal(size, wanted[i].size);
		assert_memory_equal(btf, wanted[i].btf, size);
		assert_string_equal(entry.release, wanted[i].release);
	}
}

static void every_bit_flipped(void **state)
{
	for (int kind = 0; kind < 8; kind++) {
		size_t size;
		uint8_t *bundle = make_kind(kind & 1, kind & 2, kind & 4, false, &size);
		uint8_t *bytes = guarded_copy(bundle, size);
		size_t data = peek(bundle, offsetof(struct corebtf_format_header, data_offset), 4);

		for (size_t bit = 0; bit < 9 * size; bit++) {
			uint8_t mask = bit % 9 == 8 ? 0xff : (uint8_t)(1 << bit % 9);
			struct corebtf *handle;
			int err;

			if ((kind & 6) && bit % 9 % 4) /* unpacking is slow */
				continue;
			bytes[bit / 9] ^= mask;
			err = corebtf_open_memory(bytes, size, &handle, NULL);
			if (err) {
				assert_true(err == -EBADMSG || err == -EOPNOTSUPP);
				assert_true(bit / 9 < (kind & 4 ? data : 96));
			} else {
				look_up(handle);
				/* the checksums cover the tables and their gaps, not the padding
				 * of the data */
				if (bit / 9 < data)
					assert_int_equal(corebtf_check(handle), -EBADMSG);
				else
					corebtf_check(handle);
				corebtf_close(handle);
			}
			bytes[bit / 9] ^= mask;
		}
		guarded_free(bytes, size);
		free(bundle);
	}
}

/* A faulty writer, or a forger: the checksums are right, the contents wrong. */
static void records_that_lie(void **state)
{
	enum table { ENTRY, BLOB, BLOCK, OBJECT };
	static const struct {
		enum table table;
		size_t offset;
		uint64_t value;
	} cases[] = {
		{ENTRY, 0, 1}, /* hash */
		{ENTRY, 4, 3}, /* blob past the last */
		{ENTRY, 4, 0xffffffff},
		{ENTRY, 8, 0},		/* no release */
		{ENTRY, 12, 0},		/* no machine */
		{ENTRY, 8, 0xffffffff}, /* a string outside */
		{ENTRY, 24, 0x10000},
		{ENTRY, 28, 21}, /* a build-id that is too long */
		{BLOB, 0, 2},	 /* block past the last */
		{BLOB, 4, 0xfffffff8},
		{BLOB, 4, 4}, /* not aligned */
		{BLOB, 8, 0xffffffff},
		{BLOB, 8, 1000},
		{BLOB, 12, 0}, /* CRC of its bytes */
		{BLOCK, 0, 4}, /* not aligned */
		{BLOCK, 0, 0xfffffff8},
		{BLOCK, 4, 0xffffffff},
		{BLOCK, 8, 0xffffffff}, /* raw with two sizes, or unpacked past the limit */
		{BLOCK, 12, 2},		/* unknown codec */
		{OBJECT, 8, 0xffffffff},
	};

	for (int kind = 0; kind < 4; kind++) {
		size_t size;
		uint8_t *bundle = make(kind & 1, kind & 2, &size);

		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			uint8_t *bytes = guarded_copy(bundle, size);
			static struct logged logged;
			struct corebtf_open_opts opts = logged_opts(&logged);
			struct corebtf *handle;
			size_t at;

			switch (cases[i].table) {
			case ENTRY:
				at = entry_at(bytes, 0);
				break;
			case BLOB:
				at = blob_at(bytes, 0);
				break;
			case BLOCK:
				at = block_at(bytes, 0);
				break;
			default:
				at = object_at(bytes, 0);
			}
			poke(bytes, at + cases[i].offset, 4, cases[i].value);
			if (cases[i].table == ENTRY)
				fix_entry(bytes, 0);
			else if (cases[i].table == BLOB)
				fix_blob(bytes, 0);
			else if (cases[i].table == BLOCK)
				fix_block(bytes, 0);
			else
				fix_object(bytes, 0);
			fix_tables(bytes);
			assert_int_equal(corebtf_open_memory(bytes, size, &handle, &opts), 0);
			if (corebtf_check(handle) != -EBADMSG)
				print_error("kind %d case %zu\n", kind, i);
			assert_int_equal(corebtf_check(handle), -EBADMSG);
			assert_non_null(strstr(logged.text, "memory: bundle 0 at offset 0: "));
			look_up(handle);
			corebtf_close(handle);
			guarded_free(bytes, size);
		}
		free(bundle);
	}
}

/* Damage outside of what a lookup reads: a hit is returned, but -ENOENT is not. */
static void miss_answers_for_all_tables(void **state)
{
	enum { COUNT = 64 };
	struct made_entry many[COUNT];
	char releases[COUNT][8];
	const struct made_bundle what = {
		.entries = many,
		.entry_count = COUNT,
		.blobs = blobs,
		.blob_count = 3,
		.block_count = 2,
	};
	struct corebtf_kernel_opts kernel = {.sz = sizeof(kernel), .machine = "x86_64"};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *handle;
	size_t size;
	uint8_t *bundle;
	uint32_t hits = 0;

	memset(many, 0, sizeof(many));
	for (size_t i = 0; i < COUNT; i++) {
		snprintf(releases[i], sizeof(releases[i]), "%zu", i);
		many[i].release = releases[i];
		many[i].machine = "x86_64";
	}
	bundle = make_bundle(&what, &size);
	bundle[entry_at(bundle, COUNT / 2) + 33] ^= 1;
	assert_int_equal(open_bytes(bundle, size, &handle), 0);
	for (size_t i = 0; i < COUNT; i++) {
		int err;

		kernel.release = releases[i];
		err = corebtf_find_entry(handle, &kernel, &entry);
		assert_true(!err || err == -EBADMSG);
		hits += !err;
	}
	assert_true(hits >= COUNT - 10 && hits < COUNT);
	for (size_t i = 0; i < COUNT; i++) {
		char missing[16];

		snprintf(missing, sizeof(missing), "no %zu", i);
		kernel.release = missing;
		assert_int_equal(corebtf_find_entry(handle, &kernel, &entry), -EBADMSG);
	}
	corebtf_close(handle);
	free(bundle);
}

/* Entries that are not sorted by hash are damage, also where the search finds the right one. */
static void entries_out_of_order(void **state)
{
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *handle;
	uint8_t record[56];
	size_t size;
	uint8_t *bundle = make(false, false, &size);
	int err;

	memcpy(record, bundle + entry_at(bundle, 0), sizeof(record));
	memmove(bundle + entry_at(bundle, 0), bundle + entry_at(bundle, 1), 3 * sizeof(record));
	memcpy(bundle + entry_at(bundle, 3), record, sizeof(record));
	fix_tables(bundle);
	assert_int_equal(open_bytes(bundle, size, &handle), 0);
	assert_int_equal(corebtf_check(handle), -EBADMSG);
	for (size_t i = 0; i < 4; i++) {
		struct corebtf_kernel_opts kernel = {.sz = sizeof(kernel),
						     .release = entries[i].release,
						     .machine = entries[i].machine};

		err = corebtf_find_entry(handle, &kernel, &entry);
		if (!err)
			assert_string_equal(entry.release, entries[i].release);
	}
	corebtf_close(handle);
	free(bundle);
}

/* A release for several machines, several builds of one, and names that begin alike. */
static const struct made_entry packed_entries[] = {
	{.release = "5.4.0-1", .machine = "arm64", .blob = 0},
	{.release = "5.4.0-1", .machine = "s390x", .blob = 1},
	{.release = "5.4.0-1", .machine = "x86_64", .build_id = "AAAA", .blob = 0},
	{.release = "5.4.0-1", .machine = "x86_64", .build_id = "BBBB", .blob = 1},
	{.release = "5.4.0-1", .machine = "x86_64", .build_id = "CCCC", .blob = 2},
	{.release = "5.4.0-10", .machine = "x86_64", .blob = 2},
	{.release = "5.4.0-2", .machine = "x86_64", .blob = 0},
};
#define PACKED_COUNT (sizeof(packed_entries) / sizeof(packed_entries[0]))

/* Every number of entries, so that the binary search ends at each place. */
static void packed_entries_are_found(void **state)
{
	for (uint32_t count = 1; count <= PACKED_COUNT; count++) {
		const struct made_bundle what = {
			.packed_tables = true,
			.entries = packed_entries,
			.entry_count = count,
			.blobs = blobs,
			.blob_count = 3,
			.block_count = 2,
		};
		struct corebtf *handle;
		size_t size;
		uint8_t *bundle = make_bundle(&what, &size);

		assert_int_equal(open_bytes(bundle, size, &handle), 0);
		assert_int_equal(corebtf_check(handle), 0);
		for (uint32_t i = 0; i < PACKED_COUNT; i++) {
			const struct made_entry *wanted = &packed_entries[i];
			struct corebtf_entry entry = {.sz = sizeof(entry)};
			struct corebtf_kernel_opts kernel = {
				.sz = sizeof(kernel),
				.release = wanted->release,
				.machine = wanted->machine,
				.build_id = (const uint8_t *)wanted->build_id,
				.build_id_size = wanted->build_id ? 4 : 0,
			};
			int err = corebtf_find_entry(handle, &kernel, &entry);

			assert_int_equal(err, i < count ? 0 : -ENOENT);
			if (err)
				continue;
			assert_string_equal(entry.release, wanted->release);
			assert_string_equal(entry.machine, wanted->machine);
			assert_int_equal(btf_id_blob(entry.btf_id), wanted->blob);
		}
		corebtf_close(handle);
		free(bundle);
	}
}

static void packed_entries_out_of_order(void **state)
{
	for (uint32_t i = 0; i < 2; i++) {
		/* Once the releases are in the wrong order, once the machines of one. */
		const struct made_entry swapped[] = {packed_entries[i ? 5 : 2],
						     packed_entries[i ? 2 : 0]};
		const struct made_bundle what = {
			.packed_tables = true,
			.unsorted = true,
			.entries = swapped,
			.entry_count = 2,
			.blobs = blobs,
			.blob_count = 3,
			.block_count = 2,
		};
		static struct logged logged;
		struct corebtf_open_opts opts = logged_opts(&logged);
		struct corebtf *handle;
		size_t size;
		uint8_t *bundle = make_bundle(&what, &size);

		assert_int_equal(corebtf_open_memory(bundle, size, &handle, &opts), 0);
		assert_int_equal(corebtf_check(handle), -EBADMSG);
		assert_non_null(strstr(logged.text, "entry 1: not sorted by release and machine"));
		corebtf_close(handle);
		free(bundle);
	}
}

/* The strings are the last bytes, and the last string has no NUL. */
static void string_without_end(void **state)
{
	static const struct made_entry one = {.release = "1234567", .machine = "1234567"};
	const struct made_bundle what = {.entries = &one, .entry_count = 1};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *handle;
	uint8_t *bundle, *bytes;
	size_t size, strings;

	bundle = make_bundle(&what, &size);
	strings = peek(bundle, offsetof(struct corebtf_format_header, strings_offset), 4);
	poke(bundle, offsetof(struct corebtf_format_header, strings_size), 4, size - strings);
	memset(bundle + strings + 9, 'x', size - strings - 9); /* machine and all after it */
	fix_entry(bundle, 0);
	fix_tables(bundle);
	bytes = guarded_copy(bundle, size);
	assert_int_equal(open_bytes(bytes, size, &handle), 0);
	assert_int_equal(corebtf_entry_at(handle, 0, &entry), -EBADMSG);
	corebtf_close(handle);
	guarded_free(bytes, size);
	free(bundle);
}

static void gap_that_is_not_zero(void **state)
{
	struct corebtf *handle;
	size_t size;
	uint8_t *bundle = make(false, false, &size);

	/* 3 blob records of 20 bytes, then 4 bytes of gap */
	poke(bundle, blob_at(bundle, 3), 4, 1);
	fix_tables(bundle);
	assert_int_equal(open_bytes(bundle, size, &handle), 0);
	look_up(handle);
	assert_int_equal(corebtf_check(handle), -EBADMSG);
	corebtf_close(handle);
	free(bundle);
}

static void several_in_a_row(void **state)
{
	size_t little_size, big_size, total;
	uint8_t *little = make(false, false, &little_size), *big = make(true, true, &big_size);
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	struct corebtf *handle;
	uint8_t *row, *bytes;

	/* zero bytes before, between and after */
	total = 16 + little_size + 40 + big_size + 8 + little_size + 11;
	row = calloc(1, total);
	memcpy(row + 16, little, little_size);
	memcpy(row + 16 + little_size + 40, big, big_size);
	memcpy(row + 16 + little_size + 40 + big_size + 8, little, little_size);
	assert_int_equal(open_bytes(row, total, &handle), 0);
	assert_int_equal(corebtf_entry_count(handle), 12);
	assert_int_equal(corebtf_object_count(handle), 6);
	assert_int_equal(corebtf_check(handle), 0);
	assert_int_equal(corebtf_summarize(handle, &summary), 0);
	assert_int_equal(summary.bundles, 3);
	for (size_t i = 0; i < 12; i++) {
		assert_int_equal(corebtf_entry_at(handle, i, &entry), 0);
		assert_int_equal(btf_id_bundle(entry.btf_id), i / 4);
	}
	assert_int_equal(corebtf_entry_at(handle, 12, &entry), -ERANGE);
	look_up(handle);
	corebtf_close(handle);

	/* Each byte of the later header damaged: said so, with its place. */
	for (size_t i = 0; i < 96; i++) {
		static struct logged logged;
		struct corebtf_open_opts opts = logged_opts(&logged);
		char place[64];
		int err;

		row[16 + little_size + 40 + i] ^= 0x10;
		snprintf(place, sizeof(place), "bundle 1 at offset %zu: ", 16 + little_size + 40);
		err = corebtf_open_memory(row, total, &handle, &opts);
		assert_true(err == -EBADMSG || err == -EOPNOTSUPP);
		assert_non_null(strstr(logged.text, place));
		row[16 + little_size + 40 + i] ^= 0x10;
	}
	/* Anything else than zero between or after. */
	row[16 + little_size + 20] = 1;
	assert_int_equal(open_bytes(row, total, &handle), -EBADMSG);
	row[16 + little_size + 20] = 0;
	row[total - 1] = 1;
	assert_int_equal(open_bytes(row, total, &handle), -EBADMSG);
	row[total - 1] = 0;

	/* and the last one cut off */
	for (size_t length = total - 11 - 1; length > total - 11 - little_size; length -= 7) {
		bytes = guarded_copy(row, length);
		assert_int_equal(handle_new("memory", NULL, &handle), 0);
		assert_int_equal(handle_open_memory(handle, bytes, length), -EBADMSG);
		handle_free(handle);
		guarded_free(bytes, length);
	}
	free(row);
	free(little);
	free(big);
}

static void too_many_bundles(void **state)
{
	const struct made_bundle nothing = {.entry_count = 0};
	size_t size;
	uint8_t *bundle = make_bundle(&nothing, &size);
	uint8_t *row = malloc((HANDLE_MAX_BUNDLES + 1) * size);
	struct corebtf *handle;

	for (size_t i = 0; i <= HANDLE_MAX_BUNDLES; i++)
		memcpy(row + i * size, bundle, size);
	assert_int_equal(corebtf_open_memory(row, HANDLE_MAX_BUNDLES * size, &handle, NULL), 0);
	assert_int_equal(corebtf_check(handle), 0);
	assert_int_equal(corebtf_entry_count(handle), 0);
	corebtf_close(handle);
	assert_int_equal(corebtf_open_memory(row, (HANDLE_MAX_BUNDLES + 1) * size, &handle, NULL),
			 -EBADMSG);
	free(row);
	free(bundle);
}

static void nothing_in_it(void **state)
{
	static const uint8_t zeros[24] __attribute__((aligned(8)));
	struct corebtf *handle = (struct corebtf *)1;

	assert_int_equal(open_bytes(NULL, 0, &handle), -ENODATA);
	for (size_t size = 0; size <= sizeof(zeros); size++)
		assert_int_equal(open_bytes(zeros, size, &handle), -ENODATA);
	assert_int_equal(corebtf_open_memory(zeros + 1, 8, &handle, NULL), -EINVAL);
	assert_int_equal(corebtf_open_memory(NULL, 8, &handle, NULL), -EINVAL);
	assert_ptr_equal(handle, (struct corebtf *)1); /* untouched */
	corebtf_close(NULL);
}

static void structs_of_other_versions(void **state)
{
	struct {
		struct corebtf_entry known;
		uint64_t newer;
	} entry = {.known.sz = sizeof(entry), .newer = 7};
	struct {
		struct corebtf_open_opts known;
		uint64_t newer;
	} opts = {.known.sz = sizeof(opts)};
	struct corebtf_entry older = {.sz = offsetof(struct corebtf_entry, os_id)};
	struct corebtf *handle;
	const void *btf;
	size_t size;
	uint8_t *bundle = make(false, false, &size);

	assert_int_equal(corebtf_open_memory(bundle, size, &handle, &opts.known), 0);
	assert_int_equal(corebtf_entry_at(handle, 0, &entry.known), 0);
	assert_int_equal(entry.newer, 0); /* fields that are unknown to this library are zero */
	assert_int_equal(entry.known.sz, sizeof(entry));
	older.os_id = "mine";
	assert_int_equal(corebtf_entry_at(handle, 0, &older), 0);
	assert_string_equal(older.os_id, "mine");
	assert_int_equal(corebtf_entry_btf(handle, &older, &btf, &size), -EINVAL);
	/* A caller whose struct ends behind what tells the BTF. */
	older.sz = offsetof(struct corebtf_entry, match);
	assert_int_equal(corebtf_entry_at(handle, 0, &older), 0);
	assert_int_equal(corebtf_entry_btf(handle, &older, &btf, &size), 0);
	older.sz = 0;
	assert_int_equal(corebtf_entry_at(handle, 0, &older), -EINVAL);
	entry.known.btf_id = btf_id_make(1, 0);
	assert_int_equal(corebtf_entry_btf(handle, &entry.known, &btf, &size), -EINVAL);
	entry.known.btf_id = btf_id_make(0, 3);
	assert_int_equal(corebtf_entry_btf(handle, &entry.known, &btf, &size), -EINVAL);
	corebtf_close(handle);
	opts.newer = 1; /* asks for what we do not have */
	assert_int_equal(corebtf_open_memory(bundle, size, &handle, &opts.known), -EINVAL);
	free(bundle);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_one_shows_what_was_put_in),
		cmocka_unit_test(each_header_field_broken),
		cmocka_unit_test(cut_off_at_every_length),
		cmocka_unit_test(every_bit_flipped),
		cmocka_unit_test(records_that_lie),
		cmocka_unit_test(miss_answers_for_all_tables),
		cmocka_unit_test(entries_out_of_order),
		cmocka_unit_test(packed_entries_are_found),
		cmocka_unit_test(packed_entries_out_of_order),
		cmocka_unit_test(string_without_end),
		cmocka_unit_test(gap_that_is_not_zero),
		cmocka_unit_test(several_in_a_row),
		cmocka_unit_test(too_many_bundles),
		cmocka_unit_test(nothing_in_it),
		cmocka_unit_test(structs_of_other_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
