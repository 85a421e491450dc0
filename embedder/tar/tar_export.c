/* SPDX-License-Identifier: MIT */
/*
 *	bundle --> kernels with their paths (tar_kernels.h)
 *	       --> the manifest: what reading the paths back would get wrong
 *	       --> files in the order of their BTFs in the bundle
 *
 * Why that order of files: equal BTFs come to lie one after the other, and like ones near each
 * other, where even gzip, which looks back no more than 32 KiB, finds that it has seen them.
 */
#include "embedder/tar/tar_export.h"

#include <stdlib.h>
#include <string.h>

#include <corebtf.h>

#include "embedder/kernels/kernel_path.h"
#include "embedder/tar/tar_kernels.h"
#include "embedder/tar/tar_manifest.h"
#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/bundle.h"
#include "runtime/tar/tar_stream.h"

/* What a member takes in a tar besides its data: header, padding, a long name. */
#define MEMBER_OVERHEAD 4096

struct exporting {
	const struct tar_export_opts *opts;
	struct corebtf *corebtf;
	struct tar_kernels kernels;
	struct manifest_object *objects;
	size_t object_count;
	struct manifest_kernel *manifest_kernels; /* at most one for each kernel */
	size_t manifest_kernel_count;
	struct byte_buffer manifest;
	struct archive_file *files; /* one for each kernel at most, and two */
	size_t file_count;
	struct tar_export_counts counts;
};

static void cleanup_exporting(struct exporting *exporting)
{
	tar_kernels_free(&exporting->kernels);
	free(exporting->objects);
	free(exporting->manifest_kernels);
	byte_buffer_free(&exporting->manifest);
	free(exporting->files);
	corebtf_close(exporting->corebtf);
}

static int compare_objects(const void *left, const void *right)
{
	const struct manifest_object *l = left, *r = right;
	int order = strcmp(l->name, r->name);

	if (!order && l->digest != r->digest)
		order = l->digest < r->digest ? -1 : 1;
	if (!order && l->relocation_count != r->relocation_count)
		order = l->relocation_count > r->relocation_count ? -1 : 1;
	return order;
}

static int read_objects(struct exporting *exporting)
{
	size_t count = corebtf_object_count(exporting->corebtf), kept = 0;
	struct manifest_object *objects = calloc(count + 1, sizeof(*objects));

	exporting->objects = objects;
	if (!objects)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		struct corebtf_object object = {.sz = sizeof(object)};
		int err = corebtf_object_at(exporting->corebtf, i, &object);

		if (err)
			return err;
		objects[i] = (struct manifest_object){.name = object.name,
						      .digest = object.digest,
						      .relocation_count = object.relocation_count};
	}
	qsort(objects, count, sizeof(*objects), compare_objects);
	for (size_t i = 0; i < count; i++) {
		if (kept && objects[kept - 1].digest == objects[i].digest &&
		    strcmp(objects[kept - 1].name, objects[i].name) == 0)
			continue; /* one object, named by several bundles */
		objects[kept++] = objects[i];
	}
	exporting->object_count = kept;
	return 0;
}

/* ---- manifest ---- */

/* NULL when the path says the same. */
static const char *unless_said(const char *value, const char *said)
{
	return said && strcmp(value, said) == 0 ? NULL : value;
}

/* Reads the path back as an import does, and keeps where the result differs from the kernel. */
static int compare_with_path(const struct tar_kernel *kernel, struct manifest_kernel *ret_said,
			     bool *ret_complete)
{
	_cleanup_(kernel_id_clear) struct kernel_id said = {0};
	const struct kernel_id *id = &kernel->id;
	int err = tar_path_read(kernel->path + strlen("./"), NULL, &said, NULL);

	if (err == -ENOMEM)
		return err;
	*ret_said = (struct manifest_kernel){
		.path = kernel->path + strlen("./"),
		.id =
			{
				.machine = unless_said(id->machine, said.machine),
				.os_id = unless_said(id->os_id, said.os_id),
				.version_id = unless_said(id->version_id, said.version_id),
				.uname_version = unless_said(id->uname_version, ""),
				.build_id = id->build_id,
				.build_id_size = id->build_id_size,
			},
	};
	*ret_complete = !ret_said->id.machine && !ret_said->id.os_id && !ret_said->id.version_id &&
			!ret_said->id.uname_version && !ret_said->id.build_id_size;
	return 0;
}

/* Those with one path stand together. */
static bool shares_file(const struct exporting *exporting, size_t number)
{
	const struct tar_kernel *kernel = &exporting->kernels.kernels[number];

	return (number && tar_kernel_has_path_of(kernel - 1, kernel)) ||
	       (number + 1 < exporting->kernels.count &&
		tar_kernel_has_path_of(kernel, kernel + 1));
}

static int note_kernels(struct exporting *exporting)
{
	exporting->manifest_kernels =
		calloc(exporting->kernels.count + 1, sizeof(*exporting->manifest_kernels));
	if (!exporting->manifest_kernels)
		return -ENOMEM;
	for (size_t i = 0; i < exporting->kernels.count; i++) {
		struct manifest_kernel said = {0};
		bool complete = false;
		int err = compare_with_path(&exporting->kernels.kernels[i], &said, &complete);

		if (err)
			return err;
		if (!complete || shares_file(exporting, i))
			exporting->manifest_kernels[exporting->manifest_kernel_count++] = said;
	}
	return 0;
}

/* How the BTFs are stored. Blocks that did not get smaller are raw, but there are several of them
 * only where they were to be packed. */
