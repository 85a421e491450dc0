// SPDX-License-Identifier: MIT

package corebtf

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// elfResult says what a file is: "bundle" or the error.
func elfResult(data []byte) (string, error) {
	found, err := findBundles(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return "", err
	}
	content := make([]byte, found.Size())
	if _, err := io.ReadFull(found, content); err != nil {
		return "", err
	}
	_, err = Open(content)
	return "bundle", err
}

func TestFiles(t *testing.T) {
	for name, data := range corpusFiles(t, "fuzz_section") {
		got, err := elfResult(data)
		if strings.HasSuffix(name, "-without") {
			if !errors.Is(err, ErrNoBundle) {
				t.Errorf("%s: %v", name, err)
			}
		} else if got != "bundle" || err != nil {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
	if _, err := elfResult([]byte("#!/bin/sh\n")); !errors.Is(err, ErrNoBundle) {
		t.Errorf("a script: %v", err)
	}
}

// programWith is an ELF file of a header, one segment and no sections, as sstrip leaves it.
func programWith(segment []byte, is64 bool, order binary.ByteOrder) []byte {
	ident := [16]byte{0x7f, 'E', 'L', 'F', 1, 1, 1}
	if order == binary.BigEndian {
		ident[5] = 2
	}
	var file bytes.Buffer
	write := func(part any) { _ = binary.Write(&file, order, part) }
	size := uint32(len(segment))
	if is64 {
		ident[4] = 2
		write(elf.Header64{Ident: ident, Type: 2, Phoff: 64, Phentsize: 56, Phnum: 1})
		write(elf.Prog64{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R), Off: 120,
			Filesz: uint64(size), Memsz: uint64(size)})
	} else {
		write(elf.Header32{Ident: ident, Type: 2, Phoff: 52, Phentsize: 32, Phnum: 1})
		write(elf.Prog32{Type: uint32(elf.PT_LOAD), Flags: uint32(elf.PF_R), Off: 84,
			Filesz: size, Memsz: size})
	}
	file.Write(segment)
	return file.Bytes()
}

func TestSegment(t *testing.T) {
	bundle := corpusFiles(t, "fuzz_bundle")["good-little-raw"]
	for _, is64 := range []bool{false, true} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			if got, err := elfResult(programWith(bundle, is64, order)); got != "bundle" || err != nil {
				t.Errorf("64 bits %v, %v: %s, %v", is64, order, got, err)
			}
		}
	}
	empty := make([]byte, 64) // a segment that nothing was embedded into
	if _, err := elfResult(programWith(empty, true, binary.LittleEndian)); !errors.Is(err, ErrNoBundle) {
		t.Errorf("an empty segment: %v", err)
	}
	cut := programWith(bundle, true, binary.LittleEndian)
	if _, err := elfResult(cut[:200]); !errors.Is(err, ErrNoBundle) {
		t.Errorf("a segment past the end of the file: %v", err)
	}
}

// A damaged or cut file gives an error or its bundle.
func TestDamagedFile(t *testing.T) {
	for name, data := range corpusFiles(t, "fuzz_section") {
		for at := 0; at < len(data); at++ {
			damaged := append([]byte(nil), data...)
			damaged[at] ^= 0xff
			_, _ = elfResult(damaged)
			if got, err := elfResult(data[:at]); err == nil && at < len(data)/2 {
				t.Fatalf("%s: %d of %d bytes: %s", name, at, len(data), got)
			}
		}
	}
}

func FuzzELF(f *testing.F) {
	for _, folder := range []string{"fuzz_section", "fuzz_executable"} {
		for _, data := range corpusFiles(f, folder) {
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = elfResult(data) })
}
