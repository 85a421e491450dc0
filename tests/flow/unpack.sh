# SPDX-License-Identifier: MIT
# corebtf convert to a folder: writes the files that GNU tar would write, and none that it should
# not. GNU tar makes the archives; python3 those that GNU tar refuses to make.
. "$FLOW/lib.sh"
umask 022

btf() { # FILE TEXT
	mkdir -p "$(dirname "$1")"
	{
		printf '\237\353\001\000\030'
		head -c 19 /dev/zero
		printf '%s' "$2"
	} >"$1"
}
nothing_in() {
	[ -z "$(ls -A "$1")" ] || fail "in $1: $(ls -A "$1")"
}
snapshot() { # FOLDER: names, kinds and contents of all that is in it
	(cd "$1" && find . -mindepth 1 ! -type d -printf '%P %y %m\n' | sort &&
		find . -type f -exec cksum {} + | sort)
}

# As it is, in every packing.
btf tree/btfhub-archive/debian/12/x86_64/6.1.0-9-amd64.btf one
btf tree/btfhub-archive/debian/12/x86_64/6.1.0-10-amd64.btf two
btf tree/btfhub-archive/ubuntu/20.04/arm64/5.4.0-58-generic.btf three
printf '{"bpf_object": 1}' >tree/package.json
printf 'corebtf-manifest 1\n' >tree/corebtf.manifest
cp "$KERNELS/$(samples arm64 | head -n 1)" tree/btfhub-archive/debian/12/packed.btf.tar.xz
snapshot tree >expected
for option in --format=ustar --format=posix --gzip --xz --zstd --bzip2 --format=gnu; do
	case $option in --zstd | --bzip2) have "${option#--}" || continue ;; esac
	tar -c $option -f a.tar -C tree .
	rm -rf got
	status 0 convert a.tar got/
	says err "a.tar: 4 BTFs and 2 files beside them written below got; 0 left out"
	snapshot got >found
	same expected found
done
# Into the current folder, and over existing files; the folder's own name does not matter.
mkdir here
(cd here && "$COREBTF" convert ../a.tar ./ -q && "$COREBTF" convert ../a.tar ./ -q) || fail "here"
snapshot here >found
same expected found
mkdir aside
ln -s aside link
status 0 convert a.tar link/ -q
[ -s err ] && fail "not quiet"
snapshot aside >found
same expected found
status 1 convert a.tar missing/folder/
one_line missing/folder "cannot be made"
status 1 convert a.tar a.tar/
one_line a.tar "is no folder"

# Files that are not BTFs are left out: those with a BTF's name with a message, others without.
btf kinds/a/1/x86_64/good.btf good
printf 'text' >kinds/README.md
: >kinds/a/1/x86_64/failed.btf
mkdir -p kinds/a/1/x86_64/folder.btf
mkfifo kinds/fifo
ln kinds/a/1/x86_64/good.btf kinds/a/1/x86_64/hard.btf
ln -s ../../../a/1/x86_64/good.btf kinds/a/1/x86_64/symbolic.btf
ln -s symbolic.btf kinds/a/1/x86_64/chain.btf
ln -s 1 kinds/a/2
ln -s nothing kinds/a/1/x86_64/dangling.btf
ln -s /etc/passwd kinds/a/1/x86_64/passwd.btf
ln -s ../../../../../up kinds/a/1/x86_64/up.btf
ln -s loop.btf kinds/a/1/x86_64/loop.btf
for order in --sort=name --sort=inode; do
	tar -c $order -f kinds.tar -C kinds .
	rm -rf got
	status 1 convert kinds.tar got/
	says err "kinds.tar: a/1/x86_64/failed.btf: holds no BTF; left out"
	for name in dangling passwd loop; do
		says err "kinds.tar: a/1/x86_64/$name.btf: a link to what is no BTF of this archive"
	done
	says err "kinds.tar: a/1/x86_64/up.btf: a link out of the archive; left out"
	only got a
	only got/a 1
	only got/a/1/x86_64 chain.btf good.btf hard.btf symbolic.btf
	for name in chain hard symbolic; do
		same "got/a/1/x86_64/$name.btf" kinds/a/1/x86_64/good.btf
		[ ! -L "got/a/1/x86_64/$name.btf" ] || fail "a link"
	done
