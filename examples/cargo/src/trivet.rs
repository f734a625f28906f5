// SPDX-License-Identifier: Apache-2.0 OR MIT
//! What the types say: a guest runs on an enabled CPU, and its registers leave the CPU before it or the CPU goes.

use core::marker::PhantomData;
use trivet_sys::*;

/// A trivet_status that is not TRIVET_OK.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Error(pub u8);

fn check(status: u8) -> Result<(), Error> {
    if status == TRIVET_OK {
        Ok(())
    } else {
        Err(Error(status))
    }
}

/// A CPU that is created.
pub struct Cpu<'a>(&'a mut trivet_cpu);

impl<'a> Cpu<'a> {
    /// `cpu`: all zero.
    pub fn create(cpu: &'a mut trivet_cpu, abi: u32, host: &trivet_host, mpidr: u64) -> Result<Self, Error> {
        check(unsafe { trivet_cpu_create(cpu, core::mem::size_of::<trivet_cpu>(), abi, host, mpidr) })?;
        Ok(Cpu(cpu))
    }

    /// # Safety
    /// On the CPU, at EL2, not migrated until the result is gone.
    pub unsafe fn enable(&mut self) -> Result<Enabled<'_>, Error> {
        check(trivet_cpu_enable(self.0))?;
        Ok(Enabled { cpu: self.0, here: PhantomData })
    }
}

/// Enabled from here to `disable()`, on the CPU that has it.
pub struct Enabled<'a> {
    cpu: *mut trivet_cpu,
    here: PhantomData<&'a mut trivet_cpu>,
}

impl Enabled<'_> {
    pub fn audit(&self) -> Result<(), Error> {
        check(unsafe { trivet_cpu_audit(self.cpu) })
    }

    pub fn disable(self) -> Result<(), Error> {
        check(unsafe { trivet_cpu_disable(self.cpu) })
    }
}

/// The stage 2 of a guest.
pub struct Memory<'a>(&'a mut trivet_memory);

impl<'a> Memory<'a> {
    pub fn create(memory: &'a mut trivet_memory, config: &trivet_memory_config) -> Result<Self, Error> {
        let size = core::mem::size_of::<trivet_memory>();
        check(unsafe { trivet_memory_create(memory, size, TRIVET_ABI, config) })?;
        Ok(Memory(memory))
    }

    pub fn map(&mut self, ipa: u64, pa: u64, bytes: u64, rights: u32) -> Result<(), Error> {
        check(unsafe { trivet_memory_map(self.0, ipa, pa, bytes, rights) })
    }

    pub fn registers(&self) -> (u64, u64) {
        unsafe { (trivet_memory_vtcr(self.0), trivet_memory_vttbr(self.0)) }
    }
}

/// A guest's CPU, whose registers only `on` has.
pub struct Guest<'a> {
    vcpu: &'a mut trivet_vcpu,
    on: &'a Enabled<'a>,
}

impl<'a> Guest<'a> {
    pub fn create(vcpu: &'a mut trivet_vcpu, config: &trivet_vcpu_config, on: &'a Enabled<'a>) -> Result<Self, Error> {
        let size = core::mem::size_of::<trivet_vcpu>();
        check(unsafe { trivet_vcpu_create(vcpu, size, TRIVET_ABI, config) })?;
        Ok(Guest { vcpu, on })
    }

    pub fn run(&mut self) -> Result<trivet_exit, Error> {
        let mut exit = trivet_exit::default();
        check(unsafe { trivet_vcpu_run(self.vcpu, self.on.cpu, &mut exit) })?;
        Ok(exit)
    }

    pub fn x(&mut self, n: usize) -> u64 {
        unsafe { (*trivet_vcpu_frame(self.vcpu)).x[n] }
    }
}

impl Drop for Guest<'_> {
    fn drop(&mut self) {
        let _ = unsafe { trivet_vcpu_unload(self.vcpu, self.on.cpu) };
    }
}
