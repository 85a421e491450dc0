// SPDX-License-Identifier: MIT

package corebtf

import (
	"fmt"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Made-up bundles and kernels with the answers of this package, in the form of the file of cases, for
// the C library to look up, too. In COREBTF_RANDOM, a folder, the first test writes bundles.cases;
// write_lookup_sections makes sections of it; the second test writes random.cases with the answers.

const (
	randomSections = 60
	randomKernels  = 12 // for each
)

var (
	someReleases = []string{"5.4.0-2-generic", "5.4.0-2-generic", "5.4.0-2-generic",
		"5.4.0-1-generic", "5.4.0-10-generic", "6.1.0-1-amd64"}
	someMachines = []string{"x86_64", "x86_64", "x86_64", "x86", "arm64"}
	someIDs      = []string{"", "debian", "ubuntu", "ol", "oracle", "rhel", "linuxmint", "unknown"}
	someVersions = []string{"", "12", "bookworm", "18.04", "20.04", "focal", "8.4", "8", "unknown"}
	someUnames   = []string{"#64-Ubuntu SMP", "#64~18.04.1-Ubuntu SMP", "#1 SMP Debian 6.1.1-1",
		"#1 SMP Debian 6.1.1-1~bpo11+1", "#1 SMP", "#1 SMP", "#2 SMP", "#3 SMP", "#4 SMP"}
	someBuildIDs = []string{"1111111111", "2222222222", "3333333333"}
	someNames    = []string{"x86_64", "x86_64", "x86_64", "amd64", "i686", "aarch64", "armv7l"}
	someLikes    = []string{"", "debian", "ubuntu debian", "rhel fedora", "ol"}
)

type chooser struct{ *rand.Rand }

func (c chooser) one(of []string) string { return of[c.Intn(len(of))] }

// key is " name=value", mostly or, one of often times, nothing.
func (c chooser) key(name string, of []string, often int) string {
	if value := c.one(of); value != "" && c.Intn(often) == 0 {
		return " " + name + "=" + value
	}
	return ""
}

func (c chooser) keys(often int) string {
	return c.key("os", someIDs, 1) + c.key("version", someVersions, 1) +
		c.key("build-id", someBuildIDs, often) + c.key("uname", someUnames, often)
}

func randomFolder(t *testing.T) string {
	folder := os.Getenv("COREBTF_RANDOM")
	if folder == "" {
		t.Skip("COREBTF_RANDOM is not set")
	}
	return folder
}

// sectionText is the same for the same number.
func sectionText(number int) string {
	c := chooser{rand.New(rand.NewSource(int64(number)))}
	text := fmt.Sprintf("bundle random-%d\n", number)
	for i := c.Intn(10); i >= 0; i-- {
		text += fmt.Sprintf("entry %s %s %s%s\n", c.one([]string{"A", "B", "C", "A'"}),
			c.one(someReleases), c.one(someMachines), c.keys(5))
		if i == 5 && c.Intn(4) == 0 {
			text += "next\n"
		}
	}
	return text
}

func TestWriteBundles(t *testing.T) {
	var text strings.Builder
	for number := 0; number < randomSections; number++ {
		text.WriteString(sectionText(number))
	}
	path := filepath.Join(randomFolder(t), "bundles.cases")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// randomKernel returns the lines of a case without its result, mostly for a kernel of the section.
func (c chooser) randomKernel(section string) string {
	release, machine := c.one(someReleases), c.one(someNames)
	lines := strings.Split(strings.TrimSpace(section), "\n")
	if words := strings.Fields(c.one(lines)); words[0] == "entry" {
		release, machine = words[2], words[3]
	}
	if c.Intn(3) == 0 {
		if c.Intn(5) == 0 {
			machine = "-"
		}
		return fmt.Sprintf("wanted %s %s%s\n", release, machine, c.keys(2))
	}
	text := fmt.Sprintf("running %s %s %s\n", release, machine, c.one(someUnames))
	if c.Intn(5) == 0 {
		text += "given" + c.keys(3) + "\n"
	}
	if c.Intn(4) == 0 {
		text += "notes " + c.one(someBuildIDs) + "\n"
	}
	for _, path := range []string{"/etc/os-release", "/proc/1/root/usr/lib/os-release"} {
		if c.Intn(2) == 0 {
			text += fmt.Sprintf("file %s ID=%s\\nVERSION_ID=%s\\nID_LIKE=\"%s\"\\n\n", path,
				c.one(someIDs), c.one(someVersions), c.one(someLikes))
		}
	}
	return text
}

// answer returns the rest of a case: what is read, and the result.
func answer(b *Bundles, k Kernel) (string, error) {
	var log strings.Builder
	b.Log = func(line string) { log.WriteString(line + "\n") }
	text := ""
	got, err := outcome(b, k)
	for _, file := range [][2]string{{"notes", kernelNotes}, {"os-release", "host: os id"}} {
		if strings.Contains(log.String(), file[1]) {
			text += " " + file[0]
		}
	}
	if text != "" {
		text = "reads" + text + "\n"
	}
	switch got {
	case "ambiguous":
		k.First = true
		got, err = outcome(b, k)
	case "none":
		k.Nearest = true
		if got, err = outcome(b, k); got == "none" {
			err = nil
		}
	}
	return text + got + "\n", err
}

func TestWriteRandomCases(t *testing.T) {
	folder := randomFolder(t)
	t.Setenv("HOST_ROOT", "")
	t.Setenv("HOST_ETC", "")
	results := map[string]int{}
	var text strings.Builder
	for number := 0; number < randomSections; number++ {
		text.WriteString(sectionText(number))
		forms, err := filepath.Glob(filepath.Join(folder, fmt.Sprintf("random-%d.*", number)))
		if err != nil || len(forms) == 0 {
			t.Fatalf("section %d was not written", number)
		}
		var bundles []*Bundles
		for _, form := range forms {
			b, err := OpenFile(form)
			if err != nil {
				t.Fatal(err)
			}
			bundles = append(bundles, b)
		}
		c := chooser{rand.New(rand.NewSource(int64(1000 + number)))}
		for i := 0; i < randomKernels; i++ {
			lines := c.randomKernel(sectionText(number))
			r := &caseReader{t: t, current: &lookupCase{}}
			for _, line := range strings.Split(strings.TrimSpace(lines), "\n") {
				word, rest, _ := strings.Cut(line, " ")
				r.read(0, word, rest)
			}
			root, result := r.current.makeRoot(t), ""
			for _, b := range bundles {
				b.host = host{root: root, uname: r.current.running}
				other, err := answer(b, r.current.wanted)
				if err != nil {
					t.Fatalf("%s%s", lines, err)
				}
				if result != "" && other != result {
					// Of all machines the first in the order of the entries, which packed
					// tables have in another one.
					if r.current.wanted.Machine != "" || !strings.Contains(other, "ambiguous") {
						t.Fatalf("%s%s or %s", lines, result, other)
					}
					lines = ""
				}
				result = other
			}
			if lines == "" {
				continue
			}
			fmt.Fprintf(&text, "case %d of %d\n%s%s", i, number, lines, result)
			words := strings.Fields(result[strings.LastIndex(result[:len(result)-1], "\n")+1:])
			results[words[0]+words[len(words)-1]]++
		}
	}
	t.Log(results)
	if len(results) < 8 { // findsbuild-id, findsos, ...
		t.Errorf("only these results occur: %v", results)
	}
	path := filepath.Join(folder, "random.cases")
	if err := os.WriteFile(path, []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
