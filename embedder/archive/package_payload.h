/* SPDX-License-Identifier: MIT */
/*
 * The files of a Linux package, still packed: a .deb is an ar archive with a data.tar.* in it, an
 * .rpm has a lead and headers in front of a cpio archive.
 */
#ifndef COREBTF_ARCHIVE_PACKAGE_PAYLOAD_H
#define COREBTF_ARCHIVE_PACKAGE_PAYLOAD_H

#include <stdbool.h>

#include "embedder/archive/packed_input.h"

enum package_kind { PACKAGE_NONE, PACKAGE_DEB, PACKAGE_RPM };

struct package_payload;

/* What starts with these bytes; 8 are enough. */
enum package_kind package_kind_of(const void *start, size_t size);

/* @fd stays the caller's and must outlive the payload. Errors: -EBADMSG damaged or cut off,
 * -ENODATA the .deb has no data.tar, -ENOMEM, those of read(2). */
int package_payload_open(int fd, enum package_kind kind, struct package_payload **ret_payload,
			 struct reason *why);
void package_payload_close(struct package_payload *payload); /* NULL is fine */

/* The payload as a source for packed_stream_open(). */
struct packed_source package_payload_source(struct package_payload *payload);

#endif
