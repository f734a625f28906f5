// SPDX-License-Identifier: Apache-2.0 OR MIT
//! QEMU's virt machine: first instructions and guest of ../make, a PL011, and the functions that compilers call.

use core::arch::global_asm;

global_asm!(include_str!("../../make/start.S"));
global_asm!(include_str!("../../make/guest.S"));

pub fn print(text: &str) {
    for byte in text.bytes() {
        unsafe { core::ptr::write_volatile(0x0900_0000 as *mut u32, byte as u32) };
    }
}

/// Reads a system register by its assembler name.
#[macro_export]
macro_rules! read_register {
    ($name:literal) => {{
        let value: u64;
        unsafe { core::arch::asm!(concat!("mrs {}, ", $name), out(reg) value) };
        value
    }};
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    print("cargo: panic\n");
    loop {}
}

/// core was compiled to unwind; nothing here does.
#[no_mangle]
extern "C" fn rust_eh_personality() {}

// Volatile: or they would become calls of themselves.

#[no_mangle]
unsafe extern "C" fn memcpy(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    for i in 0..size {
        to.add(i).write_volatile(from.add(i).read());
    }
    to
}

#[no_mangle]
unsafe extern "C" fn memmove(to: *mut u8, from: *const u8, size: usize) -> *mut u8 {
    if (to as *const u8) < from {
        return memcpy(to, from, size);
    }
    for i in (0..size).rev() {
        to.add(i).write_volatile(from.add(i).read());
    }
    to
}

#[no_mangle]
unsafe extern "C" fn memset(to: *mut u8, value: i32, size: usize) -> *mut u8 {
    for i in 0..size {
        to.add(i).write_volatile(value as u8);
    }
    to
}

#[no_mangle]
unsafe extern "C" fn memcmp(a: *const u8, b: *const u8, size: usize) -> i32 {
    for i in 0..size {
        let (x, y) = (a.add(i).read_volatile(), b.add(i).read_volatile());
        if x != y {
            return x as i32 - y as i32;
        }
    }
    0
}

#[no_mangle]
unsafe extern "C" fn bcmp(a: *const u8, b: *const u8, size: usize) -> i32 {
    memcmp(a, b, size)
}
