/* SPDX-License-Identifier: MIT */
/*
 * The kernels of a report: their names, their order, and the series that each belongs to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/compat/compat_parts.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/release.h"
#include "runtime/util/array.h"

void compat_kernel_free(struct compat_kernel *kernel)
{
	kernel_id_clear(&kernel->id);
	free(kernel->path);
	free(kernel->error);
	free(kernel->name);
	free(kernel->series);
	free(kernel->facts);
	free(kernel->prototypes);
	free(kernel->fields);
	free(kernel->texts);
}

/* "6.1" of "6.1.0-50-amd64". */
static int series_length(const char *release)
{
	int major = 0, minor = 0, length = 0;

	return sscanf(release, "%d.%d%n", &major, &minor, &length) == 2 ? length
									: (int)strlen(release);
}

/* "debian 12 x86_64 6.1.0-50-amd64"; the path when nothing is known. NULL: no memory. */
static char *make_name(const struct compat_kernel *kernel, int release_length)
{
	const struct kernel_id *id = &kernel->id;
	char *name;

	if (!*id->release)
		return strdup(kernel->path);
	if (asprintf(&name, "%s%s%s%s%s%s%.*s", id->os_id, *id->os_id ? " " : "", id->version_id,
		     *id->version_id ? " " : "", id->machine, *id->machine ? " " : "",
		     release_length, id->release) < 0)
		return NULL;
	return name;
}

static void *copy_of(const void *data, size_t size)
{
	void *copy = malloc(size + 1);

	if (copy && size)
		memcpy(copy, data, size);
	return copy;
}

static int copy_answers(const struct compat *compat, const struct compat_answers *answers,
			struct compat_kernel *kernel)
{
	kernel->column = (uint32_t)answers->number;
	kernel->facts = copy_of(answers->facts, compat->features.count);
	kernel->fields = copy_of(answers->fields, compat->set->count * sizeof(*answers->fields));
	kernel->prototypes =
		copy_of(answers->prototypes, compat->features.count * sizeof(*answers->prototypes));
	kernel->texts = copy_of(answers->texts, answers->texts_size);
	return kernel->facts && kernel->prototypes && kernel->fields && kernel->texts ? 0 : -ENOMEM;
}

static uint32_t version_of(const char *release)
{
	unsigned int major, minor;

	if (sscanf(release, "%u.%u", &major, &minor) != 2 || major > 255 || minor > 255)
		return 0;
	return major << 16 | minor << 8;
}

int compat_add_kernel(struct compat *compat, const struct kernel_id *id, const char *path,
		      const struct compat_answers *answers, const char *error)
{
	struct compat_kernel kernel = {.path = strdup(path)};
	int err = kernel.path ? kernel_id_copy(id, &kernel.id) : -ENOMEM;

	if (!err && answers) {
		err = copy_answers(compat, answers, &kernel);
	} else if (!err) {
		kernel.error = strdup(error);
		err = kernel.error ? 0 : -ENOMEM;
	}
	if (!err) {
		kernel.name = make_name(&kernel, (int)strlen(id->release));
		kernel.series = make_name(&kernel, series_length(id->release));
		err = kernel.name && kernel.series ? 0 : -ENOMEM;
	}
	if (!err)
		err = array_reserve(compat->kernels, compat->kernel_capacity,
				    compat->kernel_count + 1);
	kernel.version = version_of(id->release);
	if (err)
		compat_kernel_free(&kernel);
	else
		compat->kernels[compat->kernel_count++] = kernel;
	return err;
}

/* strverscmp(): 5.10 is after 5.4, and -9- before -10-. */
static int compare_kernels(const void *a, const void *b)
{
	const struct compat_kernel *x = a, *y = b;
	int order = strcmp(x->id.machine, y->id.machine);

	if (!order)
		order = strcmp(x->id.os_id, y->id.os_id);
	if (!order)
		order = strverscmp(x->id.version_id, y->id.version_id);
	if (!order)
		order = strverscmp(x->id.release, y->id.release);
	return order ? order : strcmp(x->path, y->path);
}

void compat_sort_kernels(struct compat *compat)
{
	for (size_t i = 0; i < compat->kernel_count; i++) {
		struct compat_kernel *kernel = &compat->kernels[i];

		if (!kernel->error)
			kernel->column = compat->matrix->kernels[kernel->column].column;
	}
	if (compat->kernel_count)
		qsort(compat->kernels, compat->kernel_count, sizeof(*compat->kernels),
		      compare_kernels);
}

/* Kernels with the same column and the same facts. */
int compat_find_classes(struct compat *compat)
{
	_cleanup_free_ size_t *firsts = calloc(compat->kernel_count + 1, sizeof(*firsts));

	if (!firsts)
		return -ENOMEM;
	for (size_t i = 0; i < compat->kernel_count; i++) {
		struct compat_kernel *kernel = &compat->kernels[i];
		size_t class = 0;

		if (kernel->error)
			continue;
		for (; class < compat->class_count; class ++) {
			const struct compat_kernel *other = &compat->kernels[firsts[class]];

			if (other->column == kernel->column &&
			    (!compat->asks_version || other->version == kernel->version) &&
			    memcmp(other->facts, kernel->facts, compat->features.count) == 0)
				break;
		}
		if (class == compat->class_count)
			firsts[compat->class_count++] = i;
		kernel->class = (uint32_t) class;
	}
	return 0;
}

/* Columns are shared by kernels of different ages, so one old kernel counts for all. */
bool compat_knows_stack_constants(const struct compat *compat)
{
	for (size_t i = 0; i < compat->kernel_count; i++) {
		int major = 0, minor = 0;

		if (sscanf(compat->kernels[i].id.release, "%d.%d", &major, &minor) == 2 &&
		    (major < 5 || (major == 5 && minor < 3)))
			return false;
	}
	return true;
}
