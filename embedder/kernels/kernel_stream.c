/* SPDX-License-Identifier: MIT */
/*
 * In: an archive, a package, a pack or a kernel's own file. Out: the kernels in it, one at a time.
 */
#include "embedder/kernels/kernel_stream.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/archive/archive_reader.h"
#include "embedder/image/kernel_btf.h"
#include "embedder/image/kernel_excerpt.h"
#include "embedder/kernels/kernel_links.h"
#include "embedder/kernels/kernel_pending.h"
#include "embedder/kernels/kernel_path.h"
#include "embedder/kernels/kernel_source.h"
#include "embedder/kernels/kernel_tree.h"
#include "embedder/kernels/pack_stream.h"
#include "embedder/modules/module_name.h"
#include "embedder/util/cleanup.h"

/* How many folders of a member's name make its place certain. */
#define LAYOUT_DEPTH 3

/* How much memory unpacking a member takes besides the member, in times its size: a guess by its
 * name, before its bytes are read. kernel_btf.c asks for more where it is too little. */
#define PACKED_GUESS 16
#define KERNEL_GUESS 12
#define ELF_GUESS    1

/* An archive may hold millions of bad names: only the first ones are reported. */
#define SKIPPED_REPORTED_MAX 100

/* The longest name printed. */
#define NAME_PRINTED_MAX 160

struct kernel_stream {
	const struct kernel_source *source;
	struct kernel_stream_opts opts;
	bool ended;
	size_t seen; /* members named like kernels, usable or not */
	size_t skipped;

	struct pack_stream *pack; /* of a pack */
	/* A kernel's own file has no reader. */
	struct archive_reader *reader;
	bool is_package;   /* a .deb or .rpm, which is of one kernel */
	bool found_kernel; /* it was found: the rest of the package is not read */
	bool has_modules;  /* the package has modules, so it may be beside that of their kernel */
	char *place;	   /* the folder of the archive, absolute; NULL: not known */
	size_t number;	   /* of members, so far */
	struct kernel_links links;
	struct kernel_pending pending;
	bool is_again; /* the second pass, for the links and what is pending: */
	struct kernel_link
		*link; /* the next to be handed out; NULL: the next member is to be read */
	struct kernel_btf linked; /* the bytes of @link, or of the link before */
};

/* --- members ---------------------------------------------------------------------------------- */

static void report(struct kernel_stream *stream, const char *member, const char *why)
{
	_cleanup_free_ char *path = NULL;

	if (!stream->opts.skip)
		return;
	if (stream->skipped++ >= SKIPPED_REPORTED_MAX)
		return;
	if (*member && asprintf(&path, "%s: %.*s%s", stream->source->path, NAME_PRINTED_MAX, member,
				strlen(member) > NAME_PRINTED_MAX ? "..." : "") < 0)
		path = NULL;
	stream->opts.skip(stream->opts.context, path ? path : stream->source->path, why);
}

/* In the second pass it was reported already. */
static void skip(struct kernel_stream *stream, const char *member, const char *why)
{
	if (!stream->is_again)
		report(stream, member, why);
}

static void skip_in_archive(void *context, const char *name, const char *why)
{
	skip(context, name, why);
}

static void report_skipped_count(const struct kernel_stream *stream)
{
	struct reason line;

	if (!stream->opts.skip || stream->skipped <= SKIPPED_REPORTED_MAX)
		return;
	reason_set(&line, 0, "skipped: %zu more that cannot be used",
		   stream->skipped - SKIPPED_REPORTED_MAX);
	stream->opts.skip(stream->opts.context, stream->source->path, line.text);
}

static bool is_wanted(const struct kernel_stream *stream, const struct kernel_id *id)
{
	return !stream->opts.want || stream->opts.want(stream->opts.context, id);
}

/* Hidden files and folders (.git, ._NAME) are skipped, as in a walk through a folder. */
static bool is_hidden(const char *name)
{
	return *name == '.' || strstr(name, "/.");
}

/* A member's name, taken apart. */
struct place {
	char *folder; /* "" for none */
	const char *name;
	unsigned int depth; /* folders */
};

