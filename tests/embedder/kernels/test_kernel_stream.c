/* SPDX-License-Identifier: MIT */
/*
 * Archives with kernels in them: their keys, which are read, links, and damage.
 */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <cmocka.h>

#include "embedder/image/kernel_types.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/kernels/kernel_stream.h"
#include "embedder/util/cleanup.h"
#include "tests/support/elf_builder.h"
#include "tests/support/made_kernel.h"
#include "tests/support/scratch.h"
#include "tests/support/tar_builder.h"

/* An archive as text: a line for each kernel, each unwanted one and each skipped member. */
struct stream_lines {
	char text[65536];
	size_t length, skipped;
	const char *unwanted; /* a release that is not wanted */
};

__attribute__((format(printf, 2, 3))) static void add_line(struct stream_lines *lines,
							   const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	lines->length += (size_t)vsnprintf(lines->text + lines->length,
					   sizeof(lines->text) - lines->length, format, arguments);
	va_end(arguments);
	assert_true(lines->length < sizeof(lines->text));
}

static bool want(void *context, const struct kernel_id *id)
{
	struct stream_lines *lines = context;

	if (!lines->unwanted || strcmp(id->release, lines->unwanted) != 0)
		return true;
	add_line(lines, "not %s\n", id->release);
	return false;
}

static void note_skipped(void *context, const char *path, const char *why)
{
	struct stream_lines *lines = context;

	lines->skipped++;
	add_line(lines, "! %.30s: %.60s\n", path, why);
}

static void add_kernel(struct stream_lines *lines, const struct kernel_file *file,
		       struct kernel_btf *bytes)
{
	_cleanup_(kernel_types_close) struct kernel_types types = {0};
	const struct kernel_btf *btf = &types.btf;
	const struct kernel_id *id = &file->id;
	struct reason why = {""};
	int err;

	add_line(lines, "%s/%s/%s/%s %s", id->os_id, id->version_id, id->machine, id->release,
		 file->path);
	if (bytes) {
		err = kernel_types_unpack(bytes, KERNEL_TYPES_UNKNOWN, NULL, &types, &why);
		if (err)
			add_line(lines, " (%.60s)", why.text);
		else if (types.dwarf)
			add_line(lines, " DWARF %.8s",
				 (const char *)types.dwarf->sections.file.info.data);
		else if (btf->size < 64 &&
			 btf->size > 24) /* one of make_btf(): a header, and text */
			add_line(lines, " %.*s", (int)(btf->size - 24),
				 (const char *)btf->data + 24);
	}
	add_line(lines, "\n");
}

/* Returns the stream's last result. */
static int read_stream(const char *path, const struct kernel_id *as, bool was_named,
		       struct memory_budget *budget, bool keys_only, struct stream_lines *lines)
{
	const struct kernel_source source = {(char *)path, as, was_named};
	struct kernel_stream_opts opts = {
		.want = want, .skip = note_skipped, .context = lines, .budget = budget};
	struct kernel_stream *stream = NULL;
	struct reason why = {""};
	int more = kernel_stream_open(&source, &opts, &stream, &why);

	while (!more || more == 1) {
		struct kernel_btf bytes = {0};
		struct kernel_file file = {.path = NULL};

		more = kernel_stream_next(stream, &file, keys_only ? NULL : &bytes, &why);
		if (more <= 0)
			break;
		add_kernel(lines, &file, keys_only ? NULL : &bytes);
		kernel_file_clear(&file);
	}
	if (more < 0)
		add_line(lines, "%.60s\n", why.text);
	kernel_stream_close(stream);
	return more;
}

static void save(const char *path, struct bytes *tar)
{
	tar_end(tar);
	scratch_write(path, tar->data, tar->size);
	bytes_release(tar);
}

static void expect(const char *path, const struct kernel_id *as, const char *unwanted,
		   const char *expected)
{
	struct stream_lines lines = {.unwanted = unwanted};

	assert_int_equal(read_stream(path, as, true, NULL, false, &lines), 0);
	assert_string_equal(lines.text, expected);
}

