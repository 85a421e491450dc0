# SPDX-License-Identifier: MIT
# The code of docs/dropin.md compiles without a warning and does what the text around it says, with
# a tar and a folder for the running kernel.
. "$FLOW/lib.sh"
unset COREBTF_BTF COREBTF_BUNDLE HOST_ROOT HOST_ETC || :

awk '/^    #include <corebtf.h>$/ { on = 1 }
	on && /^[^ ]/ { exit }
	on { sub(/^    /, ""); print }' "$DOCUMENT" >example.c
[ "$(grep -c . example.c)" -gt 20 ] || fail "no code in $DOCUMENT"
cat >main.c <<'END'
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int run_program(const void *json, size_t json_size, const char *btf_custom_path);
int run_from_tar(const void *tar, size_t tar_size);
int run_from_folder(const char *archive);

int run_program(const void *json, size_t json_size, const char *btf_custom_path)
{
	char btf[64] = "";
	int fd = open(btf_custom_path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || read(fd, btf, sizeof(btf) - 1) < 24)
		return 1;
	close(fd);
	printf("json '%.*s', BTF '%s'\n", (int)json_size, json ? (const char *)json : "", btf + 24);
	return 0;
}

int main(int count, char **arguments)
{
	static char tar[1 << 20];
	size_t size;
	FILE *file;

	if (count == 3)
		return run_from_folder(arguments[2]) != 0;
	file = fopen(arguments[1], "r");
	size = file ? fread(tar, 1, sizeof(tar), file) : 0;
	return run_from_tar(tar, size) != 0;
}
END
for file in example main; do
	# shellcheck disable=SC2086 # lists of options
	"$CC" $LINK_FLAGS -std=c99 -pedantic -Wall -Wextra -Wshadow -Werror -I"$INCLUDE" -D_DEFAULT_SOURCE \
		-c $file.c || fail "$file.c does not compile"
done
# shellcheck disable=SC2086
"$CC" $LINK_FLAGS example.o main.o "$STATIC" -lz -llzma -pthread -o example

place=btfhub-archive/any/1/$(uname -m)
mkdir -p "cache/$place"
{
	printf '\237\353\001\000\030'
	head -c 19 /dev/zero
	printf 'for this kernel'
} >"cache/$place/$(uname -r).btf"
printf '{"bpf_object": 1}' >cache/package.json
for packer in '' --gzip --xz; do
	tar -c $packer -f a.tar -C cache .
	./example a.tar >out || fail "the tar $packer"
	says out "json '{\"bpf_object\": 1}', BTF 'for this kernel'"
done
for folder in cache cache/btfhub-archive; do
	./example a.tar "$folder" >out || fail "the folder $folder"
	says out "BTF 'for this kernel'"
done
rm "cache/$place/$(uname -r).btf"
! ./example a.tar cache >out || fail "a folder without this kernel"
