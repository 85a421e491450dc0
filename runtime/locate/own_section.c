/* SPDX-License-Identifier: MIT */
/*
 * The bundles in the running program: of the objects that may have some (open/self.h), the first
 * that has this kernel.
 */
#include <errno.h>

#include "runtime/locate/source.h"
#include "runtime/open/handle.h"
#include "runtime/open/self.h"
#include "runtime/util/origin.h"

static int ask(struct locate *locate, struct corebtf *corebtf, char **ret_path)
{
	int result;

	locate->origin.source = COREBTF_SOURCE_SECTION;
	ORIGIN_TEXT(locate->origin.file, corebtf->subject);
	result = source_in_bundles(locate, corebtf, ret_path);
	corebtf_close(corebtf);
	return result;
}

int source_own_section(struct locate *locate, char **ret_path)
{
	const struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = locate->log.write, .log_context = locate->log.context};
	struct corebtf *corebtf = NULL;
	int reason = 0, err;

	if (locate->executable) {
		err = corebtf_open_file(locate->executable, &corebtf, &opts);
		return err ? source_pass(locate, err) : ask(locate, corebtf, ret_path);
	}
	for (size_t number = 0; (err = self_open_number(number, &corebtf, &opts)) != -ERANGE;
	     number++) {
		int result;

		if (err && !self_goes_on(err))
			return err;
		if (err) {
			reason = reason ? reason : err;
			continue;
		}
		result = ask(locate, corebtf, ret_path);
		if (result != SOURCE_PASS)
			return result;
	}
	return reason ? source_pass(locate, reason) : SOURCE_PASS;
}
