/* SPDX-License-Identifier: MIT */
/*
 * Three layers, each of which reads what the one before returns: package_payload.h (for a package),
 * packed_stream.h, and libarchive for tar and cpio.
 */
#include "embedder/archive/archive_reader.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/archive/libarchive.h"
#include "embedder/archive/member_name.h"
#include "embedder/archive/package_payload.h"
#include "embedder/archive/packed_stream.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/regular_file.h"

#define PIECE_SIZE ((size_t)256 << 10)

/* GNU tar pads the last record with zeros; its blocking factor can be large. */
#define END_SIZE_MAX ((size_t)64 << 20)

struct archive_reader {
	int fd;
	struct packed_file file;
	struct package_payload *payload; /* NULL: no package */
	struct packed_stream *stream;
	struct archive *archive;
	struct archive_entry *entry; /* the current member's, libarchive's */
	struct reason stream_why;
	int stream_error; /* not 0: the stream failed */
	archive_skip_fn skip;
	void *context;
	char *name, *link;
	bool damaged;	   /* the stretch that is being skipped was reported */
	uint64_t given;	   /* bytes that libarchive was handed in pieces, */
	size_t piece_size; /* in the last one of them */
	uint8_t piece[PIECE_SIZE];
};

static la_ssize_t give_piece(struct archive *archive, void *context, const void **ret_piece)
{
	struct archive_reader *reader = context;
	ssize_t count =
		packed_stream_read(reader->stream, reader->piece, PIECE_SIZE, &reader->stream_why);

	if (count < 0) {
		reader->stream_error = (int)count;
		sym_archive_set_error(archive, (int)-count, "%s", reader->stream_why.text);
		return ARCHIVE_FATAL;
	}
	reader->given += (uint64_t)count;
	reader->piece_size = (size_t)count;
	*ret_piece = reader->piece;
	return count;
}

static int explain(const struct archive_reader *reader, struct reason *why)
{
	const char *text = sym_archive_error_string(reader->archive);
	int number = sym_archive_errno(reader->archive);

	if (reader->stream_error)
		return reason_set(why, reader->stream_error, "%s", reader->stream_why.text);
	if (number == ENOMEM)
		return reason_errno(why, -ENOMEM, "cannot read the archive");
	if (sym_archive_format(reader->archive) == 0) /* no format claims what it starts with */
		return reason_set(why, -EBADMSG,
				  "no tar archive and no Debian or RPM package, by its "
				  "first bytes");
	return reason_set(why, -EBADMSG, "the archive is damaged or cut off: %s",
			  text ? text : "no reason given");
}

static void report_skipped(const struct archive_reader *reader, const char *name, const char *why)
{
	if (reader->skip)
		reader->skip(reader->context, name, why);
}

static int open_file(struct archive_reader *reader, const char *path, struct reason *why)
{
	struct stat status;
	int err = regular_file_open(path, &reader->fd, &status, why);

	if (err)
		return err;
	if (status.st_size == 0)
		return reason_set(why, -EBADMSG, "the file is empty");
	reader->file.fd = reader->fd;
	return 0;
}

static int open_stream(struct archive_reader *reader, enum package_kind *ret_kind,
		       struct reason *why)
{
	struct packed_source source = {packed_file_read, &reader->file};
	uint8_t start[8];
	ssize_t count = pread(reader->fd, start, sizeof(start), 0);
	int err;

	if (count < 0)
		return reason_errno(why, -errno, "cannot read it");
	*ret_kind = package_kind_of(start, (size_t)count);
	if (*ret_kind != PACKAGE_NONE) {
		err = package_payload_open(reader->fd, *ret_kind, &reader->payload, why);
		if (err)
			return err;
		source = package_payload_source(reader->payload);
	}
	return packed_stream_open(&source, &reader->stream, why);
}

int archive_reader_open(const char *path, archive_skip_fn skip, void *context,
			struct archive_reader **ret_reader, struct reason *why)
{
	struct archive_reader *reader = calloc(1, sizeof(*reader));
	enum package_kind kind = PACKAGE_NONE;
	int err, result;

