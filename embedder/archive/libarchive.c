/* SPDX-License-Identifier: MIT */
/*
 * LIBARCHIVE_SONAME is the name of the library that the headers belong to, as the dynamic loader
 * knows it; without that name, libarchive is linked.
 */
#include "embedder/archive/libarchive.h"

#ifndef LIBARCHIVE_SONAME

#define DEFINE(name) __typeof__(name) *sym_##name = name
LIBARCHIVE_FUNCTIONS(DEFINE);

static int ensure_loaded(struct reason *why)
{
	(void)why;
	return 0;
}

#else

#include <dlfcn.h>
#include <elf.h>
#include <pthread.h>

#define DEFINE(name) __typeof__(name) *sym_##name
LIBARCHIVE_FUNCTIONS(DEFINE);

/* Tells packagers' tools (dh_dlopenlibdeps and others) what is loaded at run time:
 * https://uapi-group.org/specifications/specs/elf_dlopen_metadata/ */
#define NOTE_TEXT                                                                                  \
	"[{\"feature\":\"archives\",\"description\":\"Packed files, tar, .deb and .rpm\","         \
	"\"priority\":\"recommended\",\"soname\":[\"" LIBARCHIVE_SONAME "\"]}]"

static const struct {
	Elf64_Nhdr header;
	char name[4];
	char text[sizeof(NOTE_TEXT)];
} note __attribute__((used, aligned(4), section(".note.dlopen"))) = {
	.header = {.n_namesz = 4, .n_descsz = sizeof(NOTE_TEXT), .n_type = 0x407c0c0a},
	.name = "FDO",
	.text = NOTE_TEXT,
};

static struct reason load_failure; /* "" when the library is loaded */

static void load(void)
{
	void *library = dlopen(LIBARCHIVE_SONAME, RTLD_NOW | RTLD_LOCAL);
	const char *missing = NULL;

#define RESOLVE(name)                                                                              \
	if (library && !missing && !(sym_##name = (__typeof__(name) *)dlsym(library, #name)))      \
	missing = #name
	LIBARCHIVE_FUNCTIONS(RESOLVE);
	if (!library)
		reason_set(&load_failure, 0,
			   "it takes libarchive to read or write this, and that cannot be loaded: "
			   "%s; install it, or unpack the file and give what was in it",
			   dlerror());
	else if (missing)
		reason_set(&load_failure, 0,
			   "it takes a newer libarchive to read or write this: %s has no %s()",
			   LIBARCHIVE_SONAME, missing);
}

static int ensure_loaded(struct reason *why)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	pthread_once(&once, load);
	return *load_failure.text ? reason_set(why, -EOPNOTSUPP, "%s", load_failure.text) : 0;
}

#endif

int libarchive_new_reader(struct archive **ret_archive, struct reason *why)
{
	int err = ensure_loaded(why);

	if (err)
		return err;
	*ret_archive = sym_archive_read_new();
	return *ret_archive ? 0 : reason_errno(why, -ENOMEM, "cannot read the archive");
}

int libarchive_new_writer(struct archive **ret_archive, struct reason *why)
{
	int err = ensure_loaded(why);

	if (err)
		return err;
	*ret_archive = sym_archive_write_new();
	return *ret_archive ? 0 : reason_errno(why, -ENOMEM, "cannot pack the archive");
}
