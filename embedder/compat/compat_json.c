/* SPDX-License-Identifier: MIT */
/*
 * Lists that are as long as there are kernels or sites are numbers without spaces: the HTML report
 * carries this text, and 60 objects on 600 kernels must stay small.
 */
#include "embedder/compat/compat_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/compat/compat_changes.h"
#include "embedder/compat/compat_text.h"
#include "embedder/relo/relo_text.h"
#include "embedder/util/json.h"

static void key(FILE *file, const char *name)
{
	json_print_string(file, name);
	fputc(':', file);
}

static void text(FILE *file, const char *name, const char *value)
{
	key(file, name);
	json_print_string(file, value);
}

/* The same, with a comma in front, and not at all when there is nothing to say. */
static void more_text(FILE *file, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	fputc(',', file);
	text(file, name, value);
}

/* The separator before element @number of a list. */
static void next(FILE *file, size_t number, const char *between)
{
	if (number)
		fputc(',', file);
	fputs(between, file);
}

static void write_states(FILE *file)
{
	key(file, "states");
	fputc('[', file);
	for (int i = 0; i < COMPAT_STATES; i++) {
		next(file, (size_t)i, "");
		json_print_string(file, compat_state_name(i));
	}
	fputs("],\n", file);
}

static void write_kernels(const struct compat *compat, FILE *file)
{
	key(file, "kernels");
	fputc('[', file);
	for (size_t i = 0; i < compat->kernel_count; i++) {
		const struct compat_kernel *kernel = &compat->kernels[i];

		next(file, i, "\n {");
		text(file, "name", kernel->name);
		more_text(file, "series", kernel->series);
		more_text(file, "os", kernel->id.os_id);
		more_text(file, "version", kernel->id.version_id);
		more_text(file, "machine", kernel->id.machine);
		more_text(file, "release", kernel->id.release);
		more_text(file, "path", kernel->path);
		more_text(file, "error", kernel->error);
		fputc('}', file);
	}
	fputs("],\n", file);
}

/* --- fields ----------------------------------------------------------------------------------- */

/* Fields that changed are numbered as sites meet them. */
struct field_list {
	const struct compat *compat;
	uint32_t *requests; /* the first request of each */
	size_t count;
	FILE *file;
	size_t written;
};

static int stop(void *context, const struct compat_change *change)
{
	return 1;
}

/* Requests that differ in kind alone are for one field. */
static void write_field(struct field_list *fields, const struct request *request, FILE *file)
{
	const struct request_set *set = fields->compat->set;
	uint32_t first = request->number;

	if (request->broken || !core_relo_is_field(request->kind))
		return;
	while (first && request_same_path(set->requests[first - 1], request))
		first--;
	for (size_t i = 0; i < fields->count; i++)
		if (fields->requests[i] == first) {
			fprintf(file, ",\"field\":%zu", i);
			return;
		}
	if (!compat_changes(fields->compat, first, stop, NULL))
		return;
	fprintf(file, ",\"field\":%zu", fields->count);
	fields->requests[fields->count++] = first;
}

static void write_fact(const char *name, const struct compat_kernel *kernel,
		       const struct field_fact *fact, FILE *file)
{
	if (!fact->is_found)
		return;
	fprintf(file, ",\"%s\":{\"offset\":%g,\"size\":%u", name, fact->bit_offset / 8.0,
		fact->size);
	if (fact->bit_size)
		fprintf(file, ",\"bits\":%u", fact->bit_size);
	more_text(file, "type", kernel->texts + fact->type);
	more_text(file, "previous", kernel->texts + fact->before);
	more_text(file, "next", kernel->texts + fact->after);
	fputc('}', file);
}

