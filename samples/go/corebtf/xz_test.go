// SPDX-License-Identifier: MIT

package corebtf

import (
	"bytes"
	"errors"
	"os/exec"
	"strings"
	"testing"
)

func xz(t testing.TB, data []byte, options ...string) []byte {
	command := exec.Command("xz", append([]string{"-c", "-T1"}, options...)...)
	command.Stdin = bytes.NewReader(data)
	packed, err := command.Output()
	if err != nil {
		t.Skipf("xz is not here: %v", err)
	}
	return packed
}

func sample(size int) []byte {
	data := []byte(strings.Repeat("5.4.0-58-generic and 6.1.0-47-amd64\x00", size/36+1))[:size]
	for i := 0; i < size; i += 7 {
		data[i] = byte(i * i >> 3)
	}
	return data
}

func TestXZ(t *testing.T) {
	for _, size := range []int{0, 1, 5, 4096, 100000} {
		data := sample(size)
		for _, options := range [][]string{
			{"-0", "-Cnone"}, {"-6", "-Ccrc32"}, {"-9", "-Ccrc64"}, {"-1", "-Csha256"},
			{"-0", "--block-size=30000"}, {"--lzma2=dict=4KiB,lc=0,lp=2,pb=0"},
		} {
			packed := xz(t, data, options...)
			got, err := unpackXZ(packed, uint32(size))
			if err != nil || !bytes.Equal(got, data) {
				t.Errorf("%d bytes, %v: %v", size, options, err)
			}
			if _, err := unpackXZ(packed, uint32(size+1)); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bytes, %v, and one more: %v", size, options, err)
			}
			if size > 0 {
				if _, err := unpackXZ(packed, uint32(size-1)); !errors.Is(err, ErrDamaged) {
					t.Errorf("%d bytes, %v, but one: %v", size, options, err)
				}
			}
			if _, err := unpackXZ(append(packed, 0, 0, 0, 0), uint32(size)); !errors.Is(err, ErrDamaged) {
				t.Errorf("%d bytes, %v, with padding: %v", size, options, err)
			}
		}
	}
}

// More than fits into one chunk of LZMA2.
func TestXZManyChunks(t *testing.T) {
	data := sample(5 << 20 / 2)
	if got, err := unpackXZ(xz(t, data, "-0"), uint32(len(data))); err != nil ||
		!bytes.Equal(got, data) {
		t.Error(err)
	}
}

func TestXZFilters(t *testing.T) {
	data := sample(1000)
	if _, err := unpackXZ(xz(t, data, "--x86", "--lzma2=preset=0"), 1000); !errors.Is(err, ErrNewer) {
		t.Errorf("another filter: %v", err)
	}
	_, err := unpackXZ(xz(t, data, "--lzma2=preset=0,dict=65MiB"), 1000)
	if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "dictionary") {
		t.Errorf("a large dictionary: %v", err)
	}
	if _, err := unpackXZ(xz(t, sample(70000), "--block-size=1000"), 70000); !errors.Is(err, ErrDamaged) {
		t.Errorf("70 blocks: %v", err)
	}
}

// Every damaged byte is found, and every cut.
func TestXZDamage(t *testing.T) {
	data := sample(200)
	for _, options := range [][]string{{"-Ccrc32"}, {"-Csha256", "--block-size=100"}} {
		packed := xz(t, data, options...)
		for at := range packed {
			for bit := 0; bit < 8; bit++ {
				damaged := append([]byte(nil), packed...)
				damaged[at] ^= 1 << bit
				if _, err := unpackXZ(damaged, 200); err == nil {
					t.Errorf("%v: byte %d, bit %d: no error", options, at, bit)
				}
			}
			if _, err := unpackXZ(packed[:at], 200); !errors.Is(err, ErrDamaged) {
				t.Errorf("%v: %d of %d bytes: %v", options, at, len(packed), err)
			}
		}
	}
}

func FuzzXZ(f *testing.F) {
	for _, options := range []string{"-Cnone", "-Ccrc64", "--block-size=100"} {
		f.Add(xz(f, sample(300), options))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if out, err := unpackXZ(data, 300); err == nil && len(out) != 300 {
			t.Errorf("%d bytes", len(out))
		}
	})
}
