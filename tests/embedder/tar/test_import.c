/* SPDX-License-Identifier: MIT */
/*
 * Tars in, bundles out: all layouts, links, and hostile tars.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "embedder/tar/tar_import.h"
#include "runtime/util/link_path.h"
#include "tests/embedder/tar/exchange.h"
#include "tests/support/scratch.h"
#include "tests/support/tar_builder.h"

static void add_named_btf(struct bytes *tar, const char *name, const char *btf_name)
{
	size_t size;
	void *btf = make_named_btf(btf_name, false, &size);

	tar_add_file(tar, name, btf, size);
	free(btf);
}

static void add_link(struct bytes *tar, char type, const char *name, const char *target)
{
	tar_add_header(tar, type, name, target, 0);
}

#define HARD	 '1'
#define SYMBOLIC '2'

static void add_text(struct bytes *tar, const char *name, const char *text)
{
	tar_add_file(tar, name, text, strlen(text));
}

/* Lines with "!" for skipped members, then the kernels, or "failed: WHY". Takes over the tar. */
static void import_with(struct bytes *tar, struct tar_import_opts opts, struct words *words,
			struct tar_import_result *result)
{
	struct reason why = {""};

	tar_end(tar);
	scratch_write("test.tar", tar->data, tar->size);
	bytes_release(tar);
	memset(words, 0, sizeof(*words));
	memset(result, 0, sizeof(*result));
	opts.skip = tell_skipped;
	opts.context = words;
	if (tar_import("test.tar", &opts, result, &why))
		say(words, "failed: %s\n", why.text);
	else
		tell_bundle(words, result->bundle, result->bundle_size);
}

static void expect(struct bytes *tar, const char *expected)
{
	struct tar_import_result result;
	struct words words;

	import_with(tar, (struct tar_import_opts){0}, &words, &result);
	assert_string_equal(words.text, expected);
	tar_import_free(&result);
}

static void test_layouts(void **state)
{
	struct tar_import_result result;
	struct words words;
	struct bytes tar = {0};

	(void)state;
	add_named_btf(&tar, "./debian/12/x86_64/bcc.btf", "one");
	add_named_btf(&tar, "./btfhub-archive/debian/12/aarch64/compatible.btf", "two");
	add_named_btf(&tar, "debian/12/arm64/gadget.btf", "two");
	add_named_btf(&tar, "some/where/else/ubuntu/bionic/i686/deep.btf", "one");
	add_named_btf(&tar, "btfhub-archive/12/x86_64/shallow.btf", "one");
	add_named_btf(&tar, "btfhub-archive/x86_64/shallower.btf", "one");
	add_named_btf(&tar, "amd64/place.btf", "one");
	add_named_btf(&tar, "unknown/unknown/x86_64/nowhere.btf", "one");
	add_named_btf(&tar, "./gadget-flat.btf", "one");
	add_named_btf(&tar, "debian/12/vax/machine.btf", "one");
	add_text(&tar, "README", "no BTF");
	add_text(&tar, "debian/12/x86_64/.btf", "no name");
	tar_add_header(&tar, '5', "debian/12/x86_64/folder.btf", "", 0);
	import_with(&tar, (struct tar_import_opts){0}, &words, &result);
	assert_string_equal(words.text, "! gadget-flat.btf: cannot tell which kernel it is for: "
					"its folder '' is no machine "
					"name (OS/VERSION/MACHINE/RELEASE.btf is expected; "
					"--machine says it for all such)\n"
					"! debian/12/vax/machine.btf: cannot tell which kernel it "
					"is for: its folder 'vax' is "
					"no machine name (OS/VERSION/MACHINE/RELEASE.btf is "
					"expected; --machine says it for "
					"all such)\n"
					"  x86_64 nowhere   = one\n"
					"  x86_64 place   = one\n"
					"  x86_64 shallow   = one\n"
					"  x86_64 shallower   = one\n"
					"debian 12 arm64 compatible   = two\n"
					"debian 12 arm64 gadget   = two\n"
					"debian 12 x86_64 bcc   = one\n"
					"ubuntu bionic x86 deep   = one\n");
	assert_int_equal(result.kernels, 8);
	assert_int_equal(result.btfs, 2);
	assert_int_equal(result.skipped, 2);
	assert_null(result.package_json);
	tar_import_free(&result);

	tar = (struct bytes){0};
	add_named_btf(&tar, "./gadget-flat.btf", "one");
	add_named_btf(&tar, "debian/12/vax/machine.btf", "one");
	add_named_btf(&tar, "debian/12/x86_64/known.btf", "one");
	import_with(&tar, (struct tar_import_opts){.machine = "arm64"}, &words, &result);
	assert_string_equal(words.text, "  arm64 gadget-flat   = one\n"
					"  arm64 machine   = one\n"
					"debian 12 x86_64 known   = one\n");
	tar_import_free(&result);
}

