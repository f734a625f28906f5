// SPDX-License-Identifier: Apache-2.0 OR MIT
//! A hypervisor of one CPU and one guest: takes EL2, runs the guest of ../make to its second hypercall, gives EL2 back,
//! and compares what it had with what it has.
#![no_std]
#![no_main]

mod machine;
mod trivet;

use core::ptr::{addr_of_mut, null, null_mut};
use machine::print;
use trivet::{Cpu, Enabled, Error, Guest, Memory};
use trivet_sys::*;

const ARGUMENT: u64 = 0xcafe;
const TABLES: usize = 8;

#[repr(C, align(4096))]
struct Tables([[u8; 4096]; TABLES]);

static mut CPU: trivet_cpu = trivet_cpu([0; 8192]);
static mut VCPU: trivet_vcpu = trivet_vcpu([0; 4096]);
static mut MEMORY: trivet_memory = trivet_memory([0; 192]);
static mut TABLE_MEMORY: Tables = Tables([[0; 4096]; TABLES]);
static mut USED: [u64; 1] = [0];

extern "C" {
    static guest: u8;
}

extern "C" fn ignore(_: *mut trivet_cpu) {}
extern "C" fn crash(_: *mut trivet_cpu) {
    print("cargo: exception at EL2\n");
    loop {}
}

/// This code is compiled with FP registers, as the target's ABI has them.
fn host() -> trivet_host {
    trivet_host {
        irq: Some(ignore),
        fiq: Some(ignore),
        serror: Some(ignore),
        fatal: Some(crash),
        exit: None,
        physical_address: None,
        act: None,
        vector_table: null(),
        vector_base: 0,
        parts: null(),
        policy: 0,
        uses_fp: 1,
    }
}

/// The registers of EL2 that Trivet changes while it is enabled.
fn read_host() -> [u64; 6] {
    [
        read_register!("vbar_el2"),
        read_register!("hcr_el2"),
        read_register!("tpidr_el2"),
        read_register!("s3_4_c2_c1_0"), // VTTBR_EL2
        read_register!("cptr_el2"),
        read_register!("cntvoff_el2"),
    ]
}

/// Values that no register has by itself.
fn mark_host() {
    unsafe {
        core::arch::asm!("msr vbar_el2, {}", in(reg) 0x4010_1800u64);
        core::arch::asm!("msr tpidr_el2, {}", in(reg) 0x5a5au64);
        core::arch::asm!("msr cntvoff_el2, {}", in(reg) 0x123u64);
        core::arch::asm!("isb");
    }
}

/// Whether its exits are HVC 1 and HVC 2 with what it computes.
fn run_guest(cpu: &Enabled) -> Result<bool, Error> {
    let config = trivet_memory_config {
        tables: unsafe { addr_of_mut!(TABLE_MEMORY) }.cast(),
        table_count: TABLES,
        used: unsafe { addr_of_mut!(USED) }.cast(),
        tables_pa: unsafe { addr_of_mut!(TABLE_MEMORY) } as u64,
        ipa_bits: 32,
        vmid: 7,
        reserved: 0,
    };
    let page = unsafe { &guest as *const u8 as u64 };
    let mut memory = Memory::create(unsafe { &mut *addr_of_mut!(MEMORY) }, &config)?;
    memory.map(page, page, 4096, TRIVET_READ | TRIVET_EXECUTE)?;
    let (vtcr, vttbr) = memory.registers();
    let config = trivet_vcpu_config {
        entry: page,
        argument: ARGUMENT,
        vtcr,
        vttbr,
        traps: 0,
        mpidr: 0x8000_0001,
        counter_offset: 0,
        interrupts: null_mut(),
        sve_memory: null_mut(),
        sme_memory: null_mut(),
        sve_granules: 0,
        sme_granules: 0,
        open: 0,
        translates_faults: 0,
    };
    let mut vcpu = Guest::create(unsafe { &mut *addr_of_mut!(VCPU) }, &config, cpu)?;
    for (number, x0) in [(1, ARGUMENT + 1), (2, 2 * ARGUMENT + 1)] {
        let exit = vcpu.run()?;
        if exit.reason != TRIVET_EXIT_HYPERCALL || exit.syndrome & 0xffff != number || vcpu.x(0) != x0 {
            return Ok(false);
        }
    }
    Ok(true)
}

fn run() -> Result<bool, Error> {
    let mpidr = read_register!("mpidr_el1");
    let cpu = unsafe { &mut *addr_of_mut!(CPU) };
    let refused = Cpu::create(cpu, TRIVET_ABI + 1, &host(), mpidr).err() == Some(Error(TRIVET_WRONG_VERSION));
    let mut cpu = Cpu::create(cpu, TRIVET_ABI, &host(), mpidr)?;
    let enabled = unsafe { cpu.enable()? };
    let ran = run_guest(&enabled);
    let audited = enabled.audit();
    enabled.disable()?;
    audited?;
    Ok(ran? && refused)
}

#[no_mangle]
extern "C" fn main() {
    mark_host();
    let before = read_host();
    let ran = run() == Ok(true);
    let same = before == read_host();
    if !ran {
        print("cargo: the guest did not do what it should\n");
    }
    if !same {
        print("cargo: a register is not as it was\n");
    }
    print(if ran && same { "cargo: PASS\n" } else { "cargo: FAIL\n" });
}
