/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "object_list.h"

#define MAX_OBJECTS 256
#define MAX_SIZE    (64u << 20) /* of one object; real ones are below 2 MB */

static const char suffix[] = ".bpf.o";

void object_list_free(struct object_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		free(list->files[i].path);
		free(list->files[i].data);
	}
	free(list->files);
	*list = (struct object_list){0};
}

static bool has_file(const struct object_list *list, const struct stat *status)
{
	for (size_t i = 0; i < list->count; i++) {
		if (list->files[i].device == status->st_dev &&
		    list->files[i].inode == status->st_ino)
			return true;
	}
	return false;
}

/* Reads up to @size bytes; fewer when the file was cut meanwhile, which libbpf reports. */
static int read_bytes(int fd, char *data, size_t size, size_t *ret_size)
{
	size_t done = 0;
	ssize_t got;

	while (done < size) {
		got = read(fd, data + done, size - done);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		done += (size_t)got;
	}
	*ret_size = done;
	return 0;
}

static int add_open_file(struct object_list *list, const char *path, int fd, struct reason *reason)
{
	struct object_file file = {0};
	struct object_file *files;
	struct stat status;
	int err;

	if (fstat(fd, &status))
		return reason_errno(reason, -errno, path);
	if (!S_ISREG(status.st_mode))
		return reason_set(reason, -EINVAL, "%s: neither a file nor a folder", path);
	if (has_file(list, &status))
		return 0;
	if (!status.st_size)
		return reason_set(reason, -EINVAL, "%s: the file is empty, no BPF object", path);
	if (status.st_size > MAX_SIZE)
		return reason_set(reason, -EFBIG, "%s: %lld bytes, no BPF object is that large",
				  path, (long long)status.st_size);
	if (list->count == MAX_OBJECTS)
		return reason_set(reason, -E2BIG, "%s: more than %d BPF objects", path,
				  MAX_OBJECTS);

	files = realloc(list->files, (list->count + 1) * sizeof(*files));
	if (!files)
		return reason_errno(reason, -ENOMEM, path);
	list->files = files;
	file.path = strdup(path);
	file.data = malloc((size_t)status.st_size);
	file.device = status.st_dev;
	file.inode = status.st_ino;
	if (!file.path || !file.data)
		err = -ENOMEM;
	else
		err = read_bytes(fd, file.data, (size_t)status.st_size, &file.size);
	if (err) {
		free(file.path);
		free(file.data);
		return reason_errno(reason, err, path);
	}
	files[list->count++] = file;
	return 0;
}

static int add_file(struct object_list *list, const char *path, struct reason *reason)
{
	/* O_NONBLOCK: a FIFO in the folder must not block the daemon. */
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	int err;

	if (fd < 0)
		return reason_errno(reason, -errno, path);
	err = add_open_file(list, path, fd, reason);
	close(fd);
	return err;
}

static int is_object(const struct dirent *entry)
{
	size_t size = strlen(entry->d_name);

	return entry->d_name[0] != '.' && size > sizeof(suffix) - 1 &&
	       strcmp(entry->d_name + size - (sizeof(suffix) - 1), suffix) == 0;
}

/* By bytes, independent of the locale. */
static int compare_names(const struct dirent **left, const struct dirent **right)
{
	return strcmp((*left)->d_name, (*right)->d_name);
}

static int add_folder(struct object_list *list, const char *folder, struct reason *reason)
{
	struct dirent **entries = NULL;
	char *path;
	int count;
	int err = 0;

	count = scandir(folder, &entries, is_object, compare_names);
	if (count < 0)
		return reason_errno(reason, -errno, folder);
	if (!count)
		err = reason_set(reason, -ENOENT, "%s: no *%s in this folder", folder, suffix);
	for (int i = 0; i < count; i++) {
		if (!err && asprintf(&path, "%s/%s", folder, entries[i]->d_name) < 0)
			err = reason_errno(reason, -ENOMEM, folder);
		else if (!err) {
			err = add_file(list, path, reason);
			free(path);
		}
		free(entries[i]);
	}
	free(entries);
	return err;
}

int object_list_read(char *const *paths, struct object_list *ret_list, struct reason *reason)
{
	struct object_list list = {0};
	struct stat status;
	int err = 0;

	for (; *paths && !err; paths++) {
		if (stat(*paths, &status))
			err = reason_errno(reason, -errno, *paths);
		else if (S_ISDIR(status.st_mode))
			err = add_folder(&list, *paths, reason);
		else
			err = add_file(&list, *paths, reason);
	}
	if (err) {
		object_list_free(&list);
		return err;
	}
	*ret_list = list;
	return 0;
}
