/* SPDX-License-Identifier: MIT */
/*
 * An archive is a row of blocks of 512 bytes: a header, the member's data padded to a block, the
 * next header; and two blocks of zeros at the end. What does not fit into a header comes before
 * it, as a member whose data is about the next one:
 *
 *	GNU     header L   the name         header 0   the data
 *	pax     header x   "27 path=..."    header 0   the data
 *
 * Every header has a checksum. A wrong size leads to a place without a header, or past the end, and
 * so is detected.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "runtime/bundle/format.h"
#include "runtime/tar/tar.h"
#include "runtime/tar/tar_pax.h"
#include "runtime/util/file_bytes.h"

#define BLOCK_SIZE TAR_START_SIZE

struct header {
	char name[100];
	char mode[8];
	char uid[8];
	char gid[8];
	char size[12];
	char mtime[12];
	char checksum[8];
	char type;
	char link[100];
	char magic[8]; /* "ustar\0" and a version; "ustar  \0" from GNU tar; zeros in v7 */
	char uname[32];
	char gname[32];
	char device[16];
	char prefix[155]; /* ustar's; GNU tar has other things here */
	char rest[12];
};
_Static_assert(sizeof(struct header) == BLOCK_SIZE, "a header fills a block");

/* In a GNU sparse header: whether a block with more of its map follows; the same in that block. */
#define SPARSE_MORE_IN_HEADER 482
#define SPARSE_MORE_IN_BLOCK  504

/* What the members before a member said about it. */
struct extension {
	bool is_given;
	bool has_name;
	bool has_link;
	struct tar_pax pax;
};

int tar_open(struct tar *tar, const void *data, size_t size, const struct log *log)
{
	memset(tar, 0, sizeof(*tar));
	tar->log = log;
	return tar_stream_open(&tar->stream, data, size, log);
}

void tar_close(struct tar *tar)
{
	tar_stream_close(&tar->stream);
}

static int damaged(const struct tar *tar, const char *why)
{
	return log_error(tar->log, -EBADMSG, "%s, %" PRIu64 " bytes into the archive", why,
			 tar->stream.position);
}

/* Octal digits, blanks before and a blank or NUL after them; or, since GNU tar, a number in binary
 * behind a byte 0x80. Returns false for what is neither, and for what 64 bits do not hold. */
static bool parse_number(const char *field, size_t size, uint64_t *ret_number)
{
	uint64_t number = 0;
	size_t i = 0;

	if ((uint8_t)field[0] == 0x80) {
		for (i = 1; i < size; i++) {
			if (number >> 56)
				return false;
			number = number << 8 | (uint8_t)field[i];
		}
		*ret_number = number;
		return true;
	}
	while (i < size && field[i] == ' ')
		i++;
	for (; i < size && field[i] >= '0' && field[i] <= '7'; i++)
		number = number << 3 | (uint64_t)(field[i] - '0'); /* 12 digits: 36 bits */
	if (i < size && field[i] != ' ' && field[i] != '\0')
		return false;
	*ret_number = number;
	return true;
}

/* parse_number() takes an empty field for 0, as tar writes one where a number has no meaning. */
static bool has_digit(const char *field, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (field[i] >= '0' && field[i] <= '7')
			return true;
	return false;
}

/* The sum of the header's bytes, with blanks in the sum's own place. Old tars added signed ones. */
static bool checksum_fits(const struct header *header)
{
	const uint8_t *bytes = (const uint8_t *)header;
	size_t start = offsetof(struct header, checksum);
	uint32_t sum = 0, high = 0;
	uint64_t stored;

	if (!has_digit(header->checksum, sizeof(header->checksum)) ||
	    !parse_number(header->checksum, sizeof(header->checksum), &stored))
		return false;
	/* All of them first, without a question for each, as every header has to pass here. */
	for (size_t i = 0; i < BLOCK_SIZE; i++) {
		sum += bytes[i];
		high += bytes[i] >> 7;
	}
	for (size_t i = start; i < start + sizeof(header->checksum); i++) {
		sum += (uint32_t)' ' - bytes[i];
		high -= bytes[i] >> 7;
	}
	return stored == sum || (sum >= 256 * high && stored == sum - 256 * high);
}

