/* SPDX-License-Identifier: MIT */
/*
 * In: a file. Out: the bytes of its bundles, and whether they are sound.
 *
 * They are copied before they are checked, so that what is written is what was checked.
 */
#include "embedder/engine/bundle_input.h"

#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/util/file_bytes.h"
#include "runtime/util/mapping.h"
#include "runtime/executable/section.h"
#include "runtime/tar/tar.h"

void bundle_input_keep_line(void *context, const char *line)
{
	reason_set(context, 0, "%s", line);
}

static const char *error_words(int error)
{
	switch (error) {
	case -ENODATA:
		return "it carries no BTFs (no section .corebtf, and it is no bundle)";
	case -EBADMSG:
		return "the bundle is damaged";
	case -EOPNOTSUPP:
		return "the bundle is of a newer format than this corebtf reads";
	default:
		return strerror(-error);
	}
}

const char *bundle_input_words(const struct reason *line, const char *subject, int error)
{
	size_t length = strlen(subject);

	if (!*line->text)
		return error_words(error);
	if (strncmp(line->text, subject, length) == 0 && strncmp(line->text + length, ": ", 2) == 0)
		return line->text + length + 2;
	return line->text;
}

static int read_section(int fd, uint64_t file_size, const struct log *log, void **ret_data,
			size_t *ret_size)
{
	struct section section = {0};
	struct mapping mapping = {0};
	void *data;
	int err;

	/* container_read() reads tars, with their manifest. */
	if (tar_is_file(fd))
		return log_error(log, -ENODATA,
				 "is a tar: make a bundle of it first, with `corebtf convert`");
	err = section_find(fd, file_size, log, &section);
	if (!err)
		err = mapping_open(fd, section.offset, section.size, &mapping);
	if (err)
		return err;
	data = malloc(mapping.size);
	if (data) {
		memcpy(data, mapping.data, mapping.size);
		*ret_data = data;
		*ret_size = mapping.size;
	}
	mapping_close(&mapping);
	return data ? 0 : -ENOMEM;
}

int bundle_input_read(const char *path, void **ret_data, size_t *ret_size, struct reason *why)
{
	struct reason line = {""};
	struct log log = {.write = bundle_input_keep_line, .context = &line, .subject = path};
	_cleanup_close_ int fd = -1;
	uint64_t file_size = 0;
	int err = file_bytes_open(path, &log, &fd, &file_size);

	if (!err)
		err = read_section(fd, file_size, &log, ret_data, ret_size);
	return err ? reason_set(why, err, "%s", bundle_input_words(&line, path, err)) : 0;
}

static void cleanup_corebtf(struct corebtf **corebtf)
{
	corebtf_close(*corebtf); /* NULL is fine */
}

int bundle_input_check(const void *data, size_t size, struct corebtf_summary *ret_summary,
		       struct reason *why)
{
	_cleanup_(cleanup_corebtf) struct corebtf *corebtf = NULL;
	struct reason line = {""};
	struct corebtf_open_opts opts = {
		.sz = sizeof(opts),
		.log = bundle_input_keep_line,
		.log_context = &line,
	};
	int err = corebtf_open_memory(data, size, &corebtf, &opts);

	if (!err)
		err = corebtf_check(corebtf);
	if (!err)
		err = corebtf_summarize(corebtf, ret_summary);
	/* The library's lines begin with "memory: ". */
	return err ? reason_set(why, err, "%s", bundle_input_words(&line, "memory", err)) : 0;
}
