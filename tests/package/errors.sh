#!/bin/sh
# SPDX-License-Identifier: MIT
# CMake's errors about wrong calls: what is wrong, and what to do. A project without languages is
# configured quickly.
. "$(dirname "$0")/lib.sh"

# CMake knows where lib/<machine> is only once it knows a compiler: so here the folder is named.
install_all() {
	rm -rf "$work/prefix"
	install_package
	package=$(dirname "$(find "$work/prefix" -name CoreBTFConfig.cmake)")
}

install_all
kernels=$KERNELS
mkdir "$work/project" "$work/empty"
case $GENERATOR in
*Makefiles | Ninja*) ;;
*) GENERATOR=Ninja ;;
esac

# refused TEXT [OPTION...] <code: CMake must stop with this text, in one line.
refused() {
	text=$1
	shift
	{
		echo 'cmake_minimum_required(VERSION 3.25)'
		echo 'project(project LANGUAGES NONE)'
		echo 'find_package(CoreBTF REQUIRED COMPONENTS embedder)'
		echo 'add_executable(program program.c)'
		cat
	} >"$work/project/CMakeLists.txt"
	rm -rf "$work/build"
	if "$CMAKE" -G "$GENERATOR" -S "$work/project" -B "$work/build" \
		-DCoreBTF_DIR="$package" "$@" >"$work/log" 2>&1; then
		cat "$work/project/CMakeLists.txt" >&2
		fail "not refused; wanted: $text"
	fi
	tr -s ' \n' ' ' <"$work/log" | grep -qF "$text" || {
		cat "$work/log" >&2
		fail "wanted: $text"
	}
	ok "$text"
}

refused "corebtf_embed: TARGET is missing" <<END
corebtf_embed(KERNELS $kernels)
END
refused "corebtf_embed: nothing: no such target" <<END
corebtf_embed(TARGET nothing KERNELS $kernels)
END
refused "only an executable or a shared library can carry BTFs" <<END
add_library(headers INTERFACE)
corebtf_embed(TARGET headers KERNELS $kernels)
END
refused "corebtf_embed: KERNELS is missing, and the pack of kernels that comes with" <<END
set_property(GLOBAL PROPERTY COREBTF_KERNELS $work/nowhere/kernels.pack)
corebtf_embed(TARGET program)
END
refused "corebtf_embed: nothing given for: KERNELS" <<END
corebtf_embed(TARGET program KERNELS)
END
refused "corebtf_embed: unknown arguments: OBJECT" <<END
corebtf_embed(TARGET program OBJECT x.bpf.o KERNELS $kernels)
END
refused "$work/nowhere: no such file or folder. BTFs of many kernels: https://" <<END
corebtf_embed(TARGET program KERNELS $work/nowhere)
END
refused "no *.btf, no *.btf.tar.xz and nothing else with kernels in this folder" <<END
corebtf_embed(TARGET program KERNELS $work/empty)
END
refused "OBJECTS: $work/project/x.bpf.o: no such file or target" <<END
corebtf_embed(TARGET program KERNELS $kernels OBJECTS x.bpf.o)
END
refused "target program was not made by corebtf_add_bpf_object()" <<END
corebtf_embed(TARGET program KERNELS $kernels OBJECTS program)
END
refused "BUNDLE is finished as it is" <<END
corebtf_embed(TARGET program KERNELS $kernels BUNDLE kernels.bundle)
END
refused "BUNDLE: $work/project/kernels.bundle: no such file" <<END
corebtf_embed(TARGET program BUNDLE kernels.bundle)
END
refused "MODE is auto, segment, section or link, not best" <<END
corebtf_embed(TARGET program KERNELS $kernels MODE best)
END
refused "MODE link trims before the program is there to be searched for BPF objects" <<END
corebtf_embed(TARGET program KERNELS $kernels MODE link)
END
refused "COMPRESS is none or xz, not gzip" <<END
corebtf_embed(TARGET program KERNELS $kernels COMPRESS gzip)
END
refused "SELECT: 'debian/12' does not start with arch=, os= or release" <<END
corebtf_embed(TARGET program KERNELS $kernels SELECT os=debian debian/12)
END
refused "corebtf_embed: nothing given for: SELECT" <<END
corebtf_embed(TARGET program KERNELS $kernels SELECT MODE section)
END
refused "BUNDLE is finished as it is" <<END
corebtf_embed(TARGET program BUNDLE kernels.bundle SELECT os=debian)
END
refused "program was given its BTFs already" <<END
corebtf_embed(TARGET program KERNELS $kernels MODE section)
corebtf_embed(TARGET program KERNELS $kernels MODE section)
END
refused "this project has no C or C++ compiler to try the linker with" <<END
corebtf_embed(TARGET program KERNELS $kernels MODE segment)
END

# Which command is run.
embed="corebtf_embed(TARGET program KERNELS $kernels MODE section)"
refused "COREBTF_EMBEDDER: $work/nowhere: no such file" \
	-DCOREBTF_EMBEDDER="$work/nowhere" <<END
$embed
END
printf 'not a program\n' >"$work/text"
refused "$work/text: does not run on this machine" -DCOREBTF_EMBEDDER="$work/text" <<END
$embed
END
printf '#!/bin/sh\necho true 1.0\n' >"$work/other"
printf '#!/bin/sh\necho corebtf 9.8.7\n' >"$work/newer"
chmod +x "$work/other" "$work/newer"
refused "$work/other: is not the command corebtf" -DCOREBTF_EMBEDDER="$work/other" <<END
$embed
END
refused "$work/newer: is version 9.8, and this package is" -DCOREBTF_EMBEDDER="$work/newer" <<END
$embed
END
refused "this package's command corebtf is for s390x, and none for this machine is on the PATH" \
	-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=s390x \
	-DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF -DCMAKE_MAKE_PROGRAM="$(command -v ninja ||
		command -v make)" <<END
$embed
END

# Parts of the package.
refused "CoreBTF has no component 'graphics' here" <<END
find_package(CoreBTF REQUIRED COMPONENTS graphics)
END
rm "$package"/CoreBTF-embedder*.cmake
refused "CoreBTF has no component 'embedder' here" <<END
END

# BPF objects.
install_all
refused "corebtf_add_bpf_object: SOURCE is missing" <<END
corebtf_add_bpf_object(probe)
END
refused "corebtf_add_bpf_object: $work/project/x.bpf.c: no such file" <<END
corebtf_add_bpf_object(probe SOURCE x.bpf.c)
END
touch "$work/project/x.bpf.c"
refused "corebtf_add_bpf_object: clang was not found. Debian: apt-get install clang" \
	-DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF \
	-DCMAKE_MAKE_PROGRAM="$(command -v ninja || command -v make)" <<END
corebtf_add_bpf_object(probe SOURCE x.bpf.c)
END
