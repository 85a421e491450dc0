/* SPDX-License-Identifier: MIT */
#include "runtime/types/type_source.h"
