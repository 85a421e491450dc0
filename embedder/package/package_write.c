/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <zlib.h>

#include "embedder/package/base64.h"
#include "embedder/package/bpf_package.h"
#include "embedder/package/package_describe.h"
#include "embedder/util/cleanup.h"

static int pack_object(const struct bpf_object_file *object, char **ret_text, struct reason *why)
{
	uLongf packed_size = compressBound(object->image_size);
	_cleanup_free_ unsigned char *packed = malloc(packed_size);
	char *text;

	if (!packed ||
	    compress2(packed, &packed_size, object->image, object->image_size, 9) != Z_OK)
		return reason_set(why, -ENOMEM, "out of memory");
	text = malloc(BASE64_ENCODED_SIZE(packed_size) + 1);
	if (!text)
		return reason_set(why, -ENOMEM, "out of memory");
	base64_encode(packed, packed_size, text);
	*ret_text = text;
	return 0;
}

int bpf_package_write(const struct bpf_object_file *object, char **ret_json, struct reason *why)
{
	_cleanup_free_ char *text = NULL;
	json_t *meta = NULL, *root;
	int err;

	if (object->image_size > BPF_PACKAGE_OBJECT_MAX)
		return reason_set(why, -EFBIG, "more than %zu bytes", BPF_PACKAGE_OBJECT_MAX);
	err = package_describe(object, &meta, why);
	if (!err)
		err = pack_object(object, &text, why);
	if (err) {
		json_decref(meta);
		return err;
	}
	root = json_pack("{s:s, s:I, s:o}", "bpf_object", text, "bpf_object_size",
			 (json_int_t)object->image_size, "meta", meta);
	*ret_json = root ? json_dumps(root, JSON_COMPACT) : NULL;
	json_decref(root);
	return *ret_json ? 0 : reason_set(why, -ENOMEM, "out of memory");
}
