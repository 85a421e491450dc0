# SPDX-License-Identifier: MIT
# --keep: fields and types without an object; lookup --field. The compiler says what is right: it
# compiles bpftool's dump of the kernel's full BTF.
. "$FLOW/lib.sh"
needs bpftool clang

kernel=$(samples x86_64 | tail -n 1)
archive=$KERNELS/$kernel
release=$(release_of "$kernel")
tar -xJOf "$archive" >full.btf

# Kept for all of these, with no object at all.
cat >fields <<-END
	# what an agent reads by itself
	struct task_struct.{pid, tgid, mm.start_stack,comm}

	struct sched_entity
	union thread_union.stack[0]
	enum bpf_map_type.BPF_MAP_TYPE_HASH
END
status 0 trim --kernels "$archive" --keep 'enum bpf_func_id' --keep-from fields \
	--keep 'struct list_head.next' -o kept.bundle --kernels-with-btf
[ "$(wc -c <kept.bundle)" -lt 20000 ] || fail "it is not trimmed"

cat >fields.list <<-END
	task_struct.pid
	struct task_struct.tgid
	task_struct.mm
	mm_struct.start_stack
	task_struct.comm[3]
	sched_entity.vruntime
	sched_entity.load
	list_head.next
END
bpftool btf dump file full.btf format c >vmlinux.h
{
	printf '#include "vmlinux.h"\nextern int printf(const char *, ...);\nint main(void)\n{\n'
	printf '#define FIELD(name, type, field) printf("%%s: offset %%lu, size %%lu\\n", name, \\\n'
	printf '\t__builtin_offsetof(struct type, field), sizeof(((struct type *)0)->field))\n'
	while read -r field; do
		plain=${field#struct }
		echo "FIELD(\"$field\", ${plain%%.*}, ${plain#*.});"
	done <fields.list
	echo 'return 0; }'
} >judge.c
clang -w -o judge judge.c || fail "the judge does not compile"
./judge >expected
set --
while read -r field; do
	set -- "$@" --field "$field"
done <fields.list
status 0 lookup -q kept.bundle --release "$release" --machine x86_64 "$@"
sed 's/\(size [0-9]*\), .*/\1/' out >found
same expected found
# The type is there as well; and what a pointer points to, when a field behind it is kept.
says out "task_struct.mm: offset"
says out "struct mm_struct *"

# Enumerators, all and one.
status 0 lookup -q kept.bundle --release "$release" --machine x86_64 \
	--field 'enum bpf_func_id.BPF_FUNC_map_lookup_elem' \
	--field 'enum bpf_map_type.BPF_MAP_TYPE_HASH'
says out "enum bpf_func_id.BPF_FUNC_map_lookup_elem: value 1, enum bpf_func_id"
says out "BPF_MAP_TYPE_HASH: value 1"
status 1 lookup -q kept.bundle --release "$release" --machine x86_64 \
	--field 'enum bpf_map_type.BPF_MAP_TYPE_ARRAY' --field task_struct.mm.start_stack \
	--field task_struct.pid
says err "enum bpf_map_type.BPF_MAP_TYPE_ARRAY: there is no BPF_MAP_TYPE_ARRAY"
says err "task_struct.mm.start_stack: start_stack is behind a pointer"
says out "task_struct.pid: offset" # the others are printed

# With an object: what it needs and what is kept, and the answers to both are the full BTF's.
make_object flow.bpf.o
make_program program flow.bpf.o
status 0 embed program --kernels "$archive" --kernels-with-btf --keep 'struct task_struct.tgid'
status 0 verify program --kernels "$archive" --keep 'struct task_struct.tgid'
status 1 verify program --kernels "$archive" --keep 'struct task_struct.exit_code'
status 0 lookup -q program --release "$release" --field task_struct.tgid
# A program without any object.
make_program bare
status 1 embed bare --kernels "$archive" --kernels-with-btf
says err "no BPF object inside"
status 0 embed bare --kernels "$archive" --kernels-with-btf --keep task_struct.pid
status 0 lookup -q bare --release "$release" --field task_struct.pid

# The same bytes from a pack as from raw BTF.
status 0 pack "$archive" -o one.pack
for source in "$archive" one.pack; do
	status 0 trim --kernels $source --kernels-with-btf --keep-from fields -o from.btf
	[ ! -e first.btf ] || same first.btf from.btf
	mv from.btf first.btf
done

# Misspelt.
status 0 trim --kernels "$archive" --kernels-with-btf --keep task_struct.pidd -o x.bundle
says err "warning: no kernel has struct task_struct.pidd (--keep)"
status 1 trim --kernels "$archive" --keep 'task_struct.{pid' -o y.bundle
says err "--keep 'task_struct.{pid': one list in braces at the end is expected"
status 1 trim --kernels "$archive" --keep 'task_struct.{pid,}' -o y.bundle
says err "a name is expected after '.'"
echo 'struct task_struct..pid' >>fields
status 1 trim --kernels "$archive" --keep-from fields -o y.bundle
says err "fields: line 7: 'struct task_struct..pid': a name is expected after '.'"
status 2 embed program --bundle x.bundle --keep task_struct.pid
[ ! -e y.bundle ] || fail "y.bundle was written"
