# SPDX-License-Identifier: MIT
# For scripts that source it after tests/support/lib.sh.
# shellcheck shell=sh

# fetch_kernel FOLDER: Debian's smallest kernel for this machine's suite with its DWARF, from the
# package with debug information; nothing but that file is kept.
fetch_kernel() {
	needs apt-get apt-cache dpkg-deb
	apt=$work/apt
	mkdir -p "$apt/state/lists/partial" "$apt/cache/archives/partial"
	: >"$apt/status"
	set -- "$1" -o APT::Architecture=amd64 -o APT::Architectures=amd64 -o "Dir::State=$apt/state" \
		-o "Dir::State::status=$apt/status" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User= \
		-o Acquire::Retries=1 -o Acquire::http::Timeout=30
	folder=$1
	shift
	apt-get -qq "$@" update >"$work/log" 2>&1 || skip "apt reaches no archive"
	package=$(apt-cache "$@" depends linux-image-cloud-amd64-dbg 2>/dev/null |
		sed -n 's/^ *Depends: *//p' | head -n 1)
	[ -n "$package" ] || skip "this archive has no linux-image-cloud-amd64-dbg"
	(cd "$work" && apt-get -qq "$@" download "$package") >"$work/log" 2>&1 || skip "apt cannot fetch $package"
	dpkg-deb --fsys-tarfile "$work/$package"_*.deb |
		tar -x -C "$work" --wildcards './usr/lib/debug/*/vmlinux*' ||
		fail "$package has no vmlinux"
	release=${package#linux-image-}
	mkdir -p "$folder"
	find "$work/usr/lib/debug" -type f -name 'vmlinux*' -exec mv {} "$folder/${release%-dbg}" \;
	rm -r "$work/usr" "$work/$package"_*.deb
}
