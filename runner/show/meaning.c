/* SPDX-License-Identifier: MIT */
/*
 * In: a declaration tag. Out: the meaning that it names.
 */
#include "runner/show/meaning.h"

#include <string.h>

static const struct {
	const char *name;
	enum meaning meaning;
} meanings[] = {
	{"time", MEANING_TIME},
	{"boot_time", MEANING_BOOT_TIME},
	{"duration", MEANING_DURATION},
	{"ip", MEANING_IP},
	{"port", MEANING_PORT},
	{"uid", MEANING_UID},
	{"errno", MEANING_ERRNO},
	{"size", MEANING_SIZE},
	{"hex", MEANING_HEX},
	{"text", MEANING_TEXT},
	{"kernel_address", MEANING_KERNEL_ADDRESS},
};

enum meaning meaning_find(const char *tag, const char **ret_argument)
{
	static const char prefix[] = "corebtf:";

	*ret_argument = "";
	if (strncmp(tag, prefix, strlen(prefix)) != 0)
		return MEANING_NONE;
	tag += strlen(prefix);
	for (size_t i = 0; i < sizeof(meanings) / sizeof(*meanings); i++) {
		size_t length = strlen(meanings[i].name);

		if (strncmp(tag, meanings[i].name, length) != 0)
			continue;
		if (tag[length] == ':')
			*ret_argument = tag + length + 1;
		if (!tag[length] || tag[length] == ':')
			return meanings[i].meaning;
	}
	return MEANING_NONE;
}
