#include "tests/isolation/marked_host.h"

#include "hal/cpu.h"
#include "hal/feature.h"
#include "hal/features.h"

namespace trivet::tests {

void MarkedHost::SetUp() {
  const bool has_vhe = hal::Has<hal::Feature::kVhe, hal::Cpu>();
  if (GetParam() == percpu::HostKind::kVhe && !has_vhe) GTEST_SKIP() << "this CPU has no FEAT_VHE";
  machine_.emplace(GetParam());
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
  HostRegisters after;
  after.Take();
  before_.Compare(after, [](const hal::RegisterInfo& info, std::uint64_t was, std::uint64_t is) {
    ADD_FAILURE() << info.name << " of the host: " << was << " became " << is;
  });
}

}  // namespace trivet::tests
