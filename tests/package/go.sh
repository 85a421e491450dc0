# SPDX-License-Identifier: MIT
# The programs that docs/go.md shows, with an installed corebtf: a module with cilium/ebpf, and one with
# cgo, linked in each of the ways that it names. No module is downloaded: Debian's take their place.
. "$(dirname "$0")/lib.sh"

debian=/usr/share/gocode/src
needs go pkg-config
for module in github.com/cilium/ebpf github.com/ulikunitz/xz golang.org/x/sys; do
	[ -f $debian/$module/go.mod ] || skip "$module is not here, which Debian packages"
done
case $FLAGS in
*-fsanitize*) skip "a program in Go cannot be linked with this libcorebtf" ;;
esac
install_package
PKG_CONFIG_PATH=$(dirname "$(find "$work/prefix" -name corebtf.pc)")
export PKG_CONFIG_PATH GO111MODULE=on GOFLAGS=-mod=mod GOPROXY=off GOPATH="$work/go" TMPDIR="$work"
export GOCACHE="$BUILD/tests/go/cache"
object=$(find "$BUILD/samples/execsnoop" -name '*.bpf.o' | head -n 1)
[ -f "$object" ] || skip "the BPF object of the sample is not here"
why=$(why_not_hidden)

# embeds PROGRAM: for this kernel, or where that has no BTF, for others.
embeds() {
	kernels=$KERNELS
	[ "$why" ] || kernels=/sys/kernel/btf/vmlinux
	quietly "$COREBTF" embed "$1" --kernels "$kernels" --kernels-with-btf
}

# loads PROGRAM: with the kernel's BTF hidden, and not without ours.
loads() {
	[ -z "$why" ] || return 0
	quietly hidden "./$1"
	grep -q '^loaded' "$work/log" || fail "$1: was not loaded"
	cp "$1" "$1.without"
	quietly "$COREBTF" remove "$1.without"
	! hidden "./$1.without" >"$work/log" 2>&1 || fail "$1: loaded without its BTF"
}

mkdir "$work/module" "$work/module/internal"
cd "$work/module"
cp -R "$(find "$work/prefix" -type d -path '*/examples/go/corebtf')" internal/corebtf
cp "$object" tracer.bpf.o
block docs/go.md 1 go >load.go
cat >main.go <<'END'
package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"os"

	"github.com/cilium/ebpf"

	"example.com/tracer/internal/corebtf"
)

//go:embed tracer.bpf.o
var object []byte

func main() {
	if len(os.Args) > 1 {
		bundles, err := corebtf.OpenFile(os.Args[1])
		if err == nil {
			var entries []corebtf.Entry
			entries, err = bundles.Entries()
			fmt.Println(len(entries), "kernels")
		}
		check(err)
		return
	}
	spec, err := ebpf.LoadCollectionSpecFromReader(bytes.NewReader(object))
	check(err)
	collection, err := load(spec)
	check(err)
	fmt.Println("loaded", len(collection.Programs))
}

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
}
END
quietly go mod init example.com/tracer
for module in github.com/cilium/ebpf github.com/ulikunitz/xz golang.org/x/sys; do
	quietly go mod edit -require $module@v0.0.0 -replace $module=$debian/$module
done
quietly go vet .
quietly go build -o tracer
embeds tracer
quietly ./tracer tracer
grep -q '^[1-9][0-9]* kernels' "$work/log" || fail "lists no kernels"
loads tracer
ok "a module with cilium/ebpf"

# The static links need the static libraries of libbpf, libelf and zlib.
mkdir "$work/cgo"
cd "$work/cgo"
cp "$object" tracer.bpf.o
block docs/go.md 2 go >path.go
cat >main.go <<'END'
package main

/*
#cgo pkg-config: --static libbpf
#include <stdlib.h>
#include <bpf/libbpf.h>

static int load(const void *object, size_t size, const char *path)
{
	LIBBPF_OPTS(bpf_object_open_opts, opts, .btf_custom_path = *path ? path : NULL);
	struct bpf_object *opened = bpf_object__open_mem(object, size, &opts);

	return opened ? bpf_object__load(opened) : -1;
}
*/
import "C"

import (
	_ "embed"
	"fmt"
	"os"
	"unsafe"
)

//go:embed tracer.bpf.o
var object []byte

func main() {
	path, release, err := btfPath()
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	result := C.load(unsafe.Pointer(&object[0]), C.size_t(len(object)), C.CString(path))
	release()
	if result != 0 {
		fmt.Println("not loaded:", result)
		os.Exit(1)
	}
	fmt.Println("loaded with", path)
}
END
quietly go mod init example.com/tracer
quietly go vet .
export LD_LIBRARY_PATH="${PKG_CONFIG_PATH%/pkgconfig}"
grep '^    go build' "$SOURCE/docs/go.md" | sed 's/^    //' | sort -u >builds
[ "$(wc -l <builds)" = 3 ] || fail "docs/go.md does not have three ways to build"
while read -r build; do
	quietly sh -c "$build"
	case $build in
	*linker_script*)
		has_segment tracer || fail "no segment: $build"
		embeds tracer
		# Without section headers, as sstrip leaves it, both readers find the segment.
		head -c 8 /dev/zero | dd of=tracer bs=1 seek=40 conv=notrunc status=none
		head -c 4 /dev/zero | dd of=tracer bs=1 seek=60 conv=notrunc status=none
		quietly "$work/module/tracer" tracer
		[ -z "$why" ] || continue
		quietly hidden ./tracer
		;;
	*)
		embeds tracer
		loads tracer
		;;
	esac
	ok "cgo: $build"
done <builds
[ -z "$why" ] || skip "$why: the programs were not run"
