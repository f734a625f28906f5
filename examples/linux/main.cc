// Boots one Linux at EL1, which has all of the machine but EL2 and the hypervisor's memory.

#include <atomic>
#include <optional>
#include <span>
#include <variant>

#include "gic_v2.h"
#include "gic_v3.h"
#include "guest_cpu.h"
#include "guest_memory.h"
#include "guest_tree.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/machine.h"

namespace hv {
namespace {

int Fail(const char* what) {
  platforms::ConsoleLine().Text(what);
  return 1;
}

/// The guest on a machine with this GIC.
template <class Gic>
class Hypervisor {
 public:
  explicit Hypervisor(const typename Gic::Physical& gic) : physical_(gic) {}

  int Run(const platforms::fdt::Tree& tree, const GuestFiles& files) {
    const auto image = platforms::ImageRange();
    const Region hidden = {image.base, image.size};
    const auto guest_tree = MakeGuestTree(tree, files, hidden);
    if (!guest_tree) return Fail("the guest's device tree does not fit");
    StartCpus();
    gic_.emplace(physical_, std::span(table_).first(platforms::CpuCount()));
    if (!gic_->MapGuest(hidden)) return Fail("the guest's memory does not fit");
    CreatePsci();
    cpus_[0].Begin({.address = files.kernel.base, .context = *guest_tree});
    released_ = true;
    asm volatile("dsb ish\n sev" ::: "memory");
    cpus_[0].Serve(*gic_, psci_, 0);
  }

 private:
  /// Every CPU describes itself and waits.
  void StartCpus() {
    Describe(0);
    for (unsigned cpu = 1; cpu < platforms::CpuCount(); ++cpu) {
      const auto entry = [](unsigned self, void* hypervisor) {
        static_cast<Hypervisor*>(hypervisor)->RunOther(self);
      };
      Check(platforms::StartCpu(cpu, entry, this), "CPU");
    }
    while (described_ != platforms::CpuCount()) asm volatile("yield");
  }
  void RunOther(unsigned self) {
    Describe(self);
    while (!released_) asm volatile("wfe");
    cpus_[self].Serve(*gic_, psci_, self);
  }
  void Describe(unsigned self) {
    platforms::InterruptsInitThisCpu();
    platforms::EnableInterrupt(kMaintenance);
    Gic::StartCpu(physical_, table_[self]);
    const std::uint64_t affinity = hal::Cpu::CurrentCpu().affinity;
    table_[self].guest_affinity = table_[self].affinity = affinity;
    ++described_;
  }
  void CreatePsci() {
    hal::MpidrEl1 affinities[platforms::kMaxCpus];
    for (unsigned i = 0; i < platforms::CpuCount(); ++i) {
      affinities[i] = hal::MpidrEl1::FromRaw(table_[i].affinity);
    }
    psci_.Create(affinities, platforms::CpuCount());
  }

  const typename Gic::Physical& physical_;
  CpuTable table_ = {};
  std::optional<Gic> gic_;
  Psci psci_;
  std::atomic<unsigned> described_ = 0;
  std::atomic<bool> released_ = false;
  GuestCpu<Gic> cpus_[platforms::kMaxCpus];
};

template <class Gic>
int RunWith(const typename Gic::Physical& gic, const platforms::fdt::Tree& tree,
            const GuestFiles& files) {
  static Hypervisor<Gic> hypervisor(gic);
  return hypervisor.Run(tree, files);
}

int Main() {
  const auto tree = platforms::LoaderTree();
  if (!tree) return Fail("the loader passed no device tree");
  const auto files = FindGuestFiles(*tree);
  if (!files) return Fail("the loader put no kernel into memory");
  const auto& gic = platforms::ThisMachine().interrupt_controller;
  if (const auto* v3 = std::get_if<platforms::GicV3>(&gic)) return RunWith<GicV3>(*v3, *tree, *files);
  const auto* v2 = std::get_if<platforms::GicV2>(&gic);
  if (v2 != nullptr && v2->virtual_control != 0) return RunWith<GicV2>(*v2, *tree, *files);
  return Fail("no GIC that can virtualize");
}

}  // namespace
}  // namespace hv

int main() { return hv::Main(); }