static void cleanup_place(struct place *place)
{
	free(place->folder);
}

static int take_apart(const char *name, struct place *ret_place)
{
	const char *slash = strrchr(name, '/');

	*ret_place = (struct place){
		.folder = strndup(name, slash ? (size_t)(slash - name) : 0),
		.name = slash ? slash + 1 : name,
		.depth = slash ? 1 : 0,
	};
	if (!ret_place->folder)
		return -ENOMEM;
	for (const char *c = ret_place->folder; *c; c++)
		ret_place->depth += *c == '/';
	return 0;
}

/*
 * The key of a member called RELEASE.btf: from its place in the archive as if that were a folder,
 * then from the archive's own place. -EINVAL: not known.
 */
static int read_key(const struct kernel_stream *stream, const struct place *place,
		    struct kernel_id *ret_id, struct reason *why)
{
	const struct kernel_id *as = stream->source->as;
	_cleanup_free_ char *outside = NULL;
	int err = kernel_path_read(place->folder, place->name, place->depth >= LAYOUT_DEPTH, ret_id,
				   why);

	if (err == -EINVAL && stream->place) {
		outside = kernel_tree_join(stream->place, place->folder);
		err = outside ? kernel_path_read(outside, place->name, false, ret_id, NULL)
			      : -ENOMEM;
	}
	if (err == -EINVAL && as && as->machine)
		err = kernel_path_read_release(place->folder, place->name, ret_id, why);
	if (!err)
		err = kernel_as_apply(as, ret_id, why);
	return err;
}

static int name_file(const struct kernel_stream *stream, const char *member,
		     struct kernel_file *file, struct reason *why)
{
	if (asprintf(&file->path, "%s: %s", stream->source->path, member) < 0) {
		file->path = NULL;
		return reason_errno(why, -ENOMEM, "cannot keep its name");
	}
	file->as = stream->source->as;
	file->package = stream->is_package ? stream->source->path : NULL;
	return 0;
}

/* Whether only a part of the member is kept. */
static bool is_excerpt(const struct archive_member *member, enum kernel_path_kind kind)
{
	return kind == KERNEL_PATH_KERNEL && member->size > KERNEL_EXCERPT_MIN;
}

static uint64_t cost_of(const struct kernel_stream *stream, const struct archive_member *member,
			enum kernel_path_kind kind)
{
	const char *slash = strrchr(member->name, '/'), *name = slash ? slash + 1 : member->name;
	uint64_t guess, cost;

	if (is_excerpt(member, kind))
		return memory_budget_at_most(stream->opts.budget, member->size < KERNEL_EXCERPT_MAX
									  ? member->size
									  : KERNEL_EXCERPT_MAX);
	if (kind == KERNEL_PATH_BTF)
		guess = strcmp(name + strlen(name) - 4, ".btf") == 0 ? 0 : PACKED_GUESS;
	else
		guess = strncmp(name, "vmlinux", 7) == 0 ? ELF_GUESS : KERNEL_GUESS;
	cost = memory_budget_at_most(stream->opts.budget, member->size * (1 + guess));
	return cost < member->size ? member->size : cost; /* its own size is no guess */
}

/* Of a large vmlinux, what is looked at, in at most @limit bytes. */
static int read_excerpt(struct kernel_stream *stream, const struct archive_member *member,
			size_t limit, struct kernel_btf *ret_bytes, struct reason *why)
{
	_cleanup_(kernel_excerpt_close) struct kernel_excerpt excerpt = {0};
	int err = kernel_excerpt_open((size_t)member->size, limit, &excerpt, why);

	if (!err)
		err = archive_reader_read_pieces(stream->reader, kernel_excerpt_take, &excerpt,
						 why);
	return err ? err : kernel_excerpt_finish(&excerpt, ret_bytes, why);
}

