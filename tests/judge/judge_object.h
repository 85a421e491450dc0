/* SPDX-License-Identifier: MIT */
/*
 * A BPF object as libbpf sees it: its BTF and its CO-RE relocations. Read without the code that is
 * being judged.
 */
#ifndef COREBTF_JUDGE_JUDGE_OBJECT_H
#define COREBTF_JUDGE_JUDGE_OBJECT_H

#include <stddef.h>
#include <stdint.h>
#include <bpf/btf.h>
#include <linux/bpf.h>

#include "embedder/object/bpf_object_file.h"

struct judge_relo {
	struct bpf_core_relo relo;
	uint32_t section;      /* number of its section in .BTF.ext, from 0 */
	uint32_t root;	       /* number of its local type among the object's roots */
	uint32_t section_name; /* offset in the object's strings */
	uint32_t ext_offset;   /* of the record in .BTF.ext, bytes */
};

struct judge_object {
	const struct bpf_object_file *file; /* not owned */
	struct btf *btf;
	struct judge_relo *relos;
	size_t count;
	uint32_t section_count;
	uint32_t *roots; /* local type ids that relocations start from */
	uint32_t root_count;
};

/* 0, or a negative errno value when libbpf does not read the object. */
int judge_object_init(struct judge_object *object, const struct bpf_object_file *file);
void judge_object_free(struct judge_object *object);

#endif
