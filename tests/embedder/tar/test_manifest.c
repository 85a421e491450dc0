/* SPDX-License-Identifier: MIT */
/*
 * The manifest as text: what is written can be read again, and a line that breaks a rule is refused
 * with its number.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "embedder/tar/tar_manifest.h"

static int read_text(const char *text, size_t size, struct tar_manifest *manifest,
		     struct reason *why)
{
	/* Exactly as long as it is, so that a sanitizer sees reads past its end. */
	char *copy = malloc(size ? size : 1);
	int err;

	assert_non_null(copy);
	memcpy(copy, text, size);
	err = tar_manifest_read(copy, size, manifest, why);
	free(copy);
	return err;
}

static void test_all_bytes(void **state)
{
	struct tar_manifest written = {.has_bundle = true, .big_endian = true}, read = {0};
	struct manifest_object object = {.digest = 0x0123456789abcdef,
					 .relocation_count = UINT32_MAX};
	struct manifest_kernel kernel = {.path = "debian/12/x86_64/6.1.btf"};
	struct byte_buffer text = {0};
	struct reason why = {""};
	uint8_t build_id[20];
	char bytes[256];

	(void)state;
	for (int i = 0; i < 255; i++)
		bytes[i] = (char)(i + 1);
	bytes[255] = '\0';
	memset(build_id, 0xf0, sizeof(build_id));
	kernel.id.build_id = build_id;
	kernel.id.build_id_size = sizeof(build_id);
	object.name = kernel.id.uname_version = kernel.id.os_id = bytes;
	kernel.id.version_id = "";
	written.objects = &object;
	written.kernels = &kernel;
	written.object_count = written.kernel_count = 1;
	tar_manifest_write(&written, &text);
	assert_false(byte_buffer_failed(&text));
	for (size_t i = 0; i < text.size; i++)
		assert_true(text.data[i] == '\n' || (text.data[i] >= ' ' && text.data[i] < 0x7f));

	if (read_text((char *)text.data, text.size, &read, &why))
		fail_msg("%s", why.text);
	assert_true(read.has_bundle);
	assert_true(read.big_endian);
	assert_int_equal(read.compression, BUNDLE_COMPRESSION_NONE);
	assert_int_equal(read.object_count, 1);
	assert_string_equal(read.objects[0].name, bytes);
	assert_true(read.objects[0].digest == object.digest);
	assert_int_equal(read.objects[0].relocation_count, UINT32_MAX);
	assert_int_equal(read.kernel_count, 1);
	assert_string_equal(read.kernels[0].path, kernel.path);
	assert_string_equal(read.kernels[0].id.os_id, bytes);
	assert_string_equal(read.kernels[0].id.version_id, "");
	assert_null(read.kernels[0].id.machine);
	assert_string_equal(read.kernels[0].id.uname_version, bytes);
	assert_int_equal(read.kernels[0].id.build_id_size, 20);
	assert_memory_equal(read.kernels[0].id.build_id, kernel.id.build_id, 20);
	assert_int_equal(read.kernels[0].line, 5);
	tar_manifest_free(&read);

	/* Cut anywhere but at the end of a line, it is refused, or lacks what was cut off. */
	for (size_t size = 0; size < text.size; size++) {
		if (read_text((char *)text.data, size, &read, &why) == 0) {
			assert_true(size + 1 == text.size || read.kernel_count == 0 ||
				    text.data[size] == ' ' ||
				    read.kernels[0].id.build_id_size < 20);
			tar_manifest_free(&read);
		}
	}
	byte_buffer_free(&text);
}

static void test_accepted(void **state)
{
	static const char *const texts[] = {
		"corebtf-manifest 1",
		"corebtf-manifest 1\n",
		"corebtf-manifest 1\n\n# \xff any bytes\n#\n",
		"corebtf-manifest 1\nbundle compression=xz byte-order=little\n",
		"corebtf-manifest 1\nobject \"\" relocations=0 digest=0000000000000000",
		"corebtf-manifest 1\nkernel \"a.btf\"\nkernel \"a.btf\" build-id=00\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tar_manifest manifest = {0};
		struct reason why = {""};

		if (read_text(texts[i], strlen(texts[i]), &manifest, &why))
			fail_msg("%s: %s", texts[i], why.text);
		tar_manifest_free(&manifest);
	}
}

#define FIRST "corebtf-manifest 1\n"

