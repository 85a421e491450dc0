/* SPDX-License-Identifier: MIT */
/*
 * Every member for this kernel is a candidate. While the tar is read, the bytes of the best
 * candidate so far go into a draft, which is emptied when a better one comes; of the others size
 * and checksum are kept. At the end the candidates are ranked like the entries of a bundle.
 *
 * A link stands for another member. When that member comes later, it is kept then; when it was
 * already read, a second pass fetches it, along with size and checksum of other candidates that are
 * links. All links are known by then, so that there is never a third pass.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "runtime/bundle/format.h"
#include "runtime/tar/tar_candidates.h"
#include "runtime/tar/tar_find.h"
#include "runtime/util/btf_magic.h"
#include "runtime/util/file_bytes.h"

#define MAX_SIZE COREBTF_MAX_BLOB_SIZE

struct search {
	const struct log *log;
	const void *tar;
	size_t tar_size;
	struct tar_candidates candidates;
	struct tar_links links;
	/* What is kept. */
	struct draft draft;
	tar_name_hash kept; /* the member's name; 0: none is */
	struct content_note kept_content;
	/* For the log, when nothing fits. */
	size_t btfs;
	char other[TAR_NAME_SIZE]; /* has the release, but another machine */
	char text[TAR_NAME_SIZE];
	uint8_t part[32768]; /* as much as deflate looks back */
};

static int note_link(struct search *search, const struct tar_member *member, tar_name_hash hash)
{
	int err;

	if (!tar_member_is_link(member)) {
		tar_links_remove(&search->links, hash);
		return 0;
	}
	err = tar_links_add(&search->links, hash, member->target);
	if (err == -EFBIG)
		return log_error(search->log, err, "more than %d links", TAR_LINKS_MAX);
	return err ? log_error(search->log, err, "no memory to read the archive") : 0;
}

/* Whether the member's name is one of a BTF for this kernel. */
static bool is_for_kernel(struct search *search, const char *path, bool *ret_sibling)
{
	struct kernel_id id;

	strcpy(search->text, path);
	if (!tar_name_split(search->text, &id))
		return false;
	search->btfs++;
	if (strcmp(id.release, search->candidates.kernel->id.release) != 0)
		return false;
	if (tar_candidates_fit(&search->candidates, id.machine, ret_sibling))
		return true;
	strcpy(search->other, path);
	return false;
}

static int note_candidate(struct search *search, const struct tar_member *member,
			  tar_name_hash hash, bool is_sibling, struct tar_candidate **ret_candidate)
{
	const char *link = tar_member_is_link(member) ? member->target : NULL;
	size_t before = search->candidates.count;
	int err = tar_candidates_add(&search->candidates, member->path, hash, link, is_sibling,
				     ret_candidate);

	if (err == -EFBIG)
		return log_error(search->log, err, "more than %d BTFs for this kernel",
				 TAR_CANDIDATES_MAX);
	if (err)
		return log_error(search->log, err, "no memory to read the archive");
	if (search->candidates.count == before)
		log_line(search->log, "%s: once more, the later one counts", member->path);
	return 0;
}

/* The checksum of what is kept takes as long as unpacking, so it is computed only when there is
 * something to compare with. */
static int sum_kept(struct search *search)
{
	struct content_note *content = &search->kept_content;
	size_t size = search->draft.size;
	int err;

	if (!search->kept || content->state != CONTENT_SEEN || content->has_sum)
		return 0;
	for (size_t done = 0; done < size; done += sizeof(search->part)) {
		size_t some =
			size - done < sizeof(search->part) ? size - done : sizeof(search->part);

		err = file_bytes_read(search->draft.fd, search->part, some, done);
		if (err)
			return log_error(search->log, err, "a BTF cannot be read back: %s",
					 strerror(-err));
		content->sum = (uint32_t)crc32_z(content->sum, search->part, (size_t)some);
	}
	content->has_sum = true;
	for (size_t i = 0; i < search->candidates.count; i++)
		if (search->candidates.members[i].hash == search->kept)
			search->candidates.members[i].content = *content;
	return 0;
}

/* Opens the draft, or empties it of what was the best until now. */
static int start_draft(struct search *search)
{
	int err = sum_kept(search);

	if (err)
		return err;
	err = search->draft.fd < 0 ? draft_open(&search->draft, true, search->log)
				   : draft_empty(&search->draft);
	return err ? log_error(search->log, err, "no file for a BTF: %s", strerror(-err)) : 0;
}

