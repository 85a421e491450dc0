/* SPDX-License-Identifier: MIT */
/*
 * In: a file, or one in memory. Out: the raw BTF in it, where it lies if the file holds it as it
 * is.
 *
 * Only the first bytes decide what the file is: archives are renamed, and a vmlinux is named in
 * every way there is. Whether the BTF is a sound one is for the trimmer to say.
 */
#include "embedder/image/kernel_btf.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "embedder/archive/packed_size.h"
#include "embedder/archive/packed_stream.h"
#include "embedder/image/kernel_bytes.h"
#include "embedder/image/kernel_dwarf.h"
#include "embedder/image/kernel_elf.h"
#include "embedder/image/kernel_image.h"
#include "embedder/image/kernel_archive.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/regular_file.h"

#define UNPACKED_SIZE_MAX ((size_t)KERNEL_BTF_SIZE_MAX + KERNEL_ARCHIVE_SLACK)

/* A guess of the size that packed bytes unpack to when they do not say it, in times their own.
 * Where it is too small, more is asked for. */
#define PACKED_GUESS 16

/* The BTF, of which a copy is made, is at most this part of a kernel. */
#define BTF_PART 4

/* The unpackers keep the bytes that they wrote last, to copy from: for xz -9 the last 64 MiB. */
#define WINDOW_MAX (UINT64_C(64) << 20)

void kernel_btf_close(struct kernel_btf *btf)
{
	if (btf->mapping)
		munmap(btf->mapping, btf->mapping_size);
	free(btf->memory);
	free(btf->path);
	memory_budget_release(btf->budget, btf->held);
	memset(btf, 0, sizeof(*btf));
}

bool kernel_btf_is_big_endian(const struct kernel_btf *btf)
{
	return *(const uint8_t *)btf->data == 0xeb; /* the magic is 0xeb9f */
}

enum content {
	CONTENT_BTF,
	CONTENT_ELF,
	CONTENT_IMAGE,
	CONTENT_ARCHIVE,
	CONTENT_PACKED,
	CONTENT_OTHER
};

static enum content content_of(const void *bytes, size_t size)
{
	if (kernel_bytes_are_btf(bytes, size))
		return CONTENT_BTF;
	if (kernel_elf_is(bytes, size))
		return CONTENT_ELF;
	if (packed_stream_is_packed(bytes, size))
		return CONTENT_PACKED;
	if (kernel_image_is(bytes, size))
		return CONTENT_IMAGE;
	if (kernel_archive_is(bytes, size))
		return CONTENT_ARCHIVE;
	return CONTENT_OTHER;
}

static int refuse(const struct kernel_btf *bytes, struct reason *why)
{
	const char *foreign = kernel_image_foreign(bytes->data, bytes->size);
	int err = foreign ? kernel_image_refuse_foreign(foreign, why)
			  : kernel_bytes_refuse(bytes->data, bytes->size, why);

	return err ? err
		   : reason_set(why, -EBADMSG,
				"neither raw BTF nor ELF nor a kernel image, nor one of them "
				"packed, by its first bytes");
}

/* What unpacking @size bytes takes besides them. */
static uint64_t unpacking_cost(uint64_t unpacked)
{
	return unpacked + (unpacked < WINDOW_MAX ? unpacked : WINDOW_MAX);
}

static uint64_t cost_of(const struct kernel_btf *bytes, struct memory_budget *budget)
{
	uint64_t own = bytes->size, unpacked, cost, needed;

	switch (content_of(bytes->data, bytes->size)) {
	case CONTENT_PACKED:
		unpacked = packed_size(bytes->data, bytes->size);
		if (unpacked > UNPACKED_SIZE_MAX) /* unpacking refuses it */
			return memory_budget_at_most(budget, own);
		return unpacked ? own + unpacking_cost(unpacked)
				: memory_budget_at_most(budget,
							own + unpacking_cost(own * PACKED_GUESS));
	case CONTENT_IMAGE:
		unpacked = kernel_image_unpacked_size(bytes->data, bytes->size);
		return unpacked ? own + unpacking_cost(unpacked)
				: memory_budget_at_most(budget, own + own / BTF_PART);
	case CONTENT_ELF: /* of a mapped one, hardly more than the BTF is read */
		cost = kernel_dwarf_cost(bytes, KERNEL_TYPES_UNKNOWN, &needed);
		if (cost && memory_budget_at_most(budget, cost) < needed)
			return needed; /* which is refused */
		return memory_budget_at_most(
			budget, cost ? cost : (bytes->memory ? own : 0) + own / BTF_PART);
	default:
		return own;
	}
}

