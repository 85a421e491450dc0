/* SPDX-License-Identifier: MIT */
/*
 * In: an ELF file and its path. Out: another file with its debug information.
 */
#include "embedder/image/debug_file.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <zlib.h>

#include "embedder/image/kernel_elf.h"
#include "embedder/util/cleanup.h"

/* What a candidate must be. */
struct wanted {
	struct kernel_facts facts; /* the build-id */
	bool has_crc;
	uint32_t crc;
	const struct elf_file *file; /* the one whose debug information is looked for */
	struct reason *why;	     /* of the first candidate that was there and not taken */
};

/* --- one candidate ---------------------------------------------------------------------------- */

static int refuse(const struct wanted *wanted, const char *path, const char *what)
{
	if (!*wanted->why->text)
		reason_set(wanted->why, -ENODATA, "%s %s", path, what);
	return -ENODATA;
}

/* Half a gigabyte is read for it, and let go of again. */
static uint32_t read_crc(const struct kernel_btf *bytes)
{
	uLong crc = crc32_z(0, bytes->data, bytes->size);

	madvise(bytes->mapping, bytes->mapping_size, MADV_DONTNEED);
	return (uint32_t)crc;
}

static int check_build_id(const struct wanted *wanted, const char *path,
			  const struct elf_file *candidate)
{
	struct kernel_facts found = {.machine = ""};

	kernel_elf_read_build_id(candidate, &found);
	if (wanted->facts.build_id_size == found.build_id_size &&
	    memcmp(wanted->facts.build_id, found.build_id, found.build_id_size) == 0)
		return 0;
	return refuse(wanted, path, "has another build-id");
}

static int check_candidate(const struct wanted *wanted, const char *path,
			   const struct kernel_btf *bytes)
{
	_cleanup_(elf_file_release) struct elf_file candidate = {0};
	struct reason why = {""};
	size_t info;
	int err = elf_file_read_sections(bytes->data, bytes->size, &candidate, &why);

	if (err) {
		if (!*wanted->why->text)
			reason_set(wanted->why, err, "%s: %s", path, why.text);
		return err;
	}
	if (check_build_id(wanted, path, &candidate))
		return -ENODATA;
	if (candidate.header.e_machine != wanted->file->header.e_machine ||
	    candidate.codec.is_64bit != wanted->file->codec.is_64bit ||
	    candidate.codec.big_endian != wanted->file->codec.big_endian)
		return refuse(wanted, path, "is for another machine");
	info = kernel_elf_find_debug(&candidate, "info");
	if (!info || !elf_section_has_bytes(&candidate.sections[info]))
		return refuse(wanted, path, "has no .debug_info");
	if (!wanted->has_crc)
		return 0;
	return read_crc(bytes) == wanted->crc
		       ? 0
		       : refuse(wanted, path, "has another checksum than .gnu_debuglink says");
}

/* Takes over @path, which may be NULL. */
static int try(const struct wanted *wanted, char *path, struct kernel_btf *ret_bytes)
{
	_cleanup_(kernel_btf_close) struct kernel_btf bytes = {0};
	_cleanup_free_ char *own_path = path;
	struct reason why = {""};
	int err;

	if (!path)
		return -ENOMEM;
	err = kernel_btf_load(path, &bytes, &why);
	if (err == -ENOENT || err == -ENOTDIR)
		return err;
	if (err || !bytes.path) {
		if (!*wanted->why->text)
			reason_set(wanted->why, -ENODATA, "%s: %s", path,
				   err ? why.text : "it is no ELF file");
		return -ENODATA;
	}
	err = check_candidate(wanted, path, &bytes);
	if (err)
		return err;
	*ret_bytes = bytes;
	memset(&bytes, 0, sizeof(bytes));
	return 0;
}

/* --- where they are --------------------------------------------------------------------------- */

static char *join(const char *a, const char *b, const char *c)
{
	char *joined;

	return asprintf(&joined, "%s%s%s", a, b, c) < 0 ? NULL : joined;
}

/* The folder of the file itself, links resolved, with a slash at its end; NULL: not known. */
static char *folder_of(const char *path)
{
	char *real = realpath(path, NULL);

	if (real)
		strrchr(real, '/')[1] = '\0';
	return real;
}

static char *build_id_path(const char *root, const struct kernel_facts *facts)
{
	char hex[2 * sizeof(facts->build_id) + 1];
	char *path;

	for (size_t i = 0; i < facts->build_id_size; i++)
		snprintf(hex + 2 * i, 3, "%02x", facts->build_id[i]);
	return asprintf(&path, "%s/.build-id/%.2s/%s.debug", root, hex, hex + 2) < 0 ? NULL : path;
}

