#!/bin/sh
# SPDX-License-Identifier: MIT
# rooms.sh SOURCE: each folder of tests/embedder, tests/runtime and tests/runner has the name of a room of the
# source, so that everyone knows where the tests of a room are.
set -eu
cd "$1"
status=0
for folder in tests/embedder/*/ tests/runtime/*/ tests/runner/*/; do
	room=${folder#tests/}
	[ -d "$room" ] && continue
	echo "$folder: there is no room ${room%/}; move these tests to the room that they test," \
		"or beside tests/embedder if they test several"
	status=1
done
# The runner shares the small helpers of embedder/util, and nothing else of the embedder.
if grep -rn '^#include "embedder/' runner | grep -v '"embedder/util/'; then
	echo "runner/ may include embedder/util/ alone"
	status=1
fi
exit $status