static void test_links(void **state)
{
	struct bytes tar = {0};
	char expected[4096];
	int length;

	(void)state;
	add_link(&tar, SYMBOLIC, "d/1/x86_64/early.btf", "file.btf");
	add_named_btf(&tar, "d/1/x86_64/file.btf", "one");
	add_link(&tar, HARD, "d/1/x86_64/hard.btf", "./d/1/x86_64/file.btf");
	add_link(&tar, HARD, "d/1/x86_64/harder.btf", "d/1/x86_64/hard.btf");
	add_link(&tar, SYMBOLIC, "d/2/x86_64/chain.btf", "../../1/x86_64/early.btf");
	add_link(&tar, HARD, "d/3/x86_64/hard-to-soft.btf", "d/2/x86_64/chain.btf");
	add_link(&tar, SYMBOLIC, "d/18.04", "1"); /* a folder's other name */
	expect(&tar, "d 1 x86_64 early   = one\n"
		     "d 1 x86_64 file   = one\n"
		     "d 1 x86_64 hard   = one\n"
		     "d 1 x86_64 harder   = one\n"
		     "d 2 x86_64 chain   = one\n"
		     "d 3 x86_64 hard-to-soft   = one\n");

	/* As many links in a row as are followed, and one more. */
	tar = (struct bytes){0};
	length = snprintf(expected, sizeof(expected),
			  "! d/1/x86_64/00.btf: it leads on over more than 40 links\n");
	for (int from = 0; from <= LINK_PATH_FOLLOWED_MAX; from++) {
		char name[32], target[32];

		snprintf(name, sizeof(name), "d/1/x86_64/%02d.btf", from);
		snprintf(target, sizeof(target), "%02d.btf", from + 1);
		add_link(&tar, SYMBOLIC, name, target);
		length += snprintf(expected + length, sizeof(expected) - (size_t)length,
				   "d 1 x86_64 %02d   = one\n", from + 1);
	}
	add_named_btf(&tar, "d/1/x86_64/41.btf", "one");
	expect(&tar, expected);

	tar = (struct bytes){0};
	add_link(&tar, HARD, "d/1/x86_64/a.btf", "d/1/x86_64/z.btf");
	add_link(&tar, SYMBOLIC, "d/1/x86_64/b.btf", "nothing.btf");
	add_link(&tar, SYMBOLIC, "d/1/x86_64/c.btf", "c.btf");
	add_link(&tar, SYMBOLIC, "d/1/x86_64/d.btf", "/etc/passwd.btf");
	add_link(&tar, SYMBOLIC, "d/1/x86_64/e.btf", "../../../../x.btf");
	add_text(&tar, "d/1/x86_64/f.btf", "no BTF at all, but long enough");
	add_link(&tar, SYMBOLIC, "d/1/x86_64/g.btf", "f.btf");
	add_link(&tar, HARD, "d/1/x86_64/h.btf", "d/1/x86_64/f.btf");
	add_named_btf(&tar, "d/1/x86_64/z.btf", "one");
	expect(&tar,
	       "! d/1/x86_64/a.btf: it is a hard link to d/1/x86_64/z.btf, which does not stand "
	       "before "
	       "it\n"
	       "! d/1/x86_64/e.btf: it is a link that leads out of the archive\n"
	       "! d/1/x86_64/f.btf: not BTF: it starts with 0x6e6f\n"
	       "! d/1/x86_64/h.btf: it is a hard link to d/1/x86_64/f.btf, which was not taken\n"
	       "! d/1/x86_64/b.btf: it is a link to d/1/x86_64/nothing.btf, which is not in the "
	       "archive\n"
	       "! d/1/x86_64/c.btf: it leads on over more than 40 links\n"
	       "! d/1/x86_64/d.btf: it is a link to etc/passwd.btf, which is not in the archive\n"
	       "! d/1/x86_64/g.btf: it is a link to d/1/x86_64/f.btf, which was not taken\n"
	       "d 1 x86_64 z   = one\n");
}