/* After -EFBIG the member is skipped; other errors end the stream. */
static int read_member(struct kernel_stream *stream, const struct archive_member *member,
		       enum kernel_path_kind kind, struct kernel_btf *ret_bytes, struct reason *why)
{
	uint64_t limit = kind == KERNEL_PATH_BTF ? KERNEL_BTF_SIZE_MAX : KERNEL_FILE_SIZE_MAX, cost;
	struct kernel_btf bytes = {0};
	int err;

	if (member->size > limit)
		return reason_set(why, -EFBIG,
				  "it has %llu bytes, more than the %llu that are accepted",
				  (unsigned long long)member->size, (unsigned long long)limit);
	cost = cost_of(stream, member, kind);
	err = memory_budget_acquire(stream->opts.budget, cost, why);
	if (err)
		return err;
	if (is_excerpt(member, kind)) {
		err = read_excerpt(stream, member, (size_t)cost, &bytes, why);
	} else {
		err = archive_reader_read(stream->reader, limit, &bytes.memory, &bytes.size, why);
		bytes.data = bytes.memory;
	}
	bytes.budget = stream->opts.budget;
	bytes.held = cost;
	if (err) {
		kernel_btf_close(&bytes);
		return err;
	}
	*ret_bytes = bytes;
	return 0;
}

/* --- the first time --------------------------------------------------------------------------- */

/* A member RELEASE.btf. 1: handed out; 0: not; -errno: as kernel_stream_next(). */
static int take_btf(struct kernel_stream *stream, const struct archive_member *member,
		    const struct place *place, struct kernel_file *file,
		    struct kernel_btf *ret_bytes, struct reason *why)
{
	struct reason member_why = {""};
	int err = read_key(stream, place, &file->id, &member_why);

	if (err == -EINVAL) {
		skip(stream, member->name, member_why.text);
		return 0;
	}
	if (err)
		return reason_set(why, err, "%s", member_why.text);
	if (!is_wanted(stream, &file->id))
		return 0;
	err = name_file(stream, member->name, file, why);
	if (err)
		return err;
	if (member->kind != ARCHIVE_FILE) {
		err = kernel_links_add(&stream->links, member->name, member->link,
				       member->kind == ARCHIVE_SYMBOLIC_LINK, file, &member_why);
		if (err == -EINVAL)
			skip(stream, member->name, member_why.text);
		return err == -EINVAL ? 0 : reason_set(why, err, "%s", member_why.text);
	}
	err = ret_bytes ? read_member(stream, member, KERNEL_PATH_BTF, ret_bytes, &member_why) : 0;
	if (err == -EFBIG) {
		skip(stream, member->name, member_why.text);
		return 0;
	}
	return err ? reason_set(why, err, "%s: %s", member->name, member_why.text) : 1;
}

/* Completes the key with what the kernel says of itself. 1: wanted; 0: not wanted, or reported. */
static int identify(struct kernel_stream *stream, const char *member,
		    const struct kernel_btf *bytes, struct kernel_file *file)
{
	struct kernel_facts facts;
	struct reason why = {""};
	int err = kernel_btf_identify(bytes->data, bytes->size, &facts, &why);

	if (!err)
		err = kernel_file_complete(file, &facts, &why);
	if (err)
		skip(stream, member, why.text);
	return !err && is_wanted(stream, &file->id);
}

/* A member like vmlinuz-RELEASE: the file itself says which kernel it is. */
static int take_kernel(struct kernel_stream *stream, const struct archive_member *member,
		       const struct place *place, struct kernel_file *file,
		       struct kernel_btf *ret_bytes, struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf bytes = {0};
	struct reason member_why = {""};
	int err;

	if (member->kind != ARCHIVE_FILE) /* another name of the same kernel */
		return 0;
	err = kernel_path_read_release(place->folder, place->name, &file->id, why);
	if (!err)
		err = kernel_as_apply(stream->source->as, &file->id, why);
	if (!err)
		err = name_file(stream, member->name, file, why);
	if (err)
		return err;
	err = read_member(stream, member, KERNEL_PATH_KERNEL, &bytes, &member_why);
	if (err == -EFBIG) {
		skip(stream, member->name, member_why.text);
		return 0;
	}
	if (err)
		return reason_set(why, err, "%s: %s", member->name, member_why.text);
	if (!identify(stream, member->name, &bytes, file))
		return 0;
	if (!ret_bytes)
		return 1;
	if (is_excerpt(member, KERNEL_PATH_KERNEL)) {
		err = kernel_pending_add(&stream->pending, stream->number, &bytes,
					 stream->opts.types, file, why);
		if (err)
			return err < 0 ? err : 0;
	}
	*ret_bytes = bytes;
	memset(&bytes, 0, sizeof(bytes));
	return 1;
}

