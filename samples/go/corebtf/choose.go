// SPDX-License-Identifier: MIT

package corebtf

import (
	"bytes"
	"fmt"
)

// The entries of all bundles in, the one for this kernel out, or a refusal: the wrong kernel's BTF
// loads without an error and prints garbage. docs/lookup.md has the rule as a whole. An entry that
// contradicts the kernel is out. As long as entries with different BTFs are in the lead together,
// one more key is compared, in a round over the same few entries.

type key int

const (
	keyBuildID key = iota
	keyUnameVersion
	keyUnameDistro
	keyOS
	keyOSLike
	keyCount
)

var keyNames = [keyCount]string{
	"build-id", "uname -v", "the distribution that uname -v names", "os id and version id",
	"ID_LIKE of os-release",
}

// rank is how well an entry agrees on each key; the first key that differs decides.
type rank [keyCount]uint32

func (r rank) compare(other rank) int {
	for i := range r {
		if r[i] != other[i] {
			if r[i] < other[i] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// candidate is an entry and its place, for messages.
type candidate struct {
	Entry
	number uint32
}

func (c *candidate) String() string {
	known := func(text string) string {
		if text == "" {
			return "-"
		}
		return text
	}
	return fmt.Sprintf("bundle %d, entry %d (BTF %d, os %s %s, version %s, build-id %s)",
		c.bundle.number, c.number, c.blob, known(c.OSID), known(c.VersionID),
		known(c.UnameVersion), known(fmt.Sprintf("%x", c.BuildID)))
}

// ranking is the state of one choice.
type ranking struct {
	bundles []*bundle
	kernel  *kernel
	lastKey key // of this round
	hint    distroHint
	hasHint bool
	os      distro // the kernel's

	knowsUnameVersion bool // some candidate does
	anyOut            bool // some candidate contradicts the kernel
	found, ambiguous  bool
	rank              rank
	best, rival       candidate
}

// 0: another build; 1: not known on one side; 2: this one.
func (r *ranking) rankBuildID(c *candidate) uint32 {
	if len(c.BuildID) == 0 {
		return 1
	}
	r.kernel.learnBuildID()
	if len(r.kernel.buildID) == 0 {
		return 1
	}
	if bytes.Equal(r.kernel.buildID, c.BuildID) {
		return 2
	}
	return 0
}

func (r *ranking) rankUnameVersion(c *candidate) uint32 {
	if r.kernel.unameVersion == "" || c.UnameVersion == "" {
		return 1
	}
	if r.kernel.unameVersion == c.UnameVersion {
		return 2
	}
	return 0
}

// 0: another distribution or version of it; 1: not known; 2: the distribution; from 3 on: its
// version, or for a native kernel the newer the better.
func (r *ranking) rankUnameDistro(c *candidate) uint32 {
	if !r.hasHint {
		return 1
	}
	d := normaliseDistro(c.OSID, c.VersionID)
	switch {
	case d.id == "":
		return 1
	case d.id != r.hint.id:
		return 0
	case d.version == "":
		return 2
	case r.hint.native:
		return 3 + versionNumber(d.version)
	case r.hint.version == "":
		return 2
	case d.version == r.hint.version:
		return 3
	}
	return 0
}

func (r *ranking) rankOS(c *candidate) uint32 {
	d := normaliseDistro(c.OSID, c.VersionID)
	switch {
	case d.id == "" || d.id != r.os.id:
		return 0
	case d.version != "" && d.version == r.os.version:
		return 2
	}
	return 1
}

// How early id stands in ID_LIKE, the higher the earlier; 0: it does not. Versions of relatives
// cannot be compared.
func (r *ranking) rankOSLike(id string) uint32 {
	for i, like := range r.kernel.os.idLike {
		if id != "" && normaliseDistro(like, "").id == id {
			return uint32(osReleaseValueSize - i)
		}
	}
	return 0
}

// isDerived says whether the host's own distribution is id, and says that it is made from parent.
func (r *ranking) isDerived(id, parent string) bool {
	r.kernel.learnOS()
	return normaliseDistro(r.kernel.os.id, "").id == id && r.rankOSLike(parent) > 0
}

// contradiction says where the candidate contradicts the kernel; "": nowhere. When a stronger key
// agrees, weaker ones are not compared. Another distribution in os-release is no contradiction, as
// that file may be a container's. Another one in `uname -v` is, unless it is the parent of the
// host's distribution: Linux Mint has Ubuntu's kernels.
func (r *ranking) contradiction(c *candidate) string {
	switch r.rankBuildID(c) {
	case 0:
		return "its build-id is not this kernel's"
	case 2:
		return ""
	}
	switch r.rankUnameVersion(c) {
	case 0:
		return "its uname -v is not this kernel's"
	case 2:
		return ""
	}
	d := normaliseDistro(c.OSID, c.VersionID)
	switch {
	case !r.hasHint || d.id == "":
		return ""
	case d.id != r.hint.id:
		if r.isDerived(d.id, r.hint.id) {
			return ""
		}
		return "this kernel's uname -v names another distribution"
	case d.version != "" && r.hint.version != "" && d.version != r.hint.version:
		return "this kernel's uname -v names another version of its distribution"
	}
	return ""
}

func (r *ranking) read(c *candidate) rank {
	values := [keyCount]func() uint32{
		func() uint32 { return r.rankBuildID(c) },
		func() uint32 { return r.rankUnameVersion(c) },
		func() uint32 { return r.rankUnameDistro(c) },
		func() uint32 { return r.rankOS(c) },
		func() uint32 { return r.rankOSLike(normaliseDistro(c.OSID, "").id) },
	}
	var result rank
	for key := keyBuildID; key <= r.lastKey; key++ {
		result[key] = values[key]()
	}
	return result
}

func (r rank) match() Match {
	switch {
	case r[keyBuildID] > 1:
		return MatchBuildID
	case r[keyUnameVersion] > 1 || r[keyUnameDistro] > 1:
		return MatchUnameVersion
	case r[keyOS] > 0 || r[keyOSLike] > 0:
		return MatchOS
	}
	return MatchRelease
}

func (r *ranking) consider(c candidate) error {
	if against := r.contradiction(&c); against != "" {
		r.anyOut = true
		if r.lastKey == keyBuildID {
			r.kernel.log("%v: out: %s", &c, against)
		}
		return nil
	}
	rank := r.read(&c)
	if c.UnameVersion != "" {
		r.knowsUnameVersion = true
	}
	r.kernel.log("%v: fits, by %s", &c, rank.match())
	order := 1
	if r.found {
		order = rank.compare(r.rank)
	}
	switch {
	case order > 0:
		r.found, r.ambiguous, r.rank, r.best = true, false, rank, c
	case order == 0:
		same, err := sameBTF(&r.best.Entry, &c.Entry)
		if err != nil {
			return err
		}
		if !same {
			r.ambiguous, r.rival = true, c
		}
	}
	return nil
}

// prepare gets what the next round compares, and says whether there is anything to compare.
func (r *ranking) prepare(key key) bool {
	switch key {
	case keyUnameVersion:
		return r.kernel.unameVersion != "" && r.knowsUnameVersion
	case keyUnameDistro:
		return r.hasHint
	case keyOS:
		r.kernel.learnOS()
		r.os = normaliseDistro(r.kernel.os.id, r.kernel.os.versionID)
		return r.os.id != ""
	case keyOSLike:
		r.kernel.learnOS()
		return len(r.kernel.os.idLike) > 0
	}
	return true
}

// round considers every entry of the kernel's release and this machine ("": of every machine).
func (r *ranking) round(machine string) error {
	r.found, r.ambiguous = false, false
	for _, b := range r.bundles {
		first, end := uint32(0), b.entries.count
		if machine != "" {
			var err error
			if first, end, err = b.findEntries(r.kernel.release, machine); err != nil {
				return err
			}
		}
		for number := first; number < end; number++ {
			e, err := b.entry(number)
			if err != nil {
				return err
			}
			if e.Release != r.kernel.release || (machine != "" && e.Machine != machine) {
				continue
			}
			if err := r.consider(candidate{e, number}); err != nil {
				return err
			}
		}
	}
	return nil
}

func orAny(machine string) string {
	if machine == "" {
		return "any"
	}
	return machine
}

func (r *ranking) chooseForMachine(machine string) error {
	r.lastKey = keyBuildID
	r.kernel.log("looking for release %s, machine %s", r.kernel.release, orAny(machine))
	err := r.round(machine)
	for key := keyBuildID + 1; err == nil && r.ambiguous && key < keyCount; key++ {
		if !r.prepare(key) {
			r.kernel.log("entries with different BTFs fit: %s is not known here, or of none of them",
				keyNames[key])
			continue
		}
		r.kernel.log("entries with different BTFs fit: comparing %s", keyNames[key])
		r.lastKey = key
		err = r.round(machine)
	}
	return err
}

// choose returns the entry for a kernel.
func choose(bundles []*bundle, k *kernel, first, nearest bool) (Entry, error) {
	r := &ranking{bundles: bundles, kernel: k}
	r.hint, r.hasHint = distroFromUname(k.unameVersion)
	err := r.chooseForMachine(k.machine)
	// Under setarch, uname gives a 32-bit name for a 64-bit kernel.
	if sibling := machineSiblings[k.machine]; err == nil && !r.found && sibling != "" {
		err = r.chooseForMachine(sibling)
	}
	if err != nil {
		return Entry{}, err
	}
	if !r.found {
		return chooseNeighbour(bundles, k, nearest)
	}
	if r.ambiguous && !first {
		return Entry{}, fail(ErrAmbiguous, "there are different BTFs for release %s on machine %s, "+
			"and nothing tells which of them is this kernel's: %v fits, and %v fits as well; a "+
			"build-id in them would tell, which vmlinux, vmlinuz and packages have, and files "+
			"named RELEASE.btf do not: embed those, or this kernel's distribution alone",
			k.release, orAny(k.machine), &r.best, &r.rival)
	}
	// Others are out by uname -v, so it also counts for this one.
	if r.anyOut && r.lastKey < keyUnameDistro {
		r.lastKey = keyUnameDistro
		r.rank = r.read(&r.best)
	}
	e := r.best.Entry
	e.Match, e.Ambiguous = r.rank.match(), r.ambiguous
	k.log("chosen: %v, by %s", &r.best, e.Match)
	return e, nil
}
