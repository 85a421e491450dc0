// SPDX-License-Identifier: MIT

package corebtf

import (
	"encoding/binary"
	"errors"
	"io"
	"os"
	"strings"
	"syscall"
	"unsafe"
)

// What is read of the machine the program runs on: small files, and uname(2). Tests put a folder and
// a made-up uname in its place.

const (
	hostFileLimit = 16384
	linksFollowed = 40 // as many as Linux follows
	pathMax       = 4096

	kernelBTF   = "/sys/kernel/btf/vmlinux"
	kernelNotes = "/sys/kernel/notes"
)

type uname struct{ release, machine, version string }

type host struct {
	root     string // put before every path
	uname    *uname // nil: ask the kernel
	hostRoot string // where a container sees the host's /; "": $HOST_ROOT
}

var hostOrder = func() binary.ByteOrder {
	one := uint16(1)
	if *(*byte)(unsafe.Pointer(&one)) == 1 {
		return binary.LittleEndian
	}
	return binary.BigEndian
}()

func (h *host) identity() (uname, error) {
	var u syscall.Utsname
	if h.uname != nil {
		return *h.uname, nil
	}
	if err := syscall.Uname(&u); err != nil {
		return uname{}, within(err, "uname")
	}
	return uname{cText(u.Release[:]), cText(u.Machine[:]), cText(u.Version[:])}, nil
}

// cText: some machines have signed characters.
func cText[T int8 | uint8](field []T) string {
	var text []byte
	for _, c := range field {
		if c == 0 {
			break
		}
		text = append(text, byte(c))
	}
	return string(text)
}

func readSmallFile(path string) ([]byte, error) {
	// The owner of a container may put a FIFO there, which must not make us wait.
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NONBLOCK|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if status, err := f.Stat(); err != nil || !status.Mode().IsRegular() {
		return nil, errors.New("no regular file")
	}
	return io.ReadAll(io.LimitReader(f, hostFileLimit))
}

func (h *host) read(path string) ([]byte, error) { return readSmallFile(h.root + path) }

// readInside reads a file below another root: links and ".." do not lead out of it.
func (h *host) readInside(inside, path string) ([]byte, error) {
	root := h.root + inside
	real, err := resolveInside(root, path)
	if err != nil {
		return nil, err
	}
	return readSmallFile(root + real)
}

// resolveInside returns path, below root, without links and "..".
func resolveInside(root, path string) (string, error) {
	real, followed := "", 0
	for {
		path = strings.TrimLeft(path, "/")
		if path == "" {
			return real, nil
		}
		name, rest, _ := strings.Cut(path, "/")
		before := real
		path = rest
		switch name {
		case ".":
			continue
		case "..": // at the root it stays there, as in every file system
			if slash := strings.LastIndexByte(real, '/'); slash >= 0 {
				real = real[:slash]
			}
			continue
		}
		real += "/" + name
		target, err := os.Readlink(root + real)
		if err != nil {
			if errors.Is(err, syscall.EINVAL) { // no link
				continue
			}
			return "", err
		}
		if followed++; followed > linksFollowed {
			return "", syscall.ELOOP
		}
		real = before
		if strings.HasPrefix(target, "/") {
			real = ""
		}
		if path = target + "/" + rest; len(path) >= pathMax {
			return "", syscall.ENAMETOOLONG
		}
	}
}

// hasBTF says whether the kernel has BTF of its own that this process may read.
func (h *host) hasBTF() bool {
	f, err := os.Open(h.root + kernelBTF)
	if err == nil {
		f.Close()
	}
	return err == nil
}

// hostVariable is an environment variable; "" in a program with more rights than its caller.
func hostVariable(name string) string {
	if hasMoreRights() {
		return ""
	}
	return os.Getenv(name)
}

// hasMoreRights is what secure_getenv(3) asks: AT_SECURE of the auxiliary vector. It is set for
// set-user-ID programs and file capabilities.
func hasMoreRights() bool {
	const secure = 23
	const word = int(unsafe.Sizeof(uintptr(0)))
	vector, err := os.ReadFile("/proc/self/auxv")
	if err != nil { // no /proc: the user and group ids are all that can be compared
		return os.Getuid() != os.Geteuid() || os.Getgid() != os.Getegid()
	}
	read := func(at int) uint64 {
		if word == 4 {
			return uint64(hostOrder.Uint32(vector[at:]))
		}
		return hostOrder.Uint64(vector[at:])
	}
	for at := 0; at+2*word <= len(vector); at += 2 * word {
		if read(at) == secure {
			return read(at+word) != 0
		}
	}
	return false
}

func (h *host) osReleaseBelow(inside string) (osRelease, bool) {
	for _, path := range []string{"/etc/os-release", "/usr/lib/os-release"} {
		if r, ok := h.osReleaseAt(inside, path); ok {
			return r, true
		}
	}
	return osRelease{}, false
}

func (h *host) osReleaseAt(inside, path string) (osRelease, bool) {
	read := func() ([]byte, error) { return h.readInside(inside, path) }
	if inside == "" {
		read = func() ([]byte, error) { return h.read(path) }
	}
	text, err := read()
	if err != nil {
		return osRelease{}, false
	}
	r := parseOSRelease(string(text))
	r.source = inside + path
	return r, true
}

// osRelease is the host's, also out of a container: the first that is there of those that
// docs/lookup.md lists.
func (h *host) osRelease(log logger) osRelease {
	root, named := h.hostRoot, "the host root that was given"
	if root == "" {
		root, named = hostVariable("HOST_ROOT"), "HOST_ROOT"
	}
	if root != "" {
		if r, ok := h.osReleaseBelow(root); ok {
			return r
		}
		log("no os-release can be read below %s (%s)", root, named)
	}
	if etc := hostVariable("HOST_ETC"); etc != "" {
		if r, ok := h.osReleaseAt(etc, "/os-release"); ok {
			return r
		}
		log("no os-release can be read in %s (HOST_ETC)", etc)
	}
	if r, ok := h.osReleaseAt("/run/host", "/os-release"); ok {
		return r
	}
	for _, inside := range []string{"/run/host", "/proc/1/root", ""} {
		if r, ok := h.osReleaseBelow(inside); ok {
			return r
		}
	}
	return osRelease{}
}