/* Reads the data of the member that the tar stands at: into the draft, or for its checksum. */
static int read_content(struct search *search, struct tar *tar, bool keep,
			struct content_note *content)
{
	int got, err;

	*content = (struct content_note){.state = CONTENT_SEEN, .size = tar->member.size};
	if (tar->member.is_sparse)
		content->state = CONTENT_SPARSE;
	else if (tar->member.size > MAX_SIZE)
		content->state = CONTENT_TOO_LARGE;
	if (content->state != CONTENT_SEEN)
		return 0; /* which is only wrong if it is the one in the end */
	while ((got = tar_read(tar, search->part, sizeof(search->part))) > 0) {
		if (!keep) {
			content->sum = (uint32_t)crc32_z(content->sum, search->part, (size_t)got);
			continue;
		}
		err = draft_write(&search->draft, search->part, (size_t)got);
		if (err)
			return log_error(search->log, err,
					 "no file for a BTF of %" PRIu64 " bytes: %s",
					 content->size, strerror(-err));
	}
	content->has_sum = !keep;
	return got;
}

/* Reads a file that may be the wanted one, a candidate, or both. */
static int read_file(struct search *search, struct tar *tar, tar_name_hash hash, bool is_wanted,
		     struct content_note *content)
{
	int err = is_wanted ? start_draft(search) : 0;

	if (err)
		return err;
	err = read_content(search, tar, is_wanted, content);
	if (is_wanted) {
		search->kept = hash;
		search->kept_content = *content;
	}
	return err;
}

/* The name of the file to keep, by the links that are known so far; 0: none. */
static tar_name_hash wanted_name(const struct search *search)
{
	const struct tar_candidates *candidates = &search->candidates;
	tar_name_hash end = 0;

	if (candidates->count)
		tar_links_follow(&search->links, candidates->members[candidates->best].hash, &end);
	return end;
}

/* Whether the member has bytes, or stands for some, under a name inside the archive. */
static bool has_content(const struct tar_member *member)
{
	return member->kind != TAR_OTHER && *member->path;
}

/* The first pass. */
static int consider(struct search *search, struct tar *tar)
{
	const struct tar_member *member = &tar->member;
	bool is_candidate, is_sibling, is_wanted;
	struct tar_candidate *candidate = NULL;
	struct content_note content;
	tar_name_hash hash;
	int err;

	if (!has_content(member))
		return 0;
	is_candidate = is_for_kernel(search, member->path, &is_sibling);
	/* Without links, other names do not matter. */
	if (!is_candidate && !tar_member_is_link(member) && !search->links.count)
		return 0;
	hash = tar_links_hash(member->path);
	if (hash == search->kept)
		search->kept = 0; /* that was an earlier one of this name */
	err = note_link(search, member, hash);
	if (!err && is_candidate)
		err = note_candidate(search, member, hash, is_sibling, &candidate);
	if (err || tar_member_is_link(member))
		return err;
	is_wanted = hash == wanted_name(search);
	if (!is_wanted && !candidate)
		return 0;
	return read_file(search, tar, hash, is_wanted, candidate ? &candidate->content : &content);
}

/* Whether a candidate's links end at this name. */
static bool stands_for(const struct search *search, const struct tar_candidate *candidate,
		       tar_name_hash hash)
{
	tar_name_hash end;

	return candidate->link && !tar_links_follow(&search->links, candidate->hash, &end) &&
	       end == hash;
}

