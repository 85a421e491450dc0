#!/bin/sh
# SPDX-License-Identifier: MIT
# The Debian packages that cpack makes of a build as packagers do it, with Debian's own flags: three of
# them, which say what they need, and with which lintian finds nothing wrong. Judges: dpkg-deb, lintian.
. "$(dirname "$0")/lib.sh"

have dpkg-shlibdeps && have dpkg-deb && have dpkg-buildflags || skip "dpkg-dev is not here"
case $FLAGS in
*-fsanitize*) skip "nobody packages a library with sanitizers" ;;
esac
cpack=$(dirname "$CMAKE")/cpack
[ -x "$cpack" ] || cpack=cpack
quietly "$CMAKE" -S "$SOURCE" -B "$work/build" -G "$GENERATOR" -DCMAKE_C_COMPILER="$CC" \
	-DCMAKE_INSTALL_PREFIX=/usr -DCMAKE_BUILD_TYPE=None -DBUILD_TESTING=OFF -DCOREBTF_SAMPLES=OFF \
	-DCMAKE_C_FLAGS="$FLAGS $(dpkg-buildflags --get CFLAGS) $(dpkg-buildflags --get CPPFLAGS)" \
	-DCMAKE_EXE_LINKER_FLAGS="$(dpkg-buildflags --get LDFLAGS)" \
	-DCMAKE_SHARED_LINKER_FLAGS="$(dpkg-buildflags --get LDFLAGS)" \
	-DCOREBTF_MAINTAINER="A Maintainer <maintainer@corebtf.org>"
quietly "$CMAKE" --build "$work/build" -j 2
quietly "$cpack" --config "$work/build/CPackConfig.cmake" -B "$work/packages" -G DEB
cd "$work/packages"
version=$("$COREBTF" --version | sed 's/^corebtf //')
architecture=$(dpkg --print-architecture)
[ "$(echo ./*.deb | tr -d '\n')" = "./corebtf_${version}_$architecture.deb \
./libcorebtf-dev_${version}_$architecture.deb ./libcorebtf0_${version}_$architecture.deb" ] ||
	fail "not the three packages: $(ls)"
for package in corebtf libcorebtf-dev libcorebtf0; do
	deb=${package}_${version}_$architecture.deb
	dpkg-deb -x "$deb" "$work/root"
	dpkg-deb -e "$deb" "$work/control-$package"
	(cd "$work/root" && md5sum -c --quiet "$work/control-$package/md5sums") || fail "$deb: md5sums"
	[ -f "$work/root/usr/share/doc/$package/copyright" ] || fail "$deb: no copyright"
done

documents_lead_on "$work/root/usr/share/doc/corebtf"

# depends PACKAGE FILE: on the packages of the libraries that the file needs
depends() {
	depends=$(dpkg-deb -f "$1"_*.deb Depends)
	suggests=$(dpkg-deb -f "$1"_*.deb Suggests)
	readelf -dW -p .note.dlopen "$work/root/$2" 2>/dev/null |
		grep -oE '(NEEDED.*\[|"soname":\[")[^]"]*' | sed 's/.*["[]//' >"$work/needed"
	while read -r library; do
		case $library in
		libc.so.*) wanted=libc6 ;;
		libz.so.*) wanted=zlib1g ;;
		liblzma.so.*) wanted=liblzma5 ;;
		libelf.so.*) wanted=libelf1 ;;
		libdwarf.so.*) wanted=libdwarf1 ;;
		libarchive.so.*) wanted=libarchive13 ;;
		libzstd.so.*) wanted=libzstd1 ;;
		libjansson.so.*) wanted=libjansson4 ;;
		libmd.so.*) wanted=libmd0 ;;
		libcurl*.so.*) # loaded when a URL is met
			case $suggests in
			*libcurl*) continue ;;
			*) fail "$1: does not suggest libcurl: $suggests" ;;
			esac
			;;
		*) fail "$1: $2 needs $library, whose package this test does not know" ;;
		esac
		case $depends in
		*$wanted*) ;;
		*) fail "$1: does not depend on $wanted: $depends" ;;
		esac
	done <"$work/needed"
	case $depends in
	*'libc6 (>= '*) ;;
	*) fail "$1: does not say which libc6 it needs: $depends" ;;
	esac
}
libdir=usr/lib/$("$CC" -print-multiarch)
depends corebtf usr/bin/corebtf
depends libcorebtf0 "$libdir/libcorebtf.so.0"
case $(dpkg-deb -f libcorebtf-dev_*.deb Depends) in
*"libcorebtf0 (= $version)"*) ;;
*) fail "libcorebtf-dev: not of one version with libcorebtf0" ;;
esac
grep -qx 'activate-noawait ldconfig' "$work/control-libcorebtf0/triggers" || fail "no ldconfig trigger"
[ "$("$work/root/usr/bin/corebtf" --version)" = "corebtf $version" ] || fail "the command says otherwise"
[ -f "$work/root/usr/share/doc/corebtf/docs/embedding.md" ] || fail "no documents"
[ -f "$work/root/usr/share/doc/libcorebtf-dev/examples/makefile/Makefile" ] || fail "no examples"
for page in "$SOURCE"/docs/man/*.1; do
	gzip -dc "$work/root/usr/share/man/man1/${page##*/}.gz" | cmp -s - "$page" ||
		fail "man page ${page##*/}"
done
for shipped in "$work"/build/share/corebtf/*; do
	cmp -s "$shipped" "$work/root/usr/share/corebtf/${shipped##*/}" || fail "not packed: ${shipped##*/}"
done
[ -f "$work/root/usr/share/man/man3/corebtf_open_self.3.gz" ] || fail "no pages of the functions"
ok "three packages: dependencies, documents, sums"

if ! have lintian; then
	echo "not tried: lintian is not here"
	exit 0
fi
# initial-upload-closes-no-bugs is about Debian's own archive.
lintian --allow-root --fail-on error,warning --suppress-tags initial-upload-closes-no-bugs ./*.deb \
	>"$work/lintian" 2>&1 || {
	cat "$work/lintian"
	fail "lintian finds errors or warnings"
}
ok "lintian finds no error and no warning"
