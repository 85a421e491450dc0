/* SPDX-License-Identifier: MIT */
/*
 * The public functions: arguments are checked here, the work is done in the rooms below.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <corebtf.h>

#include "runtime/btf/btf_source.h"
#include "runtime/field/field_find.h"
#include "runtime/btf_id.h"
#include "runtime/choose/choose.h"
#include "runtime/executable/object.h"
#include "runtime/folder/btf_folder.h"
#include "runtime/handover/btf_path.h"
#include "runtime/handover/draft.h"
#include "runtime/open/handle.h"
#include "runtime/open/self.h"
#include "runtime/tar/tar_contents.h"
#include "runtime/util/options.h"

#define TEXT_OF(number) #number
#define TEXT(number)	TEXT_OF(number)

const char *corebtf_version(void)
{
	return TEXT(COREBTF_VERSION_MAJOR) "." TEXT(COREBTF_VERSION_MINOR) "." TEXT(
		COREBTF_VERSION_PATCH);
}

int corebtf_open_self(struct corebtf **ret_corebtf, const struct corebtf_open_opts *opts)
{
	return ret_corebtf ? self_open(ret_corebtf, opts) : -EINVAL;
}

int corebtf_open_object(const void *address, struct corebtf **ret_corebtf,
			const struct corebtf_open_opts *opts)
{
	return address && ret_corebtf ? self_open_object(address, ret_corebtf, opts) : -EINVAL;
}

int corebtf_open_file(const char *path, struct corebtf **ret_corebtf,
		      const struct corebtf_open_opts *opts)
{
	struct corebtf *handle;
	int err;

	if (!path || !ret_corebtf)
		return -EINVAL;
	err = handle_new(path, opts, &handle);
	if (err)
		return err;
	err = handle_open_path(handle, path);
	if (err)
		handle_free(handle);
	else
		*ret_corebtf = handle;
	return err;
}

int corebtf_open_memory(const void *data, size_t size, struct corebtf **ret_corebtf,
			const struct corebtf_open_opts *opts)
{
	struct corebtf *handle;
	int err;

	if ((!data && size) || !ret_corebtf || (uintptr_t)data % COREBTF_ALIGNMENT)
		return -EINVAL;
	err = handle_new("memory", opts, &handle);
	if (err)
		return err;
	err = handle_open_memory(handle, data, size);
	if (err)
		handle_free(handle);
	else
		*ret_corebtf = handle;
	return err;
}

int corebtf_open_tar(const void *tar, size_t size, struct corebtf **ret_corebtf,
		     const struct corebtf_open_opts *opts)
{
	struct corebtf *handle;
	int err;

	if ((!tar && size) || !ret_corebtf)
		return -EINVAL;
	err = handle_new("the tar", opts, &handle);
	if (err)
		return err;
	err = size ? handle_open_tar(handle, tar, size)
		   : log_error(&handle->log, -ENODATA, "has no bytes");
	if (err)
		handle_free(handle);
	else
		*ret_corebtf = handle;
	return err;
}

int corebtf_package_json(const struct corebtf *corebtf, const void **ret_json, size_t *ret_size)
{
	if (!corebtf || !ret_json || !ret_size)
		return -EINVAL;
	if (!corebtf->tar.package_json)
		return log_error(&corebtf->log, -ENODATA, "has no " TAR_PACKAGE_JSON);
	*ret_json = corebtf->tar.package_json;
	*ret_size = corebtf->tar.package_json_size;
	return 0;
}

void corebtf_close(struct corebtf *corebtf)
{
	handle_free(corebtf);
}

/* Hands an entry out; its blob's size comes from the blob's record. */
static int give_entry(const struct corebtf *corebtf, const struct choice *choice,
		      struct corebtf_entry *ret_entry)
{
	const struct index_entry *entry = &choice->entry;
	struct blob blob;
	int err = blob_read(&corebtf->bundles[choice->bundle], entry->blob, &blob);
	const struct corebtf_entry given = {
		.release = entry->id.release,
		.machine = entry->id.machine,
		.os_id = entry->id.os_id,
		.version_id = entry->id.version_id,
		.uname_version = entry->id.uname_version,
		.build_id = entry->id.build_id,
		.build_id_size = entry->id.build_id_size,
		.btf_size = err ? 0 : blob.size,
		.btf_id = btf_id_make(choice->bundle, entry->blob),
		.match = choice->match,
		.ambiguous = choice->ambiguous,
	};

