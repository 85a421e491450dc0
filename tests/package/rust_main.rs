// SPDX-License-Identifier: MIT
//! Loads the BPF object that is in this program, with the BTF that corebtf finds.
mod corebtf;

use std::ffi::CString;
use std::os::raw::{c_char, c_int, c_void};
use std::os::unix::ffi::OsStrExt;
use std::{mem, process, ptr};

/// libbpf's struct bpf_object_open_opts, as far as the path.
#[repr(C)]
struct OpenOpts {
    size: usize,
    object_name: *const c_char,
    relaxed_maps: bool,
    pin_root_path: *const c_char,
    removed: u32,
    kconfig: *const c_char,
    btf_custom_path: *const c_char,
}

#[link(name = "bpf")]
extern "C" {
    fn bpf_object__open_mem(data: *const c_void, size: usize, opts: *const OpenOpts) -> *mut c_void;
    fn bpf_object__load(object: *mut c_void) -> c_int;
}

static OBJECT: &[u8] = include_bytes!("tracer.bpf.o");

fn main() {
    let btf = corebtf::BtfPath::for_running_kernel().unwrap_or_else(|error| {
        eprintln!("corebtf: {error}");
        process::exit(2);
    });
    let path = btf.as_ref().map(|btf| CString::new(btf.as_path().as_os_str().as_bytes()).unwrap());
    let opts = OpenOpts {
        size: mem::size_of::<OpenOpts>(),
        object_name: ptr::null(),
        relaxed_maps: false,
        pin_root_path: ptr::null(),
        removed: 0,
        kconfig: ptr::null(),
        btf_custom_path: path.as_ref().map_or(ptr::null(), |path| path.as_ptr()),
    };
    let object = unsafe { bpf_object__open_mem(OBJECT.as_ptr().cast(), OBJECT.len(), &opts) };
    if object.is_null() || unsafe { bpf_object__load(object) } != 0 {
        eprintln!("the object was not loaded");
        process::exit(1);
    }
    println!("loaded with {:?}", btf.as_ref().map(|btf| btf.as_path()));
}
