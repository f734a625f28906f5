// Boots one Linux at EL1, which has all of the machine but EL2 and the hypervisor's memory.

#include <atomic>
#include <optional>
#include <span>
#include <variant>

#include "gic_v2.h"
#include "gic_v3.h"
#include "guest_cpu.h"
#include "guest_tree.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "vcpu/stage2/identity_map.h"

namespace hv {
namespace {

constexpr unsigned kIpaBits = 40;
constexpr std::uint16_t kVmid = 1;
constinit vcpu::TablePoolMemory<64> tables;
[[clang::no_destroy]] vcpu::TablePool pool(tables.tables, tables.used,
                                           reinterpret_cast<std::uint64_t>(tables.tables));

int Fail(const char* what) {
  platforms::ConsoleLine().Text(what);
  return 1;
}

/// The guest on a machine with this GIC.
template <class Gic>
class Hypervisor {
 public:
  explicit Hypervisor(const typename Gic::Physical& gic) : gic_(gic) {}

  int Run(const platforms::fdt::Tree& tree, const platforms::fdt::BootModules& modules) {
    const auto [base, size] = platforms::ImageRange();
    const auto guest_tree = MakeGuestTree(tree, modules, {base, size});
    if (!guest_tree) return Fail("the guest's device tree does not fit");
    StartOthers();
    guest_.gic.emplace(gic_, std::span(table_).first(platforms::CpuCount()));
    if (!MapMemory({base, size})) return Fail("the guest's memory does not fit");
    CreatePsci();
    released_ = true;
    asm volatile("dsb ish\n sev" ::: "memory");
    cpus_[0].Serve(guest_, 0, Psci::Entry{modules.kernel.base, *guest_tree});
  }

 private:
  /// Every CPU describes itself and waits.
  void StartOthers() {
    Describe(0);
    const auto entry = [](unsigned self, void* it) {
      static_cast<Hypervisor*>(it)->RunOther(self);
    };
    for (unsigned cpu = 1; cpu < platforms::CpuCount(); ++cpu) {
      Check(platforms::StartCpu(cpu, entry, this), "CPU");
    }
    while (described_ != platforms::CpuCount()) asm volatile("yield");
  }
  void RunOther(unsigned self) {
    Describe(self);
    while (!released_) asm volatile("wfe");
    cpus_[self].Serve(guest_, self);
  }
  void Describe(unsigned self) {
    platforms::InterruptsInitThisCpu();
    platforms::EnableInterrupt(kMaintenance);
    Gic::StartCpu(gic_, table_[self]);
    table_[self].guest_affinity = table_[self].affinity = hal::Cpu::CurrentCpu().affinity;
    ++described_;
  }

  bool MapMemory(Region image) {
    using trivet::Status;
    constexpr std::uint64_t kEnd = std::uint64_t{1} << kIpaBits;
    const auto ram = platforms::ThisMachine().memory.all();
    return guest_.memory.Create(pool, kIpaBits, kVmid) == Status::kOk &&
           vcpu::MapIdentity(guest_.memory, kEnd, ram, guest_.gic->HolesBeside(image)) ==
               Status::kOk &&
           guest_.gic->MapMore(guest_.memory);
  }
  void CreatePsci() {
    hal::MpidrEl1 affinities[platforms::kMaxCpus];
    for (unsigned i = 0; i < platforms::CpuCount(); ++i) {
      affinities[i] = hal::MpidrEl1::FromRaw(table_[i].affinity);
    }
    guest_.psci.Create(affinities, platforms::CpuCount());
  }

  const typename Gic::Physical& gic_;
  CpuTable table_ = {};
  Guest<Gic> guest_;
  std::atomic<unsigned> described_ = 0;
  std::atomic<bool> released_ = false;
  GuestCpu<Gic> cpus_[platforms::kMaxCpus];
};

int Main() {
  const auto tree = platforms::LoaderTree();
  if (!tree) return Fail("the loader passed no device tree");
  const auto modules = platforms::fdt::FindBootModules(*tree);
  if (!modules) return Fail("the loader put no kernel into memory");
  const auto run = [&]<class Gic>(const typename Gic::Physical& gic) {
    static Hypervisor<Gic> hypervisor(gic);
    return hypervisor.Run(*tree, *modules);
  };
  const auto& gic = platforms::ThisMachine().interrupt_controller;
  if (const auto* v3 = std::get_if<platforms::GicV3>(&gic)) return run.operator()<GicV3>(*v3);
  const auto* v2 = std::get_if<platforms::GicV2>(&gic);
  if (v2 != nullptr && v2->virtual_control != 0) return run.operator()<GicV2>(*v2);
  return Fail("no interrupt controller that virtualizes");
}

}  // namespace
}  // namespace hv

int main() { return hv::Main(); }
