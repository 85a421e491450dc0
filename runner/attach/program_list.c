/* SPDX-License-Identifier: MIT */
#include "runner/attach/program_list.h"

#include <errno.h>
#include <string.h>

#include "runner/attach/target.h"

/* Of the columns; a name is at most as long as the kernel's tracepoints and functions are. */
struct widths {
	int name, kind, place;
};

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

static void widen(int *width, const char *text)
{
	int length = (int)strlen(text);

	if (length > *width)
		*width = length;
}

/* One pass over all programs: with @file a row for each, without it only the widths. */
static int visit(const struct loading *loading, FILE *file, struct widths *widths,
		 struct reason *why)
{
	for (size_t i = 0; i < loading->tool->count; i++) {
		struct bpf_object *object =
			loading_open(&loading->tool->objects[i], loading->btf_path, why);
		struct bpf_program *program;

		if (!object)
			return -EINVAL;
		bpf_object__for_each_program(program, object)
		{
			const char *name = bpf_program__name(program);
			struct target target;
			char text[260];

			target_describe(program, loading->settings, &target);
			if (!*target.place)
				strcpy(target.place, "-");
			widen(&widths->name, name);
			widen(&widths->kind, target.kind);
			widen(&widths->place, target.place);
			if (file)
				fprintf(file, "%-*s  %-*s  %-*s  %s\n", widths->name, name,
					widths->kind, target.kind, widths->place, target.place,
					state(loading, program, &target, text, sizeof(text)));
		}
		bpf_object__close(object);
	}
	return 0;
}

int program_list_print(const struct loading *loading, FILE *file, struct reason *why)
{
	struct widths widths = {.name = 7, .kind = 4, .place = 5};
	int err = visit(loading, NULL, &widths, why);

	if (err)
		return err;
	fprintf(file, "%-*s  %-*s  %-*s  %s\n", widths.name, "PROGRAM", widths.kind, "KIND",
		widths.place, "PLACE", "ATTACHED");
	return visit(loading, file, &widths, why);
}
