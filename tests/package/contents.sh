#!/bin/sh
# SPDX-License-Identifier: MIT
# The parts of an installation, and that each can be used by itself.
. "$(dirname "$0")/lib.sh"

install_package
cd "$work/prefix"
libdir=$(dirname "$(find . -name libcorebtf.a)")
[ -n "$libdir" ] || fail "no libcorebtf.a"

# Each thing in its place.
for file in bin/corebtf share/corebtf/corebtf.ld share/corebtf/kernels.pack "$libdir/libcorebtf.a" "$libdir/libcorebtf.so" \
	"$libdir/pkgconfig/corebtf.pc" "$libdir/cmake/CoreBTF/CoreBTFConfig.cmake" \
	"$libdir/cmake/CoreBTF/CoreBTFConfigVersion.cmake" share/doc/corebtf/LICENSE; do
	[ -f "$file" ] || fail "not installed: $file"
done
for header in "$SOURCE"/runtime/include/*.h; do
	cmp -s "$header" "include/${header##*/}" || fail "not installed: $header"
done
[ "$(find include -type f | wc -l)" = "$(find "$SOURCE/runtime/include" -name '*.h' | wc -l)" ] ||
	fail "a header is installed that is no public one"
ok "every part is in its place"

documents_lead_on share/doc/corebtf
ok "the documents' links"

# A man page for each command that the command names, and no other.
commands=$(bin/corebtf --help | awk '
	/^Commands:/ { on = 1; next }
	on && /^  [a-z]/ { print $1 }
	on && /^[^ ]/ { exit }')
[ -n "$commands" ] || fail "corebtf --help names no commands"
for command in $commands; do
	[ -f "share/man/man1/corebtf-$command.1" ] || fail "no man page: corebtf $command"
done
set -- share/man/man1/corebtf*.1
[ "$(printf '%s\n' "$commands" | wc -l)" = $(($# - 1)) ] ||
	fail "a man page of a command that there is not, among $*"
# shellcheck disable=SC2086 # a list of names
ok "a man page for each of: $(printf '%s ' $commands)"

# No file has the path where it was built or first installed. (Debug information may.)
if grep -rlF -e "$BUILD" -e "$SOURCE" -e "$work" "$libdir/cmake" "$libdir/pkgconfig" share include; then
	fail "these files name a folder of the build"
fi
if readelf -d bin/corebtf "$libdir/libcorebtf.so" | grep -E 'R(UN)?PATH'; then
	fail "a search path of the build is left"
fi
ok "may be moved"

# Without --kernels the command takes the pack beside it, and says so.
if [ -f "$BUILD/samples/execsnoop/execsnoop" ]; then
	cp "$BUILD/samples/execsnoop/execsnoop" "$work/tracer"
	env -u BTFHUB_CACHE XDG_CACHE_HOME="$work/no-cache" bin/corebtf embed "$work/tracer" \
		2>"$work/said" || fail "$(cat "$work/said")"
	grep -q 'kernels: those of the pack that came with corebtf' "$work/said" ||
		fail "does not say which pack it took: $(cat "$work/said")"
	bin/corebtf list "$work/tracer" >"$work/listed"
	for release in 5.10.0-46-amd64 7.2.13+deb14-amd64; do
		grep -qF "$release" "$work/listed" || fail "$release is not embedded"
	done
	ok "embeds the kernels of its own pack"
fi

# The shared library: its name, and of its symbols only the public ones.
readelf -dW "$libdir/libcorebtf.so" | grep -q 'Library soname: \[libcorebtf\.so\.0\]' ||
	fail "no SONAME libcorebtf.so.0"
[ "$(readlink "$libdir/libcorebtf.so")" = libcorebtf.so.0 ] || fail "libcorebtf.so links elsewhere"
public_functions include >"$work/public"
nm -D --defined-only "$libdir/libcorebtf.so" | awk '$2 != "A" { print $3 }' |
	grep -v '^__\(asan\|odr_asan\|ubsan\)' | sort -u >"$work/exported"
sed 's/$/@@COREBTF_0/' "$work/public" | diff - "$work/exported" ||
	fail "what libcorebtf.so exports is not what the headers declare"
# ASan adds symbols to each object.
nm -g --defined-only "$libdir/libcorebtf.a" | awk 'NF == 3 { print $3 }' |
	grep -v '^__\(asan\|odr_asan\|ubsan\|start\|stop\)' | sort -u | diff "$work/public" - ||
	fail "what libcorebtf.a shows is not what the headers declare"
grep -v '^	\*;$' "$SOURCE/runtime/libcorebtf.map" | grep '^	.*\*' &&
	fail "libcorebtf.map exports by a pattern"
ok "$(wc -l <"$work/public") public functions, and no inner one, in either library"

# Each header by itself, in C and where there is a compiler in C++.
for header in include/*.h; do
	case $header in
	*.bpf.h) continue ;; # for the BPF side
	esac
	printf '#include <%s>\nint main(void) { return 0; }\n' "${header##*/}" >"$work/use.c"
	for standard in c99 gnu99 c17 gnu17; do
		"$CC" -x c -std=$standard -pedantic-errors -Wall -Wextra -Wstrict-prototypes \
			-Werror -Werror=implicit-function-declaration -Iinclude -fsyntax-only \
			"$work/use.c" || fail "$header: not by itself in $standard"
	done
	if have c++; then
		c++ -x c++ -std=c++11 -pedantic-errors -Wall -Wextra -Werror -Iinclude \
			-fsyntax-only "$work/use.c" || fail "$header: not by itself in C++"
	fi
done
ok "each header by itself"

# pkg-config and no CMake.
if ! have pkg-config; then
	echo "not tried: pkg-config is not here"
	exit 0
fi
PKG_CONFIG_PATH=$PWD/$libdir/pkgconfig
export PKG_CONFIG_PATH
program=$SOURCE/tests/package/consumer/program.c
pc() {
	pkg-config "$@" corebtf || fail "pkg-config $*"
}
[ "$(pc --modversion)" = "$(bin/corebtf --version | sed 's/^corebtf //')" ] ||
	fail "pkg-config and the command say different versions"
for variable in command linker_script; do
	[ -f "$(pc --variable=$variable)" ] || fail "pkg-config: $variable is no file"
done
# shellcheck disable=SC2046,SC2086 # lists of options
"$CC" $FLAGS $(pc --cflags) "$program" -o "$work/shared" $(pc --libs) \
	-Wl,-rpath,"$PWD/$libdir" || fail "not linked with pkg-config --libs"
# shellcheck disable=SC2046,SC2086
"$CC" $FLAGS $(pc --cflags) "$program" -o "$work/static" -Wl,-Bstatic $(pc --libs --static) \
	-Wl,-Bdynamic || fail "not linked with pkg-config --libs --static"
for kind in shared static; do
	"$work/$kind" 2>"$work/said" && fail "$kind: carries BTFs that nobody gave it"
	grep -q 'program: ' "$work/said" || fail "$kind: $(cat "$work/said")"
done
readelf -dW "$work/static" | grep -q libcorebtf && fail "the static one needs the shared library"
ok "pkg-config"
