/* SPDX-License-Identifier: MIT */
/* The tar inside of a tool: what is read of it, and what is refused as damage. */
#include <elf.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "runner/object/tool.h"
#include "runner/object/tool_format.h"

/* A ustar archive that is built member by member. */
static uint8_t archive[64 << 10];
static size_t archive_size;

static void start(void)
{
	memset(archive, 0, sizeof(archive));
	archive_size = 0;
}

static uint8_t *add(const char *name, char type, const void *data, size_t size)
{
	uint8_t *header = archive + archive_size;
	unsigned int sum = 0;

	snprintf((char *)header, 100, "%s", name);
	snprintf((char *)header + 100, 8, "0000644");
	snprintf((char *)header + 124, 12, "%011zo", size);
	memset(header + 148, ' ', 8);
	header[156] = (uint8_t)type;
	memcpy(header + 257, "ustar\00000", 8);
	for (int i = 0; i < 512; i++)
		sum += header[i];
	snprintf((char *)header + 148, 8, "%06o", sum);
	memcpy(header + 512, data, size);
	archive_size += 512 + (size + 511) / 512 * 512;
	return header;
}

static int read_archive(struct tool *tool, struct reason *why)
{
	*tool = (struct tool){0};
	return tool_read(archive, archive_size + 1024, tool, why);
}

static Elf64_Ehdr object(void)
{
	Elf64_Ehdr header = {.e_machine = EM_BPF};

	memcpy(header.e_ident, ELFMAG, SELFMAG);
	return header;
}

static void reads_objects(void **state)
{
	Elf64_Ehdr first = object(), second = object();
	struct reason why = {""};
	struct tool tool;

	second.e_version = 2;
	start();
	add("snoop/open.bpf.o", '0', &first, sizeof(first));
	add("snoop/exec.bpf.o", '0', &second, sizeof(second));
	assert_int_equal(read_archive(&tool, &why), 0);
	assert_string_equal(tool.name, "snoop");
	assert_int_equal(tool.count, 2);
	assert_string_equal(tool.objects[0].name, "open.bpf.o");
	assert_string_equal(tool.objects[1].name, "exec.bpf.o");
	assert_int_equal(tool.objects[1].size, sizeof(second));
	assert_memory_equal(tool.objects[1].data, &second, sizeof(second));
	tool_close(&tool);
}

static void refuse(const char *text)
{
	struct reason why = {""};
	struct tool tool;
	int err = read_archive(&tool, &why);

	if (!err || !strstr(why.text, text))
		fail_msg("%d: '%s', not '%s'", err, why.text, text);
	assert_null(tool.name);
	assert_null(tool.objects);
}

static void refuses_damage(void **state)
{
	Elf64_Ehdr good = object(), other = object();

	other.e_machine = EM_X86_64;
	start();
	refuse("damaged");
	add("snoop/a.bpf.o", '0', &good, sizeof(good));
	add("other/b.bpf.o", '0', &good, sizeof(good));
	refuse("it has the names snoop and other");

	start();
	add("a.bpf.o", '0', &good, sizeof(good));
	refuse("is no TOOL/NAME");
	start();
	add("a/b/c.bpf.o", '0', &good, sizeof(good));
	refuse("is no TOOL/NAME");
	start();
	add("snoop/a.bpf.o", '2', "", 0);
	refuse("is no plain file");
	start();
	add("snoop/a.bpf.o", '0', &other, sizeof(other));
	refuse("no BPF object");
	start();
	add("snoop/a.bpf.o", '0', &good, sizeof(good) - 1);
	refuse("no BPF object");
	start();
	add("snoop/a.bpf.o", '0', &good, sizeof(good))[0] = 'X'; /* the header's checksum */
	refuse("damaged");
}

/* The size in the header is more than there is, or more than a tool may have. */
static void refuses_sizes(void **state)
{
	Elf64_Ehdr good = object();

	start();
	add("snoop/a.bpf.o", '0', &good, sizeof(good));
	archive_size -= 512 + 1024;
	refuse("damaged");

	start();
	archive_size = 0;
	add("snoop/a.bpf.o", '0', "", 0);
	memset(archive, 0, 512);
	snprintf((char *)archive, 100, "snoop/a.bpf.o");
	snprintf((char *)archive + 124, 12, "%011o", TOOL_MAX_SIZE + 1);
	archive[156] = '0';
	memcpy(archive + 257, "ustar\00000", 8);
	memset(archive + 148, ' ', 8);
	{
		unsigned int sum = 0;

		for (int i = 0; i < 512; i++)
			sum += archive[i];
		snprintf((char *)archive + 148, 8, "%06o", sum);
	}
	refuse("is no plain file of at most");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_objects),
		cmocka_unit_test(refuses_damage),
		cmocka_unit_test(refuses_sizes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
