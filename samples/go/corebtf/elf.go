// SPDX-License-Identifier: MIT

package corebtf

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
)

// A file in, the range of it that holds bundles out: the reserved segment of an ELF file, its
// section .corebtf, or all of a bundle file. Any class and byte order. The structs are debug/elf's;
// its own reader of files is not used, since it takes the sizes in damaged headers at their word.

const (
	sectionName = ".corebtf"
	maxSections = 1 << 20 // a sparse file could claim as many as its pretended size holds
)

type elfFile struct {
	input io.ReaderAt
	size  uint64
	order binary.ByteOrder
	is64  bool

	segments, segmentSize, segmentCount uint64
	sections, sectionSize, sectionCount uint64
	names                               uint64 // number of the section with the names
}

func (f *elfFile) isInside(offset, size uint64) bool {
	return offset <= f.size && size <= f.size-offset
}

// decode reads one of debug/elf's structs at an offset.
func (f *elfFile) decode(offset uint64, to any, what string) error {
	size := binary.Size(to)
	if !f.isInside(offset, uint64(size)) {
		return fail(ErrDamaged, "%s at offset %d is past the end of the file (%d bytes)", what, offset,
			f.size)
	}
	data := make([]byte, size)
	if _, err := f.input.ReadAt(data, int64(offset)); err != nil && err != io.EOF {
		return within(err, "%s", what)
	}
	return binary.Read(bytes.NewReader(data), f.order, to)
}

func (f *elfFile) section(number uint64) (elf.Section64, error) {
	var section elf.Section64
	offset := f.sections + number*f.sectionSize
	if f.is64 {
		return section, f.decode(offset, &section, "section header")
	}
	var short elf.Section32
	err := f.decode(offset, &short, "section header")
	return elf.Section64{Name: short.Name, Type: short.Type, Flags: uint64(short.Flags),
		Off: uint64(short.Off), Size: uint64(short.Size), Link: short.Link}, err
}

func (f *elfFile) segment(number uint64) (elf.Prog64, error) {
	var segment elf.Prog64
	offset := f.segments + number*f.segmentSize
	if f.is64 {
		return segment, f.decode(offset, &segment, "program header")
	}
	var short elf.Prog32
	err := f.decode(offset, &short, "program header")
	return elf.Prog64{Type: short.Type, Flags: short.Flags, Off: uint64(short.Off),
		Filesz: uint64(short.Filesz), Memsz: uint64(short.Memsz)}, err
}

// readHeader reads the ELF header, and section 0, which has what does not fit into 16 bits.
func (f *elfFile) readHeader(ident []byte) error {
	switch class := elf.Class(ident[elf.EI_CLASS]); class {
	case elf.ELFCLASS64:
		f.is64 = true
	case elf.ELFCLASS32:
	default:
		return fail(ErrDamaged, "ELF header: class %d is unknown", class)
	}
	switch data := elf.Data(ident[elf.EI_DATA]); data {
	case elf.ELFDATA2LSB:
		f.order = binary.LittleEndian
	case elf.ELFDATA2MSB:
		f.order = binary.BigEndian
	default:
		return fail(ErrDamaged, "ELF header: byte order %d is unknown", data)
	}
	var header elf.Header64
	if f.is64 {
		if err := f.decode(0, &header, "ELF header"); err != nil {
			return err
		}
		f.segmentSize, f.sectionSize = 56, 64
	} else {
		var short elf.Header32
		if err := f.decode(0, &short, "ELF header"); err != nil {
			return err
		}
		header = elf.Header64{Phoff: uint64(short.Phoff), Phentsize: short.Phentsize,
			Phnum: short.Phnum, Shoff: uint64(short.Shoff), Shentsize: short.Shentsize,
			Shnum: short.Shnum, Shstrndx: short.Shstrndx}
		f.segmentSize, f.sectionSize = 32, 40
	}
	if header.Phoff != 0 && uint64(header.Phentsize) == f.segmentSize {
		f.segments, f.segmentCount = header.Phoff, uint64(header.Phnum)
	}
	if header.Shoff == 0 {
		return nil
	}
	f.sections, f.sectionCount, f.names = header.Shoff, uint64(header.Shnum), uint64(header.Shstrndx)
	if uint64(header.Shentsize) != f.sectionSize {
		return fail(ErrDamaged, "ELF header: section headers of %d bytes, not %d", header.Shentsize,
			f.sectionSize)
	}
	if f.sectionCount == 0 || f.names == uint64(elf.SHN_XINDEX) {
		first, err := f.section(0)
		if err != nil {
			return err
		}
		if f.sectionCount == 0 {
			f.sectionCount = first.Size
		}
		if f.names == uint64(elf.SHN_XINDEX) {
			f.names = uint64(first.Link)
		}
	}
	if f.sectionCount > maxSections || !f.isInside(f.sections, f.sectionCount*f.sectionSize) {
		return fail(ErrDamaged, "ELF header: %d section headers at offset %d do not fit the file "+
			"(%d bytes)", f.sectionCount, f.sections, f.size)
	}
	if f.names != 0 && f.names >= f.sectionCount {
		return fail(ErrDamaged, "ELF header: section %d with the names is not there", f.names)
	}
	return nil
}