static void test_duplicates(void **state)
{
	struct bytes tar = {0};

	(void)state;
	add_named_btf(&tar, "d/1/x86_64/same.btf", "one");
	add_named_btf(&tar, "./d/1/x86_64/same.btf", "one");
	add_named_btf(&tar, "d/1/x86_64/other.btf", "one");
	add_link(&tar, HARD, "d/1/x86_64/kept.btf", "d/1/x86_64/other.btf");
	add_named_btf(&tar, "d/1/x86_64/other.btf", "two");
	add_named_btf(&tar, "d/1/x86_64/gone.btf", "one");
	add_text(&tar, "d/1/x86_64/gone.btf", "");
	add_named_btf(&tar, "d/1/arm64/named.btf", "one");
	add_named_btf(&tar, "d/1/aarch64/named.btf", "two");
	add_named_btf(&tar, "deep/d/1/x86_64/same.btf", "one");
	expect(&tar, "! d/1/x86_64/other.btf: it is there twice, with different contents; the "
		     "later counts\n"
		     "! d/1/x86_64/gone.btf: it is empty, as a failed trim leaves it behind\n"
		     "! d/1/x86_64/gone.btf: it is there twice, with different contents; the later "
		     "counts\n"
		     "! d/1/aarch64/named.btf: the same kernel has another BTF in "
		     "d/1/arm64/named.btf, which "
		     "is dropped\n"
		     "d 1 arm64 named   = two\n"
		     "d 1 x86_64 kept   = one\n"
		     "d 1 x86_64 other   = two\n"
		     "d 1 x86_64 same   = one\n");
}

static void test_bad_btfs(void **state)
{
	struct bytes tar = {0};
	size_t size;
	char *btf = make_named_btf("one", false, &size);

	(void)state;
	tar_add_file(&tar, "d/1/x86_64/cut.btf", btf, size - 1);
	btf[12] = 100; /* the types' size */
	tar_add_file(&tar, "d/1/x86_64/long.btf", btf, size);
	free(btf);
	tar_add_header(&tar, '0', "d/1/x86_64/header.btf", "", 3);
	tar_add_data(&tar, "\x9f\xeb\x01", 3);
	expect(&tar, "! d/1/x86_64/cut.btf: BTF: strings at 16 + 5 are past the end (20)\n"
		     "! d/1/x86_64/long.btf: BTF: types at 0 + 100 are past the end (21)\n"
		     "! d/1/x86_64/header.btf: BTF: 3 bytes are too few for a header\n"
		     "failed: nothing written: there is no BTF in it that can be taken "
		     "(./OS/VERSION/MACHINE/RELEASE.btf)\n");
}

/* A size without data behind it: no memory is allocated for it. */
static void test_large(void **state)
{
	struct tar_import_result result;
	struct words words;
	struct bytes tar = {0};

	(void)state;
	add_named_btf(&tar, "d/1/x86_64/one.btf", "one");
	tar_add_header(&tar, '0', "d/1/x86_64/large.btf", "", UINT64_C(1) << 30);
	import_with(&tar, (struct tar_import_opts){0}, &words, &result);
	assert_non_null(strstr(words.text,
			       "! d/1/x86_64/large.btf: it has 1073741824 bytes, more than "
			       "the 67108864 that are accepted\n"));
	/* The tar ends inside that file: the missing part is unknown. */
	assert_non_null(strstr(words.text, "failed: "));
	assert_null(result.bundle);
}

#define FIRST "corebtf-manifest 1\n"

