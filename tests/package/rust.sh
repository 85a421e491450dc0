# SPDX-License-Identifier: MIT
# The two files that docs/rust.md shows, in a package that cargo builds with an installed corebtf, and
# with rustc alone. Debian's rustc comes first: it is the oldest that the page names.
. "$(dirname "$0")/lib.sh"

PATH=/usr/bin:/bin:$PATH
needs cargo rustc pkg-config
case $FLAGS in
*-fsanitize*) skip "a program in Rust cannot be linked with this libcorebtf" ;;
esac
install_package
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name corebtf.pc)")
export PKG_CONFIG_PATH CARGO_HOME="$work/cargo" TMPDIR="$work"
object=$(find "$BUILD/samples/execsnoop" -name '*.bpf.o' | head -n 1)
[ -f "$object" ] || skip "the BPF object of the sample is not here"
why=$(why_not_hidden)

mkdir -p "$work/tracer/src"
cd "$work/tracer"
printf '[package]\nname = "tracer"\nversion = "0.1.0"\nedition = "2021"\n\n[profile.release]\nstrip = true\n' \
	>Cargo.toml
block docs/rust.md 1 rust >build.rs
block docs/rust.md 2 rust >src/corebtf.rs
cp "$(dirname "$0")/rust_main.rs" src/main.rs
cp "$object" src/tracer.bpf.o
quietly env RUSTFLAGS='-D warnings' cargo build --release --offline
ok "$(rustc --version): built"
program=target/release/tracer
! readelf -d $program | grep -q 'NEEDED.*corebtf' || fail "needs the shared library"

kernels=$KERNELS
[ "$why" ] || kernels=/sys/kernel/btf/vmlinux
quietly "$COREBTF" embed $program --kernels "$kernels" --kernels-with-btf
[ "$(grep -c 'found BPF object' "$work/log")" = 1 ] || fail "not one BPF object was found"
[ -z "$why" ] || skip "$why: the program was not run"
quietly hidden ./$program
grep -q '^loaded with Some("/proc/self/fd/' "$work/log" || fail "not with the path of a memfd"
quietly ./$program
grep -q '^loaded with None' "$work/log" || fail "not with the kernel's own BTF"
quietly "$COREBTF" remove $program
got=0
hidden ./$program >"$work/log" 2>&1 || got=$?
[ $got = 2 ] || fail "without BTFs: status $got"
ok "loaded with the BTF in the program"
