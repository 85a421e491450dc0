/* SPDX-License-Identifier: MIT */
/*
 * In: an archive. Out: files below a folder.
 *
 * The archive is read once and files are written as they come. A link may come before its target,
 * so links are written at the end, as copies: no link on the disk can lead out of the folder.
 */
#include "embedder/engine/unpacking.h"

#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "embedder/archive/archive_reader.h"
#include "embedder/archive/packed_stream.h"
#include "embedder/util/interrupt.h"
#include "embedder/util/text.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/output_folder.h"
#include "runtime/bundle/format.h"
#include "runtime/kernel/archive_path.h"
#include "runtime/tar/tar_contents.h"
#include "runtime/tar/tar_name.h"
#include "runtime/util/link_path.h"
#include "runtime/util/btf_magic.h"

#define MANIFEST_NAME "corebtf.manifest"

/* A member by its name; of several with one name, the last. */
struct member {
	struct member *next;
	char *link; /* where a link leads, normalised; NULL: a file */
	bool written;
	size_t size; /* of what was written */
	char name[];
};

struct unpacking {
	const struct engine_events *events;
	const char *file, *name; /* to be opened; in messages */
	struct output_folder folder;
	struct archive_reader *reader;
	void *tree; /* of struct member, by name */
	struct member *members, **last;
	struct member *probe; /* with room for any name, to look one up */
	struct unpack_counts counts;
};

static void keep(void *node)
{
	(void)node;
}

static void cleanup_unpacking(struct unpacking *unpacking)
{
	tdestroy(unpacking->tree, keep);
	while (unpacking->members) {
		struct member *next = unpacking->members->next;

		free(unpacking->members->link);
		free(unpacking->members);
		unpacking->members = next;
	}
	free(unpacking->probe);
	archive_reader_close(unpacking->reader);
	output_folder_close(&unpacking->folder);
}

static int no_memory(const struct unpacking *unpacking)
{
	engine_say(unpacking->events, ENGINE_FAILURE, unpacking->name, "out of memory");
	return -ENOMEM;
}

static void fail_member(struct unpacking *unpacking, const char *name, const char *why)
{
	unpacking->counts.failures++;
	if (*name)
		engine_say(unpacking->events, ENGINE_FAILURE, unpacking->name, "%s: %s", name, why);
	else
		engine_say(unpacking->events, ENGINE_FAILURE, unpacking->name, "%s", why);
}

static void note_skipped(void *context, const char *name, const char *why)
{
	fail_member(context, name, why);
}

/* ---- names ---- */

static int compare_members(const void *a, const void *b)
{
	return strcmp(((const struct member *)a)->name, ((const struct member *)b)->name);
}

/* NULL: no memory. */
static struct member *get_member(struct unpacking *unpacking, const char *name)
{
	size_t length = strlen(name);
	struct member *member = calloc(1, sizeof(*member) + length + 1), **node;

	if (!member)
		return NULL;
	memcpy(member->name, name, length + 1);
	node = tsearch(member, &unpacking->tree, compare_members);
	if (!node || *node != member) {
		free(member);
		return node ? *node : NULL;
	}
	*unpacking->last = member;
	unpacking->last = &member->next;
	return member;
}

enum content { CONTENT_BTF, CONTENT_PACKED_BTF, CONTENT_BESIDE, CONTENT_OTHER };

/* What a member is, by its name: a BTF, or one of the other files in an archive of BTFs. */
static enum content content_of(const char *name)
{
	const char *base = basename(name);

	if (archive_path_ending(base))
		return archive_path_is_raw(base) ? CONTENT_BTF : CONTENT_PACKED_BTF;
	return !strcmp(base, TAR_PACKAGE_JSON) || !strcmp(base, MANIFEST_NAME) ? CONTENT_BESIDE
									       : CONTENT_OTHER;
}

/* ---- files ---- */

