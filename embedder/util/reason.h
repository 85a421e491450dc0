/* SPDX-License-Identifier: MIT */
#include "runtime/util/reason.h"
