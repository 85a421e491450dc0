// SPDX-License-Identifier: MIT

package corebtf

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// The checked view of one bundle, as docs/format.md has it: opening checks the header, so that all
// tables lie inside the bundle; a record is checked when it is read. Every read of its bytes goes
// through here.

const (
	magic     = "\xc0reBTF\x1a\n"
	alignment = 8

	formatVersion = 2
	headerSize    = 96
	entrySize     = 56
	blobSize      = 20 // and that of the two below
	blockSize     = 20
	objectSize    = 20
	buildIDSize   = 20

	featureXZ     = 1 // some blocks are xz streams
	featurePacked = 2 // the tables are one
	featuresKnown = featureXZ | featurePacked

	maxEntries      = 1 << 20
	maxObjects      = 1 << 16
	maxStringsSize  = 1 << 26
	maxString       = 4096
	maxBlobSize     = 1 << 26
	maxPackedTables = 1 << 20
	maxBlockSize    = 1 << 26
)

// table is where the records of one kind are.
type table struct {
	name                string
	offset, count, size uint32 // size: of one record
	least               uint32 // what a record has at least
	differences         uint32 // the bytes of a record that packed tables have as differences
}

func (t *table) end() uint64 { return uint64(t.offset) + uint64(t.count)*uint64(t.size) }

type bundle struct {
	data     []byte // all of it
	tables   []byte // what the offsets of tables count in: data or, packed, a copy
	order    binary.ByteOrder
	number   int // in the section, from 0
	position int // from the start of the section, for messages

	features       uint32
	headerSize     uint32
	size           uint32
	entries        table
	blobs          table
	blocks         table
	objects        table
	strings        table
	dataOffset     uint32
	packedSize     uint32
	tablesChecksum uint32
}

func (b *bundle) damaged(format string, arguments ...any) error {
	return within(fail(ErrDamaged, format, arguments...), "bundle %d at offset %d", b.number,
		b.position)
}

func (b *bundle) u32(data []byte, at uint32) uint32 { return b.order.Uint32(data[at:]) }
func (b *bundle) u16(at uint32) uint32              { return uint32(b.order.Uint16(b.data[at:])) }

func (b *bundle) isPacked() bool { return b.features&featurePacked != 0 }

// openBundle opens the bundle that data begins with; data may go on behind it.
func openBundle(data []byte, number, position int) (*bundle, error) {
	b := &bundle{data: data, tables: data, number: number, position: position}
	if !bytes.HasPrefix(data, []byte(magic)) {
		return nil, b.damaged("neither a bundle nor zero bytes")
	}
	if len(data) < headerSize {
		return nil, b.damaged("header: cut off after %d of %d bytes", len(data), headerSize)
	}
	switch mark := binary.LittleEndian.Uint32(data[8:]); mark {
	case 0x01020304:
		b.order = binary.LittleEndian
	case 0x04030201:
		b.order = binary.BigEndian
	default:
		return nil, b.damaged("header: %#010x is no mark of a byte order", mark)
	}
	// "Newer" comes before "damaged": a later version may use these offsets differently.
	version := b.u16(12)
	if version > formatVersion {
		return nil, within(fail(ErrNewer, "format version %d is newer than this reader's (%d)",
			version, formatVersion), "bundle %d at offset %d", number, position)
	}
	if version < formatVersion {
		return nil, b.damaged("header: format version %d, not %d; embed again", version,
			formatVersion)
	}
	stored := b.u32(data, 92)
	if sum := crc32.ChecksumIEEE(data[:92]); sum != stored {
		return nil, b.damaged("header: its checksum is %08x, stored is %08x", sum, stored)
	}
	b.decodeHeader()
	if unknown := b.features &^ featuresKnown; unknown != 0 {
		return nil, within(fail(ErrNewer, "needs features (%#x) that this reader does not know",
			unknown), "bundle %d at offset %d", number, position)
	}
	if b.headerSize < headerSize {
		return nil, b.damaged("header: its size is %d bytes, less than %d", b.headerSize,
			headerSize)
	}
	if b.size%alignment != 0 {
		return nil, b.damaged("header: size %d is not a multiple of %d", b.size, alignment)
	}
	if uint64(b.size) > uint64(len(data)) {
		return nil, b.damaged("cut off after %d of %d bytes", len(data), b.size)
	}
	if err := b.checkLayout(); err != nil {
		return nil, err
	}
	b.data = data[:b.size]
	b.tables = b.data
	if b.isPacked() {
		return b, b.unpackTables()
	}
	return b, nil
}

func (b *bundle) decodeHeader() {
	at := func(offset uint32) uint32 { return b.u32(b.data, offset) }
	b.headerSize = b.u16(14)
	b.size = at(16)
	b.features = at(20)
	b.entries = table{"entries", at(52), at(28), b.u16(44), entrySize, 32}
	b.blobs = table{"blob records", at(56), at(32), b.u16(46), blobSize, b.u16(46)}
	b.blocks = table{"block records", at(60), at(36), b.u16(48), blockSize, b.u16(48)}
	b.objects = table{"object records", at(64), at(40), b.u16(50), objectSize, b.u16(50)}
	b.strings = table{"strings", at(68), at(72), 1, 1, 0}
	b.dataOffset = at(76)
	b.packedSize = at(80)
	b.tablesChecksum = at(88)
}