static void test_tree(void **state)
{
	struct bytes tar = {0}, btf = make_btf("packed"), inner = {0}, packed;

	(void)state;
	tar_add_file(&tar, "btfhub-archive/README.md", "x", 1);
	tar_add_btf(&tar, "./btfhub-archive/ubuntu/20.04/x86_64/5.4.0-58-generic.btf", "one");
	tar_add_file(&tar, "btfhub-archive/ubuntu/20.04/x86_64/5.4.0-59-generic.failed", "x", 1);
	tar_add_btf(&tar, "debian/sid/aarch64/6.1.0-arm64.btf", "two");
	tar_add_btf(&tar, "debian/sid/aarch64/._6.1.0-arm64.btf", "a Mac's");
	tar_add_btf(&tar, "fedora/spam/4.btf", "nobody's");
	tar_add_file(&inner, "5.btf", btf.data, btf.size);
	tar_end(&inner);
	packed = pack_xz(inner.data, inner.size);
	tar_add_file(&tar, "ol/8/x86_64/5.btf.tar.xz", packed.data, packed.size);
	bytes_release(&packed);
	packed = pack_gzip(btf.data, btf.size);
	tar_add_file(&tar, "ol/8/x86_64/6.btf.gz", packed.data, packed.size);
	bytes_release(&packed);
	bytes_release(&inner);
	bytes_release(&btf);
	save("t", &tar);
	expect("t", NULL, "6.1.0-arm64",
	       "ubuntu/20.04/x86_64/5.4.0-58-generic t: "
	       "btfhub-archive/ubuntu/20.04/x86_64/5.4.0-58-generic.btf one\n"
	       "not 6.1.0-arm64\n"
	       "! t: fedora/spam/4.btf: cannot tell which kernel it is for: its folder 'spam' "
	       "is "
	       "no \n"
	       "ol/8/x86_64/5 t: ol/8/x86_64/5.btf.tar.xz packed\n"
	       "ol/8/x86_64/6 t: ol/8/x86_64/6.btf.gz packed\n");
}

/* What is missing in a member's name is taken from the path of the archive, or from --as. */
static void test_place(void **state)
{
	struct kernel_id as = {
		.machine = "arm64", .os_id = (char *)"mine", .version_id = (char *)""};
	struct bytes tar = {0};

	(void)state;
	tar_add_btf(&tar, "5.4.btf", "one");
	save("debian/12/x86_64/all.tar", &tar);
	expect("debian/12/x86_64/all.tar", NULL, NULL,
	       "debian/12/x86_64/5.4 debian/12/x86_64/all.tar: 5.4.btf one\n");
	assert_int_equal(rename("debian/12/x86_64/all.tar", "all"), 0);
	expect("all", NULL, NULL,
	       "! all: 5.4.btf: cannot tell which kernel it is for: its folder '' is no "
	       "mach\n");
	expect("all", &as, NULL, "mine//arm64/5.4 all: 5.4.btf one\n");
}

static void test_links(void **state)
{
	struct bytes tar = {0};

	(void)state;
	tar_add_header(&tar, '2', "a/1/x86_64/first.btf", "../../../b/2/x86_64/1.btf", 0);
	tar_add_btf(&tar, "b/2/x86_64/1.btf", "one");
	tar_add_btf(&tar, "b/2/x86_64/2.btf", "two");
	tar_add_header(&tar, '1', "a/1/x86_64/hard.btf", "b/2/x86_64/1.btf", 0);
	tar_add_header(&tar, '1', "a/1/x86_64/hard2.btf", "./b/2/x86_64/2.btf", 0);
	tar_add_header(&tar, '2', "a/1/x86_64/chain.btf", "./first.btf", 0);
	tar_add_header(&tar, '2', "a/1/x86_64/again.btf", "chain.btf", 0);
	tar_add_header(&tar, '2', "a/1/x86_64/circle.btf", "elcric.btf", 0);
	tar_add_header(&tar, '2', "a/1/x86_64/elcric.btf", "circle.btf", 0);
	tar_add_header(&tar, '2', "a/1/x86_64/self.btf", "self.btf", 0);
	tar_add_header(&tar, '2', "a/1/x86_64/gone.btf", "nothing.btf", 0);
	tar_add_header(&tar, '2', "a/1/x86_64/out.btf", "../../../../x.btf", 0);
	tar_add_header(&tar, '2', "a/1/x86_64/root.btf", "/etc/x.btf", 0);
	tar_add_header(&tar, '2', "a/2", "1", 0); /* a folder by another name */
	save("t", &tar);
	/* An unwanted member is read for a wanted link to it. */
	expect("t", NULL, "1",
	       "not 1\n"
	       "b/2/x86_64/2 t: b/2/x86_64/2.btf two\n"
	       "! t: a/1/x86_64/out.btf: it is a link that leads out of the archive\n"
	       "a/1/x86_64/first t: a/1/x86_64/first.btf one\n"
	       "a/1/x86_64/hard t: a/1/x86_64/hard.btf one\n"
	       "a/1/x86_64/chain t: a/1/x86_64/chain.btf one\n"
	       "a/1/x86_64/again t: a/1/x86_64/again.btf one\n"
	       "a/1/x86_64/hard2 t: a/1/x86_64/hard2.btf two\n"
	       "! t: a/1/x86_64/circle.btf: it is a link that leads in a circle\n"
	       "! t: a/1/x86_64/elcric.btf: it is a link that leads in a circle\n"
	       "! t: a/1/x86_64/gone.btf: it is a link to a/1/x86_64/nothing.btf, which is not in "
	       "the \n"
	       "! t: a/1/x86_64/self.btf: it is a link that leads in a circle\n"
	       "! t: a/1/x86_64/root.btf: it is a link to etc/x.btf, which is not in the archive, "
	       "or c\n");
}

