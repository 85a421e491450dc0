/* SPDX-License-Identifier: MIT */
/*
 * The names of architectures, in one table. The canonical name is the one BTFHub's folders have
 * (x86_64, arm64); for what BTFHub does not carry, the one uname -m prints.
 */
#include <elf.h>
#include <stddef.h>
#include <string.h>

#include "runtime/kernel/machine.h"

#ifndef EM_RISCV
#define EM_RISCV 243
#endif
#ifndef EM_LOONGARCH
#define EM_LOONGARCH 258
#endif

static const struct {
	const char *alias;
	const char *canonical;
} aliases[] = {
	/* uname, Debian, Go; RPM says x86_64 as uname does */
	{"x86_64", "x86_64"},
	{"amd64", "x86_64"},
	{"x86-64", "x86_64"},
	{"x86", "x86"},
	{"i386", "x86"},
	{"i486", "x86"},
	{"i586", "x86"},
	{"i686", "x86"},
	{"386", "x86"},
	{"arm64", "arm64"},
	{"aarch64", "arm64"},
	{"aarch64_be", "aarch64_be"},
	/* uname's armv7l, RPM's armv7hl and their like follow a rule: see machine_canonical() */
	{"arm", "arm"},
	{"armhf", "arm"},
	{"armel", "arm"},
	{"armeb", "armeb"},
	{"ppc", "ppc"},
	{"powerpc", "ppc"},
	{"ppc64", "ppc64"},
	{"powerpc64", "ppc64"},
	{"ppc64le", "ppc64le"},
	{"ppc64el", "ppc64le"},
	{"powerpc64le", "ppc64le"},
	{"s390", "s390"},
	{"s390x", "s390x"},
	/* uname does not tell the byte orders of MIPS apart, so neither can a key */
	{"mips", "mips"},
	{"mipsel", "mips"},
	{"mips64", "mips64"},
	{"mips64el", "mips64"},
	{"riscv32", "riscv32"},
	{"riscv64", "riscv64"},
	{"loongarch64", "loongarch64"},
	{"loong64", "loongarch64"},
	{"sparc", "sparc"},
	{"sparc64", "sparc64"},
	{"parisc", "parisc"},
	{"hppa", "parisc"},
	{"parisc64", "parisc64"},
	{"hppa64", "parisc64"},
};

static const struct {
	const char *machine;
	const char *sibling;
} siblings[] = {
	{"x86", "x86_64"},    {"arm", "arm64"},	      {"armeb", "aarch64_be"},
	{"ppc", "ppc64"},     {"ppcle", "ppc64le"}, /* no kernel is one, but setarch makes uname say
						       it */
	{"s390", "s390x"},    {"mips", "mips64"},     {"riscv32", "riscv64"},
	{"sparc", "sparc64"}, {"parisc", "parisc64"},
};

static const struct {
	unsigned int e_machine;
	int is_64bit;	/* -1: either class */
	int big_endian; /* -1: either byte order */
	const char *canonical;
} elf_machines[] = {
	{EM_X86_64, -1, 0, "x86_64"}, /* x32 programs run on an x86_64 kernel */
	{EM_386, 0, 0, "x86"},
	{EM_AARCH64, -1, 0, "arm64"}, /* ILP32 programs, too */
	{EM_AARCH64, -1, 1, "aarch64_be"},
	{EM_ARM, 0, 0, "arm"},
	{EM_ARM, 0, 1, "armeb"},
	{EM_PPC, 0, 1, "ppc"},
	{EM_PPC64, 1, 1, "ppc64"},
	{EM_PPC64, 1, 0, "ppc64le"},
	{EM_S390, 0, 1, "s390"},
	{EM_S390, 1, 1, "s390x"},
	{EM_MIPS, 0, -1, "mips"},
	{EM_MIPS, 1, -1, "mips64"},
	{EM_RISCV, 0, 0, "riscv32"},
	{EM_RISCV, 1, 0, "riscv64"},
	{EM_LOONGARCH, 1, 0, "loongarch64"},
	{EM_SPARC, 0, 1, "sparc"},
	{EM_SPARC32PLUS, 0, 1, "sparc"},
	{EM_SPARCV9, 1, 1, "sparc64"},
	{EM_PARISC, 0, 1, "parisc"},
	{EM_PARISC, 1, 1, "parisc64"},
};

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* NULL: not known. */
static const char *find(const char *name)
{
	for (size_t i = 0; i < COUNT_OF(aliases); i++)
		if (!strcmp(name, aliases[i].alias))
			return aliases[i].canonical;
	/* armv5tel, armv7l, armv7hl, armv8l, ...: the version says nothing about the BTF, a b at
	 * the end means big-endian. */
	if (!strncmp(name, "armv", 4) && name[4] >= '4' && name[4] <= '8')
		return name[strlen(name) - 1] == 'b' ? "armeb" : "arm";
	return NULL;
}

bool machine_is_known(const char *name)
{
	return find(name) != NULL;
}

const char *machine_canonical(const char *name)
{
	const char *canonical = find(name);

	return canonical ? canonical : name;
}

const char *machine_from_elf(unsigned int e_machine, int is_64bit, int big_endian)
{
	for (size_t i = 0; i < COUNT_OF(elf_machines); i++) {
		if (elf_machines[i].e_machine != e_machine)
			continue;
		if (elf_machines[i].is_64bit >= 0 && elf_machines[i].is_64bit != !!is_64bit)
			continue;
		if (elf_machines[i].big_endian >= 0 && elf_machines[i].big_endian != !!big_endian)
			continue;
		return elf_machines[i].canonical;
	}
	return "";
}

const char *machine_64bit_sibling(const char *canonical)
{
	for (size_t i = 0; i < COUNT_OF(siblings); i++)
		if (!strcmp(canonical, siblings[i].machine))
			return siblings[i].sibling;
	return NULL;
}
