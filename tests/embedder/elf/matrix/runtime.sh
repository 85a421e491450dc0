# SPDX-License-Identifier: MIT
# shellcheck shell=sh
# Sourced by the tests that link programs with the runtime, on any machine and with any flags of
# the compiler, whatever the build that runs the test was configured with.
#
# environment: SOURCE the repository, RUNTIME_SOURCES the .c files of libcorebtf

# build_runtime TOOLS COMPILER FOLDER ARGUMENT...: makes FOLDER/libcorebtf.a, as runtime/
# CMakeLists.txt does: one object whose inner names are local. TOOLS: what stands before `ar` and
# `objcopy` in the names of the binutils; ARGUMENT: more flags and files.
build_runtime()
{
	tools_prefix=$1 runtime_compiler=$2 runtime_folder=$3
	shift 3
	rm -rf "$runtime_folder" && mkdir -p "$runtime_folder"
	(
		cd "$runtime_folder" || exit
		# shellcheck disable=SC2086 # several files
		"$runtime_compiler" -c -g -O1 -std=gnu11 -fPIC -fvisibility=hidden -D_GNU_SOURCE \
			-D_FILE_OFFSET_BITS=64 -I "$SOURCE" -I "$SOURCE/runtime/include" "$@" \
			$RUNTIME_SOURCES "$SOURCE/runtime/executable/reserve.c"
		"$runtime_compiler" -r -nostdlib -Wl,--force-group-allocation -o whole ./*.o
		rm ./*.o
		"${tools_prefix}objcopy" --localize-hidden whole whole.o
		rm whole
		"${tools_prefix}ar" rcs libcorebtf.a whole.o
	)
}
