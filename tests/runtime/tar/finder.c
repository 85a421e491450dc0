/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/tar/tar_find.h"
#include "tests/runtime/tar/finder.h"

static void note(void *context, const char *line)
{
	struct answer *answer = context;
	size_t length = strlen(answer->log);

	snprintf(answer->log + length, sizeof(answer->log) - length, "%s\n", line);
}

int find_text(const void *tar, size_t size, const struct question *question,
	      struct answer *ret_answer)
{
	const struct log log = {.write = note, .context = ret_answer, .subject = "test.tar"};
	const struct host nowhere = {.root = "/nonexistent"};
	const struct corebtf_kernel_opts opts = {
		.sz = sizeof(opts),
		.release = question->release,
		.machine = question->machine,
		.uname_version = question->uname_version,
		.os_id = question->os_id,
		.version_id = question->version_id,
	};
	struct tar_btf *btf = malloc(sizeof(*btf));
	struct kernel kernel;
	/* exactly as large as the tar, so that a sanitizer sees a read past its end */
	void *copy = malloc(size ? size : 1);
	int err;

	if (!btf || !copy)
		abort();
	if (size)
		memcpy(copy, tar, size);
	memset(ret_answer, 0, sizeof(*ret_answer));
	err = kernel_identify(&nowhere, &opts, &log, &kernel);
	if (!err)
		err = tar_find(copy, size, &kernel, &log, btf);
	if (err == -ENOTUNIQ) {
		ret_answer->refused = true;
		ret_answer->log[0] = '\0';
		kernel.take_first = true;
		err = tar_find(copy, size, &kernel, &log, btf);
	}
	if (!err && btf->ambiguous != ret_answer->refused)
		abort();
	if (!err) {
		size_t length = btf->draft.size < 24 ? 0 : btf->draft.size - 24;

		if (length >= sizeof(ret_answer->text))
			length = sizeof(ret_answer->text) - 1;
		if (pread(btf->draft.fd, ret_answer->text, length, 24) != (ssize_t)length)
			abort();
		snprintf(ret_answer->name, sizeof(ret_answer->name), "%s", btf->name);
		ret_answer->match = btf->match;
		ret_answer->ambiguous = btf->ambiguous;
		draft_close(&btf->draft);
	}
	free(copy);
	free(btf);
	return err;
}