/* A manifest with the two lines, for the members one.btf and two.btf. */
static void expect_manifest(const char *folder, const char *text, const char *expected)
{
	char name[200];
	struct bytes tar = {0};

	snprintf(name, sizeof(name), "%sd/1/x86_64/two.btf", folder);
	add_named_btf(&tar, name, "two");
	snprintf(name, sizeof(name), "%scorebtf.manifest", folder);
	add_text(&tar, name, text);
	snprintf(name, sizeof(name), "%sunknown/unknown/vax/one.btf", folder);
	add_named_btf(&tar, name, "one");
	expect(&tar, expected);
}

static void test_manifest(void **state)
{
#define NO_VAX                                                                                     \
	"unknown/unknown/vax/one.btf: cannot tell which kernel it is for: its folder 'vax' is no " \
	"machine name (OS/VERSION/MACHINE/RELEASE.btf is expected; --machine says it for all "     \
	"such)\n"
#define CONTRADICTS                                                                                \
	": this contradicts the path, and a BTF is not given to another kernel than the one of "   \
	"its path\n"
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{FIRST, "! " NO_VAX "d 1 x86_64 two   = two\n"},
		{FIRST "kernel \"unknown/unknown/vax/one.btf\" machine=\"vax\"\n",
		 "  vax one   = one\nd 1 x86_64 two   = two\n"},
		{FIRST "kernel \"unknown/unknown/vax/one.btf\" machine=\"vax\" os-id=\"unknown\" "
		       "version-id=\"unknown\" uname-version=\"#1\" build-id=6162\n",
		 "d 1 x86_64 two   = two\nunknown unknown vax one #1 ab = one\n"},
		{FIRST "kernel \"d/1/x86_64/two.btf\" uname-version=\"#1\"\n"
		       "kernel \"d/1/x86_64/two.btf\" uname-version=\"#2\" machine=\"amd64\"\n",
		 "! " NO_VAX "d 1 x86_64 two #1  = two\nd 1 x86_64 two #2  = two\n"},
		/* Wrong statements. */
		{FIRST "kernel \"d/1/x86_64/two.btf\" os-id=\"e\"\n",
		 "! corebtf.manifest: line 2: d/1/x86_64/two.btf" CONTRADICTS "! " NO_VAX
		 "failed: nothing written: there is no BTF in it that can be taken "
		 "(./OS/VERSION/MACHINE/RELEASE.btf)\n"},
		{FIRST "kernel \"d/1/x86_64/two.btf\" version-id=\"\"\n"
		       "kernel \"d/1/x86_64/two.btf\" machine=\"arm64\"\n"
		       "kernel \"unknown/unknown/vax/one.btf\" machine=\"x86_64\"\n"
		       "kernel \"unknown/unknown/vax/one.btf\" machine=\"vax\" os-id=\"debian\"\n"
		       "kernel \"d/1/x86_64/two.btf\"\n",
		 "! corebtf.manifest: line 2: d/1/x86_64/two.btf" CONTRADICTS
		 "! corebtf.manifest: line 3: d/1/x86_64/two.btf" CONTRADICTS
		 "! corebtf.manifest: line 4: unknown/unknown/vax/one.btf" CONTRADICTS
		 "! corebtf.manifest: line 5: unknown/unknown/vax/one.btf" CONTRADICTS
		 "d 1 x86_64 two   = two\n"},
		{FIRST "kernel \"d/1/x86_64/three.btf\"\nkernel \"../etc/passwd\"\n",
		 "! corebtf.manifest: line 2: d/1/x86_64/three.btf: there is no such BTF in the "
		 "archive\n"
		 "! corebtf.manifest: line 3: ../etc/passwd: there is no such BTF in the archive\n"
		 "! " NO_VAX "d 1 x86_64 two   = two\n"},
		{FIRST "kernel \"d/1/x86_64/two.btf\" release=\"9\"\n",
		 "failed: corebtf.manifest: line 2: 'release' is no field of this record\n"},
		{"corebtf-manifest 2\n", "failed: corebtf.manifest: it is of version 2, and this "
					 "corebtf reads version 1: take "
					 "a newer one\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_manifest("./", cases[i].text, cases[i].expected);
	/* Its paths start where it is. */
	expect_manifest("my/folder/", cases[1].text, cases[1].expected);
}

static void test_two_manifests(void **state)
{
	struct bytes tar = {0};

	(void)state;
	add_named_btf(&tar, "d/1/x86_64/one.btf", "one");
	add_text(&tar, "corebtf.manifest", FIRST);
	add_text(&tar, "corebtf.manifest",
		 FIRST "kernel \"d/1/x86_64/one.btf\" uname-version=\"#1\"\n");
	expect(&tar,
	       "! corebtf.manifest: it is there twice, with different contents; the later counts\n"
	       "d 1 x86_64 one #1  = one\n");

	tar = (struct bytes){0};
	add_named_btf(&tar, "d/1/x86_64/one.btf", "one");
	add_text(&tar, "corebtf.manifest", FIRST);
	add_text(&tar, "d/corebtf.manifest", FIRST);
	expect(&tar, "failed: it has two manifests, corebtf.manifest and d/corebtf.manifest\n");
}

static void test_package(void **state)
{
	struct tar_import_result result;
	struct words words;
	struct bytes tar = {0};

	(void)state;
	add_text(&tar, "x/deep/package.json", "deep");
	add_text(&tar, "x/package.json", "{\"a\":\"\\u0000\"}");
	add_text(&tar, "y/package.json", "beside");
	add_text(&tar, "x/y/package.json", "deep");
	add_named_btf(&tar, "x/d/1/x86_64/one.btf", "one");
	import_with(&tar, (struct tar_import_opts){0}, &words, &result);
	assert_string_equal(words.text,
			    "! y/package.json: there is another one in the folder beside; "
			    "the first counts\n"
			    "d 1 x86_64 one   = one\n");
	assert_int_equal(result.package_json_size, 14);
	assert_memory_equal(result.package_json, "{\"a\":\"\\u0000\"}", 14);
	tar_import_free(&result);
}

/* The bundle's byte order without a manifest, and what has precedence over it. */
static void test_byte_order(void **state)
{
	struct tar_import_result result;
	struct words words;

	(void)state;
	for (int variant = 0; variant < 8; variant++) {
		bool mixed = variant & 1, forced = variant & 2, manifest = variant & 4;
		struct tar_import_opts opts = {.has_byte_order = forced,
					       .has_compression = forced,
					       .compression = BUNDLE_COMPRESSION_XZ};
		struct bytes tar = {0};
		size_t size;
		void *btf = make_named_btf("one", true, &size);
		bool big_endian = !forced && (manifest || !mixed);

		tar_add_file(&tar, "d/1/s390x/one.btf", btf, size);
		if (mixed)
			add_named_btf(&tar, "d/1/x86_64/two.btf", "two");
		if (manifest)
			add_text(&tar, "corebtf.manifest",
				 FIRST "bundle byte-order=big compression=none\n");
		free(btf);
		import_with(&tar, opts, &words, &result);
		assert_non_null(result.bundle);
		assert_int_equal(((uint8_t *)result.bundle)[8], big_endian ? 1 : 4);
		tar_import_free(&result);
	}
}

static void test_no_archive(void **state)
{
	struct tar_import_result result = {0};
	struct tar_import_opts opts = {.machine = NULL};
	struct reason why = {""};

	(void)state;
	assert_int_equal(tar_import("nowhere.tar", &opts, &result, &why), -ENOENT);
	scratch_write("empty.tar", "", 0);
	assert_int_equal(tar_import("empty.tar", &opts, &result, &why), -EBADMSG);
	scratch_write("text.tar", "this is no archive", 18);
	assert_int_equal(tar_import("text.tar", &opts, &result, &why), -EBADMSG);
	assert_int_equal(tar_import(".", &opts, &result, &why), -EISDIR);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_layouts),	  TEST(test_links),   TEST(test_duplicates),
		TEST(test_bad_btfs),	  TEST(test_large),   TEST(test_manifest),
		TEST(test_two_manifests), TEST(test_package), TEST(test_byte_order),
		TEST(test_no_archive),
	};

	return cmocka_run_group_tests_name("import", tests, NULL, NULL);
}
