/* SPDX-License-Identifier: MIT */
/*
 * Keeps each distinct BTF, kernel and object once. The result does not depend on the order in which
 * they are added: of two BTFs for one kernel, the one whose source sorts first is kept.
 */
#include <errno.h>
#include <lzma.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/bundle/bundle_builder.h"
#include "embedder/bundle/bundle_contents.h"
#include "embedder/bundle/bundle_layout.h"
#include "embedder/bundle/kernel_order.h"
#include "embedder/util/cleanup.h"
#include "runtime/bundle/format.h"
#include "runtime/util/array.h"

/* Distinct items: an array that owns them, and a search tree over it. */
struct collection {
	void **items;
	size_t count, capacity;
	void *tree;
	int (*compare)(const void *left, const void *right);
};

struct bundle_builder {
	struct collection kernels; /* struct kernel_item */
	struct collection blobs;   /* struct bundle_blob, bytes behind it */
	struct collection objects; /* struct bundle_object, name behind it */
	size_t used_blob_count;	   /* blobs with a user */
};

struct kernel_item {
	struct bundle_kernel kernel;
	char *source; /* owned; may be replaced */
	char strings[];
};

static int kernel_compare(const void *left, const void *right)
{
	const struct kernel_item *l = left, *r = right;

	return kernel_order_identity(&l->kernel.id, &r->kernel.id);
}

/* The checksum only makes the comparison short; blobs are equal when their bytes are. */
static int blob_compare(const void *left, const void *right)
{
	const struct bundle_blob *l = left, *r = right;

	if (l->crc != r->crc)
		return l->crc < r->crc ? -1 : 1;
	if (l->size != r->size)
		return l->size < r->size ? -1 : 1;
	return memcmp(l->data, r->data, l->size);
}

static int object_compare(const void *left, const void *right)
{
	const struct bundle_object *l = left, *r = right;

	if (l->digest != r->digest)
		return l->digest < r->digest ? -1 : 1;
	return strcmp(l->name, r->name);
}

/* ---- collection ---- */

static void *collection_find(const struct collection *collection, const void *key)
{
	void **found = tfind(key, &collection->tree, collection->compare);

	return found ? *found : NULL;
}

/* Takes over @item, which must not be in it yet; on failure the caller still owns it. */
static int collection_add(struct collection *collection, void *item)
{
	if (array_reserve(collection->items, collection->capacity, collection->count + 1) != 0)
		return -ENOMEM;
	if (!tsearch(item, &collection->tree, collection->compare))
		return -ENOMEM;
	collection->items[collection->count++] = item;
	return 0;
}

static void keep_item(void *item)
{
	(void)item; /* the array frees it */
}

static void collection_free(struct collection *collection)
{
	tdestroy(collection->tree, keep_item);
	for (size_t i = 0; i < collection->count; i++)
		free(collection->items[i]);
	free(collection->items);
}

/* ---- builder ---- */

struct bundle_builder *bundle_builder_new(void)
{
	struct bundle_builder *builder = calloc(1, sizeof(*builder));

	if (!builder)
		return NULL;
	builder->kernels.compare = kernel_compare;
	builder->blobs.compare = blob_compare;
	builder->objects.compare = object_compare;
	return builder;
}

void bundle_builder_free(struct bundle_builder *builder)
{
	if (!builder)
		return;
	for (size_t i = 0; i < builder->kernels.count; i++)
		free(((struct kernel_item *)builder->kernels.items[i])->source);
	collection_free(&builder->kernels);
	collection_free(&builder->blobs);
	collection_free(&builder->objects);
	free(builder);
}

