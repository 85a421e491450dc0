#!/bin/sh
# SPDX-License-Identifier: MIT
# corebtf_use_libbpf(): a libbpf whose source is a part of the project is built, and taken for the
# BPF side and for the program, by one line. The source is one in outline: a Makefile that takes the
# variables which libbpf's own takes, and installs the system's libbpf with a mark in its headers
# and in its library. With LIBBPF_SOURCE in the environment, that source is tried as well.
. "$(dirname "$0")/lib.sh"

have make || skip "make is not here"
libbpf=$(pkg-config --variable=libdir libbpf)/libbpf.a
headers=$(pkg-config --variable=includedir libbpf)
[ -f "$libbpf" ] || skip "$libbpf is not here"
install_package

vendored=$work/project/third_party/libbpf
mkdir -p "$vendored/src"
echo 'int vendored_libbpf(void) { return 1; }' >"$vendored/src/libbpf.c"
cat >"$vendored/src/Makefile" <<END
all: install install_uapi_headers
install:
	mkdir -p "\$(OBJDIR)" "\$(LIBDIR)" "\$(INCLUDEDIR)"
	cp -R $headers/bpf "\$(INCLUDEDIR)"
	echo '#define VENDORED_LIBBPF 1' >>"\$(INCLUDEDIR)/bpf/libbpf_common.h"
	echo '#define VENDORED_LIBBPF 1' >>"\$(INCLUDEDIR)/bpf/bpf_helpers.h"
	cp $libbpf "\$(LIBDIR)/libbpf.a"
	\$(CC) \$(CFLAGS) -c libbpf.c -o "\$(OBJDIR)/mark.o"
	\$(AR) rs "\$(LIBDIR)/libbpf.a" "\$(OBJDIR)/mark.o"
install_uapi_headers:
	mkdir -p "\$(UAPIDIR)/linux"
END
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(vendors LANGUAGES C)
find_package(CoreBTF REQUIRED)
corebtf_use_libbpf(${LIBBPF})
corebtf_add_bpf_object(probe_bpf SOURCE probe.bpf.c SKELETON)
add_executable(program program.c)
target_link_libraries(program PRIVATE probe_bpf CoreBTF::corebtf_static)
corebtf_embed(TARGET program KERNELS ${KERNELS} ALL_MACHINES)
END
{
	cat <<'END'
#include <bpf/libbpf.h>
#include "probe.skel.h"
#ifdef MARKED
#ifndef VENDORED_LIBBPF
#error "libbpf.h is not the project's"
#endif
int vendored_libbpf(void);
#else
#define vendored_libbpf() libbpf_major_version()
#endif
int main(void)
{
	struct probe_bpf *probe = probe_bpf__open();

	probe_bpf__destroy(probe);
	return probe && vendored_libbpf() == 1 ? 0 : 1;
}
END
} >"$work/project/program.c"
cp "$SOURCE/tests/package/consumer/probe.h" "$work/project"
{
	cat "$SOURCE/tests/package/consumer/probe.bpf.c"
	printf '#if defined(MARKED) && !defined(VENDORED_LIBBPF)\n#error "not the project'\''s"\n#endif\n'
} >"$work/project/probe.bpf.c"

# builds SOURCE FLAG GENERATOR
builds() {
	rm -rf "$work/build"
	quietly "$CMAKE" -S "$work/project" -B "$work/build" -G "$3" -DCMAKE_C_COMPILER="$CC" \
		-DCMAKE_C_FLAGS="$FLAGS $2" -DCMAKE_PREFIX_PATH="$work/prefix" -DLIBBPF="$1" \
		-DKERNELS="$KERNELS"
	quietly "$CMAKE" --build "$work/build" -j 2
	"$work/build/program" || fail "$3: the program with $1"
	! readelf -dW "$work/build/program" | grep 'NEEDED.*libbpf' || fail "$3: the system's libbpf"
	"$COREBTF" list "$work/build/program" >/dev/null || fail "$3: carries nothing"
	"$CMAKE" --build "$work/build" >"$work/log"
	! grep -iE 'Building|Linking' "$work/log" || fail "$3: built again although nothing changed"
	ok "$3: $1"
}
sed -i 's/^corebtf_add_bpf_object(.*SKELETON/& OPTIONS ${BPF_OPTIONS}/
	s/^find_package.*/&\nif(CMAKE_C_FLAGS MATCHES MARKED)\n\tset(BPF_OPTIONS -DMARKED)\nendif()/' \
	"$work/project/CMakeLists.txt"
have ninja && builds third_party/libbpf -DMARKED Ninja
builds third_party/libbpf -DMARKED "Unix Makefiles"
[ -z "${LIBBPF_SOURCE:-}" ] || builds "$LIBBPF_SOURCE" "" "$GENERATOR"
