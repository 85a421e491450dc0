# SPDX-License-Identifier: MIT
# Shared by the tests on other machines: Debian's packages for another architecture, a build of
# this project with them, a virtual machine. Given in the environment:
#   CMAKE, SOURCE, COREBTF   the cmake, the source and the embedder of the build that is tested
#   DOWNLOADS                a folder where packages are kept from one run to the next
# shellcheck shell=sh
. "$(dirname "$0")/../support/lib.sh"

# Programs in here are run by other users as well.
work=$(mktemp -d)
chmod 755 "$work"
trap 'rm -rf "$work"' EXIT

# says FILE TEXT: the file has the text.
says() {
	grep -qF -e "$2" "$1" && return
	cp "$1" "$work/log"
	fail "'$2' was not said"
}

# use_architecture i386|amd64|armhf: the architecture for the functions below, with all its names.
use_architecture() {
	architecture=$1
	case $architecture in
	i386) triplet=i686-linux-gnu multiarch=i386-linux-gnu processor=i686 ;;
	amd64) triplet=x86_64-linux-gnu multiarch=$triplet processor=x86_64 ;;
	armhf) triplet=arm-linux-gnueabihf multiarch=$triplet processor=armv7l ;;
	esac
	packages=$DOWNLOADS/$architecture
	root=$work/root
	build=$work/build
	flags=
	shared=
}

# use_kernel: Debian 12's kernel for that architecture, which has no BTF except for amd64's, and what boots it. It is
# of the last point release, which the mirrors keep for as long as they have Debian 12.
use_kernel() {
	version=6.1.176-1
	case $architecture in
	i386)
		machine=x86 release=6.1.0-50-686-pae uname_machine=i686
		emulator="qemu-system-i386 -M q35 -cpu max" console=ttyS0
		;;
	amd64)
		machine=x86_64 release=6.1.0-50-cloud-amd64 uname_machine=x86_64
		emulator="qemu-system-x86_64 -M q35 -cpu max" console=ttyS0
		;;
	armhf)
		machine=arm release=6.1.0-50-armmp uname_machine=armv7l
		emulator="qemu-system-arm -M virt -cpu max" console=ttyAMA0
		;;
	esac
}

# apt with the sources of this machine, but for the other architecture, and with all that it
# writes in our folder: this machine's own lists and packages stay as they are.
other_apt() {
	command=$1
	shift
	"$command" -q -o APT::Architecture="$architecture" -o APT::Architectures="$architecture" \
		-o APT::Sandbox::User=root -o Dir::State="$packages/apt" \
		-o Dir::State::status="$packages/apt/status" -o Dir::Cache="$packages/apt" "$@"
}