	return err ? err : options_write(ret_entry, ret_entry->sz, &given, sizeof(given));
}

/* What corebtf_find_entry() and corebtf_path_in_folder() ask for. */
static int read_kernel_opts(const struct corebtf_kernel_opts *kernel, const struct log *log,
			    struct corebtf_kernel_opts *known)
{
	int err = kernel ? options_read(kernel, kernel->sz, known, sizeof(*known)) : 0;

	if (err)
		return log_error(log, err, "the kernel's options are of a newer library");
	if (known->nearest != COREBTF_NEAREST_NEVER && known->nearest != COREBTF_NEAREST_SURROUNDED)
		return log_error(log, -EINVAL, "no nearest policy has the number %d",
				 (int)known->nearest);
	if (known->ambiguous != COREBTF_AMBIGUOUS_REFUSE &&
	    known->ambiguous != COREBTF_AMBIGUOUS_FIRST)
		return log_error(log, -EINVAL, "no policy for ambiguous BTFs has the number %d",
				 (int)known->ambiguous);
	return 0;
}

int corebtf_find_entry(struct corebtf *corebtf, const struct corebtf_kernel_opts *kernel,
		       struct corebtf_entry *ret_entry)
{
	struct corebtf_kernel_opts known = {.sz = sizeof(known)};
	struct choice choice;
	struct kernel wanted;
	struct host host;
	int err;

	if (!corebtf || !ret_entry || ret_entry->sz < sizeof(size_t))
		return -EINVAL;
	err = read_kernel_opts(kernel, &corebtf->log, &known);
	if (err)
		return err;
	host = corebtf->host;
	if (known.host_root && *known.host_root)
		host.host_root = known.host_root;
	err = kernel_identify(&host, kernel ? &known : NULL, &corebtf->log, &wanted);
	if (err)
		return err;
	err = choose_entry(corebtf->bundles, corebtf->bundle_count, &wanted, known.nearest,
			   &corebtf->log, &choice);
	if (err)
		return err;
	return give_entry(corebtf, &choice, ret_entry);
}

size_t corebtf_entry_count(const struct corebtf *corebtf)
{
	size_t count = 0;

	for (size_t i = 0; corebtf && i < corebtf->bundle_count; i++)
		count += corebtf->bundles[i].header.entry_count;
	return count;
}

int corebtf_entry_at(struct corebtf *corebtf, size_t number, struct corebtf_entry *ret_entry)
{
	if (!corebtf || !ret_entry || ret_entry->sz < sizeof(size_t))
		return -EINVAL;
	for (size_t i = 0; i < corebtf->bundle_count; i++) {
		struct choice choice = {.bundle = (uint32_t)i, .match = COREBTF_MATCH_NONE};
		int err;

		if (number >= corebtf->bundles[i].header.entry_count) {
			number -= corebtf->bundles[i].header.entry_count;
			continue;
		}
		err = index_entry(&corebtf->bundles[i], (uint32_t)number, &choice.entry);
		return err ? err : give_entry(corebtf, &choice, ret_entry);
	}
	return -ERANGE;
}

size_t corebtf_object_count(const struct corebtf *corebtf)
{
	size_t count = 0;

	for (size_t i = 0; corebtf && i < corebtf->bundle_count; i++)
		count += corebtf->bundles[i].header.object_count;
	return count;
}

int corebtf_object_at(struct corebtf *corebtf, size_t number, struct corebtf_object *ret_object)
{
	if (!corebtf || !ret_object || ret_object->sz < sizeof(size_t))
		return -EINVAL;
	for (size_t i = 0; i < corebtf->bundle_count; i++) {
		struct corebtf_object given = {.sz = sizeof(given)};
		struct index_object object;
		int err;

		if (number >= corebtf->bundles[i].header.object_count) {
			number -= corebtf->bundles[i].header.object_count;
			continue;
		}
		err = index_object(&corebtf->bundles[i], (uint32_t)number, &object);
		if (err)
			return err;
		given.name = object.name;
		given.digest = object.digest;
		given.relocation_count = object.relocation_count;
		return options_write(ret_object, ret_object->sz, &given, sizeof(given));
	}
	return -ERANGE;
}

