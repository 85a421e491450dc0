#!/bin/sh
# SPDX-License-Identifier: MIT
# Makes completions for bash, zsh and fish out of what the command says of itself:
#
#	completions.sh COREBTF FOLDER
#
# From `corebtf --help` come the commands, from `corebtf CMD --help` the options of each, with what
# they take: nothing, one of some words (none|xz), a file (any name in capitals), or something that
# cannot be completed (the names below). Where the usage ends with "-- PROGRAM", another command line
# follows, which bash completes as such; the other shells complete files in it.
set -eu
corebtf=$1 folder=$2
not_files='N LIMIT EXPR KEY=VALUE[,...] M MACHINE RELEASE TEXT HEX ID VERSION NAME ORDER LAYOUT'

# What is said of an option or a command may break over lines; one sentence is enough.
parse='
	function put() {
		if (kind == "")
			return
		sub(/[;:(].*/, "", text)
		sub(/[ ,]+$/, "", text)
		print kind "\t" command "\t" short "\t" long "\t" argument "\t" text
		kind = ""
	}
	/^Usage: .* -- PROGRAM/ { print "program\t" command }
	/^[A-Z][A-Za-z ]*:$/ { put(); part = /ommands/ ? "commands" : "options"; next }
	/^[^ ]/ { put(); part = "" }
	part == "commands" && command == "-" && /^  [a-z]/ {
		put()
		kind = "command"
		short = ""
		long = $1
		argument = ""
		text = $0
		sub(/^ +[^ ]+ +/, "", text)
		next
	}
	part != "" && /^ +(-[A-Za-z], )?--[a-z]/ {
		put()
		kind = "option"
		text = $0
		sub(/^ +/, "", text)
		short = ""
		if (text ~ /^-[A-Za-z], /) {
			short = substr(text, 1, 2)
			text = substr(text, 5)
		}
		long = text
		sub(/ .*/, "", long)
		text = substr(text, length(long) + 1)
		argument = ""
		if (text ~ /^ [^ ]/) {
			argument = substr(text, 2)
			sub(/ .*/, "", argument)
			text = substr(text, length(argument) + 2)
			gsub(/[][]|\.\.\.$/, "", argument)
		}
		sub(/^ +/, "", text)
		next
	}
	/^ +[^ ]/ && kind != "" {
		line = $0
		sub(/^ +/, "", line)
		text = text (text == "" ? "" : " ") line
	}
	END { put() }'

table=$(
	"$corebtf" --help | awk -v command=- "$parse"
	"$corebtf" --help | awk -v command=- "$parse" | awk -F '\t' '$1 == "command" { print $4 }' |
		while read -r command; do
			"$corebtf" "$command" --help 2>/dev/null | awk -v command="$command" "$parse"
		done
)

# make FILE PROGRAM: a file out of the table, by an awk program with these functions.
make_file() {
	mkdir -p "$(dirname "$folder/$1")"
	printf '%s\n' "$table" | awk -F '\t' -v not_files="$not_files" '
		BEGIN {
			name_count = split(not_files, names, " ")
			for (i = 1; i <= name_count; i++) {
				gsub(/[][]|\.\.\.$/, "", names[i])
				takes_text[names[i]] = 1
			}
		}
		# What an option takes: "", "words", "text" or "file".
		function takes() {
			if ($5 == "")
				return ""
			if ($5 ~ /^[a-z0-9|-]+$/)
				return "words"
			return $5 in takes_text ? "text" : "file"
		}
		function words(    text) {
			text = $5
			gsub(/\|/, " ", text)
			return text
		}
		function quoted(text, apostrophe) {
			gsub(/\047/, apostrophe, text)
			return text
		}
		'"$2" >"$folder/$1"
}

make_file bash/corebtf '
	$1 == "program" { programs = programs " " $2 }
	$1 == "command" { commands = commands " " $4 }
	$1 == "option" {
		if (!($2 in options))
			order[++count] = $2
		options[$2] = options[$2] (options[$2] == "" ? "" : " ") $4
		pattern = ($3 == "" ? "" : $3 " | ") $4
		if (takes() == "words")
			cases[$2] = cases[$2] "\t\t" pattern ") words=\"" words() "\" ;;\n"
		else if (takes() == "text")
			cases[$2] = cases[$2] "\t\t" pattern ") return ;;\n"
		else if (takes() == "file")
			cases[$2] = cases[$2] "\t\t" pattern ") files=yes ;;\n"
	}
	END {
		print "# bash completion for corebtf, made of its --help by completions.sh"
		print "_corebtf() {"
		print "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}"
		print "\tlocal command=- words= files= options= word"
		print "\tCOMPREPLY=()"
		print "\tfor word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do"
		print "\t\t[[ $word == -* ]] || { command=$word; break; }"
		print "\tdone"
		print "\tif [[ \"" programs " \" == *\" $command \"* ]]; then"
		print "\t\tlocal at"
		print "\t\tfor ((at = 2; at < COMP_CWORD; at++)); do"
		print "\t\t\t[[ ${COMP_WORDS[at]} == -- ]] || continue"
		print "\t\t\tif declare -F _command_offset >/dev/null; then"
		print "\t\t\t\t_command_offset $((at + 1))"
		print "\t\t\telif ((at + 1 == COMP_CWORD)) && [[ $current != */* ]]; then"
		print "\t\t\t\tmapfile -t COMPREPLY < <(compgen -c -- \"$current\")"
		print "\t\t\telse"
		print "\t\t\t\tcompopt -o filenames 2>/dev/null"
		print "\t\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")"
		print "\t\t\tfi\n\t\t\treturn\n\t\tdone\n\tfi"
		print "\tcase $command in"
		for (i = 1; i <= count; i++) {
			print "\t" order[i] ")"
			if (order[i] == "-")
				print "\t\twords=\"" substr(commands, 2) "\""
			print "\t\toptions=\"" options[order[i]] "\""
			if (cases[order[i]] != "")
				print "\t\tcase $previous in\n" cases[order[i]] "\t\tesac"
			print "\t\t;;"
		}
		print "\tesac"
		print "\tif [[ $current == -* && -z $files ]]; then\n\t\twords=$options\n\tfi"
		print "\tif [[ -n $words ]]; then"
		print "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$current\")"
		print "\telse"
		print "\t\tcompopt -o filenames 2>/dev/null"
		print "\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$current\")"
		print "\tfi"
		print "}"
		print "complete -F _corebtf corebtf"
	}'

