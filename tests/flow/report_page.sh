# SPDX-License-Identifier: MIT
# report's HTML page in a real browser: what is shown, a click, the keys, the filters, the address; that
# it loads nothing; and its size and time with 60 objects on 600 kernels.
. "$FLOW/lib.sh"
have clang || skip "no clang"
have python3 || skip "no python3"
browser=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
	skip "no chromium"

(cd "$KERNELS" && find . -name '*.btf.tar.xz') | while read -r archive; do
	mkdir -p "raw/$(dirname "$archive")"
	tar -xJf "$KERNELS/$archive" -C "raw/$(dirname "$archive")"
done
for name in report report_needs; do
	clang -target bpf -g -O2 -isystem "/usr/include/$(uname -m)-linux-gnu" \
		-c "$FLOW/$name.bpf.c" -o "$name.bpf.o"
done
printf 'no BTF' >raw/debian/12/x86_64/6.1.0-99-amd64.btf
status 1 report report.bpf.o report_needs.bpf.o --kernels raw -o page.html
! grep -qE "(src|href)=|@import|url\(|https?://" page.html || fail "the page loads something"

# run PAGE ADDRESS: the page after its scripts, in the file dom.
run() {
	timeout 60 "$browser" --headless --no-sandbox --disable-gpu --user-data-dir="$scratch/profile" \
		--window-size=1400,900 --dump-dom "file://$PWD/$1${2:-}" >dom 2>/dev/null ||
		skip "chromium does not run here"
}

# The address leads to a cell.
run page.html "#object=report.bpf.o&kernel=debian+11+x86_64+5.10.0-30-cloud-amd64"
says dom 'data-ready="yes"'
says dom "2 objects on 6 kernels: 0 without a problem, 0 unsure somewhere, 2 broken somewhere"
says dom '>report_needs.bpf.o</button>'
says dom 'id="marker"'
says dom '<span class="badge breaks">breaks</span> <strong>reads_new</strong>'
says dom "the verifier reaches this instruction and refuses it"
says dom "out = BPF_CORE_READ(task, __state);"
says dom '<span class="badge guarded">guarded</span> <strong>reads_either</strong>'

# A script as the user: what it finds wrong is in the title.
cat >driver.js <<'END'
<script>
const need = (holds, what) => { if (!holds) throw new Error(what); };
const names = () => [...document.querySelectorAll("tbody .name")].map(name => name.textContent).join();
const key = name => map.dispatchEvent(new KeyboardEvent("keydown", { key: name, bubbles: true }));
const type = (id, text) => { $(id).value = text; $(id).dispatchEvent(new Event("input")); };
const title = () => detail.querySelector("h2").textContent + "|" + (detail.querySelector("p strong") || detail).textContent;
const go = hash => { location.hash = hash; readAddress(); };
function drive() {
	need(title().startsWith("Click a cell"), title());

	const cells = document.querySelector("tbody .cells"), box = cells.getBoundingClientRect();
	cells.dispatchEvent(new MouseEvent("click", { clientX: box.left + starts[1] + 2, clientY: box.top + 2, bubbles: true }));
	need($("marker"), "a marker");
	need(title().includes("x86_64 5.10.0-30"), title());
	need(decodeURIComponent(location.hash).includes("kernel=debian+11+x86_64"), location.hash);
	key("ArrowRight"); need(title().includes("6.1.0-50"), title());
	key("End"); need(title().includes("7.2.6"), title());
	key("Home"); need(title().includes("arm64"), title());
	const first = title();
	key("ArrowDown"); need(title() !== first, "down");
	key("ArrowUp"); need(title() === first, "up");
	key("Escape"); need(!$("marker") && !location.hash, "escape");

	type("filter", "ktime tai"); need(names() === "report_needs.bpf.o", names());
	type("filter", "no such thing"); need($("nothing"), "nothing");
	$("nothing").querySelector("button").click(); need(names().split(",").length === 2, names());
	type("kernels", "debian 12"); need(view.columns.length === 4, view.columns.length);
	type("kernels", "");
	document.querySelector(".chip.guarded").click();
	need(location.hash === "#states=guarded", location.hash);
	need(names() === "report.bpf.o", names());
	document.querySelector(".chip.guarded").click(); need(location.hash === "", location.hash);

	document.querySelector("tbody .name button").click(); need(document.querySelector(".problem.breaks"), "problems");
	document.querySelector(".problem button").click(); need($("marker"), "the first kernel of a problem");
	[...document.querySelectorAll("thead .series")].pop().click(); need(title().startsWith("debian 13"), title());
	const before = document.documentElement.dataset.theme;
	$("theme").click(); need(document.documentElement.dataset.theme !== before, "theme");

	go("#object=report.bpf.o&kernel=debian+12+x86_64+6.1.0-99-amd64"); need(detail.textContent.includes("No answer: "), "no answer");
	go("#object=report_needs.bpf.o&filter=ktime"); need(names() === "report_needs.bpf.o", names());
	need(detail.textContent.includes("helper ktime_get_tai_ns (since Linux 6.1): this kernel does not have it"), "the reason");
	go("#object=gone.bpf.o&kernel=gone&states=gone"); need(title().startsWith("Click a cell"), title());
}
try { drive(); document.title = "all is well"; } catch (error) { document.title = "wrong: " + error.message; }
</script>
END
awk '/^<\/body>/ { while ((getline line < "driver.js") > 0) print line } { print }' page.html >driven.html
run driven.html
grep -q '<title>all is well</title>' dom || fail "$(grep -o '<title>[^<]*' dom)"

