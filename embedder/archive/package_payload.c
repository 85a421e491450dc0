/* SPDX-License-Identifier: MIT */
/*
 * libarchive unwraps the package: it reads a .deb as an ar archive and an .rpm by a filter before
 * the format "raw". It does not unpack the archive inside: packed_stream.h does that, which
 * compares the checksums of all packings.
 */
#include "embedder/archive/package_payload.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/archive/libarchive.h"

#define PIECE_SIZE ((size_t)64 << 10)

struct package_payload {
	struct packed_file file;
	struct archive *archive;
	struct reason file_why;
	int file_error; /* 0: the file could be read so far */
	uint8_t piece[PIECE_SIZE];
};

enum package_kind package_kind_of(const void *start, size_t size)
{
	if (size >= 8 && memcmp(start, "!<arch>\n", 8) == 0)
		return PACKAGE_DEB;
	if (size >= 4 && memcmp(start, "\xed\xab\xee\xdb", 4) == 0)
		return PACKAGE_RPM;
	return PACKAGE_NONE;
}

static la_ssize_t give_piece(struct archive *archive, void *context, const void **ret_piece)
{
	struct package_payload *payload = context;
	ssize_t count =
		packed_file_read(&payload->file, payload->piece, PIECE_SIZE, &payload->file_why);

	if (count < 0) {
		payload->file_error = (int)count;
		sym_archive_set_error(archive, (int)-count, "%s", payload->file_why.text);
		return ARCHIVE_FATAL;
	}
	*ret_piece = payload->piece;
	return count;
}

static int explain(const struct package_payload *payload, struct reason *why)
{
	const char *text = sym_archive_error_string(payload->archive);

	if (payload->file_error)
		return reason_set(why, payload->file_error, "%s", payload->file_why.text);
	return reason_set(why, sym_archive_errno(payload->archive) == ENOMEM ? -ENOMEM : -EBADMSG,
			  "the package is damaged or cut off: %s", text ? text : "no reason given");
}

/* There is one member data.tar, with an ending for its packing. */
static int find_data(struct package_payload *payload, struct reason *why)
{
	struct archive_entry *entry;
	int result;

	while ((result = sym_archive_read_next_header(payload->archive, &entry)) == ARCHIVE_OK ||
	       result == ARCHIVE_WARN) {
		const char *name = sym_archive_entry_pathname(entry);

		if (name && strncmp(name, "data.tar", 8) == 0)
			return 0;
	}
	if (result != ARCHIVE_EOF)
		return explain(payload, why);
	return reason_set(why, -ENODATA, "an ar archive without a data.tar: no Debian package");
}

int package_payload_open(int fd, enum package_kind kind, struct package_payload **ret_payload,
			 struct reason *why)
{
	struct package_payload *payload = calloc(1, sizeof(*payload));
	struct archive_entry *entry;
	int result, err;

	if (!payload)
		return reason_errno(why, -ENOMEM, "cannot read the package");
	payload->file.fd = fd;
	err = libarchive_new_reader(&payload->archive, why);
	if (err) {
		package_payload_close(payload);
		return err;
	}
	if (kind == PACKAGE_DEB) {
		result = sym_archive_read_support_format_ar(payload->archive);
	} else {
		result = sym_archive_read_support_filter_rpm(payload->archive);
		if (result == ARCHIVE_OK)
			result = sym_archive_read_support_format_raw(payload->archive);
	}
	if (result == ARCHIVE_OK)
		result = sym_archive_read_open(payload->archive, payload, NULL, give_piece, NULL);
	if (result != ARCHIVE_OK)
		err = explain(payload, why);
	else if (kind == PACKAGE_DEB)
		err = find_data(payload, why);
	else
		err = sym_archive_read_next_header(payload->archive, &entry) == ARCHIVE_OK
			      ? 0
			      : explain(payload, why);
	if (err) {
		package_payload_close(payload);
		return err;
	}
	*ret_payload = payload;
	return 0;
}

void package_payload_close(struct package_payload *payload)
{
	if (!payload)
		return;
	if (payload->archive)
		sym_archive_read_free(payload->archive);
	free(payload);
}

static ssize_t read_payload(void *context, void *buffer, size_t size, struct reason *why)
{
	struct package_payload *payload = context;
	la_ssize_t count = sym_archive_read_data(payload->archive, buffer, size);

	return count < 0 ? explain(payload, why) : count;
}

struct packed_source package_payload_source(struct package_payload *payload)
{
	return (struct packed_source){read_payload, payload};
}
