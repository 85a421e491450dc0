// SPDX-License-Identifier: MIT

package corebtf

import "strings"

// One name and one version for one distribution. The tables are those of runtime/kernel/distro.c,
// which a test compares.

const (
	distroNameSize = 64 // a name that does not fit is not known, as in C
	unknown        = "unknown"
)

type versionRule int

const (
	versionWhole      versionRule = iota
	versionMajor                  // 8.4, 7.x: the first number
	versionMajorMinor             // 20.04.6: the first two
	versionSUSE                   // 15-SP4 is 15.4
	versionAmazon                 // 2014.03 to 2018.03 were Amazon Linux 1
)

type distroName struct {
	id   string
	rule versionRule
}

var distroNames = map[string]distroName{
	"debian":        {"debian", versionMajor},
	"ubuntu":        {"ubuntu", versionMajorMinor},
	"fedora":        {"fedora", versionMajor},
	"rhel":          {"rhel", versionMajor},
	"redhat":        {"rhel", versionMajor},
	"centos":        {"centos", versionMajor},
	"centos-stream": {"centos", versionMajor},
	"ol":            {"ol", versionMajor},
	"oracle":        {"ol", versionMajor},
	"oraclelinux":   {"ol", versionMajor},
	"oracle-linux":  {"ol", versionMajor},
	"almalinux":     {"almalinux", versionMajor},
	"alma":          {"almalinux", versionMajor},
	"rocky":         {"rocky", versionMajor},
	"rockylinux":    {"rocky", versionMajor},
	"amzn":          {"amzn", versionAmazon},
	"amazon":        {"amzn", versionAmazon},
	"amazonlinux":   {"amzn", versionAmazon},
	"amazon-linux":  {"amzn", versionAmazon},
	"sles":          {"sles", versionSUSE},
	"sles_sap":      {"sles", versionSUSE},
	"sled":          {"sles", versionSUSE},
	"sle_hpc":       {"sles", versionSUSE},
	"suse":          {"sles", versionSUSE},
	"opensuse-leap": {"opensuse-leap", versionMajorMinor},
	"opensuse":      {"opensuse-leap", versionMajorMinor},
	"leap":          {"opensuse-leap", versionMajorMinor},
}

// By "id codename".
var codenames = map[string]string{
	"debian wheezy": "7", "debian jessie": "8", "debian stretch": "9", "debian buster": "10",
	"debian bullseye": "11", "debian bookworm": "12", "debian trixie": "13", "debian forky": "14",
	"debian duke":    "15",
	"ubuntu precise": "12.04", "ubuntu trusty": "14.04", "ubuntu utopic": "14.10",
	"ubuntu vivid": "15.04", "ubuntu wily": "15.10", "ubuntu xenial": "16.04",
	"ubuntu yakkety": "16.10", "ubuntu zesty": "17.04", "ubuntu artful": "17.10",
	"ubuntu bionic": "18.04", "ubuntu cosmic": "18.10", "ubuntu disco": "19.04",
	"ubuntu eoan": "19.10", "ubuntu focal": "20.04", "ubuntu groovy": "20.10",
	"ubuntu hirsute": "21.04", "ubuntu impish": "21.10", "ubuntu jammy": "22.04",
	"ubuntu kinetic": "22.10", "ubuntu lunar": "23.04", "ubuntu mantic": "23.10",
	"ubuntu noble": "24.04", "ubuntu oracular": "24.10", "ubuntu plucky": "25.04",
	"ubuntu questing": "25.10", "ubuntu resolute": "26.04",
}

// distro is a distribution by its one name; "" is not known.
type distro struct{ id, version string }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func countDigits(text string) int {
	n := 0
	for n < len(text) && isDigit(text[n]) {
		n++
	}
	return n
}

