/* SPDX-License-Identifier: MIT */
/*
 * The checked view of one bundle: every read of its bytes goes through here. Once the header is
 * checked, each table lies inside the bundle. Callers check a record number against its count;
 * strings are checked against the end of the strings.
 */
#ifndef COREBTF_BUNDLE_H
#define COREBTF_BUNDLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/util/bytes.h"
#include "runtime/bundle/format.h"
#include "runtime/util/log.h"

struct bundle {
	const uint8_t *data;
	const uint8_t *tables; /* the offsets of tables count from here: @data, or */
	uint8_t *unpacked;     /* packed tables, unpacked: the bundle's own memory */
	const struct log *log;
	uint64_t position; /* from the start of the section, for messages */
	uint32_t number;   /* in the section, from 0 */
	bool swapped;	   /* its byte order is not the host's */
	bool tables_checked;
	struct corebtf_format_header header; /* in the host's byte order */
};

/* One member of a record, in the host's byte order. */
#define BUNDLE_MEMBER(bundle, record, type, member)                                                \
	((__typeof__(((type *)0)->member))BYTES_MEMBER(record, type, member, (bundle)->swapped))

/*
 * Opens the bundle that starts at @data, with @available bytes up to the end of the section. The
 * caller sets log, position and number before.
 * Errors: -EBADMSG damaged or cut off, -EOPNOTSUPP a newer format or an unknown feature, -ENOMEM.
 */
int bundle_open(struct bundle *bundle, const uint8_t *data, size_t available);
void bundle_close(struct bundle *bundle);

/* Packed tables are checked as a whole when they are opened: their records have no checksums. */
static inline bool bundle_is_packed(const struct bundle *bundle)
{
	return bundle->header.features & COREBTF_FEATURE_PACKED_TABLES;
}

/* The number of zero bytes at @data, rounded down to a multiple of 8 unless all of them are zero.
 */
size_t bundle_padding(const uint8_t *data, size_t size);

/* Checks the CRC of everything between header and data, only once for each bundle. -EBADMSG. */
int bundle_check_tables(struct bundle *bundle);

bool bundle_is_big_endian(const struct bundle *bundle);

/* Where the tables end, unpacked and with their padding. */
size_t bundle_tables_end(const struct bundle *bundle);

/* A string, or NULL when it starts or ends outside the strings. */
const char *bundle_string(const struct bundle *bundle, uint32_t offset);

/* The bytes of a record; @number is below the count in the header. */
const uint8_t *bundle_entry_record(const struct bundle *bundle, uint32_t number);
const uint8_t *bundle_blob_record(const struct bundle *bundle, uint32_t number);
const uint8_t *bundle_block_record(const struct bundle *bundle, uint32_t number);
const uint8_t *bundle_object_record(const struct bundle *bundle, uint32_t number);

/* CRC-32 of a record of @size bytes but for the checksum at its end. */
uint32_t bundle_record_sum(const uint8_t *record, uint16_t size);

/* Compares @sum with the checksum at the end of a record, the @number'th @kind. -EBADMSG. */
int bundle_check_sum(const struct bundle *bundle, const char *kind, uint32_t number,
		     const uint8_t *record, uint16_t size, uint32_t sum);

/* Logs that the bundle is damaged, with its number and offset, and returns -EBADMSG. */
__attribute__((format(printf, 2, 3))) int bundle_damaged(const struct bundle *bundle,
							 const char *format, ...);

#endif
