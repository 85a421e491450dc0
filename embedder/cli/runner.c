/* SPDX-License-Identifier: MIT */
#include "embedder/cli/runner.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "embedder/cli/report.h"
#include "embedder/cli/shipped.h"
#include "embedder/util/cleanup.h"
#include "runtime/kernel/machine.h"

void runner_free(struct runner *runner)
{
	free(TAKE_PTR(runner->path));
}

/* The installed one. */
static int find_shipped(const char *machine, char **ret_path)
{
	_cleanup_free_ char *path = NULL;
	char name[64];

	snprintf(name, sizeof(name), "runner-%s", machine_canonical(machine));
	path = strchr(name, '/') ? NULL : shipped_path(name);
	if (path && access(path, R_OK) == 0) {
		*ret_path = TAKE_PTR(path);
		return 0;
	}
	report_failure(path ? path : name,
		       "no runner for %s is installed with this command: --runner FILE names one",
		       machine);
	return -ENOENT;
}

int runner_find(const char *path, const char *machine, struct runner *ret_runner)
{
	_cleanup_(runner_free) struct runner runner = {0};
	struct reason why = {""};
	struct utsname host;
	int err = 0;

	if (!machine && !uname(&host))
		machine = host.machine;
	if (!path)
		err = find_shipped(machine, &runner.path);
	else if (!(runner.path = strdup(path)))
		err = -ENOMEM;
	if (err)
		return err;
	err = executable_inspect(runner.path, &runner.info, &why);
	if (err) {
		report_failure(runner.path, "%s", why.text);
		return err;
	}
	runner.machine =
		machine_from_elf(runner.info.machine, runner.info.is_64bit, runner.info.big_endian);
	*ret_runner = runner;
	runner.path = NULL;
	return 0;
}
