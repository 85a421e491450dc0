/* SPDX-License-Identifier: MIT */
/*
 * corebtf.h - the trimmed kernel BTFs that a program carries, and the one for this kernel.
 *
 * A program that was given its BTFs with `corebtf embed` opens them with corebtf_open_self(),
 * asks for the entry of the running kernel with corebtf_find() and hands the path that
 * corebtf_btf_path() returns to libbpf as bpf_object_open_opts.btf_custom_path. Whoever only
 * wants that path calls corebtf_path_for_running_kernel(), or includes btf_core.h.
 *
 * Conventions, for every function here unless it says otherwise:
 *  - The result is 0 (or a count, or a file descriptor) on success and a negative errno value
 *    on failure; errno itself means nothing. Outputs `ret_*` are untouched on failure.
 *  - Fixed meanings: -ENODATA the file carries no bundle; -ENOENT the bundle has no BTF for that
 *    kernel; -EBADMSG the bundle is damaged; -EOPNOTSUPP it is of a newer format than this
 *    library reads; -EINVAL an argument is wrong; -ENOMEM out of memory. Errors of system calls
 *    (-EACCES, -EMFILE, ...) come through as they are.
 *  - The library never prints, never exits and keeps no global state. It tells what it does, and
 *    why it failed, to the log function that the caller may give.
 *  - Sizes are bytes. Strings are NUL-terminated and never NULL in outputs ("" is "not known").
 *  - Structs that may grow start with `size_t sz`, which the caller sets to their size.
 *  - One struct corebtf may be used by one thread at a time; different ones by any number.
 */
#ifndef COREBTF_H
#define COREBTF_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define COREBTF_VERSION_MAJOR 0
#define COREBTF_VERSION_MINOR 1
#define COREBTF_VERSION_PATCH 0

#if defined(__GNUC__)
#define COREBTF_API __attribute__((visibility("default")))
#else
#define COREBTF_API
#endif

/* The library's version, "MAJOR.MINOR.PATCH"; static. Since 0.1. */
COREBTF_API const char *corebtf_version(void);

/* All bundles of one file or memory range, opened for reading. */
struct corebtf;

/*
 * Called with one line of text, without a newline, for each step of the story: what was read,
 * what was tried, what matched, why something failed. @line is valid during the call.
 */
typedef void (*corebtf_log_fn)(void *context, const char *line);

struct corebtf_open_opts {
	size_t sz; /* sizeof(struct corebtf_open_opts) */
	corebtf_log_fn log;
	void *log_context; /* handed to @log as it is */
};

/*
 * Opens the bundles in the section .corebtf of the running executable, through /proc/self/exe,
 * and maps just that section.
 *
 * @ret_corebtf: the opened bundles; the caller owns it and calls corebtf_close().
 * @opts: may be NULL.
 * Errors: -ENODATA no such section (never embedded, or stripped away: llvm-strip and eu-strip
 * drop it, see docs/embedding.md), -EBADMSG, -EOPNOTSUPP, -ENOMEM, those of open(2) and mmap(2)
 * (-ENOENT from open becomes -ENOSYS: no /proc). Since 0.1.
 */
COREBTF_API int corebtf_open_self(struct corebtf **ret_corebtf,
				  const struct corebtf_open_opts *opts);

/*
 * Opens the bundles of a file: an ELF file of any class, byte order and machine with a section
 * .corebtf, or a bundle file as `corebtf extract` writes it.
 * Errors: as corebtf_open_self(), and -ENODATA for a file that is neither. Since 0.1.
 */
COREBTF_API int corebtf_open_file(const char *path, struct corebtf **ret_corebtf,
				  const struct corebtf_open_opts *opts);

/*
 * Opens bundles that lie in memory, one or several in a row. Nothing is copied: @data must stay
 * as it is until corebtf_close(); it must be aligned to 8 bytes (-EINVAL otherwise).
 * Errors: -ENODATA (empty, or only zero bytes), -EBADMSG, -EOPNOTSUPP, -ENOMEM. Since 0.1.
 */
COREBTF_API int corebtf_open_memory(const void *data, size_t size, struct corebtf **ret_corebtf,
				    const struct corebtf_open_opts *opts);

/* Ends the use of @corebtf and of all that was borrowed from it. NULL is fine. Since 0.1. */
COREBTF_API void corebtf_close(struct corebtf *corebtf);

/*
 * Which kernel to look for. NULL or empty members: what the running kernel and its host say
 * (uname(2), /sys/kernel/notes, os-release); but when @release is given, the others are taken
 * as given, and what is missing is not known and not compared.
 */
struct corebtf_kernel_opts {
	size_t sz; /* sizeof(struct corebtf_kernel_opts) */
	const char *release;	   /* as uname -r */
	const char *machine;	   /* as uname -m, or as BTFHub names it (arm64) */
	const char *uname_version; /* as uname -v */
	const char *os_id;	   /* os-release's ID, without quotes */
	const char *version_id;	   /* os-release's VERSION_ID, without quotes */
	const void *build_id;	   /* the kernel's GNU build-id, raw bytes */
	size_t build_id_size;
};

/* What made an entry the chosen one, strongest first. */
enum corebtf_match {
	COREBTF_MATCH_NONE = 0,	/* the entry was not searched for (corebtf_entry_at) */
	COREBTF_MATCH_BUILD_ID,	/* release, machine and build-id */
	COREBTF_MATCH_UNAME_VERSION, /* release, machine and uname -v */
	COREBTF_MATCH_OS,	/* release, machine; os id and version id broke the tie */
	COREBTF_MATCH_RELEASE,	/* release and machine */
};

