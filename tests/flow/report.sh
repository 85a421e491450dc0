# SPDX-License-Identifier: MIT
# report: what breaks where, as text and as JSON, its exit statuses, and bad input.
. "$FLOW/lib.sh"
have clang || skip "no clang"
clang -target bpf -g -O2 -isystem "/usr/include/$(uname -m)-linux-gnu" -c "$FLOW/report.bpf.c" \
	-o states.bpf.o

# One line for each problem, the worst first; what is guarded only with --verbose.
status 0 report states.bpf.o --kernels "$KERNELS" --select arch=x86_64
[ "$(wc -l <out)" -eq 2 ] || fail "not two problems"
sed -n 1p out | grep -qF 'states.bpf.o: reads_new: breaks on 1 kernel: report.bpf.c:26: struct task_struct.__state: this kernel has no struct task_struct.__state' ||
	fail "the first line"
sed -n 1p out | grep -q 'on debian 11 x86_64 5.10.0-30-cloud-amd64$' || fail "the kernel"
sed -n 2p out | grep -qF 'reads_new_if_wanted: unsure on 1 kernel:' || fail "the second line"
says err "1 object on 5 kernels: 0 without a problem, 0 unsure somewhere, 1 broken somewhere"
status 0 report states.bpf.o --kernels "$KERNELS" --select arch=x86_64 --verbose
says out "object        works  guarded  unsure  breaks  on"
grep -qE '^states.bpf.o +- +4 +- +1  debian 11 x86_64 5.10.0-30-cloud-amd64$' out || fail "the row"
says out "reads_either: guarded on 4 kernels: report.bpf.c:41: struct task_struct___before_5_14.state:"
says out "the check of struct task_struct.__state at report.bpf.c:37 keeps the verifier away"
says_not out "reads_pid"

# --fail-on.
status 0 report states.bpf.o --kernels "$KERNELS" --fail-on never
status 1 report states.bpf.o --kernels "$KERNELS" --fail-on breaks
status 1 report states.bpf.o --kernels "$KERNELS" --fail-on unsure
status 0 report states.bpf.o --kernels "$KERNELS" --select "release>=6" --fail-on unsure
status 1 report states.bpf.o --kernels "$KERNELS" --select "release>=6" --fail-on guarded
status 2 report states.bpf.o --kernels "$KERNELS" --fail-on always
one_line report "--fail-on is never, breaks, unsure or guarded, not 'always'"

# JSON, the same for any number of threads and order of objects' kernels.
status 0 report states.bpf.o --kernels "$KERNELS" --json report.json -j 1
status 0 report states.bpf.o --kernels "$KERNELS"/debian/13 "$KERNELS" --json again.json -j 3
same report.json again.json
if have python3; then
	python3 - <<-'END' || fail "the JSON"
	import json
	report = json.load(open("report.json", encoding="utf-8"))
	assert report["corebtf_report"] == 1
	states = report["states"]
	kernels = report["kernels"]
	assert len(kernels) == 6 and kernels[0]["os"] == "debian", kernels
	(thing,) = report["objects"]
	assert thing["name"] == "states.bpf.o"
	for program in thing["programs"]:
	    for kernel, number in zip(kernels, program["kernels"]):
	        variant = program["variants"][number]
	        assert len(variant["cells"]) == len(program["sites"])
	        old = kernel["release"].startswith("5.10")
	        expected = {"reads_new": "breaks" if old else "works",
	                    "reads_either": "guarded",
	                    "reads_new_if_wanted": "unsure" if old else "works",
	                    "reads_pid": "works"}[program["name"]]
	        assert states[variant["state"]] == expected, (program["name"], kernel)
	        for site, cell in zip(program["sites"], variant["cells"]):
	            if isinstance(cell, dict) and "guard" in cell:
	                guard = thing["sites"][cell["guard"]]
	                assert guard["kind"] == "field exists", guard
	END
fi

# Objects inside of an executable: only kernels of its machine.
make_program exe states.bpf.o
status 0 report exe --kernels "$KERNELS"
says err "found BPF object"
[ "$(uname -m)" != x86_64 ] || says err "1 kernel left out"

# A kernel without BTF is one without an answer.
mkdir -p few/debian/12/x86_64
cp "$KERNELS"/debian/12/x86_64/6.1.0-50-cloud-amd64.btf.tar.xz few/debian/12/x86_64
printf 'no BTF' >few/debian/12/x86_64/6.1.0-99-amd64.btf
status 1 report states.bpf.o --kernels few --json report.json
says err "6.1.0-99-amd64.btf"
says report.json '"error":"'
grep -qF '"states":[1,4]' report.json || fail "the states"
rm few/debian/12/x86_64/6.1.0-50-cloud-amd64.btf.tar.xz
rm report.json
status 1 report states.bpf.o --kernels few --json report.json
says err "no report: "
[ ! -e report.json ] || fail "a report of nothing"

# Bad input.
status 1 report states.bpf.o --kernels "$KERNELS" --json states.bpf.o
says err "states.bpf.o"
status 1 report states.bpf.o --kernels "$KERNELS" --json no/such/folder
says err "no/such/folder"
status 1 report /dev/null --kernels "$KERNELS"
status 1 report nothing --kernels "$KERNELS"
one_line nothing "No such file"
head -c 3000 states.bpf.o >cut.bpf.o
status 1 report cut.bpf.o --kernels "$KERNELS"
one_line cut.bpf.o "truncated or damaged"
status 1 report states.bpf.o --kernels nowhere
