# SPDX-License-Identifier: MIT
# report: what breaks where, as text and as JSON, its exit statuses, and bad input.
. "$FLOW/lib.sh"
have clang || skip "no clang"
compile() { # SOURCE OBJECT [FLAG...]
	compile_source=$1 compile_object=$2
	shift 2
	clang -target bpf -g -O2 -isystem "/usr/include/$(uname -m)-linux-gnu" "$@" \
		-c "$FLOW/$compile_source" -o "$compile_object"
}
compile report.bpf.c states.bpf.o

# Unpacked once; other tests read archives.
(cd "$KERNELS" && find . -name '*.btf.tar.xz') | while read -r archive; do
	mkdir -p "raw/$(dirname "$archive")"
	tar -xJf "$KERNELS/$archive" -C "raw/$(dirname "$archive")"
done
packed=$KERNELS
KERNELS=raw

# One line for each problem, the worst first; what is guarded only with --verbose.
status 0 report states.bpf.o --kernels "$KERNELS" --select arch=x86_64
[ "$(wc -l <out)" -eq 2 ] || fail "not two problems"
sed -n 1p out | grep -qF 'states.bpf.o: reads_new: breaks on 1 kernel: report.bpf.c:28: struct task_struct.__state: this kernel has no struct task_struct.__state' ||
	fail "the first line"
sed -n 1p out | grep -q 'on debian 11 x86_64 5.10.0-30-cloud-amd64$' || fail "the kernel"
sed -n 1p out | grep -qF 'it is there from 6.1.0-50-cloud-amd64 on; here it seems to be called state: check by bpf_core_field_exists(), and read the one or the other' ||
	fail "the hint"
sed -n 2p out | grep -qF 'reads_new_if_wanted: unsure on 1 kernel:' || fail "the second line"
says err "1 object on 5 kernels: 0 without a problem, 0 unsure somewhere, 1 broken somewhere"
status 0 report states.bpf.o --kernels "$KERNELS" --select arch=x86_64 --verbose
says out "object        works  guarded  unsure  breaks  on"
grep -qE '^states.bpf.o +- +4 +- +1  debian 11 x86_64 5.10.0-30-cloud-amd64$' out || fail "the row"
says out "reads_either: guarded on 4 kernels: report.bpf.c:43: struct task_struct___before_5_14.state:"
says out "the check of struct task_struct.__state at report.bpf.c:39 keeps the verifier away"
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
	                    "reads_by_version": "guarded",
	                    "reads_new_if_wanted": "unsure" if old else "works",
	                    "reads_pid": "works"}[program["name"]]
	        assert states[variant["state"]] == expected, (program["name"], kernel)
	        for site, cell in zip(program["sites"], variant["cells"]):
	            if isinstance(cell, dict) and "guard" in cell:
	                guard = thing["sites"][cell["guard"]]
	                assert guard["kind"] == "field exists", guard
	changes = {field["access"]: field["changes"] for field in report["fields"]}
	(gone,) = [change for change in changes["struct task_struct.state"] if change["what"] == "vanished"]
	assert kernels[gone["from"]]["release"] == "5.10.0-30-cloud-amd64", gone
	assert kernels[gone["to"]]["release"] == "6.1.0-50-cloud-amd64", gone
	assert gone["other_name"] == "__state" and gone["before"]["type"] == "volatile long int", gone
	assert gone["before"]["previous"] == "thread_info" and gone["before"]["next"] == "stack", gone
	assert [change["what"] for change in changes["struct task_struct.pid"]] == ["offset"] * 3, changes
	END
fi

