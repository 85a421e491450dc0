/* SPDX-License-Identifier: MIT */
/*
 * Tars written block by block: archives that no tar would write.
 */
#ifndef TAR_BUILDER_H
#define TAR_BUILDER_H

#include <stddef.h>
#include <stdint.h>

struct bytes {
	uint8_t *data; /* free() */
	size_t size;
};

void bytes_add(struct bytes *bytes, const void *data, size_t size);
void bytes_release(struct bytes *bytes);

/* A header for one member, with its checksum. @size goes into the field as octal digits. */
void tar_add_header(struct bytes *tar, char type, const char *name, const char *link,
		    uint64_t size);

/* Writes the text into the size field of the last header and corrects the checksum. */
void tar_set_size_field(struct bytes *tar, const char field[static 12]);

/* Data, padded to a block. */
void tar_add_data(struct bytes *tar, const void *data, size_t size);

/* Header and data. */
void tar_add_file(struct bytes *tar, const char *name, const void *data, size_t size);

/* A BTF, as far as these tests read it: the oldest header, and @text after it. */
void tar_add_btf(struct bytes *tar, const char *name, const char *text);
struct bytes make_btf(const char *text);

/* "LENGTH KEYWORD=VALUE\n", as a member of its own. */
void tar_add_pax(struct bytes *tar, const char *keyword, const char *value);

/* The two blocks of zeros. */
void tar_end(struct bytes *tar);

/* The same bytes, packed. */
struct bytes pack_gzip(const void *data, size_t size);
struct bytes pack_xz(const void *data, size_t size);

#endif