static enum bundle_compression compression_of(const void *data, size_t size,
					      const struct corebtf_summary *summary)
{
	static const struct log nobody = {0};
	struct bundle bundle = {.log = &nobody};
	size_t padding = bundle_padding(data, size);
	bool packed = false;

	if (summary->compressed)
		return BUNDLE_COMPRESSION_XZ;
	if (bundle_open(&bundle, (const uint8_t *)data + padding, size - padding) == 0) {
		packed = bundle.header.block_count > 1 || bundle_is_packed(&bundle);
		bundle_close(&bundle);
	}
	return packed ? BUNDLE_COMPRESSION_XZ : BUNDLE_COMPRESSION_NONE;
}

static bool all_big_endian(const struct exporting *exporting)
{
	for (size_t i = 0; i < exporting->kernels.count; i++) {
		if (!tar_manifest_is_big_endian_btf(exporting->kernels.kernels[i].btf,
						    exporting->kernels.kernels[i].size))
			return false;
	}
	return true;
}

/* Leaves the text empty when an import needs nothing of it. */
static int write_manifest(struct exporting *exporting, const void *bundle, size_t size,
			  const struct corebtf_summary *summary)
{
	struct tar_manifest manifest = {
		.has_bundle = true,
		.big_endian = summary->big_endian,
		.compression = compression_of(bundle, size, summary),
		.objects = exporting->objects,
		.object_count = exporting->object_count,
		.kernels = exporting->manifest_kernels,
		.kernel_count = exporting->manifest_kernel_count,
	};

	if (manifest.object_count || manifest.kernel_count ||
	    manifest.compression != BUNDLE_COMPRESSION_NONE ||
	    manifest.big_endian != all_big_endian(exporting))
		tar_manifest_write(&manifest, &exporting->manifest);
	return byte_buffer_failed(&exporting->manifest) ? -ENOMEM : 0;
}

/* ---- files ---- */

static void add_file(struct exporting *exporting, const char *name, const void *data, size_t size)
{
	exporting->files[exporting->file_count++] =
		(struct archive_file){.name = name, .data = data, .size = size};
}

/* The small files that people read come first, so that `tar -t | head` shows them. */
static int list_files(struct exporting *exporting)
{
	const struct tar_export_opts *opts = exporting->opts;

	exporting->files = calloc(exporting->kernels.count + 2, sizeof(*exporting->files));
	if (!exporting->files)
		return -ENOMEM;
	if (opts->package_json)
		add_file(exporting, "./" TAR_EXPORT_PACKAGE_NAME, opts->package_json,
			 opts->package_json_size);
	if (exporting->manifest.size)
		add_file(exporting, "./" TAR_MANIFEST_NAME, exporting->manifest.data,
			 exporting->manifest.size);
	tar_kernels_sort(&exporting->kernels);
	for (size_t i = 0; i < exporting->kernels.count; i++) {
		const struct tar_kernel *kernel = &exporting->kernels.kernels[i];

		if (i && tar_kernel_has_path_of(kernel - 1, kernel))
			continue;
		add_file(exporting, kernel->path, kernel->btf, kernel->size);
		exporting->counts.files++;
		exporting->counts.long_paths += strlen(kernel->path) >= TAR_PATH_BCC_NAME_SIZE;
	}
	return 0;
}

static int check_size(const struct exporting *exporting, struct reason *why)
{
	uint64_t size = 0;

	for (size_t i = 0; i < exporting->file_count; i++)
		size += exporting->files[i].size + MEMBER_OVERHEAD;
	if (exporting->manifest.size > TAR_MANIFEST_SIZE_MAX)
		return reason_set(why, -EFBIG,
				  "what is to be said of its kernels is more than import "
				  "reads (%zu MiB)",
				  TAR_MANIFEST_SIZE_MAX >> 20);
	if (size <= TAR_STREAM_MAX_SIZE)
		return 0;
	return reason_set(why, -EFBIG,
			  "the BTFs would be a tar of more than %llu MiB, and libcorebtf "
			  "reads none that large: a bundle has equal BTFs once, a tar cannot",
			  (unsigned long long)(TAR_STREAM_MAX_SIZE >> 20));
}

static int prepare(struct exporting *exporting, const void *bundle, size_t size)
{
	struct corebtf_summary summary = {.sz = sizeof(summary)};
	int err = corebtf_open_memory(bundle, size, &exporting->corebtf, NULL);

	if (!err)
		err = corebtf_summarize(exporting->corebtf, &summary);
	if (!err)
		err = tar_kernels_read(exporting->corebtf, exporting->opts, &exporting->kernels);
	if (!err)
		err = read_objects(exporting);
	if (!err)
		err = note_kernels(exporting);
	if (!err)
		err = write_manifest(exporting, bundle, size, &summary);
	if (!err)
		err = list_files(exporting);
	exporting->counts.kernels = exporting->kernels.count;
	exporting->counts.left_out = exporting->kernels.left_out;
	exporting->counts.aside = exporting->kernels.aside;
	exporting->counts.bundles = summary.bundles;
	return err;
}

int tar_export(const void *bundle, size_t size, const struct tar_export_opts *opts, void **ret_tar,
	       size_t *ret_size, struct tar_export_counts *ret_counts, struct reason *why)
{
	_cleanup_(cleanup_exporting) struct exporting exporting = {.opts = opts};
	int err = prepare(&exporting, bundle, size);

	*ret_counts = exporting.counts;
	if (err)
		return reason_errno(why, err, "cannot read the bundle");
	if (!exporting.kernels.count)
		return reason_set(why, -ENOENT,
				  "nothing written: there is no kernel that a tar can "
				  "have");
	err = check_size(&exporting, why);
	return err ? err
		   : archive_writer_pack(opts->packing, exporting.files, exporting.file_count,
					 ret_tar, ret_size, why);
}