done
status 1 convert kinds.tar got/ -v
says err "README.md: no BTF by its name; left out"

# Existing links in the folder are not followed, and only files are replaced.
tar -cf a.tar -C tree .
place=btfhub-archive/debian/12/x86_64
prepare() {
	rm -rf out_there got
	mkdir -p out_there "got/btfhub-archive/debian"
}
prepare
ln -s "$scratch/out_there" got/btfhub-archive/debian/12
status 1 convert a.tar got/
says err "btfhub-archive/debian/12 is a symbolic link, which is not followed"
nothing_in out_there
[ -f got/btfhub-archive/ubuntu/20.04/arm64/5.4.0-58-generic.btf ] || fail "the others"
prepare
mkdir -p "got/$place"
btf out_there/victim precious
cp out_there/victim kept
ln -s "$scratch/out_there/victim" "got/$place/6.1.0-9-amd64.btf"
ln -s "$scratch/out_there/new" "got/$place/6.1.0-10-amd64.btf"
mkdir got/package.json
status 1 convert a.tar got/
says err "$place/6.1.0-9-amd64.btf: a symbolic link is in its place"
says err "$place/6.1.0-10-amd64.btf: a symbolic link is in its place"
says err "package.json: what is in its place is no file"
same out_there/victim kept
only out_there victim
[ -L "got/$place/6.1.0-9-amd64.btf" ] || fail "the link is gone"
# another name of a file that is replaced keeps its bytes
prepare
mkdir -p "got/$place"
cp kept "got/$place/6.1.0-9-amd64.btf"
ln "got/$place/6.1.0-9-amd64.btf" out_there/other_name
status 0 convert a.tar got/
same out_there/other_name kept
same "got/$place/6.1.0-9-amd64.btf" "tree/$place/6.1.0-9-amd64.btf"
prepare
: >got/btfhub-archive/debian/12
status 1 convert a.tar got/
says err "btfhub-archive/debian/12 cannot be opened: Not a directory"

# A file is complete or not there: at a limit on file sizes, as on a full disk.
prepare
head -c 300000 /dev/zero >>"tree/$place/6.1.0-10-amd64.btf"
tar -cf large.tar -C tree .
(
	ulimit -f 200
	"$COREBTF" convert large.tar got/ >out 2>err
) && fail "more than may be written"
says err "6.1.0-10-amd64.btf: cannot be written: File too large"
[ ! -e "got/$place/6.1.0-10-amd64.btf" ] || fail "half a file"
! find got -name '.corebtf-*' | grep -q . || fail "a temporary file"

# No archive, or a damaged one: one line.
printf 'text' >text
status 1 convert text got/
one_line text "" # in the reader's words
head -c 3000 a.tar >cut.tar
rm -rf got
status 1 convert cut.tar got/
says err "corebtf: cut.tar: "
status 1 convert missing.tar ./
one_line missing.tar "No such file"
mkdir empty
tar -cf empty.tar -C empty .
status 1 convert empty.tar got/
one_line empty.tar "holds no BTF and no package.json"
status 2 convert
status 2 convert a b/ c
status 2 convert a.tar ''

