/* SPDX-License-Identifier: MIT */
/*
 * reach_judge ROUNDS [--names] OBJECT...: lets the running kernel's verifier judge what the report
 * says.
 *
 * For each object, fields (enumerators, types) that it asks for are taken away from the kernel's
 * BTF, one at a time and then several at random. Each program is then loaded alone with that BTF:
 *
 *	"breaks"             it must be refused
 *	"works", "guarded"   it must load
 *	"unsure"             either
 *
 * --names: without `pid`, the names of the programs say what the report must say, as in
 * objects/reach.bpf.c.
 *
 * Programs that this kernel refuses with its full BTF are left out. Exit status 77 when this
 * process may not load programs or the kernel has no BTF.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "runtime/btf/btf_source.h"
#include "embedder/compat/compat.h"
#include "embedder/image/kernel_btf.h"
#include "embedder/trim/trimmer.h"
#include "embedder/util/cleanup.h"
#include "runtime/util/array.h"
#include "tests/judge/judge.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"
#define SKIPPED	   77

/* A name in the kernel's BTF that an object asks for: where its offset stands. */
struct taken {
	size_t place; /* bytes into the BTF */
};

struct judging {
	const char *path;
	struct kernel_btf kernel;
	unsigned char *bytes; /* a copy, from which names are taken */
	struct request_set *set;
	struct bpf_code code;
	struct trimmer *trimmer;
	struct taken *names;
	size_t name_count, name_capacity;
	bool *loads; /* by program: with the full BTF */
	size_t program_count;
	unsigned int verdicts[COMPAT_STATES], wrong;
	bool names_say;
	char without[256]; /* the names that are taken now */
};

static _Noreturn void die(const char *what, const char *why)
{
	fprintf(stderr, "reach_judge: %s: %s\n", what, why);
	exit(2);
}

/* --- the names -------------------------------------------------------------------------------- */

struct finding {
	struct judging *judging;
	const struct type_view *types;
};

static int note_name(void *context, size_t request, const struct answer *answer)
{
	struct finding *finding = context;
	struct judging *judging = finding->judging;
	const struct request *asked = judging->set->requests[request];
	const struct btf_type *type;
	const void *name;
	size_t place;

	if (answer->result != ANSWER_MATCH)
		return 0;
	if (core_relo_is_field(asked->kind)) {
		type = type_view_type(finding->types, answer->match.owner);
		if (answer->match.is_index || !type)
			return 0;
		name = &type_view_members(type)[answer->match.member].name_off;
	} else if (core_relo_is_enumerator(asked->kind)) {
		type = type_view_type(finding->types, answer->match.owner);
		if (!type)
			return 0;
		name = type_view_kind(finding->types, type) == BTF_KIND_ENUM
			       ? (const void *)((const struct btf_enum *)(type + 1) +
						answer->match.member)
			       : (const void *)((const struct type_view_enum64 *)(type + 1) +
						answer->match.member);
	} else {
		type = type_view_type(finding->types, answer->id);
		name = &type->name_off;
	}
	/* Programs of bcc ask for this type to learn whether there are ring buffers, and their
	 * loader changes a map with it; without that the kernel refuses them for another reason. */
	if (strcmp(type_view_string(finding->types, type_view_name_offset(finding->types, type)),
		   "bpf_ringbuf") == 0)
		return 0;
	place = (size_t)((const unsigned char *)name - judging->bytes);
	for (size_t i = 0; i < judging->name_count; i++)
		if (judging->names[i].place == place)
			return 0;
	if (array_reserve(judging->names, judging->name_capacity, judging->name_count + 1))
		return -ENOMEM;
	judging->names[judging->name_count++] = (struct taken){place};
	return 0;
}

/* The name without its first character is another name. */
static void take_name(struct judging *judging, size_t number)
{
	const struct btf_header *header = (const struct btf_header *)judging->bytes;
	size_t length = strlen(judging->without);
	uint32_t offset;

	memcpy(&offset, judging->bytes + judging->names[number].place, sizeof(offset));
	snprintf(judging->without + length, sizeof(judging->without) - length, "%s%s",
		 length ? ", " : "",
		 (const char *)judging->bytes + header->hdr_len + header->str_off + offset);
	offset++;
	memcpy(judging->bytes + judging->names[number].place, &offset, sizeof(offset));
}

static void put_all_back(struct judging *judging)
{
	memcpy(judging->bytes, judging->kernel.data, judging->kernel.size);
	judging->without[0] = '\0';
}

