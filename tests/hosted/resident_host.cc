#include "tests/hosted/resident_host.h"

#include "hal/cpu.h"
#include "hal/registers.h"

namespace trivet::tests {
namespace {

/// A little less than a branch reaches, which vectors::CheckChainReach() decides.
constexpr std::uint64_t kReach = std::uint64_t{127} << 20;

constinit vectors::ChainPlace place;

std::uint64_t HostVectors() { return hal::Cpu::Read<hal::VbarEl2>().raw(); }

}  // namespace

vectors::ChainPlace ResidentHost::ChainPlaceFor(CpuId) { return place; }

/// The table is made before the page may no longer be written; enable finds it as it has to be.
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
