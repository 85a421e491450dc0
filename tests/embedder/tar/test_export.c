/* SPDX-License-Identifier: MIT */
/*
 * Bundles in, tars out: names, what goes into the manifest, what is left out; import makes the same
 * bundle of each tar.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "embedder/tar/tar_export.h"
#include "embedder/tar/tar_import.h"
#include "tests/embedder/tar/exchange.h"
#include "tests/support/scratch.h"

/* The result of one export. */
struct exported {
	void *tar;
	size_t size;
	struct tar_export_counts counts;
	struct words skipped;
	int error;
	struct reason why;
};

static void export_with(const void *bundle, size_t size, struct tar_export_opts opts,
			struct exported *exported)
{
	memset(exported, 0, sizeof(*exported));
	opts.skip = tell_skipped;
	opts.context = &exported->skipped;
	exported->error = tar_export(bundle, size, &opts, &exported->tar, &exported->size,
				     &exported->counts, &exported->why);
}

static void expect_tar(const struct exported *exported, const char *expected)
{
	struct words words = {.length = 0};

	if (exported->error)
		fail_msg("%s", exported->why.text);
	tell_tar(&words, exported->tar, exported->size);
	assert_string_equal(words.text, expected);
}

/* Takes over the tar. */
static void expect_import(struct exported *exported, const void *bundle, size_t size)
{
	struct tar_import_result result;
	struct words skipped = {.length = 0};
	struct tar_import_opts opts = {.skip = tell_skipped, .context = &skipped};
	struct reason why = {""};

	if (exported->error)
		fail_msg("%s", exported->why.text);
	scratch_write("back.tar", exported->tar, exported->size);
	free(exported->tar);
	if (tar_import("back.tar", &opts, &result, &why))
		fail_msg("%s", why.text);
	assert_string_equal(skipped.text, "");
	assert_int_equal(result.bundle_size, size);
	assert_memory_equal(result.bundle, bundle, size);
	tar_import_free(&result);
}

static void expect_round_trip(const void *bundle, size_t size, struct tar_export_opts opts)
{
	struct exported exported;

	export_with(bundle, size, opts, &exported);
	assert_string_equal(exported.skipped.text, "");
	expect_import(&exported, bundle, size);
}

static const struct made_kernel plain[] = {
	{"ubuntu", "20.04", "x86_64", "5.4.0-58-generic", .btf = "one"},
	{"ubuntu", "18.04", "x86_64", "5.4.0-58-generic", .btf = "two"},
	{"debian", "11", "arm64", "5.10.0-30-arm64", .btf = "one"},
	{0},
};

static void test_layouts(void **state)
{
	size_t size;
	void *bundle = make_bundle_of(plain, false, false, BUNDLE_COMPRESSION_NONE, &size);
	struct exported exported;

	(void)state;
	/* Equal BTFs stand together: the order is that of the bundle's BTFs, then of the names. */
	export_with(bundle, size, (struct tar_export_opts){.layout = TAR_LAYOUT_BPF_COMPATIBLE},
		    &exported);
	expect_tar(&exported, "./btfhub-archive/debian/11/arm64/5.10.0-30-arm64.btf 45\n"
			      "./btfhub-archive/ubuntu/20.04/x86_64/5.4.0-58-generic.btf 45\n"
			      "./btfhub-archive/ubuntu/18.04/x86_64/5.4.0-58-generic.btf 45\n");
	assert_int_equal(exported.counts.kernels, 3);
	assert_int_equal(exported.counts.files, 3);
	expect_import(&exported, bundle, size);

	export_with(bundle, size,
		    (struct tar_export_opts){.layout = TAR_LAYOUT_BCC,
					     .uname_machines = true,
					     .package_json = "{}",
					     .package_json_size = 2},
		    &exported);
	expect_tar(&exported, "./package.json 2\n"
			      "./debian/11/aarch64/5.10.0-30-arm64.btf 45\n"
			      "./ubuntu/20.04/x86_64/5.4.0-58-generic.btf 45\n"
			      "./ubuntu/18.04/x86_64/5.4.0-58-generic.btf 45\n");
	expect_import(&exported, bundle, size);
	free(bundle);
}

