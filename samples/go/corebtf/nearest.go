// SPDX-License-Identifier: MIT

package corebtf

import "fmt"

// A kernel without an entry in; what is known next to it out, and a neighbour's entry where that is
// asked for: between known kernels of its series and flavour that all have one BTF. A kernel of the
// wanted one's version (the same release with another build-id) is on neither side, but its BTF
// counts.

type neighbours struct {
	wanted       release
	hasSeries    bool // wanted was understood
	entries      int  // all of them; those of the machine, of the release too, of the series
	ofMachine    int
	ofRelease    int
	ofSeries     int
	others       int    // of the series, with another BTF than the nearest
	otherMachine string // has this very release
	below, above *Entry // the newest that is older, the oldest that is newer
}

// isMachine: equal, or the 64-bit sibling; every one when it is not known.
func isMachine(k *kernel, machine string) bool {
	return k.machine == "" || machine == k.machine || machine == machineSiblings[k.machine]
}

func eachEntry(bundles []*bundle, look func(Entry) error) error {
	for _, b := range bundles {
		for number := uint32(0); number < b.entries.count; number++ {
			e, err := b.entry(number)
			if err == nil {
				err = look(e)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (n *neighbours) isOfSeries(k *kernel, e *Entry) (release, bool) {
	if !n.hasSeries || !isMachine(k, e.Machine) {
		return release{}, false
	}
	r, ok := readRelease(e.Release)
	return r, ok && r.pattern == n.wanted.pattern
}

func (n *neighbours) count(k *kernel, e Entry) {
	n.entries++
	if isMachine(k, e.Machine) {
		n.ofMachine++
		if e.Release == k.release {
			n.ofRelease++
		}
	} else if e.Release == k.release {
		n.otherMachine = e.Machine
	}
	r, ok := n.isOfSeries(k, &e)
	if !ok {
		return
	}
	n.ofSeries++
	order := r.compare(n.wanted)
	// The releases of below and above were read before.
	if order < 0 {
		if n.below != nil {
			if other, _ := readRelease(n.below.Release); r.compare(other) <= 0 {
				return
			}
		}
		n.below = &e
	}
	if order > 0 {
		if n.above != nil {
			if other, _ := readRelease(n.above.Release); r.compare(other) >= 0 {
				return
			}
		}
		n.above = &e
	}
}

func survey(bundles []*bundle, k *kernel) (*neighbours, error) {
	n := &neighbours{}
	n.wanted, n.hasSeries = readRelease(k.release)
	err := eachEntry(bundles, func(e Entry) error {
		n.count(k, e)
		return nil
	})
	nearest := n.nearest()
	if err != nil || nearest == nil {
		return n, err
	}
	return n, eachEntry(bundles, func(e Entry) error {
		if _, ok := n.isOfSeries(k, &e); !ok {
			return nil
		}
		same, err := sameBTF(nearest, &e)
		if !same {
			n.others++
		}
		return err
	})
}

// nearest is the one below, or else the one above.
func (n *neighbours) nearest() *Entry {
	if n.below != nil {
		return n.below
	}
	return n.above
}

func (n *neighbours) String() string {
	switch {
	case !n.hasSeries:
		return "its release is of no known form"
	case n.nearest() == nil:
		kind := "kernel"
		if n.ofSeries > 0 {
			kind = "release"
		}
		return fmt.Sprintf("no other %s of its series and flavour %s", kind, n.wanted.pattern)
	}
	names := n.nearest().Release
	if n.below != nil && n.above != nil {
		names += " and " + n.above.Release
	}
	return fmt.Sprintf("of its series and flavour %s there are %d, nearest %s, %d of them with "+
		"another BTF than %s", n.wanted.pattern, n.ofSeries, names, n.others,
		n.nearest().Release)
}

// chooseNeighbour is for a kernel without an entry. Only bundles whose tables are intact can say so.
func chooseNeighbour(bundles []*bundle, k *kernel, wanted bool) (Entry, error) {
	for _, b := range bundles {
		if err := b.checkTables(); err != nil {
			return Entry{}, err
		}
	}
	n, err := survey(bundles, k)
	if err != nil {
		return Entry{}, err
	}
	if wanted && n.below != nil && n.above != nil && n.others == 0 {
		e := *n.below
		e.Match = MatchNearest
		k.log("no BTF for release %s on machine %s; %v: chosen as the nearest: that of %s",
			k.release, orAny(k.machine), n, e.Release)
		return e, nil
	}
	if n.otherMachine != "" {
		k.log("release %s is there, but for machine %s", k.release, n.otherMachine)
	}
	if n.ofRelease > 0 {
		return Entry{}, fail(ErrNoEntry, "no BTF for this build of release %s on machine %s: the %d "+
			"there are contradict it (%v); embed this kernel's BTF as well", k.release,
			orAny(k.machine), n.ofRelease, n)
	}
	return Entry{}, fail(ErrNoEntry, "no BTF for release %s on machine %s (%d of %d entries are for "+
		"that machine; %v); embed this kernel's BTF as well", k.release, orAny(k.machine),
		n.ofMachine, n.entries, n)
}
