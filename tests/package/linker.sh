#!/bin/sh
# SPDX-License-Identifier: MIT
# However a project chooses its linker, MODE auto must notice it: a linker that does not accept
# corebtf.ld fails, and one that does must be used.
. "$(dirname "$0")/lib.sh"

install_package
kernels=$KERNELS
mkdir "$work/project"
echo 'int main(void) { return 0; }' >"$work/project/program.c"
echo 'int main() { return 0; }' >"$work/project/program.cc"

# said LANGUAGE [OPTION...] <code: what corebtf_embed() says of a program, and what CMake warns of.
said() {
	language=$1
	shift
	{
		echo 'cmake_minimum_required(VERSION 3.10)' # older than the package's own policies
		echo "project(project LANGUAGES $language)"
		echo 'set(CoreBTF_DIR '"$(dirname "$(find "$work/prefix" -name CoreBTFConfig.cmake)")"')'
		echo 'find_package(CoreBTF REQUIRED COMPONENTS shared embedder)'
		cat
	} >"$work/project/CMakeLists.txt"
	rm -rf "$work/build"
	"$CMAKE" -G "$GENERATOR" -S "$work/project" -B "$work/build" -DCMAKE_C_COMPILER="$CC" \
		"$@" >"$work/log" 2>&1 || {
		cat "$work/log" >&2
		fail "not configured"
	}
	grep -i 'corebtf_embed: \|warning' "$work/log" || :
}

# expect TEXT WHERE, what was said on standard input
expect() {
	read -r line || line=nothing
	case $line in
	*"$1"*) ok "$2: $1" ;;
	*) fail "$2: $line" ;;
	esac
}

embed="corebtf_embed(TARGET program KERNELS $kernels)"
said C <<END | expect "reserved segment" "the compiler's own"
add_executable(program program.c)
$embed
END
if have c++; then
	said CXX <<END | expect "reserved segment" "a project in C++ alone"
add_executable(program program.cc)
$embed
END
fi
said C <<END | expect "a linker script of its own" "a script"
add_executable(program program.c)
target_link_options(program PRIVATE LINKER:-T,own.ld)
$embed
END
said C <<END | expect "depends on a generator expression" "a generator expression"
add_executable(program program.c)
target_link_options(program PRIVATE \$<\$<CONFIG:Debug>:-fuse-ld=gold>)
$embed
END

# One that does not take the script.
other=
for linker in gold mold; do
	printf 'int main(void) { return 0; }\n' >"$work/empty.c"
	if have ld.$linker && "$CC" -fuse-ld=$linker "$work/empty.c" -o "$work/empty" 2>/dev/null; then
		other=-fuse-ld=$linker
		break
	fi
done
if [ -z "$other" ]; then
	echo "not tried: neither gold nor mold is here"
	exit 0
fi
said C -DCMAKE_EXE_LINKER_FLAGS=$other <<END | expect "added section" CMAKE_EXE_LINKER_FLAGS
add_executable(program program.c)
$embed
END
said C -DCMAKE_BUILD_TYPE=Debug -DCMAKE_EXE_LINKER_FLAGS_DEBUG=$other <<END |
add_executable(program program.c)
$embed
END
	expect "added section" CMAKE_EXE_LINKER_FLAGS_DEBUG
said C -DCMAKE_C_FLAGS=$other <<END | expect "added section" CMAKE_C_FLAGS
add_executable(program program.c)
$embed
END
said C <<END | expect "added section" "add_link_options()"
add_link_options($other)
add_executable(program program.c)
$embed
END
said C <<END | expect "added section" "target_link_options() later on"
add_executable(program program.c)
$embed
target_link_options(program PRIVATE $other)
END
said C <<END | expect "added section" "a library of a library"
add_library(far INTERFACE)
target_link_options(far INTERFACE $other)
add_library(near INTERFACE)
target_link_libraries(near INTERFACE far)
add_executable(program program.c)
target_link_libraries(program PRIVATE near)
$embed
END
said C -DCMAKE_SHARED_LINKER_FLAGS=$other <<END | expect "added section" CMAKE_SHARED_LINKER_FLAGS
add_library(program SHARED program.c)
$embed
END
said C -DCMAKE_SHARED_LINKER_FLAGS=$other <<END | expect "reserved segment" "another kind's flags"
add_executable(program program.c)
$embed
END
