/* SPDX-License-Identifier: MIT */
/*
 * Makes the input of bench_lookup: bundles of any size, and the same contents as files for tar.
 *
 *	make_lookup FOLDER COUNT DISTINCT OS_ID VERSION_ID RELEASE MACHINE BTF...
 *
 *	FOLDER/raw.bundle, FOLDER/xz.bundle, FOLDER/tar/OS_ID/VERSION_ID/MACHINE/....btf
 *
 * COUNT kernels, of which the one in the middle is RELEASE, share DISTINCT different BTFs: the
 * given ones (trimmed already) and neighbours of theirs, which differ from them in as little as
 * two kernels of one series do: some structs' members are elsewhere. Kernels that follow each
 * other share a BTF.
 */
#include <linux/btf.h>
#include <sys/stat.h>

#include "embedder/bundle/bundle_builder.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/output_file.h"
#include "runtime/kernel/machine.h"

#define BTF_SIZE_MAX ((size_t)1 << 26)
#define SHIFT	     64 /* bits that a member is moved by */
#define CHANGED	     50 /* one struct in so many */

struct input {
	void *data;
	size_t size;
};

/* What follows a type's three words; zero for kinds without. */
static size_t tail_size(const struct btf_type *type)
{
	size_t vlen = BTF_INFO_VLEN(type->info);

	switch (BTF_INFO_KIND(type->info)) {
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case BTF_KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
		return vlen * sizeof(struct btf_member);
	case BTF_KIND_ENUM:
		return vlen * sizeof(struct btf_enum);
	case BTF_KIND_FUNC_PROTO:
		return vlen * sizeof(struct btf_param);
	case BTF_KIND_DATASEC:
		return vlen * sizeof(struct btf_var_secinfo);
	case BTF_KIND_ENUM64:
		return vlen * 3 * 4;
	default:
		return 0;
	}
}

/* Moves the first member of one struct in CHANGED, and of one that no other neighbour of this BTF
 * moves as far. Number 0 is the BTF itself. */
static void make_neighbour(uint8_t *btf, unsigned int number)
{
	const struct btf_header *header = (void *)btf;
	uint8_t *types = btf + header->hdr_len + header->type_off;
	size_t structs = 0;

	for (int pass = 0; number && pass < 2; pass++) {
		size_t at = 0, seen = 0;

		while (at + sizeof(struct btf_type) <= header->type_len) {
			struct btf_type *type = (void *)(types + at);
			struct btf_member *members = (void *)(type + 1);

			at += sizeof(*type) + tail_size(type);
			if (BTF_INFO_KIND(type->info) != BTF_KIND_STRUCT ||
			    !BTF_INFO_VLEN(type->info))
				continue;
			if (pass && seen == number % structs)
				members->offset += SHIFT * (1 + number / (unsigned int)structs);
			else if (pass && (seen * 2654435761U + number) % CHANGED == 0)
				members->offset += SHIFT;
			seen++;
		}
		structs = seen ? seen : 1;
	}
}

static void make_way(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		mkdir(path, 0755);
		*slash = '/';
	}
}

static int save(struct bundle_builder *builder, const char *folder, const char *name,
		enum bundle_compression compression, struct reason *why)
{
	const struct bundle_layout_opts opts = {
		.big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__, .compression = compression};
	_cleanup_free_ void *bytes = NULL;
	char path[4096];
	size_t size = 0;
	int err = bundle_builder_layout(builder, &opts, &bytes, &size, why);

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	return err ? err : output_file_save(path, NULL, bytes, size, why);
}

/* @machine is what uname prints, which is what tars are named by. */
static int add(struct bundle_builder *builder, const char *folder, const struct kernel_id *kernel,
	       const char *machine, const struct input *input, unsigned int neighbour,
	       struct reason *why)
{
	_cleanup_free_ uint8_t *btf = malloc(input->size);
	char path[4096];
	int err;

	if (!btf)
		return -ENOMEM;
	memcpy(btf, input->data, input->size);
	make_neighbour(btf, neighbour);
	err = bundle_builder_add(builder, kernel, btf, input->size, kernel->release, why);
	if (err)
		return err;
	snprintf(path, sizeof(path), "%s/tar/%s/%s/%s/%s.btf", folder, kernel->os_id,
		 kernel->version_id, machine, kernel->release);
	make_way(path);
	return output_file_save(path, NULL, btf, input->size, why);
}

static int make(int argc, char **argv, struct reason *why)
{
	static const char *const series[] = {"4.19.0", "5.4.0", "5.10.0", "5.15.0", "6.1.0"};
	unsigned int count = (unsigned int)atoi(argv[2]), distinct = (unsigned int)atoi(argv[3]);
	unsigned int inputs_count = (unsigned int)(argc - 8);
	struct bundle_builder *builder = bundle_builder_new();
	struct input *inputs = calloc(inputs_count, sizeof(*inputs));
	int err = builder && inputs ? 0 : -ENOMEM;

	for (unsigned int i = 0; !err && i < inputs_count; i++)
		err = input_file_read(argv[8 + i], BTF_SIZE_MAX, &inputs[i].data, &inputs[i].size,
				      why);
	for (unsigned int i = 0; !err && i < count; i++) {
		unsigned int blob = (unsigned int)((uint64_t)i * distinct / count);
		unsigned int input = (unsigned int)((uint64_t)blob * inputs_count / distinct);
		unsigned int first = (input * distinct + inputs_count - 1) / inputs_count;
		char release[128];
		const struct kernel_id kernel = {
			.release = release,
			.machine = machine_canonical(argv[7]),
			.os_id = argv[4],
			.version_id = argv[5],
			.uname_version = "",
		};

		if (i == count / 2)
			snprintf(release, sizeof(release), "%s", argv[6]);
		else
			snprintf(release, sizeof(release), "%s-%u-%s",
				 series[(uint64_t)i * 5 / count], i, i % 2 ? "cloud" : "generic");
		err = add(builder, argv[1], &kernel, argv[7], &inputs[input], blob - first, why);
	}
	if (!err)
		err = save(builder, argv[1], "raw.bundle", BUNDLE_COMPRESSION_NONE, why);
	if (!err)
		err = save(builder, argv[1], "xz.bundle", BUNDLE_COMPRESSION_XZ, why);
	if (!err)
		printf("%zu entries, %zu distinct BTFs\n", bundle_builder_entry_count(builder),
		       bundle_builder_blob_count(builder));
	for (unsigned int i = 0; inputs && i < inputs_count; i++)
		free(inputs[i].data);
	free(inputs);
	bundle_builder_free(builder);
	return err;
}

int main(int argc, char **argv)
{
	struct reason why = {""};
	int err;

	if (argc < 9 || atoi(argv[2]) < 1 || atoi(argv[3]) < 1)
		return 2;
	err = make(argc, argv, &why);
	if (err)
		fprintf(stderr, "make_lookup: %s (%s)\n", why.text, strerror(-err));
	return err ? 1 : 0;
}
