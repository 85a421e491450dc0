/* SPDX-License-Identifier: MIT */
#include "tests/judge/made_object.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HEADER_WORDS 8
#define RECORD_WORDS 4

static void write_ext(const struct bpf_core_relo *relos, size_t count, uint32_t name, uint32_t *ext)
{
	uint32_t length = 4 + 2 * 8 + count * sizeof(*relos);
	uint32_t header[HEADER_WORDS] = {BTF_MAGIC | BTF_VERSION << 16, 32, 0, 0, 0, 0, 0, length};
	size_t parts[2] = {count / 3, count - count / 3};

	memcpy(ext, header, sizeof(header));
	ext += HEADER_WORDS;
	*ext++ = sizeof(*relos);
	for (unsigned int i = 0; i < 2; i++) {
		*ext++ = name;
		*ext++ = parts[i];
		memcpy(ext, relos, parts[i] * sizeof(*relos));
		ext += parts[i] * RECORD_WORDS;
		relos += parts[i];
	}
}

int made_object(struct btf *btf, const struct bpf_core_relo *relos, size_t count,
		struct bpf_object_file *ret_file)
{
	size_t ext_words = HEADER_WORDS + 1 + 2 * 2 + count * RECORD_WORDS;
	int name = btf__add_str(btf, "section");
	uint32_t size = 0, aligned;
	const void *raw = name < 0 ? NULL : btf__raw_data(btf, &size);
	char *image;

	aligned = (size + 3) & ~UINT32_C(3);
	image = raw ? calloc(1, aligned + ext_words * sizeof(uint32_t)) : NULL;
	if (!image)
		return -ENOMEM;
	memcpy(image, raw, size);
	write_ext(relos, count, name, (uint32_t *)(image + aligned));
	*ret_file = (struct bpf_object_file){
		.name = strdup("made"),
		.image = image,
		.image_size = aligned + ext_words * sizeof(uint32_t),
		.btf = image,
		.btf_size = size,
		.ext = image + aligned,
		.ext_size = ext_words * sizeof(uint32_t),
	};
	return 0;
}