# What programs need besides types.
compile report_needs.bpf.c needs.bpf.o
status 0 report needs.bpf.o --kernels "$KERNELS" --select arch=x86_64 --verbose
old="this kernel does not have it; on debian 11 x86_64 5.10.0-30-cloud-amd64"
says out "on_read: breaks on 1 kernel: map type BLOOM_FILTER (since Linux 5.16): $old"
says out "asks_the_time: breaks on 1 kernel: helper ktime_get_tai_ns (since Linux 6.1): $old"
says out "asks_before: guarded on 1 kernel: helper ktime_get_tai_ns (since Linux 6.1): this kernel does not have it; the verifier does not reach the call;"
says out "reads_state: unsure on 1 kernel: tracepoint sched_switch: its argument 4, which the program reads, is none here and unsigned int on 7.2.6+deb13-cloud-amd64; on debian 11"
says out "reads_entry: unsure on 1 kernel: function vfs_unlink: its argument 2, which the program reads, is struct dentry * here and struct inode * on 7.2.6+deb13-cloud-amd64; on debian 11"
says_not out "reads_nothing"
says_not out "on_nothing" # no kernel has it, so its loader sets the target
says_not out "on_entry"
says_not out "on_remap"
status 0 report needs.bpf.o --kernels "$KERNELS" --select release=5.10* --select "release>=7"
says_not out "on_nothing"
status 0 report needs.bpf.o --kernels "$KERNELS" --select "release>=7"
says out "on_nothing: unsure on 1 kernel: function no_kernel_has_this: this kernel's BTF has no function of that name"

# A kernel without BTF of its own, and with a BTF that says little: 4.19.
if have llvm-objcopy; then
	compile report_needs.bpf.c old.o -DOLD_KERNEL
	mkdir -p old/debian/10/x86_64
	llvm-objcopy --dump-section .BTF=old/debian/10/x86_64/4.19.0-27-amd64.btf old.o
	status 0 report needs.bpf.o --kernels old
	says out "on_entry: breaks on 1 kernel: kernel's own BTF: it needs BTF of the kernel itself, and this one has none; a BTF that is given or embedded does not help;"
	says out "on_entry: breaks on 1 kernel: program type TRACING (since Linux 5.5): this kernel does not have it;"
	says out "on_remap: unsure on 1 kernel: tracepoint block_rq_remap: this kernel's BTF has no tracepoint"
fi

# JUnit: what fails is what --fail-on says, or what breaks.
status 0 report states.bpf.o needs.bpf.o --kernels "$KERNELS" --select arch=x86_64 --junit report.xml
status 0 report states.bpf.o --kernels "$KERNELS" --select "release>=6" --fail-on unsure --junit new.xml
status 1 report states.bpf.o --kernels "$KERNELS" --fail-on guarded --junit strict.xml
if have python3; then
	python3 - <<-'END' || fail "the XML"
	import xml.etree.ElementTree as tree
	suites = tree.parse("report.xml").getroot()
	assert suites.tag == "testsuites" and len(suites) == 5, suites
	failed = {(case.get("classname"), case.get("name")): case.find("failure")
	          for case in suites.iter("testcase") if case.find("failure") is not None}
	old = "debian 11 x86_64 5.10.0-30-cloud-amd64"
	assert set(failed) == {(old, "states.bpf.o"), (old, "needs.bpf.o")}, failed
	assert "reads_new: report.bpf.c:" in failed[old, "states.bpf.o"].text
	assert "asks_the_time: helper ktime_get_tai_ns" in failed[old, "needs.bpf.o"].text
	(suite,) = [suite for suite in suites if suite.get("name") == old]
	assert suite.get("tests") == "2" and suite.get("failures") == "2", suite.attrib
	assert not list(tree.parse("new.xml").iter("failure"))
	assert len(list(tree.parse("strict.xml").iter("failure"))) == 6
	END
fi

# Objects inside of an executable: only kernels of its machine.
make_program exe states.bpf.o
status 0 report exe --kernels "$KERNELS"
says err "found BPF object"
[ "$(uname -m)" != x86_64 ] || says err "1 kernel of other machines left out"

status 0 report exe --kernels "$KERNELS" --all-machines
says err "1 object on 6 kernels"

# A kernel without BTF is one without an answer.
mkdir -p few/debian/12/x86_64
cp "$packed"/debian/12/x86_64/6.1.0-50-cloud-amd64.btf.tar.xz few/debian/12/x86_64
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
status 2 report states.bpf.o --kernels "$KERNELS" -o same --json same
one_line report "write different files"
ln -s out.html link
echo old >out.html
status 1 report states.bpf.o --kernels "$KERNELS" -o out.html --json link
[ "$(cat out.html)" = old ] || fail "two reports in one file"
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
