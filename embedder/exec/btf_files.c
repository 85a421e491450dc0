/* SPDX-License-Identifier: MIT */
/*
 * Each file goes into the deepest folder that exists, which is covered for it (covered_folder.h).
 * docs/interop.md lists which loader reads which file.
 */
#include "embedder/exec/btf_files.h"

#include <elf.h>
#include <endian.h>
#include <linux/btf.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "embedder/elf/elf_object.h"
#include "embedder/exec/covered_folder.h"
#include "embedder/util/cleanup.h"

/* A folder that is covered, and the file in it. */
struct place {
	char folder[96], file[96];
};

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Without sysfs, /sys is mostly there as an empty folder. What is in /sys/kernel/btf itself is not
 * kept: those are BTFs of modules, which fit only the kernel's own. */
static bool find_sysfs(struct place *ret_place)
{
	static const struct place places[] = {
		{"/sys/kernel", "btf/vmlinux"},
		{"/sys", "kernel/btf/vmlinux"},
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		*ret_place = places[i];
		if (is_folder(ret_place->folder))
			return true;
	}
	return false;
}

/* The first two of the places where libbpf looks that only need a folder. */
static bool find_elf(const char *release, struct place *ret_place)
{
	for (int i = 0; i < 2; i++) {
		if (i == 0)
			strcpy(ret_place->folder, "/boot");
		else
			snprintf(ret_place->folder, sizeof(ret_place->folder), "/lib/modules/%s",
				 release);
		snprintf(ret_place->file, sizeof(ret_place->file), "vmlinux-%s", release);
		if (is_folder(ret_place->folder))
			return true;
	}
	return false;
}

static bool is_big_endian(const void *btf, size_t size)
{
	uint16_t magic = 0;

	if (size >= sizeof(magic))
		memcpy(&magic, btf, sizeof(magic));
	return (magic == BTF_MAGIC) == (__BYTE_ORDER == __BIG_ENDIAN);
}

static int make_elf(const struct place *place, const char *machine, const void *btf, size_t size,
		    struct reason *why)
{
	/* Readers look at class and byte order; for a rare machine its number is left out. */
	struct elf_object_target target = {{sizeof(void *) == 8, false}, EM_NONE, 0};
	_cleanup_free_ void *file = NULL;
	size_t file_size = 0;
	int err;

	elf_object_find_target(machine, &target);
	target.codec.big_endian = is_big_endian(btf, size);
	err = elf_object_make_btf(&target, btf, size, &file, &file_size, why);
	return err ? err : covered_folder_make(place->folder, place->file, file, file_size, why);
}

int btf_files_make(const char *release, const char *machine, const void *btf, size_t size,
		   struct btf_files *ret_files, struct reason *why)
{
	struct btf_files files = {.sysfs = "", .elf = ""};
	struct place place;
	int err;

	if (find_sysfs(&place)) {
		err = covered_folder_make(place.folder, place.file, btf, size, why);
		if (err)
			return err;
		strcpy(files.sysfs, BTF_FILES_SYSFS);
	} else {
		reason_set(&files.sysfs_why, 0, "there is no folder /sys");
	}
	if (strchr(release, '/')) {
		reason_set(&files.elf_why, 0, "the release '%s' is no name of a file", release);
	} else if (find_elf(release, &place)) {
		err = make_elf(&place, machine, btf, size, why);
		if (err)
			return err;
		snprintf(files.elf, sizeof(files.elf), "%s/%s", place.folder, place.file);
	} else {
		reason_set(&files.elf_why, 0, "there is no folder /boot and no /lib/modules/%s",
			   release);
	}
	if (!*files.sysfs && !*files.elf)
		return reason_set(why, -ENOTDIR,
				  "there is no folder for the BTF: no /sys, no /boot and no "
				  "/lib/modules/%s; make one of them",
				  release);
	*ret_files = files;
	return 0;
}