int corebtf_check_object(struct corebtf *corebtf, const void *object, size_t size)
{
	struct object_digest wanted;
	struct log log;
	size_t count;
	int err;

	if (!corebtf || (!object && size))
		return -EINVAL;
	log = corebtf->log;
	log.subject = "the BPF object";
	err = object_digest(object, size, &log, &wanted);
	if (err)
		return err;
	if (!wanted.has_relocations) {
		log_line(&corebtf->log, "the object has no .BTF.ext: there is nothing to relocate");
		return 0;
	}
	count = corebtf_object_count(corebtf);
	for (size_t i = 0; i < count; i++) {
		struct corebtf_object known = {.sz = sizeof(known)};

		err = corebtf_object_at(corebtf, i, &known);
		if (err)
			return err;
		if (known.digest != wanted.digest)
			continue;
		log_line(&corebtf->log, "the object is %s, which the BTFs were made for",
			 known.name);
		return 0;
	}
	if (!count)
		return log_error(&corebtf->log, -ENODATA,
				 "does not say which BPF objects its BTFs were made for");
	return log_error(&corebtf->log, -ESTALE,
			 "the BPF object (digest %016" PRIx64 ") is none of the %zu that the BTFs "
			 "were made for: run `corebtf embed` again",
			 wanted.digest, count);
}

int corebtf_summarize(struct corebtf *corebtf, struct corebtf_summary *ret_summary)
{
	struct corebtf_summary given = {.sz = sizeof(given)};
	struct blob_sums sums = {.unpacked = 0};

	if (!corebtf || !ret_summary || ret_summary->sz < sizeof(size_t))
		return -EINVAL;
	given.bundles = corebtf->bundle_count;
	given.entries = corebtf_entry_count(corebtf);
	given.objects = corebtf_object_count(corebtf);
	given.big_endian = bundle_is_big_endian(&corebtf->bundles[0]);
	for (size_t i = 0; i < corebtf->bundle_count; i++) {
		int err = blob_add_up(&corebtf->bundles[i], &sums);

		if (err)
			return err;
		given.blobs += corebtf->bundles[i].header.blob_count;
		given.size += corebtf->bundles[i].header.size;
	}
	given.blob_bytes = sums.unpacked;
	given.stored_bytes = sums.stored;
	given.compressed = sums.compressed;
	return options_write(ret_summary, ret_summary->sz, &given, sizeof(given));
}

int corebtf_check(struct corebtf *corebtf)
{
	int err = 0;

	if (!corebtf)
		return -EINVAL;
	for (size_t i = 0; !err && i < corebtf->bundle_count; i++) {
		err = bundle_check_tables(&corebtf->bundles[i]);
		if (!err)
			err = index_check(&corebtf->bundles[i]);
		if (!err)
			err = blob_check_all(&corebtf->bundles[i]);
	}
	if (!err && corebtf->tar.unreadable_count)
		return log_error(&corebtf->log, -EBADMSG, "%zu of its members hold no BTF",
				 corebtf->tar.unreadable_count);
	return err;
}

int corebtf_entry_btf(struct corebtf *corebtf, const struct corebtf_entry *entry,
		      const void **ret_btf, size_t *ret_size)
{
	const uint8_t *bytes;
	uint32_t bundle, blob;
	size_t size;
	int err;

	if (!corebtf || !entry || !ret_btf || !ret_size ||
	    entry->sz < offsetof(struct corebtf_entry, btf_id) + sizeof(entry->btf_id))
		return -EINVAL;
	bundle = btf_id_bundle(entry->btf_id);
	blob = btf_id_blob(entry->btf_id);
	if (bundle >= corebtf->bundle_count || blob >= corebtf->bundles[bundle].header.blob_count)
		return -EINVAL;
	err = blob_bytes(&corebtf->bundles[bundle], &corebtf->caches[bundle], blob, &bytes, &size);
	if (!err && !size && corebtf->tar.bundle) /* tar_bundle.h: logged when it was opened */
		err = log_error(&corebtf->log, -EBADMSG, "the member for %s %s holds no BTF",
				entry->machine, entry->release);
	if (err)
		return err;
	*ret_btf = bytes;
	*ret_size = size;
	return 0;
}

