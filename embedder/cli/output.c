/* SPDX-License-Identifier: MIT */
#include "embedder/cli/output.h"

#include "embedder/cli/report.h"
#include "embedder/util/cleanup.h"
#include "embedder/util/interrupt.h"
#include "embedder/util/output_file.h"

int output_save(const char *path, const void *data, size_t size)
{
	_cleanup_(interrupt_release) struct interrupt_hold hold = interrupt_hold(path);
	struct reason why = {""};
	int err = output_file_save(path, NULL, data, size, &why);

	if (err)
		report_failure(path, "%s", why.text);
	return err;
}
