# SPDX-License-Identifier: MIT
# Shared by all test scripts, which source it first. CTest takes exit status 77 as "skipped".
# shellcheck shell=sh
set -eu
export LC_ALL=C
PATH=$PATH:/usr/sbin:/sbin

# Ends the test; shows the end of $work/log, if there is one.
fail() {
	printf 'FAILED: %s\n' "$*" >&2
	[ ! -s "${work:-/nonexistent}/log" ] || tail -n 60 "$work/log" | sed 's/^/  /' >&2
	exit 1
}

skip() {
	printf 'skipped: %s\n' "$*"
	exit 77
}

# A part of the test that is not possible here; the test goes on.
left_out() {
	printf 'skipped: %s\n' "$*"
}

ok() {
	printf 'ok: %s\n' "$*"
}

have() {
	command -v "$1" >/dev/null 2>&1
}

# needs COMMAND...: skips the test when one is missing.
needs() {
	for command; do
		have "$command" || skip "$command is not here"
	done
}

# quietly COMMAND...: shows the output only when the command fails. Needs $work.
quietly() {
	"$@" >"$work/log" 2>&1 || fail "$*"
}
