/* SPDX-License-Identifier: MIT */
#include "runner/attach/program_list.h"

#include <errno.h>
#include <string.h>

#include "runner/attach/target.h"

/* Columns as wide as these, if there is nothing wider. */
#define NAME_WIDTH  24
#define KIND_WIDTH  16
#define PLACE_WIDTH 34

static const char *state(const struct loading *loading, const struct bpf_program *program,
			 const struct target *target, char *text, size_t size)
{
	const char *problem;
	char detail[200];

	if (!loading_is_wanted(loading->settings, program))
		return "no: --program leaves it out";
	if (loading_needs_kernel_btf(program) && !loading->kernel_has_btf)
		return "no: it needs a kernel that has BTF of its own";
	problem = target_problem(program, target, detail, sizeof(detail));
	if (*problem) {
		snprintf(text, size, "no: %s", problem);
		return text;
	}
	return bpf_program__autoload(program) ? "yes" : "yes, if it loads (optional)";
}

int program_list_print(const struct loading *loading, FILE *file, struct reason *why)
{
	fprintf(file, "%-*s %-*s %-*s %s\n", NAME_WIDTH, "PROGRAM", KIND_WIDTH, "KIND", PLACE_WIDTH,
		"PLACE", "ATTACHED");
	for (size_t i = 0; i < loading->tool->count; i++) {
		struct bpf_object *object =
			loading_open(&loading->tool->objects[i], loading->btf_path, why);
		struct bpf_program *program;

		if (!object)
			return -EINVAL;
		bpf_object__for_each_program(program, object)
		{
			struct target target;
			char text[260];

			target_describe(program, loading->settings, &target);
			fprintf(file, "%-*s %-*s %-*s %s\n", NAME_WIDTH, bpf_program__name(program),
				KIND_WIDTH, target.kind, PLACE_WIDTH,
				*target.place ? target.place : "-",
				state(loading, program, &target, text, sizeof(text)));
		}
		bpf_object__close(object);
	}
	return 0;
}
