/* SPDX-License-Identifier: MIT */
/*
 * The results as JUnit XML, for the viewers of CI systems.
 */
#ifndef COREBTF_COMPAT_COMPAT_JUNIT_H
#define COREBTF_COMPAT_COMPAT_JUNIT_H

#include <stdio.h>

#include "embedder/compat/compat.h"

/*
 * A test suite for each kernel, a test case for each object in it. A case fails if the object is in
 * the state @fail_on or a worse one there, and is skipped on a kernel without an answer. 0 or
 * -ENOMEM; what could not be written, the error indicator of @file says.
 */
int compat_junit_write(const struct compat *compat, enum compat_state fail_on, FILE *file);

#endif