static int take_member(struct kernel_stream *stream, const struct archive_member *member,
		       struct kernel_file *ret_file, struct kernel_btf *ret_bytes,
		       struct reason *why)
{
	_cleanup_(cleanup_place) struct place place = {0};
	_cleanup_(kernel_file_clear) struct kernel_file file = {0};
	enum kernel_path_kind kind;
	int taken;

	if (is_hidden(member->name))
		return 0;
	if (take_apart(member->name, &place))
		return reason_errno(why, -ENOMEM, "cannot keep a member's name");
	kind = kernel_path_kind(place.name);
	if (kind != KERNEL_PATH_BTF && kind != KERNEL_PATH_KERNEL)
		return 0;
	stream->seen++;
	taken = kind == KERNEL_PATH_BTF
			? take_btf(stream, member, &place, &file, ret_bytes, why)
			: take_kernel(stream, member, &place, &file, ret_bytes, why);
	if (taken == 1) {
		*ret_file = file;
		memset(&file, 0, sizeof(file));
	}
	return taken;
}

/* --- the second time -------------------------------------------------------------------------- */

/* Hands out the current link. The bytes stay the stream's: the next link may lead to them, too. */
static int take_link(struct kernel_stream *stream, struct kernel_file *ret_file,
		     struct kernel_btf *ret_bytes)
{
	struct kernel_link *link = stream->link;
	const struct kernel_link *end = stream->links.links + stream->links.count;
	bool is_last = link + 1 == end || strcmp(link[1].target, link->target) != 0;

	link->is_found = true;
	stream->link = is_last ? NULL : link + 1;
	if (ret_bytes)
		*ret_bytes = (struct kernel_btf){
			.data = stream->linked.data,
			.size = stream->linked.size,
		};
	*ret_file = link->file;
	memset(&link->file, 0, sizeof(link->file));
	return 1;
}

/* If links lead to the member, its bytes are read for them. */
static int read_linked(struct kernel_stream *stream, const struct archive_member *member,
		       struct kernel_btf *ret_bytes, struct reason *why)
{
	struct kernel_link *link = kernel_links_find(&stream->links, member->name);
	struct reason member_why = {""};
	int err = 0;

	/* Of several members with one name, the first is taken. */
	if (!link || link->is_found || member->kind != ARCHIVE_FILE)
		return 0;
	if (ret_bytes)
		err = read_member(stream, member, KERNEL_PATH_BTF, &stream->linked, &member_why);
	/* The stream keeps them, so kernel_btf_unpack() cannot wait for more memory. */
	if (ret_bytes && !err)
		err = kernel_btf_reserve(&stream->linked, &member_why);
	if (err)
		kernel_btf_close(&stream->linked);
	if (err && err != -EFBIG)
		return reason_set(why, err, "%s: %s", member->name, member_why.text);
	stream->link = err ? NULL : link;
	return 0;
}

/* Hands out a kernel that waited for this pass, with its DWARF. 1; 0: it is reported. */
static int take_pending(struct kernel_stream *stream, struct kernel_pending_file *pending,
			const char *member, struct kernel_file *ret_file,
			struct kernel_btf *ret_bytes, struct reason *why)
{
	struct reason member_why = {""};
	int err = kernel_pending_read(pending, stream->reader, stream->opts.budget, ret_bytes,
				      &member_why);

	if (err == -EFBIG) {
		report(stream, member, member_why.text);
		return 0;
	}
	if (err)
		return reason_set(why, err, "%s: %s", member, member_why.text);
	*ret_file = pending->file;
	memset(&pending->file, 0, sizeof(pending->file));
	return 1;
}

