#!/bin/sh
# SPDX-License-Identifier: MIT
# Cross-compiling: the embedder of this machine puts BTFs into a program for another one, without
# running anything of that machine. The library for it is not tested: its zlib and liblzma are seldom
# installed.
. "$(dirname "$0")/lib.sh"

install_package
mkdir "$work/project"
cat >"$work/project/CMakeLists.txt" <<'END'
cmake_minimum_required(VERSION 3.25)
project(crossed LANGUAGES C)
find_package(CoreBTF REQUIRED COMPONENTS embedder)
add_executable(program program.c)
corebtf_embed(TARGET program OBJECTS probe.bpf.o KERNELS ${KERNELS} ALL_MACHINES MODE ${MODE})
END
echo 'int main(void) { return 0; }' >"$work/project/program.c"
package=$(dirname "$(find "$work/prefix" -name CoreBTFConfig.cmake)")

# An object of the other byte order would be refused, and one is as good as another here.
probe() {
	clang -target "$1" -O2 -g -idirafter "/usr/include/$("$CC" -print-multiarch)" \
		-c "$SOURCE/tests/package/consumer/probe.bpf.c" -o "$work/project/probe.bpf.o" ||
		fail "clang -target $1"
}

# crossed MACHINE TRIPLET BPF-TARGET READELF'S-NAME
crossed() {
	have "$2-gcc" || {
		echo "not here: $2-gcc"
		return 0
	}
	probe "$3"
	for mode in auto section; do
		rm -rf "$work/build"
		quietly "$CMAKE" -S "$work/project" -B "$work/build" -G "$GENERATOR" \
			-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$1" \
			-DCMAKE_C_COMPILER="$2-gcc" -DCoreBTF_DIR="$package" -DMODE=$mode \
			-DKERNELS="$KERNELS" -DCOREBTF_EMBEDDER="$COREBTF"
		quietly "$CMAKE" --build "$work/build"
		program=$work/build/program
		readelf -hW "$program" | grep -q "Machine: *$4" || fail "$1: $(readelf -hW "$program")"
		"$COREBTF" list "$program" >"$work/listed" || fail "$1: carries nothing"
		case $3 in
		bpfeb) grep -q 'big-endian' "$work/listed" || fail "$1: the wrong byte order" ;;
		bpfel) grep -q 'little-endian' "$work/listed" || fail "$1: the wrong byte order" ;;
		esac
		if [ $mode = auto ]; then
			has_segment "$program" || fail "$1: no segment"
		else
			has_segment "$program" && fail "$1: a segment that nobody asked for"
		fi
	done
	crossed=$((crossed + 1))
	ok "$1"
}

crossed=0
have clang || skip "clang is not here"
crossed aarch64 aarch64-linux-gnu bpfel AArch64
crossed s390x s390x-linux-gnu bpfeb 'IBM S/390'
crossed riscv64 riscv64-linux-gnu bpfel RISC-V

# Some linkers take corebtf.ld and put something behind .corebtf all the same (lld its .plt, for
# ppc64le): MODE auto has to see it before `corebtf embed` refuses such a file.
if have powerpc64le-linux-gnu-gcc && have ld.lld; then
	mkdir "$work/linker"
	ln -s "$(command -v ld.lld)" "$work/linker/ld.lld"
	probe bpfel
	rm -rf "$work/build"
	quietly "$CMAKE" -S "$work/project" -B "$work/build" -G "$GENERATOR" \
		-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=ppc64le \
		-DCMAKE_C_COMPILER=powerpc64le-linux-gnu-gcc \
		-DCMAKE_EXE_LINKER_FLAGS="-B$work/linker -fuse-ld=lld" -DMODE=auto \
		-DCoreBTF_DIR="$package" -DKERNELS="$KERNELS" -DCOREBTF_EMBEDDER="$COREBTF"
	quietly "$CMAKE" --build "$work/build"
	"$COREBTF" list "$work/build/program" >/dev/null || fail "ppc64le with lld: carries nothing"
	ok "ppc64le with lld"
fi
[ $crossed -gt 0 ] || skip "no compiler for another machine is here"

# Without COREBTF_EMBEDDER the one on the PATH is taken, which is for this machine.
for compiler in aarch64-linux-gnu-gcc s390x-linux-gnu-gcc riscv64-linux-gnu-gcc; do
	have $compiler && break
done
mkdir "$work/bin"
ln -s "$COREBTF" "$work/bin/corebtf"
PATH=$work/bin:$PATH quietly "$CMAKE" -S "$work/project" -B "$work/found" -G "$GENERATOR" \
	-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR=other -DCMAKE_C_COMPILER="$compiler" \
	-DCoreBTF_DIR="$package" -DMODE=section -DKERNELS="$KERNELS"
grep -q "^COREBTF_HOST_EMBEDDER:FILEPATH=$work/bin/corebtf$" "$work/found/CMakeCache.txt" ||
	fail "the command on the PATH was not found"
ok "the command on the PATH"