/* --- what is packed --------------------------------------------------------------------------- */

static void cleanup_stream(struct packed_stream **stream)
{
	packed_stream_close(*stream);
}

static int unpack(const struct kernel_btf *bytes, size_t expected, size_t limit,
		  struct kernel_btf *ret_plain, struct reason *why)
{
	_cleanup_(cleanup_stream) struct packed_stream *stream = NULL;
	struct packed_memory memory = {bytes->data, bytes->size};
	struct packed_source source = {packed_memory_read, &memory};
	void *data = NULL;
	size_t size = 0;
	int err = packed_stream_open(&source, &stream, why);

	if (!err)
		err = packed_stream_read_all(stream, expected, limit, &data, &size, why);
	if (!err)
		*ret_plain = (struct kernel_btf){.data = data, .size = size, .memory = data};
	return err;
}

/*
 * With a budget, no more is unpacked than is held of it. Where that is too little, because the
 * packed bytes do not say their unpacked size or say it wrong, this waits for the largest size that
 * is accepted, and unpacks again.
 */
static int unpack_within_budget(struct kernel_btf *bytes, struct kernel_btf *ret_plain,
				struct reason *why)
{
	uint64_t expected = packed_size(bytes->data, bytes->size), held, wanted;
	size_t limit;
	int err;

	if (expected > UNPACKED_SIZE_MAX)
		return reason_set(why, -EFBIG,
				  "it unpacks to %llu bytes, more than the %zu that are "
				  "accepted; unpack it and give the file itself",
				  (unsigned long long)expected, UNPACKED_SIZE_MAX);
	if (!bytes->budget)
		return unpack(bytes, expected, UNPACKED_SIZE_MAX, ret_plain, why);
	held = bytes->held > bytes->size ? bytes->held - bytes->size : 0;
	limit = expected && unpacking_cost(expected) <= held ? expected : held / 2;
	if (limit > UNPACKED_SIZE_MAX)
		limit = UNPACKED_SIZE_MAX;
	if (limit) {
		err = unpack(bytes, expected, limit, ret_plain, why);
		if (err != -EFBIG || limit == UNPACKED_SIZE_MAX)
			return err;
	}
	wanted = memory_budget_at_most(bytes->budget,
				       bytes->size + unpacking_cost(UNPACKED_SIZE_MAX));
	if (wanted <= bytes->held)
		return reason_set(why, -EFBIG,
				  "it takes more memory to unpack than the limit of %llu "
				  "MiB (--memory)",
				  (unsigned long long)bytes->budget->limit >> 20);
	err = memory_budget_extend(bytes->budget, bytes->held, wanted - bytes->held, why);
	if (err)
		return err;
	bytes->held = wanted;
	held = wanted - bytes->size;
	limit = held > unpacking_cost(UNPACKED_SIZE_MAX) ? UNPACKED_SIZE_MAX : held / 2;
	return unpack(bytes, 0, limit, ret_plain, why);
}

/* The BTF in an unpacked tar: found in place, unless the archive has it in pieces. */
static int take_from_archive(struct kernel_btf *archive, struct kernel_btf *ret_btf,
			     struct reason *why)
{
	const void *data = NULL;
	void *copy = NULL;
	size_t size = 0;
	int err = kernel_archive_find(archive->data, archive->size, &data, &size, &copy, why);

