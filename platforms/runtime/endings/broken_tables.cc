// SPDX-License-Identifier: Apache-2.0 OR MIT
// ACPI's tables of this machine, with what can be wrong in them; CPUs parked as by its firmware.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "hal/cpu.h"
#include "platforms/acpi/table_builder.h"
#include "platforms/devices/mmio.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/efi_services.h"
#include "platforms/runtime/endings/cases.h"
#include "platforms/runtime/entry_checks.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/wait.h"

extern "C" {
trivet::platforms::efi::Status trivet_efi_entry(trivet::platforms::efi::Handle image,
                                                trivet::platforms::efi::SystemTable* system);
// parked_cpu.S
[[noreturn]] void trivet_testing_park(std::uintptr_t mailbox, std::uint64_t number);
}

namespace trivet::platforms {
namespace {

using namespace acpi;  // NOLINT(google-build-using-namespace): the tables

// Neither cleared nor in the file.
[[gnu::section(".trivet_payload"), gnu::aligned(16)]] std::uint8_t room[0x4000];

/// The tables of this machine as `edit` leaves them.
template <auto kEdit>
std::uint64_t Edited() {
  TableBuilder builder(room);
  const std::uint64_t root = BuildMachine(builder);
  kEdit(root);
  return root;
}

template <auto kBuild>
std::uint64_t Built() {
  TableBuilder builder(room);
  kBuild(builder);
  return builder.Root();
}

template <std::uint32_t kTable, unsigned kByte>
std::uint64_t Damaged() {
  return Edited<[](std::uint64_t root) { TableAt(root, kTable)[kByte] ^= 1; }>();
}

/// A page for each CPU behind the image, in memory that its caches do not hold.
std::uintptr_t MailboxOf(unsigned cpu) {
  const MemoryRange image = ImageRange();
  return image.base + image.size + 0x1'0000 + std::uintptr_t{0x1000} * cpu;
}
constexpr std::uintptr_t kMark = 0x800;
constexpr std::uint32_t kReady = ~0u, kHasParked = 0x9a;

/// A machine of which the other CPUs have these mailboxes.
template <auto kMailbox>
void AddParked(TableBuilder& builder) {
  AddConsole(builder);
  AddCpus(builder, {.cpus = 1}, false);
  for (unsigned cpu = 1; cpu < 4; ++cpu) {
    builder.Structure(kGicc, 80).Set(kGiccNumber, cpu + 10).Set(kGiccMpidr, cpu);
    builder.Set(kGiccFlags, kGiccEnabled).Set(kGiccParkingVersion, 1);
    builder.Set(kGiccParkedAddress, kMailbox(cpu));
  }
  builder.End();
}

template <std::uint32_t kNumber>
std::uintptr_t WithNumber(unsigned cpu) {
  MmioWrite32(MailboxOf(cpu), kNumber);
  return MailboxOf(cpu);
}

void Park(unsigned cpu, void*) {
  InterruptsInitThisCpu();
  EnableInterrupt(0);
  trivet_testing_park(MailboxOf(cpu), cpu + 10);
}

/// As firmware leaves them: each waits in a WFI.
std::uint64_t ParkAll() {
  bool parked = true;
  for (unsigned cpu = 1; cpu < CpuCount(); ++cpu) {
    (void)WithNumber<kReady>(cpu);
    MmioWrite32(MailboxOf(cpu) + kMark, 0);
    parked = StartCpu(cpu, Park, nullptr) == Status::kOk && parked;
    const auto has_parked = [=] { return MmioRead32(MailboxOf(cpu) + kMark) == kHasParked; };
    parked = WaitUntil(has_parked, 10) && parked;
  }
  Check(parked, "the other CPUs park");
  return Built<AddParked<MailboxOf>>();
}

std::uint64_t TheMachine() {
  return Edited<[](std::uint64_t) {}>();
}

// The machine of the case before has all CPUs.
constexpr Case kUnusableTables[] = {
    {"", 4, TheMachine},
    {"SPCR: the machine has no such table, which names the console; the console is ", 4,
     Built<[](TableBuilder& b) {
       AddFadt(b, {});
       AddCpus(b, {});
     }>},
    {"FACP: its ARM Boot Architecture Flags say PSCI by HVC", 1, Built<[](TableBuilder& b) {
       AddFadt(b, {.psci = kPsciCompliant | kPsciUseHvc});
       AddConsole(b);
       AddCpus(b, {});
     }>},
    {"CPU 0x3: FACP has no PSCI by SMC, and its Parking Protocol Version is 0", 1,
     Built<[](TableBuilder& b) {
       AddConsole(b);
       AddCpus(b, {});
     }>},
    {"CPU 0x7: PSCI does not know its MPIDR", 4, Built<[](TableBuilder& b) {
       AddConsole(b);
       AddFadt(b, {});
       AddCpus(b, {.cpus = 8});
     }>},
    {"not used: 1 redistributor regions: the limit is 16", 4, Built<[](TableBuilder& b) {
       AddConsole(b);
       AddFadt(b, {});
       AddCpus(b, {}, false);
       for (unsigned i = 0; i < 16; ++i)
         b.Structure(kGicr, 16).Set(kGicrBase, 0x080a'0000).Set(kGicrLength, 0x2'0000);
       b.End();
     }>},
    {"CPU 0x3: its Parked Address is not in memory", 1,
     Built<AddParked<[](unsigned) { return std::uint64_t{0x70'0000'0000}; }>>},
    {"CPU 0x3: the mailbox at its Parked Address is not ready", 1, Built<AddParked<WithNumber<7>>>},
    {"CPU 0x3: it has not left its Parked Address within 2 s", 1,
     Built<AddParked<WithNumber<kReady>>>},
    {"", 4, TheMachine},
    {"", 4, ParkAll},
};

constexpr Case kRefusedTables[] = {
    {"the ACPI table RSDP is refused: its Checksum is wrong", 4,
     Edited<[](std::uint64_t root) { *reinterpret_cast<std::uint8_t*>(root + 9) ^= 1; }>},
    {"the ACPI table XSDT is refused: its address cannot be read", 4,
     Edited<[](std::uint64_t root) { MoveXsdt(root, 0x70'0000'0000); }>},
    {"the ACPI table APIC is refused: its Checksum is wrong", 4, Damaged<kMadt, 40>},
    {"the ACPI table FACP is refused: its Length is out of bounds", 4, Damaged<kFadt, 7>},
    {"the ACPI table SPCR is refused: its Checksum is wrong", 4, Damaged<kSpcr, 40>},
    {"the ACPI table APIC is refused: the machine has none", 4,
     Built<[](TableBuilder& b) { AddFadt(b, {}); }>},
};

// UEFI as far as an image that returns uses it.
char printed[256];
std::size_t printed_size = 0;
std::size_t stalled = 0;

efi::Status PrintText(efi::TextOutput*, const char16_t* text) {
  for (; *text != 0 && printed_size < sizeof(printed); ++text)
    printed[printed_size++] = static_cast<char>(*text);
  return efi::kSuccess;
}

efi::Status Stall(std::size_t microseconds) {
  stalled += microseconds;
  return efi::kSuccess;
}

void CheckRefusalUnderUefi(std::uint64_t root, std::string_view line) {
  efi::TextOutput output{.reset = nullptr, .output_string = PrintText};
  efi::BootServices services{};
  services.stall = Stall;
  const efi::Configuration tables[] = {
      {.guid = {1, 2}, .table = nullptr},
      {.guid = {efi::kAcpiGuid[0], efi::kAcpiGuid[1]}, .table = reinterpret_cast<void*>(root)}};
  efi::SystemTable system{};
  system.console_out = &output;
  system.boot_services = &services;
  system.configuration_count = root != 0 ? 2 : 1;
  system.configurations = tables;
  printed_size = stalled = 0;
  const efi::Status status = trivet_efi_entry(nullptr, &system);
  Check(status == efi::kUnsupported && stalled == 2'000'000, "it returns to UEFI, after 2 s");
  Check(std::string_view(printed, printed_size) == line, line.substr(0, line.size() - 2));
}

std::atomic<unsigned> running;

void CountThisCpu(unsigned, void*) { running.fetch_add(1); }

}  // namespace

std::span<const Case> UnusableTables() { return kUnusableTables; }
std::span<const Case> RefusedTables() { return kRefusedTables; }

void CheckParkedCpus() {
  bool started = true;
  for (unsigned cpu = 1; cpu < CpuCount(); ++cpu)
    started = StartCpu(cpu, CountThisCpu, nullptr) == Status::kOk && started;
  Check(started && WaitUntil([] { return running == CpuCount() - 1; }, 10), "parked CPUs start");
}

void CheckRefusalsUnderUefi() {
  CheckRefusalUnderUefi(0,
                        "platforms/runtime: the firmware has no device tree and no ACPI tables, "
                        "and the image has no tree\r\n");
  CheckRefusalUnderUefi(Damaged<kMadt, 40>(),
                        "platforms/runtime: the firmware's ACPI table APIC is refused: its "
                        "Checksum is wrong\r\n");
}

}  // namespace trivet::platforms