	if (!reader)
		return reason_errno(why, -ENOMEM, "cannot read the archive");
	reader->fd = -1;
	reader->skip = skip;
	reader->context = context;
	err = open_file(reader, path, why);
	if (!err)
		err = open_stream(reader, &kind, why);
	if (!err)
		err = libarchive_new_reader(&reader->archive, why);
	if (!err) {
		result = kind == PACKAGE_RPM ? sym_archive_read_support_format_cpio(reader->archive)
					     : sym_archive_read_support_format_tar(reader->archive);
		if (result == ARCHIVE_OK)
			result = sym_archive_read_open(reader->archive, reader, NULL, give_piece,
						       NULL);
		if (result != ARCHIVE_OK)
			err = explain(reader, why);
	}
	if (err) {
		archive_reader_close(reader);
		return err;
	}
	*ret_reader = reader;
	return 0;
}

void archive_reader_close(struct archive_reader *reader)
{
	if (!reader)
		return;
	if (reader->archive)
		sym_archive_read_free(reader->archive);
	packed_stream_close(reader->stream);
	package_payload_close(reader->payload);
	cleanup_close(&reader->fd);
	free(reader->name);
	free(reader->link);
	free(reader);
}

/* libarchive converts names that the archive has in UTF-8 to the locale, where that can show them.
 */
static const char *entry_name(struct archive_entry *entry)
{
	const char *name = sym_archive_entry_pathname(entry);

	return name ? name : sym_archive_entry_pathname_utf8(entry);
}

static const char *entry_hard_link(struct archive_entry *entry)
{
	const char *link = sym_archive_entry_hardlink(entry);

	return link ? link : sym_archive_entry_hardlink_utf8(entry);
}

static const char *entry_symbolic_link(struct archive_entry *entry)
{
	const char *link = sym_archive_entry_symlink(entry);

	return link ? link : sym_archive_entry_symlink_utf8(entry);
}

/* Reads the current header. 1: *@ret_member is set; 0: no member to return; -errno. */
static int take_entry(struct archive_reader *reader, struct archive_member *ret_member)
{
	struct archive_entry *entry = reader->entry;
	const char *raw = entry_name(entry), *link = entry_hard_link(entry);
	struct archive_member member = {.kind = ARCHIVE_FILE, .link = ""};
	struct reason why = {""};
	int err;

	free(reader->name);
	free(reader->link);
	reader->name = reader->link = NULL;
	/* cpio stores the data with the last link, tar with any of them. */
	if (link && sym_archive_entry_size(entry) == 0)
		member.kind = ARCHIVE_HARD_LINK;
	else if (sym_archive_entry_filetype(entry) == AE_IFLNK)
		member.kind = ARCHIVE_SYMBOLIC_LINK;
	else if (sym_archive_entry_filetype(entry) != AE_IFREG)
		return 0;
	if (member.kind == ARCHIVE_FILE && sym_archive_entry_size(entry) == 0 &&
	    sym_archive_entry_nlink(entry) > 1 &&
	    (sym_archive_format(reader->archive) & ARCHIVE_FORMAT_BASE_MASK) ==
		    ARCHIVE_FORMAT_CPIO) {
		report_skipped(
			reader, raw ? raw : "",
			"skipped: a hard link before its data, which follows under another name");
		return 0;
	}
	if (!raw) {
		report_skipped(reader, "", "skipped: a member whose name cannot be read");
		return 0;
	}
	err = member_name_normalise(raw, &reader->name, &why);
	if (!err && member.kind == ARCHIVE_HARD_LINK) {
		err = member_name_normalise(link, &reader->link, NULL);
		if (err == -EINVAL)
			reason_set(&why, err, "it is a link that leads out of the archive");
	} else if (!err && member.kind == ARCHIVE_SYMBOLIC_LINK) {
		link = entry_symbolic_link(entry);
		reader->link = strdup(link ? link : "");
		err = reader->link ? 0 : -ENOMEM;
	}
	if (err == -EINVAL) {
		struct reason line;

		reason_set(&line, 0, "skipped: %s", why.text);
		report_skipped(reader, raw, line.text);
		return 0;
	}
	if (err)
		return err;
	if (member.kind == ARCHIVE_FILE)
		member.size = sym_archive_entry_size(entry) < 0
				      ? 0
				      : (uint64_t)sym_archive_entry_size(entry);
	else
		member.link = reader->link;
	member.name = reader->name;
	*ret_member = member;
	return 1;
}