static void make_image(struct byte_buffer *image)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0}, packed = {0};

	made_elf(&elf, &kernel);
	made_pack(&packed, MADE_ZSTD, elf.data, elf.size);
	made_bzimage(image, &kernel, packed.data, packed.size);
	byte_buffer_free(&elf);
	byte_buffer_free(&packed);
}

/* A kernel image has its release in it, and its name must agree. */
static void test_kernels(void **state)
{
	struct made_kernel kernel = made_kernel_x86_64();
	struct kernel_id as = {.release = (char *)"9.9"};
	struct byte_buffer image = {0};
	struct stream_lines lines = {0};
	struct bytes tar = {0};
	char name[128], expected[1024];

	(void)state;
	make_image(&image);
	snprintf(name, sizeof(name), "boot/vmlinuz-%s", kernel.release);
	tar_add_file(&tar, name, image.data, image.size);
	tar_add_file(&tar, "boot/vmlinuz-1.2.3", image.data, image.size);
	tar_add_file(&tar, "boot/vmlinuz-4.5", "text", 4);
	tar_add_file(&tar, "boot/config-4.5", "text", 4);
	tar_add_file(&tar, "bzImage", image.data, image.size);
	tar_add_header(&tar, '2', "vmlinuz", name, 0);
	save("t", &tar);
	snprintf(expected, sizeof(expected),
		 "debian//x86_64/%s t: %s\n"
		 "! t: boot/vmlinuz-1.2.3: its place or name says release 1.2.3, and it says "
		 "6.1.0-13-a\n"
		 "! t: boot/vmlinuz-4.5: cannot tell which kernel it is for: neither its name "
		 "nor "
		 "the\n"
		 "debian//x86_64/%s t: bzImage\n",
		 kernel.release, name, kernel.release);
	assert_int_equal(read_stream("t", NULL, true, NULL, false, &lines), 0);
	assert_string_equal(lines.text, expected);

	/* The same by itself, under any name. */
	scratch_write("whatever", image.data, image.size);
	lines = (struct stream_lines){0};
	assert_int_equal(read_stream("whatever", NULL, true, NULL, false, &lines), 0);
	snprintf(expected, sizeof(expected), "debian//x86_64/%s whatever\n", kernel.release);
	assert_string_equal(lines.text, expected);
	expect("whatever", &as, NULL, "debian//x86_64/9.9 whatever\n");
	byte_buffer_free(&image);
}

static void test_keys_only(void **state)
{
	struct stream_lines lines = {0};
	struct bytes tar = {0};

	(void)state;
	tar_add_btf(&tar, "a/1/x86_64/1.btf", "one");
	tar_add_header(&tar, '1', "a/1/x86_64/2.btf", "a/1/x86_64/1.btf", 0);
	save("t", &tar);
	assert_int_equal(read_stream("t", NULL, true, NULL, true, &lines), 0);
	assert_string_equal(lines.text, "a/1/x86_64/1 t: a/1/x86_64/1.btf\n"
					"a/1/x86_64/2 t: a/1/x86_64/2.btf\n");
}

