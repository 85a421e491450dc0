// SPDX-License-Identifier: MIT

// Package corebtf finds the BTF of the running kernel among those that `corebtf embed` put into this
// program, without cgo. It reads docs/format.md and follows docs/lookup.md; the same file of cases
// tests it and the C library.
//
//	types, err := corebtf.ForRunningKernel()
//	if err != nil { ... }
//	if types != nil { // nil: the kernel has BTF of its own
//		opts.Programs.KernelTypes, err = btf.LoadSpecFromReader(types)
//	}
//
// To use it, copy this folder into your module. Besides the standard library it needs
// github.com/ulikunitz/xz.
package corebtf

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

const (
	maxBundles     = 4096    // as in the C library
	maxSection     = 1 << 30 // it is read into memory; a sparse file could claim any size
	selfExecutable = "/proc/self/exe"
)

// Bundles are those of one program or file. They do not change, so goroutines may share them.
type Bundles struct {
	// Log, when set, gets a line for each step of a lookup.
	Log func(line string)

	bundles []*bundle
	host    host
}

// OpenSelf opens the bundles in the running program. Errors: ErrNoBundle, ErrDamaged, ErrNewer, those
// of reading the file.
func OpenSelf() (*Bundles, error) { return OpenFile(selfExecutable) }

// OpenFile opens the bundles in an ELF file or a bundle file. Its errors are OpenSelf's.
func OpenFile(path string) (*Bundles, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	status, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if !status.Mode().IsRegular() {
		return nil, fmt.Errorf("%s: is no regular file", path)
	}
	found, err := findBundles(f, status.Size())
	if err != nil {
		return nil, within(err, "%s", path)
	}
	if found.Size() > maxSection {
		return nil, fail(ErrDamaged, "%s: %d bytes of bundles are more than %d", path, found.Size(),
			maxSection)
	}
	data := make([]byte, found.Size())
	if _, err := io.ReadFull(found, data); err != nil {
		return nil, within(err, "%s", path)
	}
	bundles, err := Open(data)
	return bundles, within(err, "%s", path)
}

// Open opens the bundles in data, the bytes of a section .corebtf or of a bundle file. Data must
// stay as it is.
func Open(data []byte) (*Bundles, error) {
	b := &Bundles{}
	position := padding(data)
	if position == len(data) {
		return nil, fail(ErrNoBundle, "holds no bundle, only zero bytes or none: nothing was embedded "+
			"yet")
	}
	for position < len(data) {
		if len(b.bundles) == maxBundles {
			return nil, fail(ErrDamaged, "more than %d bundles", maxBundles)
		}
		next, err := openBundle(data[position:], len(b.bundles), position)
		if err != nil {
			return nil, err
		}
		b.bundles = append(b.bundles, next)
		position += int(next.size)
		position += padding(data[position:])
	}
	return b, nil
}

// Find returns the entry of a kernel. Errors: ErrNoEntry, ErrAmbiguous, ErrDamaged.
func (b *Bundles) Find(wanted Kernel) (Entry, error) {
	log := func(format string, arguments ...any) {
		if b.Log != nil {
			b.Log(fmt.Sprintf(format, arguments...))
		}
	}
	h := b.host
	if wanted.HostRoot != "" {
		h.hostRoot = wanted.HostRoot
	}
	k, err := identify(&h, wanted, log)
	if err != nil {
		return Entry{}, err
	}
	return choose(b.bundles, k, wanted.First, wanted.Nearest)
}

// Entries returns all kernels that have a BTF, in the order in which they are stored.
func (b *Bundles) Entries() ([]Entry, error) {
	var entries []Entry
	err := eachEntry(b.bundles, func(e Entry) error {
		entries = append(entries, e)
		return nil
	})
	return entries, err
}

// BTF returns the bytes of an entry's BTF, in which nothing may be changed. Errors: ErrDamaged,
// ErrNewer.
func (e *Entry) BTF() ([]byte, error) {
	if e.bundle == nil {
		return nil, errors.New("an entry that was not found in a bundle")
	}
	return e.bundle.blobBytes(e.blob)
}

// ForRunningKernel returns the BTF of the running kernel out of this program, or nil when the kernel
// has BTF of its own. Errors: those of OpenSelf and Find.
func ForRunningKernel() (io.ReaderAt, error) {
	if new(host).hasBTF() {
		return nil, nil
	}
	b, err := OpenSelf()
	if err != nil {
		return nil, err
	}
	e, err := b.Find(Kernel{})
	if err != nil {
		return nil, within(err, selfExecutable)
	}
	data, err := e.BTF()
	if err != nil {
		return nil, within(err, selfExecutable)
	}
	return bytes.NewReader(data), nil
}
