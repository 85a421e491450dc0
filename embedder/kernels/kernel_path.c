// SPDX-License-Identifier: MIT
/*
 * In: the absolute folder and the name of a file. Out: the kernel's key.
 *
 * The last folder must be a machine that is known: it is half of the key, and a wrong key is
 * worse than none, since libbpf takes the BTF of a wrong kernel without a word.
 */
#include "embedder/kernels/kernel_path.h"

#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "embedder/util/cleanup.h"
#include "runtime/kernel/machine.h"

struct span {
	const char *start;
	size_t length;
};

size_t kernel_path_release_length(const char *name)
{
	static const char *const endings[] = {".btf", ".btf.tar.xz"};
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		size_t ending = strlen(endings[i]);

		if (length > ending && strcmp(name + length - ending, endings[i]) == 0)
			return length - ending;
	}
	return 0;
}

/* Takes the last component off @path; empty when there is none left. */
static struct span take_last_component(struct span *path)
{
	struct span last;

	while (path->length && path->start[path->length - 1] == '/')
		path->length--;
	last.start = path->start + path->length;
	while (last.start > path->start && last.start[-1] != '/')
		last.start--;
	last.length = (size_t)(path->start + path->length - last.start);
	path->length -= last.length;
	return last;
}

/* os-release(5) allows these in ID and VERSION_ID. */
static bool is_os_release_value(struct span text)
{
	for (size_t i = 0; i < text.length; i++) {
		unsigned char c = (unsigned char)text.start[i];

		if (!islower(c) && !isdigit(c) && c != '.' && c != '_' && c != '-')
			return false;
	}
	return text.length > 0;
}

void kernel_id_clear(struct kernel_id *id)
{
	free((char *)id->release);
	free((char *)id->machine);
	free((char *)id->os_id);
	free((char *)id->version_id);
	free((char *)id->uname_version);
	memset(id, 0, sizeof(*id));
}

int kernel_path_read(const char *folder, const char *name, bool certain, struct kernel_id *ret_id,
		     struct reason *why)
{
	_cleanup_(kernel_id_clear) struct kernel_id id = {0};
	struct span path = {folder, strlen(folder)};
	struct span machine = take_last_component(&path);
	struct span version_id = take_last_component(&path);
	struct span os_id = take_last_component(&path);
	_cleanup_free_ char *machine_name = strndup(machine.start, machine.length);
	const char *canonical;

	if (!machine_name)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	canonical = machine_canonical(machine_name);
	if (canonical == machine_name) /* handed back: no machine of that name is known */
		return reason_set(why, -EINVAL,
				  "cannot tell which kernel it is for: its folder '%s' is no machine "
				  "name; place it (or a link to it) at OS/VERSION/MACHINE/RELEASE%s",
				  machine_name,
				  name + kernel_path_release_length(name));
	if (!certain && !(is_os_release_value(os_id) && is_os_release_value(version_id) &&
			  isdigit((unsigned char)version_id.start[0])))
		os_id.length = version_id.length = 0;

	id.release = strndup(name, kernel_path_release_length(name));
	id.machine = strdup(canonical);
	id.os_id = strndup(os_id.start, os_id.length);
	id.version_id = strndup(version_id.start, version_id.length);
	id.uname_version = strdup("");
	if (!id.release || !id.machine || !id.os_id || !id.version_id || !id.uname_version)
		return reason_errno(why, -ENOMEM, "cannot keep the path");
	*ret_id = id;
	memset(&id, 0, sizeof(id));
	return 0;
}
