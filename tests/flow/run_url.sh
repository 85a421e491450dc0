# SPDX-License-Identifier: MIT
# corebtf run with a URL: from real web servers on this machine, with and without TLS. What is
# downloaded, kept, asked for again, pinned and refused.
. "$FLOW/lib.sh"
[ -x "$RUNNER" ] || skip "the runner was not built here"
needs clang python3 openssl sha256sum
export XDG_CACHE_HOME="$scratch/cache"
unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY || :
umask 022
mkdir www
clang -target bpf -g -O2 -c "$FLOW/../embedder/package/package.bpf.c" -o www/probe.bpf.o || fail clang
status 0 convert www/probe.bpf.o www/probe.json

servers=
stop_servers() {
	kill $servers 2>/dev/null || :
	cd /
	rm -rf "$scratch"
}
trap stop_servers EXIT
serve() { # LOG ARGUMENT...: the port is in $port
	log=$1
	shift
	python3 "$FLOW/serve.py" www "$@" >"$log" 2>"$log.err" &
	servers="$servers $!"
	for try in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		port=$(head -n 1 "$log")
		[ -z "$port" ] || return 0
		sleep 0.2
	done
	cat "$log.err"
	fail "no server"
}
serve http.log
http=http://127.0.0.1:$port
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
	-addext subjectAltName=DNS:localhost,IP:127.0.0.1 2>/dev/null || fail openssl
serve https.log cert.pem key.pem
https=https://127.0.0.1:$port
export CURL_CA_BUNDLE="$scratch/cert.pem"

asked() { # LOG STATUS PATH: the last request
	[ "$(tail -n 1 "$1")" = "$2 $3" ] || fail "the server said: $(tail -n 1 "$1")"
}

# --- downloaded, and asked for again ------------------------------------------------------------
status 0 run $https/probe.json --help
says out "Usage: probe"
asked https.log 200 /probe.json
status 0 run $https/probe.json --help
asked https.log 304 /probe.json
status 0 run $http/probe.bpf.o?x=1 --list
says out on_exec
status 0 run "$http/to?$https/probe.json" --help
says out "Usage: probe"
ok "downloaded, kept, asked for again"

# --- pinned -------------------------------------------------------------------------------------
pin=$(sha256sum <www/probe.json | cut -d ' ' -f 1)
requests=$(wc -l <https.log)
status 0 run --sha256 $pin $https/probe.json --help # from the cache
[ "$(wc -l <https.log)" = "$requests" ] || fail "the server was asked for what is pinned and there"
printf ' ' >>www/probe.json
status 0 run $https/probe.json --help # a new version without a pin
asked https.log 200 /probe.json
status 1 run --sha256 $pin $https/probe.json --help
one_line $https/probe.json "its SHA-256 is $(sha256sum <www/probe.json | cut -d ' ' -f 1), and not"
status 1 run --sha256 $pin www/probe.json --help # a file can be pinned as well
one_line www/probe.json "and not what --sha256 says"
status 2 run --sha256 xyz $https/probe.json
ok "pinned"

# --- refused ------------------------------------------------------------------------------------
status 1 run http://example.invalid/probe.json
one_line http://example.invalid/probe.json "http:// can be changed on its way"
status 1 run ftp://127.0.0.1/probe.json
one_line ftp://127.0.0.1/probe.json "only https:// and http:// are read"
status 1 run $https/
one_line $https/ "there is no file in it"
status 1 run $https/none.json
one_line $https/none.json "the server answers with status 404"
status 1 run "$https/to?$http/probe.json" # from https to http
says err "it leads to another place that is not followed"
status 1 run "$https/to?/to?/to?/to?/to?/to?/to?/probe.json"
says err "it leads to another place that is not followed"
status 1 run $https/endless
one_line $https/endless "more than"
CURL_CA_BUNDLE=/etc/ssl/certs/none.pem status 1 run $https/other.json
says err "cannot be downloaded"
printf 'no BPF' >www/text.bpf.o
status 1 run $https/text.bpf.o
says err "it is no BPF object"
ok "refused"

# --- a cache of somebody else's is not used -----------------------------------------------------
chmod 777 "$XDG_CACHE_HOME/corebtf/programs"
status 0 run $https/probe.json --help
asked https.log 200 /probe.json
chmod 755 "$XDG_CACHE_HOME/corebtf/programs"

# --- without the server -------------------------------------------------------------------------
kill $servers
servers=
sleep 0.3
status 0 run $https/probe.json --help
says out "Usage: probe"
says err "cannot be downloaded"
says err "the copy in the cache is taken"
status 1 run $https/unknown.json
one_line $https/unknown.json "cannot be downloaded"
ok "without the server"
