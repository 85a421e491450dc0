/* SPDX-License-Identifier: MIT */
/*
 * corebtf.h - finds the trimmed BTF of the running kernel among those that a program carries.
 *
 * A program whose BTFs were embedded with `corebtf embed` opens them with corebtf_open_self(),
 * finds the entry of the running kernel with corebtf_find_entry() and hands the path that
 * corebtf_entry_path() returns to libbpf as bpf_object_open_opts.btf_custom_path. For that path
 * alone call corebtf_path_for_running_kernel(), or include btf_core.h.
 *
 * Conventions, for every function here unless it says otherwise:
 *  - The result is 0 (or a count, or a file descriptor) on success and a negative errno value
 *    on failure; errno itself means nothing. Outputs `ret_*` are untouched on failure.
 *  - Fixed meanings: -ENODATA the file carries no bundle; -ENOENT the bundle has no BTF for that
 *    kernel; -ENOTUNIQ it has several that nothing tells apart; -EBADMSG the bundle is damaged;
 *    -EOPNOTSUPP its format is newer than this library;
 *    -EINVAL an argument is wrong; -ENOSPC there is no place for a file that libbpf can open;
 *    -ENOMEM out of memory. Errors of system calls (-EACCES, -EMFILE, ...) are returned as they
 *    are.
 *  - The library never exits, and its only global state is the list of the paths that it returned
 *    and that were not freed yet. It logs what it does, and why it failed, to the log function
 *    that the caller gives. Without one it prints nothing, unless the environment variable
 *    COREBTF_LOG is "1": then the log goes to stderr (not in a program with more rights than its
 *    caller).
 *  - Sizes are bytes. Strings are NUL-terminated and never NULL in outputs ("" is "not known").
 *  - Structs that may grow start with `size_t sz`, which the caller sets to their size.
 *  - One struct corebtf may be used by one thread at a time; different ones by any number.
 */
#ifndef COREBTF_H
#define COREBTF_H

#include <stdbool.h>
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
 * Called with one line of text, without a newline, for each step: what was read, what was tried,
 * what matched, why something failed. @line is valid during the call.
 */
typedef void (*corebtf_log_fn)(void *context, const char *line);

struct corebtf_open_opts {
	size_t sz; /* sizeof(struct corebtf_open_opts) */
	corebtf_log_fn log;
	void *log_context; /* handed to @log as it is */
};

/*
 * Opens the bundles of the running program. Up to two loaded objects may carry some: the
 * executable, and the shared object that this library's code is part of. A statically linked
 * library looks into its own object first (a plug-in knows its kernels), the shared library into
 * the executable first. The first place that has bundles is opened, in each object
 *   1. its memory: the reserved segment (linker-scripts/corebtf.ld), or bundles that were linked
 *      in together with this library (`corebtf trim -o x.o`);
 *   2. the section .corebtf in its file, /proc/self/exe or, if it still is the file that was
 *      loaded, that of the shared object. Only the section is mapped.
 *
 * @ret_corebtf: the opened bundles; the caller owns it and calls corebtf_close(). Bundles in
 * memory are borrowed from the program: close it before dlclose(3) of such a shared object.
 * @opts: may be NULL.
 * Errors: -ENODATA there are none (never embedded, or stripped away: llvm-strip -s and eu-strip
 * drop an added section without --keep-section=.corebtf, see docs/embedding.md), -EBADMSG,
 * -EOPNOTSUPP, -ENOMEM, those of open(2) and mmap(2) (-ENOENT from open becomes -ENOSYS: no
 * /proc). Since 0.1.
 */
COREBTF_API int corebtf_open_self(struct corebtf **ret_corebtf,
				  const struct corebtf_open_opts *opts);

/*
 * Opens the bundles of one loaded object, the executable or a shared one: the one that contains
 * @address, as any function or variable in it has. For a plug-in that links the shared library.
 *
 * @ret_corebtf: as of corebtf_open_self().
 * Errors: as corebtf_open_self(); -ENODATA also when no loaded object contains @address; -EINVAL
 * NULL. Since 0.1.
 */