static void test_refused(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{"", "line 1: it does not start with 'corebtf-manifest 1'"},
		{"\n" FIRST, "line 1: it does not start with"},
		{"corebtf-manifest", "line 1: it does not start with"},
		{"corebtf-manifest 0\n", "line 1: it does not start with"},
		{"corebtf-manifest 1 \n", "line 1: it does not start with"},
		{"corebtf-manifest x\n", "line 1: 'x' is no number"},
		{"corebtf-manifest 99999999999\n", "line 1: 99999999999 is too large"},
		{FIRST "kernels \"a\"\n", "line 2: it starts with none of bundle, object, kernel"},
		{FIRST "\n\nkernel\n", "line 4: the path of the kernel's BTF is missing"},
		{FIRST " kernel \"a\"\n", "line 2: it starts with none of"},
		{FIRST "kernel a\n", "line 2: a string in double quotes is expected"},
		{FIRST "kernel \"a\n\"", "line 2: a string does not end"},
		{FIRST "kernel \"a", "line 2: a string does not end"},
		{FIRST "kernel \"\\", "line 2: a string has a byte or an escape"},
		{FIRST "kernel \"\\n\"", "line 2: a string has a byte or an escape"},
		{FIRST "kernel \"\\x4", "line 2: a string has a byte or an escape"},
		{FIRST "kernel \"\\x00\"", "line 2: a string has a byte or an escape"},
		{FIRST "kernel \"\\xAB\"", "line 2: a string has a byte or an escape"},
		{FIRST "kernel \"\xc3\xa4\"", "line 2: a string has a byte or an escape"},
		{FIRST "kernel \"a\" \n", "line 2: '' is no field of this record"},
		{FIRST "kernel \"a\"  os-id=\"\"\n", "line 2: '' is no field of this record"},
		{FIRST "kernel \"a\"\tos-id=\"\"\n",
		 "line 2: one space and KEY=VALUE are expected"},
		{FIRST "kernel \"a\"x\n", "line 2: one space and KEY=VALUE are expected"},
		{FIRST "kernel \"a\" release=\"b\"\n",
		 "line 2: 'release' is no field of this record"},
		{FIRST "kernel \"a\" os-id\n", "line 2: a value is missing behind 'os-id'"},
		{FIRST "kernel \"a\" os-id=x\n", "line 2: a string in double quotes"},
		{FIRST "kernel \"a\" os-id=\"\" os-id=\"\"\n", "line 2: 'os-id' is given twice"},
		{FIRST "kernel \"a\" build-id=\n", "line 2: 1 to 20 bytes in hexadecimal"},
		{FIRST "kernel \"a\" build-id=abc\n", "line 2: 1 to 20 bytes in hexadecimal"},
		{FIRST "kernel \"a\" build-id=zz\n", "line 2: 'zz' is not hexadecimal"},
		{FIRST "kernel \"a\" build-id=000102030405060708090a0b0c0d0e0f1011121314\n",
		 "line 2: 1 to 20 bytes in hexadecimal"},
		{FIRST "object \"a\"\n", "line 2: digest and relocations are both needed"},
		{FIRST "object \"a\" digest=00 relocations=1\n", "line 2: a digest has 8 bytes"},
		{FIRST "object \"a\" digest=0000000000000000 relocations=4294967296\n",
		 "line 2: 4294967296 is too large"},
		{FIRST "object \"a\" digest=0000000000000000 relocations=\n",
		 "line 2: a number is expected"},
		{FIRST "bundle\n", "line 2: byte-order and compression are both needed"},
		{FIRST "bundle byte-order=middle compression=xz\n",
		 "line 2: 'middle' is neither little nor big"},
		{FIRST
		 "bundle byte-order=big compression=xz\nbundle byte-order=big compression=xz\n",
		 "line 3: a second line 'bundle'"},
		{FIRST "kernel \"a\"\r\n", "line 2: one space and KEY=VALUE are expected"},
	};
	struct tar_manifest manifest = {0};
	struct reason why = {""};
	char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(read_text(cases[i].text, strlen(cases[i].text), &manifest, &why),
				 -EBADMSG);
		if (strncmp(why.text, cases[i].why, strlen(cases[i].why)) != 0)
			fail_msg("%s: '%s', not '%s'", cases[i].text, why.text, cases[i].why);
	}
	assert_int_equal(read_text("corebtf-manifest 2\n", 19, &manifest, &why), -EOPNOTSUPP);
	assert_int_equal(read_text(FIRST "kernel \"a\0\"", 30, &manifest, &why), -EBADMSG);

	/* A string of 4,096 bytes, and one of one more. */
	assert_true(asprintf(&text, FIRST "kernel \"%04096d\"\n", 0) > 0);
	assert_int_equal(read_text(text, strlen(text), &manifest, &why), 0);
	tar_manifest_free(&manifest);
	free(text);
	assert_true(asprintf(&text, FIRST "kernel \"%04097d\"\n", 0) > 0);
	assert_int_equal(read_text(text, strlen(text), &manifest, &why), -EBADMSG);
	assert_string_equal(why.text, "line 2: a string has more than 4096 bytes");
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_bytes),
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_refused),
	};

	return cmocka_run_group_tests_name("manifest", tests, NULL, NULL);
}
