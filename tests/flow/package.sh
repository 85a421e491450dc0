# SPDX-License-Identifier: MIT
# package.json: out of an object and back; as an object for every command; what it says of options and
# maps holds in the tool; what is no package is refused. Python reads and writes the JSON.
. "$FLOW/lib.sh"
needs clang python3 base64
clang -target bpf -g -O2 -c "$FLOW/../embedder/package/package.bpf.c" -o probe.bpf.o || fail clang

# --- out and back -------------------------------------------------------------------------------
status 0 convert probe.bpf.o package.json
says err "package.json: a package of probe.bpf.o"
python3 - <<-END || fail "the object in it"
	import base64, json, zlib
	package = json.load(open("package.json"))
	image = zlib.decompress(base64.b64decode(package["bpf_object"], validate=True))
	assert image == open("probe.bpf.o", "rb").read()
	assert package["bpf_object_size"] == len(image)
	assert package["meta"]["bpf_skel"]["obj_name"] == "probe_bpf"
END
status 0 convert package.json back.bpf.o
same back.bpf.o probe.bpf.o
status 0 convert probe.bpf.o again.json
same again.json package.json
status 1 convert package.json package.json
status 2 convert probe.bpf.o x.json --compress xz
echo '{"bpf_object": 1}' >bad.json
status 1 convert bad.json bad.bpf.o
one_line bad.json "no package.json: it has no text bpf_object"
[ ! -e bad.bpf.o ] || fail "bad.bpf.o was written"
status 1 trim bad.json --kernels "$KERNELS" -o x.bundle
one_line bad.json "no package.json"

# --- instead of an object -----------------------------------------------------------------------
status 0 trim probe.bpf.o --kernels "$KERNELS" -o one.bundle
status 0 trim package.json --kernels "$KERNELS" -o two.bundle
same one.bundle two.bundle
status 0 verify two.bundle package.json --kernels "$KERNELS"

# --- as a tool ----------------------------------------------------------------------------------
[ -x "$RUNNER" ] || {
	left_out "the runner was not built here"
	exit 0
}
python3 - <<-END
	import json
	package = json.load(open("package.json"))
	skeleton = package["meta"]["bpf_skel"]
	skeleton["doc"] = {"version": "1.2.3", "brief": "Watches programs start"}
	skeleton["data_sections"][0]["variables"][0]["cmdarg"] = {
	    "long": "my_pid", "short": "P", "help": "this one alone", "default": 42}
	for a_map in skeleton["maps"]:
	    if a_map["name"] == "hists":
	        a_map["sample"] = {"interval": 500, "type": "log2_hist", "unit": "usecs"}
	json.dump(package, open("told.json", "w"))
END
status 0 tool told.json -o told --kernels "$KERNELS"
for how in "./told" "$COREBTF run told.json"; do
	$how --help >out 2>err || fail "$how --help"
	says out "Watches programs start"
	says out "  -P, --my-pid N            this one alone (default: 42)"
	$how --version >out 2>err || fail "$how --version"
	says out "1.2.3, a tool of corebtf"
	got=0
	$how -P x >out 2>err || got=$?
	[ $got = 2 ] || fail "status $got"
	says err "--my-pid takes a whole number"
	$how --list >out 2>err || fail "$how --list"
	says out on_exec
done
status 0 list told
ok "options out of a package"

[ "$(id -u)" = 0 ] || skip "not root: nothing is loaded"
[ -r /sys/kernel/btf/vmlinux ] || skip "the kernel has no BTF"
(sleep 0.7; /bin/true) &
$COREBTF run told.json --duration 1.2 --json >out 2>err || fail "run told.json"
says out '"comm":'
ok "events by the package's type"
