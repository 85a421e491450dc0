/* SPDX-License-Identifier: MIT */
#include "embedder/cli/jobs_option.h"

#include <errno.h>
#include <stdlib.h>

#define JOBS_MAX 4096

int jobs_option_take(const struct command *command, const char *value, unsigned int *ret_jobs)
{
	char *end;
	unsigned long jobs;

	errno = 0;
	jobs = strtoul(value, &end, 10);
	if (*value < '0' || *value > '9' || *end || errno || jobs < 1 || jobs > JOBS_MAX)
		return command_usage_error(command, "--jobs needs a number from 1 to %d, not '%s'",
					   JOBS_MAX, value);
	*ret_jobs = (unsigned int)jobs;
	return COMMAND_GO;
}
