// FP, SIMD and SVE registers: a guest that has the capability gets them at its first use of one, or
// with each load. Until then they are the host's, or another guest's, and an access traps.

#include "hal/cpu.h"
#include "percpu/per_cpu_state.h"
#include "vectors/sve_state.h"
#include "vectors/vector_state.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Which registers CPTR_EL2 traps.
struct Traps {
  bool fp, sve;
};

/// CPTR_EL2 in the layout of the host's E2H. A CPU without SVE has TZ as RES1 and ZEN as RES0.
std::uint64_t WithTraps(const CpuTraits& cpu, std::uint64_t cptr, Traps traps) {
  const bool has_sve = cpu.Has<Feature::kSve>();
  if (!cpu.e2h()) {
    const CptrEl2 with_fp = CptrEl2::FromRaw(cptr).tfp(traps.fp);
    return (has_sve ? with_fp.tz(traps.sve) : with_fp).raw();
  }
  const auto levels = [](bool trapped) { return trapped ? TrapLevels::kAll : TrapLevels::kNone; };
  const CptrEl2E2h with_fp = CptrEl2E2h::FromRaw(cptr).fpen(levels(traps.fp));
  return (has_sve ? with_fp.zen(levels(traps.sve)) : with_fp).raw();
}

std::uint64_t ReadCptr(const CpuTraits& cpu) {
  return cpu.e2h() ? Cpu::Read<CptrEl2E2h>().raw() : Cpu::Read<CptrEl2>().raw();
}

void WriteCptr(const CpuTraits& cpu, std::uint64_t value) {
  if (cpu.e2h()) return Cpu::Write<CptrEl2E2h>(CptrEl2E2h::FromRaw(value));
  Cpu::Write<CptrEl2>(CptrEl2::FromRaw(value));
}

/// ZCR_EL1 of EL1, by the name that reaches it under the host's E2H.
ZcrEl2 ReadZcrEl1(const CpuTraits& cpu) {
  return ZcrEl2::FromRaw(cpu.e2h() ? Cpu::Read<ZcrEl12>().raw() : Cpu::Read<ZcrEl1>().raw());
}

void WriteZcrEl1(const CpuTraits& cpu, ZcrEl2 value) {
  if (cpu.e2h()) return Cpu::Write<ZcrEl12>(ZcrEl12::Value::FromRaw(value.raw()));
  Cpu::Write<ZcrEl1>(ZcrEl1::Value::FromRaw(value.raw()));
}

}  // namespace

/// The loaded or prepared guest's use of its vector registers traps, or not.
void PerCpuState::TrapVectors(Guest& guest, bool traps) {
  TrapBank& bank = guest.controls.traps;
  const bool sve = traps || !guest.open.Has(Capability::kSve);
  const std::uint64_t cptr = bank.Get<CptrEl2>().raw();
  bank.Set<CptrEl2>(CptrEl2::FromRaw(WithTraps(traits_, cptr, {.fp = traps, .sve = sve})));
}

/// EL2 may use the registers after this: those of SVE too, or as before.
void PerCpuState::OpenVectors(bool sve) {
  const std::uint64_t cptr = ReadCptr(traits_);
  if (sve) {
    WriteCptr(traits_, WithTraps(traits_, cptr, {.fp = false, .sve = false}));
  } else if (traits_.e2h()) {
    WriteCptr(traits_, CptrEl2E2h::FromRaw(cptr).fpen(TrapLevels::kNone).raw());
  } else {
    WriteCptr(traits_, CptrEl2::FromRaw(cptr).tfp(false).raw());
  }
  Cpu::Isb();
}

/// Vectors of EL2 are those of ZCR_EL2 from here on.
void PerCpuState::SetVectorLengths(ZcrEl2 el2, ZcrEl2 el1) {
  Cpu::Write<ZcrEl2>(el2);
  WriteZcrEl1(traits_, el1);
  Cpu::Isb();
}

