/* SPDX-License-Identifier: MIT */
/*
 * Any bytes as a tar of BTFs, packed or not, read in both ways: tar_find() keeps one kernel's BTF,
 * corebtf_open_tar() all of them. The two must agree on that kernel, and the bundle that the
 * latter makes must be valid for the ordinary reader. A fuzzer does not guess checksums, so every
 * input is read a second time with the checksums of its headers corrected.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/tar/tar_find.h"
#include "runtime/util/btf_magic.h"

#define BLOCK_SIZE  512
#define MAGIC_AT    257
#define CHECKSUM_AT 148

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct corebtf_kernel_opts wanted = {
	.sz = sizeof(wanted),
	.release = "5.4.0-58-generic",
	.machine = "x86_64",
	.uname_version = "#64-Ubuntu SMP",
	.os_id = "ubuntu",
	.version_id = "20.04",
};

static int find_one(const uint8_t *data, size_t size, struct tar_btf *btf)
{
	const struct log nobody = {.write = NULL, .subject = ""};
	const struct host nowhere = {.root = "/nonexistent"};
	struct kernel kernel;
	int err;

	if (kernel_identify(&nowhere, &wanted, &nobody, &kernel))
		abort();
	err = tar_find(data, size, &kernel, &nobody, btf);
	if (!err &&
	    (btf->draft.fd < 0 || btf->draft.size < BTF_MAGIC_HEADER_SIZE ||
	     strcmp(btf->id.release, wanted.release) != 0 || btf->match == COREBTF_MATCH_NONE))
		abort();
	return err;
}

/* Every entry has a BTF, or one that cannot be read, which the check reports. */
static void read_all(struct corebtf *corebtf)
{
	size_t count = corebtf_entry_count(corebtf), unreadable = 0;
	int check = corebtf_check(corebtf);

	for (size_t i = 0; i < count; i++) {
		struct corebtf_entry entry = {.sz = sizeof(entry)};
		const void *btf;
		size_t size;
		int err;

		if (corebtf_entry_at(corebtf, i, &entry))
			abort();
		err = corebtf_entry_btf(corebtf, &entry, &btf, &size);
		if (err == -EBADMSG && !entry.btf_size)
			unreadable++;
		else if (err || size != entry.btf_size || !btf_magic_is(btf, size))
			abort();
	}
	if (check != (unreadable ? -EBADMSG : 0))
		abort();
}

static void compare(struct corebtf *corebtf, int found_err, const struct tar_btf *found)
{
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	const void *btf = NULL;
	size_t size = 0;
	uint8_t *bytes;
	int err = corebtf_find_entry(corebtf, &wanted, &entry);

	if (!err)
		err = corebtf_entry_btf(corebtf, &entry, &btf, &size);
	/* of several that fit as well, each takes its own first; and tar_find() reads no more than
	 * it has to, within limits of its own */
	if (entry.ambiguous || (!found_err && found->ambiguous) ||
	    (found_err && found_err != -ENOENT && found_err != -EBADMSG))
		return;
	if (err != found_err)
		abort();
	if (err)
		return;
	bytes = malloc(size);
	if (!bytes || found->draft.size != size ||
	    pread(found->draft.fd, bytes, size, 0) != (ssize_t)size ||
	    memcmp(bytes, btf, size) != 0)
		abort();
	free(bytes);
}

static void read_tar(const uint8_t *data, size_t size)
{
	static struct tar_btf found;
	struct corebtf *corebtf;
	const void *json;
	size_t json_size;
	int found_err = find_one(data, size, &found);

	if (corebtf_open_tar(data, size, &corebtf, NULL) == 0) {
		if (corebtf_package_json(corebtf, &json, &json_size) &&
		    !corebtf_entry_count(corebtf))
			abort();
		read_all(corebtf);
		compare(corebtf, found_err, &found);
		corebtf_close(corebtf);
	}
	if (!found_err)
		draft_close(&found.draft);
}

static void fix_checksum(uint8_t header[static BLOCK_SIZE])
{
	unsigned int sum = 0;
	char text[8];

	memset(header + CHECKSUM_AT, ' ', 8);
	for (size_t i = 0; i < BLOCK_SIZE; i++)
		sum += header[i];
	snprintf(text, sizeof(text), "%06o", sum & 0777777);
	memcpy(header + CHECKSUM_AT, text, 7);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *copy;

	read_tar(data, size);
	if (size < BLOCK_SIZE)
		return 0;
	copy = malloc(size);
	if (!copy)
		abort();
	memcpy(copy, data, size);
	for (size_t at = 0; at + BLOCK_SIZE <= size; at += BLOCK_SIZE)
		if (!memcmp(copy + at + MAGIC_AT, "ustar", 5) || at == 0)
			fix_checksum(copy + at);
	read_tar(copy, size);
	free(copy);
	return 0;
}
