/* SPDX-License-Identifier: MIT */
#ifndef COREBTF_FACTS_TYPE_TEXT_H
#define COREBTF_FACTS_TYPE_TEXT_H

#include <stddef.h>

#include "runtime/types/type_view.h"

/* A type about as C writes it: "struct task_struct *", "char [16]". What is damaged or too deep is
 * "?". */
void type_text(const struct type_view *types, uint32_t id, char *buffer, size_t size);

#endif
