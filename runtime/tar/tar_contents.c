/* SPDX-License-Identifier: MIT */
/*
 * One pass: the file that a hard link leads to comes before it, that of a symbolic link may come
 * after it, with any name. So every file that begins like a BTF is kept, and links are followed
 * when all names are known.
 *
 * Names and BTFs are looked up in balanced trees (tsearch(3)): a hostile archive with a million
 * members, or with BTFs whose checksums collide, only costs a few comparisons more.
 */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/bundle/format.h"
#include "runtime/tar/tar.h"
#include "runtime/tar/tar_contents.h"
#include "runtime/tar/tar_links.h"
#include "runtime/util/btf_magic.h"
#include "runtime/util/link_path.h"

#define FIRST_ROOM 4096

struct reader {
	const struct log *log;
	struct tar tar;
	struct tar_contents *result;
	struct tar_named *probe; /* with room for any name, to look one up */
	uint8_t *scratch;	 /* the bytes of one member */
	size_t scratch_size, scratch_room;
};

/* The nodes are freed by their lists, not by the trees. */
static void keep(void *node)
{
	(void)node;
}

void tar_contents_release(struct tar_contents *contents)
{
	tdestroy(contents->member_tree, keep);
	tdestroy(contents->content_tree, keep);
	while (contents->members) {
		struct tar_named *next = contents->members->next;

		free(contents->members->link);
		free(contents->members);
		contents->members = next;
	}
	while (contents->contents) {
		struct distinct_btf *next = contents->contents->next;

		free(contents->contents->data);
		free(contents->contents);
		contents->contents = next;
	}
	free(contents->package_json);
	memset(contents, 0, sizeof(*contents));
}

static int no_memory(const struct reader *reader)
{
	return log_error(reader->log, -ENOMEM, "no memory for what the archive holds");
}

/* ---- members and contents ---- */

static int compare_members(const void *a, const void *b)
{
	return strcmp(((const struct tar_named *)a)->name, ((const struct tar_named *)b)->name);
}

static int compare_contents(const void *a, const void *b)
{
	const struct distinct_btf *left = a, *right = b;

	if (left->size != right->size)
		return left->size < right->size ? -1 : 1;
	if (left->checksum != right->checksum)
		return left->checksum < right->checksum ? -1 : 1;
	return memcmp(left->data, right->data, left->size);
}

/* The member of that name, which may be a link to be overwritten; a new one if there is none. */
static struct tar_named *get_member(struct reader *reader, const char *name)
{
	size_t length = strlen(name);
	struct tar_named *member = calloc(1, sizeof(*member) + length + 1), **node;

	if (!member)
		return NULL;
	memcpy(member->name, name, length + 1);
	node = tsearch(member, &reader->result->member_tree, compare_members);
	if (!node || *node != member)
		free(member);
	if (!node)
		return NULL;
	if (*node != member) {
		member = *node;
		log_line(reader->log, "%s: once more, the later one counts", member->name);
		free(member->link);
		member->link = NULL;
		member->content = NULL;
		return member;
	}
	*reader->result->last_member = member;
	reader->result->last_member = &member->next;
	return member;
}

/* The scratch bytes as a BTF, shared with equal ones. */
static struct distinct_btf *get_content(struct reader *reader)
{
	struct distinct_btf *content = calloc(1, sizeof(*content)), **node;

	if (!content)
		return NULL;
	content->data = reader->scratch;
	content->size = (uint32_t)reader->scratch_size;
	content->checksum = (uint32_t)crc32_z(0, reader->scratch, reader->scratch_size);
	content->number = UINT32_MAX;
	node = tsearch(content, &reader->result->content_tree, compare_contents);
	if (!node || *node != content) {
		free(content);
		return node ? *node : NULL;
	}
	content->next = reader->result->contents;
	reader->result->contents = content;
	/* The BTF takes over the memory, shrunk to its size. */
	content->data = realloc(reader->scratch, reader->scratch_size);
	if (!content->data)
		content->data = reader->scratch;
	reader->scratch = NULL;
	reader->scratch_room = 0;
	return content;
}

/* ---- reading ---- */

static int grow_scratch(struct reader *reader)
{
	size_t room = reader->scratch_room ? 2 * reader->scratch_room : FIRST_ROOM;
	uint8_t *data = realloc(reader->scratch, room);

	if (!data)
		return no_memory(reader);
	reader->scratch = data;
	reader->scratch_room = room;
	return 0;
}

/* Reads the member's data up to @limit. Memory grows with the bytes read, not with the size in a
 * header. */
static int read_data(struct reader *reader, size_t limit)
{
	while (reader->scratch_size < limit) {
		size_t wanted = limit - reader->scratch_size;
		int got, err;

		if (reader->scratch_size == reader->scratch_room) {
			err = grow_scratch(reader);
			if (err)
				return err;
		}
		if (wanted > reader->scratch_room - reader->scratch_size)
			wanted = reader->scratch_room - reader->scratch_size;
		got = tar_read(&reader->tar, reader->scratch + reader->scratch_size, wanted);
		if (got <= 0)
			return got;
		reader->scratch_size += (size_t)got;
	}
	return 0;
}

bool tar_contents_is_btf_name(const char *name)
{
	char parts[TAR_NAME_SIZE];
	struct kernel_id id;

	strcpy(parts, name);
	return tar_name_split(parts, &id);
}

/* The entry stays, without bytes. */
static int add_unreadable(struct reader *reader, const char *why)
{
	struct tar_named *member = get_member(reader, reader->tar.member.path);

	if (!member)
		return no_memory(reader);
	member->content = &reader->result->nothing;
	log_line(reader->log, "%s: %s", reader->tar.member.path, why);
	return 0;
}

