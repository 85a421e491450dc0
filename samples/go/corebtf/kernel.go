// SPDX-License-Identifier: MIT

package corebtf

import "strconv"

// Kernel says which kernel to look for; the zero value is the running one. What is empty is asked of
// the kernel and the host: uname(2), /sys/kernel/notes, os-release. But when Release is given, the
// rest is taken as given, and what is empty is not known and not compared.
type Kernel struct {
	Release      string // as uname -r
	Machine      string // as uname -m, or as BTFHub names it
	UnameVersion string // as uname -v
	OSID         string // os-release's ID; OSID and VersionID belong together
	VersionID    string
	BuildID      []byte // the kernel's GNU build-id
	HostRoot     string // where the host's / is seen from a container

	// Nearest: a kernel without an entry gets a neighbour's, when there are known kernels of its
	// series and flavour below and above it, and all of these have one BTF.
	Nearest bool
	// First: of several entries with different BTFs that nothing tells apart, the first.
	First bool
}

type logger func(format string, arguments ...any)

// kernel is what is known of the wanted kernel. What has to be read from a file is learned when a
// choice needs it.
type kernel struct {
	release, machine, unameVersion string

	host         *host // nil: another kernel, there is nothing to learn
	log          logger
	knowsBuildID bool
	knowsOS      bool
	buildID      []byte
	os           osRelease
}

func identify(h *host, given Kernel, log logger) (*kernel, error) {
	k := &kernel{log: log}
	if given.Release == "" {
		k.host = h
		u, err := h.identity()
		if err != nil {
			return nil, err
		}
		log("running kernel: release %s, machine %s, version %s (uname)", u.release, u.machine,
			u.version)
		// Under setarch uname reports a 32-bit machine to every process. One of 64 bits knows
		// that this cannot be.
		sibling := machineSiblings[canonicalMachine(u.machine)]
		if strconv.IntSize == 64 && sibling != "" {
			u.machine = sibling
		}
		k.release, k.machine, k.unameVersion = u.release, u.machine, u.version
	}
	for _, option := range []struct {
		to    *string
		given string
	}{{&k.release, given.Release}, {&k.machine, given.Machine},
		{&k.unameVersion, given.UnameVersion}} {
		if option.given != "" {
			*option.to = option.given
		}
	}
	// The id of one distribution is not mixed with the version of another.
	if given.OSID != "" || given.VersionID != "" {
		k.os.id, k.os.versionID, k.knowsOS = given.OSID, given.VersionID, true
	}
	if len(given.BuildID) > 0 {
		k.buildID, k.knowsBuildID = given.BuildID, true
	}
	k.machine = canonicalMachine(k.machine)
	return k, nil
}

// learnBuildID reads /sys/kernel/notes, once, unless the build-id was given.
func (k *kernel) learnBuildID() {
	if k.host == nil || k.knowsBuildID {
		return
	}
	k.knowsBuildID = true
	notes, err := k.host.read(kernelNotes)
	if err == nil {
		k.buildID = buildIDFromNotes(notes)
	}
	k.log("running kernel: build-id %x (%s)", k.buildID, kernelNotes)
}

// learnOS reads the host's os-release, once, unless id or version id was given.
func (k *kernel) learnOS() {
	if k.host == nil || k.knowsOS {
		return
	}
	k.knowsOS = true
	k.os = k.host.osRelease(k.log)
	k.log("host: os id %s, version id %s (%s)", k.os.id, k.os.versionID, k.os.source)
}

// buildIDFromNotes walks notes: { u32 namesz, descsz, type; name and desc, each padded to 4 }.
func buildIDFromNotes(notes []byte) []byte {
	const buildID, longest = 3, 64
	for len(notes) >= 12 {
		nameSize, descSize := uint64(hostOrder.Uint32(notes)), uint64(hostOrder.Uint32(notes[4:]))
		kind := hostOrder.Uint32(notes[8:])
		notes = notes[12:]
		start := (nameSize + 3) &^ 3
		if start > uint64(len(notes)) || descSize > uint64(len(notes))-start {
			return nil
		}
		desc := notes[start : start+descSize]
		if kind == buildID && string(notes[:nameSize]) == "GNU\x00" {
			if descSize > longest {
				return nil
			}
			return append([]byte(nil), desc...)
		}
		end := start + (descSize+3)&^3
		if end > uint64(len(notes)) { // the last one may lack its padding
			return nil
		}
		notes = notes[end:]
	}
	return nil
}