# Names outside the folder, which GNU tar writes with -P.
btf evil/x86_64/r.btf evil
tar -cPf evil.tar --transform 's,^,../../,' -C evil x86_64/r.btf
tar -rPf evil.tar --transform "s,^,$scratch/absolute/," -C evil x86_64/r.btf
tar -rPf evil.tar --transform 's,^,a/../../../b/,' -C evil x86_64/r.btf
tar -rf evil.tar -C evil x86_64/r.btf
mkdir -p deep/er
status 1 convert evil.tar deep/er/got/
only deep/er/got x86_64
only deep er
only deep/er got
[ ! -e absolute ] || fail "written by an absolute name"
[ ! -e b ] && [ ! -e x86_64 ] || fail "written above"
[ "$(wc -l <err)" -eq 4 ] || fail "not a line for each name and one at the end"

# A link in the path of later files, and the same name twice.
have python3 || exit 0
python3 - <<'END' || skip "python3 without tarfile"
import io, tarfile
btf = b"\237\353\1\0\030" + bytes(19)
def add(tar, name, data=None, link=None, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(name)
    if link is not None:
        info.type, info.linkname = kind, link
        tar.addfile(info)
    else:
        info.size = len(data)
        tar.addfile(info, io.BytesIO(data))
with tarfile.open("through.tar", "w") as tar:
    add(tar, "a", link="../outside")
    add(tar, "a/r.btf", btf + b"through a link")
    add(tar, "b.btf", link="../../outside/b", kind=tarfile.LNKTYPE)
with tarfile.open("twice.tar", "w") as tar:
    add(tar, "r.btf", btf + b"first")
    add(tar, "./r.btf", btf + b"second")
    add(tar, "s.btf", btf + b"equal")
    add(tar, "s.btf", btf + b"equal")
    add(tar, "t.btf", btf + b"a file")
    add(tar, "t.btf", link="s.btf")
    add(tar, "u.btf", link="s.btf")
    add(tar, "u.btf", btf + b"a file")
with tarfile.open("long.tar", "w") as tar:
    add(tar, "0.btf", btf)
    for i in range(1, 42):
        add(tar, f"{i}.btf", link=f"{i - 1}.btf")
with tarfile.open("before.tar", "w") as tar:
    add(tar, "r.btf", b"")
    add(tar, "l.btf", link="r.btf")
END
mkdir outside
rm -rf got
mkdir got
status 1 convert through.tar got/in/
nothing_in outside
only got in
[ -f got/in/a/r.btf ] || fail "a folder takes the place of a link that was never made"
status 0 convert twice.tar got/twice/
says err "r.btf: is in it twice, with other bytes; the later one counts"
says_not err "s.btf: is in it twice"
says err "4 BTFs"
grep -q "a file" got/twice/u.btf || fail "not the file that came after a link"
# A chain may be as long as the one rule for links allows (runtime/util/link_path.h), and no longer.
status 1 convert long.tar got/long/
[ "$(wc -l <err)" -eq 2 ] || fail "more than one of the links is left out"
says err "long.tar: 41.btf: a link to what is no BTF of this archive"
same got/long/40.btf got/long/0.btf
# A link in this archive does not mean an existing file.
mkdir got/before
cp got/twice/r.btf got/before/r.btf
status 1 convert before.tar got/before/
says err "l.btf: a link to what is no BTF of this archive"
only got/before r.btf
grep -q second got/twice/r.btf || fail "not the later one"
same got/twice/t.btf got/twice/s.btf

# A bomb of links: 30 names of 60 MB in some 60 kB. None of them is made.
python3 - <<'END'
import io, tarfile
with tarfile.open("bomb.tar.gz", "w:gz") as tar:
    info = tarfile.TarInfo("r.btf")
    info.size = 60_000_000
    tar.addfile(info, io.BytesIO(b"\237\353\1\0\030" + bytes(info.size - 5)))
    for number in range(30):
        info = tarfile.TarInfo("l%d.btf" % number)
        info.type, info.linkname = tarfile.SYMTYPE, "r.btf"
        tar.addfile(info)
END
status 1 convert bomb.tar.gz got/bomb/
says err "bomb.tar.gz: its links stand for 1800.0 MB, more than 256 times its size"
only got/bomb r.btf
