# SPDX-License-Identifier: MIT
# Trimmed BTFs in one form after the other: the same bundle at the end. Also trim -o and embed --bundle,
# which write and take these forms.
. "$FLOW/lib.sh"
make_object flow.bpf.o
make_program exe flow.bpf.o
cp exe exe.before
ln -s "$KERNELS" kernels
case $(uname -m) in
x86_64) machine=x86_64 ;;
aarch64) machine=arm64 ;;
*) skip "no sample kernels for this machine" ;;
esac
status 0 embed exe --kernels kernels -o with
status 0 convert with expected

# trim makes what embed makes; the names of objects are part of it.
status 0 embed exe flow.bpf.o --kernels kernels -o named
status 0 convert named named.bundle
status 0 trim flow.bpf.o --kernels kernels --machine $machine -o trimmed.bundle
says err "of other machines left out"
same trimmed.bundle named.bundle
status 0 trim flow.bpf.o --kernels kernels --like exe -o trimmed.bundle
same trimmed.bundle named.bundle
status 0 trim flow.bpf.o --kernels kernels --like exe -o trimmed.tar.gz
status 0 convert named.bundle converted.tar.gz
same trimmed.tar.gz converted.tar.gz
status 0 trim flow.bpf.o --kernels kernels --like exe -o trimmed.o
status 0 convert named.bundle converted.o --like exe
same trimmed.o converted.o
status 0 trim flow.bpf.o --kernels kernels --like exe --compress xz -o trimmed.xz.bundle
status 0 convert named.bundle converted.xz.bundle --compress xz
same trimmed.xz.bundle converted.xz.bundle
status 0 convert converted.xz.bundle back --compress none
same back named.bundle
# without --machine: all kernels
status 0 trim flow.bpf.o --kernels kernels -o all.bundle
says_not err "left out"
status 0 embed exe flow.bpf.o --kernels kernels --all-machines -o all
status 0 convert all all.expected
same all.bundle all.expected
# the byte order of the other machine, and back
status 0 convert all.bundle big --byte-order big
status 0 list big
says out "big-endian"
status 0 convert big little --byte-order little
same little all.bundle
if make_object big.bpf.o -target bpfeb 2>/dev/null; then
	status 0 trim big.bpf.o --kernels kernels --all-machines --machine s390x -o big.bundle
	status 0 list big.bundle
	says out "big-endian"
	status 1 trim flow.bpf.o --kernels kernels --all-machines --machine s390x -o never
	says err "is a little-endian BPF object, but s390x is big-endian"
fi

# One BTF: of one file, of one kernel that is selected, and of kernels with the same result.
first=$(samples $machine | head -1)
status 0 trim flow.bpf.o --kernels "kernels/$first" -o one.btf
status 0 lookup with --release "$(release_of "$first")" -o looked-up
same one.btf looked-up
status 0 trim flow.bpf.o --kernels kernels -o two.btf --select "release=$(release_of "$first")"
same two.btf one.btf
cp "kernels/$first" odd-name
status 0 trim flow.bpf.o --kernels odd-name -o odd.btf
same odd.btf one.btf
status 1 trim flow.bpf.o --kernels kernels -o many.btf
says err "many.btf: nothing written: it holds one BTF"
[ ! -e many.btf ] || fail "one of many BTFs"

# Through all forms.
status 0 convert with by.tar.gz --layout bcc
status 0 convert by.tar.gz folder/
says err "below folder;"
[ -f folder/corebtf.manifest ] || fail "no manifest"
status 0 convert folder from-folder
same from-folder expected
status 0 convert with other-folder/ --json by.tar.gz
cmp -s other-folder/package.json by.tar.gz || fail "package.json of a folder"
status 0 convert other-folder again.tar.xz
status 0 convert again.tar.xz from-tar --json-to json
same from-tar expected
same json by.tar.gz
status 0 convert other-folder copy/ --layout bcc
says err "beside them"
[ -f copy/package.json ] || fail "package.json is lost from folder to folder"
diff -r folder copy >differs || grep -qx 'Only in copy: package.json' differs || fail "folders differ"
# A bad file in a folder is reported, and the rest is taken.
mkdir -p copy/debian/12/$machine
printf 'text' >copy/debian/12/$machine/9.9-text.btf
ln -s nowhere copy/debian/9.8-dangling.btf
status 1 convert copy taken
says err "9.9-text.btf"
says err "9.8-dangling.btf"
same taken expected
mkdir nothing
status 1 convert nothing taken
one_line nothing "there is no BTF below it"

# Finished BTFs into an executable.
for form in expected with folder by.tar.gz; do
	cp exe.before exe
	status 0 embed exe --bundle $form
	same exe with
done
cp exe.before exe
status 1 embed exe --bundle big
one_line big "convert --byte-order"
same exe exe.before

# What embed did, as JSON and in words.
status 0 embed exe --kernels kernels -o sizes --json
says out "\"size_before\": $(wc -c <exe),"
says out "\"size_after\": $(wc -c <sizes),"
says out "\"kernels\": $(samples $machine | wc -l),"
says out "\"bundle_size\": $(wc -c <expected),"
if command -v python3 >/dev/null; then
	python3 -c 'import json,sys; assert json.load(open("out"))["place"] == "section"' || fail "no JSON"
fi
says err "the file had "

# Nothing is written over an input.
cp flow.bpf.o object.before
for command in "embed exe flow.bpf.o --kernels kernels -o flow.bpf.o" \
	"embed exe --bundle expected -o expected" \
	"trim flow.bpf.o --kernels kernels --like exe -o flow.bpf.o" \
	"trim flow.bpf.o --kernels one.btf -o one.btf" \
	"convert expected expected" "convert by.tar.gz -o by.tar.gz" \
	"convert expected x.o --like x.o"; do
	: >x.o
	# shellcheck disable=SC2086
	status 1 $command
	says err "not written: it is one of the inputs"
done
same flow.bpf.o object.before
same one.btf two.btf

# A misspelt distribution.
status 1 embed exe --kernels kernels --select os=debain -o never
says err "did you mean 'os=debian'?"
