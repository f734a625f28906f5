// SPDX-License-Identifier: Apache-2.0 OR MIT
// FP, SIMD, SVE and SME registers: a guest that has the capability gets them at its first use of
// one, or with each load. Until then they are the host's, or another guest's, and an access traps.

#include "hal/cpu.h"
#include "percpu/per_cpu_state.h"
#include "vectors/sve_state.h"
#include "vectors/vector_state.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Which registers CPTR_EL2 traps.
struct Traps {
  bool fp, sve, sme;
};

constexpr TrapLevels LevelsOf(bool trapped) {
  return trapped ? TrapLevels::kAll : TrapLevels::kNone;
}

/// CPTR_EL2 in the layout of the host's E2H. A CPU without SVE has TZ as RES1 and ZEN as RES0, and
/// so TSM and SMEN without SME.
std::uint64_t WithTraps(const CpuTraits& cpu, std::uint64_t cptr, Traps traps) {
  const bool has_sve = cpu.Has<Feature::kSve>(), has_sme = cpu.Has<Feature::kSme>();
  if (!cpu.e2h()) {
    CptrEl2 value = CptrEl2::FromRaw(cptr).tfp(traps.fp);
    if (has_sve) value = value.tz(traps.sve);
    return (has_sme ? value.tsm(traps.sme) : value).raw();
  }
  CptrEl2E2h value = CptrEl2E2h::FromRaw(cptr).fpen(LevelsOf(traps.fp));
  if (has_sve) value = value.zen(LevelsOf(traps.sve));
  return (has_sme ? value.smen(LevelsOf(traps.sme)) : value).raw();
}

/// FP and SME not trapped; SVE as before.
std::uint64_t WithoutTraps(const CpuTraits& cpu, std::uint64_t cptr) {
  const bool sve = cpu.e2h() ? CptrEl2E2h::FromRaw(cptr).zen() != TrapLevels::kNone
                             : CptrEl2::FromRaw(cptr).tz();
  return WithTraps(cpu, cptr, {.fp = false, .sve = sve, .sme = false});
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
  const Traps wanted = {.fp = traps,
                        .sve = traps || !guest.open.Has(Capability::kSve),
                        .sme = traps || !guest.open.Has(Capability::kSme)};
  const std::uint64_t cptr = bank.Get<CptrEl2>().raw();
  bank.Set<CptrEl2>(CptrEl2::FromRaw(WithTraps(traits_, cptr, wanted)));
}

/// EL2 may use the registers after this, and PSTATE.SM: those of SVE too, or as before.
void PerCpuState::OpenVectors(bool sve) {
  const std::uint64_t cptr = ReadCptr(traits_);
  WriteCptr(traits_, sve ? WithTraps(traits_, cptr, {}) : WithoutTraps(traits_, cptr));
  Cpu::Isb();
}

/// Vectors of EL2 are those of ZCR_EL2 from here on.
void PerCpuState::SetVectorLengths(ZcrEl2 el2, ZcrEl2 el1) {
  Cpu::Write<ZcrEl2>(el2);
  WriteZcrEl1(traits_, el1);
  Cpu::Isb();
}

/// The host's, once. It leaves Streaming SVE mode. A guest with SVE or SME changes its vector
/// lengths too, one with SME its ZA.
void PerCpuState::SaveHostVectors(Capabilities open) {
  if (!has_host_vectors_) {
    if (traits_.Has<Feature::kSme>()) host_sme_.SaveModes();
    const bool streams = host_sme_.sm;
    if (streams) host_sme_.SaveLengths(traits_);
    vectors::TrivetStoreVectors(&host_vectors_);
    host_sme_.StoreVectors(host_sve_);
    if (streams) Cpu::Write<Svcr>(Svcr().za(host_sme_.za));
    if (host_sme_.area.IsNone()) host_sme_.sm = false;
    has_host_vectors_ = true;
  }
  if (open.Has(Capability::kSve) && !has_host_lengths_) {
    host_zcr_el2_ = Cpu::Read<ZcrEl2>();
    host_zcr_el1_ = ReadZcrEl1(traits_);
    has_host_lengths_ = true;
  }
  if (open.Has(Capability::kSme) && !has_host_za_) {
    host_sme_.SaveLengths(traits_);
    host_sme_.TakeZa();
    if (host_sme_.area.IsNone()) host_sme_.za = false;
    has_host_za_ = true;
  }
}