COREBTF_API int corebtf_open_object(const void *address, struct corebtf **ret_corebtf,
				    const struct corebtf_open_opts *opts);

/*
 * Opens the bundles of a file: an ELF file of any class, byte order and machine with a section
 * .corebtf, a bundle file as `corebtf convert` writes it, or a tar as corebtf_open_tar() reads it.
 * The file's first bytes decide which, not its name.
 *
 * Bundles are mapped and not copied. A file that is truncated before corebtf_close() gets the
 * process a SIGBUS when the missing bytes are read: replace such a file by rename(2). To be
 * independent of the file, read it and call corebtf_open_memory(). A tar is not needed any more
 * after the call.
 * Errors: as corebtf_open_self(), and -ENODATA for a file that is none of these; -EISDIR a folder:
 * corebtf_path_in_folder(). Since 0.1.
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

/*
 * Opens a tar of BTFs in memory as if it were a bundle, without a file or a folder. It does what
 * bpf-compatible's unpack_tar() does in Rust; corebtf_package_json() and corebtf_find_entry() give
 * its two results.
 *
 * The tar is read once, to its end: plain, gzip or xz; v7, ustar, GNU or pax. Hard and symbolic
 * links between its files are followed, at most 40 in a row; of two members with one name the
 * later one counts. Members are called ID/VERSION_ID/MACHINE/RELEASE.btf, below any folders; all
 * others are left out with a line in the log. A member with such a name that holds no BTF has an
 * entry, whose bytes are -EBADMSG: without the entry another kernel's BTF would be chosen.
 *
 * All distinct BTFs are kept in memory. For just one of a linked-in tar, use btf_core.h.
 *
 * @tar: @size bytes, any alignment, the caller's and not needed after the call.
 * Errors: -ENODATA no bytes, or neither a BTF nor a package.json in them; -EBADMSG no tar (or
 * packed with something else: zstd, bzip2, ...), or a damaged one; -EFBIG it unpacks to more than 1
 * GiB; -ENOMEM; -EINVAL. Since 0.1.
 */
COREBTF_API int corebtf_open_tar(const void *tar, size_t size, struct corebtf **ret_corebtf,
				 const struct corebtf_open_opts *opts);

/*
 * The bytes of the file package.json at the root of the tar that was opened: what bpf-compatible's
 * tars have beside the BTFs, the BPF program itself. Not looked into, and without a NUL.
 *
 * @ret_json: belongs to @corebtf, valid until corebtf_close().
 * Errors: -ENODATA there is none, or what was opened is no tar; -EINVAL. Since 0.1.
 */
COREBTF_API int corebtf_package_json(const struct corebtf *corebtf, const void **ret_json,
				     size_t *ret_size);

/* Ends the use of @corebtf and of all that was borrowed from it. NULL is fine. Since 0.1. */
COREBTF_API void corebtf_close(struct corebtf *corebtf);

/* What to do for a kernel that has no entry. */
enum corebtf_nearest {
	COREBTF_NEAREST_NEVER = 0, /* -ENOENT: a wrong BTF is worse than none */
	/*
	 * The entry of a kernel next to it, when there are known kernels of its series and
	 * flavour below and above it in version order, and all of these have the same BTF; else
	 * -ENOENT. docs/lookup.md says what series and flavour are.
	 */
	COREBTF_NEAREST_SURROUNDED,
};

/* What to do when several entries with different BTFs fit and nothing tells them apart. */
enum corebtf_ambiguous {
	COREBTF_AMBIGUOUS_REFUSE = 0, /* -ENOTUNIQ: a wrong BTF is worse than none */
	/* The first one in the order of the bundle, and @ambiguous is 1 in the result. It may be
	 * the wrong one, with which a program reads wrong fields without an error. */
	COREBTF_AMBIGUOUS_FIRST,
};

