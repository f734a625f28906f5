// FP and SIMD registers: a guest that has the capability gets them at its first use of one, or with
// each load. Until then they are the host's, or another guest's, and an access traps.

#include "hal/cpu.h"
#include "percpu/per_cpu_state.h"
#include "vectors/vector_state.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// CPTR_EL2 in the layout of the host's E2H, with FP trapped or not.
std::uint64_t WithFp(const CpuTraits& cpu, std::uint64_t cptr, bool traps) {
  if (!cpu.e2h()) return CptrEl2::FromRaw(cptr).tfp(traps).raw();
  const TrapLevels levels = traps ? TrapLevels::kAll : TrapLevels::kNone;
  return CptrEl2E2h::FromRaw(cptr).fpen(levels).raw();
}

}  // namespace

void PerCpuState::TrapFp(Guest& guest, bool traps) {
  TrapBank& bank = guest.controls.traps;
  bank.Set<CptrEl2>(CptrEl2::FromRaw(WithFp(traits_, bank.Get<CptrEl2>().raw(), traps)));
}

/// EL2 may use the registers after this.
void PerCpuState::OpenFp() {
  const std::uint64_t cptr =
      traits_.e2h() ? Cpu::Read<CptrEl2E2h>().raw() : Cpu::Read<CptrEl2>().raw();
  const std::uint64_t open = WithFp(traits_, cptr, false);
  if (traits_.e2h()) Cpu::Write<CptrEl2E2h>(CptrEl2E2h::FromRaw(open));
  if (!traits_.e2h()) Cpu::Write<CptrEl2>(CptrEl2::FromRaw(open));
  Cpu::Isb();
}

bool PerCpuState::GiveVectors() {
  if (owner_ == nullptr || vectors_live_ || !owner_->open.Has(Capability::kFp)) return false;
  OpenFp();
  if (!has_host_vectors_) vectors::TrivetStoreVectors(&host_vectors_);
  has_host_vectors_ = true;
  vectors::TrivetLoadVectors(&owner_->vectors);
  vectors_live_ = true;
  TrapFp(*owner_, false);
  return true;
}

/// The loaded guest's registers are saved; its next use of one traps.
void PerCpuState::TakeVectors() {
  if (!vectors_live_) return;
  vectors::TrivetStoreVectors(&owner_->vectors);
  vectors_live_ = false;
  TrapFp(*owner_, true);
}

void PerCpuState::ReturnHostVectors() {
  if (!has_host_vectors_) return;
  OpenFp();
  vectors::TrivetLoadVectors(&host_vectors_);
  has_host_vectors_ = false;
}

}  // namespace trivet::percpu