/* Whether the failure of one file would be that of all others too; then stop. */
static bool stops_everything(int error)
{
	return error != -ELOOP && error != -EEXIST && error != -ENOTDIR && error != -EISDIR &&
	       error != -EINVAL && error != -ENAMETOOLONG;
}

/* Whether a file that is written a second time has other contents than before. */
static bool is_other(const struct unpacking *unpacking, const char *name, const void *data,
		     size_t size)
{
	_cleanup_free_ void *before = NULL;
	size_t before_size = 0;

	return output_folder_read(&unpacking->folder, name, COREBTF_MAX_BLOB_SIZE, &before,
				  &before_size, NULL) ||
	       before_size != size || memcmp(before, data, size) != 0;
}

static int save(struct unpacking *unpacking, struct member *member, const void *data, size_t size)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = {0};
	enum content content = content_of(member->name);
	struct reason why = {""};
	int err;

	if (content == CONTENT_BTF && !btf_magic_is(data, size)) {
		fail_member(unpacking, member->name, "holds no BTF; left out");
		return 0;
	}
	if (member->written && is_other(unpacking, member->name, data, size))
		engine_say(unpacking->events, ENGINE_NOTE, unpacking->name,
			   "%s: is in it twice, with other bytes; the later one counts",
			   member->name);
	hold = interrupt_hold(""); /* never a pipe */
	err = output_folder_save(&unpacking->folder, member->name, data, size, &why);
	if (err) {
		fail_member(unpacking, member->name, why.text);
		return stops_everything(err) ? err : 0;
	}
	if (!member->written)
		*(content == CONTENT_BESIDE ? &unpacking->counts.others
					    : &unpacking->counts.btfs) += 1;
	member->written = true;
	member->size = size;
	engine_say(unpacking->events, ENGINE_DETAIL, member->name, "%s bytes",
		   text_count(size).text);
	return 0;
}

static int take_file(struct unpacking *unpacking, const struct archive_member *file)
{
	_cleanup_free_ void *data = NULL;
	struct reason why = {""};
	struct member *member;
	size_t size = 0;
	int err;

	if (content_of(file->name) == CONTENT_OTHER) {
		engine_say(unpacking->events, ENGINE_DETAIL, file->name,
			   "no BTF by its name; left out");
		unpacking->counts.left_out++;
		return 0;
	}
	member = get_member(unpacking, file->name);
	if (!member)
		return no_memory(unpacking);
	err = archive_reader_read(unpacking->reader, COREBTF_MAX_BLOB_SIZE, &data, &size, &why);
	if (err) {
		fail_member(unpacking, member->name, why.text);
		return err == -EFBIG ? 0 : err;
	}
	free(member->link);
	member->link = NULL;
	return save(unpacking, member, data, size);
}

static int take_link(struct unpacking *unpacking, const struct archive_member *link)
{
	const char *folder = link->kind == ARCHIVE_SYMBOLIC_LINK ? link->name : NULL;
	char target[LINK_PATH_SIZE];
	struct member *member;

	if (content_of(link->name) == CONTENT_OTHER) {
		engine_say(unpacking->events, ENGINE_DETAIL, link->name,
			   "a link, and no BTF by its name; left out");
		unpacking->counts.left_out++;
	}
	if (!link_path_normalise(link->link, folder, target) || !*target) {
		if (content_of(link->name) != CONTENT_OTHER)
			fail_member(unpacking, link->name, "a link out of the archive; left out");
		return 0;
	}
	member = get_member(unpacking, link->name);
	if (!member)
		return no_memory(unpacking);
	free(member->link);
	member->link = strdup(target);
	return member->link ? 0 : no_memory(unpacking);
}

static int take_members(struct unpacking *unpacking)
{
	struct archive_member member;
	struct reason why = {""};
	int result;

	while ((result = archive_reader_next(unpacking->reader, &member, &why)) > 0) {
		result = member.kind == ARCHIVE_FILE ? take_file(unpacking, &member)
						     : take_link(unpacking, &member);
		if (result)
			return result;
	}
	if (result)
		engine_say(unpacking->events, ENGINE_FAILURE, unpacking->name, "%s", why.text);
	return result;
}

