/* SPDX-License-Identifier: MIT */
/*
 *	tar --> members, by name --> links followed --> entries, in the index's order --> bytes
 *	          '--> BTFs, equal ones once                                                '
 *
 * One pass: the bytes that a hard link leads to came before it, those of a symbolic link may come
 * after it, under any name. So every file that begins as a BTF is kept, and links are followed
 * when all names are known. A BTF that no entry leads to in the end is left out.
 *
 * Names and BTFs are found again in balanced trees (tsearch(3)): an archive that was made to be
 * slow, with a million members or with BTFs whose checksums collide, costs a few comparisons more.
 *
 * The bundle never leaves memory, so it does not have to be the one that the embedder would write:
 * its blobs are in the order of the index, and its strings are not shared.
 */
#include <errno.h>
#include <inttypes.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/format.h"
#include "runtime/kernel/machine.h"
#include "runtime/tar/tar.h"
#include "runtime/tar/tar_bundle.h"
#include "runtime/tar/tar_links.h"
#include "runtime/tar/tar_name.h"
#include "runtime/util/btf_magic.h"

#define FIRST_ROOM 4096
#define NO_NUMBER  UINT32_MAX

/* A distinct BTF. */
struct content {
	struct content *next;
	uint8_t *data;
	uint32_t size;
	uint32_t checksum;
	uint32_t number; /* of its blob; NO_NUMBER: no entry leads to it */
};

/* A file or a link. Of those with one name the last counts: that is the one tar leaves on disk. */
struct member {
	struct member *next;
	struct content *content; /* NULL: a link that was not followed yet */
	char *link;		 /* where it leads, normalised; NULL: it is a file */
	char name[];		 /* normalised */
};

struct kernel_entry {
	struct tar_name_key key; /* points into the member's name */
	const char *name;	 /* what is left of that, once it is cut */
	struct content *content;
	uint32_t hash, bucket;
};

struct reader {
	const struct log *log;
	struct tar tar;
	char name[TAR_NAME_SIZE], target[TAR_NAME_SIZE], parts[TAR_NAME_SIZE];
	struct member *probe; /* with room for any name, to look one up */
	void *member_tree, *content_tree;
	struct member *members, **last_member;
	struct content *contents;
	struct content nothing; /* of what cannot be read */
	uint8_t *scratch;	/* the bytes of one member */
	size_t scratch_size, scratch_room;
	struct tar_bundle result;
	struct kernel_entry *entries;
	size_t entry_count;
	uint32_t bucket_count;
};

/* A tree's node is the struct itself: what to free has a list of its own. */
static void keep(void *node)
{
	(void)node;
}

static void reader_free(struct reader *reader)
{
	tdestroy(reader->member_tree, keep);
	tdestroy(reader->content_tree, keep);
	while (reader->members) {
		struct member *next = reader->members->next;

		free(reader->members->link);
		free(reader->members);
		reader->members = next;
	}
	while (reader->contents) {
		struct content *next = reader->contents->next;

		free(reader->contents->data);
		free(reader->contents);
		reader->contents = next;
	}
	free(reader->probe);
	free(reader->scratch);
	free(reader->entries);
	free(reader->result.bundle);
	free(reader->result.package_json);
	free(reader);
}

static int no_memory(const struct reader *reader)
{
	return log_error(reader->log, -ENOMEM, "no memory for what the archive holds");
}

/* ---- members and contents ---- */

