// SPDX-License-Identifier: MIT

package corebtf

import "hash/crc32"

// A blob's number in, its bytes out: a part of a raw block as it is stored, or of an unpacked one.

const (
	codecRaw = 0
	codecXZ  = 1
)

type block struct {
	stored       []byte
	unpackedSize uint32
	codec        uint32
}

type blob struct {
	block             block
	number            uint32 // of the block
	offset, size, crc uint32
}

func (b *bundle) block(number uint32) (block, error) {
	record := b.record(&b.blocks, number)
	if err := b.checkSum("block", number, record); err != nil {
		return block{}, err
	}
	offset, size := b.u32(record, 0), b.u32(record, 4)
	k := block{unpackedSize: b.u32(record, 8), codec: b.u32(record, 12)}
	data := b.data[b.dataOffset:]
	if offset%alignment != 0 || uint64(offset)+uint64(size) > uint64(len(data)) {
		return block{}, b.damaged("block %d: %d bytes at offset %d are not inside the data", number,
			size, offset)
	}
	k.stored = data[offset : offset+size]
	switch {
	case k.codec > codecXZ: // a new codec comes with a feature bit, which would have been refused
		return block{}, b.damaged("block %d: codec %d is unknown", number, k.codec)
	case k.codec == codecRaw && k.unpackedSize != size:
		return block{}, b.damaged("block %d: raw, but with two sizes", number)
	case k.codec == codecXZ && b.features&featureXZ == 0:
		return block{}, b.damaged("block %d: xz, but the header says there is none", number)
	case k.codec == codecXZ && k.unpackedSize > maxBlockSize:
		return block{}, b.damaged("block %d: %d bytes unpacked are more than %d", number,
			k.unpackedSize, maxBlockSize)
	}
	return k, nil
}

// blob reads and checks the record of a blob; the number is below the count.
func (b *bundle) blob(number uint32) (blob, error) {
	record := b.record(&b.blobs, number)
	if err := b.checkSum("blob record", number, record); err != nil {
		return blob{}, err
	}
	l := blob{
		number: b.u32(record, 0), offset: b.u32(record, 4), size: b.u32(record, 8),
		crc: b.u32(record, 12),
	}
	if l.number >= b.blocks.count {
		return blob{}, b.damaged("blob %d: block %d is past the last (%d there are)", number,
			l.number, b.blocks.count)
	}
	var err error
	if l.block, err = b.block(l.number); err != nil {
		return blob{}, err
	}
	if l.size > maxBlobSize || l.offset%alignment != 0 ||
		uint64(l.offset)+uint64(l.size) > uint64(l.block.unpackedSize) {
		return blob{}, b.damaged("blob %d: %d bytes at offset %d are not inside block %d (%d bytes)",
			number, l.size, l.offset, l.number, l.block.unpackedSize)
	}
	return l, nil
}

// blobBytes returns the bytes of a blob, checked.
func (b *bundle) blobBytes(number uint32) ([]byte, error) {
	l, err := b.blob(number)
	if err != nil {
		return nil, err
	}
	unpacked := l.block.stored
	if l.block.codec == codecXZ {
		if unpacked, err = unpackXZ(unpacked, l.block.unpackedSize); err != nil {
			return nil, within(err, "bundle %d at offset %d: block %d", b.number, b.position,
				l.number)
		}
	}
	data := unpacked[l.offset:][:l.size:l.size]
	if sum := crc32.ChecksumIEEE(data); sum != l.crc {
		return nil, b.damaged("blob %d: the BTF's checksum is %08x, stored is %08x", number, sum,
			l.crc)
	}
	return data, nil
}

// sameBTF compares the BTFs of two entries, by size and checksum.
func sameBTF(a, other *Entry) (bool, error) {
	if a.bundle == other.bundle && a.blob == other.blob {
		return true, nil
	}
	left, err := a.bundle.blob(a.blob)
	if err != nil {
		return false, err
	}
	right, err := other.bundle.blob(other.blob)
	return left.size == right.size && left.crc == right.crc, err
}
