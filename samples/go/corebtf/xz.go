// SPDX-License-Identifier: MIT

package corebtf

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// An .xz stream in, exactly as many bytes as the bundle says out.
//
// The library decodes LZMA2. The container around it is read here, since the library's reader of
// containers allocates the dictionary that the stream asks for, up to 4 GiB, before it has checked
// anything. Source: https://tukaani.org/xz/xz-file-format.txt, its section numbers below.

const (
	xzHeaderSize    = 12 // and the footer's
	xzFilterLZMA2   = 0x21
	xzMaxDictionary = 64 << 20
	xzMaxBlocks     = 64 // each takes a dictionary; the embedder writes one
)

// Sizes of the check that follows a block, by its id (2.1.1.2).
var xzCheckSizes = [16]int{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}

var (
	xzMagic    = []byte{0xfd, '7', 'z', 'X', 'Z', 0}
	errXZ      = fail(ErrDamaged, "the xz stream is damaged")
	crc64Table = crc64.MakeTable(crc64.ECMA)
)

// xzInput is what is left of the stream.
type xzInput struct {
	bytes.Reader
	size int64
}

func (in *xzInput) position() int64 { return in.size - int64(in.Len()) }

// take returns the next bytes.
func (in *xzInput) take(size int64) ([]byte, error) {
	if size < 0 || size > int64(in.Len()) {
		return nil, errXZ
	}
	taken := make([]byte, size)
	_, err := io.ReadFull(in, taken)
	return taken, err
}

// takeSummed returns the next bytes, after which their CRC-32 stands.
func (in *xzInput) takeSummed(size int64) ([]byte, error) {
	taken, err := in.take(size)
	if err != nil {
		return nil, err
	}
	sum, err := in.take(4)
	if err != nil || binary.LittleEndian.Uint32(sum) != crc32.ChecksumIEEE(taken) {
		return nil, errXZ
	}
	return taken, nil
}

// takeNumber reads a number of variable length: at most 9 bytes, the shortest form (1.2).
func takeNumber(in io.ByteReader) (uint64, error) {
	var number uint64
	for i := 0; i < 9; i++ {
		b, err := in.ReadByte()
		if err != nil || (b == 0 && i > 0) {
			return 0, errXZ
		}
		number |= uint64(b&0x7f) << (7 * i)
		if b&0x80 == 0 {
			return number, nil
		}
	}
	return 0, errXZ
}

func allZero(data []byte) bool {
	for _, b := range data {
		if b != 0 {
			return false
		}
	}
	return true
}

// xzBlock is what a block's header says; sizes are -1 where it does not say them.
type xzBlock struct {
	packed, unpacked int64
	dictionary       int
}

func readBlockHeader(in *xzInput) (*xzBlock, error) {
	start, err := in.take(1)
	if err != nil {
		return nil, err
	}
	if _, err := in.Seek(-1, io.SeekCurrent); err != nil {
		return nil, err
	}
	header, err := in.takeSummed(int64(start[0]) * 4) // 3.1.1: and the four bytes of its CRC
	if err != nil || len(header) < 2 {
		return nil, errXZ
	}
	fields := bytes.NewReader(header[2:])
	flags := header[1]
	block := &xzBlock{packed: -1, unpacked: -1}
	if flags&0x3c != 0 {
		return nil, fail(ErrNewer, "an xz block with unknown flags (%#x)", flags)
	}
	for _, size := range []struct {
		flag byte
		to   *int64
	}{{0x40, &block.packed}, {0x80, &block.unpacked}} {
		if flags&size.flag == 0 {
			continue
		}
		number, err := takeNumber(fields)
		if err != nil {
			return nil, err
		}
		*size.to = int64(number) // less than 2^63
	}
	id, err := takeNumber(fields)
	if err != nil {
		return nil, err
	}
	if flags&3 != 0 || id != xzFilterLZMA2 {
		return nil, fail(ErrNewer, "an xz filter other than LZMA2")
	}
	if size, err := takeNumber(fields); err != nil || size != 1 {
		return nil, errXZ
	}
	bits, err := fields.ReadByte()
	if err != nil || bits > 40 || !allZero(header[len(header)-fields.Len():]) {
		return nil, errXZ
	}
	dictionary := uint64(2|bits&1) << (bits/2 + 11) // 5.3.1
	if dictionary > xzMaxDictionary {
		return nil, fail(ErrDamaged, "the xz stream wants a dictionary of %d MiB to be unpacked",
			dictionary>>20)
	}
	block.dictionary = int(dictionary)
	return block, nil
}

// chunksSize returns the size of the LZMA2 chunks that data begins with, with the byte that ends them.
// The library does not compare the sizes of chunks with what it read.
func chunksSize(data []byte) (int64, error) {
	at := int64(0)
	for at < int64(len(data)) {
		var size int64
		control := data[at]
		switch {
		case control == 0:
			return at + 1, nil
		case control < 3: // not packed: the size, less one
			size = 1
		case control >= 0x80: // 21 bits of the unpacked size, then the packed one, less one
			size = 3
		default:
			return 0, errXZ
		}
		if at+size+2 >= int64(len(data)) {
			return 0, errXZ
		}
		header := size + 2
		if control >= 0xc0 { // and the properties
			header++
		}
		at += header + int64(binary.BigEndian.Uint16(data[at+size:])) + 1
	}
	return 0, errXZ
}

