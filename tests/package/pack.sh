#!/bin/sh
# SPDX-License-Identifier: MIT
# cpack's packages: a tar.gz that works where it is unpacked, and a Debian package with its
# dependencies. Checked with tar, dpkg-deb and lintian.
. "$(dirname "$0")/lib.sh"

cpack=$(dirname "$CMAKE")/cpack
[ -x "$cpack" ] || cpack=cpack
[ -f "$BUILD/CPackConfig.cmake" ] || fail "no CPackConfig.cmake in the build"
# The files were built before the tests. With make, cpack would build everything again; with ninja it
# does not.
quietly "$cpack" --config "$BUILD/CPackConfig.cmake" -B "$work/packages" \
	-D CPACK_CMAKE_GENERATOR=Ninja \
	-D "CPACK_DEBIAN_PACKAGE_MAINTAINER=A Maintainer <maintainer@corebtf.org>"
cd "$work/packages"

set -- corebtf-*.tar.gz
if [ $# != 1 ] || [ ! -f "$1" ]; then
	fail "not one tar.gz: $(ls)"
fi
mkdir "$work/unpacked"
tar -xzf "$1" -C "$work/unpacked" --strip-components=1
version=$("$COREBTF" --version)
[ "$("$work/unpacked/bin/corebtf" --version)" = "$version" ] || fail "$1: its command says otherwise"
printf '#include <corebtf.h>\n#include <stdio.h>\nint main(void) { puts(corebtf_version()); }\n' \
	>"$work/use.c"
libdir=$(dirname "$(find "$work/unpacked" -name libcorebtf.a)")
# shellcheck disable=SC2086 # a list of options
"$CC" $FLAGS -I"$work/unpacked/include" "$work/use.c" -o "$work/use" -L"$libdir" -lcorebtf \
	-Wl,-rpath,"$libdir"
[ "corebtf $("$work/use")" = "$version" ] || fail "$1: its library says otherwise"
ok "$1: the command, the headers and the library work where it was unpacked"

if ! have dpkg-shlibdeps || ! have dpkg-deb; then
	echo "not tried: dpkg-dev is not here, so no Debian package was made"
	exit 0
fi
set -- corebtf_*.deb
if [ $# != 1 ] || [ ! -f "$1" ]; then
	fail "not one .deb: $(ls)"
fi
for needed in libc6 zlib1g liblzma5 libelf1 libarchive13; do
	readelf -dW -p .note.dlopen "$BUILD"/embedder/corebtf "$BUILD"/runtime/libcorebtf.so \
		>"$work/needed" 2>/dev/null
	case $needed in
	libc6) name=libc.so ;;
	zlib1g) name=libz.so ;;
	*) name=${needed%%[0-9]*}.so ;;
	esac
	if grep -qE "(NEEDED.*\[|\"soname\":\[\")$name" "$work/needed"; then
		dpkg-deb -f "$1" Depends | grep -q "\<$needed" || fail "$1: does not depend on $needed"
	fi
done
dpkg-deb -f "$1" Depends | grep -q 'libc6 (>= ' || fail "$1: does not say which libc6 it needs"
dpkg-deb -x "$1" "$work/root"
dpkg-deb -e "$1" "$work/control"
grep -qx 'activate-noawait ldconfig' "$work/control/triggers" || fail "$1: no ldconfig trigger"
[ "$("$work/root/usr/bin/corebtf" --version)" = "$version" ] || fail "$1: its command says otherwise"
for page in "$SOURCE"/docs/man/*.1; do
	gzip -dc "$work/root/usr/share/man/man1/${page##*/}.gz" | cmp -s - "$page" ||
		fail "$1: man page ${page##*/}"
done
(cd "$work/root" && md5sum -c --quiet "$work/control/md5sums") || fail "$1: md5sums"
ok "$1: dependencies, man pages, sums"

if have lintian; then
	# A build with debug information makes other packages than a release.
	lintian --suppress-tags unstripped-static-library,library-not-linked-against-libc "$1" \
		>"$work/lintian" 2>&1 || :
	if grep '^E:' "$work/lintian"; then
		fail "$1: lintian finds errors"
	fi
	ok "lintian finds no error"
else
	echo "not tried: lintian is not here"
fi
