/* SPDX-License-Identifier: MIT */
/*
 * For linker-scripts/corebtf.ld, which moves this into a segment of its own and keeps it with
 * --gc-sections: without an input section a linker would not make the read-only segment that
 * `corebtf embed` fills after the link. Without the script these are 8 bytes of .rodata, if they
 * are kept at all. Readers take zero bytes for "nothing embedded yet".
 *
 * Only the static library has it. A program that links the shared library gets the same section
 * from an object file that `corebtf convert` makes.
 */
#include <stdint.h>

#include "runtime/bundle/format.h"

static const uint8_t reserve[COREBTF_ALIGNMENT]
	__attribute__((section(".rodata" COREBTF_SECTION_NAME), used, aligned(COREBTF_ALIGNMENT)));
