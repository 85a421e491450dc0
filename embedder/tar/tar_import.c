/* SPDX-License-Identifier: MIT */
/*
 * The archive is read once, and the manifest may come last: so BTFs, links and texts are kept by
 * name first, and become kernels when all of it is known.
 *
 *	members --> BTFs by name, manifest, package.json
 *	        --> the manifest's kernels, each checked against its path
 *	        --> the other BTFs' kernels, as their paths say
 *	        --> bundle
 */
#include "embedder/tar/tar_import.h"

#include <stdlib.h>
#include <string.h>

#include "runtime/btf/btf_source.h"
#include "embedder/tar/tar_export.h"
#include "embedder/tar/tar_manifest.h"
#include "embedder/tar/tar_members.h"
#include "embedder/tar/tar_path.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"
#include "runtime/kernel/archive_path.h"
#include "runtime/kernel/machine.h"
#include "runtime/tar/tar_name.h"
#include "runtime/util/link_path.h"

#define PACKAGE_SIZE_MAX ((size_t)64 << 20)

/* A file that is taken as it is: the manifest, package.json. */
struct text_member {
	char *name; /* NULL: there is none; owned, as the data */
	void *data;
	size_t size;
};

struct importing {
	const struct tar_import_opts *opts;
	struct archive_reader *reader;
	struct tar_members members;
	struct btf_source types;
	struct text_member manifest_text, package;
	struct tar_manifest manifest;
	struct bundle_builder *builder;
	size_t skipped;
	bool all_big_endian; /* of the BTFs that were taken */
	struct reason *why;
};

static void text_clear(struct text_member *text)
{
	free(text->name);
	free(text->data);
	*text = (struct text_member){0};
}

static void cleanup_importing(struct importing *importing)
{
	archive_reader_close(importing->reader);
	tar_members_free(&importing->members);
	btf_source_free(&importing->types);
	text_clear(&importing->manifest_text);
	text_clear(&importing->package);
	tar_manifest_free(&importing->manifest);
	bundle_builder_free(importing->builder);
}

static void skip(void *context, const char *name, const char *why)
{
	struct importing *importing = context;

	importing->skipped++;
	if (importing->opts->skip)
		importing->opts->skip(importing->opts->context, name, why);
}

static int no_memory(const struct importing *importing)
{
	return reason_errno(importing->why, -ENOMEM, "cannot keep what is in it");
}

/* ---- members ---- */