	if (err)
		return err;
	*ret_btf = (struct kernel_btf){.data = data, .size = size, .memory = copy};
	if (copy)
		return 0;
	/*
	 * Only ELF files and BTFs are mapped, but a file may be rewritten after that was decided.
	 */
	ret_btf->memory = archive->memory;
	ret_btf->mapping = archive->mapping;
	ret_btf->mapping_size = archive->mapping_size;
	archive->memory = archive->mapping = NULL;
	return 0;
}

/* --- what is not ------------------------------------------------------------------------------ */

static int take_btf(struct kernel_btf *bytes, struct kernel_btf *ret_btf, struct reason *why)
{
	int err = kernel_bytes_check_size(bytes->size, why);

	if (err)
		return err;
	*ret_btf = *bytes;
	ret_btf->budget = NULL; /* @bytes keeps it until the end */
	bytes->mapping = bytes->memory = NULL;
	bytes->path = NULL;
	return 0;
}

static int read_plain(struct kernel_btf *bytes, bool was_packed, struct kernel_facts *ret_facts,
		      struct kernel_btf *ret_btf, struct reason *why)
{
	switch (content_of(bytes->data, bytes->size)) {
	case CONTENT_BTF:
		return take_btf(bytes, ret_btf, why);
	case CONTENT_ELF:
		return kernel_elf_read_memory(bytes->data, bytes->size, ret_facts, ret_btf, why);
	case CONTENT_IMAGE:
		return kernel_image_read(bytes->data, bytes->size, ret_facts, ret_btf, why);
	case CONTENT_ARCHIVE:
		/* A tar without members is all zeros, so a file of zeros looks like one. */
		if (!was_packed && kernel_bytes_refuse(bytes->data, bytes->size, why))
			return -EBADMSG;
		return take_from_archive(bytes, ret_btf, why);
	case CONTENT_PACKED:
	case CONTENT_OTHER:
		break;
	}
	if (was_packed && !kernel_image_foreign(bytes->data, bytes->size))
		return reason_set(why, -EBADMSG,
				  "what it unpacks to is no BTF, ELF file, kernel image or "
				  "tar archive, by its first bytes");
	return refuse(bytes, why);
}

int kernel_btf_reserve(struct kernel_btf *bytes, struct reason *why)
{
	uint64_t cost = cost_of(bytes, bytes->budget);
	int err;

	if (!bytes->budget || cost <= bytes->held)
		return 0;
	err = memory_budget_extend(bytes->budget, bytes->held, cost - bytes->held, why);
	if (!err)
		bytes->held = cost;
	return err;
}

int kernel_btf_unpack_file(struct kernel_btf *bytes, bool *ret_was_packed, struct reason *why)
{
	struct kernel_btf plain = {0};
	int err = kernel_btf_reserve(bytes, why);

	*ret_was_packed = content_of(bytes->data, bytes->size) == CONTENT_PACKED;
	if (err || !*ret_was_packed)
		return err;
	err = unpack_within_budget(bytes, &plain, why);
	if (err)
		return err;
	/* What was held of the budget for the whole file stays held for what comes of it. */
	plain.budget = bytes->budget;
	plain.held = bytes->held;
	bytes->budget = NULL;
	kernel_btf_close(bytes);
	*bytes = plain;
	return 0;
}

int kernel_btf_take(struct kernel_btf *bytes, bool was_packed, struct kernel_facts *ret_facts,
		    struct kernel_btf *ret_btf, struct reason *why)
{
	struct kernel_facts facts = {.machine = ""};
	struct kernel_btf btf = {0};
	int err = read_plain(bytes, was_packed, ret_facts ? &facts : NULL, &btf, why);

	if (err)
		return err;
	facts.types = KERNEL_TYPES_BTF;
	if (ret_facts)
		*ret_facts = facts;
	btf.budget = bytes->budget;
	btf.held = bytes->held;
	bytes->budget = NULL;
	*ret_btf = btf;
	return 0;
}