static void test_no_kernels(void **state)
{
	struct stream_lines lines = {0};
	struct bytes tar = {0};

	(void)state;
	tar_add_file(&tar, "README", "x", 1);
	save("t", &tar);
	assert_int_equal(read_stream("t", NULL, true, NULL, false, &lines), -ENOENT);
	lines = (struct stream_lines){0};
	assert_int_equal(read_stream("t", NULL, false, NULL, false, &lines), 0);
	assert_string_equal(lines.text, "");
}

/* What was read before the damage is taken. */
static void test_cut_off(void **state)
{
	struct stream_lines lines = {0};
	struct bytes tar = {0};

	(void)state;
	tar_add_btf(&tar, "a/1/x86_64/1.btf", "one");
	tar_add_btf(&tar, "a/1/x86_64/2.btf", "two");
	scratch_write("t", tar.data, tar.size - 500);
	bytes_release(&tar);
	assert_int_equal(read_stream("t", NULL, true, NULL, false, &lines), -EBADMSG);
	assert_non_null(strstr(lines.text, "a/1/x86_64/1 t: a/1/x86_64/1.btf one\n"));
}

static void test_flood(void **state)
{
	struct stream_lines lines = {0};
	struct bytes tar = {0};

	(void)state;
	for (int i = 0; i < 150; i++)
		tar_add_file(&tar, "../x.btf", "x", 1);
	tar_add_btf(&tar, "a/1/x86_64/1.btf", "one");
	save("t", &tar);
	assert_int_equal(read_stream("t", NULL, true, NULL, false, &lines), 0);
	assert_int_equal(lines.skipped, 101);
	assert_non_null(strstr(lines.text, "\n! t: skipped: 50 more that cannot be used\n"));
	assert_non_null(strstr(lines.text, "a/1/x86_64/1 t: a/1/x86_64/1.btf one\n"));
}

/* A wrong size allocates no memory, and what does not fit is skipped. */
static void test_sizes(void **state)
{
	static uint8_t large[2 << 20] = {0x9f, 0xeb};
	struct memory_budget budget;
	struct stream_lines lines = {0};
	struct bytes tar = {0};

	(void)state;
	memory_budget_init(&budget, 1 << 20);
	tar_add_file(&tar, "a/1/x86_64/1.btf", large, sizeof(large));
	tar_add_btf(&tar, "a/1/x86_64/2.btf", "two");
	tar_add_header(&tar, '1', "a/1/x86_64/3.btf", "a/1/x86_64/2.btf", 0);
	tar_add_header(&tar, '1', "a/1/x86_64/4.btf", "a/1/x86_64/2.btf", 0);
	save("t", &tar);
	assert_int_equal(read_stream("t", NULL, true, &budget, false, &lines), 0);
	assert_string_equal(lines.text,
			    "! t: a/1/x86_64/1.btf: it takes 2 MiB of memory, more than "
			    "the limit of 1 MiB (--me\n"
			    "a/1/x86_64/2 t: a/1/x86_64/2.btf two\n"
			    "a/1/x86_64/3 t: a/1/x86_64/3.btf two\n"
			    "a/1/x86_64/4 t: a/1/x86_64/4.btf two\n");
	assert_int_equal(budget.used, 0);
	assert_int_equal(budget.holders, 0);
	memory_budget_destroy(&budget);

	lines = (struct stream_lines){0};
	tar_add_header(&tar, '0', "a/1/x86_64/1.btf", "", UINT64_C(8) << 30);
	save("t", &tar);
	assert_int_equal(read_stream("t", NULL, true, NULL, false, &lines), -EBADMSG);
	assert_non_null(strstr(lines.text, "it has 8589934592 bytes"));
}

