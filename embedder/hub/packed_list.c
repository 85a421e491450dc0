/* SPDX-License-Identifier: MIT */
#include "embedder/hub/packed_list.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/util/byte_buffer.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/output_file.h"
#include "embedder/util/text.h"
#include "runtime/bundle/checksum.h"
#include "runtime/util/array.h"

#define LIST_SIZE_MAX (256u << 20)
#define PACK_SIZE_MAX ((size_t)4 << 30)
#define FIRST_LINE    "corebtf-packed 1 %zu %08" PRIx32
#define LIST	      "corebtf.packed"
#define PACK	      "corebtf-%08" PRIx32 ".pack"
#define PARTS	      5

static int compare(const void *a, const void *b)
{
	const struct packed_kernel *left = a, *right = b;
	int order = strcmp(left->release, right->release);

	if (!order)
		order = strcmp(left->machine, right->machine);
	if (!order)
		order = strcmp(left->os_id, right->os_id);
	return order ? order : strcmp(left->version_id, right->version_id);
}

static struct packed_kernel key_of(const struct kernel_id *id)
{
	return (struct packed_kernel){
		.os_id = id->os_id,
		.version_id = id->version_id,
		.machine = id->machine,
		.release = id->release,
	};
}

static int append(struct packed_list *list, const struct packed_kernel *kernel)
{
	if (array_reserve(list->kernels, list->capacity, list->count + 1))
		return -ENOMEM;
	list->kernels[list->count++] = *kernel;
	return 0;
}

/* @line is cut into its parts. */
static int read_line(struct packed_list *list, char *line)
{
	const char *parts[PARTS];
	struct packed_kernel kernel;
	char *rest = line;
	size_t count = 0;

	for (char *part; (part = strsep(&rest, "\t"));) {
		if (count == PARTS)
			return -EBADMSG;
		parts[count++] = part;
	}
	if (count < PARTS || !*parts[0] || parts[0][strspn(parts[0], "0123456789abcdef")])
		return -EBADMSG;
	kernel = (struct packed_kernel){
		.object = parts[0],
		.os_id = parts[1],
		.version_id = parts[2],
		.machine = parts[3],
		.release = parts[4],
	};
	return append(list, &kernel);
}

static int read_lines(struct packed_list *list, char *text)
{
	int err = 0;

	for (char *line = text, *end; !err && *line; line = end + 1) {
		end = strchr(line, '\n');
		if (!end)
			return -EBADMSG;
		*end = '\0';
		err = read_line(list, line);
	}
	return err;
}

static char *join(const char *folder, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

static char *pack_path(const char *folder, uint32_t sum)
{
	char name[32];

	snprintf(name, sizeof(name), PACK, sum);
	return join(folder, name);
}

/* 0, also if it is not there or damaged; @list is then not filled. */
static int read_both(const char *folder, struct packed_list *list)
{
	_cleanup_free_ char *list_path = join(folder, LIST), *path = NULL;
	_cleanup_free_ void *bytes = NULL;
	size_t length = 0, size = 0;
	uint32_t sum = 0;
	char *end;

	if (!list_path)
		return -ENOMEM;
	if (input_file_read(list_path, LIST_SIZE_MAX, &bytes, &length, NULL))
		return 0;
	list->text = strndup(bytes, length);
	if (!list->text)
		return -ENOMEM;
	end = strchr(list->text, '\n');
	if (!end || strlen(list->text) != length)
		return 0;
	*end = '\0';
	if (sscanf(list->text, "corebtf-packed 1 %zu %8" SCNx32, &size, &sum) != 2)
		return 0;
	path = pack_path(folder, sum);
	if (!path)
		return -ENOMEM;
	if (input_file_read(path, PACK_SIZE_MAX, &list->pack, &list->pack_size, NULL) ||
	    list->pack_size != size || checksum_add(0, list->pack, size) != sum)
		return -EBADMSG;
	return read_lines(list, end + 1);
}

int packed_list_read(const char *folder, struct packed_list *ret_list, struct reason *why)
{
	struct packed_list list = {.kernels = NULL};
	int err = read_both(folder, &list);

	if (err || !list.pack)
		packed_list_free(&list);
	*ret_list = list;
	if (err == -ENOMEM)
		return reason_errno(why, err, "cannot read which kernels were packed");
	packed_list_sort(ret_list);
	return 0;
}

int packed_list_add(struct packed_list *list, const char *object, const struct kernel_id *id)
{
	struct packed_kernel kernel = key_of(id);

	kernel.object = object;
	return append(list, &kernel);
}

void packed_list_sort(struct packed_list *list)
{
	if (list->count)
		qsort(list->kernels, list->count, sizeof(*list->kernels), compare);
}

const struct packed_kernel *packed_list_find(const struct packed_list *list,
					     const struct kernel_id *id)
{
	const struct packed_kernel key = key_of(id);

	return list->count ? bsearch(&key, list->kernels, list->count, sizeof(key), compare) : NULL;
}

static int write_text(const struct packed_list *list, struct byte_buffer *text, size_t size,
		      uint32_t sum)
{
	struct reason first;

	snprintf(first.text, sizeof(first.text), FIRST_LINE "\n", size, sum);
	byte_buffer_append(text, first.text, strlen(first.text));
	for (size_t i = 0; i < list->count; i++) {
		const struct packed_kernel *kernel = &list->kernels[i];
		_cleanup_free_ char *line = NULL;

		if (asprintf(&line, "%s\t%s\t%s\t%s\t%s\n", kernel->object, kernel->os_id,
			     kernel->version_id, kernel->machine, kernel->release) < 0) {
			line = NULL;
			return -ENOMEM;
		}
		byte_buffer_append(text, line, strlen(line));
	}
	return byte_buffer_failed(text) ? -ENOMEM : 0;
}

static void remove_others(const char *folder, const char *kept)
{
	DIR *directory = opendir(folder);
	const struct dirent *entry;

	while (directory && (entry = readdir(directory))) {
		size_t length = strlen(entry->d_name);

		if (strncmp(entry->d_name, "corebtf-", 8) == 0 &&
		    text_ends_with(entry->d_name, length, ".pack") &&
		    strcmp(entry->d_name, strrchr(kept, '/') + 1) != 0)
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
	if (directory)
		closedir(directory);
}

int packed_list_write(const struct packed_list *list, const char *folder, const void *pack,
		      size_t size, struct reason *why)
{
	_cleanup_(byte_buffer_free) struct byte_buffer text = {.data = NULL};
	uint32_t sum = checksum_add(0, pack, size);
	_cleanup_free_ char *list_path = join(folder, LIST), *path = pack_path(folder, sum);
	int err = list_path && path ? write_text(list, &text, size, sum) : -ENOMEM;

	if (err)
		return reason_errno(why, err, "cannot write which kernels were packed");
	err = output_file_save(path, NULL, pack, size, why);
	if (!err)
		err = output_file_save(list_path, NULL, text.data, text.size, why);
	if (!err)
		remove_others(folder, path);
	return err;
}

void packed_list_free(struct packed_list *list)
{
	free(list->kernels);
	free(list->text);
	free(list->pack);
	*list = (struct packed_list){.kernels = NULL};
}