/// The host's, once: `guest_has_sve` says whether its vector lengths change too.
void PerCpuState::SaveHostVectors(bool guest_has_sve) {
  if (!has_host_vectors_) {
    vectors::TrivetStoreVectors(&host_vectors_);
    if (!host_sve_.IsNone()) vectors::TrivetStoreSve(host_sve_.memory);
    has_host_vectors_ = true;
  }
  if (!guest_has_sve || has_host_lengths_) return;
  host_zcr_el2_ = Cpu::Read<ZcrEl2>();
  host_zcr_el1_ = ReadZcrEl1(traits_);
  has_host_lengths_ = true;
}

bool PerCpuState::GiveVectors() {
  if (owner_ == nullptr || vectors_live_ || !owner_->open.Has(Capability::kFp)) return false;
  const bool sve = owner_->open.Has(Capability::kSve);
  OpenVectors(sve || !host_sve_.IsNone());
  SaveHostVectors(sve);
  vectors::TrivetLoadVectors(&owner_->vectors);
  if (sve) {
    SetVectorLengths(ZcrEl2().len(static_cast<std::uint8_t>(owner_->sve.granules - 1)),
                     owner_->zcr_el1);
    vectors::TrivetLoadSve(owner_->sve.memory);
  }
  vectors_live_ = true;
  TrapVectors(*owner_, false);
  if (!sve && !host_sve_.IsNone()) WriteCptr(traits_, owner_->controls.traps.Get<CptrEl2>().raw());
  return true;
}

void PerCpuState::SaveLiveVectors() {
  vectors::TrivetStoreVectors(&owner_->vectors);
  if (owner_->open.Has(Capability::kSve)) {
    owner_->zcr_el1 = ReadZcrEl1(traits_);
    vectors::TrivetStoreSve(owner_->sve.memory);
  }
  vectors_live_ = false;
  TrapVectors(*owner_, true);
}

void PerCpuState::ReturnHostVectors() {
  if (!has_host_vectors_) return;
  OpenVectors(has_host_lengths_ || !host_sve_.IsNone());
  if (has_host_lengths_) SetVectorLengths(host_zcr_el2_, host_zcr_el1_);
  vectors::TrivetLoadVectors(&host_vectors_);
  if (!host_sve_.IsNone()) vectors::TrivetLoadSve(host_sve_.memory);
  has_host_vectors_ = has_host_lengths_ = false;
}

/// EL2's own, where a guest's registers stay: its ZCR_EL1 too.
void PerCpuState::ReturnVectorLength() {
  if (!has_host_lengths_) return;
  OpenVectors(true);
  Cpu::Write<ZcrEl2>(host_zcr_el2_);
}

/// The vectors of a host that uses SVE fit in its memory. Outside a run: CPTR_EL2 is the host's.
Status PerCpuState::CheckHostSve() {
  if (host_sve_.IsNone()) return Status::kOk;
  if (!traits_.Has<Feature::kSve>()) {
    return Fail({.status = Status::kUnsupportedFeature, .feature = Feature::kSve});
  }
  const std::uint64_t room = host_sve_.granules * std::uint64_t{vectors::kSveGranuleBytes};
  const std::uint64_t needed = vectors::TrivetSveVectorBytes();
  if (needed <= room) return Status::kOk;
  return Fail({.status = Status::kInvalidArgument,
               .register_id = RegisterId::kZcrEl2,
               .expected = room,
               .got = needed});
}

/// A guest with SVE has FP too, and memory for its registers.
Status PerCpuState::CheckVectors(const GuestRequest& request) {
  if (!request.open.Has(Capability::kFp) && !request.open.Has(Capability::kSve)) return Status::kOk;
  if (const Status s = CheckHostSve(); s != Status::kOk) return s;
  if (!request.open.Has(Capability::kSve)) return Status::kOk;
  const bool has_memory = !request.sve.IsNone() && request.sve.granules >= 1 &&
                          request.sve.granules <= vectors::kMaxSveGranules;
  if (request.open.Has(Capability::kFp) && has_memory) return Status::kOk;
  return Fail({.status = Status::kInvalidArgument, .feature = Feature::kSve});
}

}  // namespace trivet::percpu
