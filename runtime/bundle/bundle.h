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
#include "runtime/format.h"
#include "runtime/util/log.h"

struct bundle {
	const uint8_t *data;
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
 * Errors: -EBADMSG damaged or cut off, -EOPNOTSUPP a newer format or an unknown feature.
 */
int bundle_open(struct bundle *bundle, const uint8_t *data, size_t available);

/* The number of zero bytes at @data, rounded down to a multiple of 8 unless all of them are zero.
 */
size_t bundle_padding(const uint8_t *data, size_t size);

/* Checks the CRC of everything between header and data, only once for each bundle. -EBADMSG. */
int bundle_check_tables(struct bundle *bundle);

bool bundle_is_big_endian(const struct bundle *bundle);

/* A string, or NULL when it starts or ends outside the strings. */
const char *bundle_string(const struct bundle *bundle, uint32_t offset);

/* The bytes of a record; @number is below the count in the header. */
const uint8_t *bundle_entry_record(const struct bundle *bundle, uint32_t number);
const uint8_t *bundle_blob_record(const struct bundle *bundle, uint32_t number);
const uint8_t *bundle_block_record(const struct bundle *bundle, uint32_t number);
const uint8_t *bundle_object_record(const struct bundle *bundle, uint32_t number);

/* The first entry of a bucket; @number may be the count, which gives the number of entries. */
uint32_t bundle_bucket(const struct bundle *bundle, uint32_t number);

/* Logs that the bundle is damaged, with its number and offset, and returns -EBADMSG. */
__attribute__((format(printf, 2, 3))) int bundle_damaged(const struct bundle *bundle,
							 const char *format, ...);

#endif
