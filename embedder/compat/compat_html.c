/* SPDX-License-Identifier: MIT */
#include "embedder/compat/compat_html.h"

#include <errno.h>
#include <string.h>

#include "embedder/compat/compat_json.h"
#include "embedder/compat/report_page.h"
#include "embedder/util/cleanup.h"

#define PLACE "@REPORT@"

/* In a page, "</script>" or "<!--" would end the JSON early. '<' is only in its strings. */
static void write_escaped(const char *json, size_t size, FILE *file)
{
	for (const char *end = json + size, *next; json < end; json = next + 1) {
		next = memchr(json, '<', (size_t)(end - json));
		fwrite(json, 1, (size_t)((next ? next : end) - json), file);
		if (!next)
			return;
		fputs("\\u003c", file);
	}
}

int compat_html_write(const struct compat *compat, FILE *file)
{
	const char *page = (const char *)report_page;
	const char *place = memmem(page, report_page_size, PLACE, strlen(PLACE));
	_cleanup_free_ char *json = NULL;
	size_t size = 0;
	FILE *memory = open_memstream(&json, &size);
	int err;

	if (!memory)
		return -ENOMEM;
	err = compat_json_write(compat, memory);
	if (ferror(memory))
		err = -ENOMEM;
	if (fclose(memory) || err)
		return -ENOMEM;
	fwrite(page, 1, (size_t)(place - page), file);
	write_escaped(json, size, file);
	place += strlen(PLACE);
	fwrite(place, 1, report_page_size - (size_t)(place - page), file);
	return 0;
}
