/* SPDX-License-Identifier: MIT */
/*
 * os-release is a list of shell assignments: VALUE bare, in single quotes or in double quotes with
 * backslashes, comments on lines of their own, the last assignment wins.
 * Source: os-release(5).
 */
#include <stdio.h>
#include <string.h>

#include "runtime/kernel/os_release.h"

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
	char codename[OS_RELEASE_VALUE_SIZE] = "";
	const char *end = text + size;

	ret_release->id[0] = '\0';
	ret_release->version_id[0] = '\0';
	ret_release->id_like[0] = '\0';
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
		else if (assigns(text, line_end, "ID_LIKE", &value))
			parse_value(value, line_end, ret_release->id_like);
		else if (assigns(text, line_end, "VERSION_CODENAME", &value))
			parse_value(value, line_end, codename);
		text = line_end < end ? line_end + 1 : end;
	}
	if (!*ret_release->version_id)
		strcpy(ret_release->version_id, codename);
}

/* One candidate: os-release at @path below the root @inside ("": ours). */
static bool read_one(const struct host *host, const char *inside, const char *path,
		     struct os_release *release)
{
	char text[FILE_LIMIT];
	long size = *inside ? host_read_inside(host, inside, path, text, sizeof(text))
			    : host_read(host, path, text, sizeof(text));

	if (size < 0)
		return false;
	os_release_parse(text, (size_t)size, release);
	snprintf(release->source, sizeof(release->source), "%s%s", inside, path);
	return true;
}

static bool read_below(const struct host *host, const char *root, struct os_release *release)
{
	return read_one(host, root, "/etc/os-release", release) ||
	       read_one(host, root, "/usr/lib/os-release", release);
}

/* A root that the user named. One without an os-release is logged. */
static bool read_named(const struct host *host, const struct log *log, const char *root,
		       const char *name, struct os_release *release)
{
	if (!root)
		return false;
	if (read_below(host, root, release))
		return true;
	log_line(log, "no os-release can be read below %s (%s)", root, name);
	return false;
}

void os_release_read(const struct host *host, const struct log *log, struct os_release *ret_release)
{
	const char *root = host->host_root, *etc = host_variable("HOST_ETC");

	memset(ret_release, 0, sizeof(*ret_release));
	if (root ? read_named(host, log, root, "the host root that was given", ret_release)
		 : read_named(host, log, host_variable("HOST_ROOT"), "HOST_ROOT", ret_release))
		return;
	if (etc && read_one(host, etc, "/os-release", ret_release))
		return;
	if (etc)
		log_line(log, "no os-release can be read in %s (HOST_ETC)", etc);
	if (read_one(host, "/run/host", "/os-release", ret_release) ||
	    read_below(host, "/run/host", ret_release) ||
	    read_below(host, "/proc/1/root", ret_release))
		return;
	read_below(host, "", ret_release);
}