static bool is_zero(const uint8_t *bytes, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		if (bytes[i])
			return false;
	}
	return true;
}

/* Reads what follows the members: the rest of the last record, then the packing's checksum. */
static int read_end(struct archive_reader *reader, struct reason *why)
{
	/* libarchive stops at the end mark, somewhere in the last piece. */
	la_int64_t seen = sym_archive_filter_bytes(reader->archive, 0);
	uint64_t unseen =
		seen < 0 || (uint64_t)seen > reader->given ? 0 : reader->given - (uint64_t)seen;
	size_t total = 0, rest = unseen < reader->piece_size ? (size_t)unseen : reader->piece_size;
	bool zero = is_zero(reader->piece + reader->piece_size - rest, rest);

	for (;;) {
		ssize_t count = packed_stream_read(reader->stream, reader->piece, PIECE_SIZE, why);

		if (count < 0)
			return (int)count;
		if (count == 0)
			break;
		zero = zero && is_zero(reader->piece, (size_t)count);
		total += (size_t)count;
		if (total > END_SIZE_MAX)
			return reason_set(why, -EFBIG,
					  "more than %zu MiB follow the end of the "
					  "archive",
					  END_SIZE_MAX >> 20);
	}
	if (!zero)
		report_skipped(
			reader, "",
			"skipped: what follows the end of the archive (another archive? Unpack "
			"and pack them again as one)");
	return 0;
}

int archive_reader_next(struct archive_reader *reader, struct archive_member *ret_member,
			struct reason *why)
{
	for (;;) {
		int result = sym_archive_read_next_header(reader->archive, &reader->entry), taken;

		switch (result) {
		case ARCHIVE_EOF:
			return read_end(reader, why);
		case ARCHIVE_RETRY: /* not a header; a later block may be one */
			if (!reader->damaged)
				report_skipped(reader, "",
					       "skipped: a damaged stretch of the archive");
			reader->damaged = true;
			continue;
		case ARCHIVE_OK:
		case ARCHIVE_WARN:
			break;
		default:
			return explain(reader, why);
		}
		reader->damaged = false;
		taken = take_entry(reader, ret_member);
		if (taken < 0)
			return reason_errno(why, taken, "cannot keep a member's name");
		if (taken)
			return taken;
	}
}

int archive_reader_read_pieces(struct archive_reader *reader, archive_piece_fn take, void *context,
			       struct reason *why)
{
	la_int64_t declared = sym_archive_entry_size(reader->entry);
	uint64_t size = declared < 0 ? 0 : (uint64_t)declared;
	int result, err;

	for (;;) {
		const void *piece = NULL;
		size_t length = 0;
		la_int64_t offset = 0;

		result = sym_archive_read_data_block(reader->archive, &piece, &length, &offset);
		if (result != ARCHIVE_OK && result != ARCHIVE_WARN)
			break;
		if (offset < 0 || (uint64_t)offset > size || length > size - (uint64_t)offset)
			return reason_set(why, -EBADMSG,
					  "the archive is damaged: the member is longer "
					  "than its header says");
		err = length ? take(context, (uint64_t)offset, piece, length) : 0;
		if (err)
			return err;
	}
	return result == ARCHIVE_EOF ? 0 : explain(reader, why);
}

static int copy_piece(void *context, uint64_t offset, const void *piece, size_t size)
{
	memcpy((char *)context + offset, piece, size);
	return 0;
}

int archive_reader_read(struct archive_reader *reader, size_t limit, void **ret_data,
			size_t *ret_size, struct reason *why)
{
	_cleanup_free_ char *data = NULL;
	la_int64_t declared = sym_archive_entry_size(reader->entry);
	size_t size = declared < 0 ? 0 : (size_t)declared;
	int err;

	if (declared > 0 && (uint64_t)declared > limit)
		return reason_set(why, -EFBIG,
				  "it has %llu bytes, more than the %zu that are accepted",
				  (unsigned long long)declared, limit);
	/* Zeroed: the holes of a sparse file are not in the archive. */
	data = calloc(1, size ? size : 1);
	if (!data)
		return reason_errno(why, -ENOMEM, "cannot unpack it");
	err = archive_reader_read_pieces(reader, copy_piece, data, why);
	if (err)
		return err;
	*ret_data = TAKE_PTR(data);
	*ret_size = size;
	return 0;
}