/*
 * Which kernel to look for. NULL or empty members: what the running kernel and its host say
 * (uname(2), /sys/kernel/notes, os-release), where @os_id and @version_id belong together: one
 * of them given, neither is read. But when @release is given, the others are taken as given, and
 * what is missing is not known and not compared.
 */
struct corebtf_kernel_opts {
	size_t sz;		   /* sizeof(struct corebtf_kernel_opts) */
	const char *release;	   /* as uname -r */
	const char *machine;	   /* as uname -m, or as BTFHub names it (arm64) */
	const char *uname_version; /* as uname -v */
	const char *os_id;	   /* os-release's ID, without quotes */
	const char *version_id;	   /* os-release's VERSION_ID, without quotes */
	const void *build_id;	   /* the kernel's GNU build-id, raw bytes */
	size_t build_id_size;
	const char *host_root; /* where the host's / is seen from here; corebtf_path_opts */
	enum corebtf_nearest nearest;
	enum corebtf_ambiguous ambiguous;
};

/* What made an entry the chosen one, strongest first. */
enum corebtf_match {
	COREBTF_MATCH_NONE = 0,	     /* the entry was not searched for (corebtf_entry_at) */
	COREBTF_MATCH_BUILD_ID,	     /* release, machine and build-id */
	COREBTF_MATCH_UNAME_VERSION, /* release, machine; uname -v, or what it says of the
				      * distribution, broke the tie */
	COREBTF_MATCH_OS,	     /* release, machine; os id and version id, or an id of
				      * os-release's ID_LIKE, broke the tie */
	COREBTF_MATCH_RELEASE,	     /* release and machine */
	COREBTF_MATCH_NEAREST, /* not this kernel's, a neighbour's: corebtf_kernel_opts.nearest */
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
	size_t btf_size; /* of the trimmed BTF */
	uint64_t btf_id; /* the same for entries that share one stored BTF; else without meaning */
	enum corebtf_match match;
	bool ambiguous; /* another entry with other bytes fits as well */
};

/*
 * Finds the entry of a kernel. Release and machine must be equal (machine names are made
 * canonical first: aarch64 is arm64, amd64 is x86_64); without an entry for a 32-bit machine, its
 * 64-bit sibling is looked for. An entry that contradicts the kernel is out, also when it is the
 * only one: its build-id is another; or its uname -v is; or the kernel's uname -v names another
 * distribution, or another version of it (Ubuntu's `~18.04.1`), than the entry has.
 * While several entries with different bytes are left, these decide, in this order: build-id;
 * uname -v; the distribution that uname -v names; os id and version id; os-release's ID_LIKE, as
 * docs/lookup.md compares them. When none of them does, the answer is -ENOTUNIQ, unless
 * @kernel->ambiguous asks for the first. The host is asked only for what is needed to decide:
 * /sys/kernel/notes when an entry has a build-id, os-release when it has to break a tie. The time
 * does not depend on the number of entries.
 *
 * @kernel: NULL for the running kernel.
 * @ret_entry: filled in; its @sz must be set before.
 * Errors: -ENOENT no entry for that kernel; -ENOTUNIQ several with different BTFs, and nothing
 * tells which is the kernel's (the log names them); -EBADMSG, -EINVAL, -ENOMEM. Since 0.1.
 */
