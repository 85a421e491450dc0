/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <corebtf.h>

#include "kernel_btf.h"

static const char kernels_own[] = "/sys/kernel/btf/vmlinux";

static void print_line(void *context, const char *line)
{
	fprintf(stderr, "btfd: %s\n", line);
}

/* The errors to which corebtf.h gives a special meaning, in words. */
static int explain(struct reason *reason, int error, const char *file)
{
	struct utsname name;

	switch (error) {
	case -ENODATA:
		return reason_set(reason, error,
				  "%s: it carries no BTFs (see `corebtf embed --help`)", file);
	case -EBADMSG:
		return reason_set(reason, error, "%s: its BTFs are damaged", file);
	case -EOPNOTSUPP:
		return reason_set(reason, error, "%s: its BTFs have a newer format than btfd reads",
				  file);
	default:
		return reason_errno(reason, error, file);
	case -ENOENT:
		uname(&name);
		return reason_set(reason, error,
				  "%s: it has no BTF for this kernel, %s %s (see `corebtf list`)",
				  file, name.release, name.machine);
	}
}

/* libbpf finds and reports any other fault of an object when it loads it. */
static int check_objects(struct corebtf *bundle, const char *file,
			 const struct object_list *objects, struct reason *reason)
{
	for (size_t i = 0; i < objects->count; i++) {
		const struct object_file *object = &objects->files[i];

		if (corebtf_check_object(bundle, object->data, object->size) == -ESTALE)
			return reason_set(reason, -ESTALE,
					  "%s: the BTFs of %s were not made for this build of it "
					  "(run `corebtf embed` again)",
					  object->path, file);
	}
	return 0;
}

static int take_path(struct corebtf *bundle, const char *file, struct kernel_btf *ret_btf,
		     struct reason *reason)
{
	struct corebtf_entry entry = {.sz = sizeof(entry)};
	char *path;
	int err;

	err = corebtf_find_entry(bundle, NULL, &entry);
	if (!err)
		err = corebtf_entry_path(bundle, &entry, &path);
	if (err)
		return explain(reason, err, file);
	ret_btf->path = path;
	snprintf(ret_btf->origin, sizeof(ret_btf->origin), "%zu bytes of BTF for %s out of %s%s",
		 entry.btf_size, entry.release, file,
		 entry.ambiguous ? " (one of several that fit)" : "");
	return 0;
}

int kernel_btf_open(const struct settings *settings, const struct object_list *objects,
		    struct kernel_btf *ret_btf, struct reason *reason)
{
	struct corebtf_open_opts opts = {.sz = sizeof(opts),
					 .log = settings->verbose ? print_line : NULL};
	const char *file = settings->bundle ? settings->bundle : "btfd's own section .corebtf";
	struct corebtf *bundle;
	int err;

	if (!settings->prefer_bundle && !access(kernels_own, R_OK)) {
		*ret_btf = (struct kernel_btf){0};
		snprintf(ret_btf->origin, sizeof(ret_btf->origin), "the kernel's own BTF");
		return 0;
	}
	if (settings->bundle)
		err = corebtf_open_file(settings->bundle, &bundle, &opts);
	else
		err = corebtf_open_self(&bundle, &opts);
	/* Here -ENOENT comes from open(2): no such file. */
	if (err == -ENOENT)
		return reason_errno(reason, err, file);
	if (err)
		return explain(reason, err, file);

	/* The path stays valid after the bundle is closed. */
	err = check_objects(bundle, file, objects, reason);
	if (!err)
		err = take_path(bundle, file, ret_btf, reason);
	corebtf_close(bundle);
	return err;
}

void kernel_btf_close(struct kernel_btf *btf)
{
	corebtf_path_free(btf->path);
	btf->path = NULL;
}
