/* SPDX-License-Identifier: MIT */
/* What a pack has, printed for people or as JSON. */
#ifndef COREBTF_CLI_PACK_TABLE_H
#define COREBTF_CLI_PACK_TABLE_H

#include <stdbool.h>

/* The status to end with. What fails is reported. */
int pack_table_print(const char *path, bool json);

#endif