int kernel_btf_unpack(struct kernel_btf *bytes, struct kernel_facts *ret_facts,
		      struct kernel_btf *ret_btf, struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf file = *bytes;
	bool was_packed;
	int err;

	memset(bytes, 0, sizeof(*bytes));
	err = kernel_btf_unpack_file(&file, &was_packed, why);
	return err ? err : kernel_btf_take(&file, was_packed, ret_facts, ret_btf, why);
}

int kernel_btf_identify(const void *bytes, size_t size, struct kernel_facts *ret_facts,
			struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf plain = {0};
	enum content content = content_of(bytes, size);
	const char *foreign;
	int err;

	*ret_facts = (struct kernel_facts){.machine = ""};
	if (content == CONTENT_PACKED) {
		const struct kernel_btf packed = {.data = bytes, .size = size};

		err = unpack(&packed, 0, UNPACKED_SIZE_MAX, &plain, why);
		if (err)
			return err;
		bytes = plain.data;
		size = plain.size;
		content = content_of(bytes, size);
	}
	if (content == CONTENT_ELF)
		return kernel_elf_identify_memory(bytes, size, ret_facts, why);
	if (content == CONTENT_IMAGE)
		return kernel_image_identify(bytes, size, ret_facts, why);
	foreign = kernel_image_foreign(bytes, size);
	return foreign ? kernel_image_refuse_foreign(foreign, why) : 0;
}

/* --- files ------------------------------------------------------------------------------------ */

static int map_elf(const char *path, int fd, uint64_t size, struct kernel_btf *ret_bytes,
		   struct reason *why)
{
	_cleanup_free_ char *own_path = strdup(path);
	int err;

	if (!own_path)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	err = kernel_bytes_map_file(fd, size, ret_bytes, why);
	if (!err)
		ret_bytes->path = TAKE_PTR(own_path);
	return err;
}

int kernel_btf_load(const char *path, struct kernel_btf *ret_bytes, struct reason *why)
{
	_cleanup_close_ int fd = -1;
	struct stat status;
	uint8_t start[4];
	ssize_t count;
	int err = regular_file_open(path, &fd, &status, why);

	if (err)
		return err;
	count = pread(fd, start, sizeof(start), 0);
	if (count < 0)
		return reason_errno(why, -errno, "cannot read it");
	if (count == 0)
		return kernel_bytes_refuse(start, 0, why);
	/* Of an ELF file most bytes are not looked at. */
	if (kernel_elf_is(start, (size_t)count))
		return map_elf(path, fd, (uint64_t)status.st_size, ret_bytes, why);
	if (!kernel_bytes_are_btf(start, (size_t)count))
		return kernel_bytes_read(fd, (uint64_t)status.st_size, ret_bytes, why);
	err = kernel_bytes_check_size((uint64_t)status.st_size, why);
	if (!err)
		err = kernel_bytes_map_file(fd, (uint64_t)status.st_size, ret_bytes, why);
	/* Files of /sys cannot be mapped on most kernels. */
	return err == -ENODEV ? kernel_bytes_read(fd, 0, ret_bytes, why) : err;
}

int kernel_btf_load_within(const char *path, struct memory_budget *budget,
			   struct kernel_btf *ret_bytes, struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf bytes = {0};
	uint64_t cost;
	int err = kernel_btf_load(path, &bytes, why);

	if (err)
		return err;
	/* Only now is it known how much memory it takes. While it waits, each thread holds one
	 * packed file. */
	cost = cost_of(&bytes, budget);
	err = memory_budget_acquire(budget, cost, why);
	if (err)
		return err;
	*ret_bytes = bytes;
	ret_bytes->budget = budget;
	ret_bytes->held = budget ? cost : 0;
	memset(&bytes, 0, sizeof(bytes));
	return 0;
}

int kernel_btf_open(const char *path, struct memory_budget *budget, struct kernel_facts *ret_facts,
		    struct kernel_btf *ret_btf, struct reason *why)
{
	struct kernel_btf bytes = {0};
	int err = kernel_btf_load_within(path, budget, &bytes, why);

	return err ? err : kernel_btf_unpack(&bytes, ret_facts, ret_btf, why);
}
