// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <optional>

#include "platforms/machine/describe.h"

namespace trivet::platforms {
namespace {

using namespace acpi;  // NOLINT(google-build-using-namespace): the fields of its tables

void AddUnusable(Description& description, std::string_view table, const char* why,
                 std::optional<std::uint32_t> uid = std::nullopt) {
  if (why != nullptr) (void)description.unusable.Add({.name = table, .why = why, .uid = uid});
}

bool IsAddress(std::uint64_t number) { return number != 0 && number < kAddressEnd; }

/// [spcr] a type, and for 16550s the width of an access, which is also the distance of their
/// registers.
Console ConsoleOf(Bytes spcr) {
  constexpr unsigned kMostAccess = 4;  // 64 bits
  const std::uint64_t base = spcr[kSpcrBase];
  const unsigned access = spcr[kSpcrAccess];
  const unsigned said = access <= kMostAccess ? 4u << access : 0;
  const unsigned bits = access == 0 ? spcr[kSpcrBitWidth] : said;
  switch (spcr[kSpcrType]) {
    case kSpcrPl011:
    case kSpcrSbsa:
    case kSpcrSbsa32: return Pl011{base};
    case kSpcr16550:
    case kSpcr16450:
    case kSpcr16550Gas:
      if (bits == 8) return Uart16550{.base = base};
      if (bits == 32) return Uart16550{.base = base, .shift = 2, .is_word_wide = true};
      return None();
    default: return None();
  }
}

void FindConsole(Bytes spcr, Description& description) {
  UnusableNode& not_console = description.not_console;
  not_console.name = "SPCR";
  if (spcr.empty()) {
    not_console.why = "the machine has no such table, which names the console";
  } else if (spcr[kSpcrSpace] != 0 || !IsAddress(spcr[kSpcrBase])) {
    not_console.why = "its Base Address is none of memory within 48 bits";
  } else {
    description.console = ConsoleOf(spcr);
    const bool is_none = std::holds_alternative<None>(description.console);
    if (is_none) not_console.why = "its Interface Type or Access Size is no known UART's";
  }
}

/// [psci] DEN 0022: an HVC at EL2 is taken to EL2, so that conduit is not used.
void FindPsci(Bytes fadt, Description& description) {
  const std::uint16_t flags = fadt[kArmBootFlags];
  description.has_psci = (flags & (kPsciCompliant | kPsciUseHvc)) == kPsciCompliant;
  if ((flags & kPsciCompliant) != 0 && !description.has_psci)
    AddUnusable(description, "FACP", "its ARM Boot Architecture Flags say PSCI by HVC");
}

// [bsa] DEN 0094, "PPI assignments": images expect the timers there.
void CheckTimers(Bytes gtdt, Description& description) {
  const auto check = [&](Word timer, std::uint32_t expected, const char* why) {
    if (gtdt[timer] != 0 && gtdt[timer] != expected) AddUnusable(description, "GTDT", why);
  };
  check(kGtdtEl2Timer, 26, "its Non-Secure EL2 Timer GSIV is not 26");
  check(kGtdtVirtualTimer, 27, "its Virtual EL1 Timer GSIV is not 27");
  check(kGtdtEl1Timer, 30, "its Non-Secure EL1 Timer GSIV is not 30");
}

void FindWatchdog(Bytes gtdt, Description& description) {
  Structures structures(gtdt.From(gtdt[kGtdtOffset]), kLongLength);
  for (std::uint32_t i = 0; i < gtdt[kGtdtCount]; ++i) {
    const Bytes found = structures.Next();
    if (found.empty()) return;
    if (found[kType] != kWatchdog || (found[kWatchdogFlags] & kWatchdogIsSecure) != 0) continue;
    if (!IsAddress(found[kWatchdogControl])) {
      AddUnusable(description, "GTDT", "the WatchdogControl Frame of a watchdog is no address");
    } else if (std::holds_alternative<None>(description.watchdog)) {
      description.watchdog = SbsaWatchdog{found[kWatchdogControl]};
    }
  }
}

// [parking] each CPU has a page.
constexpr std::uint64_t kMailboxBytes = 4096;

/// PSCI, where the firmware has it, before the parking protocol.
void FindStart(Bytes gicc, bool has_psci, Cpu& cpu) {
  const std::uint64_t mailbox = gicc[kGiccParkedAddress];
  if (has_psci) {
    cpu.start = CpuStart::kPsci;
  } else if (gicc[kGiccParkingVersion] == 0) {
    cpu.why_unknown = "FACP has no PSCI by SMC, and its Parking Protocol Version is 0";
  } else if (!IsAddress(mailbox) || mailbox % kMailboxBytes != 0) {
    cpu.why_unknown = "its Parked Address is no page within 48 bits";
  } else {
    cpu.start = CpuStart::kParked;
    cpu.release_address = mailbox;
    cpu.interface_number = gicc[kGiccNumber];
  }
}

const char* WhyUnusable(Bytes gicc, const Description& description) {
  const std::uint64_t affinity = gicc[kGiccMpidr];
  if (gicc.size() < kLeastGiccBytes) return "its GICC structure is too short to have an MPIDR";
  if ((affinity & ~kAffinityBits) != 0) return "its MPIDR has bits that are no affinity";
  const bool is_there = std::ranges::contains(description.cpus.all(), affinity, &Cpu::affinity);
  return is_there ? "its MPIDR is that of an earlier CPU" : nullptr;
}

/// Disabled entries are CPUs that the machine could have.
void AddCpu(Bytes gicc, Description& description) {
  if ((gicc[kGiccFlags] & kGiccEnabled) == 0) return;
  if (const char* why = WhyUnusable(gicc, description))
    return AddUnusable(description, "APIC", why, gicc[kGiccUid]);
  Cpu cpu{.affinity = gicc[kGiccMpidr]};
  FindStart(gicc, description.has_psci, cpu);
  (void)description.cpus.Add(cpu);
}

/// A redistributor of one CPU: of the region before it where it follows that.
void AddRedistributor(std::uint64_t base, Redistributors& redistributors) {
  redistributors.are_named_by_cpus = true;
  const auto regions = redistributors.regions.all();
  if (!regions.empty() && regions.back().base + regions.back().size == base) {
    regions.back().size += Redistributors::kFrames;
  } else {
    (void)redistributors.regions.Add({.base = base, .size = Redistributors::kFrames});
  }
}

/// What the structures of the MADT say of the interrupt controller.
struct Controller {
  std::optional<Bytes> distributor;
  Redistributors redistributors;
  std::optional<Bytes> cpu_interface;  ///< The first CPU's.

