/* SPDX-License-Identifier: MIT */
/* In the shared library alone: see open/self.h. */
#include "runtime/open/self.h"

bool self_is_shared_library(void)
{
	return true;
}
