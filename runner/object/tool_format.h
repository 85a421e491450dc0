/* SPDX-License-Identifier: MIT */
/*
 * Where a tool's BPF objects are in its file: `corebtf tool` writes them, the runner reads them.
 *
 * The section .corebtf.tool is a read-only segment of the runner (runner.ld). The linker leaves 8
 * zero bytes in it; in a tool it holds a plain tar with a file for each object, TOOL/NAME.bpf.o,
 * in the order of the command line. TOOL is the tool's name. The BTFs of kernels are in the section
 * .corebtf, as in every other program with a bundle (docs/format.md), so that all commands that
 * read or replace those do so in a tool as well.
 */
#ifndef COREBTF_RUNNER_TOOL_FORMAT_H
#define COREBTF_RUNNER_TOOL_FORMAT_H

#define TOOL_SECTION_NAME ".corebtf.tool"

/*
 * After an object, TOOL/NAME.bpf.o.defaults may follow: lines with what is said of it beside its
 * BTF (options/defaults.h).
 */
#define TOOL_DEFAULTS_SUFFIX ".defaults"
#define TOOL_DEFAULTS_MAX    (1 << 20)

/* Of all objects together; runner.ld leaves four times as many addresses free. */
#define TOOL_MAX_SIZE (64 << 20)

/* A tool of more objects than that is refused. */
#define TOOL_MAX_OBJECTS 256

#endif
