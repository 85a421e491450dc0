#!/bin/sh
# SPDX-License-Identifier: MIT
# select.sh few|many: SELECT of corebtf_embed(). The program and the plugin of consumer/ carry the
# kernels that the expressions describe and no others; other expressions embed again. Every shell on
# the way could change the characters of an expression. many: with each generator and each kind of
# step; few: each of them once.
. "$(dirname "$0")/lib.sh"

install_package
kernels="$work/some kernels"
folder="$kernels/debian/0/$(uname -m)"
mkdir -p "$folder"
for release in 5.4.0-1 5.10.0-1-cloud 6.1.0-1; do
	cp "$KERNELS/debian/11/x86_64/5.10.0-30-cloud-amd64.btf.tar.xz" \
		"$folder/$release.btf.tar.xz"
done

# embeds RELEASES EXPRESSIONS: with these expressions, separated by semicolons.
embeds() {
	quietly configure "$work/a build" "$SOURCE/tests/package/consumer" -G "$generator" \
		-DCMAKE_PREFIX_PATH="$work/prefix" -DMODE="$mode" -DKERNELS="$kernels" -DSELECT="$2"
	# What an expression would become that no quotation marks hold together.
	touch "$work/a build/release=5.4.0-1"
	quietly "$CMAKE" --build "$work/a build"
	for file in program libplugin.so; do
		found=$("$COREBTF" list "$work/a build/$file" |
			awk '$1 == "debian" { print $4 }' | sort | tr '\n' ' ')
		[ "$found" = "$1" ] || fail "$generator, $mode, $2: in $file: $found"
	done
	ok "$generator, mode $mode, SELECT $2: $1"
}

tried=
for generator in Ninja "Unix Makefiles"; do
	case $generator in
	Ninja) have ninja || continue ;;
	*) have make || continue ;;
	esac
	for mode in section link; do
		case $1/$generator/$mode in
		few/Ninja/link | few/Unix*/section) continue ;;
		esac
		tried=yes
		rm -rf "$work/a build"
		embeds "5.10.0-1-cloud 6.1.0-1 " "release>=5.10"
		embeds "5.10.0-1-cloud 5.4.0-1 " "release<6"
		embeds "5.4.0-1 6.1.0-1 " "release=*;!release=*-cloud"
		embeds "5.10.0-1-cloud " "os=debian,release>5.4,<6.1"
		embeds "5.10.0-1-cloud 5.4.0-1 6.1.0-1 " ""
	done
done
[ "$tried" ] || skip "neither ninja nor make is here"