int corebtf_field_offset(struct corebtf *corebtf, const struct corebtf_entry *entry,
			 const char *name, struct corebtf_field *ret_field)
{
	struct btf_source source = {0};
	struct field_found found;
	struct corebtf_field field;
	struct reason why = {""};
	void *aligned = NULL; /* a copy: a section can start at any byte of a file */
	const void *btf;
	size_t size;
	int err;

	if (!name || !ret_field || ret_field->sz < sizeof(size_t))
		return -EINVAL;
	err = corebtf_entry_btf(corebtf, entry, &btf, &size);
	if (err)
		return err;
	if ((uintptr_t)btf % 4) {
		aligned = malloc(size);
		if (!aligned)
			return log_error(&corebtf->log, -ENOMEM, "out of memory");
		btf = memcpy(aligned, btf, size);
	}
	err = btf_source_open(&source, btf, size, &why);
	if (!err)
		err = field_find(&source.types, name, &found, &why);
	btf_source_free(&source);
	free(aligned);
	if (err)
		return log_error(&corebtf->log, err, "%s", why.text);
	field = (struct corebtf_field){
		.bit_offset = found.place.bit_offset,
		.bit_size = found.place.bit_size,
		.size = found.size,
		.value = found.value,
	};
	return options_write(ret_field, ret_field->sz, &field, sizeof(field));
}

int corebtf_entry_memfd(struct corebtf *corebtf, const struct corebtf_entry *entry)
{
	const void *btf;
	size_t size;
	int result = corebtf_entry_btf(corebtf, entry, &btf, &size);

	if (result)
		return result;
	result = draft_descriptor(btf, size, &corebtf->log);
	if (result < 0)
		return log_error(&corebtf->log, result, "no file for %zu bytes of BTF: %s", size,
				 strerror(-result));
	return result;
}

int corebtf_entry_path(struct corebtf *corebtf, const struct corebtf_entry *entry, char **ret_path)
{
	const void *btf;
	size_t size;
	int err;

	if (!ret_path)
		return -EINVAL;
	err = corebtf_entry_btf(corebtf, entry, &btf, &size);
	if (err)
		return err;
	err = btf_path_new(btf, size, &corebtf->log, ret_path);
	if (err)
		return log_error(&corebtf->log, err, "no path for %zu bytes of BTF: %s", size,
				 strerror(-err));
	return 0;
}

int corebtf_path_in_folder(const char *folder, const struct corebtf_kernel_opts *kernel,
			   char **ret_path, struct corebtf_origin *ret_origin,
			   const struct corebtf_open_opts *opts)
{
	struct corebtf_kernel_opts known = {.sz = sizeof(known)};
	struct corebtf_origin origin = {.source = COREBTF_SOURCE_BUNDLE};
	struct corebtf *handle; /* only for its log and its host */
	struct kernel wanted;
	int err;

	if (!folder || !ret_path || (ret_origin && ret_origin->sz < sizeof(size_t)))
		return -EINVAL;
	err = handle_new(folder, opts, &handle);
	if (err)
		return err;
	err = read_kernel_opts(kernel, &handle->log, &known);
	if (!err && known.nearest != COREBTF_NEAREST_NEVER)
		log_line(&handle->log, "%s: neighbours are not looked for in a folder", folder);
	if (known.host_root && *known.host_root)
		handle->host.host_root = known.host_root;
	if (!err)
		err = kernel_identify(&handle->host, kernel ? &known : NULL, &handle->log, &wanted);
	if (!err)
		err = btf_folder_path(folder, &wanted, &handle->log, ret_path, &origin);
	handle_free(handle);
	if (!err && ret_origin)
		options_write(ret_origin, ret_origin->sz, &origin, sizeof(origin));
	return err;
}

int corebtf_path_free(char *path)
{
	return btf_path_free(path);
}