/* The bytes of a section that starts with a name. @ret_rest: what follows its NUL. */
static const char *read_link(const struct elf_file *file, const char *section_name,
			     const uint8_t **ret_rest, size_t *ret_rest_size)
{
	size_t index = elf_file_find_section(file, section_name, 0);
	const Elf64_Shdr *section = &file->sections[index];
	const char *name;
	size_t length;

	if (!index || !elf_section_has_bytes(section) || section->sh_flags & SHF_COMPRESSED)
		return NULL;
	name = (const char *)file->data + section->sh_offset;
	length = strnlen(name, section->sh_size);
	if (!length || length == section->sh_size)
		return NULL;
	*ret_rest = (const uint8_t *)name + length + 1;
	*ret_rest_size = section->sh_size - length - 1;
	return name;
}

/* --- the debug file --------------------------------------------------------------------------- */

/* The name, and the checksum at the next multiple of 4. A name with a slash is none: it could lead
 * anywhere. */
static const char *read_debuglink(const struct elf_file *file, uint32_t *ret_crc)
{
	const uint8_t *rest;
	size_t size, padding;
	const char *name = read_link(file, ".gnu_debuglink", &rest, &size);

	if (!name || strchr(name, '/') || strcmp(name, "..") == 0)
		return NULL;
	padding = (4 - (strlen(name) + 1) % 4) % 4;
	if (size < padding + 4)
		return NULL;
	*ret_crc = (uint32_t)elf_codec_get_number(&file->codec, rest + padding, 4);
	return name;
}

static int try_debuglink(struct wanted *wanted, const char *name, const char *path,
			 const char *root, struct kernel_btf *ret_bytes)
{
	_cleanup_free_ char *folder = folder_of(path), *below = NULL;
	int err;

	if (!folder)
		return -ENOENT;
	below = join(root, folder, "");
	wanted->has_crc = true;
	err = try(wanted, join(folder, name, ""), ret_bytes);
	if (err)
		err = try(wanted, join(folder, ".debug/", name), ret_bytes);
	if (err && below)
		err = try(wanted, join(below, name, ""), ret_bytes);
	return err;
}

int debug_file_open(const struct elf_file *file, const char *path, const char *root,
		    struct kernel_btf *ret_bytes, struct reason *why)
{
	struct reason found = {""};
	struct wanted wanted = {.facts = {.machine = ""}, .file = file, .why = &found};
	const char *name = read_debuglink(file, &wanted.crc);
	_cleanup_free_ char *by_id = NULL;
	int err = -ENODATA;

	kernel_elf_read_build_id(file, &wanted.facts);
	if (wanted.facts.build_id_size) {
		by_id = build_id_path(root, &wanted.facts);
		err = try(&wanted, by_id ? strdup(by_id) : NULL, ret_bytes);
	}
	if (err && name)
		err = try_debuglink(&wanted, name, path, root, ret_bytes);
	if (!err)
		return 0;
	if (*found.text)
		return reason_set(why, -ENODATA, "%s", found.text);
	if (!by_id && !name)
		return reason_set(
			why, -ENODATA,
			"it has neither a build-id nor a .gnu_debuglink to find its debug "
			"file by");
	return reason_set(why, -ENODATA, "its debug file is not there: %s%s%s%s%s",
			  by_id ? by_id : "", by_id && name ? ", or " : "", name ? name : "",
			  name ? " beside it, in .debug/ or below " : "", name ? root : "");
}

/* --- dwz's alternate file --------------------------------------------------------------------- */

const char *debug_file_alternate_name(const struct elf_file *file)
{
	const uint8_t *build_id;
	size_t size;

	return read_link(file, ".gnu_debugaltlink", &build_id, &size);
}

int debug_file_open_alternate(const struct elf_file *file, const char *path, const char *root,
			      struct kernel_btf *ret_bytes, struct reason *why)
{
	struct reason found = {""};
	struct wanted wanted = {.facts = {.machine = ""}, .file = file, .why = &found};
	_cleanup_free_ char *folder = folder_of(path);
	const uint8_t *build_id;
	size_t size;
	const char *name = read_link(file, ".gnu_debugaltlink", &build_id, &size);
	int err;

	if (!name || !size || size > sizeof(wanted.facts.build_id))
		return reason_set(why, -EBADMSG, "its section .gnu_debugaltlink is damaged");
	memcpy(wanted.facts.build_id, build_id, size);
	wanted.facts.build_id_size = size;
	err = try(&wanted, join(*name == '/' || !folder ? "" : folder, name, ""), ret_bytes);
	if (err)
		err = try(&wanted, build_id_path(root, &wanted.facts), ret_bytes);
	if (!err)
		return 0;
	return reason_set(why, -ENOENT,
			  "part of its DWARF is in %s (by dwz), which is not there%s%s", name,
			  *found.text ? ": " : "", found.text);
}