static int take_package_json(struct reader *reader)
{
	int err;

	if (reader->tar.member.kind != TAR_FILE || reader->tar.member.is_sparse) {
		log_line(reader->log, "%s: a link or stored sparse: not read",
			 reader->tar.member.path);
		return 0;
	}
	if (reader->tar.member.size > COREBTF_MAX_BLOB_SIZE)
		return log_error(reader->log, -EFBIG, "%s: %" PRIu64 " bytes are no description",
				 reader->tar.member.path, reader->tar.member.size);
	err = read_data(reader, (size_t)reader->tar.member.size);
	if (!err && !reader->scratch)
		err = grow_scratch(reader); /* for an empty file, too */
	if (err)
		return err;
	free(reader->result->package_json);
	reader->result->package_json = reader->scratch;
	reader->result->package_json_size = reader->scratch_size;
	reader->scratch = NULL;
	reader->scratch_room = 0;
	log_line(reader->log, "%s: %zu bytes", reader->tar.member.path, reader->scratch_size);
	return 0;
}

static int take_link(struct reader *reader)
{
	const struct tar_member *link = &reader->tar.member;
	struct tar_named *member;

	if (!*link->target)
		return tar_contents_is_btf_name(link->path)
			       ? add_unreadable(reader, "a link out of the archive")
			       : 0;
	member = get_member(reader, link->path);
	if (member)
		member->link = strdup(link->target);
	return member && member->link ? 0 : no_memory(reader);
}

/* What is wrong with a file whose name may be that of a BTF; NULL: nothing. Reads its first bytes,
 * unless something else is wrong already. */
static int find_fault(struct reader *reader, const char **ret_fault)
{
	const struct tar_member *file = &reader->tar.member;
	int err = 0;

	*ret_fault = NULL;
	if (file->is_sparse) /* its bytes are not where a reader would look for them */
		*ret_fault = "stored sparse, not read; make the archive without tar's --sparse";
	else if (file->size > COREBTF_MAX_BLOB_SIZE)
		*ret_fault = "more than 64 MiB, which is no BTF";
	else
		err = read_data(reader, BTF_MAGIC_HEADER_SIZE);
	if (!err && !*ret_fault && !btf_magic_is(reader->scratch, reader->scratch_size))
		*ret_fault = "holds no BTF";
	return err;
}

static int take_file(struct reader *reader)
{
	struct tar_named *member;
	const char *fault;
	int err = find_fault(reader, &fault);

	if (err)
		return err;
	if (fault && tar_contents_is_btf_name(reader->tar.member.path))
		return add_unreadable(reader, fault);
	if (fault) {
		log_line(reader->log, "%s: left out: %s", reader->tar.member.path, fault);
		return 0;
	}
	err = read_data(reader, (size_t)reader->tar.member.size);
	if (err)
		return err;
	member = get_member(reader, reader->tar.member.path);
	if (member)
		member->content = get_content(reader);
	return member && member->content ? 0 : no_memory(reader);
}

static int take(struct reader *reader)
{
	const struct tar_member *member = &reader->tar.member;

	reader->scratch_size = 0;
	if (member->kind == TAR_OTHER)
		return 0;
	if (!*member->path) {
		log_line(reader->log, "%s: leads out of the archive, not looked at", member->name);
		return 0;
	}
	if (!strcmp(reader->tar.member.path, TAR_PACKAGE_JSON))
		return take_package_json(reader);
	return member->kind == TAR_FILE ? take_file(reader) : take_link(reader);
}

static int read_members(struct reader *reader, const void *tar, size_t size)
{
	int result = tar_open(&reader->tar, tar, size, reader->log);

	if (result)
		return result;
	while ((result = tar_next(&reader->tar)) > 0) {
		result = take(reader);
		if (result)
			break;
	}
	tar_close(&reader->tar);
	return result;
}

/* ---- links ---- */

/* The BTF at the end of a chain of links, or @nothing. */
static struct distinct_btf *follow(struct reader *reader, const struct tar_named *member)
{
	const char *from = member->name;

	for (int links = 0; member && !member->content; links++) {
		struct tar_named **node;

		if (links == LINK_PATH_FOLLOWED_MAX) {
			log_line(reader->log, "%s: a chain of more than %d links", from,
				 LINK_PATH_FOLLOWED_MAX);
			return &reader->result->nothing;
		}
		strcpy(reader->probe->name, member->link);
		node = tfind(reader->probe, &reader->result->member_tree, compare_members);
		if (!node)
			log_line(reader->log,
				 "%s: a link to %s, which is not in the archive or no BTF", from,
				 member->link);
		member = node ? *node : NULL;
	}
	return member ? member->content : &reader->result->nothing;
}

static void follow_links(struct reader *reader)
{
	struct tar_named *member = reader->result->members;

	for (; member; member = member->next)
		if (!member->content && tar_contents_is_btf_name(member->name))
			member->content = follow(reader, member);
}

int tar_contents_read(const void *tar, size_t size, const struct log *log,
		      struct tar_contents *ret_contents)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return log_error(log, -ENOMEM, "no memory to read the archive");
	memset(ret_contents, 0, sizeof(*ret_contents));
	ret_contents->last_member = &ret_contents->members;
	ret_contents->nothing.number = UINT32_MAX;
	reader->log = log;
	reader->result = ret_contents;
	reader->probe = malloc(sizeof(*reader->probe) + TAR_NAME_SIZE);
	err = reader->probe ? read_members(reader, tar, size) : no_memory(reader);
	if (!err)
		follow_links(reader);
	free(reader->probe);
	free(reader->scratch);
	free(reader);
	if (err)
		tar_contents_release(ret_contents);
	return err;
}
