#!/bin/sh
# SPDX-License-Identifier: MIT
# unpack_kernels.sh COREBTF PACK FOLDER OS/VERSION/MACHINE/RELEASE...: these kernels of a pack as a FOLDER
# like BTFHub's archive, with a .btf.tar.xz for each. FOLDER is made anew, whole or not at all.
set -eu
corebtf=$1 pack=$2 folder=$3
shift 3
rm -rf "$folder" "$folder.new"
names=$*
set --
for name in $names; do
	release=${name##*/} above=${name%/*}
	machine=${above##*/} above=${above%/*}
	set -- "$@" --select "os=${above%%/*}:${above#*/},arch=$machine,release=$release"
done
"$corebtf" convert --quiet "$pack" "$folder.new/" "$@"
for name in $names; do
	release=${name##*/}
	(cd "$folder.new/${name%/*}" &&
		tar --format=gnu --owner=0 --group=0 --mtime=@0 -cf - "$release.btf" |
		xz -1 >"$release.btf.tar.xz" && rm "$release.btf")
done
mv "$folder.new" "$folder"
