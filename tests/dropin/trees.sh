# SPDX-License-Identifier: MIT
# What docs/dropin.md says to do in a tree of bcc's libbpf-tools and in one of bpf-compatible's
# examples. Their trees are written here, by what their own documents and Makefiles say of the
# layout: btf_helpers.h lies beside the sources, and an object or a library of theirs is linked.
. "$FLOW/lib.sh"
PATH=$PATH:/usr/sbin:/sbin

for tool in make pkg-config bpftool clang ld; do
	command -v $tool >/dev/null || skip "no $tool"
done
libbpf=$(pkg-config --variable=libdir libbpf)/libbpf.a
[ -f "$libbpf" ] || skip "no $libbpf"
"$CMAKE" --install "$BUILD" --prefix "$scratch/prefix" >out 2>&1 || fail "install"
PKG_CONFIG_PATH=$(dirname "$(find "$scratch/prefix" -name corebtf.pc)")
LD_LIBRARY_PATH=${PKG_CONFIG_PATH%/pkgconfig}
export PKG_CONFIG_PATH LD_LIBRARY_PATH
PATH=$scratch/prefix/bin:$PATH
unset COREBTF_BTF COREBTF_BUNDLE || :

# Part of the Makefile of both.
common() {
	cat <<END
OUTPUT := .output
INCLUDES := -I\$(OUTPUT)
APPS = whoexec
all: \$(APPS)
clean:
	rm -rf \$(OUTPUT)/*.o \$(OUTPUT)/*.h \$(APPS)
\$(OUTPUT):
	mkdir -p \$@
\$(OUTPUT)/%.bpf.o: %.bpf.c | \$(OUTPUT)
	clang -g -O2 -target bpf -D__TARGET_ARCH_x86 \$(INCLUDES) \\
		-idirafter /usr/include/$("$CC" -print-multiarch) -c \$< -o \$@
\$(OUTPUT)/%.skel.h: \$(OUTPUT)/%.bpf.o
	bpftool gen skeleton \$< name whoexec_bpf >\$@
\$(patsubst %,\$(OUTPUT)/%.o,\$(APPS)): %.o: %.skel.h
\$(OUTPUT)/%.o: %.c | \$(OUTPUT)
	\$(CC) \$(CFLAGS) \$(INCLUDES) -c \$(filter %.c,\$^) -o \$@
END
}

bcc=bcc/libbpf-tools
mkdir -p $bcc
cp "$SOURCES"/whoexec.* $bcc
cp "$SOURCES/bcc_style.c" $bcc/whoexec.c
cat >$bcc/btf_helpers.h <<'END'
#ifndef __BTF_HELPERS_H
#define __BTF_HELPERS_H
#include <bpf/libbpf.h>
int ensure_core_btf(struct bpf_object_open_opts *opts);
void cleanup_core_btf(struct bpf_object_open_opts *opts);
#endif
END
cat >$bcc/btf_helpers.c <<'END'
#include <stdio.h>
#include "btf_helpers.h"
int ensure_core_btf(struct bpf_object_open_opts *opts)
{
	return opts ? puts("theirs") * 0 : 1;
}
void cleanup_core_btf(struct bpf_object_open_opts *opts)
{
	(void)opts;
}
END
{
	common
	cat <<END
CFLAGS := -g -O2 -Wall -Wmissing-field-initializers -Werror -Werror=undef
COMMON_OBJ = \\
	\$(OUTPUT)/errno_helpers.o \\
	\$(OUTPUT)/btf_helpers.o \\
	\$(if \$(ENABLE_MIN_CORE_BTFS),\$(OUTPUT)/min_core_btf_tar.o) \\
	#
\$(APPS): %: \$(OUTPUT)/%.o \$(COMMON_OBJ) $libbpf
	\$(CC) \$(CFLAGS) \$^ \$(LDFLAGS) -lelf -lz -o \$@
END
} >$bcc/Makefile
echo 'extern int of_theirs;' >$bcc/errno_helpers.c

compatible=bpf-compatible/example/c
mkdir -p $compatible bpf-compatible/bpf-compatible-sys
cp "$SOURCES"/whoexec.* $compatible
cp "$SOURCES/bcc_style.c" $compatible/whoexec.c
cat >bpf-compatible/bpf-compatible-sys/btf_helpers.h <<'END'
#ifndef _BTF_HELPER_H
#define _BTF_HELPER_H
#include <bpf/libbpf.h>
int theirs(const char **path);
static int ensure_core_btf(struct bpf_object_open_opts *opts) {
    return theirs(&opts->btf_custom_path);
}
static void cleanup_core_btf(struct bpf_object_open_opts *opts) {
    (void)opts;
}
#endif
END
ln -s ../../bpf-compatible-sys/btf_helpers.h $compatible/btf_helpers.h
{
	common
	cat <<END
CFLAGS := -g -Wall
ALL_LDFLAGS := \$(LDFLAGS) \$(EXTRA_LDFLAGS)
\$(APPS): %: \$(OUTPUT)/%.o \$(OUTPUT)/libbpf_compatible.a
	\$(CC) \$(CFLAGS) \$< $libbpf \$(OUTPUT)/libbpf_compatible.a \$(ALL_LDFLAGS) -lelf -lz -o \$@ -static
\$(OUTPUT)/libbpf_compatible.a: | \$(OUTPUT)
	echo 'int theirs(const char **path); int theirs(const char **path) { return !path; }' | \\
		\$(CC) -x c -c - -o \$(OUTPUT)/theirs.o
	\$(AR) rcs \$@ \$(OUTPUT)/theirs.o
END
} >$compatible/Makefile

# The lines of the document for one of them, from its "cd" on; the tool is called otherwise here.
steps() {
	awk -v start="    cd $1" '$0 == start { on = 1 } on && /^[^ ]/ { exit } on && /^    / { sub(/^ +/, ""); print }' \
		"$DOCUMENT" | sed 's/execsnoop/whoexec/g'
}

place=btfhub-archive/any/1/$(uname -m)
hidden() {
	unshare -m --propagation private sh -eu -c '
		mount -t tmpfs none /sys/kernel/btf
		exec "$@"' sh "$@"
}
runs=yes
if [ "$(id -u)" != 0 ] || [ ! -r /sys/kernel/btf/vmlinux ] || ! hidden true 2>/dev/null; then
	runs=
fi

for tree in $bcc $compatible; do
	steps $tree >steps.sh
	grep -q '^rm .*btf_helpers\.h' steps.sh || fail "$DOCUMENT has no steps for $tree"
	mkdir -p "$tree/$place"
	if [ $runs ]; then
		cp /sys/kernel/btf/vmlinux "$tree/$place/$(uname -r).btf"
	else
		cp -R "$KERNELS/debian" "$tree/btfhub-archive"
	fi

	# As their users have it, and with all but the headers gone: theirs is taken.
	(cd $tree && make whoexec >../../../out 2>&1) || (cd $tree && make whoexec) || fail "$tree as it is"
	! nm $tree/whoexec | grep corebtf || fail "$tree: ours before anything was done"
	grep -v '^rm\|^sed\|^cp\|^corebtf' steps.sh >half.sh
	sh -eu half.sh >out 2>&1 || fail "$tree, half of the steps"
	! nm $tree/whoexec | grep -q corebtf_path_for_running_kernel ||
		fail "$tree: their header was not taken, so nothing has to be deleted"

	sh -eu steps.sh >out 2>&1 || fail "$tree: the steps"
	nm $tree/whoexec | grep -q corebtf_path_for_running_kernel || fail "$tree: not ours"
	corebtf list $tree/whoexec || fail "$tree: carries nothing"
	if [ $runs ]; then
		hidden $tree/whoexec >out 2>err || fail "$tree: it did not work"
		says err "BTF: embedded"
	fi
done
