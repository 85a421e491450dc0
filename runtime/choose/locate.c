/* SPDX-License-Identifier: MIT */
/*
 * The sources, and the order in which they are asked. A user's word comes first, then the kernel,
 * which knows itself best; then what may be newer than the program (a bundle file), then what
 * came with it.
 *
 * With the nearest policy all sources are asked for the exact kernel first, and only then those
 * that know neighbours for one.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/folder/btf_folder.h"
#include "runtime/handover/btf_path.h"
#include "runtime/util/cleanup.h"
#include "runtime/executable/executable.h"
#include "runtime/executable/mapping.h"
#include "runtime/handle.h"
#include "runtime/tar/linked_tar.h"
#include "runtime/choose/locate.h"
#include "runtime/util/options.h"

#define KERNEL_BTF "/sys/kernel/btf/vmlinux"

/* A text into one of the fixed places of struct corebtf_origin. */
#define ORIGIN_TEXT(place, text) snprintf(place, sizeof(place), "%s", text)

/* Raw BTF of either byte order, or ELF: what libbpf takes. */
static bool is_btf_or_elf(const unsigned char start[static 4])
{
	return (start[0] == 0x9f && start[1] == 0xeb) || (start[0] == 0xeb && start[1] == 0x9f) ||
	       !memcmp(start, "\x7f" "ELF", 4);
}

/* What the user forces is not compared with the kernel: that is the point of it. */
static int from_forced(struct locate *locate, char **ret_path)
{
	const char *path = locate->opts.btf_path;
	const struct log log = {.write = locate->log.write,
				.context = locate->log.context,
				.subject = path};
	unsigned char start[4] = {0};
	_cleanup_fd_ int fd = -1;
	uint64_t size;
	int err;

	if (!path)
		return locate_pass(locate, -ENODATA);
	err = executable_open(path, &log, &fd, &size);
	if (err)
		return err;
	if (pread(fd, start, sizeof(start), 0) != sizeof(start) || !is_btf_or_elf(start))
		return log_error(&log, -EBADMSG,
				 "is neither BTF nor ELF, but was named as the BTF to use");
	err = btf_path_of_file(path, ret_path);
	if (err)
		return log_error(&log, err, "no memory");
	locate->origin.source = COREBTF_SOURCE_FORCED;
	ORIGIN_TEXT(locate->origin.file, path);
	return LOCATE_FOUND;
}

static int from_kernel(struct locate *locate, char **ret_path)
{
	if (!host_has_btf(&locate->host))
		return locate_pass(locate, -ENODATA);
	locate->origin.source = COREBTF_SOURCE_KERNEL;
	ORIGIN_TEXT(locate->origin.file, KERNEL_BTF);
	*ret_path = NULL;
	return LOCATE_FOUND;
}

int locate_in_bundles(struct locate *locate, struct corebtf *corebtf, char **ret_path)
{
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	const struct corebtf_kernel_opts kernel = {
		.sz = sizeof(kernel),
		.nearest = locate->nearest ? locate->opts.nearest : COREBTF_NEAREST_NEVER,
	};
	struct corebtf_origin *origin = &locate->origin;
	int err;

	corebtf->host = locate->host;
	err = corebtf_find(corebtf, &kernel, &entry);
	if (err)
		return locate_pass(locate, err);
	err = corebtf_btf_path(corebtf, &entry, ret_path);
	if (err)
		return err;
	origin->match = entry.match;
	origin->ambiguous = entry.ambiguous;
	ORIGIN_TEXT(origin->release, entry.release);
	ORIGIN_TEXT(origin->machine, entry.machine);
	ORIGIN_TEXT(origin->os_id, entry.os_id);
	ORIGIN_TEXT(origin->version_id, entry.version_id);
	return LOCATE_FOUND;
}

/* A folder in the layout of BTFHub. */
static int from_folder(struct locate *locate, const char *path, char **ret_path)
{
	const struct log log = {.write = locate->log.write,
				.context = locate->log.context,
				.subject = path};
	struct kernel *kernel;
	int err;

	if (locate->nearest) {
		log_line(&log, "%s: of a folder no neighbours are known", path);
		return locate_pass(locate, -ENOENT);
	}
	kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return log_error(&log, -ENOMEM, "no memory");
	err = kernel_identify(&locate->host, NULL, &log, kernel);
	if (!err)
		err = btf_folder_path(path, kernel, &log, ret_path, &locate->origin);
	free(kernel);
	if (err == -ENOENT)
		return locate_pass(locate, err);
	locate->origin.source = COREBTF_SOURCE_BUNDLE;
	return err ? err : LOCATE_FOUND;
}