COREBTF_API int corebtf_find_entry(struct corebtf *corebtf,
				   const struct corebtf_kernel_opts *kernel,
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

/*
 * Whether the bundles were made for this build of a BPF object: compares the digest of its
 * sections .BTF and .BTF.ext with those of the objects the BTFs were trimmed for. A program
 * calls it with what it is about to load (a skeleton's `data` and `data_sz`), and learns before
 * the verifier does that it was rebuilt, or linked anew, after `corebtf embed`.
 *
 * @object: an ELF image of machine EM_BPF of @size bytes, of any alignment and byte order; it
 * may be longer than what its headers name.
 * Returns 0 it was; also for an object without .BTF.ext, which relocates nothing.
 * Errors: -ESTALE the bundles were made of other objects, run `corebtf embed` again; -ENODATA no
 * bundle says what it was made of; -ENOEXEC no BPF object; -EBADMSG the object or a record of the
 * bundle is damaged; -EOPNOTSUPP its sections are compressed; -EINVAL. Since 0.1.
 */
COREBTF_API int corebtf_check_object(struct corebtf *corebtf, const void *object, size_t size);

/* Sums over all bundles. */
struct corebtf_summary {
	size_t sz; /* sizeof(struct corebtf_summary), set by the caller */
	size_t bundles;
	size_t entries;
	size_t blobs; /* distinct trimmed BTFs */
	size_t objects;
	uint64_t size;	       /* of the bundles, bytes */
	uint64_t blob_bytes;   /* of the blobs, unpacked */
	uint64_t stored_bytes; /* of the blobs, as stored */
	bool big_endian;       /* byte order of the first bundle */
	bool compressed;       /* some blobs are stored compressed */
};
COREBTF_API int corebtf_summarize(struct corebtf *corebtf, struct corebtf_summary *ret_summary);

/*
 * Checks all of every bundle: all tables against their checksum, every entry and object, every
 * blob (unpacked where needed) against its checksum. corebtf_find_entry() and corebtf_entry_btf()
 * check just what they touch. Errors: -EBADMSG, -ENOMEM; the log says what is wrong.
 * Since 0.1.
 */
COREBTF_API int corebtf_check(struct corebtf *corebtf);

/*
 * The bytes of an entry's trimmed BTF, in the byte order of the kernel it is for.
 *
 * @ret_btf: belongs to @corebtf, valid until corebtf_close(); from a raw blob it points into the
 * mapping, from a compressed one into memory that @corebtf keeps.
 * Errors: -EBADMSG the bytes do not fit their checksum, -ENOMEM. Since 0.1.
 */
COREBTF_API int corebtf_entry_btf(struct corebtf *corebtf, const struct corebtf_entry *entry,
				  const void **ret_btf, size_t *ret_size);

/* A field of a kernel's type, or an enumerator. */
struct corebtf_field {
	size_t sz;	     /* sizeof(struct corebtf_field), set by the caller */
	uint64_t bit_offset; /* from the start of the type; 0 for an enumerator */
	uint32_t bit_size;   /* of a bit-field; 0: it is none, and bit_offset is whole bytes */
	uint64_t size;	     /* of the field's type, bytes; 0: an array without a length */
	int64_t value;	     /* of an enumerator */
};

/*
 * Where a field is, in an entry's BTF: for programs that read a kernel's memory without CO-RE
 * relocations. The bundle must have been made with `--keep` for that field, or for an object that
 * asks for it.
 *
 * @name: "task_struct.mm" or "struct task_struct.mm", "union u.x", "typedef t.x"; an array's
 * element with "[2]"; "enum e.A" for an enumerator. Members of anonymous structs and unions are
 * found by their names. A pointer ends the name: what it points to is another type.
 * @ret_field: its @sz must be set before. Values have this machine's byte order, whichever the
 * kernel has.
 * Goes through all types of the BTF, and reads nothing outside of it, whatever it contains.
 * Errors: -ENOENT no such type or field; -ENOTUNIQ several types of that name, in which it differs;
 * -EINVAL a name that is none, or leads through a pointer; -E2BIG types that are nested without
 * end; -EBADMSG damaged; -ENOMEM. The log says which. Since 0.1.
 */
COREBTF_API int corebtf_field_offset(struct corebtf *corebtf, const struct corebtf_entry *entry,
				     const char *name, struct corebtf_field *ret_field);

/*
 * An entry's trimmed BTF as a sealed memfd (no writes, no resizing) or, where the kernel or a
 * sandbox refuses memfd_create(2), as an unlinked file in $TMPDIR, $XDG_RUNTIME_DIR, /dev/shm,
 * /run, /tmp or /var/tmp. Close-on-exec, at offset 0. Returns the file descriptor, which the
 * caller owns and closes; it does not depend on @corebtf.
 * Errors: as corebtf_entry_btf(); -EMFILE, -ENFILE; what memfd_create(2) said when no folder will
 * do. Since 0.1.
 */
COREBTF_API int corebtf_entry_memfd(struct corebtf *corebtf, const struct corebtf_entry *entry);

/*
 * An entry's trimmed BTF as a path for libbpf's btf_custom_path: /proc/self/fd/N of such a file.
 * Where that cannot be opened (no /proc) it is a file with a name, mode 0600, in the first of
 * those folders where nobody but root and this user could replace it; it is removed by
 * corebtf_path_free() and at exit, and one left behind by a process that was killed is removed
 * when the next such file is made in that folder. libbpf opens the path while the object is
 * loaded: free it after bpf_object__load().
 *
 * Each call gives a path of its own, in any thread, to be freed on its own, in any order and in
 * any thread, before or after corebtf_close(). Paths to the same bytes share one file as long as
 * one of them lives, whatever handle they came from: a hundred skeletons cost one memfd. A child
 * of fork(2) inherits the paths and may use and free them, which takes nothing from the parent;
 * but a path to a file with a name is good only as long as the parent keeps it. After exec
 * nothing is left, but a named file.
 *
 * @ret_path: the caller owns it and calls corebtf_path_free(), with this very pointer.
 * Errors: as corebtf_entry_memfd(); -ENOSPC no /proc, and no folder for a file. Since 0.1.
 */
COREBTF_API int corebtf_entry_path(struct corebtf *corebtf, const struct corebtf_entry *entry,
				   char **ret_path);

/*
 * Ends a path that this library gave out: frees it and, with the last path to a file, closes and
 * removes that. Returns 1; or 0 for NULL and for any other pointer, which is left alone: so it
 * can be asked of a path that the caller may have set itself, whatever it looks like (a clean
 * function calls it and forgets the path when the answer is 1). A path of ours is known by its
 * pointer: a copy of its text is not ours, and none must be freed twice. Since 0.1.
 */
COREBTF_API int corebtf_path_free(char *path);

/* Where a BTF came from, in the order in which the sources are asked. */
enum corebtf_source {
	COREBTF_SOURCE_NONE = 0,
	COREBTF_SOURCE_FORCED,	   /* the BTF file that the user named */
	COREBTF_SOURCE_KERNEL,	   /* the kernel's own, /sys/kernel/btf/vmlinux */
	COREBTF_SOURCE_BUNDLE,	   /* a file with bundles, a tar or a folder that the user named */
	COREBTF_SOURCE_SECTION,	   /* the section .corebtf of the running program */
	COREBTF_SOURCE_LINKED_TAR, /* a tar of BTFs that is linked in (btf_core.h) */
	COREBTF_SOURCE_VMLINUX,	   /* /boot/vmlinux-RELEASE and the other files that libbpf knows */
};

/*
 * What corebtf_path_for_running_kernel() found. The strings are copies, cut to what fits, and
 * empty where there is nothing to say.
 */
struct corebtf_origin {
	size_t sz; /* sizeof(struct corebtf_origin), set by the caller */
	enum corebtf_source source;
	enum corebtf_match match; /* NONE for FORCED and KERNEL */
	bool ambiguous;		  /* an entry with other bytes fits as well */
	char file[256];		  /* the file it is from */
	char release[128];	  /* of the entry; with COREBTF_MATCH_NEAREST the neighbour's */
	char machine[64];
	char os_id[64];
	char version_id[64];
};

/*
 * The BTF for a kernel out of a folder in the layout of BTFHub's archive, as a path for libbpf's
 * btf_custom_path: what bpf-compatible's get_current_system_btf_file() does in Rust, with the
 * comparisons of corebtf_find_entry().
 *
 * Below @folder, or below btfhub-archive/ in it, are folders ID/VERSION_ID/MACHINE with files
 * RELEASE.btf or RELEASE.btf.tar.xz; a raw one is taken before a packed one beside it. Only their
 * names are read, and then the one file. The folder alone is asked, also when the kernel has BTF
 * of its own; as one source among the others it is named in corebtf_path_opts.bundle_path.
 *
 * @kernel: as in corebtf_find_entry(); NULL for the running kernel. Neighbours of a kernel that is
 * not there are not looked for, whatever its @nearest says.
 * @ret_path: the file itself when it is raw; else as of corebtf_entry_path(). To be freed with
 * corebtf_path_free(), which removes nothing from the folder.
 * @ret_origin: NULL, or filled in, with its @sz set before; @source is COREBTF_SOURCE_BUNDLE and
 * @file the one in the folder.
 * @opts: may be NULL.
 * Errors: -ENOENT no BTF for that kernel; -ENOTUNIQ several different ones, as
 * corebtf_find_entry(); -ENODATA there are no folders ID/VERSION_ID/MACHINE; -EBADMSG the file is
 * no BTF, or damaged; -EFBIG it is of more than 64 MiB; -EINVAL; -ENOMEM; -EACCES and others of
 * opendir(3) and open(2), for any of the folders; as corebtf_entry_path(). Since 0.1.
 */
COREBTF_API int corebtf_path_in_folder(const char *folder, const struct corebtf_kernel_opts *kernel,
				       char **ret_path, struct corebtf_origin *ret_origin,
				       const struct corebtf_open_opts *opts);

/*
 * Options of corebtf_path_for_running_kernel(). Of a string, NULL and "" are the same. Environment
 * variables are read where an option is not given, and are ignored in a program that runs with
 * more rights than its caller (set-user-ID, file capabilities; secure_getenv(3)).
 */
struct corebtf_path_opts {
	size_t sz; /* sizeof(struct corebtf_path_opts) */
	corebtf_log_fn log;
	void *log_context;
	/* A BTF or an ELF file with one, which libbpf gets without any check against the kernel;
	 * NULL: $COREBTF_BTF. */
	const char *btf_path;
	/* A bundle file, an ELF file with bundles, a tar of BTFs, or a folder of them
	 * (corebtf_path_in_folder()), asked before the program's own section; NULL:
	 * $COREBTF_BUNDLE. */
	const char *bundle_path;
	/* Where the host's / is seen from here, for a container that has it mounted: its
	 * os-release is then the host's; else $HOST_ROOT, and the host's /etc in $HOST_ETC. */
	const char *host_root;
	enum corebtf_nearest nearest;
	struct corebtf_origin *ret_origin; /* NULL, or what is filled in on success */
	enum corebtf_ambiguous ambiguous;
};

/*
 * All in one call: a path for libbpf's btf_custom_path for the running kernel. The sources are
 * asked in the order of enum corebtf_source, and the first that has a BTF for this kernel gives
 * it. When that is the kernel itself, the result is 0 and *@ret_path is NULL: libbpf finds that
 * BTF without help. COREBTF_SOURCE_SECTION stands for both objects of corebtf_open_self(): when
 * the first has no BTF for this kernel, the second is asked.
 *
 * When a source has no BTF for this kernel, the next one is asked. A file that the user named and
 * that cannot be read, a bundle that is damaged or too new, and a source with several BTFs that
 * nothing tells apart are errors, since the BTF that the kernel needs may have been in there.
 *
 * @ret_path: NULL, or to be freed with corebtf_path_free().
 * @opts: may be NULL.
 * Errors: -ENODATA no source has any BTF; -ENOENT there are some but none for this kernel;
 * -ENOTUNIQ several that nothing tells apart; -EINVAL a file that @opts or the environment names is
 * not there, or holds no BTF; more as corebtf_open_self(), corebtf_open_file(),
 * corebtf_find_entry() and corebtf_entry_path(). Since 0.1.
 */
COREBTF_API int corebtf_path_for_running_kernel(char **ret_path,
						const struct corebtf_path_opts *opts);

#ifdef __cplusplus
}
#endif

#endif
