// SPDX-License-Identifier: MIT

package corebtf

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Good and damaged bundles: those that the fuzz targets of the C library start from.

const corpus = "../../../tests/fuzz/corpus/"

func corpusFiles(t testing.TB, folder string) map[string][]byte {
	paths, err := filepath.Glob(corpus + folder + "/*")
	if err != nil || len(paths) == 0 {
		t.Skip("the corpora of the C library are not here")
	}
	files := map[string][]byte{}
	for _, path := range paths {
		if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// wanted describes an entry by all that is known of it.
func wanted(e Entry) Kernel {
	return Kernel{Release: e.Release, Machine: e.Machine, UnameVersion: e.UnameVersion,
		OSID: e.OSID, VersionID: e.VersionID, BuildID: e.BuildID}
}

// lookups returns for each kernel the BTF that is found for it, nil where there is an error.
func lookups(data []byte, kernels []Kernel) (found [][]byte, err error) {
	b, err := Open(data)
	if err != nil {
		return make([][]byte, len(kernels)), err
	}
	for _, k := range kernels {
		var data []byte
		e, findErr := b.Find(k)
		if findErr == nil {
			data, findErr = e.BTF()
		}
		if findErr != nil {
			data, err = nil, findErr
		}
		found = append(found, data)
	}
	return found, err
}

func goodBundles(t *testing.T) map[string][]byte {
	good := corpusFiles(t, "fuzz_bundle")
	for name := range good {
		if !strings.HasPrefix(name, "good-") {
			delete(good, name)
		}
	}
	return good
}

func allKernels(t *testing.T, data []byte) []Kernel {
	b, err := Open(data)
	if err != nil {
		t.Fatal(err)
	}
	entries, err := b.Entries()
	if err != nil {
		t.Fatal(err)
	}
	var kernels []Kernel
	for _, e := range entries {
		kernels = append(kernels, wanted(e))
	}
	return kernels
}

func TestGoodBundles(t *testing.T) {
	for name, data := range goodBundles(t) {
		kernels := allKernels(t, data)
		found, err := lookups(data, kernels)
		if err != nil || len(found) < 3 {
			t.Errorf("%s: %d BTFs: %v", name, len(found), err)
		}
	}
}

// A damaged byte is an error or changes nothing that was asked for; it never gives another BTF.
func TestDamagedByte(t *testing.T) {
	for name, data := range goodBundles(t) {
		kernels := allKernels(t, data)
		want, _ := lookups(data, kernels)
		refused := 0
		for at := range data {
			for _, change := range []byte{0x01, 0x80, 0xff} {
				damaged := append([]byte(nil), data...)
				damaged[at] ^= change
				found, err := lookups(damaged, kernels)
				if err != nil {
					refused++
				}
				for i := range found {
					if found[i] != nil && !bytes.Equal(found[i], want[i]) {
						t.Fatalf("%s: byte %d, ^%#x: another BTF for %v", name, at, change, kernels[i])
					}
				}
			}
		}
		if refused < len(data) {
			t.Errorf("%s: only %d of %d damages are refused", name, refused, 3*len(data))
		}
	}
}

func TestCutOff(t *testing.T) {
	for name, data := range goodBundles(t) {
		if name == "good-two-in-a-row" { // the first alone is good, too
			continue
		}
		kernels := allKernels(t, data)
		whole := len(bytes.TrimRight(data, "\x00"))
		for size := 0; size < whole; size++ {
			_, err := lookups(data[:size], kernels)
			if !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNoBundle) &&
				!errors.Is(err, ErrNoEntry) {
				t.Fatalf("%s: %d of %d bytes: %v", name, size, len(data), err)
			}
		}
	}
}

// Damaged or newer: by the right name.
func TestErrors(t *testing.T) {
	good := goodBundles(t)["good-little-raw"]
	for _, test := range []struct {
		name   string
		change func(data []byte) []byte
		want   error
	}{
		{"empty", func(data []byte) []byte { return nil }, ErrNoBundle},
		{"zero bytes", func(data []byte) []byte { return make([]byte, 100) }, ErrNoBundle},
		{"other bytes", func(data []byte) []byte { return []byte("something else") }, ErrDamaged},
		{"bytes behind it", func(data []byte) []byte { return append(data, 1) }, ErrDamaged},
		{"version 3", func(data []byte) []byte { data[12] = 3; return data }, ErrNewer},
		{"version 1", func(data []byte) []byte { data[12] = 1; return data }, ErrDamaged},
		{"a feature", func(data []byte) []byte { data[20] |= 4; return sumHeader(data) }, ErrNewer},
		{"a hint", func(data []byte) []byte { data[24] |= 4; return sumHeader(data) }, nil},
		{"reserved", func(data []byte) []byte { data[84] = 1; return sumHeader(data) }, ErrDamaged},
		{"too many entries", func(data []byte) []byte { data[31] = 1; return sumHeader(data) },
			ErrDamaged},
		{"short entries", func(data []byte) []byte { data[44] = 52; return sumHeader(data) },
			ErrDamaged},
		{"table at an odd offset", func(data []byte) []byte { data[56]++; return sumHeader(data) },
			ErrDamaged},
		{"two in a row", func(data []byte) []byte {
			return append(append(data, make([]byte, 16)...), goodBundles(t)["good-big-xz"]...)
		}, nil},
	} {
		_, err := Open(test.change(append([]byte(nil), good...)))
		if !errors.Is(err, test.want) {
			t.Errorf("%s: %v, not %v", test.name, err, test.want)
		}
	}
}

// A sparse file that pretends to be a huge bundle is refused before memory is taken for it.
func TestHugeFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "huge")
	if err := os.WriteFile(path, goodBundles(t)["good-little-raw"], 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 1<<40); err != nil {
		t.Skipf("no file can be that large here: %v", err)
	}
	if _, err := OpenFile(path); !errors.Is(err, ErrDamaged) {
		t.Errorf("%v", err)
	}
}

