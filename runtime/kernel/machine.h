/* SPDX-License-Identifier: MIT */
/*
 * One name for one architecture. uname says aarch64 and i686, BTFHub's folders say arm64 and
 * x86_64, Debian says amd64 and armhf: a bundle holds the canonical name.
 */
#ifndef COREBTF_MACHINE_H
#define COREBTF_MACHINE_H

#include <stdbool.h>

/* Whether the table has it, under any of its names. */
bool machine_is_known(const char *name);

/* The canonical name, static or @name itself when no alias is known: x86_64, x86, arm64, arm,
 * ppc64le, s390x, riscv64, ... */
const char *machine_canonical(const char *name);

/* The canonical name for an ELF e_machine with its class and byte order, "" when not known. */
const char *machine_from_elf(unsigned int e_machine, int is_64bit, int big_endian);

/* The 64-bit machine whose kernel may report itself to a 32-bit process as @canonical (x86 ->
 * x86_64, arm -> arm64, ...), or NULL. */
const char *machine_64bit_sibling(const char *canonical);

#endif