// readBlock unpacks a block to out and returns the rest of out, and the block's two sizes as the
// index has them (4.3).
func readBlock(in *xzInput, data []byte, check byte, out []byte) (rest []byte, sizes [2]int64, err error) {
	start := in.position()
	block, err := readBlockHeader(in)
	if err != nil {
		return nil, sizes, err
	}
	// More than the unpacked bytes is never looked back to.
	dictionary := block.dictionary
	if dictionary > len(out) {
		dictionary = len(out)
	}
	if dictionary < lzma.MinDictCap {
		dictionary = lzma.MinDictCap
	}
	packedStart := in.position()
	packedSize, err := chunksSize(data[packedStart:])
	if err != nil {
		return nil, sizes, err
	}
	reader, err := lzma.Reader2Config{DictCap: dictionary}.NewReader2(in)
	if err != nil {
		return nil, sizes, errXZ
	}
	size, err := io.ReadFull(reader, out)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return nil, sizes, errXZ
	}
	var more [1]byte
	if n, err := reader.Read(more[:]); n != 0 {
		return nil, sizes, fail(ErrDamaged, "the xz stream unpacks to too many bytes")
	} else if err != io.EOF || !reader.EOS() {
		return nil, sizes, errXZ
	}
	packed := in.position() - packedStart
	if packed != packedSize || (block.packed >= 0 && block.packed != packed) ||
		(block.unpacked >= 0 && block.unpacked != int64(size)) {
		return nil, sizes, errXZ
	}
	padding, err := in.take(-packed & 3)
	if err != nil || !allZero(padding) {
		return nil, sizes, errXZ
	}
	sum, err := in.take(int64(xzCheckSizes[check]))
	if err != nil || !xzCheckFits(check, out[:size], sum) {
		return nil, sizes, errXZ
	}
	sizes = [2]int64{in.position() - start - int64(len(padding)), int64(size)}
	return out[size:], sizes, nil
}

// xzCheckFits compares the checks that the format defines; others fit, as with liblzma.
func xzCheckFits(id byte, data, sum []byte) bool {
	switch id {
	case 1:
		return binary.LittleEndian.Uint32(sum) == crc32.ChecksumIEEE(data)
	case 4:
		return binary.LittleEndian.Uint64(sum) == crc64.Checksum(data, crc64Table)
	case 10:
		digest := sha256.Sum256(data)
		return bytes.Equal(sum, digest[:])
	}
	return true
}

// readIndex compares the index with the blocks before it and returns its size.
func readIndex(in *xzInput, data []byte, blocks [][2]int64) (int64, error) {
	start := in.position()
	if _, err := in.take(1); err != nil {
		return 0, err
	}
	count, err := takeNumber(in)
	if err != nil || count != uint64(len(blocks)) {
		return 0, errXZ
	}
	for _, sizes := range blocks {
		for _, size := range sizes {
			if number, err := takeNumber(in); err != nil || number != uint64(size) {
				return 0, errXZ
			}
		}
	}
	padding, err := in.take(-(in.position() - start) & 3)
	if err != nil || !allZero(padding) {
		return 0, errXZ
	}
	end := in.position()
	sum, err := in.take(4)
	if err != nil || binary.LittleEndian.Uint32(sum) != crc32.ChecksumIEEE(data[start:end]) {
		return 0, errXZ
	}
	return end + 4 - start, nil
}

// unpackXZ unpacks data, one whole stream, to exactly size bytes.
func unpackXZ(data []byte, size uint32) ([]byte, error) {
	in := &xzInput{size: int64(len(data))}
	in.Reset(data)
	magic, err := in.take(int64(len(xzMagic)))
	if err != nil || !bytes.Equal(magic, xzMagic) {
		return nil, errXZ
	}
	flags, err := in.takeSummed(2)
	if err != nil {
		return nil, err
	}
	if flags[0] != 0 || flags[1] > 15 {
		return nil, fail(ErrNewer, "an xz stream with unknown flags (%x)", flags)
	}

	out := make([]byte, size)
	rest := out
	var blocks [][2]int64
	for {
		next, err := in.ReadByte()
		if err != nil {
			return nil, errXZ
		}
		if err := in.UnreadByte(); err != nil {
			return nil, err
		}
		if next == 0 { // the index
			break
		}
		var sizes [2]int64
		if rest, sizes, err = readBlock(in, data, flags[1], rest); err != nil {
			var known *failure
			if errors.As(err, &known) {
				return nil, err
			}
			return nil, errXZ
		}
		if blocks = append(blocks, sizes); len(blocks) > xzMaxBlocks {
			return nil, fail(ErrDamaged, "the xz stream has more than %d blocks", xzMaxBlocks)
		}
	}
	indexSize, err := readIndex(in, data, blocks)
	if err != nil {
		return nil, err
	}
	footerSum, err := in.take(4)
	if err != nil {
		return nil, err
	}
	footer, err := in.take(xzHeaderSize - 4)
	if err != nil || binary.LittleEndian.Uint32(footerSum) != crc32.ChecksumIEEE(footer[:6]) ||
		(int64(binary.LittleEndian.Uint32(footer))+1)*4 != indexSize ||
		!bytes.Equal(footer[4:6], flags) || string(footer[6:]) != "YZ" {
		return nil, errXZ
	}
	if in.Len() != 0 {
		return nil, fail(ErrDamaged, "the xz stream ends after %d of %d bytes", in.position(),
			in.size)
	}
	if len(rest) != 0 {
		return nil, fail(ErrDamaged, "the xz stream unpacks to %d bytes, not to %d",
			int(size)-len(rest), size)
	}
	return out, nil
}
