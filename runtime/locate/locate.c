/* SPDX-License-Identifier: MIT */
/*
 * The sources, and the order in which they are asked. What the user forces comes first, then the
 * kernel, which knows itself best; then what may be newer than the program (a bundle file), then
 * what came with it; last the files that only their names tie to this kernel.
 *
 * With the nearest policy all sources are asked for the exact kernel first, and only then those
 * that know neighbours for one.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/locate/locate.h"
#include "runtime/locate/source.h"
#include "runtime/util/options.h"

/* In the order in which they are asked. */
static const struct {
	enum corebtf_source source;
	const char *name;
	source_fn ask;
	bool knows_neighbours;
} sources[] = {
	{COREBTF_SOURCE_FORCED, "a BTF that is forced", source_forced_btf, false},
	{COREBTF_SOURCE_KERNEL, "the kernel's own BTF", source_kernel_btf, false},
	{COREBTF_SOURCE_BUNDLE, "a bundle file that is named", source_bundle_file, true},
	{COREBTF_SOURCE_SECTION, "the program's section", source_own_section, true},
	{COREBTF_SOURCE_LINKED_TAR, "a tar", source_linked_tar, true},
	{COREBTF_SOURCE_VMLINUX, "a vmlinux file of this kernel", source_vmlinux, false},
};

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
		if (result == SOURCE_PASS) {
			log_line(&locate->log, "not from here: %s", sources[i].name);
			continue;
		}
		if (result == SOURCE_FOUND)
			log_line(&locate->log, "from here: %s (%s)", sources[i].name,
				 locate->origin.file);
		return result;
	}
	return SOURCE_PASS;
}

/* An option that is not given comes from the environment. */
static void fill_in(const char **option, const char *variable, const struct log *log)
{
	const char *value;

	if (*option && !**option)
		*option = NULL;
	if (*option || !variable)
		return;
	value = getenv(variable);
	if (!value)
		return;
	*option = host_variable(variable);
	if (*option)
		log_line(log, "%s=%s", variable, *option);
	else
		log_line(log, "%s is %s", variable,
			 *value ? "ignored: this program has more rights than its caller"
				: "empty");
}

/* What to do about it, for the last line of the log. */
static const char *advice(int error)
{
	switch (error) {
	case -ENOENT:
		return "no source has one for it; embed this kernel as well, or name a file in "
		       "COREBTF_BUNDLE";
	case -ENODATA:
		return "no source has any BTFs; run `corebtf embed` on the program, or name a file "
		       "in COREBTF_BUNDLE";
	default:
		return "the program's own BTFs cannot be read, and there are no others";
	}
}

static int locate_run(struct locate *locate, char **ret_path, const struct corebtf_path_opts *opts)
{
	struct corebtf_path_opts *known = &locate->opts;
	char *path = NULL;
	int result = 0;

	locate->missed = -ENODATA;
	if (opts)
		result = options_read(opts, opts->sz, known, sizeof(*known));
	if (result)
		return result;
	log_set_output(&locate->log, known->log, known->log_context);
	locate->log.subject = "BTF of the running kernel";
	if ((known->nearest != COREBTF_NEAREST_NEVER &&
	     known->nearest != COREBTF_NEAREST_SURROUNDED) ||
	    (known->ambiguous != COREBTF_AMBIGUOUS_REFUSE &&
	     known->ambiguous != COREBTF_AMBIGUOUS_FIRST) ||
	    (known->ret_origin && known->ret_origin->sz < sizeof(size_t)))
		return -EINVAL;
	fill_in(&known->btf_path, "COREBTF_BTF", &locate->log);
	fill_in(&known->bundle_path, "COREBTF_BUNDLE", &locate->log);
	fill_in(&known->host_root, NULL, &locate->log);
	if (known->host_root)
		locate->host.host_root = known->host_root;

	result = ask_sources(locate, &path);
	if (result == SOURCE_PASS && known->nearest != COREBTF_NEAREST_NEVER &&
	    locate->missed == -ENOENT) {
		log_line(&locate->log, "no source has this very kernel: asking for a neighbour");
		locate->nearest = true;
		result = ask_sources(locate, &path);
	}
	if (result == SOURCE_PASS)
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
