/* SPDX-License-Identifier: MIT */
#include "runtime/types/type_view.h"