# package NAME[=VERSION]: downloads it, unless it is there from an earlier run. Its path is in $deb.
package() {
	name=${1%%=*} version=
	case $1 in
	*=*) version=$(printf '%s' "${1#*=}" | sed 's/:/%3a/') ;;
	esac
	deb=$(find "$packages" -maxdepth 1 -name "${name}_$version*.deb" 2>/dev/null | head -n 1)
	[ -z "$deb" ] || return 0
	needs apt-get
	mkdir -p "$packages/apt/lists/partial" "$packages/apt/archives/partial"
	: >"$packages/apt/status"
	if [ ! -e "$work/updated" ]; then
		# One of the sources may be out of order, and the package in another.
		other_apt apt-get update >"$work/log" 2>&1 || :
		: >"$work/updated"
	fi
	# In here first, so that an incomplete download is not used the next time.
	mkdir "$work/download"
	(cd "$work/download" && other_apt apt-get download "$1") >"$work/log" 2>&1 || {
		tail -n 3 "$work/log"
		skip "apt has no package $1 for $architecture here"
	}
	mv "$work/download"/*.deb "$packages"
	rmdir "$work/download"
	deb=$(find "$packages" -maxdepth 1 -name "${name}_$version*.deb" | head -n 1)
	[ -n "$deb" ] || fail "apt-get download $1 brought something else"
}

# unpack NAME[=VERSION]...: into $root.
unpack() {
	mkdir -p "$root"
	for wanted in "$@"; do
		package "$wanted"
		quietly dpkg-deb -x "$deb" "$root"
	done
}

# configure OPTION...: this project for that architecture, in $build, with $flags for the compiler.
# Libraries are static ones unless $shared is set. What the embedder needs is there as well, as it is
# configured along; it is not built.
configure() {
	needs "$triplet-gcc" clang bpftool ninja pkg-config dpkg-deb
	libraries=$root/usr/lib/$multiarch
	unpack libbpf-dev libelf-dev zlib1g-dev liblzma-dev libarchive-dev libzstd-dev libdwarf-dev libjansson-dev libmd-dev \
		libcmocka-dev libcmocka0
	if [ "$shared" ]; then
		unpack libbpf1 libelf1 zlib1g liblzma5 libarchive13 libzstd1 libdwarf1 libjansson4 libmd0
		# Some of these links are from / on.
		find "$libraries" -name '*.so' -lname '/*' | while read -r link; do
			ln -sf "$root$(readlink "$link")" "$link"
		done
	else
		# cmocka has no static one, and is only looked for.
		find "$libraries" -name '*.so' ! -name libcmocka.so -exec rm {} +
	fi
	export PKG_CONFIG_LIBDIR="$libraries/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$root"
	# The compiler, with those packages in its folders and with $flags: tests that call it
	# themselves do as the build does.
	mkdir -p "$work/compiler"
	cat >"$work/compiler/$triplet-gcc" <<-END
		#!/bin/sh
		exec "$(command -v "$triplet-gcc")" "\$@" -idirafter "$root/usr/include" "-L$libraries" $flags
	END
	chmod 755 "$work/compiler/$triplet-gcc"
	quietly "$CMAKE" -S "$SOURCE" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo \
		-DCOREBTF_WERROR=ON -DCOREBTF_COMMAND=ON \
		-DCMAKE_SYSTEM_NAME=Linux -DCMAKE_SYSTEM_PROCESSOR="$processor" \
		-DCMAKE_C_COMPILER="$work/compiler/$triplet-gcc" \
		-DCMAKE_LIBRARY_ARCHITECTURE="$multiarch" \
		-DCMAKE_FIND_ROOT_PATH="$root" -DCMAKE_FIND_ROOT_PATH_MODE_LIBRARY=ONLY \
		-DCMAKE_FIND_ROOT_PATH_MODE_INCLUDE=ONLY -DCOREBTF_EMBEDDER="$COREBTF" \
		"$@"
}

# with_libraries FILE DISK: a program from $root or $build that is linked dynamically, with its loader
# and the libraries that it needs, out of $root.
with_libraries() {
	loader=$(readelf -l "$1" | sed -n 's/.*program interpreter: \(.*\)]/\1/p')
	mkdir -p "$2${loader%/*}" "$2/lib/$multiarch"
	cp -L "$root$loader" "$2$loader"
	wanted=$(readelf -d "$1" | sed -n 's/.*(NEEDED).*\[\(.*\)]/\1/p')
	while [ "$wanted" ]; do
		more=
		for library in $wanted; do
			[ ! -e "$2/lib/$multiarch/$library" ] || continue
			file=$(find "$root/lib/$multiarch" "$root/usr/lib/$multiarch" -name "$library" 2>/dev/null | head -n 1)
			[ "$file" ] || fail "no $library for $1"
			cp -L "$file" "$2/lib/$multiarch/$library"
			more="$more $(readelf -d "$file" | sed -n 's/.*(NEEDED).*\[\(.*\)]/\1/p')"
		done
		wanted=$(echo $more)
	done
}

build() {
	quietly "$CMAKE" --build "$build" --parallel 2 --target "$@"
}
