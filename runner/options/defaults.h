/* SPDX-License-Identifier: MIT */
/*
 * What is said of a tool outside of its objects, by a package.json: lines beside the object in the
 * tool (object/tool_format.h). `corebtf tool` and `corebtf run` write them.
 *
 *	about TEXT		what the tool is for; may be repeated
 *	version TEXT
 *	option VARIABLE OPTION	the variable's option has this name
 *	letter VARIABLE C	and this letter
 *	help VARIABLE TEXT	and this help
 *	argument WORD		as if it were given first on the command line
 *
 * Lines of a kind that is not known are an error: they say something that this runner cannot do.
 */
#ifndef COREBTF_RUNNER_DEFAULTS_H
#define COREBTF_RUNNER_DEFAULTS_H

#include <stddef.h>

#include "runner/options/variable.h"
#include "runtime/util/reason.h"

/* Starts zeroed. */
struct defaults {
	char *text;   /* the lines, each with its NUL; what is below points into it */
	char **words; /* of `argument`, from 1 on: as main()'s argv */
	int word_count;
	char **about;
	size_t about_count;
	const char *version; /* NULL: it is not said */
};

/* Reads @text, hostile or not, and tells the variables of the objects. Errors: -EBADMSG a line is
 * none of these, -ENOMEM. */
int defaults_read(struct defaults *defaults, const char *text, struct variables *variables,
		  struct reason *why);
void defaults_free(struct defaults *defaults); /* for _cleanup_ */

#endif
