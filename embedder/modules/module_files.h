/* SPDX-License-Identifier: MIT */
/*
 * The files of the modules of one kernel: in a folder like /lib/modules/RELEASE, or in a package.
 * They come one at a time, unpacked (.ko.gz, .ko.xz, .ko.zst), in an order that depends on their
 * names (a folder) or is that of the package.
 */
#ifndef COREBTF_MODULES_MODULE_FILES_H
#define COREBTF_MODULES_MODULE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "embedder/modules/module_name.h"
#include "runtime/util/reason.h"

/* Of one module's file, unpacked. The largest in Debian has 30 MB, without debug information. */
#define MODULE_FILE_SIZE_MAX (UINT32_C(512) << 20)

struct module_visitor {
	/* Whether the module is wanted; asked before its bytes are read. */
	bool (*want)(void *context, const char *name);
	/* Gets room in memory for @size bytes, for one module; it is used again for the next. 0 or
	 * an error, with which the module is skipped. */
	int (*reserve)(void *context, uint64_t size, struct reason *why);
	/* The file's bytes, valid until it returns. A negative result ends the walk. */
	int (*take)(void *context, const char *path, const char *name, const void *image,
		    size_t size);
	/* A module that cannot be used, and why. */
	void (*skip)(void *context, const char *path, const char *why);
	void *context;
};

/* All modules in the folder and those below it; symbolic links are not followed. Errors: those of
 * opening and reading it, what take() returned. */
int module_files_in_folder(const char *folder, const struct module_visitor *visitor,
			   struct reason *why);

/* The modules of kernel @release in a package. @ret_seen: how many there are, wanted or not.
 * Errors: those of archive_reader.h, what take() returned. */
int module_files_in_package(const char *package, const char *release,
			    const struct module_visitor *visitor, size_t *ret_seen,
			    struct reason *why);

#endif
