/* SPDX-License-Identifier: MIT */
#include "embedder/cli/memory_option.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int memory_option_take(const struct command *command, const char *value, uint64_t *ret_bytes)
{
	static const char units[] = "KMGT";
	unsigned long long number = 0;
	unsigned int shift = 0;
	char *end = NULL;

	errno = 0;
	if (*value >= '0' && *value <= '9')
		number = strtoull(value, &end, 10);
	if (end && *end && strchr(units, *end))
		shift = 10 * (unsigned int)(strchr(units, *end++) - units + 1);
	if (!end || *end || errno || !number || number > UINT64_MAX >> shift)
		return command_usage_error(command,
					   "--memory needs a number of bytes, or one with K, M "
					   "or G behind it, like 512M, not '%s'",
					   value);
	*ret_bytes = (uint64_t)number << shift;
	return COMMAND_GO;
}
