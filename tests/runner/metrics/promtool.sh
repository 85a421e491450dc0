#!/bin/sh
# SPDX-License-Identifier: MIT
# promtool.sh SERVE_METRICS: Debian's promtool has nothing to say about a page of metrics.
set -eu
serve=$1
command -v promtool >/dev/null || { echo "promtool is missing"; exit 77; }
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
status=0
"$serve" page >"$scratch/page" || status=$?
[ "$status" = 0 ] || exit "$status"
cat "$scratch/page"
promtool check metrics <"$scratch/page" >"$scratch/said" 2>&1 || status=$?
cat "$scratch/said"
[ "$status" = 0 ] && [ ! -s "$scratch/said" ]