/* A vmlinux with much debug information, of which the memory for a part is enough. */
static void test_large_vmlinux(void **state)
{
	const size_t size = (size_t)100 << 20;
	struct made_kernel kernel = made_kernel_x86_64();
	struct byte_buffer elf = {0};
	struct stream_lines lines = {0};
	struct memory_budget budget;
	struct bytes tar = {0};
	uint64_t table, moved;
	_cleanup_close_ int fd = -1;

	(void)state;
	made_elf(&elf, &kernel);
	memcpy(&table, elf.data + offsetof(Elf64_Ehdr, e_shoff), sizeof(table));
	moved = size - (elf.size - table);
	memcpy(elf.data + offsetof(Elf64_Ehdr, e_shoff), &moved, sizeof(moved));
	tar_add_header(&tar, '0', "usr/lib/debug/boot/vmlinux", "", size);
	scratch_write("t", tar.data, tar.size);
	fd = open("t", O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(pwrite(fd, elf.data, table, 512), table);
	assert_int_equal(pwrite(fd, elf.data + table, elf.size - table, 512 + moved),
			 elf.size - table);
	assert_int_equal(ftruncate(fd, (off_t)(512 + size + 1024)), 0);
	memory_budget_init(&budget, 20 << 20);
	assert_int_equal(read_stream("t", NULL, true, &budget, false, &lines), 0);
	assert_string_equal(lines.text,
			    "debian//x86_64/6.1.0-13-amd64 t: usr/lib/debug/boot/vmlinux\n");
	assert_int_equal(budget.used, 0);
	memory_budget_destroy(&budget);
	bytes_release(&tar);
	byte_buffer_free(&elf);
}

#define LARGE ((size_t)65 << 20)

/* A kernel with DWARF as a member of LARGE bytes. */
static void write_dwarf_kernel(int fd, off_t *at, const char *release, size_t info_size)
{
	_cleanup_free_ char *banner = NULL, *name = NULL;
	_cleanup_free_ char *info = calloc(1, info_size);
	struct bytes header = {0};
	size_t size;
	uint8_t *elf;

	assert_non_null(info);
	assert_true(asprintf(&banner, "Linux version %s (a@b) (gcc 12) #1 SMP Debian 1\n",
			     release) > 0);
	assert_true(asprintf(&name, "boot/vmlinux-%s", release) > 0);
	snprintf(info, info_size, "%s", release);
	const struct built_section sections[] = {
		{".rodata", SHT_PROGBITS, SHF_ALLOC, banner, strlen(banner) + 1, 1, 0},
		{".debug_info", SHT_PROGBITS, 0, info, info_size, 1, 0},
	};
	const struct elf_build build = {
		.is_64bit = true,
		.type = ET_EXEC,
		.machine = EM_X86_64,
		.sections = sections,
		.count = 2,
		.mapped = 1,
		.headers_first = true,
	};
	elf = elf_build(&build, &size);
	tar_add_header(&header, '0', name, "", LARGE);
	assert_int_equal(pwrite(fd, header.data, header.size, *at), header.size);
	*at += (off_t)header.size;
	assert_int_equal(pwrite(fd, elf, size, *at), size);
	*at += LARGE;
	bytes_release(&header);
	free(elf);
}

static void write_part(int fd, off_t *at, struct bytes *part)
{
	assert_int_equal(pwrite(fd, part->data, part->size, *at), part->size);
	*at += (off_t)part->size;
	bytes_release(part);
}

/* Kernels whose DWARF is read in the second pass, among others and links to them. */
static void test_dwarf(void **state)
{
	static const char *const both =
		"debian/12/x86_64/1 t: debian/12/x86_64/1.btf one\n"
		"a/1/x86_64/first t: a/1/x86_64/first.btf one\n"
		"debian//x86_64/4.9.0-1-amd64 t: boot/vmlinux-4.9.0-1-amd64 DWARF 4.9.0-1-\n"
		"debian//x86_64/4.9.0-2-amd64 t: boot/vmlinux-4.9.0-2-amd64 DWARF 4.9.0-2-\n";
	static const char *const one =
		"debian/12/x86_64/1 t: debian/12/x86_64/1.btf one\n"
		"a/1/x86_64/first t: a/1/x86_64/first.btf one\n"
		"debian//x86_64/4.9.0-1-amd64 t: boot/vmlinux-4.9.0-1-amd64 DWARF 4.9.0-1-\n"
		"! t: boot/vmlinux-4.9.0-2-amd64: its DWARF takes 3 MiB of memory, more than the "
		"limit of 2 Mi\n";
	static const char *const second =
		"debian/12/x86_64/1 t: debian/12/x86_64/1.btf one\n"
		"not 4.9.0-1-amd64\n"
		"a/1/x86_64/first t: a/1/x86_64/first.btf one\n"
		"debian//x86_64/4.9.0-2-amd64 t: boot/vmlinux-4.9.0-2-amd64 DWARF 4.9.0-2-\n";
	const struct {
		size_t limit;
		const char *unwanted, *expected;
	} runs[] = {
		{20 << 20, NULL, both}, {2 << 20, NULL, one}, {20 << 20, "4.9.0-1-amd64", second}};
	_cleanup_close_ int fd = open("t", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	struct bytes part = {0};
	off_t at = 0;

	(void)state;
	assert_true(fd >= 0);
	tar_add_btf(&part, "debian/12/x86_64/1.btf", "one");
	write_part(fd, &at, &part);
	write_dwarf_kernel(fd, &at, "4.9.0-1-amd64", 100);
	tar_add_header(&part, '2', "a/1/x86_64/first.btf", "../../../debian/12/x86_64/1.btf", 0);
	write_part(fd, &at, &part);
	write_dwarf_kernel(fd, &at, "4.9.0-2-amd64", 3 << 20);
	assert_int_equal(ftruncate(fd, at + 1024), 0);
	for (size_t i = 0; i < sizeof(runs) / sizeof(runs[0]); i++) {
		struct stream_lines lines = {.unwanted = runs[i].unwanted};
		struct memory_budget budget;

		memory_budget_init(&budget, runs[i].limit);
		assert_int_equal(read_stream("t", NULL, true, &budget, false, &lines), 0);
		assert_string_equal(lines.text, runs[i].expected);
		assert_int_equal(budget.used, 0);
		assert_int_equal(budget.holders, 0);
		memory_budget_destroy(&budget);
	}
}

static void expect_content(const char *path, enum kernel_source_content expected)
{
	enum kernel_source_content content = KERNEL_SOURCE_NONE;

	assert_int_equal(kernel_source_look(path, &content, NULL), 0);
	assert_int_equal(content, expected);
}

static void test_look(void **state)
{
	struct made_kernel kernel = made_kernel_arm64();
	struct byte_buffer flat = {0};
	struct bytes tar = {0}, btf = make_btf("x"), packed;

	(void)state;
	scratch_write("x", btf.data, btf.size);
	expect_content("x", KERNEL_SOURCE_NONE);
	packed = pack_xz(btf.data, btf.size);
	scratch_write("x", packed.data, packed.size);
	expect_content("x", KERNEL_SOURCE_NONE);
	bytes_release(&packed);
	bytes_release(&btf);

	made_flat(&flat, &kernel);
	packed = pack_gzip(flat.data, flat.size);
	scratch_write("x", packed.data, packed.size);
	expect_content("x", KERNEL_SOURCE_KERNEL);
	bytes_release(&packed);
	byte_buffer_free(&flat);

	tar_add_file(&tar, "a", "x", 1);
	packed = pack_xz(tar.data, tar.size);
	scratch_write("x", packed.data, packed.size);
	expect_content("x", KERNEL_SOURCE_ARCHIVE);
	bytes_release(&packed);
	save("x", &tar);
	expect_content("x", KERNEL_SOURCE_ARCHIVE);
	scratch_write("x", "!<arch>\n", 8);
	expect_content("x", KERNEL_SOURCE_PACKAGE);
	scratch_write("x", "text", 4);
	expect_content("x", KERNEL_SOURCE_NONE);
}

#define SCRATCH_TEST(function)                                                                     \
	cmocka_unit_test_setup_teardown(function, scratch_enter, scratch_leave)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCRATCH_TEST(test_tree),	  SCRATCH_TEST(test_place),
		SCRATCH_TEST(test_links),	  SCRATCH_TEST(test_kernels),
		SCRATCH_TEST(test_keys_only),	  SCRATCH_TEST(test_no_kernels),
		SCRATCH_TEST(test_cut_off),	  SCRATCH_TEST(test_flood),
		SCRATCH_TEST(test_sizes),	  SCRATCH_TEST(test_look),
		SCRATCH_TEST(test_large_vmlinux), SCRATCH_TEST(test_dwarf),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