static bool is_zero(const struct header *header)
{
	const char *bytes = (const char *)header;

	return !bytes[0] && !memcmp(bytes, bytes + 1, BLOCK_SIZE - 1);
}

bool tar_is(const void *start, size_t size)
{
	static const char elf_magic[] = "\x7f"
					"ELF";
	struct header header;

	if (tar_stream_is_packed(start, size))
		return true;
	/* Their first block may have a sum that fits by chance. */
	if (size < sizeof(header) || !memcmp(start, elf_magic, strlen(elf_magic)) ||
	    !memcmp(start, COREBTF_MAGIC, COREBTF_MAGIC_SIZE))
		return false;
	memcpy(&header, start, sizeof(header));
	return !is_zero(&header) && checksum_fits(&header);
}

bool tar_is_file(int fd)
{
	uint8_t start[TAR_START_SIZE];
	ssize_t got = file_bytes_read_some(fd, start, sizeof(start), 0);

	return got > 0 && tar_is(start, (size_t)got);
}

static bool is_ustar(const struct header *header)
{
	return !memcmp(header->magic, "ustar", sizeof("ustar"));
}

/* A field that is full has no NUL. */
static void copy_field(char *out, const char *field, size_t size)
{
	size_t length = strnlen(field, size);

	memcpy(out, field, length);
	out[length] = '\0';
}

static void name_from_header(const struct header *header, char out[static TAR_NAME_SIZE])
{
	size_t length = 0;

	if (is_ustar(header) && header->prefix[0]) {
		copy_field(out, header->prefix, sizeof(header->prefix));
		length = strlen(out);
		out[length++] = '/';
	}
	copy_field(out + length, header->name, sizeof(header->name));
}

/* Reads the next header and checks it. Returns 1, or 0 for the zeros at the end. */
static int read_header(struct tar *tar, struct header *header)
{
	int got = tar_stream_read(&tar->stream, header, sizeof(*header));

	if (got < 0)
		return got;
	if (got < (int)sizeof(*header))
		return damaged(tar, tar->has_members ? "the archive ends without its end mark"
						     : "too short for a tar");
	if (is_zero(header))
		return 0;
	if (!checksum_fits(header))
		return damaged(tar,
			       tar->has_members
				       ? "a header whose checksum does not fit"
				       : "neither gzip nor xz nor tar: no header at its start");
	tar->has_members = true;
	return 1;
}

static int start_data(struct tar *tar, const char *field, size_t field_size)
{
	if (!parse_number(field, field_size, &tar->data_left))
		return damaged(tar, "a size that is no number");
	tar->padding = (unsigned int)(-tar->data_left % BLOCK_SIZE);
	return 0;
}

static int skip_data(struct tar *tar)
{
	int err = tar_stream_skip(&tar->stream, tar->data_left);

	if (!err)
		err = tar_stream_skip(&tar->stream, tar->padding);
	tar->data_left = 0;
	tar->padding = 0;
	return err;
}

int tar_read(struct tar *tar, void *buffer, size_t size)
{
	int got;

	if (size > tar->data_left)
		size = (size_t)tar->data_left;
	got = tar_stream_read(&tar->stream, buffer, size);
	if (got < 0)
		return got;
	if ((size_t)got < size)
		return damaged(tar, "the archive ends inside a member");
	tar->data_left -= size;
	return got;
}

/* GNU's long names: the data is the name and a NUL. */
static int read_long_name(struct tar *tar, char out[static TAR_NAME_SIZE])
{
	int got;

	out[0] = '\0';
	if (tar->data_left > TAR_NAME_SIZE)
		return skip_data(tar);
	got = tar_read(tar, out, (size_t)tar->data_left);
	if (got < 0)
		return got;
	out[got < TAR_NAME_SIZE ? got : TAR_NAME_SIZE - 1] = '\0';
	return skip_data(tar);
}

static int read_pax(struct tar *tar, struct extension *extension)
{
	struct tar_pax *pax = &extension->pax;
	char part[512];
	int got, err;

	tar_pax_start(pax, tar->member.name, tar->member.link);
	while ((got = tar_read(tar, part, sizeof(part))) > 0)
		if (!tar_pax_feed(pax, part, (size_t)got))
			return damaged(tar, "a pax header with a record that is none");
	if (got < 0)
		return got;
	if (!tar_pax_is_between_records(pax))
		return damaged(tar, "a pax header that ends inside a record");
	err = skip_data(tar);
	extension->has_name |= pax->has_path;
	extension->has_link |= pax->has_linkpath;
	return err;
}