int bundle_builder_add_object(struct bundle_builder *builder, const char *name, uint64_t digest,
			      uint32_t relocation_count)
{
	const struct bundle_object key = {.digest = digest, .name = name};
	struct bundle_object *object = collection_find(&builder->objects, &key);
	size_t name_size = strlen(name) + 1;
	int err;

	if (name_size - 1 > BUNDLE_STRING_MAX)
		return -ENAMETOOLONG;
	if (object) {
		/* The same object has the same count. If a caller passes another one, the result
		 * still must not depend on the order of calls. */
		if (object->relocation_count < relocation_count)
			object->relocation_count = relocation_count;
		return 0;
	}
	object = malloc(sizeof(*object) + name_size);
	if (!object)
		return -ENOMEM;
	*object = (struct bundle_object){.digest = digest,
					 .relocation_count = relocation_count,
					 .name = memcpy(object + 1, name, name_size)};
	err = collection_add(&builder->objects, object);
	if (err)
		free(object);
	return err;
}

static int check_string(const char *what, const char *string, struct reason *why)
{
	size_t length = strlen(string);

	if (length <= BUNDLE_STRING_MAX)
		return 0;
	return reason_set(why, -EINVAL, "the %s is %zu bytes long, and the limit is %d", what,
			  length, BUNDLE_STRING_MAX);
}

static int check_kernel(const struct kernel_id *kernel, struct reason *why)
{
	int err = 0;

	if (!*kernel->release)
		return reason_set(why, -EINVAL, "the kernel release is not known");
	if (!*kernel->machine)
		return reason_set(why, -EINVAL, "the machine is not known");
	if (kernel->build_id_size > KERNEL_ID_BUILD_ID_MAX)
		return reason_set(why, -EINVAL, "the build-id has %zu bytes, and the limit is %d",
				  kernel->build_id_size, KERNEL_ID_BUILD_ID_MAX);
	err = check_string("kernel release", kernel->release, why);
	if (!err)
		err = check_string("machine", kernel->machine, why);
	if (!err)
		err = check_string("os id", kernel->os_id, why);
	if (!err)
		err = check_string("version id", kernel->version_id, why);
	if (!err)
		err = check_string("uname version", kernel->uname_version, why);
	return err;
}

/* Finds or adds the blob with these bytes. NULL: no memory. */
static struct bundle_blob *intern_blob(struct bundle_builder *builder, const void *btf, size_t size)
{
	const struct bundle_blob key = {.data = btf, .size = size, .crc = lzma_crc32(btf, size, 0)};
	struct bundle_blob *blob = collection_find(&builder->blobs, &key);

	if (blob)
		return blob;
	blob = malloc(sizeof(*blob) + size);
	if (!blob)
		return NULL;
	*blob = (struct bundle_blob){.number = builder->blobs.count,
				     .crc = key.crc,
				     .size = size,
				     .data = memcpy(blob + 1, btf, size)};
	if (collection_add(&builder->blobs, blob) != 0) {
		free(blob);
		return NULL;
	}
	return blob;
}

static void use_blob(struct bundle_builder *builder, struct kernel_item *item,
		     struct bundle_blob *blob)
{
	if (item->kernel.blob && --item->kernel.blob->user_count == 0)
		builder->used_blob_count--;
	item->kernel.blob = blob;
	if (blob->user_count++ == 0)
		builder->used_blob_count++;
}

/* Copies a string to *@end and moves *@end past it. */
static const char *append_string(char **end, const char *string)
{
	char *copy = *end;

	*end = stpcpy(copy, string) + 1;
	return copy;
}

static struct kernel_item *kernel_item_new(const struct kernel_id *id, const char *source)
{
	struct kernel_item *item = malloc(
		sizeof(*item) + strlen(id->release) + strlen(id->machine) + strlen(id->os_id) +
		strlen(id->version_id) + strlen(id->uname_version) + 5 + id->build_id_size);
	char *end;

	if (!item)
		return NULL;
	*item = (struct kernel_item){.source = strdup(source)};
	if (!item->source) {
		free(item);
		return NULL;
	}
	end = item->strings;
	item->kernel.id = (struct kernel_id){
		.release = append_string(&end, id->release),
		.machine = append_string(&end, id->machine),
		.os_id = append_string(&end, id->os_id),
		.version_id = append_string(&end, id->version_id),
		.uname_version = append_string(&end, id->uname_version),
		.build_id_size = id->build_id_size,
	};
	if (id->build_id_size)
		item->kernel.id.build_id = memcpy(end, id->build_id, id->build_id_size);
	return item;
}

