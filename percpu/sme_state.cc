// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/sme_state.h"

#include "hal/cpu.h"
#include "hal/registers.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

bool HasFfr(std::uint32_t smcr) { return SmcrEl2::FromRaw(smcr).fa64(); }
bool HasZt0(std::uint32_t smcr) { return SmcrEl2::FromRaw(smcr).ezt0(); }

}  // namespace

void SmeState::SaveModes() {
  const Svcr svcr = Cpu::Read<Svcr>();
  sm = svcr.sm();
  za = svcr.za();
}

void SmeState::SaveLengths(const CpuTraits& cpu) {
  smcr_el2 = static_cast<std::uint32_t>(Cpu::Read<SmcrEl2>().raw());
  smcr_el1 = static_cast<std::uint32_t>(cpu.e2h() ? Cpu::Read<SmcrEl12>().raw()
                                                  : Cpu::Read<SmcrEl1>().raw());
}

void SmeState::TakeZa() {
  if (za && !area.IsNone()) {
    vectors::TrivetStoreZa(area.za());
    if (HasZt0(smcr_el2)) vectors::TrivetStoreZt0(area.zt0());
  }
  Cpu::Write<Svcr>(Svcr());
}

void SmeState::RestoreModes() const { Cpu::Write<Svcr>(Svcr().sm(sm).za(za)); }

void SmeState::Restore(const CpuTraits& cpu) const {
  Cpu::Write<SmcrEl2>(SmcrEl2::FromRaw(smcr_el2));
  if (cpu.e2h()) {
    Cpu::Write<SmcrEl12>(SmcrEl12::Value::FromRaw(smcr_el1));
  } else {
    Cpu::Write<SmcrEl1>(SmcrEl1::Value::FromRaw(smcr_el1));
  }
  Cpu::Isb();
  RestoreModes();
  if (!za) return;
  vectors::TrivetLoadZa(area.za());
  if (HasZt0(smcr_el2)) vectors::TrivetLoadZt0(area.zt0());
}

void SmeState::StoreVectors(const vectors::SveArea& sve) const {
  if (!sm) {
    if (!sve.IsNone()) vectors::TrivetStoreSve(sve.memory);
  } else if (!area.IsNone()) {
    vectors::TrivetStoreSve(area.streaming(), HasFfr(smcr_el2));
  }
}

void SmeState::LoadVectors(const vectors::SveArea& sve) const {
  if (sm) return vectors::TrivetLoadSve(area.streaming(), HasFfr(smcr_el2));
  if (!sve.IsNone()) vectors::TrivetLoadSve(sve.memory);
}

}  // namespace trivet::percpu
