/* SPDX-License-Identifier: MIT */
/*
 * How an input of the fuzz targets that take BPF objects is laid out:
 *
 *	u32 size of .BTF | u32 size of .BTF.ext | .BTF | .BTF.ext | the kernel's BTF
 *
 * Little-endian; make_trim_seed.py writes such files.
 */
#ifndef COREBTF_FUZZ_TRIM_INPUT_H
#define COREBTF_FUZZ_TRIM_INPUT_H

#include <stdlib.h>
#include <string.h>

#include "embedder/object/bpf_object_file.h"

struct trim_input {
	void *btf, *ext, *kernel; /* each on its own, exactly as large as it is */
	size_t btf_size, ext_size, kernel_size;
};

static inline void *trim_input_copy(const uint8_t *data, size_t size)
{
	void *copy = malloc(size + !size);

	return memcpy(copy, data, size);
}

static inline struct trim_input trim_input_split(const uint8_t *data, size_t size)
{
	struct trim_input input = {0};
	uint32_t sizes[2] = {0};

	if (size >= sizeof(sizes)) {
		memcpy(sizes, data, sizeof(sizes));
		data += sizeof(sizes);
		size -= sizeof(sizes);
	}
	input.btf_size = sizes[0] < size ? sizes[0] : size;
	input.ext_size = sizes[1] < size - input.btf_size ? sizes[1] : size - input.btf_size;
	input.kernel_size = size - input.btf_size - input.ext_size;
	input.btf = trim_input_copy(data, input.btf_size);
	input.ext = trim_input_copy(data + input.btf_size, input.ext_size);
	input.kernel = trim_input_copy(data + input.btf_size + input.ext_size, input.kernel_size);
	return input;
}

static inline struct bpf_object_file trim_input_object(const struct trim_input *input)
{
	static char name[] = "fuzz";

	return (struct bpf_object_file){
		.name = name,
		.btf = input->btf,
		.btf_size = input->btf_size,
		.ext = input->ext,
		.ext_size = input->ext_size,
	};
}

static inline void trim_input_free(struct trim_input *input)
{
	free(input->btf);
	free(input->ext);
	free(input->kernel);
}

#endif