static bool is_folder(const char *path)
{
	struct stat status;

	return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool is_tar(const char *path)
{
	const struct log nobody = {.write = NULL};
	_cleanup_fd_ int fd = -1;
	uint64_t size;

	return executable_open(path, &nobody, &fd, &size) == 0 && handle_is_tar(fd);
}

/* A tar, of which just the one BTF is kept; corebtf_open_file() would have all of them in memory. */
static int from_tar_file(struct locate *locate, const char *path, char **ret_path)
{
	const struct log log = {.write = locate->log.write,
				.context = locate->log.context,
				.subject = path};
	struct mapping mapping;
	_cleanup_fd_ int fd = -1;
	uint64_t size;
	int err = executable_open(path, &log, &fd, &size);

	if (err)
		return err;
	err = mapping_open(fd, 0, size, &mapping);
	if (err)
		return log_error(&log, err, "cannot be mapped: %s", strerror(-err));
	mapping_read_ahead(mapping.data, mapping.size);
	err = locate_in_tar(locate, &log, mapping.data, mapping.size, ret_path);
	mapping_close(&mapping);
	if (err)
		return locate_pass(locate, err);
	locate->origin.source = COREBTF_SOURCE_BUNDLE;
	return LOCATE_FOUND;
}

static int from_bundle_file(struct locate *locate, char **ret_path)
{
	const struct corebtf_open_opts opts = {.sz = sizeof(opts),
					       .log = locate->log.write,
					       .log_context = locate->log.context};
	const char *path = locate->opts.bundle_path;
	struct corebtf *corebtf = NULL;
	int err;

	if (!path)
		return locate_pass(locate, -ENODATA);
	/* The user named it: that it is not there, or no bundle, must not go by in silence. */
	if (is_folder(path))
		return from_folder(locate, path, ret_path);
	/* neighbours are known to a tar that is read as a whole */
	if (!locate->nearest && is_tar(path))
		return from_tar_file(locate, path, ret_path);
	err = corebtf_open_file(path, &corebtf, &opts);
	if (err)
		return err;
	locate->origin.source = COREBTF_SOURCE_BUNDLE;
	ORIGIN_TEXT(locate->origin.file, path);
	err = locate_in_bundles(locate, corebtf, ret_path);
	corebtf_close(corebtf);
	return err;
}

static int from_section(struct locate *locate, char **ret_path)
{
	const struct corebtf_open_opts opts = {.sz = sizeof(opts),
					       .log = locate->log.write,
					       .log_context = locate->log.context};
	struct corebtf *corebtf = NULL;
	int err = locate->executable ? corebtf_open_file(locate->executable, &corebtf, &opts)
				     : corebtf_open_self(&corebtf, &opts);

	if (err)
		return locate_pass(locate, err);
	locate->origin.source = COREBTF_SOURCE_SECTION;
	ORIGIN_TEXT(locate->origin.file,
		    locate->executable ? locate->executable : EXECUTABLE_SELF);
	err = locate_in_bundles(locate, corebtf, ret_path);
	corebtf_close(corebtf);
	return err;
}

/* In the order in which they are asked. */
static const struct {
	enum corebtf_source source;
	const char *name;
	locate_fn ask;
	bool knows_neighbours;
} sources[] = {
	{COREBTF_SOURCE_FORCED, "a BTF that is forced", from_forced, false},
	{COREBTF_SOURCE_KERNEL, "the kernel's own BTF", from_kernel, false},
	{COREBTF_SOURCE_BUNDLE, "a bundle file that is named", from_bundle_file, true},
	{COREBTF_SOURCE_SECTION, "the program's section", from_section, true},
	{COREBTF_SOURCE_LINKED_TAR, "a tar", locate_linked_tar, true},
};

int locate_pass(struct locate *locate, int error)
{
	/* Of those that had nothing, who had some BTFs says more than who had none. */
	switch (error) {
	case -ENOENT:
		locate->missed = error;
		return LOCATE_PASS;
	case -ENOSYS:
	case -EACCES:
	case -EPERM:
		if (locate->missed == -ENODATA)
			locate->missed = error;
		return LOCATE_PASS;
	case -ENODATA:
		return LOCATE_PASS;
	default:
		return error;
	}
}

static int ask_sources(struct locate *locate, char **ret_path)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		int result;

		if (locate->nearest && !sources[i].knows_neighbours)
			continue;
		if (locate->from_tar && sources[i].source == COREBTF_SOURCE_SECTION)
			continue;
		memset(&locate->origin, 0, sizeof(locate->origin));
		result = sources[i].ask(locate, ret_path);
		if (result == LOCATE_PASS) {
			log_line(&locate->log, "not from here: %s", sources[i].name);
			continue;
		}
		if (result == LOCATE_FOUND)
			log_line(&locate->log, "from here: %s (%s)", sources[i].name,
				 locate->origin.file);
		return result;
	}
	return LOCATE_PASS;
}

