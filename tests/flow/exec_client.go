// SPDX-License-Identifier: MIT

// exec_client OBJECT: loads a BPF object with cilium/ebpf, starts a program, and compares the parent
// that the kernel noted for it with its own process.
package main

import (
	"fmt"
	"os"
	"os/exec"

	"github.com/cilium/ebpf"
	"github.com/cilium/ebpf/link"
)

func run(object string) error {
	collection, err := ebpf.LoadCollection(object)
	if err != nil {
		return err
	}
	defer collection.Close()
	attached, err := link.AttachRawTracepoint(link.RawTracepointOptions{
		Name:    "sched_process_exec",
		Program: collection.Programs["note_parent"],
	})
	if err != nil {
		return err
	}
	defer attached.Close()
	command := exec.Command("/bin/true")
	if err := command.Run(); err != nil {
		return err
	}
	var parent int32
	if err := collection.Maps["parents"].Lookup(int32(command.Process.Pid), &parent); err != nil {
		return fmt.Errorf("no event for process %d: %w", command.Process.Pid, err)
	}
	if int(parent) != os.Getpid() {
		return fmt.Errorf("the parent is %d, not %d", parent, os.Getpid())
	}
	fmt.Println("the parent is right")
	return nil
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "exec_client:", err)
		os.Exit(1)
	}
}
