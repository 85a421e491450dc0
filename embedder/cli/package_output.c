/* SPDX-License-Identifier: MIT */
#include "embedder/cli/package_output.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "embedder/cli/command.h"
#include "embedder/cli/output.h"
#include "embedder/cli/report.h"
#include "embedder/package/bpf_package.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/input_file.h"
#include "embedder/util/text.h"

static bool is_package(const char *path)
{
	_cleanup_close_ int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char start[64];
	ssize_t size = fd < 0 ? -1 : pread(fd, start, sizeof(start), 0);

	return size > 0 && bpf_package_is(start, (size_t)size);
}

bool package_output_is(const char *in, const char *out)
{
	size_t length = strlen(out);

	return is_package(in) || (length > 5 && strcmp(out + length - 5, ".json") == 0);
}

static int to_object(const char *in, const char *out)
{
	_cleanup_(bpf_package_free) struct bpf_package package = {0};
	_cleanup_free_ void *json = NULL;
	struct reason why = {""};
	size_t size = 0;
	int err = input_file_read(in, BPF_PACKAGE_SIZE_MAX, &json, &size, &why);

	if (!err)
		err = bpf_package_read(json, size, &package, &why);
	if (err) {
		report_failure(in, "%s", why.text);
		return STATUS_FAILED;
	}
	if (output_save(out, package.object, package.object_size))
		return STATUS_FAILED;
	report_note("%s: the BPF object of %s, %s", out, in, text_size(package.object_size).text);
	return STATUS_DONE;
}

static int to_package(const char *in, const char *out)
{
	_cleanup_(bpf_object_file_close) struct bpf_object_file object = {0};
	_cleanup_free_ char *json = NULL;
	struct reason why = {""};
	int err = bpf_object_file_open(in, &object, &why);

	if (!err)
		err = bpf_package_write(&object, &json, &why);
	if (err) {
		report_failure(in, "%s", why.text);
		return STATUS_FAILED;
	}
	if (output_save(out, json, strlen(json)))
		return STATUS_FAILED;
	report_note("%s: a package of %s, %s", out, in, text_size(strlen(json)).text);
	return STATUS_DONE;
}

int package_output_convert(const char *in, const char *out)
{
	return is_package(in) ? to_object(in, out) : to_package(in, out);
}
