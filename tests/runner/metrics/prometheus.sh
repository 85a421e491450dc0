#!/bin/sh
# SPDX-License-Identifier: MIT
# prometheus.sh SERVE_METRICS: a real Prometheus scrapes the page, and has the values.
set -eu
serve=$1
for tool in prometheus promtool; do
	command -v $tool >/dev/null || { echo "$tool is missing"; exit 77; }
done
scratch=$(mktemp -d)
server=
prometheus=
finish() {
	for process in $prometheus $server; do
		kill "$process" 2>/dev/null && wait "$process" 2>/dev/null || :
	done
	rm -rf "$scratch"
}
trap finish EXIT
"$serve" page >/dev/null || exit $?
"$serve" 127.0.0.1:0 >"$scratch/address" &
server=$!
tries=0
until [ -s "$scratch/address" ]; do
	tries=$((tries + 1))
	[ $tries -lt 50 ] || { echo "the server does not start"; exit 1; }
	sleep 0.1
done
address=$(cat "$scratch/address")
cat >"$scratch/prometheus.yml" <<-END
	global:
	  scrape_interval: 1s
	scrape_configs:
	  - job_name: tool
	    static_configs:
	      - targets: ['$address']
END
own=127.0.0.1:$((20000 + $$ % 20000))
prometheus --config.file="$scratch/prometheus.yml" --storage.tsdb.path="$scratch/data" \
	--web.listen-address="$own" >"$scratch/log" 2>&1 &
prometheus=$!

# Waits until the expression has the value.
expect() {
	tries=0
	until promtool query instant "http://$own" "$1" >"$scratch/answer" 2>/dev/null &&
		grep -q "=> $2 @" "$scratch/answer"; do
		tries=$((tries + 1))
		if [ $tries -ge 40 ]; then
			echo "$1: not $2 but:"
			cat "$scratch/answer"
			tail -5 "$scratch/log"
			exit 1
		fi
		sleep 0.5
	done
	cat "$scratch/answer"
}
expect 'up' 1
expect 'my_tool_events_total{comm="bash"}' 3
expect 'my_tool_lost_events_total' 5
expect 'my_tool_counts_total{pid="7"}' 9
expect 'my_tool_levels' -70
expect 'my_tool_latencies_usecs_count{key="1"}' 13
expect 'histogram_quantile(1, my_tool_latencies_usecs_bucket)' 15
