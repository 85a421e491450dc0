# SPDX-License-Identifier: MIT
#
# For runner/: can a static program with libbpf be linked here, and what its machine is called.

include_guard(GLOBAL)

# Why the runner cannot be built; empty when it can be.
function(_corebtf_why_no_runner variable sanitizes)
	set(${variable} "" PARENT_SCOPE)
	if(sanitizes)
		set(${variable} "the sanitizers have no static libraries" PARENT_SCOPE)
		return()
	endif()
	if(NOT DEFINED COREBTF_RUNNER_LINKS)
		set(folder ${CMAKE_BINARY_DIR}/CMakeFiles/CoreBTF/runner)
		file(WRITE ${folder}/trial.c [[
#include <bpf/libbpf.h>
int main(int argc, char **argv)
{
	return argc > 1 && bpf_object__open(argv[1]) != 0;
}
]])
		set(CMAKE_EXE_LINKER_FLAGS "")
		try_compile(linked ${folder} SOURCES ${folder}/trial.c
			COMPILE_DEFINITIONS -fPIE
			CMAKE_FLAGS "-DINCLUDE_DIRECTORIES=${LIBBPF_INCLUDE_DIRS}"
			LINK_OPTIONS -static-pie "SHELL:-Xlinker -T -Xlinker \"${PROJECT_SOURCE_DIR}/runner/runner.ld\""
			LINK_LIBRARIES CoreBTF::libbpf CoreBTF::static_needs
			OUTPUT_VARIABLE output)
		file(WRITE ${folder}/trial.log "${output}")
		set(COREBTF_RUNNER_LINKS "${linked}" CACHE INTERNAL "whether the runner can be linked")
	endif()
	if(NOT COREBTF_RUNNER_LINKS)
		set(${variable} "libbpf, libelf, zlib, liblzma and libc cannot be linked into a static program here (see ${CMAKE_BINARY_DIR}/CMakeFiles/CoreBTF/runner/trial.log)"
			PARENT_SCOPE)
	endif()
endfunction()

# As runtime/kernel/machine.c calls it.
function(_corebtf_runner_machine variable)
	string(TOLOWER "${CMAKE_SYSTEM_PROCESSOR}" machine)
	foreach(names "x86_64 amd64" "arm64 aarch64" "x86 i386 i486 i586 i686" "arm armv7l armv6l armhf")
		separate_arguments(names)
		list(GET names 0 canonical)
		if(machine IN_LIST names)
			set(machine ${canonical})
		endif()
	endforeach()
	# A 32-bit build on a 64-bit processor.
	if(machine STREQUAL "x86_64" AND CMAKE_SIZEOF_VOID_P EQUAL 4)
		set(machine x86)
	endif()
	set(${variable} ${machine} PARENT_SCOPE)
endfunction()