static int compare_members(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

static int compare_contents(const void *a, const void *b)
{
	const struct content *left = a, *right = b;

	if (left->size != right->size)
		return left->size < right->size ? -1 : 1;
	if (left->checksum != right->checksum)
		return left->checksum < right->checksum ? -1 : 1;
	return memcmp(left->data, right->data, left->size);
}

/* The member of that name, which may be a link to be overwritten; a new one if there is none. */
static struct member *get_member(struct reader *reader, const char *name)
{
	size_t length = strlen(name);
	struct member *member = calloc(1, sizeof(*member) + length + 1), **node;

	if (!member)
		return NULL;
	memcpy(member->name, name, length + 1);
	node = tsearch(member, &reader->member_tree, compare_members);
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
	*reader->last_member = member;
	reader->last_member = &member->next;
	return member;
}

/* The scratch bytes as a content, shared with equal ones. */
static struct content *get_content(struct reader *reader)
{
	struct content *content = calloc(1, sizeof(*content)), **node;

	if (!content)
		return NULL;
	content->data = reader->scratch;
	content->size = (uint32_t)reader->scratch_size;
	content->checksum = (uint32_t)crc32_z(0, reader->scratch, reader->scratch_size);
	content->number = NO_NUMBER;
	node = tsearch(content, &reader->content_tree, compare_contents);
	if (!node || *node != content) {
		free(content);
		return node ? *node : NULL;
	}
	content->next = reader->contents;
	reader->contents = content;
	/* The content takes the memory over, without what was too much. */
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

/* Reads of the member's data what is there up to @limit. Memory grows with the bytes that come,
 * not with what a header says. */
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

static bool is_btf_name(struct reader *reader, const char *name)
{
	struct tar_name_key key;

	strcpy(reader->parts, name);
	return tar_name_split(reader->parts, &key);
}

/* An entry stays an entry, but nobody gets its bytes. */
static int add_unreadable(struct reader *reader, const char *why)
{
	struct member *member = get_member(reader, reader->name);

	if (!member)
		return no_memory(reader);
	member->content = &reader->nothing;
	log_line(reader->log, "%s: %s", reader->name, why);
	return 0;
}

static int take_package_json(struct reader *reader)
{
	int err;

	if (reader->tar.member.kind != TAR_FILE || reader->tar.member.is_sparse) {
		log_line(reader->log, "%s: a link or stored sparse: not read", reader->name);
		return 0;
	}
	if (reader->tar.member.size > COREBTF_MAX_BLOB_SIZE)
		return log_error(reader->log, -EFBIG, "%s: %" PRIu64 " bytes are no description",
				 reader->name, reader->tar.member.size);
	err = read_data(reader, (size_t)reader->tar.member.size);
	if (!err && !reader->scratch)
		err = grow_scratch(reader); /* an empty file is one all the same */
	if (err)
		return err;
	free(reader->result.package_json);
	reader->result.package_json = reader->scratch;
	reader->result.package_json_size = reader->scratch_size;
	reader->scratch = NULL;
	reader->scratch_room = 0;
	log_line(reader->log, "%s: %zu bytes", reader->name, reader->scratch_size);
	return 0;
}

static int take_link(struct reader *reader)
{
	const struct tar_member *link = &reader->tar.member;
	const char *folder = link->kind == TAR_SYMBOLIC_LINK ? link->name : NULL;
	struct member *member;

	if (!tar_name_normalise(link->link, folder, reader->target) || !*reader->target)
		return is_btf_name(reader, reader->name)
			       ? add_unreadable(reader, "a link out of the archive")
			       : 0;
	member = get_member(reader, reader->name);
	if (member)
		member->link = strdup(reader->target);
	return member && member->link ? 0 : no_memory(reader);
}

/* What is wrong with a file that may be a BTF's by its name; NULL: nothing. Its first bytes are
 * read for it, if there is no other reason. */
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
	struct member *member;
	const char *fault;
	int err = find_fault(reader, &fault);

	if (err)
		return err;
	if (fault && is_btf_name(reader, reader->name))
		return add_unreadable(reader, fault);
	if (fault) {
		log_line(reader->log, "%s: left out: %s", reader->name, fault);
		return 0;
	}
	err = read_data(reader, (size_t)reader->tar.member.size);
	if (err)
		return err;
	member = get_member(reader, reader->name);
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
	if (!tar_name_normalise(member->name, NULL, reader->name) || !*reader->name) {
		log_line(reader->log, "%s: leads out of the archive, not looked at", member->name);
		return 0;
	}
	if (!strcmp(reader->name, TAR_BUNDLE_PACKAGE_JSON))
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

/* ---- entries ---- */

/* The bytes at the end of a chain of links; none when there is no end. */
static struct content *follow(struct reader *reader, const struct member *member)
{
	const char *from = member->name;

	for (int links = 0; member && !member->content; links++) {
		struct member **node;

		if (links == TAR_LINKS_CHAIN) {
			log_line(reader->log, "%s: a chain of more than %d links", from, TAR_LINKS_CHAIN);
			return &reader->nothing;
		}
		strcpy(reader->probe->name, member->link);
		node = tfind(reader->probe, &reader->member_tree, compare_members);
		if (!node)
			log_line(reader->log,
				 "%s: a link to %s, which is not in the archive or no BTF", from,
				 member->link);
		member = node ? *node : NULL;
	}
	return member ? member->content : &reader->nothing;
}

static int compare_entries(const void *a, const void *b)
{
	const struct kernel_entry *left = a, *right = b;
	int order = 0;

	if (left->bucket != right->bucket)
		return left->bucket < right->bucket ? -1 : 1;
	if (left->hash != right->hash)
		return left->hash < right->hash ? -1 : 1;
	order = strcmp(left->key.release, right->key.release);
	if (!order)
		order = strcmp(left->key.machine, right->key.machine);
	if (!order)
		order = strcmp(left->key.os_id, right->key.os_id);
	if (!order)
		order = strcmp(left->key.version_id, right->key.version_id);
	return order ? order : strcmp(left->name, right->name);
}

/* All links are followed before the first name is cut into its parts. */
static int collect_entries(struct reader *reader)
{
	size_t count = 0;

	for (struct member *member = reader->members; member; member = member->next) {
		if (!is_btf_name(reader, member->name))
			continue;
		if (!member->content)
			member->content = follow(reader, member);
		if (member->content == &reader->nothing)
			reader->result.unreadable_count++;
		count++;
	}
	if (count > COREBTF_MAX_ENTRIES)
		return log_error(reader->log, -EFBIG, "%zu BTFs are more than %" PRIu32, count,
				 COREBTF_MAX_ENTRIES);
	reader->entries = calloc(count + 1, sizeof(*reader->entries));
	if (!reader->entries)
		return no_memory(reader);
	reader->bucket_count = 1;
	while (reader->bucket_count < count)
		reader->bucket_count *= 2;
	for (struct member *member = reader->members; member; member = member->next) {
		struct kernel_entry *entry = &reader->entries[reader->entry_count];

		if (!tar_name_split(member->name, &entry->key))
			continue;
		entry->name = member->name;
		entry->key.machine = machine_canonical(entry->key.machine);
		entry->content = member->content;
		entry->hash = corebtf_format_hash(entry->key.release, entry->key.machine);
		entry->bucket = entry->hash & (reader->bucket_count - 1);
		reader->entry_count++;
	}
	qsort(reader->entries, reader->entry_count, sizeof(*reader->entries), compare_entries);
	return 0;
}

/* ---- bytes ---- */

/* Where each table starts; the sizes come first, so that no number is too large for its field. */
struct layout {
	uint64_t entries, blobs, blocks, strings, strings_size, data, data_size, size;
	uint32_t blob_count;
};

static uint64_t align_up(uint64_t offset)
{
	return (offset + COREBTF_ALIGNMENT - 1) & ~(uint64_t)(COREBTF_ALIGNMENT - 1);
}

static int place(struct reader *reader, struct layout *layout)
{
	layout->strings_size = 1; /* the empty one */
	for (size_t i = 0; i < reader->entry_count; i++) {
		const struct tar_name_key *key = &reader->entries[i].key;
		struct content *content = reader->entries[i].content;

		layout->strings_size += strlen(key->release) + strlen(key->machine) +
					strlen(key->os_id) + strlen(key->version_id) + 4;
		if (content->number != NO_NUMBER)
			continue;
		content->number = layout->blob_count++;
		layout->data_size = align_up(layout->data_size + content->size);
	}
	layout->entries = align_up(sizeof(struct corebtf_format_header) +
				   (UINT64_C(1) + reader->bucket_count) * sizeof(uint32_t));
	layout->blobs =
		layout->entries + reader->entry_count * sizeof(struct corebtf_format_entry);
	layout->blocks =
		layout->blobs + (uint64_t)layout->blob_count * sizeof(struct corebtf_format_blob);
	layout->strings =
		layout->blocks + (layout->blob_count ? sizeof(struct corebtf_format_block) : 0);
	layout->data = align_up(layout->strings + layout->strings_size);
	layout->size = layout->data + layout->data_size;
	if (layout->strings_size > COREBTF_MAX_STRINGS_SIZE ||
	    layout->size > COREBTF_MAX_BUNDLE_SIZE || layout->size > PTRDIFF_MAX)
		return log_error(reader->log, -EFBIG,
				 "%" PRIu64 " bytes of BTFs and names are too many", layout->size);
	return 0;
}

#define RECORD_CHECKSUM(record) \
	(uint32_t)crc32_z(0, (const uint8_t *)(record), offsetof(__typeof__(*(record)), checksum))

static void write_entries(const struct reader *reader, const struct layout *layout, uint8_t *bytes)
{
	struct corebtf_format_entry *record = (void *)(bytes + layout->entries);
	uint32_t *buckets = (void *)(bytes + sizeof(struct corebtf_format_header));
	uint64_t end = layout->strings + 1;
	uint32_t filled = 0;

	for (size_t i = 0; i < reader->entry_count; i++, record++) {
		const struct kernel_entry *entry = &reader->entries[i];
		const struct tar_name_key *key = &entry->key;
		uint32_t *const places[] = {&record->release, &record->machine, &record->os_id,
					    &record->version_id};
		const char *const strings[] = {key->release, key->machine, key->os_id,
					       key->version_id};
		uint64_t start = end;

		while (filled <= entry->bucket)
			buckets[filled++] = (uint32_t)i;
		record->hash = entry->hash;
		record->blob = entry->content->number;
		for (size_t k = 0; k < sizeof(strings) / sizeof(strings[0]); k++) {
			size_t length = strlen(strings[k]) + 1;

			*places[k] = (uint32_t)(end - layout->strings);
			memcpy(bytes + end, strings[k], length);
			end += length;
		}
		/* the four strings lie in a row, and uname -v's is the empty one */
		record->checksum = RECORD_CHECKSUM(record);
		record->checksum =
			(uint32_t)crc32_z(record->checksum, bytes + start, (size_t)(end - start));
		record->checksum = (uint32_t)crc32_z(record->checksum, (const uint8_t *)"", 1);
	}
	while (filled <= reader->bucket_count)
		buckets[filled++] = (uint32_t)reader->entry_count;
}

/* One raw block with all BTFs. Each is let go of once it is copied. */
static void write_blobs(struct reader *reader, const struct layout *layout, uint8_t *bytes)
{
	struct corebtf_format_blob *records = (void *)(bytes + layout->blobs);
	struct corebtf_format_block *block = (void *)(bytes + layout->blocks);
	uint64_t end = layout->data;
	uint32_t done = 0;

	for (size_t i = 0; i < reader->entry_count; i++) {
		struct content *content = reader->entries[i].content;
		struct corebtf_format_blob *record = &records[done];

		if (content->number != done)
			continue;
		record->offset = (uint32_t)(end - layout->data);
		record->size = content->size;
		record->content = content->checksum;
		record->checksum = RECORD_CHECKSUM(record);
		if (content->size)
			memcpy(bytes + end, content->data, content->size);
		free(content->data);
		content->data = NULL;
		end = align_up(end + content->size);
		done++;
	}
	if (!layout->blob_count)
		return;
	block->offset = (uint32_t)layout->data;
	block->stored_size = block->unpacked_size = (uint32_t)layout->data_size;
	block->codec = COREBTF_CODEC_RAW;
	block->checksum = RECORD_CHECKSUM(block);
}

static void write_header(const struct reader *reader, const struct layout *layout, uint8_t *bytes)
{
	struct corebtf_format_header *header = (void *)bytes;

	memcpy(header->magic, COREBTF_MAGIC, COREBTF_MAGIC_SIZE);
	header->byte_order = COREBTF_BYTE_ORDER;
	header->version = COREBTF_FORMAT_VERSION;
	header->header_size = sizeof(*header);
	header->size = (uint32_t)layout->size;
	header->bucket_count = reader->bucket_count;
	header->entry_count = (uint32_t)reader->entry_count;
	header->blob_count = layout->blob_count;
	header->block_count = layout->blob_count ? 1 : 0;
	header->buckets_offset = sizeof(*header);
	header->entries_offset = (uint32_t)layout->entries;
	header->blobs_offset = (uint32_t)layout->blobs;
	header->blocks_offset = (uint32_t)layout->blocks;
	header->objects_offset = (uint32_t)layout->strings; /* no objects */
	header->strings_offset = (uint32_t)layout->strings;
	header->strings_size = (uint32_t)layout->strings_size;
	header->data_offset = (uint32_t)layout->data;
	header->tables_checksum = (uint32_t)crc32_z(0, bytes + sizeof(*header),
						    (size_t)layout->data - sizeof(*header));
	header->header_checksum = (uint32_t)crc32_z(
		0, bytes, offsetof(struct corebtf_format_header, header_checksum));
}

static int write_bundle(struct reader *reader)
{
	struct layout layout = {.blob_count = 0};
	uint8_t *bytes;
	int err = place(reader, &layout);

	if (err)
		return err;
	bytes = calloc(1, (size_t)layout.size);
	if (!bytes)
		return no_memory(reader);
	write_entries(reader, &layout, bytes);
	write_blobs(reader, &layout, bytes);
	write_header(reader, &layout, bytes);
	reader->result.bundle = bytes;
	reader->result.bundle_size = (size_t)layout.size;
	return 0;
}

int tar_bundle_read(const void *tar, size_t size, const struct log *log,
		    struct tar_bundle *ret_bundle)
{
	struct reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return log_error(log, -ENOMEM, "no memory to read the archive");
	reader->log = log;
	reader->last_member = &reader->members;
	reader->nothing.number = NO_NUMBER;
	reader->probe = malloc(sizeof(*reader->probe) + TAR_NAME_SIZE);
	err = reader->probe ? read_members(reader, tar, size) : no_memory(reader);
	if (!err)
		err = collect_entries(reader);
	if (!err && !reader->entry_count && !reader->result.package_json)
		err = log_error(log, -ENODATA,
				"is a tar without BTFs: none of its members is called "
				"ID/VERSION_ID/MACHINE/RELEASE.btf");
	if (!err)
		err = write_bundle(reader);
	if (!err) {
		log_line(log, "%s: a tar of %zu bytes: %zu BTFs%s", log->subject, size,
			 reader->entry_count,
			 reader->result.package_json ? ", and " TAR_BUNDLE_PACKAGE_JSON : "");
		*ret_bundle = reader->result;
		reader->result.bundle = NULL;
		reader->result.package_json = NULL;
	}
	reader_free(reader);
	return err;
}