static void test_manifest(void **state)
{
	static const struct made_kernel kernels[] = {
		{"debian", "12", "x86_64", "6.1.0-47-amd64", "#1 SMP \"x\\y\" \xc3\xa4", "\x01\xff",
		 .btf = "one"},
		{"debian", "", "x86_64", "6.12.1-amd64", .btf = "two"},
		{"", "", "x86_64", "6.12.2-amd64", .btf = "two"},
		{"unknown", "unknown", "x86_64", "6.12.3-amd64", .btf = "two"},
		{"debian", "12", "pdp11", "6.12.4", .btf = "two"},
		{0},
	};
	size_t size;
	void *bundle = make_bundle_of(kernels, true, true, BUNDLE_COMPRESSION_XZ, &size);
	struct exported exported;

	(void)state;
	export_with(bundle, size, (struct tar_export_opts){.layout = TAR_LAYOUT_BCC}, &exported);
	expect_tar(&exported,
		   "./corebtf.manifest 506\n"
		   "  corebtf-manifest 1\n"
		   "  # What the paths of these BTFs do not say; 'corebtf convert' reads it.\n"
		   "  bundle byte-order=big compression=xz\n"
		   "  object \"a.bpf.o\" digest=ffffffffffffffff relocations=0\n"
		   "  object \"b.bpf.o\" digest=0000000000001234 relocations=7\n"
		   "  kernel \"debian/12/pdp11/6.12.4.btf\" os-id=\"debian\" version-id=\"12\" "
		   "machine=\"pdp11\"\n"
		   "  kernel \"debian/12/x86_64/6.1.0-47-amd64.btf\" "
		   "uname-version=\"#1 SMP \\\"x\\\\y\\\" \\xc3\\xa4\" build-id=01ff\n"
		   "  kernel \"unknown/unknown/x86_64/6.12.3-amd64.btf\" os-id=\"unknown\" "
		   "version-id=\"unknown\"\n"
		   "./debian/12/pdp11/6.12.4.btf 45\n"
		   "./debian/unknown/x86_64/6.12.1-amd64.btf 45\n"
		   "./unknown/unknown/x86_64/6.12.2-amd64.btf 45\n"
		   "./unknown/unknown/x86_64/6.12.3-amd64.btf 45\n"
		   "./debian/12/x86_64/6.1.0-47-amd64.btf 45\n");
	expect_import(&exported, bundle, size);
	free(bundle);
}

/* Kernels with equal paths. */
static void test_one_path(void **state)
{
	static const struct made_kernel kernels[] = {
		{"debian", "12", "x86_64", "6.1", "#2", .btf = "two"},
		{"debian", "12", "x86_64", "6.1", "#1", .btf = "one"},
		{"debian", "12", "x86_64", "6.1", "#4", .btf = "three"},
		{"debian", "12", "x86_64", "6.1", "#3", .btf = "one"},
		{"debian", "12", "x86_64", "6.1", .btf = "one"},
		{"debian", "12", "x86_64", "6.1", .build_id = "id", .btf = "two"},
		{0},
	};
	size_t size;
	void *bundle = make_bundle_of(kernels, false, false, BUNDLE_COMPRESSION_NONE, &size);
	struct exported exported;

	(void)state;
	export_with(bundle, size, (struct tar_export_opts){.layout = TAR_LAYOUT_BPF_COMPATIBLE},
		    &exported);
	expect_tar(&exported,
		   "./corebtf.manifest 501\n"
		   "  corebtf-manifest 1\n"
		   "  # What the paths of these BTFs do not say; 'corebtf convert' reads it.\n"
		   "  bundle byte-order=little compression=none\n"
		   "  kernel \"btfhub-archive/debian/12/x86_64/6.1.btf\"\n"
		   "  kernel \"btfhub-archive/debian/12/x86_64/6.1.btf\" uname-version=\"#1\"\n"
		   "  kernel \"btfhub-archive/debian/12/x86_64/6.1.btf\" uname-version=\"#3\"\n"
		   "  kernel \"corebtf/1/debian/12/x86_64/6.1.btf\" build-id=6964\n"
		   "  kernel \"corebtf/1/debian/12/x86_64/6.1.btf\" uname-version=\"#2\"\n"
		   "  kernel \"corebtf/2/debian/12/x86_64/6.1.btf\" uname-version=\"#4\"\n"
		   "./btfhub-archive/debian/12/x86_64/6.1.btf 45\n"
		   "./corebtf/1/debian/12/x86_64/6.1.btf 45\n"
		   "./corebtf/2/debian/12/x86_64/6.1.btf 47\n");
	assert_int_equal(exported.counts.kernels, 6);
	assert_int_equal(exported.counts.files, 3);
	assert_int_equal(exported.counts.aside, 2);
	expect_import(&exported, bundle, size);
	free(bundle);
}