static int add_kernel(struct bundle_builder *builder, const struct kernel_id *id,
		      struct bundle_blob *blob, const char *source)
{
	struct kernel_item *item = kernel_item_new(id, source);

	if (!item)
		return -ENOMEM;
	if (collection_add(&builder->kernels, item) != 0) {
		free(item->source);
		free(item);
		return -ENOMEM;
	}
	use_blob(builder, item, blob);
	return 0;
}

/*
 * The kernel was added before. Of all its BTFs the smallest by (source, bytes) is kept. An equal
 * BTF may have a smaller source, which then counts against a later BTF.
 */
static int merge_kernel(struct bundle_builder *builder, struct kernel_item *item,
			struct bundle_blob *blob, const char *source, struct reason *why)
{
	bool same = item->kernel.blob == blob;
	int order = strcmp(source, item->source);
	char *copy;

	if (!order)
		order = blob_compare(blob, item->kernel.blob);
	if (order >= 0) {
		if (same)
			return 0;
		return reason_set(why, -EEXIST,
				  "the same kernel has another BTF in %s, which is kept",
				  item->source);
	}
	copy = strdup(source);
	if (!copy)
		return reason_set(why, -ENOMEM, "out of memory");
	if (!same)
		reason_set(why, -EEXIST, "the same kernel has another BTF in %s, which is dropped",
			   item->source);
	free(item->source);
	item->source = copy;
	use_blob(builder, item, blob);
	return same ? 0 : -EEXIST;
}

int bundle_builder_add(struct bundle_builder *builder, const struct kernel_id *kernel,
		       const void *btf, size_t size, const char *source, struct reason *why)
{
	const struct kernel_item key = {.kernel.id = *kernel};
	struct kernel_item *item;
	struct bundle_blob *blob;
	int err = check_kernel(kernel, why);

	if (err)
		return err;
	if (!size)
		return reason_set(why, -EINVAL, "the trimmed BTF is empty");
	if (size > COREBTF_MAX_BLOB_SIZE)
		return reason_set(why, -EFBIG, "the trimmed BTF has %zu bytes, and the limit is %u",
				  size, COREBTF_MAX_BLOB_SIZE);
	blob = intern_blob(builder, btf, size);
	if (!blob)
		return reason_set(why, -ENOMEM, "out of memory");
	item = collection_find(&builder->kernels, &key);
	if (item)
		return merge_kernel(builder, item, blob, source, why);
	err = add_kernel(builder, kernel, blob, source);
	return err ? reason_set(why, err, "out of memory") : 0;
}

size_t bundle_builder_entry_count(const struct bundle_builder *builder)
{
	return builder->kernels.count;
}

size_t bundle_builder_blob_count(const struct bundle_builder *builder)
{
	return builder->used_blob_count;
}

int bundle_builder_layout(const struct bundle_builder *builder,
			  const struct bundle_layout_opts *opts, void **ret_bundle,
			  size_t *ret_size, struct reason *why)
{
	_cleanup_free_ const struct bundle_kernel **kernels =
		calloc(builder->kernels.count + 1, sizeof(*kernels));
	_cleanup_free_ const struct bundle_object **objects =
		calloc(builder->objects.count + 1, sizeof(*objects));
	struct bundle_contents contents = {
		.kernels = kernels,
		.kernel_count = builder->kernels.count,
		.blob_count = builder->blobs.count,
		.objects = objects,
		.object_count = builder->objects.count,
	};

	if (!kernels || !objects)
		return reason_set(why, -ENOMEM, "out of memory");
	for (size_t i = 0; i < contents.kernel_count; i++)
		kernels[i] = &((const struct kernel_item *)builder->kernels.items[i])->kernel;
	for (size_t i = 0; i < contents.object_count; i++)
		objects[i] = builder->objects.items[i];
	return bundle_layout(&contents, opts, ret_bundle, ret_size, why);
}
