/* SPDX-License-Identifier: MIT */
#include "runtime/btf/btf_header.h"