/* What is not given is the environment's. */
static void fill_in(const char **option, const char *variable, const struct log *log)
{
	if (*option && !**option)
		*option = NULL;
	if (*option || !variable)
		return;
	*option = host_variable(variable);
	if (*option)
		log_line(log, "%s=%s", variable, *option);
	else if (getenv(variable))
		log_line(log, "%s is %s", variable,
			 *getenv(variable) ? "ignored: this program has more rights than its caller"
					   : "empty");
}

/* What to do about it, for the last line of the story. */
static const char *advice(int error)
{
	switch (error) {
	case -ENOENT:
		return "none for it in any place that has BTFs; embed this kernel as well, or name "
		       "a file in COREBTF_BUNDLE";
	case -ENODATA:
		return "there are no BTFs in any place; run `corebtf embed` on the program, or name "
		       "a file in COREBTF_BUNDLE";
	default:
		return "the program's own BTFs cannot be looked at, and there are no others";
	}
}

static int locate_run(struct locate *locate, char **ret_path,
		      const struct corebtf_path_opts *opts)
{
	struct corebtf_path_opts *known = &locate->opts;
	char *path = NULL;
	int result = 0;

	locate->missed = -ENODATA;
	if (opts)
		result = options_read(opts, opts->sz, known, sizeof(*known));
	if (result)
		return result;
	locate->log.write = known->log;
	locate->log.context = known->log_context;
	locate->log.subject = "BTF of the running kernel";
	if ((known->nearest != COREBTF_NEAREST_NEVER &&
	     known->nearest != COREBTF_NEAREST_SURROUNDED) ||
	    (known->ret_origin && known->ret_origin->sz < sizeof(size_t)))
		return -EINVAL;
	fill_in(&known->btf_path, "COREBTF_BTF", &locate->log);
	fill_in(&known->bundle_path, "COREBTF_BUNDLE", &locate->log);
	fill_in(&known->host_root, NULL, &locate->log);
	if (known->host_root)
		locate->host.host_root = known->host_root;

	result = ask_sources(locate, &path);
	if (result == LOCATE_PASS && known->nearest != COREBTF_NEAREST_NEVER &&
	    locate->missed == -ENOENT) {
		log_line(&locate->log, "no source has this very kernel: asking for a neighbour");
		locate->nearest = true;
		result = ask_sources(locate, &path);
	}
	if (result == LOCATE_PASS)
		return log_error(&locate->log, locate->missed, "%s", advice(locate->missed));
	if (result < 0)
		return result;
	if (known->ret_origin)
		options_write(known->ret_origin, known->ret_origin->sz, &locate->origin,
			      sizeof(locate->origin));
	*ret_path = path;
	return 0;
}

int locate_path(const struct host *host, const char *executable, char **ret_path,
		const struct corebtf_path_opts *opts)
{
	struct locate locate = {.host = *host, .executable = executable};

	return locate_run(&locate, ret_path, opts);
}

int locate_path_in_tar(const struct host *host, const void *tar, size_t tar_size, char **ret_path,
		       const struct corebtf_path_opts *opts)
{
	struct locate locate = {.host = *host, .from_tar = true, .tar = tar, .tar_size = tar_size};

	return locate_run(&locate, ret_path, opts);
}

int corebtf_path_for_running_kernel(char **ret_path, const struct corebtf_path_opts *opts)
{
	const struct host here = {.root = NULL};

	return ret_path ? locate_path(&here, NULL, ret_path, opts) : -EINVAL;
}