static int write_change(void *context, const struct compat_change *change)
{
	struct field_list *fields = context;
	const struct compat_kernel *kernels = fields->compat->kernels;
	FILE *file = fields->file;

	next(file, fields->written++, "\n   {");
	text(file, "what", compat_change_name(change->kind));
	fprintf(file, ",\"from\":%u,\"to\":%u", change->from, change->to);
	write_fact("before", &kernels[change->from], change->before, file);
	write_fact("after", &kernels[change->to], change->after, file);
	more_text(file, "other_name", change->other_name);
	fputc('}', file);
	return 0;
}

static void write_fields(struct field_list *fields, FILE *file)
{
	key(file, "fields");
	fputc('[', file);
	for (size_t i = 0; i < fields->count; i++) {
		char access[512];

		next(file, i, "\n {");
		request_access_text(fields->compat->set->requests[fields->requests[i]], UINT32_MAX,
				    access, sizeof(access));
		text(file, "access", access);
		fputs(",\"changes\":[", file);
		fields->file = file;
		fields->written = 0;
		compat_changes(fields->compat, fields->requests[i], write_change, fields);
		fputs("]}", file);
	}
	fputc(']', file);
}

/* --- objects ---------------------------------------------------------------------------------- */

static void write_site(const struct compat *compat, struct field_list *fields, size_t site,
		       FILE *file)
{
	const struct request_set *set = compat->set;
	const struct relo_site *place = &set->sites[site];
	const char *strings = set->objects[place->object].strings;
	const char *source = strings + place->line.text;
	char words[1024];

	site_access_text(set, site, words, sizeof(words));
	text(file, "access", words);
	more_text(file, "kind", core_relo_kind_name(set->locals[place->local].kind));
	compat_place_text(compat, (uint32_t)site, words, sizeof(words));
	more_text(file, "place", words);
	more_text(file, "function", strings + place->line.function);
	while (*source == ' ' || *source == '\t')
		source++;
	more_text(file, "source", source);
	more_text(file, "section", strings + place->section);
	fprintf(file, ",\"offset\":%u", place->instruction_offset);
	if (request_set_of_site(set, site))
		write_field(fields, request_set_of_site(set, site), file);
}

static void write_sites(const struct compat *compat, struct field_list *fields,
			const struct relo_object *object, FILE *file)
{
	key(file, "sites");
	fputc('[', file);
	for (size_t i = 0; i < object->relocation_count; i++) {
		next(file, i, "\n   {");
		write_site(compat, fields, object->first_site + i, file);
		fputc('}', file);
	}
	fputc(']', file);
}

/* A number: the value that libbpf writes. null: a type of the object's own. */
static void write_cell(const struct compat *compat, const struct compat_program *program,
		       const struct compat_variant *variant, size_t site, FILE *file)
{
	const struct relo_object *object = &compat->set->objects[program->object];
	char words[2048];

	if (!variant->verdicts[site]) {
		fputs("null", file);
		return;
	}
	if (variant->sites[site] == COMPAT_SITE_FOUND) {
		fprintf(file, "%" PRIu64, variant->verdicts[site]->value);
		return;
	}
	fputc('{', file);
	text(file, "state", compat_site_state_name(variant->sites[site]));
	compat_site_text(compat, program, variant, site, words, sizeof(words));
	more_text(file, "why", words);
	compat_site_hint(compat, program, variant, site, words, sizeof(words));
	more_text(file, "hint", words);
	if (variant->guards[site] != UINT32_MAX)
		fprintf(file, ",\"guard\":%zu", variant->guards[site] - object->first_site);
	fputc('}', file);
}

static void write_need(const struct compat *compat, const struct compat_program *program,
		       const struct compat_variant *variant, size_t need, FILE *file)
{
	const char *state = compat_need_state_name(variant->needs[need]);
	char words[1024];

	if (variant->needs[need] <= COMPAT_NEED_MET) {
		json_print_string(file, state);
		return;
	}
	compat_need_text(compat, program, variant, need, words, sizeof(words));
	fputc('{', file);
	text(file, "state", state);
	more_text(file, "why", words);
	fputc('}', file);
}