static int take_again(struct kernel_stream *stream, const struct archive_member *member,
		      struct kernel_file *ret_file, struct kernel_btf *ret_bytes,
		      struct reason *why)
{
	struct kernel_pending_file *pending = kernel_pending_find(&stream->pending, stream->number);

	return pending ? take_pending(stream, pending, member->name, ret_file, ret_bytes, why)
		       : read_linked(stream, member, ret_bytes, why);
}

/* Reports dangling links. */
static void report_dangling(struct kernel_stream *stream)
{
	for (size_t i = 0; i < stream->links.count; i++) {
		const struct kernel_link *link = &stream->links.links[i];
		struct reason line;

		if (link->is_found)
			continue;
		if (strcmp(link->name, link->target) == 0)
			reason_set(&line, 0, "it is a link that leads in a circle");
		else
			reason_set(&line, 0,
				   "it is a link to %s, which is not in the archive, or cannot "
				   "be used",
				   link->target);
		report(stream, link->name, line.text);
	}
}

/* --- all of it -------------------------------------------------------------------------------- */

int kernel_stream_open(const struct kernel_source *source, const struct kernel_stream_opts *opts,
		       struct kernel_stream **ret_stream, struct reason *why)
{
	struct kernel_stream *stream = calloc(1, sizeof(*stream));
	enum kernel_source_content content = KERNEL_SOURCE_NONE;
	int err;

	if (!stream)
		return reason_errno(why, -ENOMEM, "cannot read it");
	stream->source = source;
	stream->opts = *opts;
	err = kernel_source_look(source->path, &content, why);
	if (!err && content == KERNEL_SOURCE_PACK)
		err = pack_stream_open(source, &stream->opts, &stream->pack, why);
	stream->is_package = content == KERNEL_SOURCE_PACKAGE;
	if (!err && (content == KERNEL_SOURCE_ARCHIVE || stream->is_package)) {
		stream->place = realpath(source->path, NULL);
		if (stream->place)
			*strrchr(stream->place, '/') = '\0';
		err = archive_reader_open(source->path, skip_in_archive, stream, &stream->reader,
					  why);
	}
	if (err) {
		kernel_stream_close(stream);
		return err;
	}
	*ret_stream = stream;
	return 0;
}

void kernel_stream_close(struct kernel_stream *stream)
{
	if (!stream)
		return;
	archive_reader_close(stream->reader);
	pack_stream_close(stream->pack);
	kernel_links_clear(&stream->links);
	kernel_pending_clear(&stream->pending);
	kernel_btf_close(&stream->linked);
	free(stream->place);
	free(stream);
}

bool kernel_stream_holds(const struct kernel_stream *stream)
{
	return stream->linked.data != NULL;
}

const struct pack_reader *kernel_stream_pack(const struct kernel_stream *stream, size_t *ret_number)
{
	return stream->pack ? pack_stream_current(stream->pack, ret_number) : NULL;
}

const struct pack_reader *kernel_stream_pack_all(struct kernel_stream *stream, struct reason *why)
{
	return pack_stream_all_types(stream->pack, why);
}

/* The one kernel in a kernel's own file. */
static int next_in_file(struct kernel_stream *stream, struct kernel_file *ret_file,
			struct kernel_btf *ret_bytes, struct reason *why)
{
	_cleanup_(kernel_btf_close) struct kernel_btf bytes = {0};
	_cleanup_(kernel_file_clear) struct kernel_file file = {.as = stream->source->as};
	const char *path = stream->source->path, *slash = strrchr(path, '/');
	_cleanup_free_ char *real = realpath(path, NULL);
	struct kernel_facts facts;
	int err = kernel_btf_load(path, &bytes, why);