/* ---- links ---- */

/* The file at the end of the chain that begins with @member, or NULL. */
static const struct member *follow(struct unpacking *unpacking, const struct member *member)
{
	for (int links = 0; member && member->link; links++) {
		struct member **node;

		if (links == LINK_PATH_FOLLOWED_MAX)
			return NULL;
		strcpy(unpacking->probe->name, member->link);
		node = tfind(unpacking->probe, &unpacking->tree, compare_members);
		member = node ? *node : NULL;
	}
	return member && member->written ? member : NULL;
}

/* Whether the member is a link that becomes a file. */
static bool is_wanted_link(const struct member *member)
{
	return member->link && content_of(member->name) != CONTENT_OTHER;
}

/*
 * A link takes 512 bytes in the archive, a few when packed, and may become a copy of the largest
 * BTF. So the size of all copies is bounded like the unpacked size (packed_stream.h).
 */
static int check_links(struct unpacking *unpacking)
{
	struct reason why = {""};
	struct stat status;
	uint64_t total = 0;

	for (struct member *link = unpacking->members; link; link = link->next) {
		const struct member *target = is_wanted_link(link) ? follow(unpacking, link) : NULL;

		total += target ? target->size : 0;
	}
	if (total <= PACKED_STREAM_FREE ||
	    (stat(unpacking->file, &status) == 0 &&
	     total / PACKED_STREAM_RATIO <= (uint64_t)status.st_size))
		return 0;
	reason_set(&why, 0,
		   "its links stand for %s, more than %d times its size (an archive bomb?); "
		   "none of them is made",
		   text_size(total).text, PACKED_STREAM_RATIO);
	fail_member(unpacking, "", why.text);
	return -EFBIG;
}

static int make_links(struct unpacking *unpacking)
{
	int err;

	unpacking->probe = malloc(sizeof(*unpacking->probe) + LINK_PATH_SIZE);
	if (!unpacking->probe)
		return no_memory(unpacking);
	err = check_links(unpacking);
	for (struct member *link = unpacking->members; link && !err; link = link->next) {
		_cleanup_free_ void *data = NULL;
		const struct member *target;
		struct reason why = {""};
		size_t size = 0;

		if (!is_wanted_link(link))
			continue;
		target = follow(unpacking, link);
		if (!target) {
			fail_member(unpacking, link->name,
				    "a link to what is no BTF of this archive; left out");
			continue;
		}
		err = output_folder_read(&unpacking->folder, target->name, COREBTF_MAX_BLOB_SIZE,
					 &data, &size, &why);
		if (err)
			fail_member(unpacking, target->name, why.text);
		else
			err = save(unpacking, link, data, size);
	}
	return err;
}

static int unpack(struct unpacking *unpacking, const char *folder)
{
	struct reason why = {""};
	int err = archive_reader_open(unpacking->file, note_skipped, unpacking, &unpacking->reader,
				      &why);

	if (err) {
		engine_say(unpacking->events, ENGINE_FAILURE, unpacking->name, "%s", why.text);
		return err;
	}
	err = output_folder_open(folder, &unpacking->folder, &why);
	if (err) {
		engine_say(unpacking->events, ENGINE_FAILURE, folder, "%s", why.text);
		return err;
	}
	err = take_members(unpacking);
	if (!err)
		err = make_links(unpacking);
	return err;
}

int unpacking_run(const char *archive, const char *name, const char *folder,
		  const struct engine_events *events, struct unpack_counts *ret_counts)
{
	_cleanup_(cleanup_unpacking) struct unpacking unpacking = {
		.events = events,
		.file = archive,
		.name = name,
		.folder = {.fd = -1},
	};
	int err;

	unpacking.last = &unpacking.members;
	err = unpack(&unpacking, folder);
	*ret_counts = unpacking.counts;
	return err;
}
