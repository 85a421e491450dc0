/* SPDX-License-Identifier: MIT */
/*
 * One pass: a member that fits better than the best so far takes its place, bytes and all, so
 * that one BTF at most is kept. Of members with one name the last counts, since that is
 * the one that tar leaves on the disk.
 *
 * A hard link leads to an earlier member, whose bytes have gone by when the link is seen, and a
 * symbolic link to any. So the bytes of a link are fetched in another pass, by name.
 *
 * Memory grows with the bytes that are really there, not with what a header says.
 */
#include <errno.h>
#include <inttypes.h>
#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/kernel/distro.h"
#include "runtime/format.h"
#include "runtime/kernel/machine.h"
#include "runtime/tar/tar_find.h"
#include "runtime/tar/tar_name.h"

#define MAX_LINKS	8
#define FIRST_ROOM	4096
#define MAX_SIZE	COREBTF_MAX_BLOB_SIZE
#define BTF_HEADER_SIZE 24 /* the oldest header: libbpf takes nothing shorter */

/* How well a member fits; each of these counts more than all after it. */
struct rank {
	bool is_machine; /* not just the 64-bit sibling of a 32-bit machine */
	bool is_hinted;	 /* of the distribution that uname -v names */
	uint32_t newest; /* and there, of its newest version, if uname -v says so */
	bool is_os;
	bool is_version;
};

struct content {
	uint8_t *data;
	size_t size;
	size_t room;
};

struct search {
	const struct log *log;
	const void *tar;
	size_t tar_size;
	struct kernel *kernel;
	const char *sibling;
	struct distro distro; /* the host's */
	struct distro_hint hint;
	bool has_hint;
	/* The best so far. */
	bool found;
	bool ambiguous;
	struct rank rank;
	struct content content;
	char name[TAR_NAME_SIZE]; /* normalised */
	char link[TAR_NAME_SIZE]; /* where its bytes are instead; "": here */
	char next[TAR_NAME_SIZE]; /* where that one leads to */
	/* For the log, when nothing fits. */
	size_t btfs;
	char other[TAR_NAME_SIZE]; /* has the release, but another machine */
};

static int compare_ranks(const struct rank *a, const struct rank *b)
{
#define COMPARE(member)                                                                            \
	if (a->member != b->member)                                                                \
	return a->member < b->member ? -1 : 1
	COMPARE(is_machine);
	COMPARE(is_hinted);
	COMPARE(newest);
	COMPARE(is_os);
	COMPARE(is_version);
#undef COMPARE
	return 0;
}

/* Whether a member is for this kernel, and how well it fits. */
static bool fits(struct search *search, const struct tar_name_key *key, struct rank *rank)
{
	const struct kernel *kernel = search->kernel;
	const char *machine = machine_canonical(key->machine);
	struct distro distro;

	memset(rank, 0, sizeof(*rank));
	if (strcmp(key->release, kernel->release) != 0)
		return false;
	rank->is_machine = !strcmp(machine, kernel->machine);
	if (!rank->is_machine && (!search->sibling || strcmp(machine, search->sibling) != 0))
		return false;
	distro_normalise(key->os_id, key->version_id, &distro);
	if (search->has_hint && *distro.id && !strcmp(distro.id, search->hint.distro.id)) {
		if (search->hint.native)
			rank->newest = distro_version_number(distro.version);
		rank->is_hinted =
			search->hint.native || !strcmp(distro.version, search->hint.distro.version);
	}
	if (*distro.id && !strcmp(distro.id, search->distro.id)) {
		rank->is_os = true;
		rank->is_version =
			*distro.version && !strcmp(distro.version, search->distro.version);
	}
	return true;
}

/* Reads the data of the member that the tar stands at. */
static int read_content(struct tar *tar, const struct log *log, struct content *content)
{
	content->size = 0;
	if (tar->member.is_sparse)
		return log_error(log, -EBADMSG,
				 "%s: stored sparse; make the archive without tar's --sparse",
				 tar->member.name);
	if (tar->member.size > MAX_SIZE)
		return log_error(log, -EFBIG, "%s: %" PRIu64 " bytes are no BTF", tar->member.name,
				 tar->member.size);
	for (;;) {
		int got;

		if (content->size == content->room) {
			size_t room = content->room ? 2 * content->room : FIRST_ROOM;
			uint8_t *data = realloc(content->data, room);

			if (!data)
				return log_error(log, -ENOMEM, "no memory for a BTF");
			content->data = data;
			content->room = room;
		}
		got = tar_read(tar, content->data + content->size, content->room - content->size);
		if (got <= 0)
			return got;
		content->size += (size_t)got;
	}
}