static void test_left_out(void **state)
{
	char longest[252], longer[253];
	const struct made_kernel kernels[] = {
		{"../x", "12", "x86_64", "1", .btf = "a"},
		{"debian", "..", "x86_64", "2", .btf = "a"},
		{"debian", "12", "x86_64", "../3", .btf = "a"},
		{"debian", "12", "x86_64", "4\n", .btf = "a"},
		{"btfhub-archive", "12", "x86_64", "5", .btf = "a"},
		{"debian", "12", "x86_64", longer, .btf = "a"},
		{"debian", "12", "x86_64", longest, .btf = "a"},
		{"debian", ".", "x86_64", "6", .btf = "a"},
		{0},
	};
	struct exported exported;
	size_t size;
	void *bundle;

	(void)state;
	memset(longest, 'r', sizeof(longest));
	memset(longer, 's', sizeof(longer));
	longest[251] = longer[252] = '\0';
	bundle = make_bundle_of(kernels, false, false, BUNDLE_COMPRESSION_NONE, &size);
	export_with(bundle, size, (struct tar_export_opts){.layout = TAR_LAYOUT_BCC}, &exported);
	assert_int_equal(exported.error, 0);
	assert_int_equal(exported.counts.kernels, 1);
	assert_int_equal(exported.counts.left_out, 7);
	for (const char *const *expected =
		     (const char *const[]){
			     "! kernel ../x 12 x86_64 1: its os id '../x' cannot be a folder in an "
			     "archive\n",
			     "! kernel debian .. x86_64 2: its version id '..' cannot be a folder",
			     "! kernel debian 12 x86_64 ../3: its release '../3' cannot be a name",
			     "! kernel debian 12 x86_64 4\n: there is a control character in its "
			     "release",
			     "! kernel btfhub-archive 12 x86_64 5: its os id 'btfhub-archive' "
			     "cannot be",
			     ": its release has 252 bytes, and no file or folder can have a name "
			     "of more "
			     "than 255\n",
			     "! kernel debian . x86_64 6: its version id '.' cannot be a folder",
			     NULL};
	     *expected; expected++) {
		if (!strstr(exported.skipped.text, *expected))
			fail_msg("'%s' is not in:\n%s", *expected, exported.skipped.text);
	}
	free(exported.tar);
	free(bundle);

	/* Nothing is left. */
	bundle = make_bundle_of((const struct made_kernel[]){kernels[0], {0}}, false, false,
				BUNDLE_COMPRESSION_NONE, &size);
	export_with(bundle, size, (struct tar_export_opts){.layout = TAR_LAYOUT_BCC}, &exported);
	assert_int_equal(exported.error, -ENOENT);
	assert_null(exported.tar);
	free(bundle);
}

/* As linkers put them into one section. */
static void test_several_bundles(void **state)
{
	static const struct made_kernel first[] = {
		{"debian", "12", "x86_64", "6.1", .btf = "one"},
		{"debian", "12", "x86_64", "6.2", .btf = "two"},
		{0},
	};
	static const struct made_kernel second[] = {
		{"debian", "12", "x86_64", "6.1", .btf = "one"},
		{"debian", "12", "x86_64", "6.1", "#2", .btf = "one"},
		{"debian", "12", "x86_64", "6.2", .btf = "other"},
		{"debian", "12", "x86_64", "6.3", .btf = "two"},
		{0},
	};
	static const struct made_kernel both[] = {
		{"debian", "12", "x86_64", "6.1", .btf = "one"},
		{"debian", "12", "x86_64", "6.1", "#2", .btf = "one"},
		{"debian", "12", "x86_64", "6.2", .btf = "two"},
		{"debian", "12", "x86_64", "6.3", .btf = "two"},
		{0},
	};
	size_t first_size, second_size, size;
	uint8_t *bundles = make_bundle_of(first, true, false, BUNDLE_COMPRESSION_NONE, &first_size);
	void *more = make_bundle_of(second, true, true, BUNDLE_COMPRESSION_NONE, &second_size);
	void *merged = make_bundle_of(both, true, false, BUNDLE_COMPRESSION_NONE, &size);
	struct exported exported;

	(void)state;
	bundles = realloc(bundles, first_size + second_size);
	assert_non_null(bundles);
	memcpy(bundles + first_size, more, second_size);
	export_with(bundles, first_size + second_size,
		    (struct tar_export_opts){.layout = TAR_LAYOUT_BCC}, &exported);
	assert_string_equal(
		exported.skipped.text,
		"! kernel debian 12 x86_64 6.2: an earlier bundle of this file has it with "
		"another BTF, and that is the one that lookups find\n");
	assert_int_equal(exported.counts.bundles, 2);
	assert_int_equal(exported.counts.kernels, 4);
	assert_int_equal(exported.counts.files, 3);
	assert_int_equal(exported.counts.aside, 0);
	assert_int_equal(exported.counts.left_out, 1);
	expect_import(&exported, merged, size);
	free(bundles);
	free(more);
	free(merged);
}

