// SPDX-License-Identifier: MIT

package corebtf

import (
	"os"
	"reflect"
	"regexp"
	"testing"
)

// The tables of names are those of the C library: a name that is added there alone fails here.

// cTable returns the strings of each row of an array in a C source.
func cTable(t *testing.T, file, name string) [][]string {
	source, err := os.ReadFile("../../../runtime/kernel/" + file)
	if err != nil {
		t.Skipf("the source of the C library is not here: %v", err)
	}
	body := regexp.MustCompile(`(?s)` + name + `\[\] = \{(.*?)\n\};`).FindSubmatch(source)
	if body == nil {
		t.Fatalf("%s has no array %s", file, name)
	}
	var rows [][]string
	for _, row := range regexp.MustCompile(`\{([^{}]*)\}`).FindAllSubmatch(body[1], -1) {
		var words []string
		for _, word := range regexp.MustCompile(`[^\s,"]+`).FindAll(row[1], -1) {
			words = append(words, string(word))
		}
		rows = append(rows, words)
	}
	return rows
}

func TestTablesAreThoseOfTheCLibrary(t *testing.T) {
	rules := map[string]versionRule{
		"VERSION_WHOLE": versionWhole, "VERSION_MAJOR": versionMajor,
		"VERSION_MAJOR_MINOR": versionMajorMinor, "VERSION_SUSE": versionSUSE,
		"VERSION_AMAZON": versionAmazon,
	}
	machines, siblings, codes := map[string]string{}, map[string]string{}, map[string]string{}
	distros := map[string]distroName{}
	for _, row := range cTable(t, "machine.c", "aliases") {
		machines[row[0]] = row[1]
	}
	for _, row := range cTable(t, "machine.c", "siblings") {
		siblings[row[0]] = row[1]
	}
	for _, row := range cTable(t, "distro.c", "names") {
		rule, ok := rules[row[2]]
		if !ok {
			t.Errorf("a rule for versions that is not known here: %s", row[2])
		}
		distros[row[0]] = distroName{row[1], rule}
	}
	for _, row := range cTable(t, "distro.c", "codenames") {
		codes[row[0]+" "+row[1]] = row[2]
	}
	for _, table := range []struct {
		name    string
		ours, c any
	}{
		{"machineNames", machineNames, machines}, {"machineSiblings", machineSiblings, siblings},
		{"distroNames", distroNames, distros}, {"codenames", codenames, codes},
	} {
		if !reflect.DeepEqual(table.ours, table.c) {
			t.Errorf("%s differs:\n%v\nin C:\n%v", table.name, table.ours, table.c)
		}
	}
}
