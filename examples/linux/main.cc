// Boots one Linux at EL1, which has all of the machine but EL2 and the hypervisor's memory.

#include <array>
#include <atomic>
#include <span>

#include "guest_cpu.h"
#include "guest_tree.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "vcpu/stage2/identity_map.h"
#include "vgic/partition/machine.h"

namespace hv {
namespace {

constexpr unsigned kIpaBits = 40;
constexpr std::uint16_t kVmid = 1;
constexpr vgic::GuestNumber kGuest = 1;
constinit vgic::GicPartition partition = {.owners = vgic::OwnerTable(kGuest)};
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

  [[noreturn]] void Run(Psci::Entry kernel) {
    StartOthers();
    guest_.gic.emplace(gic_, partition, kGuest, std::span(table_).first(platforms::CpuCount()));
    Check(MapMemory(), "the guest's memory");
    CreatePsci();
    released_ = true;
    vcpu::WakeWaitingCpus();
    cpus_[0].Serve(guest_, 0, kernel);
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
    platforms::EnableInterrupt(vgic::kMaintenance);
    table_[self] = Gic::PrepareCpu(gic_);
    ++described_;
  }

  /// All of the machine as itself, but for the hypervisor and what is emulated.
  trivet::Status MapMemory() {
    constexpr std::uint64_t kEnd = std::uint64_t{1} << kIpaBits;
    auto holes = guest_.gic->Holes();
    holes.Add(platforms::ImageRange());
    Check(guest_.memory.Create(pool, kIpaBits, kVmid), "stage 2");
    const auto status =
        vcpu::MapIdentity(guest_.memory, kEnd, platforms::ThisMachine().memory.all(), holes.all());
    return status != trivet::Status::kOk ? status : guest_.gic->MapInterface(guest_.memory);
  }
  void CreatePsci() {
    hal::MpidrEl1 affinities[platforms::kMaxCpus];
    for (unsigned i = 0; i < platforms::CpuCount(); ++i) {
      affinities[i] = hal::MpidrEl1::FromRaw(table_[i].affinity);
    }
    guest_.psci.Create(affinities, platforms::CpuCount());
  }

  const typename Gic::Physical& gic_;
  std::array<vgic::GuestCpu, platforms::kMaxCpus> table_ = {};
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
  const auto guest_tree = MakeGuestTree(*tree, *modules, platforms::ImageRange());
  if (!guest_tree) return Fail("the guest's device tree does not fit");
  const auto run = [&]<class Gic>(const typename Gic::Physical& gic) -> trivet::Status {
    static Hypervisor<Gic> hypervisor(gic);
    hypervisor.Run({modules->kernel.base, *guest_tree});
  };
  Check(vgic::WithGuestGic(platforms::ThisMachine().interrupt_controller, run), "GIC");
  return 1;
}

}  // namespace
}  // namespace hv

int main() { return hv::Main(); }