/* The second pass: the bytes that links stand for. */
static int fetch(struct search *search, struct tar *tar)
{
	bool is_wanted, is_asked;
	struct content_note content;
	tar_name_hash hash;
	int err;

	if (!has_content(&tar->member) || tar_member_is_link(&tar->member))
		return 0;
	hash = tar_links_hash(tar->member.path);
	is_asked = is_wanted = hash == wanted_name(search);
	for (size_t i = 0; i < search->candidates.count; i++)
		is_asked |= stands_for(search, &search->candidates.members[i], hash);
	if (!is_asked)
		return 0;
	err = read_file(search, tar, hash, is_wanted, &content);
	for (size_t i = 0; !err && i < search->candidates.count; i++)
		if (stands_for(search, &search->candidates.members[i], hash))
			search->candidates.members[i].content = content;
	return err;
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

/* Whether the archive has to be read again: for the bytes to hand over, or for a checksum to
 * compare. A single candidate is compared with nothing. */
static int resolve_links(struct search *search, bool *ret_again)
{
	bool several = search->candidates.count > 1, all_seen;
	int err = several ? sum_kept(search) : 0;

	if (err)
		return err;
	all_seen = tar_candidates_resolve(&search->candidates, &search->links, search->kept,
					  &search->kept_content);
	*ret_again = (several && !all_seen) || search->kept != wanted_name(search);
	return 0;
}

/* An empty file is what a failed trim leaves behind, and libbpf only says that it cannot be read.
 */
static int check_content(const struct search *search, const struct tar_candidate *candidate)
{
	const struct draft *draft = &search->draft;
	uint8_t start[BTF_MAGIC_HEADER_SIZE];
	int err;

	switch (candidate->content.state) {
	case CONTENT_SPARSE:
		return log_error(search->log, -EBADMSG,
				 "%s: stored sparse; make the archive without tar's --sparse",
				 candidate->name);
	case CONTENT_TOO_LARGE:
		return log_error(search->log, -EFBIG, "%s: %" PRIu64 " bytes are no BTF",
				 candidate->name, candidate->content.size);
	default:
		break;
	}
	if (draft->size >= sizeof(start)) {
		err = file_bytes_read(draft->fd, start, sizeof(start), 0);
		if (err)
			return log_error(search->log, err, "%s: cannot be read back: %s",
					 candidate->name, strerror(-err));
		if (btf_magic_is(start, draft->size))
			return 0;
	}
	return log_error(search->log, -EBADMSG, "%s: %zu bytes that are no BTF", candidate->name,
			 draft->size);
}

static int check_candidate(const struct search *search, const struct tar_candidate *candidate)
{
	tar_name_hash end;

	switch (tar_links_follow(&search->links, candidate->hash, &end)) {
	case -EXDEV:
		return log_error(search->log, -EBADMSG,
				 "%s: a link out of the archive, or to one (%s)", candidate->name,
				 candidate->link);
	case -ELOOP:
		return log_error(search->log, -EBADMSG, "%s: a chain of more than %d links",
				 candidate->name, LINK_PATH_FOLLOWED_MAX);
	default:
		break;
	}
	if (candidate->content.state == CONTENT_NOT_SEEN)
		return log_error(search->log, -EBADMSG,
				 "%s: a link to %s, which is not in the archive", candidate->name,
				 candidate->link);
	return check_content(search, candidate);
}

static int no_btf(const struct search *search)
{
	if (search->candidates.count)
		return log_error(
			search->log, -ENOENT,
			"no BTF for this build of release %s on machine %s: what is there is "
			"another distribution's, as uname -v says",
			search->candidates.kernel->id.release,
			search->candidates.kernel->id.machine);
	if (*search->other)
		log_line(search->log, "%s has the release, but is for another machine",
			 search->other);
	return log_error(search->log, -ENOENT,
			 "none of its %zu BTFs is for release %s on machine %s", search->btfs,
			 search->candidates.kernel->id.release,
			 search->candidates.kernel->id.machine);
}

static void give(struct search *search, const struct tar_candidate *candidate,
		 const struct rank_choice *choice, struct tar_btf *btf)
{
	btf->draft = search->draft;
	search->draft.fd = -1;
	search->draft.name = NULL;
	btf->match = choice->match;
	btf->ambiguous = choice->ambiguous;
	strcpy(btf->name, candidate->name);
	strcpy(btf->parts, candidate->name);
	tar_name_split(btf->parts, &btf->id);
	log_line(search->log, "chosen: %s, %zu bytes, by %s%s", btf->name, btf->draft.size,
		 choice->by, btf->ambiguous ? "; ambiguous, another BTF fits as well" : "");
}

static int find(struct search *search, struct tar_btf *ret_btf)
{
	const struct tar_candidate *chosen;
	struct rank_choice choice;
	bool again;
	int result = pass(search, consider);

	if (result)
		return result;
	result = resolve_links(search, &again);
	if (!result && again) {
		log_line(search->log,
			 "a link leads to a file that was already read: reading again");
		result = pass(search, fetch);
		if (!result)
			result = resolve_links(search, &again);
	}
	if (result)
		return result;
	result = tar_candidates_choose(&search->candidates, search->log, &choice);
	if (result <= 0)
		return result ? result : no_btf(search);
	chosen = &search->candidates.members[choice.candidate.number];
	result = check_candidate(search, chosen);
	if (!result)
		give(search, chosen, &choice, ret_btf);
	return result;
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
	tar_candidates_start(&search->candidates, kernel);
	search->draft = (struct draft)DRAFT_NONE;
	log_line(log, "reading %zu bytes of tar", size);

	err = find(search, ret_btf);
	tar_candidates_release(&search->candidates);
	tar_links_release(&search->links);
	draft_close(&search->draft);
	free(search);
	return err;
}