# Names that are markup stay text.
mkdir -p odd/debian/12/x86_64
cp raw/debian/12/x86_64/6.1.0-50-cloud-amd64.btf odd/debian/12/x86_64/6.1.0-0.btf
cp report.bpf.o '</script><img src=x onerror=alert(1)>.bpf.o' 2>/dev/null ||
	cp report.bpf.o '<img src=x onerror=alert(1)>.bpf.o'
status 0 report ./*img*.bpf.o --kernels odd -o odd.html
run odd.html
says dom 'data-ready="yes"'
says_not dom "<img"

# 60 objects on 600 kernels, each with a few variants: under 5 MB, and drawn in under a second.
python3 - <<'END'
import json
page = open("page.html", encoding="utf-8").read()
start = page.index('id="report">') + len('id="report">')
end = page.index("</script>", start)
report = json.loads(page[start:end])
kernels = [kernel for kernel in report["kernels"] if "error" not in kernel]
places = [i for i, kernel in enumerate(report["kernels"]) if "error" not in kernel]
report["kernels"] = [dict(kernels[i * 6 // 600], name=f"{kernels[i * 6 // 600]['name']}-{i}",
                          series=f"{kernels[i * 6 // 600]['series']}.{i // 10}") for i in range(600)]
objects = []
for n in range(60):
    thing = json.loads(json.dumps(report["objects"][n % 2]))
    thing["name"] = f"{n}-{thing['name']}"
    thing["states"] = [thing["states"][places[i * 6 // 600]] for i in range(600)]
    for program in thing["programs"]:
        program["kernels"] = [program["kernels"][places[i * 6 // 600]] for i in range(600)]
        program["variants"] *= 8
    # As large as the objects of bcc: some 60 relocations.
    thing["sites"] *= 10
    objects.append(thing)
report["objects"] = objects
big = page[:start] + json.dumps(report, separators=(",", ":")).replace("<", "\\u003c") + page[end:]
timed = big.replace('"use strict";', '"use strict"; const began = performance.now();').replace(
    'document.documentElement.dataset.ready = "yes";',
    'document.documentElement.dataset.ready = document.body.offsetHeight && Math.round(performance.now() - began);')
assert timed.count("began") == 2
open("big.html", "w", encoding="utf-8").write(timed)
print(len(big))
END
size=$(wc -c <big.html)
[ "$size" -lt 5000000 ] || fail "$size bytes with 60 objects on 600 kernels"
run big.html
took=$(grep -o 'data-ready="[0-9]*"' dom | tr -dc 0-9)
echo "60 objects on 600 kernels: $size bytes, drawn in $took ms"
[ "$took" -lt 1000 ] || fail "drawing took $took ms"