// checkLayout checks the header's numbers: limits, and tables in order, aligned and inside.
func (b *bundle) checkLayout() error {
	if b.u32(b.data, 84) != 0 {
		return b.damaged("header: reserved bytes are not zero")
	}
	for _, limit := range []struct {
		table *table
		most  uint32
	}{{&b.entries, maxEntries}, {&b.objects, maxObjects}, {&b.strings, maxStringsSize}} {
		if limit.table.count > limit.most {
			return b.damaged("header: %d %s are more than %d", limit.table.count,
				limit.table.name, limit.most)
		}
	}
	limit := uint64(b.dataOffset)
	if b.isPacked() {
		limit = maxPackedTables
	}
	end := uint64(b.headerSize)
	for _, t := range []*table{&b.entries, &b.blobs, &b.blocks, &b.objects, &b.strings} {
		if t.size < t.least || (t != &b.strings && t.size%4 != 0) {
			return b.damaged("header: %s of %d bytes", t.name, t.size)
		}
		if t.offset%alignment != 0 {
			return b.damaged("header: %s at offset %d, not a multiple of %d", t.name, t.offset,
				alignment)
		}
		if uint64(t.offset) < end {
			return b.damaged("header: %s at offset %d, before the end of what precedes it (%d)",
				t.name, t.offset, end)
		}
		if end = t.end(); end > limit {
			return b.damaged("header: %s end at %d, past the end of the tables (%d)", t.name, end,
				limit)
		}
	}
	if b.dataOffset%alignment != 0 || b.dataOffset < b.headerSize || b.dataOffset > b.size {
		return b.damaged("header: data at offset %d of %d bytes", b.dataOffset, b.size)
	}
	if b.isPacked() != (b.packedSize != 0) || b.packedSize > b.dataOffset-b.headerSize {
		return b.damaged("header: %d bytes of packed tables", b.packedSize)
	}
	return nil
}

// checkTables compares the checksum of everything between header and data.
func (b *bundle) checkTables() error {
	if sum := crc32.ChecksumIEEE(b.data[headerSize:b.dataOffset]); sum != b.tablesChecksum {
		return b.damaged("tables: their checksum is %08x, stored is %08x", sum, b.tablesChecksum)
	}
	return nil
}

func (b *bundle) unpackTables() error {
	if err := b.checkTables(); err != nil {
		return err
	}
	end := (uint32(b.strings.end()) + alignment - 1) &^ (alignment - 1)
	unpacked, err := unpackXZ(b.data[b.headerSize:b.headerSize+b.packedSize], end-b.headerSize)
	if err != nil {
		return within(err, "bundle %d at offset %d: tables", b.number, b.position)
	}
	b.tables = append(append(make([]byte, 0, end), b.data[:b.headerSize]...), unpacked...)
	for _, t := range []*table{&b.entries, &b.blobs, &b.blocks, &b.objects} {
		b.addDifferences(t)
	}
	return nil
}

// addDifferences adds to each record the one before it, word by word (4.2 of the format).
func (b *bundle) addDifferences(t *table) {
	for number := uint32(1); number < t.count; number++ {
		previous, record := b.record(t, number-1), b.record(t, number)
		for at := uint32(0); at < t.differences; at += 4 {
			b.order.PutUint32(record[at:], b.u32(record, at)+b.u32(previous, at))
		}
	}
}

// record returns the bytes of a record; the number is below the count.
func (b *bundle) record(t *table, number uint32) []byte {
	return b.tables[t.offset+number*t.size:][:t.size]
}

// checkSum compares the checksum at the end of a record with that of the bytes before it and of the
// strings that it names. Packed tables have one checksum for all, compared before.
func (b *bundle) checkSum(kind string, number uint32, record []byte, strings ...string) error {
	if b.isPacked() {
		return nil
	}
	end := len(record) - 4
	sum := crc32.ChecksumIEEE(record[:end])
	for _, s := range strings {
		sum = crc32.Update(sum, crc32.IEEETable, append([]byte(s), 0))
	}
	if stored := b.u32(record, uint32(end)); sum != stored {
		return b.damaged("%s %d: its checksum is %08x, stored is %08x", kind, number, sum, stored)
	}
	return nil
}

// text returns a string; false when it starts or ends outside the strings.
func (b *bundle) text(offset uint32) (string, bool) {
	if offset >= b.strings.count {
		return "", false
	}
	rest := b.tables[b.strings.offset+offset : b.strings.offset+b.strings.count]
	if len(rest) > maxString+1 {
		rest = rest[:maxString+1]
	}
	length := bytes.IndexByte(rest, 0)
	if length < 0 {
		return "", false
	}
	return string(rest[:length]), true
}

// padding returns how many zero bytes data starts with: a multiple of 8, unless it is all of them.
func padding(data []byte) int {
	size := len(data) - len(bytes.TrimLeft(data, "\x00"))
	if size < len(data) {
		size -= size % alignment
	}
	return size
}
