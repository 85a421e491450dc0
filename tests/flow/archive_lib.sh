# SPDX-License-Identifier: MIT
# The checks for a real archive.

# through ARCHIVE COUNT: a folder in BTFHub's layout, with COUNT kernels, and the program `program`. The
# folder, a tar of it and a git repository give the same executable; its bundle converted to a
# tar and back is the same; each kernel is found in all of them, with the same BTF.
through() {
	rm -rf way
	mkdir way
	status 0 embed program --kernels "$1" --all-machines -o way/program
	says err "way/program: $2 kernel"
	status 0 verify way/program --kernels "$1"
	says err "the same answers on $2 kernel"
	tar -C "$1" -cf way/archive.tar .
	status 0 embed program --kernels way/archive.tar --all-machines -o way/from-tar
	same way/program way/from-tar
	if have git; then
		git init -q way/repository
		cp -R "$1"/. way/repository
		git -C way/repository add -A
		git -C way/repository -c user.name=a -c user.email=a@b commit -q -m kernels
		BTFHUB_CACHE=$PWD/way/cache status 0 fetch "$PWD/way/repository"
		BTFHUB_CACHE=$PWD/way/cache status 0 embed program --all-machines -o way/from-git --kernels
		same way/program way/from-git
	fi
	status 0 convert way/program -o way/bundle
	for layout in bcc bpf-compatible; do
		status 0 convert way/program --layout $layout -o way/min.tar.gz
		status 0 convert way/min.tar.gz -o way/again
		same way/bundle way/again
		rm -rf way/min
		mkdir way/min
		tar -xzf way/min.tar.gz -C way/min
		tar -C way/min -cJf way/gnu.tar.xz .
		status 0 convert way/gnu.tar.xz -o way/again
		same way/bundle way/again
	done
	status 0 list way/program --json
	sed -n 's/.*"release": "\([^"]*\)", "machine": "\([^"]*\)".*/\1 \2/p' out | sort -u >way/keys
	[ "$(wc -l <way/keys)" -eq "$2" ] || fail "not $2 kernels in the list"
	while read -r release machine; do
		status 0 lookup way/program --release "$release" --machine "$machine" -o way/found.btf
		for place in way/gnu.tar.xz way/min; do
			status 0 lookup $place --release "$release" --machine "$machine" -o way/other.btf
			same way/found.btf way/other.btf
		done
	done <way/keys
}
