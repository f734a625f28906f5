// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/marked_host.h"

#include "hal/cpu.h"
#include "hal/feature.h"
#include "hal/features.h"
#include "hal/guest_view.h"

namespace trivet::tests {

namespace {

hal::Capabilities EveryCapability() {
  const auto features = hal::FeatureSet::From(hal::IdValues::Read<hal::Cpu>());
  hal::Capabilities all;
  for (unsigned i = 0; i < static_cast<unsigned>(hal::Capability::kCount); ++i) {
    const auto capability = static_cast<hal::Capability>(i);
    if (features.Has(hal::InfoOf(capability).needs)) all = all | capability;
  }
  return all;
}

}  // namespace

void MarkedHost::SetUp() {
  const auto [kind, opened] = GetParam();
  const bool has_vhe = hal::Has<hal::Feature::kVhe, hal::Cpu>();
  if (kind == percpu::HostKind::kVhe && !has_vhe) GTEST_SKIP() << "this CPU has no FEAT_VHE";
  machine_.emplace(kind);
  if (opened == Opened::kEverything) open_ = EveryCapability();
  MarkHostRegisters();
  MarkVectorRegisters();
  before_.Take();
  rig_.emplace(*machine_);
  ASSERT_EQ(rig_->Enable(), Status::kOk);
  WriteGuestVectors();
}

void MarkedHost::TearDown() {
  if (!rig_) return;
  EXPECT_EQ(rig_->Disable(), Status::kOk);
  EXPECT_TRUE(VectorRegistersAreMarked()) << "V0 to V31 of the host changed";
  HostRegisters after;
  after.Take();
  before_.Compare(after, [](const hal::RegisterInfo& info, std::uint64_t was, std::uint64_t is) {
    ADD_FAILURE() << info.name << " of the host: " << was << " became " << is;
  });
}

}  // namespace trivet::tests