make_file fish/corebtf.fish '
	BEGIN { print "# fish completion for corebtf, made of its --help by completions.sh" }
	$1 == "command" {
		print "complete -c corebtf -n __fish_use_subcommand -f -a " $4 " -d \047" quoted($6, "\\\047") "\047"
	}
	$1 == "option" {
		line = "complete -c corebtf"
		line = line ($2 == "-" ? " -n __fish_use_subcommand" : \
			" -n \047__fish_seen_subcommand_from " $2 "\047")
		if ($3 != "")
			line = line " -s " substr($3, 2)
		line = line " -l " substr($4, 3)
		if (takes() == "words")
			line = line " -x -a \047" words() "\047"
		else if (takes() == "text")
			line = line " -x"
		else if (takes() == "file")
			line = line " -r -F"
		print line " -d \047" quoted($6, "\\\047") "\047"
	}'

make_file zsh/_corebtf '
	function spec(    text, action, names) {
		text = quoted($6, "\047\\\047\047")
		gsub(/\[/, "\\[", text)
		gsub(/\]/, "\\]", text)
		action = ""
		if (takes() == "words")
			action = ":" "value:(" words() ")"
		else if (takes() == "text")
			action = ":value: "
		else if (takes() == "file")
			action = ":file:_files"
		names = $3 == "" ? $4 : "(" $3 " " $4 ")\047{" $3 "," $4 "}\047"
		return "\047" names "[" text "]" action "\047"
	}
	$1 == "command" {
		text = quoted($6, "\047\\\047\047")
		commands = commands "\t\t\047" $4 ":" text "\047\n"
	}
	$1 == "option" {
		if (!($2 in specs))
			order[++count] = $2
		specs[$2] = specs[$2] " \\\n\t\t\t" spec()
	}
	END {
		print "#compdef corebtf"
		print "# zsh completion for corebtf, made of its --help by completions.sh"
		print "local -a commands=(\n" commands ")"
		print "local at=2"
		print "while (( at < CURRENT )) && [[ $words[at] == -* ]]; do (( at++ )); done"
		print "if (( at == CURRENT )); then"
		print "\tif [[ $words[at] == -* ]]; then\n\t\t_arguments" specs["-"]
		print "\telse\n\t\t_describe command commands\n\tfi\n\treturn\nfi"
		print "local command=$words[at]"
		print "shift $((at - 1)) words\n(( CURRENT -= at - 1 ))"
		print "case $command in"
		for (i = 1; i <= count; i++)
			if (order[i] != "-")
				print order[i] ")\n\t_arguments -s" specs[order[i]] \
					" \\\n\t\t\t\047*:file:_files\047\n\t;;"
		print "*)\n\t_files\n\t;;\nesac"
	}'
