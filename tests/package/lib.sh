# SPDX-License-Identifier: MIT
# Shared by the tests of the package. In the environment:
#   CMAKE, GENERATOR, SOURCE, BUILD, CC, FLAGS   of the build that is tested
#   COREBTF                                      its command
#   KERNELS                                      a tree of kernel BTFs
# shellcheck shell=sh
. "$(dirname "$0")/../support/lib.sh"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Installs the build and moves it to $work/prefix: no file may have the first path.
install_package() {
	quietly "$CMAKE" --install "$BUILD" --prefix "$work/first"
	mv "$work/first" "$work/prefix"
}

# documents_lead_on FOLDER: the relative links of all documents below it lead to files.
documents_lead_on() {
	find "$1" -name '*.md' >"$work/documents"
	[ -s "$work/documents" ] || fail "no documents in $1"
	while read -r document; do
		grep -o ']([^)]*)' "$document" | sed 's/^](//; s/)$//; s/#.*//' >"$work/links" || :
		while read -r link; do
			case $link in
			'' | *:*) ;;
			*) [ -e "${document%/*}/$link" ] || fail "$document: link to $link" ;;
			esac
		done <"$work/links"
	done <"$work/documents"
}

# block DOCUMENT N LANGUAGE: the Nth block of code in that language that starts a line.
block() {
	awk -v wanted="$2" -v start="\`\`\`$3" '
		$0 == start && ++count == wanted { on = 1; next }
		on && $0 == "```" { exit }
		on { print }' "$SOURCE/$1"
}

# hidden COMMAND...: with an empty folder over that of the kernel's BTF.
hidden() {
	# shellcheck disable=SC2016 # for the inner shell
	unshare -m sh -c 'mount -t tmpfs none /sys/kernel/btf && exec "$@"' sh "$@"
}

# Prints why a program cannot be loaded here with the kernel's BTF hidden; nothing if it can.
why_not_hidden() {
	if [ "$(id -u)" != 0 ]; then
		echo "needs root"
	elif [ ! -r /sys/kernel/btf/vmlinux ]; then
		echo "this kernel has no BTF to embed"
	elif ! hidden true 2>/dev/null; then
		echo "the kernel's BTF cannot be hidden here"
	fi
}

# The functions that the headers in a folder declare, sorted.
public_functions() {
	sed -n 's/^COREBTF_API [^(]*[ *]\([a-z_0-9]*\)(.*/\1/p' "$1"/*.h | sort -u >"$work/functions"
	[ -s "$work/functions" ] || fail "$1: no public function found in the headers"
	cat "$work/functions"
}

# How many kernels below a folder are for this machine.
count_kernels() {
	machine=$(uname -m | sed 's/^aarch64$/arm64/')
	find "$1" -path "*/$machine/*" -name '*.btf.tar.xz' | wc -l
}

# configure FOLDER SOURCE OPTION...: a user's project, with our compiler.
configure() {
	folder=$1 source_folder=$2
	shift 2
	"$CMAKE" -S "$source_folder" -B "$folder" -DCMAKE_C_COMPILER="$CC" \
		-DCMAKE_C_FLAGS="$FLAGS" "$@"
}

# Has the ELF file a read-only segment that holds its section .corebtf and nothing else? Asked of
# readelf, not of our own tools.
has_segment() {
	readelf -SlW "$1" | awk '
		$1 ~ /^\[/ && / \.corebtf / { sub(/.*\.corebtf */, ""); address = $2; size = $4 }
		$1 == "LOAD" && $7 == "R" { segments[$3 " " $5] = 1 }
		function bare(text) { sub(/^0x/, "", text); sub(/^0+/, "", text); return text }
		END {
			for (i in segments) {
				split(i, field, " ")
				if (size != "" && bare(field[1]) == bare(address) && bare(field[2]) == bare(size))
					found = 1
			}
			exit !found
		}'
}
