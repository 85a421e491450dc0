/* SPDX-License-Identifier: MIT */
/*
 * Any text as the manifest of a tar, and as a path in one. What is read and written again must be
 * the same when it is read once more.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/kernels/kernel_path.h"
#include "embedder/tar/tar_manifest.h"
#include "embedder/tar/tar_path.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const struct tar_manifest *manifest, struct byte_buffer *text)
{
	tar_manifest_write(manifest, text);
	if (byte_buffer_failed(text))
		abort();
}

static void read_manifest(const char *text, size_t size)
{
	struct tar_manifest once = {0}, twice = {0};
	struct byte_buffer first = {0}, second = {0};
	struct reason why;

	if (tar_manifest_read(text, size, &once, &why))
		return;
	write_again(&once, &first);
	if (tar_manifest_read((const char *)first.data, first.size, &twice, &why))
		abort();
	write_again(&twice, &second);
	if (first.size != second.size || memcmp(first.data, second.data, first.size) != 0)
		abort();
	tar_manifest_free(&once);
	tar_manifest_free(&twice);
	byte_buffer_free(&first);
	byte_buffer_free(&second);
}

/* A path of ours may be refused (a control character), but never means another kernel. */
static void make_path(const struct kernel_id *id, enum tar_layout layout, size_t aside)
{
	struct kernel_id again = {0};
	struct reason why;
	char *path = NULL;

	if (tar_path_make(id, layout, aside % 2, aside, &path, &why))
		return;
	if (strncmp(path, "./", 2) != 0 || strstr(path, "/../") || !tar_path_fits(path, id) ||
	    tar_path_read(path + 2, NULL, &again, &why) || !tar_path_fits(path + 2, &again) ||
	    strcmp(again.release, id->release) != 0 || strcmp(again.machine, id->machine) != 0 ||
	    strcmp(again.os_id, id->os_id) != 0 || strcmp(again.version_id, id->version_id) != 0)
		abort();
	kernel_id_clear(&again);
	free(path);
}

static void read_path(const char *path)
{
	struct kernel_id id = {0};
	struct reason why;

	if (tar_path_read(path, NULL, &id, &why))
		return;
	for (size_t aside = 0; aside < 3; aside++) {
		make_path(&id, TAR_LAYOUT_BCC, aside);
		make_path(&id, TAR_LAYOUT_BPF_COMPATIBLE, aside);
	}
	kernel_id_clear(&id);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	read_manifest(text, size);
	read_path(text);
	free(text);
	return 0;
}