/* Members that only describe the next one. Returns 1 when this was one of them. */
static int read_extension(struct tar *tar, const struct header *header, struct extension *extension)
{
	int err;

	switch (header->type) {
	case 'L':
		err = read_long_name(tar, tar->member.name);
		extension->has_name = true;
		break;
	case 'K':
		err = read_long_name(tar, tar->member.link);
		extension->has_link = true;
		break;
	case 'x':
	case 'X': /* Solaris's, the same */
		err = read_pax(tar, extension);
		break;
	case 'g': /* about all that follows: nothing we ask for makes sense there */
		return skip_data(tar) ?: 1;
	default:
		return 0;
	}
	extension->is_given = true;
	return err ? err : 1;
}

/* The old GNU format puts what does not fit of a sparse file's map into blocks after the header. */
static int skip_sparse_map(struct tar *tar, const struct header *header)
{
	char block[BLOCK_SIZE];
	bool more = ((const char *)header)[SPARSE_MORE_IN_HEADER] != 0;

	while (more) {
		int got = tar_stream_read(&tar->stream, block, sizeof(block));

		if (got < 0)
			return got;
		if (got < (int)sizeof(block))
			return damaged(tar, "the archive ends inside a sparse file's map");
		more = block[SPARSE_MORE_IN_BLOCK] != 0;
	}
	return 0;
}

static int finish_member(struct tar *tar, const struct header *header,
			 const struct extension *extension)
{
	struct tar_member *member = &tar->member;
	size_t length;

	if (!extension->has_name)
		name_from_header(header, member->name);
	if (!extension->has_link)
		copy_field(member->link, header->link, sizeof(header->link));
	member->is_sparse = extension->pax.is_sparse;
	if (extension->pax.has_size) {
		tar->data_left = extension->pax.size;
		tar->padding = (unsigned int)(-tar->data_left % BLOCK_SIZE);
	}

	switch (header->type) {
	case 'S':
		member->kind = TAR_FILE;
		member->is_sparse = true;
		break;
	case '0':
	case '\0':
	case '7': /* "contiguous": a file everywhere but on one old system */
		length = strlen(member->name);
		/* v7 has no type for a folder but the slash */
		member->kind = length && member->name[length - 1] == '/' ? TAR_OTHER : TAR_FILE;
		break;
	case '1':
		member->kind = TAR_HARD_LINK;
		/* Some write the file's size here although no data follows; GNU tar ignores it,
		 * too. */
		tar->data_left = 0;
		tar->padding = 0;
		break;
	case '2':
		member->kind = TAR_SYMBOLIC_LINK;
		break;
	default:
		member->kind = TAR_OTHER;
	}
	member->size = tar->data_left;
	link_path_normalise(member->name, NULL, member->path);
	if (tar_member_is_link(member))
		link_path_normalise(member->link,
				    member->kind == TAR_SYMBOLIC_LINK ? member->path : NULL,
				    member->target);
	return header->type == 'S' ? skip_sparse_map(tar, header) : 0;
}

/* After the end mark: only the packed stream's own end, where its checksum is. */
static int read_to_end(struct tar *tar)
{
	char buffer[4096];
	int got;

	while ((got = tar_stream_read(&tar->stream, buffer, sizeof(buffer))) > 0)
		;
	return got;
}

int tar_next(struct tar *tar)
{
	struct extension extension = {.is_given = false};
	struct header header;
	int result = skip_data(tar);

	while (!result) {
		result = read_header(tar, &header);
		if (result < 0)
			return result;
		if (!result && extension.is_given)
			return damaged(tar, "a long name or a pax header without a member");
		if (!result)
			return read_to_end(tar);
		result = start_data(tar, header.size, sizeof(header.size));
		if (!result)
			result = read_extension(tar, &header, &extension);
		if (result < 0)
			return result;
		if (!result)
			return finish_member(tar, &header, &extension) ?: 1;
		result = 0;
	}
	return result;
}
