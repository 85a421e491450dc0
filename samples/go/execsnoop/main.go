// SPDX-License-Identifier: MIT

// execsnoop prints every program that is started on this machine: the tracer of ../../execsnoop with
// cilium/ebpf instead of libbpf, and without cgo. On a kernel without BTF it takes the one that
// `corebtf embed` put into this program; kernelTypes() below is all that it takes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/btf"
	"github.com/cilium/ebpf/features"
	"github.com/cilium/ebpf/link"
	"github.com/cilium/ebpf/rlimit"

	"corebtf.example/go/corebtf"
)

// BPF2GO_CFLAGS: where bpf_buffer.bpf.h is, `pkg-config --cflags corebtf`; docs/go.md.
//go:generate sh -c "go run github.com/cilium/ebpf/cmd/bpf2go execsnoop ../../execsnoop/execsnoop.bpf.c -- $BPF2GO_CFLAGS"

// kernelTypes returns the BTF of the running kernel that came with this program, or nil when the
// kernel has its own.
func kernelTypes() (*btf.Spec, error) {
	types, err := corebtf.ForRunningKernel()
	if err != nil || types == nil {
		return nil, err
	}
	return btf.LoadSpecFromReader(types)
}

// hasRingBuffers asks what the BPF side asks (bpf_buffer.bpf.h): whether the BTF has the struct that
// came with ring buffers.
func hasRingBuffers(types *btf.Spec) bool {
	if types == nil {
		return features.HaveMapType(ebpf.RingBuf) == nil
	}
	var ring *btf.Struct
	return types.TypeByName("bpf_ringbuf", &ring) == nil
}

func load() (*ebpf.Collection, bool, error) {
	types, err := kernelTypes()
	switch {
	case err != nil: // go on: cilium/ebpf searches a few more places
		fmt.Fprintf(os.Stderr, "execsnoop: the kernel has no BTF of its own, and %v\n", err)
	case types == nil:
		fmt.Fprintln(os.Stderr, "execsnoop: BTF: the kernel's own")
	default:
		fmt.Fprintln(os.Stderr, "execsnoop: BTF: out of this program's own section .corebtf")
	}
	spec, err := loadExecsnoop()
	if err != nil {
		return nil, false, err
	}
	isRing := hasRingBuffers(types)
	if isRing {
		spec.Maps["heap"].ValueSize = 8 // it only counts what is lost
	} else {
		events := spec.Maps["events"]
		events.Type, events.KeySize, events.ValueSize = ebpf.PerfEventArray, 4, 4
		events.MaxEntries = 0 // that of processors
	}
	if err := rlimit.RemoveMemlock(); err != nil {
		return nil, false, err
	}
	collection, err := ebpf.NewCollectionWithOptions(spec, ebpf.CollectionOptions{
		Programs: ebpf.ProgramOptions{KernelTypes: types},
	})
	return collection, isRing, err
}

func trace(count int, seconds int) error {
	collection, isRing, err := load()
	if err != nil {
		return fmt.Errorf("the BPF program cannot be loaded: %w", err)
	}
	defer collection.Close()
	buffer, err := openBuffer(collection, isRing)
	if err != nil {
		return err
	}
	attached, err := link.AttachRawTracepoint(link.RawTracepointOptions{
		Name: "sched_process_exec", Program: collection.Programs["handle_exec"],
	})
	if err != nil {
		return fmt.Errorf("cannot attach to sched_process_exec: %w", err)
	}
	defer attached.Close()

	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	if seconds > 0 {
		time.AfterFunc(time.Duration(seconds)*time.Second, func() { stop <- os.Interrupt })
	}
	go func() {
		<-stop
		buffer.close()
	}()

	fmt.Fprintf(os.Stderr, "execsnoop: tracing, through a %s buffer\n", buffer.kind)
	fmt.Printf("%-8s %-8s %-6s %-16s %s\n", "PID", "PPID", "UID", "COMM", "FILE")
	for printed := 0; count == 0 || printed < count; printed++ {
		event, err := buffer.read()
		if errors.Is(err, os.ErrClosed) {
			break
		}
		if err != nil {
			return fmt.Errorf("reading events: %w", err)
		}
		fmt.Println(event)
	}
	if lost := buffer.lost(); lost > 0 {
		fmt.Fprintf(os.Stderr, "execsnoop: %d events lost\n", lost)
	}
	return nil
}

func main() {
	count := flag.Int("n", 0, "stop after so many programs")
	seconds := flag.Int("t", 0, "stop after so many seconds")
	flag.Parse()
	if flag.NArg() > 0 || *count < 0 || *seconds < 0 {
		flag.Usage()
		os.Exit(2)
	}
	if err := trace(*count, *seconds); err != nil {
		fmt.Fprintf(os.Stderr, "execsnoop: %v\n", err)
		os.Exit(1)
	}
}
