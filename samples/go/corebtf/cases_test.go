// SPDX-License-Identifier: MIT

package corebtf

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// The cases of lookup, which the C library is tested with, too; the file begins with a description of
// its lines. COREBTF_LOOKUP_SECTIONS is the folder that write_lookup_sections filled.

const casesFile = "../../../tests/runtime/choose/lookup.cases"

type lookupCase struct {
	line           int
	title, section string
	running        *uname
	wanted         Kernel
	notes          []byte
	files          [][3]string // "file" or "link", path, text
	environment    [][2]string
	process        string
	reads, says    string
	result         []string // finds A by os
}

type caseReader struct {
	t       *testing.T
	section string
	current *lookupCase
	cases   []*lookupCase
}

var unescaper = strings.NewReplacer(`\n`, "\n", `\r`, "\r", `\\`, `\`)

// eachLine calls read with the number of a line, its first word and the rest.
func eachLine(t *testing.T, read func(number int, word, rest string)) {
	text, err := os.ReadFile(casesFile)
	if err != nil {
		t.Skipf("the cases of the C library are not here: %v", err)
	}
	for i, line := range strings.Split(string(text), "\n") {
		if line != "" && line[0] != '#' {
			word, rest, _ := strings.Cut(line, " ")
			read(i+1, word, rest)
		}
	}
}

func fromHex(t *testing.T, text string) []byte {
	data, err := hex.DecodeString(text)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// takeKeys reads "os=debian uname=#1 SMP" into a kernel.
func takeKeys(t *testing.T, rest string, k *Kernel) {
	rest, uname, _ := strings.Cut(rest, "uname=")
	k.UnameVersion = uname
	for _, word := range strings.Fields(rest) {
		name, value, _ := strings.Cut(word, "=")
		switch name {
		case "machine":
			k.Machine = value
		case "os":
			k.OSID = value
		case "version":
			k.VersionID = value
		case "build-id":
			k.BuildID = fromHex(t, value)
		case "host-root":
			k.HostRoot = value
		default:
			t.Fatalf("unknown: %s", word)
		}
	}
}

func (r *caseReader) read(number int, word, rest string) {
	c := r.current
	switch word {
	case "bundle":
		r.section = rest
	case "entry", "next", "machine", "distro", "uname", "release", "order", "os-release":
	case "case":
		r.current = &lookupCase{line: number, title: rest, section: r.section}
	case "running":
		words := strings.SplitN(rest, " ", 3)
		c.running = &uname{words[0], words[1], words[2]}
	case "wanted":
		words := append(strings.SplitN(rest, " ", 3), "")
		takeKeys(r.t, words[2], &c.wanted)
		c.wanted.Release, c.wanted.Machine = words[0], strings.TrimPrefix(words[1], "-")
	case "given":
		takeKeys(r.t, rest, &c.wanted)
	case "notes":
		c.notes = fromHex(r.t, rest)
	case "file", "link":
		path, text, _ := strings.Cut(rest, " ")
		c.files = append(c.files, [3]string{word, path, unescaper.Replace(text)})
	case "environment":
		name, value, _ := strings.Cut(rest, " ")
		c.environment = append(c.environment, [2]string{name, value})
	case "process":
		c.process = rest
	case "reads":
		c.reads = rest
	case "says":
		c.says = rest
	case "finds", "ambiguous", "none", "nearest":
		c.result = append([]string{word}, strings.Fields(rest)...)
		r.cases = append(r.cases, c)
	default:
		r.t.Fatalf("line %d: unknown: %s", number, word)
	}
}

// makeRoot writes the made-up host's files.
func (c *lookupCase) makeRoot(t *testing.T) string {
	root := t.TempDir()
	write := func(path string, put func(string) error) {
		full := filepath.Join(root, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := put(full); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range c.files {
		kind, path, text := f[0], f[1], f[2]
		write(path, func(full string) error {
			if kind == "link" {
				return os.Symlink(text, full)
			}
			return os.WriteFile(full, []byte(text), 0o644)
		})
	}
	if c.notes != nil {
		notes := make([]byte, 12, 64)
		hostOrder.PutUint32(notes, 4)
		hostOrder.PutUint32(notes[4:], uint32(len(c.notes)))
		hostOrder.PutUint32(notes[8:], 3)
		notes = append(append(notes, "GNU\x00"...), c.notes...)
		write(kernelNotes, func(full string) error {
			return os.WriteFile(full, append(notes, make([]byte, 32)...), 0o644)
		})
	}
	return root
}

// outcome is what one lookup gives, as the line of the case that expects it.
func outcome(b *Bundles, k Kernel) (string, error) {
	e, err := b.Find(k)
	switch {
	case errors.Is(err, ErrAmbiguous):
		return "ambiguous", err
	case errors.Is(err, ErrNoEntry):
		return "none", err
	case err != nil:
		return "", err
	}
	data, err := e.BTF()
	if e.Match == MatchNearest {
		return "nearest " + e.Release, err
	}
	text := fmt.Sprintf("%s by %s", data, e.Match)
	if e.Ambiguous {
		return "ambiguous " + text, err
	}
	return "finds " + text, err
}

func (c *lookupCase) check(b *Bundles) error {
	var log strings.Builder
	b.Log = func(line string) { log.WriteString(line + "\n") }
	got, err := outcome(b, c.wanted)
	if err != nil {
		log.WriteString(err.Error())
	}
	for file, mark := range map[string]string{"notes": kernelNotes, "os-release": "host: os id"} {
		if strings.Contains(log.String(), mark) != strings.Contains(c.reads, file) {
			return fmt.Errorf("reads %s, or does not:\n%s", file, &log)
		}
	}
	last := c.wanted
	switch c.result[0] {
	case "ambiguous":
		if got != "ambiguous" {
			return fmt.Errorf("%s:\n%s", got, &log)
		}
		last.First = true
	case "none", "nearest":
		if got != "none" {
			return fmt.Errorf("%s:\n%s", got, &log)
		}
		last.Nearest = true
	}
	if got, err = outcome(b, last); err != nil {
		log.WriteString(err.Error())
	}
	// A BTF is written with ' when it is stored another time.
	if want := strings.ReplaceAll(strings.Join(c.result, " "), "'", ""); got != want {
		return fmt.Errorf("%s, not %s:\n%s", got, want, &log)
	}
	if !strings.Contains(log.String(), c.says) {
		return fmt.Errorf("does not say %q:\n%s", c.says, &log)
	}
	return nil
}

func TestCases(t *testing.T) {
	folder := os.Getenv("COREBTF_LOOKUP_SECTIONS")
	if folder == "" {
		t.Skip("COREBTF_LOOKUP_SECTIONS is not set")
	}
	t.Setenv("HOST_ROOT", "")
	t.Setenv("HOST_ETC", "")
	r := &caseReader{t: t}
	eachLine(t, r.read)
	for _, c := range r.cases {
		if c.process != "" && c.process != strconv.Itoa(strconv.IntSize) {
			continue
		}
		t.Run(fmt.Sprintf("line %d %s", c.line, c.title), func(t *testing.T) {
			for _, variable := range c.environment {
				t.Setenv(variable[0], variable[1])
			}
			root := c.makeRoot(t)
			forms, err := filepath.Glob(filepath.Join(folder, c.section+".*"))
			if err != nil || len(forms) != 4 {
				t.Fatalf("%d forms of bundle %s", len(forms), c.section)
			}
			for _, form := range forms {
				b, err := OpenFile(form)
				if err != nil {
					t.Fatal(err)
				}
				b.host = host{root: root, uname: c.running}
				if err := c.check(b); err != nil {
					t.Errorf("%s: %v", filepath.Base(form), err)
				}
			}
		})
	}
	if len(r.cases) < 100 {
		t.Errorf("only %d cases", len(r.cases))
	}
}

// sides splits "distro ol | 7.9 = ol | 7" behind its first word; "-" is "".
func sides(rest string) (left, right [2]string) {
	at := strings.LastIndex(rest, " = ")
	split := func(text string) (parts [2]string) {
		parts[0], parts[1], _ = strings.Cut(text, " | ")
		for i, part := range parts {
			if parts[i] = unescaper.Replace(part); part == "-" {
				parts[i] = ""
			}
		}
		return parts
	}
	return split(rest[:at]), split(rest[at+3:])
}

func TestNames(t *testing.T) {
	got := func(word string, left [2]string) [2]string {
		switch word {
		case "machine":
			name := canonicalMachine(left[0])
			return [2]string{name, machineSiblings[name]}
		case "distro":
			d := normaliseDistro(left[0], left[1])
			return [2]string{d.id, d.version}
		case "uname":
			hint, ok := distroFromUname(left[0])
			if !ok {
				return [2]string{"nothing"}
			}
			if hint.native {
				hint.version += "native"
			}
			return [2]string{hint.id, hint.version}
		case "release":
			r, ok := readRelease(left[0])
			if !ok {
				return [2]string{"nothing"}
			}
			return [2]string{r.pattern}
		case "os-release":
			r := parseOSRelease(left[0])
			return [2]string{r.id, r.versionID}
		}
		return [2]string{word}
	}
	counts := map[string]int{}
	eachLine(t, func(number int, word, rest string) {
		switch word {
		case "order":
			checkOrder(t, number, strings.Split(rest, " < "))
		case "machine", "distro", "uname", "release", "os-release":
			left, right := sides(rest)
			if name := got(word, left); name != right {
				t.Errorf("line %d: %s %q is %q", number, word, left, name)
			}
		}
		counts[word]++
	})
	for word, least := range map[string]int{"machine": 40, "distro": 90, "uname": 15, "release": 25,
		"os-release": 25, "order": 3} {
		if counts[word] < least {
			t.Errorf("only %d of %s", counts[word], word)
		}
	}
}

func checkOrder(t *testing.T, number int, names []string) {
	for i, left := range names {
		for j, right := range names {
			a, okA := readRelease(left)
			b, okB := readRelease(right)
			order := a.compare(b)
			if !okA || !okB || a.pattern != b.pattern || (order < 0) != (i < j) ||
				(order > 0) != (i > j) {
				t.Errorf("line %d: %s and %s: %d", number, left, right, order)
			}
		}
	}
}