static const char *base_name(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

static size_t depth_of(const char *name)
{
	size_t depth = 0;

	for (; *name; name++)
		depth += *name == '/';
	return depth;
}

/* The current member becomes @text, in place of what that was. */
static int read_text(struct importing *importing, struct text_member *text, const char *member_name,
		     size_t limit)
{
	_cleanup_(text_clear) struct text_member read = {.name = strdup(member_name)};
	struct reason why = {""};
	int err;

	if (!read.name)
		return no_memory(importing);
	err = archive_reader_read(importing->reader, limit, &read.data, &read.size, &why);
	if (err)
		return reason_set(importing->why, err, "%s: %s", read.name, why.text);
	if (text->name &&
	    (text->size != read.size || memcmp(text->data, read.data, read.size) != 0))
		skip(importing, read.name,
		     "it is there twice, with different contents; the later counts");
	text_clear(text);
	*text = read;
	read = (struct text_member){0};
	return 0;
}

static int read_manifest(struct importing *importing, const char *name)
{
	struct text_member *text = &importing->manifest_text;

	if (text->name && strcmp(text->name, name) != 0)
		return reason_set(importing->why, -EBADMSG, "it has two manifests, %s and %s",
				  text->name, name);
	return read_text(importing, text, name, TAR_MANIFEST_SIZE_MAX);
}

/* The archive's own is the one in the outermost folder. */
static int read_package(struct importing *importing, const char *name)
{
	struct text_member *text = &importing->package;

	if (text->name && strcmp(text->name, name) != 0) {
		size_t depth = depth_of(name), before = depth_of(text->name);

		if (depth > before)
			return 0;
		if (depth == before) {
			skip(importing, name,
			     "there is another one in the folder beside; the first "
			     "counts");
			return 0;
		}
		text_clear(text);
	}
	return read_text(importing, text, name, PACKAGE_SIZE_MAX);
}

static int check_btf(struct importing *importing, const void *data, size_t size, struct reason *why)
{
	if (!size)
		return reason_set(why, -EBADMSG, "it is empty, as a failed trim leaves it behind");
	return btf_source_open_all(&importing->types, data, size, why);
}

/* The bytes of the current member. *@ret_blob stays NULL when it is no BTF, which is reported. */
static int read_btf(struct importing *importing, const char *name, const struct tar_blob **ret_blob)
{
	_cleanup_free_ void *data = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err = archive_reader_read(importing->reader, COREBTF_MAX_BLOB_SIZE, &data, &size, &why);

	if (err && err != -EFBIG)
		return reason_set(importing->why, err, "%s", why.text);
	if (!err)
		err = check_btf(importing, data, size, &why);
	if (err == -ENOMEM)
		return no_memory(importing);
	if (err) {
		skip(importing, name, why.text);
		return 0;
	}
	*ret_blob = tar_members_intern(&importing->members, TAKE_PTR(data), size);
	if (!*ret_blob)
		return no_memory(importing);
	/* More than a bundle can hold: an archive of endless BTFs would take all memory. */
	if (importing->members.size > COREBTF_MAX_BUNDLE_SIZE)
		return reason_set(importing->why, -EFBIG,
				  "its BTFs are more than a bundle can hold "
				  "(4 GiB)");
	return 0;
}

/* Fills in @content, all of it but the name empty, for the member that is the current one. */
static int read_content(struct importing *importing, const struct archive_member *member,
			struct tar_member_entry *content)
{
	const struct tar_member_entry *target;
	char link[LINK_PATH_SIZE];

	switch (member->kind) {
	case ARCHIVE_FILE:
		return read_btf(importing, content->name, &content->blob);
	case ARCHIVE_HARD_LINK:
		/* The file as it is now; a later member may have the same name. */
		target = tar_members_find(&importing->members, member->link);
		if (!target || !(target->blob || target->link)) {
			struct reason why = {""};

			reason_set(&why, 0, "it is a hard link to %s, %s", member->link,
				   target ? "which was not taken"
					  : "which does not stand before it");
			skip(importing, content->name, why.text);
			return 0;
		}
		content->blob = target->blob;
		content->link = target->link;
		return 0;
	case ARCHIVE_SYMBOLIC_LINK:
		if (!link_path_normalise(member->link, member->name, link) || !*link) {
			skip(importing, content->name,
			     "it is a link that leads out of the archive");
			return 0;
		}
		content->link = arena_string(&importing->members.arena, link, strlen(link));
		return content->link ? 0 : no_memory(importing);
	}
	return 0;
}

static bool same_content(const struct tar_member_entry *left, const struct tar_member_entry *right)
{
	return left->blob == right->blob &&
	       (left->link && right->link ? strcmp(left->link, right->link) == 0
					  : left->link == right->link);
}

static int read_member(struct importing *importing, const struct archive_member *member)
{
	const char *base = base_name(member->name);
	struct tar_member_entry content = {.name = NULL}, *entry;
	bool known;
	int err;

	if (member->kind == ARCHIVE_FILE && strcmp(base, TAR_MANIFEST_NAME) == 0)
		return read_manifest(importing, member->name);
	if (member->kind == ARCHIVE_FILE && strcmp(base, TAR_EXPORT_PACKAGE_NAME) == 0)
		return read_package(importing, member->name);
	if (!archive_path_is_raw(member->name))
		return 0;
	known = tar_members_find(&importing->members, member->name) != NULL;
	entry = tar_members_add(&importing->members, member->name);
	if (!entry)
		return no_memory(importing);
	content.name = entry->name; /* the reader's is only valid until its next call */
	err = read_content(importing, member, &content);
	if (err)
		return err;
	if (known && !same_content(entry, &content))
		skip(importing, entry->name,
		     "it is there twice, with different contents; the later "
		     "counts");
	entry->blob = content.blob;
	entry->link = content.link;
	return 0;
}

static int read_archive(struct importing *importing, const char *path)
{
	struct archive_member member;
	int result = archive_reader_open(path, skip, importing, &importing->reader, importing->why);

	if (result)
		return result;
	while ((result = archive_reader_next(importing->reader, &member, importing->why)) > 0) {
		result = read_member(importing, &member);
		if (result)
			break;
	}
	return result;
}

/* ---- kernels ---- */

/* Reports what cannot be added. */
static int add_kernel(struct importing *importing, const struct kernel_id *id,
		      const struct tar_blob *blob, const char *name)
{
	struct reason why = {""};
	int err = bundle_builder_add(importing->builder, id, blob->data, blob->size, name, &why);

	if (err == -ENOMEM)
		return no_memory(importing);
	if (err)
		skip(importing, name, why.text);
	if (!tar_manifest_is_big_endian_btf(blob->data, blob->size))
		importing->all_big_endian = false;
	return 0;
}

/* The name of the member that a line of the manifest means, as its paths start from its folder. */
static char *described_name(const struct importing *importing, const struct manifest_kernel *kernel)
{
	const char *manifest = importing->manifest_text.name;
	char *name = NULL;

	if (asprintf(&name, "%.*s%s", (int)(base_name(manifest) - manifest), manifest,
		     kernel->path) < 0)
		return NULL;
	return name;
}

/* The path's id with what the manifest adds to it. Strings belong to @said and the manifest. */
static struct kernel_id completed(const struct kernel_id *said,
				  const struct manifest_kernel *kernel)
{
	struct kernel_id id = *said;

	if (kernel->id.os_id)
		id.os_id = kernel->id.os_id;
	if (kernel->id.version_id)
		id.version_id = kernel->id.version_id;
	if (kernel->id.machine)
		id.machine = machine_canonical(kernel->id.machine);
	if (kernel->id.uname_version)
		id.uname_version = kernel->id.uname_version;
	id.build_id = kernel->id.build_id;
	id.build_id_size = kernel->id.build_id_size;
	return id;
}

static void skip_line(struct importing *importing, const struct manifest_kernel *kernel,
		      const char *why_not)
{
	struct reason why = {""};

	reason_set(&why, 0, "line %zu: %s: %s", kernel->line, kernel->path, why_not);
	skip(importing, importing->manifest_text.name, why.text);
}

static int add_described(struct importing *importing, const struct manifest_kernel *kernel)
{
	_cleanup_(kernel_id_clear) struct kernel_id said = {0};
	_cleanup_free_ char *name = described_name(importing, kernel);
	struct tar_member_entry *entry = name ? tar_members_find(&importing->members, name) : NULL;
	const struct tar_blob *blob = NULL;
	struct reason why = {""};
	struct kernel_id id;
	int err;

	if (!name)
		return no_memory(importing);
	if (!entry) {
		skip_line(importing, kernel, "there is no such BTF in the archive");
		return 0;
	}
	entry->described = true;
	if (!entry->blob && !entry->link)
		return 0; /* reported when it was read */
	err = tar_members_resolve(&importing->members, entry, &blob, &why);
	if (!err)
		err = tar_path_read(name, kernel->id.machine, &said, &why);
	if (err == -ENOMEM)
		return no_memory(importing);
	if (err) {
		skip(importing, name, why.text);
		return 0;
	}
	id = completed(&said, kernel);
	err = tar_path_fits(name, &id);
	if (err < 0)
		return no_memory(importing);
	if (!err) {
		skip_line(importing, kernel,
			  "this contradicts the path, and a BTF is not given to "
			  "another kernel than the one of its path");
		return 0;
	}
	return add_kernel(importing, &id, blob, name);
}

static int add_undescribed(struct importing *importing, const struct tar_member_entry *entry)
{
	_cleanup_(kernel_id_clear) struct kernel_id id = {0};
	const struct tar_blob *blob = NULL;
	struct reason why = {""};
	int err;

	if (!entry->blob && !entry->link)
		return 0; /* reported when it was read */
	err = tar_members_resolve(&importing->members, entry, &blob, &why);
	if (!err)
		err = tar_path_read(entry->name, importing->opts->machine, &id, &why);
	if (err == -ENOMEM)
		return no_memory(importing);
	if (err) {
		skip(importing, entry->name, why.text);
		return 0;
	}
	return add_kernel(importing, &id, blob, entry->name);
}

static int parse_manifest(struct importing *importing)
{
	const struct text_member *text = &importing->manifest_text;
	struct reason why = {""};
	int err;

	if (!text->name)
		return 0;
	err = tar_manifest_read(text->data, text->size, &importing->manifest, &why);
	return err ? reason_set(importing->why, err, "%s: %s", text->name, why.text) : 0;
}

static int add_all(struct importing *importing)
{
	const struct tar_manifest *manifest = &importing->manifest;
	int err = 0;

	for (size_t i = 0; i < manifest->object_count && !err; i++)
		err = bundle_builder_add_object(importing->builder, manifest->objects[i].name,
						manifest->objects[i].digest,
						manifest->objects[i].relocation_count);
	if (err)
		return no_memory(importing);
	for (size_t i = 0; i < manifest->kernel_count && !err; i++)
		err = add_described(importing, &manifest->kernels[i]);
	for (size_t i = 0; i < importing->members.count && !err; i++) {
		if (!importing->members.entries[i]->described)
			err = add_undescribed(importing, importing->members.entries[i]);
	}
	return err;
}

/* ---- bundle ---- */

static int lay_out(struct importing *importing, struct tar_import_result *result)
{
	const struct tar_import_opts *opts = importing->opts;
	const struct tar_manifest *manifest = &importing->manifest;
	struct bundle_layout_opts layout = {
		.big_endian = opts->has_byte_order   ? opts->big_endian
			      : manifest->has_bundle ? manifest->big_endian
						     : importing->all_big_endian,
		.compression = opts->has_compression  ? opts->compression
			       : manifest->has_bundle ? manifest->compression
						      : BUNDLE_COMPRESSION_NONE,
	};

	result->kernels = bundle_builder_entry_count(importing->builder);
	result->btfs = bundle_builder_blob_count(importing->builder);
	result->objects = manifest->object_count;
	if (!result->kernels)
		return reason_set(importing->why, -ENOENT,
				  "nothing written: there is no BTF in it "
				  "that can be taken (./OS/VERSION/MACHINE/RELEASE.btf)");
	return bundle_builder_layout(importing->builder, &layout, &result->bundle,
				     &result->bundle_size, importing->why);
}

int tar_import(const char *path, const struct tar_import_opts *opts,
	       struct tar_import_result *ret_result, struct reason *why)
{
	_cleanup_(cleanup_importing) struct importing importing = {
		.opts = opts,
		.all_big_endian = true,
		.why = why,
	};
	struct tar_import_result result = {0};
	int err = read_archive(&importing, path);

	if (!err)
		err = parse_manifest(&importing);
	if (!err) {
		importing.builder = bundle_builder_new();
		err = importing.builder ? add_all(&importing) : no_memory(&importing);
	}
	if (!err)
		err = lay_out(&importing, &result);
	ret_result->skipped = importing.skipped;
	if (err)
		return err;
	result.skipped = importing.skipped;
	result.package_json = TAKE_PTR(importing.package.data);
	result.package_json_size = importing.package.size;
	*ret_result = result;
	return 0;
}

void tar_import_free(struct tar_import_result *result)
{
	free(result->bundle);
	free(result->package_json);
	*result = (struct tar_import_result){0};
}
