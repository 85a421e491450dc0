/* SPDX-License-Identifier: MIT */
/*
 * In: the tar archive of a .btf.tar.xz. Out: the BTF that is in it.
 *
 * libarchive reads the tar headers over memory and hands out pointers into it, so the BTF is found,
 * not copied. It is known by its first bytes, since the name of the member is whatever the packer
 * chose.
 */
#include "embedder/image/kernel_archive.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/libarchive.h"
#include "embedder/image/kernel_bytes.h"
#include "embedder/util/cleanup.h"

#define HEADER_SIZE 512

bool kernel_archive_is(const void *start, size_t size)
{
	enum { CHECKSUM_AT = 148, CHECKSUM_SIZE = 8 };
	const uint8_t *bytes = start;
	unsigned int sum = 0, field = 0;
	bool any = false; /* a digit */

	if (size < HEADER_SIZE)
		return false;
	/* The sum of all bytes, those of the sum itself being spaces; octal, blanks around it. */
	for (size_t i = 0; i < HEADER_SIZE; i++)
		sum += i >= CHECKSUM_AT && i < CHECKSUM_AT + CHECKSUM_SIZE ? ' ' : bytes[i];
	for (size_t i = CHECKSUM_AT; i < CHECKSUM_AT + CHECKSUM_SIZE; i++) {
		if (bytes[i] >= '0' && bytes[i] <= '7') {
			field = field * 8 + (bytes[i] - '0');
			any = true;
		} else if (bytes[i] != ' ' && bytes[i] != '\0') {
			return false;
		}
	}
	return (any && sum == field) ||
	       (!any && sum == CHECKSUM_SIZE * ' '); /* no header: the end */
}

/* The memory is whole and its packing was checked, so an error is one of the tar itself. */
static int explain(struct archive *archive, struct reason *why)
{
	const char *text = sym_archive_error_string(archive);

	return reason_set(why, sym_archive_errno(archive) == ENOMEM ? -ENOMEM : -EBADMSG,
			  "the tar archive is damaged: %s", text ? text : "no reason given");
}

static void cleanup_archive(struct archive **archive)
{
	if (*archive)
		sym_archive_read_free(*archive);
}

/* The bytes of the current member. A member in one piece, as all are but GNU tar's sparse files, is
 * not copied: *@ret_copy is then NULL. */
static int read_member(struct archive *archive, uint64_t size, const void **ret_data,
		       void **ret_copy, struct reason *why)
{
	_cleanup_free_ char *copy = NULL;
	const void *piece = NULL;
	size_t length = 0;
	la_int64_t offset = 0;
	int result = sym_archive_read_data_block(archive, &piece, &length, &offset);

	if (result == ARCHIVE_OK && offset == 0 && length == size) {
		*ret_data = piece;
		*ret_copy = NULL;
		return 0;
	}
	copy = calloc(1, size);
	if (!copy)
		return reason_errno(why, -ENOMEM, "cannot unpack the archive");
	while (result == ARCHIVE_OK) {
		if (offset < 0 || (uint64_t)offset > size || length > size - (uint64_t)offset)
			return reason_set(why, -EBADMSG,
					  "the tar archive is damaged: the member is "
					  "longer than its header says");
		memcpy(copy + offset, piece, length);
		result = sym_archive_read_data_block(archive, &piece, &length, &offset);
	}
	if (result != ARCHIVE_EOF)
		return explain(archive, why);
	*ret_data = copy;
	*ret_copy = TAKE_PTR(copy);
	return 0;
}

/*
 * Goes through all members, to say when there is a second BTF: which one is the kernel's would
 * be a guess. @ret_copy: as in read_member().
 */
static int find_btf(struct archive *archive, const void **ret_data, size_t *ret_size,
		    void **ret_copy, struct reason *why)
{
	_cleanup_free_ void *found_copy = NULL;
	const void *found = NULL;
	struct archive_entry *entry;
	size_t found_size = 0, members = 0;
	int result;

	while ((result = sym_archive_read_next_header(archive, &entry)) == ARCHIVE_OK ||
	       result == ARCHIVE_WARN) {
		_cleanup_free_ void *copy = NULL;
		const void *data = NULL;
		la_int64_t size = sym_archive_entry_size(entry);
		int err;

		if (sym_archive_entry_filetype(entry) != AE_IFREG || size <= 0)
			continue;
		members++;
		err = kernel_bytes_check_size((uint64_t)size, why);
		if (!err)
			err = read_member(archive, (uint64_t)size, &data, &copy, why);
		if (err)
			return err;
		if (!kernel_bytes_are_btf(data, (size_t)size))
			continue;
		if (found)
			return reason_set(why, -EBADMSG, "the archive holds more than one BTF");
		found = data;
		found_size = (size_t)size;
		found_copy = TAKE_PTR(copy);
	}
	if (result != ARCHIVE_EOF)
		return explain(archive, why);
	if (!found && members)
		return reason_set(why, -ENODATA, "no file in the archive is a BTF");
	if (!found)
		return reason_set(why, -EBADMSG, "the archive is empty");
	*ret_data = found;
	*ret_size = found_size;
	*ret_copy = TAKE_PTR(found_copy);
	return 0;
}

int kernel_archive_find(const void *data, size_t size, const void **ret_data, size_t *ret_size,
			void **ret_copy, struct reason *why)
{
	_cleanup_(cleanup_archive) struct archive *archive = NULL;
	int err = libarchive_new_reader(&archive, why);

	if (err)
		return err;
	if (sym_archive_read_support_format_tar(archive) != ARCHIVE_OK ||
	    sym_archive_read_open_memory(archive, data, size) != ARCHIVE_OK)
		return explain(archive, why);
	/* tar starts every member at a multiple of 512 bytes, so the BTF is aligned as @data is. */
	return find_btf(archive, ret_data, ret_size, ret_copy, why);
}