static void write_variants(const struct compat *compat, const struct compat_program *program,
			   FILE *file)
{
	key(file, "variants");
	fputc('[', file);
	for (size_t i = 0; i < program->variant_count; i++) {
		const struct compat_variant *variant = program->variants[i];

		next(file, i, "\n     ");
		fprintf(file, "{\"state\":%d,\"cells\":[", variant->state);
		for (size_t site = 0; site < program->site_count; site++) {
			next(file, site, "");
			write_cell(compat, program, variant, site, file);
		}
		fputs("],\"needs\":[", file);
		for (size_t need = 0; need < program->need_count; need++) {
			next(file, need, "");
			write_need(compat, program, variant, need, file);
		}
		fputs("]}", file);
	}
	fputc(']', file);
}

static void write_needs(const struct compat *compat, const struct compat_program *program,
			FILE *file)
{
	key(file, "needs");
	fputc('[', file);
	for (size_t i = 0; i < program->need_count; i++) {
		const struct feature *feature = &compat->features.list[program->needs[i].feature];
		int major, minor;

		next(file, i, "{");
		text(file, "kind", feature_kind_name(feature->kind));
		more_text(file, "name", feature->name);
		if (feature_since(feature->kind, feature->name, &major, &minor))
			fprintf(file, ",\"since\":\"%d.%d\"", major, minor);
		fputc('}', file);
	}
	fputc(']', file);
}

static void write_program(const struct compat *compat, size_t number, FILE *file)
{
	const struct compat_program *program = &compat->programs[number];
	const struct relo_object *object = &compat->set->objects[program->object];

	text(file, "name", program->function->name);
	more_text(file, "section", program->section);
	more_text(file, "type", program->kind->type);
	more_text(file, "attach_type", program->kind->attach);
	more_text(file, "target", program->target);
	fputs(",\"sites\":[", file);
	for (size_t i = 0; i < program->site_count; i++) {
		next(file, i, "");
		fprintf(file, "%zu", program->sites[i] - object->first_site);
	}
	fputs("],\n    ", file);
	write_needs(compat, program, file);
	fputs(",\n    ", file);
	write_variants(compat, program, file);
	fputs(",\n    \"kernels\":[", file);
	for (size_t i = 0; i < compat->kernel_count; i++) {
		next(file, i, "");
		if (compat->kernels[i].error)
			fputs("-1", file);
		else
			fprintf(file, "%u", program->classes[compat->kernels[i].class]);
	}
	fputc(']', file);
}

static void write_object(const struct compat *compat, struct field_list *fields, size_t number,
			 FILE *file)
{
	const struct compat_object *object = &compat->objects[number];

	text(file, "name", object->name);
	fputs(",\n  \"states\":[", file);
	for (size_t i = 0; i < compat->kernel_count; i++) {
		next(file, i, "");
		fprintf(file, "%d", compat_object_state(compat, number, i));
	}
	fputs("],\n  ", file);
	write_sites(compat, fields, &compat->set->objects[number], file);
	fputs(",\n  \"programs\":[", file);
	for (size_t i = 0; i < object->program_count; i++) {
		next(file, i, "\n   {");
		write_program(compat, object->first_program + i, file);
		fputc('}', file);
	}
	fputc(']', file);
}

int compat_json_write(const struct compat *compat, FILE *file)
{
	struct field_list fields = {.compat = compat};

	fields.requests = calloc(compat->set->count + 1, sizeof(*fields.requests));
	if (!fields.requests)
		return -ENOMEM;
	fprintf(file, "{\"corebtf_report\":%d,\n", COMPAT_JSON_VERSION);
	write_states(file);
	write_kernels(compat, file);
	key(file, "objects");
	fputc('[', file);
	for (size_t i = 0; i < compat->object_count; i++) {
		next(file, i, "\n {");
		write_object(compat, &fields, i, file);
		fputc('}', file);
	}
	fputs("],\n", file);
	write_fields(&fields, file);
	fputs("}\n", file);
	free(fields.requests);
	return 0;
}
