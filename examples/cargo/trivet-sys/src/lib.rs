// SPDX-License-Identifier: Apache-2.0 OR MIT
//! What this hypervisor uses of `trivet.h`, by hand: ../../test compares each number and size with the tarball's abi.txt.
#![no_std]

use core::ffi::c_void;

pub const TRIVET_ABI: u32 = 2;
pub const TRIVET_OK: u8 = 0;
pub const TRIVET_WRONG_VERSION: u8 = 128;
pub const TRIVET_EXIT_HYPERCALL: u32 = 0;
pub const TRIVET_READ: u32 = 1;
pub const TRIVET_EXECUTE: u32 = 4;

/// Opaque objects, all zero before their create functions.
#[repr(C, align(4096))]
pub struct trivet_cpu(pub [u8; 8192]);
#[repr(C, align(16))]
pub struct trivet_vcpu(pub [u8; 4096]);
#[repr(C, align(16))]
pub struct trivet_memory(pub [u8; 192]);

pub type Handler = extern "C" fn(*mut trivet_cpu);

#[repr(C)]
pub struct trivet_host {
    pub irq: Option<Handler>,
    pub fiq: Option<Handler>,
    pub serror: Option<Handler>,
    pub fatal: Option<Handler>,
    pub exit: Option<extern "C" fn(*mut trivet_cpu, *mut trivet_vcpu, *const trivet_exit) -> *mut trivet_vcpu>,
    pub physical_address: Option<extern "C" fn(*const c_void) -> u64>,
    pub act: Option<extern "C" fn(*mut trivet_cpu, u32, u32) -> u8>,
    pub vector_table: *const c_void,
    pub vector_base: u64,
    pub parts: *const c_void,
    pub policy: u32,
    pub uses_fp: u32,
}

#[repr(C)]
#[derive(Default)]
pub struct trivet_exit {
    pub reason: u32,
    pub has: u32,
    pub syndrome: u64,
    pub address: u64,
    pub ipa: u64,
}

#[repr(C)]
pub struct trivet_memory_config {
    pub tables: *mut c_void,
    pub table_count: usize,
    pub used: *mut u64,
    pub tables_pa: u64,
    pub ipa_bits: u32,
    pub vmid: u16,
    pub reserved: u16,
}

#[repr(C)]
pub struct trivet_vcpu_config {
    pub entry: u64,
    pub argument: u64,
    pub vtcr: u64,
    pub vttbr: u64,
    pub traps: u64,
    pub mpidr: u64,
    pub counter_offset: u64,
    pub interrupts: *mut c_void,
    pub sve_memory: *mut c_void,
    pub sme_memory: *mut c_void,
    pub sve_granules: u32,
    pub sme_granules: u32,
    pub open: u32,
    pub translates_faults: u32,
}

#[repr(C)]
pub struct trivet_frame {
    pub x: [u64; 31],
    pub pc: u64,
    pub pstate: u64,
}

#[link(name = "trivet", kind = "static")]
extern "C" {
    pub fn trivet_cpu_create(cpu: *mut trivet_cpu, size: usize, abi: u32, host: *const trivet_host, mpidr: u64) -> u8;
    pub fn trivet_cpu_enable(cpu: *mut trivet_cpu) -> u8;
    pub fn trivet_cpu_disable(cpu: *mut trivet_cpu) -> u8;
    pub fn trivet_cpu_audit(cpu: *mut trivet_cpu) -> u8;
    pub fn trivet_memory_create(memory: *mut trivet_memory, size: usize, abi: u32, config: *const trivet_memory_config)
        -> u8;
    pub fn trivet_memory_map(memory: *mut trivet_memory, ipa: u64, pa: u64, bytes: u64, rights: u32) -> u8;
    pub fn trivet_memory_vtcr(memory: *const trivet_memory) -> u64;
    pub fn trivet_memory_vttbr(memory: *const trivet_memory) -> u64;
    pub fn trivet_vcpu_create(vcpu: *mut trivet_vcpu, size: usize, abi: u32, config: *const trivet_vcpu_config) -> u8;
    pub fn trivet_vcpu_run(vcpu: *mut trivet_vcpu, cpu: *mut trivet_cpu, exit: *mut trivet_exit) -> u8;
    pub fn trivet_vcpu_unload(vcpu: *mut trivet_vcpu, cpu: *mut trivet_cpu) -> u8;
    pub fn trivet_vcpu_frame(vcpu: *mut trivet_vcpu) -> *mut trivet_frame;
}

macro_rules! has_size {
    ($($name:ident: $bytes:literal;)*) => { $(const _: () = assert!(core::mem::size_of::<$name>() == $bytes);)* };
}
has_size! {
    trivet_cpu: 8192;
    trivet_vcpu: 4096;
    trivet_memory: 192;
    trivet_host: 88;
    trivet_exit: 32;
    trivet_memory_config: 40;
    trivet_vcpu_config: 96;
    trivet_frame: 264;
}
