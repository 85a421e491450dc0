#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds the runner for another machine, with the libraries in a folder.
#
#   cross.sh CMAKE SOURCE BUILD ROOT TRIPLET MULTIARCH PROCESSOR
#
# TRIPLET is what the compiler is called by (i686-linux-gnu), MULTIARCH the folder of libraries
# (i386-linux-gnu). ROOT has the static libraries of that machine, as Debian's packages have them (`./dev deps all` unpacks
# those of arm64 into build/arm64); / if they are installed as a foreign architecture.
set -eu
cmake=$1 source=$2 build=$3 root=${4%/} triplet=$5 multiarch=$6 processor=$7
libraries=$root/usr/lib/$multiarch

mkdir -p "$build"
# The compiler with that folder's headers and libraries behind its own.
cat >"$build/compiler" <<-END
	#!/bin/sh
	exec "$(command -v "$triplet-gcc")" "\$@" -idirafter "$root/usr/include" -idirafter "$root/usr/include/$multiarch" "-L$libraries"
END
chmod 755 "$build/compiler"
export PKG_CONFIG_LIBDIR="$libraries/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
"$cmake" -S "$source" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
	-DCOREBTF_COMMAND=OFF -DCOREBTF_RUNNER=ON -DCOREBTF_INSTALL=OFF -DBUILD_TESTING=OFF \
	-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$processor" \
	-DCMAKE_C_COMPILER="$build/compiler" -DCMAKE_LIBRARY_ARCHITECTURE="$multiarch" \
	-DCMAKE_FIND_LIBRARY_SUFFIXES=.a \
	-DCMAKE_FIND_ROOT_PATH="$root/" -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
	-DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY >"$build/configure.log" 2>&1 ||
	{ tail -n 20 "$build/configure.log"; exit 1; }
"$cmake" --build "$build" --target runner >"$build/build.log" 2>&1 || { tail -n 40 "$build/build.log"; exit 1; }
