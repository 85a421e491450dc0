/* SPDX-License-Identifier: MIT */
/*
 * The bundles in the running program.
 */

#include "runtime/open/self.h"
#include "runtime/locate/source.h"
#include "runtime/util/origin.h"

int source_own_section(struct locate *locate, char **ret_path)
{
	const struct corebtf_open_opts opts = {
		.sz = sizeof(opts), .log = locate->log.write, .log_context = locate->log.context};
	struct corebtf *corebtf = NULL;
	int err = locate->executable ? corebtf_open_file(locate->executable, &corebtf, &opts)
				     : corebtf_open_self(&corebtf, &opts);

	if (err)
		return source_pass(locate, err);
	locate->origin.source = COREBTF_SOURCE_SECTION;
	ORIGIN_TEXT(locate->origin.file, locate->executable ? locate->executable : SELF_EXECUTABLE);
	err = source_in_bundles(locate, corebtf, ret_path);
	corebtf_close(corebtf);
	return err;
}