static void find_names(struct judging *judging)
{
	struct resolver resolver;
	struct btf_source source = {0};
	struct reason why;
	struct finding finding = {judging, &source.types.view};
	struct resolver_visitor visitor = {.answer = note_name, .context = &finding};

	if (resolver_init(&resolver, judging->set) ||
	    btf_source_open(&source, judging->bytes, judging->kernel.size, &why) ||
	    resolver_open(&resolver, &source.types, &why) ||
	    resolver_run(&resolver, &visitor, &why))
		die(judging->path, why.text);
	resolver_free(&resolver);
	btf_source_free(&source);
}

/* --- one kernel ------------------------------------------------------------------------------- */

/* Loads one program alone; what the kernel says. */
static int load(const struct judging *judging, const char *btf_path, size_t number)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = btf_path);
	struct bpf_object *object = bpf_object__open_file(judging->path, &opts);
	struct bpf_program *program;
	size_t i = 0;
	int err;

	if (!object)
		die(judging->path, strerror(errno));
	bpf_object__for_each_program(program, object)
		bpf_program__set_autoload(program, i++ == number);
	err = bpf_object__load(object);
	bpf_object__close(object);
	return err;
}

/* libbpf's programs are in another order than ours. */
static size_t find_program(const struct judging *judging, const char *name)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts);
	struct bpf_object *object = bpf_object__open_file(judging->path, &opts);
	struct bpf_program *program;
	size_t i = 0, found = SIZE_MAX;

	if (!object)
		die(judging->path, strerror(errno));
	bpf_object__for_each_program(program, object)
	{
		if (strcmp(bpf_program__name(program), name) == 0)
			found = i;
		i++;
	}
	bpf_object__close(object);
	if (found == SIZE_MAX)
		die(judging->path, "libbpf has no program of that name");
	return found;
}

static void check_name(struct judging *judging, const char *name, enum compat_state state)
{
	const char *expected = compat_state_name(state);

	if (!judging->names_say || strcmp(judging->without, "pid") != 0 ||
	    strncmp(name, expected, strlen(expected)) == 0)
		return;
	judging->wrong++;
	printf("%s: %s: the report says '%s'\n", judging->path, name, expected);
}

static void judge_program(struct judging *judging, const struct compat *compat, size_t number,
			  const char *btf_path)
{
	const struct compat_program *program = &compat->programs[number];
	enum compat_state state = compat_variant(compat, number, 0)->state;
	size_t at = find_program(judging, program->function->name);
	int err;

	if (!judging->loads[number])
		return;
	judging->verdicts[state]++;
	check_name(judging, program->function->name, state);
	if (state == COMPAT_UNSURE)
		return;
	err = load(judging, btf_path, at);
	if ((err != 0) == (state == COMPAT_BREAKS))
		return;
	judging->wrong++;
	printf("%s: %s: without %s: the report says '%s', the kernel says %d\n", judging->path,
	       program->function->name, judging->without, compat_state_name(state), err);
	for (size_t i = 0; i < program->site_count; i++) {
		uint8_t site = compat_variant(compat, number, 0)->sites[i];

		if (site > COMPAT_SITE_ABSENT)
			printf("  instruction %u, line %u: %s\n",
			       program->insns[i] - program->function->first,
			       judging->set->sites[program->sites[i]].line.line,
			       compat_site_state_name(site));
	}
}

/* The report for the BTF as it is now, and what the kernel makes of each program with it.
 * @only_full: notes which programs load at all. */
static void judge_taken(struct judging *judging, bool is_full)
{
	struct kernel_id id = KERNEL_ID_UNKNOWN;
	struct utsname host;
	_cleanup_(matrix_free) struct matrix matrix = {0};
	_cleanup_(compat_free) struct compat compat = {0};
	_cleanup_(btf_source_free) struct btf_source source = {0};
	_cleanup_close_ int fd = memfd_create("taken", MFD_CLOEXEC);
	_cleanup_free_ struct field_fact *fields = calloc(judging->set->count + 1, sizeof(*fields));
	_cleanup_free_ uint32_t *prototypes = NULL;
	_cleanup_free_ uint8_t *facts = NULL;
	struct compat_answers answers = {.texts = "", .texts_size = 1, .fields = fields};
	struct trim_result result;
	struct reason why;
	char btf_path[64];

	uname(&host);
	id.release = host.release;
	if (btf_source_open(&source, judging->bytes, judging->kernel.size, &why) ||
	    trimmer_run(judging->trimmer, &source.types, &result, &why))
		die(judging->path, why.text);
	if (matrix_init(&matrix, judging->set) ||
	    matrix_add_kernel(&matrix, "kernel", result.verdicts) ||
	    compat_init(&compat, judging->set, &judging->code))
		die(judging->path, "out of memory");
	/* What the programs need besides types this kernel has. */
	facts = calloc(compat.features.count + 1, 1);
	prototypes = calloc(compat.features.count + 1, sizeof(*prototypes));
	answers.facts = facts;
	answers.prototypes = prototypes;
	if (!facts || !prototypes || !fields ||
	    compat_add_kernel(&compat, &id, "kernel", &answers, NULL) ||
	    compat_judge(&compat, &matrix))
		die(judging->path, "out of memory");
	if (fd < 0 || write(fd, result.btf, result.size) != (ssize_t)result.size)
		die(judging->path, strerror(errno));
	snprintf(btf_path, sizeof(btf_path), "/proc/self/fd/%d", fd);
	if (is_full) {
		judging->program_count = compat.program_count;
		judging->loads = calloc(compat.program_count + 1, sizeof(bool));
	}
	for (size_t i = 0; i < compat.program_count; i++) {
		if (is_full)
			judging->loads[i] =
				!load(judging, btf_path,
				      find_program(judging, compat.programs[i].function->name));
		else
			judge_program(judging, &compat, i, btf_path);
	}
}

