/* SPDX-License-Identifier: MIT */
/*
 * The running kernel's identity: notes, uname and a folder in place of /.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/kernel.h"
#include "tests/support/runtime_support.h"

struct notes {
	uint8_t bytes[512];
	size_t size;
};

/* Sizes in the host's byte order, name and desc padded to 4, as the kernel has them. */
static void add_note(struct notes *notes, const char *name, uint32_t type, const void *desc,
		     uint32_t desc_size)
{
	uint32_t name_size = (uint32_t)strlen(name) + 1;
	uint32_t header[] = {name_size, desc_size, type};

	memcpy(notes->bytes + notes->size, header, sizeof(header));
	notes->size += sizeof(header);
	memcpy(notes->bytes + notes->size, name, name_size);
	notes->size += (name_size + 3) & ~3u;
	memcpy(notes->bytes + notes->size, desc, desc_size);
	notes->size += (desc_size + 3) & ~3u;
}

static size_t build_id_in(const uint8_t *bytes, size_t size, uint8_t *build_id)
{
	uint8_t *copy = guarded_copy(bytes, size);
	size_t found = kernel_build_id_from_notes(copy, size, false, build_id);

	guarded_free(copy, size);
	return found;
}

static void build_id_among_other_notes(void **state)
{
	uint8_t build_id[KERNEL_BUILD_ID_SIZE], found[KERNEL_BUILD_ID_SIZE];
	struct notes notes = {.size = 0};

	memset(build_id, 0xab, sizeof(build_id));
	add_note(&notes, "Linux", 0x100, "5.4.0-58", 9);
	add_note(&notes, "Xen", 3, "not it", 6);	 /* type 3 with another name */
	add_note(&notes, "GNU", 1, "not it either", 13); /* another type of GNU's */
	add_note(&notes, "", 7, "", 0);
	add_note(&notes, "GNU", 3, build_id, 20);
	add_note(&notes, "GNU", 3, "later", 5);
	assert_int_equal(build_id_in(notes.bytes, notes.size, found), 20);
	assert_memory_equal(found, build_id, 20);

	/* cut off anywhere: unknown, or complete */
	for (size_t size = 0; size < notes.size; size++) {
		size_t got = build_id_in(notes.bytes, size, found);

		assert_true(got == 0 || got == 20);
	}
	notes.size = 0;
	add_note(&notes, "GNU", 3, build_id, 64);
	assert_int_equal(build_id_in(notes.bytes, notes.size, found), 64);
	notes.size = 0;
	add_note(&notes, "GNU", 3, build_id, 0);
	assert_int_equal(build_id_in(notes.bytes, notes.size, found), 0);
}

static void notes_with_wild_sizes(void **state)
{
	static const uint32_t wild[] = {0xffffffff, 0xfffffffd, 0x80000000, 65, 64, 13, 5, 1, 0};
	uint8_t found[KERNEL_BUILD_ID_SIZE];

	for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++)
		for (size_t j = 0; j < sizeof(wild) / sizeof(wild[0]); j++) {
			uint32_t bytes[16] = {wild[i], wild[j], 3, 0};

			memcpy(bytes + 3, "GNU", 4);
			assert_true(build_id_in((uint8_t *)bytes, sizeof(bytes), found) <= 64);
		}
}

static struct utsname made_uname(const char *release, const char *machine, const char *version)
{
	struct utsname name = {0};

	strcpy(name.release, release);
	strcpy(name.machine, machine);
	strcpy(name.version, version);
	return name;
}

static void write_text(const char *root, const char *path, const char *text)
{
	folder_write(root, path, text, strlen(text));
}

static void running_kernel(void **state)
{
	static struct logged logged;
	struct corebtf_open_opts opts = logged_opts(&logged);
	struct log log = {.write = opts.log, .context = opts.log_context, .subject = "x"};
	struct utsname name = made_uname("5.4.0-58-generic", "aarch64", "#64~18.04.1-Ubuntu SMP");
	char *root = folder_make();
	struct host host = {.root = root, .uname = &name};
	struct notes notes = {.size = 0};
	struct kernel kernel;

	/* nothing but uname */
	assert_int_equal(kernel_identify(&host, NULL, &log, &kernel), 0);
	assert_string_equal(kernel.id.release, "5.4.0-58-generic");
	assert_string_equal(kernel.id.machine, "arm64");
	assert_string_equal(kernel.id.uname_version, "#64~18.04.1-Ubuntu SMP");
	assert_string_equal(kernel.id.os_id, "");
	assert_int_equal(kernel.id.build_id_size, 0);

	add_note(&notes, "GNU", 3, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
	folder_write(root, "/sys/kernel/notes", notes.bytes, notes.size);
	write_text(root, "/etc/os-release", "ID=ubuntu\nVERSION_ID=\"18.04\"\n");
	logged.length = 0;
	assert_int_equal(kernel_identify(&host, NULL, &log, &kernel), 0);
	assert_non_null(strstr(logged.text, "release 5.4.0-58-generic, machine aarch64"));
	/* files are read when they are needed, and once */
	assert_string_equal(kernel.id.os_id, "");
	assert_int_equal(kernel.id.build_id_size, 0);
	assert_null(strstr(logged.text, "os-release"));
	assert_null(strstr(logged.text, "notes"));
	kernel_learn_build_id(&kernel);
	kernel_learn_os(&kernel);
	assert_string_equal(kernel.id.os_id, "ubuntu");
	assert_string_equal(kernel.id.version_id, "18.04");
	assert_int_equal(kernel.id.build_id_size, 8);
	assert_memory_equal(kernel.id.build_id, "\x01\x23\x45\x67\x89\xab\xcd\xef", 8);
	assert_non_null(strstr(logged.text, "build-id 0123456789abcdef (/sys/kernel/notes)"));
	assert_non_null(strstr(logged.text, "os id ubuntu, version id 18.04 (/etc/os-release)"));

	/* some given, the rest from the host */
	assert_int_equal(
		kernel_identify(&host,
				&(struct corebtf_kernel_opts){.os_id = "mint", .release = ""}, &log,
				&kernel),
		0);
	kernel_learn_os(&kernel);
	kernel_learn_build_id(&kernel);
	assert_string_equal(kernel.id.os_id, "mint");
	assert_string_equal(kernel.id.version_id, ""); /* not another distribution's */
	assert_int_equal(kernel.id.build_id_size, 8);
	assert_string_equal(kernel.id.release, "5.4.0-58-generic");

	/* another kernel: nothing from this host */
	assert_int_equal(kernel_identify(&host,
					 &(struct corebtf_kernel_opts){.release = "6.1.0",
								       .machine = "amd64",
								       .build_id = "xyz",
								       .build_id_size = 3},
					 &log, &kernel),
			 0);
	kernel_learn_os(&kernel);
	kernel_learn_build_id(&kernel);
	assert_string_equal(kernel.id.release, "6.1.0");
	assert_string_equal(kernel.id.machine, "x86_64");
	assert_string_equal(kernel.id.uname_version, "");
	assert_string_equal(kernel.id.os_id, "");
	assert_string_equal(kernel.id.version_id, "");
	assert_int_equal(kernel.id.build_id_size, 3);
	folder_remove(root);
	free(root);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(build_id_among_other_notes),
		cmocka_unit_test(notes_with_wild_sizes),
		cmocka_unit_test(running_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