	stream->ended = true;
	if (err)
		return err;
	if (real && strrchr(real, '/'))
		*strrchr(real, '/') = '\0';
	err = kernel_path_read_release(real ? real : "", slash ? slash + 1 : path, &file.id, why);
	if (!err)
		err = kernel_as_apply(file.as, &file.id, why);
	if (!err)
		err = kernel_btf_identify(bytes.data, bytes.size, &facts, why);
	if (!err)
		err = kernel_file_complete(&file, &facts, why);
	if (err)
		return err;
	if (!is_wanted(stream, &file.id))
		return 0;
	file.path = strdup(path);
	if (!file.path)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	if (ret_bytes) {
		/* kernel_btf_unpack() waits for the memory that it needs; nothing is held yet. */
		err = memory_budget_acquire(stream->opts.budget, 0, why);
		if (err)
			return err;
		bytes.budget = stream->opts.budget;
		*ret_bytes = bytes;
		memset(&bytes, 0, sizeof(bytes));
	}
	*ret_file = file;
	memset(&file, 0, sizeof(file));
	return 1;
}

/* Since forky, Debian's linux-image-* only depend on the package that has the kernel. */
static const char *hint_for(const char *path)
{
	static const char start[] = "linux-image-";
	const char *slash = strrchr(path, '/');

	return strncmp(slash ? slash + 1 : path, start, strlen(start)) == 0
		       ? "; of newer Debian kernels the package linux-binary-* has it"
		       : "";
}

/* The archive was read to its end. 1: it is read once more, for the links and what is pending; 0:
 * done. */
static int end_pass(struct kernel_stream *stream, struct reason *why)
{
	if (stream->is_again || (!stream->links.count && !stream->pending.count)) {
		if (stream->is_again)
			report_dangling(stream);
		report_skipped_count(stream);
		stream->ended = true;
		if (!stream->seen && stream->source->was_named && !stream->has_modules)
			return reason_set(why, -ENOENT,
					  "no kernel in this archive (no member is named "
					  "RELEASE.btf, vmlinuz-RELEASE or the like)%s",
					  hint_for(stream->source->path));
		return 0;
	}
	kernel_links_resolve(&stream->links);
	stream->is_again = true;
	stream->number = 0;
	archive_reader_close(stream->reader);
	stream->reader = NULL;
	return archive_reader_open(stream->source->path, skip_in_archive, stream, &stream->reader,
				   why)
		       ?: 1;
}

/*
 * Whether nothing is left to be found: in the second pass, since the first one has checked the
 * rest, and behind the kernel of a package. A debug package goes on with gigabytes of modules.
 */
static bool is_all_found(const struct kernel_stream *stream)
{
	if (!stream->is_again)
		return stream->is_package && stream->found_kernel;
	return !stream->links.count && stream->pending.next == stream->pending.count;
}

/* As kernel_stream_next(), but 0 is for a member that is not handed out. */
static int next_member(struct kernel_stream *stream, struct kernel_file *ret_file,
		       struct kernel_btf *ret_bytes, struct reason *why)
{
	struct archive_member member;
	int more, taken;

	kernel_btf_close(&stream->linked);
	more = is_all_found(stream) ? 0 : archive_reader_next(stream->reader, &member, why);
	if (more < 0) {
		report_skipped_count(stream);
		return more;
	}
	if (!more) {
		more = end_pass(stream, why);
		return more < 0 ? more : 0;
	}
	stream->number++;
	if (stream->is_again)
		return take_again(stream, &member, ret_file, ret_bytes, why);
	stream->has_modules |= stream->is_package && module_name_is_path(member.name);
	taken = take_member(stream, &member, ret_file, ret_bytes, why);
	stream->found_kernel = taken == 1 || stream->pending.count;
	return taken;
}

int kernel_stream_next(struct kernel_stream *stream, struct kernel_file *ret_file,
		       struct kernel_btf *ret_bytes, struct reason *why)
{
	while (!stream->ended) {
		int taken;

		if (stream->pack)
			return pack_stream_next(stream->pack, ret_file, ret_bytes != NULL, why);
		if (!stream->reader)
			return next_in_file(stream, ret_file, ret_bytes, why);
		taken = stream->link ? take_link(stream, ret_file, ret_bytes)
				     : next_member(stream, ret_file, ret_bytes, why);
		if (taken)
			return taken;
	}
	return 0;
}