// lowerName: ASCII only, since a locale must not change which names are equal.
func lowerName(name string) string {
	if len(name) >= distroNameSize {
		return ""
	}
	lower := []byte(name)
	for i, c := range lower {
		if c >= 'A' && c <= 'Z' {
			lower[i] = c - 'A' + 'a'
		}
	}
	if string(lower) == unknown { // what `corebtf convert` calls a folder when it is not known
		return ""
	}
	return string(lower)
}

// cutVersion cuts a version, which starts with a digit, to what tells kernels apart.
func cutVersion(rule versionRule, version string) string {
	major := countDigits(version)
	if rule == versionSUSE { // "15-sp4", "15 sp4": the number after the letters is the second
		at := major
		if at < len(version) && strings.IndexByte("- _", version[at]) >= 0 {
			at++
		}
		if strings.HasPrefix(version[at:], "sp") && countDigits(version[at+2:]) > 0 {
			version = version[:major] + "." + version[at+2:]
		}
	}
	switch rule {
	case versionWhole:
		return version
	case versionAmazon:
		version = version[:major]
		if major == 4 && version >= "2010" && version <= "2018" {
			return "1"
		}
		return version
	case versionMajor:
		return version[:major]
	}
	if major < len(version) && version[major] == '.' {
		if minor := countDigits(version[major+1:]); minor > 0 {
			return version[:major+1+minor]
		}
	}
	return version[:major]
}

// normaliseDistro takes os-release's ID and VERSION_ID, or the names of an archive's folders.
func normaliseDistro(id, versionID string) distro {
	d := distro{lowerName(id), lowerName(versionID)}
	rule := versionWhole
	if name, ok := distroNames[d.id]; ok {
		d.id, rule = name.id, name.rule
	}
	letters := 0
	for letters < len(d.version) && d.version[letters] >= 'a' && d.version[letters] <= 'z' {
		letters++
	}
	if number, ok := codenames[d.id+" "+d.version[:letters]]; ok {
		d.version = number
	} else if countDigits(d.version) > 0 {
		d.version = cutVersion(rule, d.version)
	}
	return d
}

// distroHint is what `uname -v` says of the distribution that built the kernel.
type distroHint struct {
	distro
	// Built for the release whose own series it is. Its version is not known then, but it is the
	// newest of those that fit.
	native bool
}

// distroFromUname reads "#64~18.04.1-Ubuntu SMP ..." and "... Debian 5.10.127-2~bpo10+1 ...".
func distroFromUname(unameVersion string) (distroHint, bool) {
	word, _, _ := strings.Cut(unameVersion, " ")
	if strings.HasSuffix(word, "-Ubuntu") && len(word) < distroNameSize {
		_, version, backport := strings.Cut(strings.TrimSuffix(word, "-Ubuntu"), "~")
		hint := distroHint{normaliseDistro("ubuntu", version), !backport}
		if countDigits(hint.version) == 0 { // a private build
			hint.version = ""
		}
		return hint, true
	}
	_, rest, found := strings.Cut(unameVersion, " Debian ")
	if !found {
		return distroHint{}, false
	}
	built, _, _ := strings.Cut(rest, " ")
	hint := distroHint{distro: distro{id: "debian"}}
	for _, mark := range []string{"~bpo", "~deb"} {
		_, version, _ := strings.Cut(built, mark)
		if digits := countDigits(version); digits > 0 && digits < distroNameSize {
			hint.distro = normaliseDistro("debian", version[:digits])
		}
	}
	return hint, true
}

// versionNumber is the first two numbers of a version, to compare which is newer.
func versionNumber(version string) uint32 {
	var parts [2]uint32
	for i := 0; i < 2 && countDigits(version) > 0; i++ {
		for ; version != "" && isDigit(version[0]); version = version[1:] {
			if parts[i] < 10000 {
				parts[i] = parts[i]*10 + uint32(version[0]-'0')
			}
		}
		version = strings.TrimPrefix(version, ".")
	}
	return parts[0]*100000 + parts[1]
}