void PerCpuState::GiveOwnerVectors() {
  const Capabilities open = owner_->open;
  const bool sve = open.Has(Capability::kSve), sme = open.Has(Capability::kSme);
  OpenVectors(sve || !host_sve_.IsNone());
  SaveHostVectors(open);
  if (sve) {
    SetVectorLengths(ZcrEl2().len(static_cast<std::uint8_t>(owner_->sve.granules - 1)),
                     owner_->zcr_el1);
  }
  if (sme) owner_->sme.Restore(traits_);
  vectors::TrivetLoadVectors(&owner_->vectors);
  owner_->sme.LoadVectors(owner_->sve);
  vectors_live_ = true;
  TrapVectors(*owner_, false);
  const bool more = (!sve && !host_sve_.IsNone()) || (!sme && traits_.Has<Feature::kSme>());
  if (more) WriteCptr(traits_, owner_->controls.traps.Get<CptrEl2>().raw());
}

void PerCpuState::SaveLiveVectors() {
  const bool sme = owner_->open.Has(Capability::kSme);
  if (sme) {
    owner_->sme.SaveModes();
    owner_->sme.SaveLengths(traits_);
  }
  if (owner_->open.Has(Capability::kSve)) owner_->zcr_el1 = ReadZcrEl1(traits_);
  vectors::TrivetStoreVectors(&owner_->vectors);
  owner_->sme.StoreVectors(owner_->sve);
  if (sme) owner_->sme.TakeZa();
  vectors_live_ = false;
  TrapVectors(*owner_, true);
}

void PerCpuState::RestoreHostVectors() {
  OpenVectors(has_host_lengths_ || !host_sve_.IsNone());
  if (has_host_lengths_) SetVectorLengths(host_zcr_el2_, host_zcr_el1_);
  if (has_host_za_) {
    Cpu::Write<Svcr>(Svcr());  // Not so in a panic.
    host_sme_.Restore(traits_);
  } else if (host_sme_.sm) {
    host_sme_.RestoreModes();
  }
  vectors::TrivetLoadVectors(&host_vectors_);
  host_sme_.LoadVectors(host_sve_);
  ForgetHostVectors();
}

/// EL2's own, where a guest's registers stay: its ZCR_EL1 and SMCR_EL1 too.
void PerCpuState::RestoreVectorLength() {
  OpenVectors(has_host_lengths_);
  if (has_host_lengths_) Cpu::Write<ZcrEl2>(host_zcr_el2_);
  if (has_host_za_) Cpu::Write<SmcrEl2>(SmcrEl2::FromRaw(host_sme_.smcr_el2));
}

/// Finds the shortest streaming vectors of this CPU, which SMCR_EL2.LEN cannot make shorter, once,
/// and a host that uses SME without saying so. Nothing that an owner has is lost. Outside a run.
Status PerCpuState::MeasureStreamingVectors() {
  const bool host_is_known = !host_sme_.area.IsNone() || has_host_vectors_;
  if (least_streaming_bytes_ != 0 && host_is_known) return Status::kOk;
  if (vectors_live_) {
    SaveLiveVectors();
    WriteCptr(traits_, owner_->controls.traps.Get<CptrEl2>().raw());
  }
  measured_cptr_ = ReadCptr(traits_);
  measures_ = true;
  OpenVectors(!host_sve_.IsNone());
  const Svcr modes = host_is_known ? Svcr() : Cpu::Read<Svcr>();
  if (modes == Svcr()) {
    SaveHostVectors(Capability::kSme);
    Cpu::Write<SmcrEl2>(SmcrEl2());
    Cpu::Isb();
    least_streaming_bytes_ = static_cast<std::uint16_t>(vectors::TrivetStreamingVectorBytes());
  }
  EndMeasuring();
  if (modes == Svcr()) return Status::kOk;
  return Fail(
      {.status = Status::kUnsupportedHost, .register_id = RegisterId::kSvcr, .got = modes.raw()});
}