/* One kernel's entry. Strings and build-id belong to the struct corebtf it came from. */
struct corebtf_entry {
	size_t sz; /* sizeof(struct corebtf_entry), set by the caller */
	const char *release;
	const char *machine;
	const char *os_id;
	const char *version_id;
	const char *uname_version;
	const uint8_t *build_id;
	size_t build_id_size;
	size_t btf_size;	  /* of the trimmed BTF */
	enum corebtf_match match;
	int ambiguous;		  /* 1: another entry with other bytes fits as well */
	/* Where its bytes are; numbers in the bundle, for `corebtf list` and the like. */
	uint32_t bundle;
	uint32_t blob;
};

/*
 * Finds the entry of a kernel. Release and machine must be equal (machine names are made
 * canonical first: aarch64 is arm64, amd64 is x86_64). Among several entries that fit: an entry
 * whose build-id is another than the kernel's is out; then build-id, uname -v, os id with
 * version id, os id, in this order; then the first in the bundle's own order. The time does not
 * depend on the number of entries.
 *
 * @kernel: NULL for the running kernel.
 * @ret_entry: filled in; its @sz must be set before.
 * Errors: -ENOENT no entry for that kernel, -EBADMSG, -EINVAL, -ENOMEM. Since 0.1.
 */
COREBTF_API int corebtf_find(struct corebtf *corebtf, const struct corebtf_kernel_opts *kernel,
			     struct corebtf_entry *ret_entry);

/* How many entries there are, over all bundles. Since 0.1. */
COREBTF_API size_t corebtf_entry_count(const struct corebtf *corebtf);

/* Entry number @number, in the order of the file. -ERANGE past the end; -EBADMSG. Since 0.1. */
COREBTF_API int corebtf_entry_at(struct corebtf *corebtf, size_t number,
				 struct corebtf_entry *ret_entry);

/* A BPF object that the BTFs were trimmed for. The name belongs to the struct corebtf. */
struct corebtf_object {
	size_t sz; /* sizeof(struct corebtf_object), set by the caller */
	const char *name;
	uint64_t digest;
	size_t relocation_count;
};

/* How many objects there are, over all bundles; and one of them. Errors: as corebtf_entry_at().
 * Since 0.1. */
COREBTF_API size_t corebtf_object_count(const struct corebtf *corebtf);
COREBTF_API int corebtf_object_at(struct corebtf *corebtf, size_t number,
				  struct corebtf_object *ret_object);

/* Sums over all bundles. */
struct corebtf_summary {
	size_t sz; /* sizeof(struct corebtf_summary), set by the caller */
	size_t bundles;
	size_t entries;
	size_t blobs;		/* distinct trimmed BTFs */
	size_t objects;
	uint64_t size;		/* of the bundles, bytes */
	uint64_t blob_bytes;	/* of the blobs, unpacked */
	uint64_t stored_bytes;	/* of the blobs, as stored */
	int big_endian;		/* byte order of the first bundle */
	int compressed;		/* 1: some blobs are stored compressed */
};
COREBTF_API int corebtf_summarize(struct corebtf *corebtf, struct corebtf_summary *ret_summary);

/*
 * Checks all of every bundle: all tables against their checksum, every entry and object, every
 * blob (unpacked where needed) against its checksum. corebtf_find() and corebtf_btf() check just
 * what they touch. Errors: -EBADMSG, -ENOMEM; the log function is told what is wrong. Since 0.1.
 */
COREBTF_API int corebtf_check(struct corebtf *corebtf);

/*
 * The bytes of an entry's trimmed BTF, in the byte order of the kernel it is for.
 *
 * @ret_btf: belongs to @corebtf, valid until corebtf_close(); from a raw blob it points into the
 * mapping, from a compressed one into memory that @corebtf keeps.
 * Errors: -EBADMSG the bytes do not fit their checksum, -ENOMEM. Since 0.1.
 */
COREBTF_API int corebtf_btf(struct corebtf *corebtf, const struct corebtf_entry *entry,
			    const void **ret_btf, size_t *ret_size);

/*
 * An entry's trimmed BTF as a sealed memfd (close-on-exec, no writes, no resizing), at offset 0.
 * Returns the file descriptor, which the caller owns and closes; it does not depend on @corebtf.
 * Errors: as corebtf_btf(), those of memfd_create(2) and write(2). Since 0.1.
 */
COREBTF_API int corebtf_btf_memfd(struct corebtf *corebtf, const struct corebtf_entry *entry);

/*
 * An entry's trimmed BTF as a path for libbpf's btf_custom_path: /proc/self/fd/N of a memfd.
 * libbpf opens the path while the object is loaded: free it after bpf_object__load().
 *
 * @ret_path: the caller owns it and calls corebtf_path_free(), which closes the memfd as well.
 * Errors: as corebtf_btf_memfd(). Since 0.1.
 */
COREBTF_API int corebtf_btf_path(struct corebtf *corebtf, const struct corebtf_entry *entry,
				 char **ret_path);

/* Closes the memfd behind a path from this library and frees the path. NULL is fine. */
COREBTF_API void corebtf_path_free(char *path);

/*
 * The whole way in one call: the path of the running kernel's trimmed BTF out of the running
 * executable. When the kernel has its own BTF (/sys/kernel/btf/vmlinux), the result is 0 and
 * *@ret_path is NULL: libbpf finds that one itself.
 *
 * @ret_path: NULL, or to be freed with corebtf_path_free().
 * Errors: as corebtf_open_self(), corebtf_find() and corebtf_btf_path(). Since 0.1.
 */
COREBTF_API int corebtf_path_for_running_kernel(char **ret_path,
						const struct corebtf_open_opts *opts);

#ifdef __cplusplus
}
#endif

#endif
