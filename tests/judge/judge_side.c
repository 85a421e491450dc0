/* SPDX-License-Identifier: MIT */
#include "tests/judge/judge_side.h"

#include <byteswap.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"

struct candidate_list {
	struct candidate_list *next;
	char *name; /* essential */
	uint32_t kind;
	struct libbpf_candidates candidates;
};

/* The same BTF with a 24-byte header and no layout section; NULL: it has no other header. */
static void *without_layout(const void *data, size_t size, size_t *ret_size)
{
	const unsigned char *bytes = data;
	uint32_t words[6]; /* magic, version and flags; header, types at, size, strings at, size */
	unsigned char *plain;
	bool swapped;

	if (size < sizeof(words))
		return NULL;
	memcpy(words, data, sizeof(words));
	swapped = (words[0] & 0xffff) != BTF_MAGIC;
	for (unsigned int i = 1; swapped && i < 6; i++)
		words[i] = bswap_32(words[i]);
	if (words[1] <= 24 || words[1] > size || words[3] > size || words[5] > size ||
	    (uint64_t)words[1] + words[2] + words[3] > size ||
	    (uint64_t)words[1] + words[4] + words[5] > size)
		return NULL;
	*ret_size = 24 + words[3] + words[5];
	plain = malloc(*ret_size);
	if (!plain)
		return NULL;
	memcpy(plain + 24, bytes + words[1] + words[2], words[3]);
	memcpy(plain + 24 + words[3], bytes + words[1] + words[4], words[5]);
	words[1] = 24;
	words[2] = 0;
	words[4] = words[3];
	for (unsigned int i = 1; swapped && i < 6; i++)
		words[i] = bswap_32(words[i]);
	memcpy(plain, words, sizeof(words));
	return plain;
}

int judge_side_init(struct judge_side *side, const void *data, size_t size)
{
	_cleanup_free_ void *plain = without_layout(data, size, &size);

	*side = (struct judge_side){.btf = btf__new(plain ? plain : data, size)};
	return side->btf ? 0 : -errno;
}

int judge_side_add_module(struct judge_side *side, const char *path)
{
	struct btf **modules =
		reallocarray(side->modules, side->module_count + 1, sizeof(*modules));

	if (!modules)
		return -ENOMEM;
	side->modules = modules;
	modules[side->module_count] = btf__parse_elf_split(path, side->btf);
	if (!modules[side->module_count])
		return -errno;
	side->module_count++;
	return 0;
}

void judge_side_free(struct judge_side *side)
{
	while (side->lists) {
		struct candidate_list *list = side->lists;

		side->lists = list->next;
		free(list->name);
		free(list->candidates.list);
		free(list);
	}
	for (size_t i = 0; i < side->module_count; i++)
		btf__free(side->modules[i]);
	free(side->modules);
	btf__free(side->btf);
	*side = (struct judge_side){0};
}

const struct libbpf_candidates *judge_side_candidates(struct judge_side *side,
						      const struct btf *local, uint32_t id)
{
	const struct btf_type *type = btf__type_by_id(local, id);
	const char *name = btf__name_by_offset(local, type->name_off);
	size_t length = bpf_core_essential_name_len(name);
	uint32_t kind = btf_kind(type) == BTF_KIND_ENUM64 ? BTF_KIND_ENUM : btf_kind(type);
	struct libbpf_candidate wanted = {local, id};
	struct candidate_list *list;

	for (list = side->lists; list; list = list->next)
		if (list->kind == kind && strlen(list->name) == length &&
		    memcmp(list->name, name, length) == 0)
			return &list->candidates;
	list = calloc(1, sizeof(*list));
	if (!list)
		return NULL;
	list->kind = kind;
	list->name = strndup(name, length);
	list->next = side->lists;
	side->lists = list;
	if (!list->name ||
	    bpf_core_add_cands(&wanted, length, side->btf, "judge", 1, &list->candidates))
		return NULL;
	/* As libbpf does on a kernel whose BTF it reads itself (bpf_core_find_cands()). */
	for (size_t i = 0, first = list->candidates.length; i < side->module_count && !first; i++)
		if (bpf_core_add_cands(&wanted, length, side->modules[i], "module",
				       (int)btf__type_cnt(side->btf), &list->candidates))
			return NULL;
	return &list->candidates;
}