  void Add(Bytes structure) {
    switch (structure[kType]) {
      case kGicd:
        if (!distributor) distributor = structure;
        break;
      case kGicr:
        (void)redistributors.regions.Add(
            {.base = structure[kGicrBase], .size = structure[kGicrLength]});
        break;
      case kGicc:
        if ((structure[kGiccFlags] & kGiccEnabled) != 0 && !cpu_interface)
          cpu_interface = structure;
        break;
      default: break;
    }
  }

  /// [acpi] 5.2.12.17: without GICR structures each CPU names its own.
  void AddRedistributorsOfCpus(Bytes madt) {
    if (!redistributors.regions.empty()) return;
    Structures structures(madt.From(kMadtStructures), kShortLength);
    for (Bytes cpu = structures.Next(); !cpu.empty(); cpu = structures.Next()) {
      const bool is_cpu = cpu[kType] == kGicc && (cpu[kGiccFlags] & kGiccEnabled) != 0;
      if (is_cpu && cpu[kGiccGicr] != 0) AddRedistributor(cpu[kGiccGicr], redistributors);
    }
  }
};

/// A version of 0 says nothing: only a GICv3 has redistributors.
bool IsGicV3(const Controller& controller) {
  const std::uint8_t version = (*controller.distributor)[kGicdVersion];
  return version == 0 ? !controller.redistributors.regions.empty() : version >= 3;
}

const char* WhyNoController(const Controller& controller, std::uint64_t cpu_interface) {
  if (!controller.distributor) return "it has no GICD structure";
  if (!IsAddress((*controller.distributor)[kGicdBase]))
    return "the Physical Base Address of its GICD is none within 48 bits";
  if (!IsGicV3(controller))
    return IsAddress(cpu_interface) ? nullptr
                                    : "the Physical Base Address of its GICC is no address";
  if (controller.redistributors.regions.empty()) return "it has no GICR, and no GICR Base Address";
  for (const auto& region : controller.redistributors.regions.all()) {
    if (!IsAddress(region.base)) return "the base of a GICR is no address within 48 bits";
  }
  return nullptr;
}

/// [acpi] 5.2.12: where the CPU's structure has no address, the table's own is all CPUs'.
void FindController(Bytes madt, Description& description) {
  Controller controller;
  Structures structures(madt.From(kMadtStructures), kShortLength);
  for (Bytes each = structures.Next(); !each.empty(); each = structures.Next())
    controller.Add(each);
  controller.AddRedistributorsOfCpus(madt);
  const Bytes interface = controller.cpu_interface.value_or(Bytes());
  const std::uint64_t own = interface[kGiccBase];
  const std::uint64_t cpu_interface = own != 0 ? own : madt[kMadtLocalAddress];
  const char* const why = WhyNoController(controller, cpu_interface);
  if (why != nullptr) return AddUnusable(description, "APIC", why);
  const std::uint64_t distributor = (*controller.distributor)[kGicdBase];
  if (IsGicV3(controller)) {
    description.interrupt_controller =
        GicV3{.distributor = distributor, .redistributors = controller.redistributors};
    return;
  }
  const std::uint64_t control = interface[kGiccGich], guests = interface[kGiccGicv];
  const bool virtualizes = IsAddress(control) && IsAddress(guests);
  description.interrupt_controller = GicV2{.distributor = distributor,
                                           .cpu_interface = cpu_interface,
                                           .virtual_control = virtualizes ? control : 0,
                                           .virtual_cpu_interface = virtualizes ? guests : 0};
}

}  // namespace

void Describe(const acpi::Tables& tables, Description& description) {
  description.is_of_tables = true;
  FindConsole(tables.spcr, description);
  FindPsci(tables.fadt, description);
  CheckTimers(tables.gtdt, description);
  FindWatchdog(tables.gtdt, description);
  FindController(tables.madt, description);
  Structures structures(tables.madt.From(kMadtStructures), kShortLength);
  for (Bytes each = structures.Next(); !each.empty(); each = structures.Next()) {
    if (each[kType] == kGicc) AddCpu(each, description);
  }
}

}  // namespace trivet::platforms
