# SPDX-License-Identifier: MIT
# Makes a manual page of section 3 for each function of the public headers, from the comment before
# it, and one for corebtf.h itself:
#
#	awk -v folder=OUT -v date="November 20, 2026" -f pages.awk corebtf.h ...
#
# Read: a comment that starts a line, and what follows it without an empty line: functions
# (COREBTF_API or static inline), structs, enums, typedefs. In a comment an empty line ends a
# paragraph, "@name:" at the start of a line begins the description of a parameter, "Errors:" and
# "Returns" begin sections, and indented lines are printed as they are.

function fail(text) {
	print "pages.awk: " text > "/dev/stderr"
	failed = 1
	exit 1
}

# Text for mdoc(7): @name is a parameter, `x` is code.
function escape(text) {
	gsub(/\\/, "\\e", text)
	text = markup(text, "@[a-z_]+", "\\fI", 1, 0)
	text = markup(text, "`[^`]+`", "\\fB", 1, 1)
	if (text ~ /^[.']/)
		text = "\\&" text
	return text
}

# Puts every match of a pattern into a font, without the given number of characters at its ends.
function markup(text, pattern, font, before, after,    out) {
	out = ""
	while (match(text, pattern)) {
		out = out substr(text, 1, RSTART - 1) font \
			substr(text, RSTART + before, RLENGTH - before - after) "\\fR"
		text = substr(text, RSTART + RLENGTH)
	}
	return out text
}

function literal(text,    lines, count, i) {
	gsub(/\\/, "\\e", text)
	count = split(text, lines, "\n")
	for (i = 1; i <= count; i++)
		print (lines[i] ~ /^[.']/ ? "\\&" : "") lines[i] > page
}

# The first sentence of a comment, for NAME.
function summary(text) {
	gsub(/\n/, " ", text)
	sub(/[.:;] .*/, "", text)
	sub(/\.$/, "", text)
	if (text ~ /^[A-Z][a-z]*[ ']/)
		text = tolower(substr(text, 1, 1)) substr(text, 2)
	text = escape(text)
	gsub(/"/, "\\(dq", text)
	return text
}

function close_block() {
	if (block == "literal")
		print ".Ed" > page
	else if (block == "parameters")
		print ".El" > page
	block = ""
}

function section(name) {
	close_block()
	print ".Sh " name > page
	gap = 0
}

# Prints the collected paragraph: lines of words, and each sentence on a line of its own, as mdoc(7)
# requires.
function flush_text(    words, count, i, line, word, name) {
	count = split(gathered, words, /[ \n]+/)
	gathered = ""
	line = ""
	for (i = 1; i <= count; i++) {
		word = words[i]
		if (word ~ /^\(?[a-z_]+\(\)[].,;:)]*$/) {
			if (line != "")
				print escape(line) > page
			line = ""
			name = word
			sub(/\(\).*/, "", name)
			sub(/.*\(\)/, "", word)
			gsub(/./, " &", word)
			if (name ~ /^\(/)
				print ".No ( Ns Fn " substr(name, 2) word > page
			else
				print ".Fn " name word > page
			continue
		}
		if (line != "" && length(line) + length(word) > 70) {
			print escape(line) > page
			line = ""
		}
		line = line (line == "" ? "" : " ") word
		if (word ~ /[A-Za-z0-9)>\/][.!?]\)?$/) {
			print escape(line) > page
			line = ""
		}
	}
	if (line != "")
		print escape(line) > page
}

# Splits a comment into sections by its paragraphs.
function describe(text,    lines, count, i, line, name) {
	count = split(text, lines, "\n")
	gap = 0
	gathered = ""
	for (i = 1; i <= count; i++) {
		line = lines[i]
		if (line == "") {
			flush_text()
			gap = 1
			continue
		}
		if (line ~ /^Returns /) {
			flush_text()
			section("RETURN VALUES")
		} else if (line ~ /^Errors:/) {
			flush_text()
			section("ERRORS")
			sub(/^Errors: */, "", line)
		}
		if (line ~ /^@[a-z_]+:/) {
			flush_text()
			if (block != "parameters") {
				close_block()
				print ".Bl -tag -width Ds" > page
				block = "parameters"
			}
			name = line
			sub(/:.*/, "", name)
			sub(/^@[a-z_]+: */, "", line)
			print ".It Fa " substr(name, 2) > page
			gap = 0
		} else if (line ~ /^([ \t]|-E[A-Z]+\t)/) {
			flush_text()
			if (block != "literal") {
				close_block()
				print ".Bd -literal -offset indent" > page
				block = "literal"
			} else if (gap)
				print "" > page
			gap = 0
			literal(line)
			continue
		} else if (block == "literal" || gap) {
			close_block()
			if (gap)
				print ".Pp" > page
			gap = 0
		}
		gathered = gathered (gathered == "" ? "" : " ") line
	}
	flush_text()
	close_block()
}

function head(name) {
	page = folder "/" name ".3"
	print ".\\\" SPDX-License-Identifier: MIT" > page
	print ".\\\" Made by docs/man/pages.awk of the comments in the headers." > page
	print ".Dd " date > page
	print ".Dt " toupper(name) " 3" > page
	print ".Os" > page
	print ".Sh NAME" > page
}

function as_written(text) {
	print ".Bd -literal" > page
	literal(text)
	print ".Ed" > page
}

# The definitions of the types that a declaration names.
function types_of(declaration,    i, found) {
	found = 0
	for (i = 1; i <= type_count; i++)
		if (match(declaration, type_name[i] "[^a-z_]")) {
			if (!found++)
				section("TYPES")
			as_written(type_text[i])
		}
}

FNR == 1 {
	header = FILENAME
	sub(/.*\//, "", header)
	state = ""
	comment = ""
	first_comment = 1
}

state == "comment" || (state == "" && /^\/\*/) {
	line = $0
	if (state == "") {
		comment = ""
		raw = ""
		sub(/^\/\*\*? ?/, "", line)
	} else
		sub(/^ \* ?/, "", line)
	raw = raw $0 "\n"
	state = "comment"
	if (/\*\/$/) {
		sub(/ *\*?\/$/, "", line)
		state = ""
	}
	if (line != "" || comment != "")
		comment = comment (comment == "" ? "" : "\n") line
	if (state == "") {
		sub(/\n+$/, "", comment)
		if (comment ~ /^[a-z_]+\.h - / && header == "corebtf.h")
			overview = comment
	}
	next
}

state == "" && /^(COREBTF_API|static inline) / {
	state = "function"
	declaration = ""
}

state == "function" {
	if ($0 == "{")
		line = ""
	else {
		line = $0
		sub(/^(COREBTF_API|static inline) /, "", line)
		gsub(/^\t+ */, "\t", line)
		declaration = declaration (declaration == "" ? "" : "\n") line
	}
	if ($0 == "{" || /;$/) {
		name = declaration
		sub(/\(.*/, "", name)
		sub(/.*[ *]/, "", name)
		sub(/;?$/, ";", declaration)
		if (comment == "")
			fail(header ": " name "() has no comment")
		names[++count] = name
		header_of[name] = header
		declarations[name] = declaration
		comments[name] = comment
		state = $0 == "{" ? "body" : ""
	}
	next
}

state == "body" {
	if ($0 == "}")
		state = ""
	next
}

state == "" && /^(struct|enum) [a-z_]+ \{/ {
	state = "type"
	type_count++
	type_name[type_count] = $1 " " $2
	type_text[type_count] = raw
}

state == "" && /^typedef / {
	line = $0
	sub(/.*\(\*/, "", line)
	sub(/\).*/, "", line)
	type_count++
	type_name[type_count] = line
	type_text[type_count] = raw $0
}

state == "type" {
	type_text[type_count] = type_text[type_count] $0
	if (/^}/)
		state = ""
	else
		type_text[type_count] = type_text[type_count] "\n"
	next
}

state == "" && /^$/ {
	comment = ""
	raw = ""
}

END {
	if (failed)
		exit 1
	if (!count || overview == "")
		fail("no functions, or no corebtf.h")
	for (i = 1; i <= count; i++) {
		name = names[i]
		head(name)
		print ".Nm " name > page
		print ".Nd " summary(comments[name]) > page
		section("SYNOPSIS")
		print ".In " header_of[name] > page
		as_written(declarations[name])
		section("DESCRIPTION")
		describe(comments[name])
		types_of(declarations[name])
		section("SEE ALSO")
		print ".Xr corebtf 1 ,\n.Xr corebtf 3" > page
		close(page)
	}
	head("corebtf")
	line = overview
	sub(/\n\n.*/, "", line)
	sub(/^[^-]*- /, "", line)
	print ".Nm corebtf\n.Nd " summary(line) > page
	section("SYNOPSIS")
	print ".In corebtf.h" > page
	section("DESCRIPTION")
	line = overview
	sub(/^[^\n]*(\n[^\n]+)*\n\n/, "", line)
	describe(line)
	section("FUNCTIONS")
	print ".Bl -tag -width Ds" > page
	for (i = 1; i <= count; i++)
		print ".It Xr " names[i] " 3\n" summary(comments[names[i]]) > page
	print ".El" > page
	section("TYPES")
	for (i = 1; i <= type_count; i++)
		as_written(type_text[i])
	section("SEE ALSO")
	print ".Xr corebtf 1 ,\n.Xr corebtf-embed 1" > page
}
