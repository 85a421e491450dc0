/* SPDX-License-Identifier: MIT */
/*
 * Base addresses and program headers come from the dynamic loader, or from libc in a static
 * program. No file is opened for these.
 *
 * The file of a shared object is harder to find: there is no /proc/self/exe for it. The loader's
 * name may be relative to a folder that is not the current one any more, and an upgrade may have
 * replaced the file. So the name comes from the kernel (/proc/self/maps), or the file itself where
 * that is allowed (/proc/self/map_files needs CAP_SYS_ADMIN or CAP_CHECKPOINT_RESTORE). The opened
 * file is compared with what is loaded: program headers and notes, among them the build-id. Device
 * and inode do not suffice, as overlayfs and btrfs report others in maps than in stat.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "runtime/util/file_bytes.h"
#include "runtime/executable/module.h"

/* Notes are some 100 bytes. */
#define MAX_NOTES 65536

/* What the kernel appends to the name of a deleted file. */
#define DELETED " (deleted)"

struct search {
	uintptr_t address; /* an address inside the wanted module; 0: the first one */
	struct module *module;
	size_t visited;
};

static bool contains(const struct dl_phdr_info *info, uintptr_t address)
{
	for (size_t i = 0; i < info->dlpi_phnum; i++) {
		const ElfW(Phdr) *segment = &info->dlpi_phdr[i];

		if (segment->p_type == PT_LOAD &&
		    address - (info->dlpi_addr + segment->p_vaddr) < segment->p_memsz)
			return true;
	}
	return false;
}

static int visit(struct dl_phdr_info *info, size_t size, void *context)
{
	struct search *search = context;
	size_t number = search->visited++;

	(void)size;
	if (search->address ? !contains(info, search->address) : number > 0)
		return 0;
	*search->module = (struct module){
		.base = info->dlpi_addr,
		.segments = info->dlpi_phdr,
		.segment_count = info->dlpi_phnum,
		.name = info->dlpi_name ? info->dlpi_name : "",
		.is_executable = number == 0, /* glibc and musl name it first */
	};
	return 1;
}

static int find(uintptr_t address, struct module *ret_module)
{
	struct search search = {.address = address, .module = ret_module};

	if (dl_iterate_phdr(visit, &search))
		return 0;
	return search.visited ? -ENODATA : -ENOSYS;
}

int module_find_executable(struct module *ret_module)
{
	return find(0, ret_module);
}

int module_find_own(struct module *ret_module)
{
	return find((uintptr_t)&module_find_own, ret_module);
}

int module_find_at(const void *address, struct module *ret_module)
{
	return find((uintptr_t)address, ret_module);
}

/* The line of /proc/self/maps that has the address: the range, and the file's name. */
static int find_mapping(uintptr_t address, uintptr_t *ret_start, uintptr_t *ret_end, char *path,
			size_t path_size)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char *line = NULL;
	size_t capacity = 0;
	int err = -ENODATA;

	if (!maps)
		return errno == ENOENT ? -ENOSYS : -errno;
	while (err && getline(&line, &capacity, maps) > 0) {
		uintptr_t start, end;
		char *name;

		if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR, &start, &end) != 2 || address < start ||
		    address >= end)
			continue;
		name = strchr(line, '/');
		if (!name)
			break;
		name[strcspn(name, "\n")] = '\0';
		*ret_start = start;
		*ret_end = end;
		snprintf(path, path_size, "%s", name);
		err = 0;
	}
	free(line);
	fclose(maps);
	return err;
}

static bool is_loaded(const struct module *module, size_t number)
{
	const ElfW(Phdr) *segment = &module->segments[number];

	for (size_t i = 0; i < module->segment_count; i++) {
		const ElfW(Phdr) *load = &module->segments[i];

		if (load->p_type == PT_LOAD && (load->p_flags & PF_R) &&
		    segment->p_vaddr >= load->p_vaddr &&
		    segment->p_vaddr - load->p_vaddr <= load->p_filesz &&
		    segment->p_filesz <= load->p_filesz - (segment->p_vaddr - load->p_vaddr))
			return true;
	}
	return false;
}

/* Is the open file the one that was loaded? */
static bool is_file_of(const struct module *module, int fd)
{
	ElfW(Ehdr) header;

	if (file_bytes_read(fd, &header, sizeof(header), 0) ||
	    memcmp(header.e_ident, ELFMAG, SELFMAG) != 0 ||
	    header.e_phentsize != sizeof(ElfW(Phdr)) || header.e_phnum != module->segment_count ||
	    !file_bytes_equal(fd, module->segments, module->segment_count * sizeof(ElfW(Phdr)),
			      header.e_phoff))
		return false;
	for (size_t i = 0; i < module->segment_count; i++) {
		const ElfW(Phdr) *segment = &module->segments[i];

		if (segment->p_type == PT_NOTE && segment->p_filesz <= MAX_NOTES &&
		    is_loaded(module, i) &&
		    !file_bytes_equal(fd, module_segment(module, i), segment->p_filesz,
				      segment->p_offset))
			return false;
	}
	return true;
}

int module_open_file(const struct module *module, const struct log *log, char *path,
		     size_t path_size, int *ret_fd, uint64_t *ret_size)
{
	static const struct log silent = {.subject = ""};
	char link[64];
	uintptr_t start = 0, end = 0;
	uint64_t size = 0;
	int fd = -1, err;

	/* The program headers are part of a mapping of the file. */
	err = find_mapping((uintptr_t)module->segments, &start, &end, path, path_size);
	if (err)
		return log_error(log, err, "its file is not in /proc/self/maps: %s",
				 strerror(-err));
	snprintf(link, sizeof(link), "/proc/self/map_files/%" PRIxPTR "-%" PRIxPTR, start, end);
	if (file_bytes_open(link, &silent, &fd, &size)) {
		/* The same package installed again is the same file under a new inode. */
		char *deleted = strstr(path, DELETED);

		if (deleted && !deleted[strlen(DELETED)])
			*deleted = '\0';
		err = file_bytes_open(path, log, &fd, &size);
		if (err)
			return err;
	}
	if (!is_file_of(module, fd)) {
		close(fd);
		return log_error(log, -ENODATA,
				 "is not the file any more that was loaded: it was replaced");
	}
	*ret_fd = fd;
	*ret_size = size;
	return 0;
}
