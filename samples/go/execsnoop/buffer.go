// SPDX-License-Identifier: MIT

package main

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/perf"
	"github.com/cilium/ebpf/ringbuf"
)

const (
	commSize  = 16
	fileSize  = 256
	perfPages = 64 // for each processor
)

// event is struct event of execsnoop.h.
type event struct {
	pid, ppid int32
	uid       uint32
	comm      [commSize]byte
	file      [fileSize]byte
}

// printable: any user can choose a file name, and no control character may reach the terminal.
func printable(field []byte) string {
	var text strings.Builder
	for _, c := range field {
		switch {
		case c == 0:
			return text.String()
		case c < 0x20 || c == 0x7f:
			fmt.Fprintf(&text, "\\x%02x", c)
		default:
			text.WriteByte(c)
		}
	}
	return text.String()
}

func (e *event) String() string {
	return fmt.Sprintf("%-8d %-8d %-6d %-16s %s", e.pid, e.ppid, e.uid, printable(e.comm[:]),
		printable(e.file[:]))
}

// buffer is a ring buffer or a perf buffer.
type buffer struct {
	kind  string
	close func() error
	// next returns an event's bytes; none when events were lost instead.
	next func() ([]byte, error)
	lost func() uint64
}

func openBuffer(collection *ebpf.Collection, isRing bool) (*buffer, error) {
	events := collection.Maps["events"]
	if !isRing {
		reader, err := perf.NewReader(events, perfPages*os.Getpagesize())
		if err != nil {
			return nil, fmt.Errorf("no perf buffer: %w", err)
		}
		var lost uint64
		return &buffer{"perf", reader.Close, func() ([]byte, error) {
			record, err := reader.Read()
			lost += record.LostSamples
			return record.RawSample, err
		}, func() uint64 { return lost }}, nil
	}
	reader, err := ringbuf.NewReader(events)
	if err != nil {
		return nil, fmt.Errorf("no ring buffer: %w", err)
	}
	return &buffer{"ring", reader.Close, func() ([]byte, error) {
		record, err := reader.Read()
		return record.RawSample, err
	}, func() (lost uint64) {
		// The kernel does not count for a ring buffer, the BPF side does.
		var counts []uint64
		if collection.Maps["heap"].Lookup(uint32(0), &counts) == nil {
			for _, count := range counts {
				lost += count
			}
		}
		return lost
	}}, nil
}

// read waits for the next event.
func (b *buffer) read() (*event, error) {
	for {
		sample, err := b.next()
		if err != nil {
			return nil, err
		}
		if len(sample) >= int(unsafe.Sizeof(event{})) {
			e := new(event) // samples are aligned to 4 bytes only
			copy((*[unsafe.Sizeof(event{})]byte)(unsafe.Pointer(e))[:], sample)
			return e, nil
		}
	}
}
