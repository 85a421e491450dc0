# SPDX-License-Identifier: MIT
# All kernels of ../shared/kernels, or else those of samples, from their archives and from a pack, with one
# thread and with two: the same trimmed BTFs, and the same is said of every relocation on every kernel,
# although from a pack what was answered for one kernel is used for others.
. "$FLOW/lib.sh"
PATH=$PATH:/usr/sbin
kernels=$KERNELS
[ ! -d "$SHARED_KERNELS/debian" ] || kernels=$SHARED_KERNELS

# Objects with relocations of all kinds, and real ones where they are installed.
objects=$(ls "$FLOW"/../golden/objects/*.bpf.o)
tools=$(dpkg -L libbpf-tools 2>/dev/null | grep '^/usr/sbin/' || :)
if [ -n "$tools" ]; then
	mkdir tools
	# shellcheck disable=SC2086 # a list of paths
	"$CUT_OBJECTS" tools $tools >/dev/null
	objects="$objects $(ls tools/*)"
fi

# Without what differs for another reason: paths, progress.
plain() {
	sed -E "s#all.pack: ##g; s#$kernels/([^ \"]*/)?([^ /\"]*)\.btf\.tar\.xz#\2#g" "$@" |
		grep -v 'kernels, [0-9]* s$'
}

status 0 pack "$kernels" -o all.pack
number=0
for from in "$kernels" "all.pack -j 1" "all.pack -j 2"; do
	number=$((number + 1))
	# shellcheck disable=SC2086 # words
	status 0 trim --verbose $objects --kernels $from -o said.bundle
	plain out err | sort >trim.$number
	# shellcheck disable=SC2086
	status 0 verify --verbose said.bundle $objects --kernels $from
	plain out err | sort >verify.$number
	# Not of types.bpf.o, which asks for the ids of types: they are other ones in a pack.
	# shellcheck disable=SC2046,SC2086
	status 0 report $(echo $objects | sed 's|[^ ]*types.bpf.o||') --kernels $from --json said.json
	plain said.json >report.$number
	mv said.bundle bundle.$number
	for what in trim verify report bundle; do
		[ -s $what.$number ] || fail "$what: nothing"
		same $what.1 $what.$number
	done
done