/* Names that are too long for ustar, and bytes that are not text in any encoding. */
static void test_odd_names(void **state)
{
	char release[121];
	const struct made_kernel kernels[] = {
		{"debian", "12", "x86_64", release, .btf = "one"},
		{"d\xc3\xa4", "1 2", "x86_64", "\xff\xfe r", .btf = "two"},
		{0},
	};
	struct exported exported;
	struct words words = {.length = 0};
	size_t size;
	void *bundle;

	(void)state;
	memset(release, 'r', sizeof(release));
	release[120] = '\0';
	bundle = make_bundle_of(kernels, false, false, BUNDLE_COMPRESSION_NONE, &size);
	export_with(bundle, size, (struct tar_export_opts){.layout = TAR_LAYOUT_BCC}, &exported);
	assert_int_equal(exported.counts.long_paths, 1);
	tell_tar(&words, exported.tar, exported.size);
	assert_non_null(strstr(words.text, "./d\xc3\xa4/1 2/x86_64/\xff\xfe r.btf 45\n"));
	expect_import(&exported, bundle, size);
	free(bundle);

	/* Without the long name it is ustar, with the same bytes. */
	bundle = make_bundle_of(kernels + 1, false, false, BUNDLE_COMPRESSION_NONE, &size);
	export_with(bundle, size, (struct tar_export_opts){.layout = TAR_LAYOUT_BCC}, &exported);
	assert_memory_equal((char *)exported.tar + 257, "ustar\00000", 8);
	expect_import(&exported, bundle, size);
	free(bundle);
}

static void test_packings(void **state)
{
	static const enum archive_packing packings[] = {ARCHIVE_PLAIN, ARCHIVE_GZIP, ARCHIVE_XZ,
							ARCHIVE_ZSTD};
	size_t size;
	void *bundle = make_bundle_of(plain, true, false, BUNDLE_COMPRESSION_NONE, &size);
	struct exported exported;

	(void)state;
	for (size_t i = 0; i < sizeof(packings) / sizeof(packings[0]); i++)
		expect_round_trip(bundle, size, (struct tar_export_opts){.packing = packings[i]});
	/* RFC 1952: no flags (no file name), no time. */
	export_with(bundle, size, (struct tar_export_opts){.packing = ARCHIVE_GZIP}, &exported);
	assert_int_equal(exported.error, 0);
	assert_memory_equal(exported.tar, "\x1f\x8b\x08\0\0\0\0\0", 8);
	free(exported.tar);
	free(bundle);
}

/* Which byte order and compression the bundle gets. */
static void test_storage(void **state)
{
	static const struct made_kernel mixed[] = {
		{"debian", "12", "s390x", "6.1", .btf = "one", .big_endian = true},
		{"debian", "12", "x86_64", "6.1", .btf = "one"},
		{0},
	};
	static const struct made_kernel big[] = {
		{"debian", "12", "s390x", "6.1", .btf = "one", .big_endian = true},
		{0},
	};
	static const struct made_kernel *const all[] = {plain, mixed, big};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		for (int variant = 0; variant < 8; variant++) {
			size_t size;
			void *bundle = make_bundle_of(all[i], variant & 4, variant & 1,
						      variant & 2 ? BUNDLE_COMPRESSION_XZ
								  : BUNDLE_COMPRESSION_NONE,
						      &size);

			expect_round_trip(bundle, size, (struct tar_export_opts){0});
			free(bundle);
		}
	}
}

static void test_packing_names(void **state)
{
	static const struct {
		const char *name;
		int packing; /* -1: refused */
	} names[] = {
		{"a.tar", ARCHIVE_PLAIN},
		{"a/b.tar.gz", ARCHIVE_GZIP},
		{"a.tgz", ARCHIVE_GZIP},
		{"a.tar.xz", ARCHIVE_XZ},
		{"a.txz", ARCHIVE_XZ},
		{"a.tar.zst", ARCHIVE_ZSTD},
		{"a.tzst", ARCHIVE_ZSTD},
		{"a.gz", -1},
		{"a.tar.bz2", -1},
		{"a.tar.gz.part", -1},
		{"", -1},
		{"tar", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		enum archive_packing packing = ARCHIVE_PLAIN;
		int err = archive_packing_from_name(names[i].name, &packing);

		assert_int_equal(err, names[i].packing < 0 ? -EINVAL : 0);
		if (!err)
			assert_int_equal(packing, names[i].packing);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_layouts),  TEST(test_manifest),	 TEST(test_one_path),
		TEST(test_left_out), TEST(test_several_bundles), TEST(test_odd_names),
		TEST(test_packings), TEST(test_storage),	 TEST(test_packing_names),
	};

	return cmocka_run_group_tests_name("export", tests, NULL, NULL);
}
