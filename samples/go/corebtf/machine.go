// SPDX-License-Identifier: MIT

package corebtf

import "strings"

// The names of architectures: the same tables as in runtime/kernel/machine.c, which a test compares.

var machineNames = map[string]string{
	"x86_64": "x86_64", "amd64": "x86_64", "x86-64": "x86_64",
	"x86": "x86", "i386": "x86", "i486": "x86", "i586": "x86", "i686": "x86", "386": "x86",
	"arm64": "arm64", "aarch64": "arm64", "aarch64_be": "aarch64_be",
	"arm": "arm", "armhf": "arm", "armel": "arm", "armeb": "armeb",
	"ppc": "ppc", "powerpc": "ppc", "ppc64": "ppc64", "powerpc64": "ppc64",
	"ppc64le": "ppc64le", "ppc64el": "ppc64le", "powerpc64le": "ppc64le",
	"s390": "s390", "s390x": "s390x",
	"mips": "mips", "mipsel": "mips", "mips64": "mips64", "mips64el": "mips64",
	"riscv32": "riscv32", "riscv64": "riscv64",
	"loongarch64": "loongarch64", "loong64": "loongarch64",
	"sparc": "sparc", "sparc64": "sparc64",
	"parisc": "parisc", "hppa": "parisc", "parisc64": "parisc64", "hppa64": "parisc64",
}

// A 64-bit kernel reports the 32-bit name to some programs.
var machineSiblings = map[string]string{
	"x86": "x86_64", "arm": "arm64", "armeb": "aarch64_be", "ppc": "ppc64", "ppcle": "ppc64le",
	"s390": "s390x", "mips": "mips64", "riscv32": "riscv64", "sparc": "sparc64",
	"parisc": "parisc64",
}

// canonicalMachine returns the one name of a machine; one that is not known stays as it is.
func canonicalMachine(name string) string {
	if canonical, ok := machineNames[name]; ok {
		return canonical
	}
	// armv5tel, armv7l, armv7hl, armv8l: the version says nothing about the BTF; a b at the end
	// means big-endian.
	if strings.HasPrefix(name, "armv") && len(name) > 4 && name[4] >= '4' && name[4] <= '8' {
		if strings.HasSuffix(name, "b") {
			return "armeb"
		}
		return "arm"
	}
	return name
}