static bool is_link(const struct tar_member *member)
{
	return member->kind == TAR_HARD_LINK || member->kind == TAR_SYMBOLIC_LINK;
}

/* Where a link leads, normalised. */
static int link_target(const struct tar_member *member, const struct log *log,
		       char target[static TAR_NAME_SIZE])
{
	bool symbolic = member->kind == TAR_SYMBOLIC_LINK;

	if (tar_name_normalise(member->link, symbolic ? member->name : NULL, target) && *target)
		return 0;
	return log_error(log, -EBADMSG, "%s: a link out of the archive, to %s", member->name,
			 member->link);
}

/* Takes the member as the best one. */
static int take(struct search *search, struct tar *tar, const char *name, const struct rank *rank)
{
	search->found = true;
	search->rank = *rank;
	strcpy(search->name, name);
	search->link[0] = '\0';
	if (is_link(&tar->member))
		return link_target(&tar->member, search->log, search->link);
	return read_content(tar, search->log, &search->content);
}

/* Whether the data of the member that the tar stands at is what is kept. */
static int is_same_content(struct tar *tar, const struct content *content)
{
	uint8_t part[1024];
	size_t done = 0;
	int got;

	if (tar->member.is_sparse || tar->member.size != content->size)
		return 0;
	while ((got = tar_read(tar, part, sizeof(part))) > 0) {
		if (memcmp(part, content->data + done, (size_t)got) != 0)
			return 0;
		done += (size_t)got;
	}
	return got < 0 ? got : 1;
}

/* A member that fits as well as the best one, which stays: are their bytes the same? */
static int compare_contents(struct search *search, struct tar *tar)
{
	char target[TAR_NAME_SIZE];
	int result;

	if (is_link(&tar->member)) {
		result = link_target(&tar->member, search->log, target);
		if (result)
			return result;
		/* as far as one pass can tell */
		result = !strcmp(target, search->name) || !strcmp(target, search->link);
	} else if (*search->link) {
		result = !strcmp(tar->member.name, search->link);
	} else {
		result = is_same_content(tar, &search->content);
	}
	if (result == 0)
		search->ambiguous = true;
	return result < 0 ? result : 0;
}

static int consider(struct search *search, struct tar *tar)
{
	char name[TAR_NAME_SIZE], parts[TAR_NAME_SIZE];
	struct tar_name_key key;
	struct rank rank;
	int order;

	if (tar->member.kind == TAR_OTHER || !tar_name_normalise(tar->member.name, NULL, name))
		return 0;
	strcpy(parts, name);
	if (!tar_name_split(parts, &key))
		return 0;
	search->btfs++;
	if (!fits(search, &key, &rank)) {
		if (!strcmp(key.release, search->kernel->release))
			strcpy(search->other, name);
		return 0;
	}
	if (search->found && !strcmp(name, search->name)) {
		log_line(search->log, "%s: once more, the later one counts", name);
		return take(search, tar, name, &rank);
	}
	order = search->found ? compare_ranks(&rank, &search->rank) : 1;
	log_line(search->log, "%s: %s", name,
		 !search->found ? "for this kernel"
		 : order > 0	? "for this kernel, fits better"
		 : order < 0	? "for this kernel, fits less"
				: "for this kernel, fits as well");
	if (order < 0)
		return 0;
	if (order == 0)
		return compare_contents(search, tar);
	search->ambiguous = false;
	return take(search, tar, name, &rank);
}

/* Goes over the archive once with @visit. */
static int pass(struct search *search, int (*visit)(struct search *search, struct tar *tar))
{
	struct tar *tar = malloc(sizeof(*tar));
	int result;

	if (!tar)
		return log_error(search->log, -ENOMEM, "no memory to read the archive");
	result = tar_open(tar, search->tar, search->tar_size, search->log);
	if (!result) {
		while ((result = tar_next(tar)) > 0) {
			result = visit(search, tar);
			if (result)
				break;
		}
		tar_close(tar);
	}
	free(tar);
	return result;
}

