/* SPDX-License-Identifier: MIT */
/*
 * libarchive writes the headers and packs.
 *
 * Its pax formats are not used: in the C locale they write a name that is not ASCII with a header
 * that GNU tar warns about. ustar and GNU tar's format take the bytes as they are.
 */
#include "embedder/archive/archive_writer.h"

#include <stdbool.h>
#include <string.h>

#include "embedder/archive/libarchive.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"

#define USTAR_NAME_SIZE	  100
#define USTAR_PREFIX_SIZE 155

int archive_packing_from_name(const char *path, enum archive_packing *ret_packing)
{
	static const struct {
		const char *ending;
		enum archive_packing packing;
	} endings[] = {
		{".tar", ARCHIVE_PLAIN}, {".tar.gz", ARCHIVE_GZIP}, {".tgz", ARCHIVE_GZIP},
		{".tar.xz", ARCHIVE_XZ}, {".txz", ARCHIVE_XZ},	    {".tar.zst", ARCHIVE_ZSTD},
		{".tzst", ARCHIVE_ZSTD},
	};
	size_t length = strlen(path);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i].ending);

		if (length >= ending && strcmp(path + length - ending, endings[i].ending) == 0) {
			*ret_packing = endings[i].packing;
			return 0;
		}
	}
	return -EINVAL;
}

/* An archive being written. */
struct packing {
	struct archive *archive;
	struct byte_buffer packed;
};

static void cleanup_packing(struct packing *packing)
{
	/* First: this flushes what is still in the packer. */
	if (packing->archive)
		sym_archive_write_free(packing->archive);
	byte_buffer_free(&packing->packed);
}

static la_ssize_t take_packed(struct archive *archive, void *context, const void *data, size_t size)
{
	struct packing *packing = context;

	byte_buffer_append(&packing->packed, data, size);
	if (!byte_buffer_failed(&packing->packed))
		return (la_ssize_t)size;
	sym_archive_set_error(archive, ENOMEM, "out of memory");
	return -1;
}

static int explain(const struct packing *packing, struct reason *why)
{
	const char *text = sym_archive_error_string(packing->archive);

	if (sym_archive_errno(packing->archive) == ENOMEM)
		return reason_errno(why, -ENOMEM, "cannot pack the archive");
	return reason_set(why, -EIO, "cannot pack the archive: %s",
			  text ? text : "libarchive gives no reason");
}

static bool fits_ustar(const char *name)
{
	size_t length = strlen(name);

	if (length <= USTAR_NAME_SIZE)
		return true;
	for (const char *slash = strchr(name + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		size_t prefix = (size_t)(slash - name), rest = length - prefix - 1;

		if (prefix <= USTAR_PREFIX_SIZE && rest && rest <= USTAR_NAME_SIZE)
			return true;
	}
	return false;
}

static int set_format(struct archive *archive, const struct archive_file *files, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!fits_ustar(files[i].name))
			return sym_archive_write_set_format_gnutar(archive);
	}
	return sym_archive_write_set_format_ustar(archive);
}

/*
 * gzip: the highest level, without a time stamp. xz: the dictionary of preset 6, 8 MiB, holds many
 * BTFs; a larger one would take more memory of the program that unpacks it at its start. zstd: the
 * highest level that readers accept without an option.
 */
static int set_packing(struct archive *archive, enum archive_packing packing)
{
	int result = ARCHIVE_FATAL;

	switch (packing) {
	case ARCHIVE_PLAIN:
		return sym_archive_write_add_filter_none(archive);
	case ARCHIVE_GZIP:
		result = sym_archive_write_add_filter_gzip(archive);
		if (result == ARCHIVE_OK)
			result = sym_archive_write_set_filter_option(archive, "gzip",
								     "compression-level", "9");
		if (result == ARCHIVE_OK)
			result = sym_archive_write_set_filter_option(archive, "gzip", "timestamp",
								     NULL);
		break;
	case ARCHIVE_XZ:
		result = sym_archive_write_add_filter_xz(archive);
		if (result == ARCHIVE_OK)
			result = sym_archive_write_set_filter_option(archive, "xz",
								     "compression-level", "6");
		if (result == ARCHIVE_OK)
			result = sym_archive_write_set_filter_option(archive, "xz", "threads", "1");
		break;
	case ARCHIVE_ZSTD:
		result = sym_archive_write_add_filter_zstd(archive);
		if (result == ARCHIVE_OK)
			result = sym_archive_write_set_filter_option(archive, "zstd",
								     "compression-level", "19");
		break;
	}
	return result;
}

static int add_file(struct archive *archive, const struct archive_file *file)
{
	struct archive_entry *entry = sym_archive_entry_new2(archive);
	int result;

	if (!entry)
		return ARCHIVE_FATAL;
	sym_archive_entry_set_pathname(entry, file->name);
	sym_archive_entry_set_filetype(entry, AE_IFREG);
	sym_archive_entry_set_perm(entry, 0644);
	sym_archive_entry_set_size(entry, (la_int64_t)file->size);
	sym_archive_entry_set_mtime(entry, 0, 0);
	/* A warning means that a name was changed, so it is an error here. */
	result = sym_archive_write_header(archive, entry);
	sym_archive_entry_free(entry);
	if (result == ARCHIVE_OK &&
	    sym_archive_write_data(archive, file->data, file->size) != (la_ssize_t)file->size)
		result = ARCHIVE_FATAL;
	return result;
}

static int pack(struct packing *packing, enum archive_packing how, const struct archive_file *files,
		size_t count)
{
	struct archive *archive = packing->archive;
	int result = set_format(archive, files, count);

	if (result == ARCHIVE_OK)
		result = set_packing(archive, how);
	/* Blocks of one byte: no zeros after the packed bytes; gzip warns about them. */
	if (result == ARCHIVE_OK)
		result = sym_archive_write_set_bytes_in_last_block(archive, 1);
	if (result == ARCHIVE_OK)
		result = sym_archive_write_open(archive, packing, NULL, take_packed, NULL);
	for (size_t i = 0; i < count && result == ARCHIVE_OK; i++)
		result = add_file(archive, &files[i]);
	return result == ARCHIVE_OK ? sym_archive_write_close(archive) : result;
}

int archive_writer_pack(enum archive_packing packing, const struct archive_file *files,
			size_t count, void **ret_archive, size_t *ret_size, struct reason *why)
{
	_cleanup_(cleanup_packing) struct packing work = {0};
	int err = libarchive_new_writer(&work.archive, why);

	if (err)
		return err;
	if (pack(&work, packing, files, count) != ARCHIVE_OK)
		return explain(&work, why);
	*ret_size = work.packed.size;
	*ret_archive = TAKE_PTR(work.packed.data);
	return 0;
}
