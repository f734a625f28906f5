// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/hosted/resident_host.h"

#include "hal/cpu.h"
#include "hal/registers.h"

namespace trivet::tests {
namespace {

/// A little less than the reach of a branch, which vectors::CheckChainReach() checks.
constexpr std::uint64_t kReach = std::uint64_t{127} << 20;

constinit vectors::ChainPlace place;

std::uint64_t HostVectors() { return hal::Cpu::Read<hal::VbarEl2>().raw(); }

}  // namespace

vectors::ChainPlace ResidentHost::ChainPlaceFor(CpuId) { return place; }

/// Makes the table while the page is writable, so that enable need not write it.
ChainTablePage::ChainTablePage() : page_(HostVectors(), kReach) {
  if (page_.data() == nullptr) return;
  place = {.words = reinterpret_cast<std::uint32_t*>(page_.data()), .executable = base()};
  if (vectors::CheckChainPlace(place) != Status::kOk) return;
  if (vectors::CheckChainReach(place, HostVectors()) != Status::kOk) return;
  vectors::MakeChainTable(place, HostVectors());
  usable_ = page_.Protect();
}

ChainTablePage::~ChainTablePage() { place = {}; }

}  // namespace trivet::tests
