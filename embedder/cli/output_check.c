/* SPDX-License-Identifier: MIT */
#include "embedder/cli/output_check.h"

#include <errno.h>
#include <sys/stat.h>

#include "embedder/cli/report.h"

int output_check(const char *output, const char *const *inputs, size_t count)
{
	struct stat there, input;

	if (!output || stat(output, &there) < 0 || !S_ISREG(there.st_mode))
		return 0;
	for (size_t i = 0; i < count; i++) {
		if (!inputs[i] || stat(inputs[i], &input) < 0 || input.st_dev != there.st_dev ||
		    input.st_ino != there.st_ino)
			continue;
		report_failure(
			output,
			"not written: it is one of the inputs (%s); name another file for the "
			"output",
			inputs[i]);
		return -EINVAL;
	}
	return 0;
}