static void judge(struct judging *judging, unsigned int rounds)
{
	uint64_t random = 1;
	size_t loading = 0;

	find_names(judging);
	judge_taken(judging, true);
	for (size_t i = 0; i < judging->program_count; i++)
		loading += judging->loads[i];
	for (size_t i = 0; loading && i < judging->name_count; i++) {
		take_name(judging, i);
		judge_taken(judging, false);
		put_all_back(judging);
	}
	for (unsigned int i = 0; loading && judging->name_count > 1 && i < rounds; i++) {
		for (size_t k = 0; k < 2 + judge_random(&random) % 3; k++)
			take_name(judging, judge_random(&random) % judging->name_count);
		judge_taken(judging, false);
		put_all_back(judging);
	}
	printf("%s: %zu of %zu programs load, %zu names: works %u, guarded %u, unsure %u, breaks "
	       "%u, wrong %u\n",
	       judging->path, loading, judging->program_count, judging->name_count,
	       judging->verdicts[0], judging->verdicts[1], judging->verdicts[2],
	       judging->verdicts[3], judging->wrong);
}

static void judge_object(const char *path, unsigned int rounds, bool names_say,
			 unsigned int totals[COMPAT_STATES], unsigned int *wrong)
{
	struct judging judging = {
		.path = path,
		.set = request_set_new(),
		.names_say = names_say,
	};
	struct bpf_object_file file;
	struct reason why;

	if (kernel_btf_open(KERNEL_BTF, NULL, NULL, &judging.kernel, &why))
		die(KERNEL_BTF, why.text);
	judging.bytes = malloc(judging.kernel.size);
	if (!judging.set || !judging.bytes || bpf_object_file_open(path, &file, &why) ||
	    request_set_add_object(judging.set, &file, &why) ||
	    bpf_code_read(&file, &judging.code, &why))
		die(path, why.text);
	bpf_object_file_close(&file);
	judging.trimmer = trimmer_new(judging.set);
	put_all_back(&judging);
	judge(&judging, rounds);
	for (int i = 0; i < COMPAT_STATES; i++)
		totals[i] += judging.verdicts[i];
	*wrong += judging.wrong;
	trimmer_free(judging.trimmer);
	bpf_code_free(&judging.code);
	request_set_free(judging.set);
	kernel_btf_close(&judging.kernel);
	free(judging.bytes);
	free(judging.names);
	free(judging.loads);
}

static int print(enum libbpf_print_level level, const char *format, va_list arguments)
{
	return level == LIBBPF_WARN && getenv("VERBOSE") ? vfprintf(stderr, format, arguments) : 0;
}

int main(int argc, char **argv)
{
	unsigned int totals[COMPAT_STATES] = {0}, wrong = 0;
	bool names_say;

	libbpf_set_print(print);
	if (geteuid() != 0 || access(KERNEL_BTF, R_OK) || argc < 3) {
		printf("skipped: needs root and a kernel with BTF\n");
		return SKIPPED;
	}
	names_say = strcmp(argv[2], "--names") == 0;
	for (int i = 2 + names_say; i < argc; i++)
		judge_object(argv[i], (unsigned int)atoi(argv[1]), names_say, totals, &wrong);
	printf("all: works %u, guarded %u, unsure %u, breaks %u, wrong %u\n", totals[COMPAT_WORKS],
	       totals[COMPAT_GUARDED], totals[COMPAT_UNSURE], totals[COMPAT_BREAKS], wrong);
	/* A judge who was asked nothing has not judged. */
	return wrong || !totals[COMPAT_BREAKS] || !totals[COMPAT_GUARDED];
}