func sumHeader(data []byte) []byte {
	sum := crc32.ChecksumIEEE(data[:92])
	if data[8] == 1 {
		binary.BigEndian.PutUint32(data[92:], sum)
	} else {
		binary.LittleEndian.PutUint32(data[92:], sum)
	}
	return data
}

// forge makes the checksums of a bundle fit, so that a fuzzer gets past them.
func forge(data []byte) {
	if len(data) < headerSize {
		return
	}
	copy(data, magic)
	if data[8] == 1 {
		copy(data[8:], "\x01\x02\x03\x04\x00\x02")
	} else {
		copy(data[8:], "\x04\x03\x02\x01\x02\x00")
	}
	sumHeader(data)
	b, err := openBundle(data, 0, 0)
	if b == nil || len(b.data) < headerSize || err != nil {
		return
	}
	if b.isPacked() {
		b.order.PutUint32(data[88:], crc32.ChecksumIEEE(data[headerSize:b.dataOffset]))
		sumHeader(data)
		return
	}
	sum := func(t *table, strings uint32, at uint32) {
		for number := uint32(0); number < t.count && number < 64; number++ {
			record := b.record(t, number)
			end := len(record) - 4
			if t == &b.entries {
				release, _ := b.text(b.u32(record, 8))
				machine, _ := b.text(b.u32(record, 12))
				b.order.PutUint32(record, hashOf(release, machine))
			}
			sum := crc32.ChecksumIEEE(record[:end])
			for i := uint32(0); i < strings; i++ {
				text, _ := b.text(b.u32(record, at+4*i))
				sum = crc32.Update(sum, crc32.IEEETable, append([]byte(text), 0))
			}
			b.order.PutUint32(record[end:], sum)
		}
	}
	sum(&b.entries, 5, 8)
	sum(&b.blocks, 0, 0)
	sum(&b.objects, 1, 8)
	sum(&b.blobs, 0, 0)
	b.order.PutUint32(data[88:], crc32.ChecksumIEEE(data[headerSize:b.dataOffset]))
	sumHeader(data)
}

func readEverything(data []byte) {
	b, err := Open(data)
	if err != nil {
		return
	}
	b.Log = func(string) {}
	entries, _ := b.Entries()
	for i, e := range entries {
		if i == 64 {
			break
		}
		_, _ = e.BTF()
		k := wanted(e)
		k.Nearest, k.First = i%3 == 0, i%2 == 0
		if i%4 == 0 {
			k.Machine = ""
		}
		if found, err := b.Find(k); err == nil {
			_, _ = found.BTF()
		}
		k.Release += ".1"
		_, _ = b.Find(k)
	}
	_, _ = b.Find(Kernel{Release: "5.4.0-58-generic", Machine: "i686", Nearest: true})
}

// Any bytes, as they are and with checksums that fit.
func FuzzOpen(f *testing.F) {
	for _, data := range corpusFiles(f, "fuzz_bundle") {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readEverything(data)
		data = append([]byte(nil), data...)
		forge(data)
		readEverything(data)
	})
}