void PerCpuState::EndMeasuring() {
  if (has_host_vectors_) RestoreHostVectors();
  WriteCptr(traits_, measured_cptr_);
  Cpu::Isb();
  measures_ = false;
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

/// The same of its streaming vectors.
Status PerCpuState::CheckHostSme() {
  if (host_sme_.area.IsNone()) return Status::kOk;
  if (!traits_.Has<Feature::kSme>()) {
    return Fail({.status = Status::kUnsupportedFeature, .feature = Feature::kSme});
  }
  return CheckRoomForSme(host_sme_.area, vectors::TrivetStreamingVectorBytes());
}

Status PerCpuState::CheckRoomForSme(const vectors::SmeArea& area, std::uint64_t needed) {
  const std::uint64_t room = area.granules * std::uint64_t{vectors::kSveGranuleBytes};
  if (needed <= room) return Status::kOk;
  return Fail({.status = Status::kInvalidArgument,
               .feature = Feature::kSme,
               .register_id = RegisterId::kSmcrEl2,
               .expected = room,
               .got = needed});
}

/// A guest with SME has FP too, SVE where the CPU has it, and memory for its registers.
Status PerCpuState::CheckSme(const GuestRequest& request) {
  const bool has_vectors = request.open.Has(Capability::kFp) &&
                           (request.open.Has(Capability::kSve) || !traits_.Has<Feature::kSve>());
  const bool has_memory = !request.sme.IsNone() && vectors::IsStreamingLength(request.sme.granules);
  if (!has_vectors || !has_memory) {
    return Fail({.status = Status::kInvalidArgument, .feature = Feature::kSme});
  }
  if (const Status s = MeasureStreamingVectors(); s != Status::kOk) return s;
  return CheckRoomForSme(request.sme, least_streaming_bytes_);
}

/// A guest with SVE has FP too, and memory for its registers.
Status PerCpuState::CheckVectors(const GuestRequest& request) {
  if (const Status s = CheckHostSve(); s != Status::kOk) return s;
  if (const Status s = CheckHostSme(); s != Status::kOk) return s;
  if (request.open.Has(Capability::kSve)) {
    const bool has_memory = !request.sve.IsNone() && request.sve.granules >= 1 &&
                            request.sve.granules <= vectors::kMaxSveGranules;
    if (!request.open.Has(Capability::kFp) || !has_memory) {
      return Fail({.status = Status::kInvalidArgument, .feature = Feature::kSve});
    }
  }
  return request.open.Has(Capability::kSme) ? CheckSme(request) : Status::kOk;
}

/// Of a guest that has passed the checks.
void PerCpuState::PrepareVectors(Guest& guest, const GuestRequest& request) {
  TrapVectors(guest, true);
  if (request.open.Has(Capability::kSve)) guest.sve = request.sve;
  if (!request.open.Has(Capability::kSme)) return;
  guest.sme.area = request.sme;
  const SmcrEl2 lengths = SmcrEl2()
                              .len(static_cast<std::uint8_t>(request.sme.granules - 1))
                              .fa64(hal::Has<Feature::kSmeFa64, Cpu>())
                              .ezt0(hal::Has<Feature::kSme2, Cpu>());
  guest.sme.smcr_el2 = static_cast<std::uint32_t>(lengths.raw());
  if (Cpu::Read<SmidrEl1>().smps()) return;
  TrapBank& bank = guest.controls.traps;
  bank.Set<HcrxEl2>(bank.Get<HcrxEl2>().smpme(false));
}

struct OwnVectors {
  static Status Check(PerCpuState& cpu, const GuestRequest& request) {
    return cpu.CheckVectors(request);
  }
  static void Prepare(PerCpuState& cpu, Guest& guest, const GuestRequest& request) {
    cpu.PrepareVectors(guest, request);
  }
  static void Give(PerCpuState& cpu) { cpu.GiveOwnerVectors(); }
  static void Take(PerCpuState& cpu) { cpu.SaveLiveVectors(); }
  static void ReturnHosts(PerCpuState& cpu) { cpu.RestoreHostVectors(); }
  static void ReturnLengths(PerCpuState& cpu) { cpu.RestoreVectorLength(); }
  static void EndMeasuring(PerCpuState& cpu) { cpu.EndMeasuring(); }
};

constinit const VectorPart kVectorPart = {.check = &OwnVectors::Check,
                                          .prepare = &OwnVectors::Prepare,
                                          .give = &OwnVectors::Give,
                                          .take = &OwnVectors::Take,
                                          .return_hosts = &OwnVectors::ReturnHosts,
                                          .return_lengths = &OwnVectors::ReturnLengths,
                                          .end_measuring = &OwnVectors::EndMeasuring};

}  // namespace trivet::percpu
