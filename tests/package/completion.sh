#!/bin/sh
# SPDX-License-Identifier: MIT
# What the shells offer behind `corebtf` and behind each of its commands is what the command's own
# --help says. Asked of the shells themselves, as far as they are here.
. "$(dirname "$0")/lib.sh"

install_package
share=$work/prefix/share
commands=$("$COREBTF" --help | awk '
	/^[A-Z].*ommands:$/ { on = 1; next }
	/^[^ ]/ { on = 0 }
	on && /^  [a-z]/ { print $1 }')
[ -n "$commands" ] || fail "corebtf --help names no commands"

# The options in a help text, one in a line.
options() {
	sed -n 's/^ *\(-[A-Za-z], \)\{0,1\}\(--[a-z][a-z0-9-]*\).*/\2/p' | sort -u
}

# offered SHELL WORD...: what the shell offers in the place of the last word.
offered() {
	shell=$1
	shift
	case $shell in
	bash)
		# shellcheck disable=SC2016 # for the inner shell
		bash -c '. "$0"; COMP_WORDS=(corebtf "$@"); COMP_CWORD=$#
			_corebtf; printf "%s\n" "${COMPREPLY[@]}"' \
			"$share/bash-completion/completions/corebtf" "$@"
		;;
	fish)
		timeout 30 fish --no-config -c "source $share/fish/vendor_completions.d/corebtf.fish
			complete -C 'corebtf $*'" | cut -f 1
		;;
	zsh)
		# A terminal of its own: typed there are the words and a tab. The list comes in columns.
		cat >"$work/asks.zsh" <<-END
			zmodload zsh/zpty
			zpty asked zsh -f -i
			zpty -w asked "fpath=($share/zsh/site-functions \\\$fpath); PS1=; stty columns 400"
			zpty -w asked "autoload -U compinit; compinit -u -D; LISTMAX=9999"
			zpty -w asked "zstyle ':completion:*' verbose no; print re''ady"
			zpty -r -m asked line '*ready*'
			zpty -w -n asked \$'corebtf $*\t'
			sleep 1
			zpty -w -n asked \$'\C-u'
			zpty -w asked "print en''ded"
			zpty -r -m asked line '*ended*'
			print -r -- "\$line"
			zpty -d asked
		END
		timeout 30 zsh -f "$work/asks.zsh" | tr -c 'a-z0-9-' '\n'
		;;
	esac
}

tried=
for shell in bash fish zsh; do
	if ! have $shell; then
		printf 'not tried: %s is not here\n' $shell
		continue
	fi
	tried="$tried $shell"
	offered $shell '' | grep -xE '[a-z]+' | sort -u >"$work/offered"
	for command in $commands; do
		grep -qx "$command" "$work/offered" || fail "$shell: offers no command $command"
	done
	for command in $commands; do
		[ $shell != zsh ] || [ "$command" = embed ] || continue # a second for each
		"$COREBTF" "$command" --help | options >"$work/options"
		offered $shell "$command" -- | grep -xE -- '--[a-z0-9-]+' | sort -u | diff "$work/options" - ||
			fail "$shell: corebtf $command: not the options of its --help"
	done
	ok "$shell: $(echo "$commands" | wc -l) commands and their options"
done
[ -n "$tried" ] || skip "neither bash, fish nor zsh is here"
if have bash; then
	printf 'none\nxz\n' >"$work/words"
	offered bash embed --compress '' | diff "$work/words" - || fail "bash: embed --compress"
	cd "$work" && touch a-kernel.btf
	offered bash embed --kernels a-k | grep -qx a-kernel.btf || fail "bash: embed --kernels"
	mkdir programs
	printf '#!/bin/sh\n' >programs/a-program-of-ours
	chmod +x programs/a-program-of-ours
	(PATH=$PWD/programs:$PATH offered bash exec --force -- a-prog) | grep -qx a-program-of-ours ||
		fail "bash: exec -- offers no program"
	[ -z "$(offered bash embed --jobs '')" ] || fail "bash: embed --jobs offers something"
	ok "bash: what options take"
fi
