// SPDX-License-Identifier: MIT

package corebtf

import "strings"

// Release and machine in, a run of checked entries out.

// Match says what made an entry the chosen one.
type Match int

// In the order and with the numbers of C's enum corebtf_match.
const (
	MatchNone         Match = iota
	MatchBuildID            // release, machine and build-id
	MatchUnameVersion       // uname -v, or the distribution that it names, broke the tie
	MatchOS                 // os-release broke the tie
	MatchRelease            // release and machine
	MatchNearest            // a neighbour's entry, not this kernel's: Kernel.Nearest
)

func (m Match) String() string {
	return [...]string{"none", "build-id", "uname-v", "os", "release", "nearest"}[m]
}

// Entry is one kernel that has a BTF. Strings that are not known are empty.
type Entry struct {
	Release      string
	Machine      string // by its canonical name: x86_64, arm64
	OSID         string
	VersionID    string
	UnameVersion string
	BuildID      []byte

	Match     Match
	Ambiguous bool // an entry with another BTF fits as well: Kernel.First

	bundle *bundle
	blob   uint32
}

// The hash by which entries are sorted: FNV-1a over the release, one zero byte and the machine.
func hashOf(release, machine string) uint32 {
	hash := uint32(2166136261)
	for _, c := range []byte(release + "\x00" + machine) {
		hash = (hash ^ uint32(c)) * 16777619
	}
	return hash
}

// The hash as stored: not checked.
func (b *bundle) storedHash(number uint32) uint32 { return b.u32(b.record(&b.entries, number), 0) }

// entry reads and checks an entry; the number is below the count.
func (b *bundle) entry(number uint32) (Entry, error) {
	record := b.record(&b.entries, number)
	texts := make([]string, 5)
	for i := range texts {
		text, ok := b.text(b.u32(record, 8+4*uint32(i)))
		if !ok {
			return Entry{}, b.damaged("entry %d: a string is not inside the strings", number)
		}
		texts[i] = text
	}
	if err := b.checkSum("entry", number, record, texts...); err != nil {
		return Entry{}, err
	}
	e := Entry{
		Release: texts[0], Machine: texts[1], OSID: texts[2], VersionID: texts[3],
		UnameVersion: texts[4], bundle: b, blob: b.u32(record, 4),
	}
	if e.Release == "" || e.Machine == "" {
		return Entry{}, b.damaged("entry %d: no release or no machine", number)
	}
	if !b.isPacked() && hashOf(e.Release, e.Machine) != b.storedHash(number) {
		return Entry{}, b.damaged("entry %d: the hash is not that of %s on %s", number, e.Release,
			e.Machine)
	}
	size := b.u32(record, 28)
	if size > buildIDSize {
		return Entry{}, b.damaged("entry %d: a build-id of %d bytes", number, size)
	}
	e.BuildID = append([]byte(nil), record[32:32+size]...)
	if e.blob >= b.blobs.count {
		return Entry{}, b.damaged("entry %d: blob %d is past the last (%d there are)", number,
			e.blob, b.blobs.count)
	}
	return e, nil
}

// findEntries returns the range of entries that may have this release and machine.
func (b *bundle) findEntries(release, machine string) (first, end uint32, err error) {
	if b.isPacked() {
		return b.findByNames(release, machine)
	}
	hash := hashOf(release, machine)
	first, _ = b.search(func(number uint32) (bool, error) {
		return b.storedHash(number) < hash, nil
	})
	// The search reads hashes without their checksums; the entries on either side are checked too.
	start := first
	if start > 0 {
		start--
	}
	for number := start; number < b.entries.count; number++ {
		if _, err := b.entry(number); err != nil {
			return 0, 0, err
		}
		found := b.storedHash(number)
		if (number < first && found >= hash) || (number >= first && found < hash) {
			return 0, 0, b.damaged("entry %d: not sorted by hash", number)
		}
		if found > hash {
			break
		}
		if number >= first {
			end = number + 1
		}
	}
	if end < first {
		end = first
	}
	return first, end, nil
}

// findByNames searches packed tables, whose entries are sorted by release and machine.
func (b *bundle) findByNames(release, machine string) (first, end uint32, err error) {
	order := func(number uint32) (int, error) {
		e, err := b.entry(number)
		if order := strings.Compare(e.Release, release); order != 0 {
			return order, err
		}
		return strings.Compare(e.Machine, machine), err
	}
	first, err = b.search(func(number uint32) (bool, error) {
		order, err := order(number)
		return order < 0, err
	})
	if err != nil {
		return 0, 0, err
	}
	end, err = b.search(func(number uint32) (bool, error) {
		order, err := order(number)
		return order <= 0, err
	})
	return first, end, err
}

// search returns the first entry that is not before what is searched for.
func (b *bundle) search(before func(uint32) (bool, error)) (uint32, error) {
	first, end := uint32(0), b.entries.count
	for first < end {
		middle := first + (end-first)/2
		isBefore, err := before(middle)
		if err != nil {
			return 0, err
		}
		if isBefore {
			first = middle + 1
		} else {
			end = middle
		}
	}
	return first, nil
}