/* The member that the link leads to: its bytes, or where it leads in turn. */
static int fetch(struct search *search, struct tar *tar)
{
	char name[TAR_NAME_SIZE];

	if (tar->member.kind == TAR_OTHER || !tar_name_normalise(tar->member.name, NULL, name) ||
	    strcmp(name, search->link) != 0)
		return 0;
	search->found = true;
	search->next[0] = '\0';
	if (is_link(&tar->member))
		return link_target(&tar->member, search->log, search->next);
	return read_content(tar, search->log, &search->content);
}

static int follow_links(struct search *search)
{
	for (int links = 0; *search->link; links++) {
		int err;

		if (links == MAX_LINKS)
			return log_error(search->log, -EBADMSG, "%s: a chain of more than %d links",
					 search->name, MAX_LINKS);
		search->found = false;
		log_line(search->log, "%s: a link to %s", search->name, search->link);
		err = pass(search, fetch);
		if (err)
			return err;
		if (!search->found)
			return log_error(search->log, -EBADMSG,
					 "%s: a link to %s, which is not in the archive",
					 search->name, search->link);
		strcpy(search->link, search->next);
	}
	return 0;
}

/* An empty file is what a failed trim leaves behind, and libbpf only says that it cannot be read.
 */
static int check_content(const struct search *search)
{
	const struct content *content = &search->content;
	uint16_t magic = 0;

	if (content->size >= BTF_HEADER_SIZE)
		memcpy(&magic, content->data, sizeof(magic));
	if (magic == BTF_MAGIC || magic == __builtin_bswap16(BTF_MAGIC))
		return 0;
	return log_error(search->log, -EBADMSG, "%s: %zu bytes that are no BTF", search->name,
			 content->size);
}

static int no_btf(const struct search *search)
{
	if (*search->other)
		log_line(search->log, "%s has the release, but is for another machine",
			 search->other);
	return log_error(search->log, -ENOENT,
			 "none of its %zu BTFs is for release %s on machine %s", search->btfs,
			 search->kernel->release, search->kernel->machine);
}

static enum corebtf_match match_of(const struct rank *rank)
{
	if (rank->is_hinted)
		return COREBTF_MATCH_UNAME_VERSION;
	return rank->is_os ? COREBTF_MATCH_OS : COREBTF_MATCH_RELEASE;
}

static void give(struct search *search, struct tar_btf *btf)
{
	struct tar_name_key key = {.release = ""};

	btf->data = search->content.data;
	btf->size = search->content.size;
	search->content.data = NULL;
	btf->match = match_of(&search->rank);
	btf->ambiguous = search->ambiguous;
	strcpy(btf->name, search->name);
	strcpy(btf->parts, search->name);
	tar_name_split(btf->parts, &key);
	btf->os_id = key.os_id;
	btf->version_id = key.version_id;
	btf->machine = key.machine;
	btf->release = key.release;
	log_line(search->log, "chosen: %s, %zu bytes%s", btf->name, btf->size,
		 btf->ambiguous ? "; ambiguous, another BTF fits as well" : "");
}

static int find(struct search *search, struct tar_btf *ret_btf)
{
	int err = pass(search, consider);

	if (err)
		return err;
	if (!search->found)
		return no_btf(search);
	err = follow_links(search);
	if (!err)
		err = check_content(search);
	if (!err)
		give(search, ret_btf);
	return err;
}

int tar_find(const void *tar, size_t size, struct kernel *kernel, const struct log *log,
	     struct tar_btf *ret_btf)
{
	struct search *search = calloc(1, sizeof(*search));
	int err;

	if (!search)
		return log_error(log, -ENOMEM, "no memory to read the archive");
	search->log = log;
	search->tar = tar;
	search->tar_size = size;
	search->kernel = kernel;
	search->sibling = machine_64bit_sibling(kernel->machine);
	kernel_learn_os(kernel);
	distro_normalise(kernel->os_id, kernel->version_id, &search->distro);
	search->has_hint = distro_from_uname_version(kernel->uname_version, &search->hint);
	log_line(log, "looking for release %s, machine %s in %zu bytes of tar", kernel->release,
		 kernel->machine, size);

	err = find(search, ret_btf);
	free(search->content.data);
	free(search);
	return err;
}