// findSegment looks for a read-only segment that begins with a bundle, from the end, where the
// linker script puts it. It needs no section headers.
func (f *elfFile) findSegment() *io.SectionReader {
	for i := f.segmentCount; i > 0; i-- {
		segment, err := f.segment(i - 1)
		if err != nil || elf.ProgType(segment.Type) != elf.PT_LOAD ||
			elf.ProgFlag(segment.Flags) != elf.PF_R || segment.Filesz != segment.Memsz ||
			!f.isInside(segment.Off, segment.Filesz) {
			continue
		}
		found := io.NewSectionReader(f.input, int64(segment.Off), int64(segment.Filesz))
		if startsWith(found, magic) {
			return found
		}
	}
	return nil
}

func startsWith(input io.ReaderAt, text string) bool {
	start := make([]byte, len(text))
	n, _ := input.ReadAt(start, 0)
	return string(start[:n]) == text
}

func (f *elfFile) findSection() (*io.SectionReader, error) {
	if f.sections == 0 {
		return nil, fail(ErrNoBundle, "has no section headers, and so no section %s", sectionName)
	}
	if f.names == 0 {
		return nil, fail(ErrNoBundle, "its sections have no names, so none is %s", sectionName)
	}
	names, err := f.section(f.names)
	if err != nil {
		return nil, err
	}
	if !f.isInside(names.Off, names.Size) {
		return nil, fail(ErrDamaged, "the section with the names is past the end of the file")
	}
	why := "has no section " + sectionName + " (never embedded, or stripped away: llvm-strip -s and " +
		"eu-strip drop it without --keep-section=" + sectionName + ")"
	for i := uint64(0); i < f.sectionCount; i++ {
		section, err := f.section(i)
		if err != nil {
			return nil, err
		}
		wanted := sectionName + "\x00"
		if section.Type == uint32(elf.SHT_NULL) || uint64(section.Name) > names.Size ||
			uint64(len(wanted)) > names.Size-uint64(section.Name) ||
			!startsWith(io.NewSectionReader(f.input, int64(names.Off+uint64(section.Name)),
				int64(len(wanted))), wanted) {
			continue
		}
		switch {
		case section.Type == uint32(elf.SHT_NOBITS):
			why = "has the section " + sectionName + " without its bytes: a separate debug file?"
		case section.Size == 0:
			why = "its section " + sectionName + " is empty: nothing was embedded yet"
		case section.Flags&uint64(elf.SHF_COMPRESSED) != 0:
			return nil, fail(ErrNewer, "section %s is compressed as a whole", sectionName)
		case !f.isInside(section.Off, section.Size):
			return nil, fail(ErrDamaged, "section %s: %d bytes at offset %d are past the end of the "+
				"file (%d bytes)", sectionName, section.Size, section.Off, f.size)
		default:
			return io.NewSectionReader(f.input, int64(section.Off), int64(section.Size)), nil
		}
	}
	return nil, fail(ErrNoBundle, "%s", why)
}

// findBundles returns the range of a file that holds bundles.
func findBundles(input io.ReaderAt, size int64) (*io.SectionReader, error) {
	if startsWith(input, magic) {
		return io.NewSectionReader(input, 0, size), nil
	}
	ident := make([]byte, elf.EI_NIDENT)
	n, err := input.ReadAt(ident, 0)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if !bytes.HasPrefix(ident[:n], []byte(elf.ELFMAG)) {
		return nil, fail(ErrNoBundle, "is neither an ELF file nor a bundle")
	}
	f := &elfFile{input: input, size: uint64(size)}
	if n < len(ident) {
		return nil, fail(ErrDamaged, "ELF header: cut off after %d bytes", n)
	}
	if err := f.readHeader(ident); err != nil {
		return nil, err
	}
	if found := f.findSegment(); found != nil {
		return found, nil
	}
	return f.findSection()
}
