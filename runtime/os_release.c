/* SPDX-License-Identifier: MIT */
/*
 * os-release is a list of shell assignments: VALUE bare, in single quotes or in double quotes with
 * backslashes, comments on lines of their own, the last assignment wins.
 * Source: os-release(5).
 */
#include <string.h>

#include "runtime/os_release.h"

#define FILE_LIMIT 16384 /* real ones have some 500 bytes */

/* The value of one assignment, out of [c, end). The text may mix the three ways to quote, as the
 * shell has it; it ends at the first blank outside of quotes. */
static void parse_value(const char *c, const char *end, char value[static OS_RELEASE_VALUE_SIZE])
{
	size_t length = 0;
	char quote = 0;

	value[0] = '\0';
	for (; c < end; c++) {
		char byte = *c;

		if (quote && byte == quote) {
			quote = 0;
			continue;
		}
		if (!quote && (byte == '"' || byte == '\'')) {
			quote = byte;
			continue;
		}
		if (!quote && (byte == ' ' || byte == '\t' || byte == '\r'))
			break;
		if (byte == '\\' && quote != '\'' && c + 1 < end &&
		    (!quote || strchr("\"\\$`", c[1])))
			byte = *++c;
		if (byte == '\0' || length + 1 >= OS_RELEASE_VALUE_SIZE) {
			value[0] = '\0';
			return;
		}
		value[length++] = byte;
	}
	value[quote ? 0 : length] = '\0'; /* a quote that stays open makes the line void */
}

/* Whether the line at @line assigns to @name; then *@ret_value is where its value starts. */
static int assigns(const char *line, const char *end, const char *name, const char **ret_value)
{
	size_t length = strlen(name);

	if ((size_t)(end - line) <= length || memcmp(line, name, length) != 0 ||
	    line[length] != '=')
		return 0;
	*ret_value = line + length + 1;
	return 1;
}

void os_release_parse(const char *text, size_t size, struct os_release *ret_release)
{
	const char *end = text + size;

	ret_release->id[0] = '\0';
	ret_release->version_id[0] = '\0';
	while (text < end) {
		const char *line_end = memchr(text, '\n', (size_t)(end - text));
		const char *value;

		if (!line_end)
			line_end = end;
		while (text < line_end && (*text == ' ' || *text == '\t'))
			text++;
		if (assigns(text, line_end, "ID", &value))
			parse_value(value, line_end, ret_release->id);
		else if (assigns(text, line_end, "VERSION_ID", &value))
			parse_value(value, line_end, ret_release->version_id);
		text = line_end < end ? line_end + 1 : end;
	}
}

void os_release_read(const struct host *host, struct os_release *ret_release)
{
	/* A container has an /etc/os-release of its own, but the kernel is the host's. */
	static const struct {
		const char *inside;
		const char *path;
		const char *name;
	} sources[] = {
		{"/proc/1/root", "/etc/os-release", "/proc/1/root/etc/os-release"},
		{"/proc/1/root", "/usr/lib/os-release", "/proc/1/root/usr/lib/os-release"},
		{"", "/etc/os-release", "/etc/os-release"},
		{"", "/usr/lib/os-release", "/usr/lib/os-release"},
	};
	char text[FILE_LIMIT];

	memset(ret_release, 0, sizeof(*ret_release));
	ret_release->source = "";
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		long size = *sources[i].inside
				    ? host_read_inside(host, sources[i].inside, sources[i].path,
						       text, sizeof(text))
				    : host_read(host, sources[i].path, text, sizeof(text));

		if (size < 0)
			continue;
		os_release_parse(text, (size_t)size, ret_release);
		ret_release->source = sources[i].name;
		return;
	}
}
