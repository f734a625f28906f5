// SPDX-License-Identifier: Apache-2.0 OR MIT
// ACPI's tables: which are refused, and what is made of those that are right.

#include "platforms/acpi/tables.h"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

#include "platforms/acpi/table_builder.h"
#include "platforms/machine/describe.h"

namespace trivet::platforms {
namespace {

using namespace acpi;  // NOLINT(google-build-using-namespace): what is tested

/// Memory of just the tables, at their own addresses.
class Tables : public testing::Test {
 protected:
  Memory memory() const {
    return {.map = [](const void* context, std::uint64_t address,
                      std::uint32_t size) -> const std::uint8_t* {
              const auto& bytes = *static_cast<const std::array<std::uint8_t, 0x1'0000>*>(context);
              const std::uint64_t at = address - reinterpret_cast<std::uintptr_t>(bytes.data());
              if (at > bytes.size() || size > bytes.size() - at) return nullptr;
              return bytes.data() + at;
            },
            .context = &bytes_};
  }
  auto FindIn(std::uint64_t root) const { return FindTables(root, memory()); }
  Description Described(std::uint64_t root) const {
    const auto tables = FindIn(root);
    EXPECT_TRUE(tables.has_value()) << ToString(tables.error().error);
    return Describe(tables.value_or(acpi::Tables()));
  }
  /// Why they are refused, as "table: reason"; empty: they are not.
  std::string WhyRefused(std::uint64_t root) const {
    const auto tables = FindIn(root);
    if (tables) return "";
    const auto name = tables.error().name();
    return std::string(name.data(), name.size()) + ": " +
           std::string(ToString(tables.error().error));
  }
  std::uint64_t* FindXsdt(std::uint64_t root) {
    return reinterpret_cast<std::uint64_t*>(root + kRootXsdt.offset);
  }

  std::array<std::uint8_t, 0x1'0000> bytes_{};
  TableBuilder builder_{bytes_};
};

std::vector<std::string> UnusableOf(const Description& machine) {
  std::vector<std::string> lines;
  for (const UnusableNode& node : machine.unusable.all()) {
    lines.push_back(std::string(node.name) + (node.uid ? " " + std::to_string(*node.uid) : "") +
                    ": " + node.why);
  }
  return lines;
}
using Lines = std::vector<std::string>;

TEST_F(Tables, OfAMachineHaveItsDevicesAndCpus) {
  const Description machine = Described(BuildMachine(builder_));
  EXPECT_EQ(std::get<Pl011>(machine.console).base, 0x0900'0000u);
  const auto& gic = std::get<GicV3>(machine.interrupt_controller);
  EXPECT_EQ(gic.distributor, 0x0800'0000u);
  ASSERT_EQ(gic.redistributors.regions.all().size(), 1u);
  EXPECT_EQ(gic.redistributors.regions.all()[0].base, 0x080a'0000u);
  EXPECT_EQ(gic.redistributors.regions.all()[0].size, 0xf6'0000u);
  ASSERT_EQ(machine.cpus.all().size(), 4u);
  EXPECT_EQ(machine.cpus.all()[3].affinity, 3u);
  EXPECT_EQ(machine.cpus.all()[3].start, CpuStart::kPsci);
  EXPECT_TRUE(machine.has_psci && machine.is_of_tables);
  EXPECT_TRUE(machine.unusable.empty() && machine.memory.empty());
  EXPECT_EQ(machine.not_console.why, nullptr);
  EXPECT_TRUE(std::holds_alternative<None>(machine.watchdog));
}

TEST_F(Tables, OfAGicV2HaveItsInterfaces) {
  for (const std::uint8_t version : {std::uint8_t{2}, std::uint8_t{0}}) {
    builder_ = TableBuilder(bytes_);
    const Description machine = Described(BuildMachine(builder_, {.gic_version = version}));
    const auto& gic = std::get<GicV2>(machine.interrupt_controller);
    EXPECT_EQ(gic.distributor, 0x0800'0000u);
    EXPECT_EQ(gic.cpu_interface, 0x0801'0000u);
    EXPECT_EQ(gic.virtual_control, 0x0803'0000u);
    EXPECT_EQ(gic.virtual_cpu_interface, 0x0804'0000u);
  }
}

TEST_F(Tables, MayNameARedistributorForEachCpu) {
  const Description machine = Described(BuildMachine(builder_, {.cpus = 20, .gicr_of_cpus = true}));
  const auto& redistributors = std::get<GicV3>(machine.interrupt_controller).redistributors;
  ASSERT_EQ(redistributors.regions.all().size(), 1u);
  EXPECT_EQ(redistributors.regions.all()[0].size, 20 * Redistributors::kFrames);
  // Each may be marked as the last one.
  const auto at = redistributors.Find(0x103, [](std::uintptr_t frame) {
    return (frame - 0x080a'0000) / Redistributors::kFrames % 16 << 32 |
           (frame - 0x080a'0000) / Redistributors::kFrames / 16 << 40 | Redistributors::kTyperLast;
  });
  EXPECT_EQ(at, 0x080a'0000u + 19 * Redistributors::kFrames);
}

TEST_F(Tables, AreFoundWhereARootIs) {
  const std::uint64_t root = BuildMachine(builder_);
  EXPECT_TRUE(IsRoot(root, memory()));
  EXPECT_FALSE(IsRoot(root + 16, memory()));
  EXPECT_FALSE(IsRoot(0, memory()));
}

TEST_F(Tables, WithAWrongRootAreRefused) {
  const std::uint64_t root = BuildMachine(builder_);
  auto* const bytes = reinterpret_cast<std::uint8_t*>(root);
  const auto with = [&](unsigned at, std::uint8_t value, unsigned checksum, unsigned other) {
    const std::array<std::uint8_t, kRootBytes> before = *reinterpret_cast<decltype(&before)>(bytes);
    const auto change = static_cast<std::uint8_t>(value - bytes[at]);
    bytes[at] = value;
    if (checksum != 0) bytes[checksum] = static_cast<std::uint8_t>(bytes[checksum] - change);
    if (other != 0) bytes[other] = static_cast<std::uint8_t>(bytes[other] - change);
    const std::string why = WhyRefused(root);
    std::copy(before.begin(), before.end(), bytes);
    return why;
  };
  EXPECT_EQ(with(9, 'x', 0, 0), "RSDP: its Checksum is wrong");
  EXPECT_EQ(with(33, 'x', 0, 0), "RSDP: its Extended Checksum is wrong");
  EXPECT_EQ(with(15, 0, 8, 0), "RSDP: its Revision is below 2");
  EXPECT_EQ(with(20, 20, 32, 0), "RSDP: its Length is out of bounds");
  EXPECT_EQ(with(21, 0x11, 32, 0), "RSDP: its Length is out of bounds");
  EXPECT_EQ(with(20, 40, 32, 0), "");
  EXPECT_EQ(with(31, 0xff, 32, 0), "XSDT: its address cannot be read");
  EXPECT_EQ(WhyRefused(root), "");
}

TEST_F(Tables, WithAWrongXsdtAreRefused) {
  const std::uint64_t root = BuildMachine(builder_);
  auto* const xsdt = reinterpret_cast<std::uint8_t*>(*FindXsdt(root));
  const auto with = [&](unsigned at, std::uint8_t value, bool keep_sum = true) {
    const std::uint8_t before = xsdt[at], sum = xsdt[9];
    if (keep_sum) xsdt[9] = static_cast<std::uint8_t>(sum + before - value);
    xsdt[at] = value;
    const std::string why = WhyRefused(root);
    xsdt[at] = before;
    xsdt[9] = sum;
    return why;
  };
  EXPECT_EQ(with(0, 'R'), "XSDT: its Signature is another");
  EXPECT_EQ(with(4, 35), "XSDT: its Length is out of bounds");
  EXPECT_EQ(with(6, 0xff), "XSDT: its Length is out of bounds");
  EXPECT_EQ(with(40, 1, false), "XSDT: its Checksum is wrong");
  EXPECT_EQ(with(kHeaderBytes + 7, 0xff), "XSDT: an Entry of it is an address without memory");
}

TEST_F(Tables, ThatAreDamagedAreRefusedByName) {
  const std::uint64_t root = BuildMachine(builder_);
  for (const auto& [signature, name] : {std::pair(kMadt, "APIC"), std::pair(kFadt, "FACP"),
                                        std::pair(kGtdt, "GTDT"), std::pair(kSpcr, "SPCR")}) {
    std::uint8_t* const table = TableAt(root, signature);
    ASSERT_NE(table, nullptr) << name;
    table[10] ^= 1;
    EXPECT_EQ(WhyRefused(root), std::string(name) + ": its Checksum is wrong");
    table[10] ^= 1;
    const std::uint8_t length = table[4];
    table[4] = table[5] = 0;
    EXPECT_EQ(WhyRefused(root), std::string(name) + ": its Length is out of bounds");
    table[4] = length;
    table[5] = 0;
    table[6] = 0xff;
    EXPECT_EQ(WhyRefused(root), std::string(name) + ": its Length is out of bounds");
    table[6] = 0;
    if (WhyRefused(root) != "") table[5] = 1;  // of one with more than 255 bytes
    EXPECT_EQ(WhyRefused(root), "") << name;
  }
}

// What is right of them is a way to say so.
TEST_F(Tables, ThatAreRefusedKeepTheRest) {
  const std::uint64_t root = BuildMachine(builder_);
  TableAt(root, kMadt)[10] ^= 1;
  const auto tables = FindIn(root);
  ASSERT_FALSE(tables);
  EXPECT_TRUE(tables.error().rest.madt.empty());
  EXPECT_EQ(std::get<Pl011>(Describe(tables.error().rest).console).base, 0x0900'0000u);
}

TEST_F(Tables, WithoutCpusAreRefused) {
  AddConsole(builder_);
  EXPECT_EQ(WhyRefused(builder_.Root()), "APIC: the machine has none");
}

TEST_F(Tables, WithStructuresThatReachOutAreRefused) {
  for (const std::uint8_t length : {0, 1, 81}) {
    builder_ = TableBuilder(bytes_);
    builder_.Begin(kMadt).Set(Word{40}, 0).Structure(kGicc, 80).Set(kShortLength, length).End();
    EXPECT_EQ(WhyRefused(builder_.Root()), "APIC: the Length of a structure in it is wrong");
  }
  builder_ = TableBuilder(bytes_);
  builder_.Begin(kGtdt).Set(kGtdtCount, 2).Set(kGtdtOffset, 104).Set(Word{100}, 0);
  builder_.Structure(kWatchdog, std::uint16_t{28}, kLongLength).End();
  AddCpus(builder_, {});
  EXPECT_EQ(WhyRefused(builder_.Root()), "GTDT: the Length of a structure in it is wrong");
}

// The first one counts, and tables that are not read may be damaged.
TEST_F(Tables, OfOtherKindsAreNotLookedAt) {
  builder_.Begin(Signature("DSDT")).Set(Word{40}, 7).End().Set(Word{40}, 8);
  AddConsole(builder_, kSpcrPl011, 0x1000);
  AddConsole(builder_, kSpcrPl011, 0x2000);
  AddCpus(builder_, {});
  EXPECT_EQ(std::get<Pl011>(Described(builder_.Root()).console).base, 0x1000u);
}

TEST_F(Tables, NameTheConsole) {
  const auto console = [&](std::uint8_t type, std::uint8_t access, std::uint8_t width = 0) {
    builder_ = TableBuilder(bytes_);
    AddCpus(builder_, {});
    builder_.Begin(kSpcr).Set(kSpcrType, type).Set(kSpcrAccess, access).Set(kSpcrBitWidth, width);
    builder_.Set(kSpcrBase, 0x1000).End();
    return Described(builder_.Root()).console;
  };
  for (const std::uint8_t type : {kSpcrPl011, kSpcrSbsa, kSpcrSbsa32})
    EXPECT_EQ(std::get<Pl011>(console(type, 3)).base, 0x1000u);
  for (const std::uint8_t type : {kSpcr16550, kSpcr16450, kSpcr16550Gas}) {
    const auto wide = std::get<Uart16550>(console(type, 3));
    EXPECT_TRUE(wide.is_word_wide && wide.shift == 2 && wide.base == 0x1000);
    const auto narrow = std::get<Uart16550>(console(type, 1, 32));
    EXPECT_TRUE(!narrow.is_word_wide && narrow.shift == 0);
    EXPECT_TRUE(std::get<Uart16550>(console(type, 0, 32)).is_word_wide);
    EXPECT_TRUE(std::holds_alternative<None>(console(type, 2)));
    EXPECT_TRUE(std::holds_alternative<None>(console(type, 72)));
  }
  EXPECT_TRUE(std::holds_alternative<None>(console(0x42, 3)));
}

TEST_F(Tables, SayWhyTheConsoleIsNotUsed) {
  const auto why = [&](const auto& add) {
    builder_ = TableBuilder(bytes_);
    AddCpus(builder_, {});
    add();
    const Description machine = Described(builder_.Root());
    EXPECT_TRUE(std::holds_alternative<None>(machine.console));
    return std::string(machine.not_console.name) + ": " + machine.not_console.why;
  };
  EXPECT_EQ(why([] {}), "SPCR: the machine has no such table, which names the console");
  EXPECT_EQ(why([&] { AddConsole(builder_, 0x42); }),
            "SPCR: its Interface Type or Access Size is no known UART's");
  for (const std::uint64_t base : {std::uint64_t{0}, kAddressEnd}) {
    EXPECT_EQ(why([&] { AddConsole(builder_, kSpcrPl011, base); }),
              "SPCR: its Base Address is none of memory within 48 bits");
  }
}

TEST_F(Tables, SayHowFirmwareIsCalled) {
  const Description hvc = Described(BuildMachine(builder_, {.psci = kPsciCompliant | kPsciUseHvc}));
  EXPECT_FALSE(hvc.has_psci);
  EXPECT_EQ(UnusableOf(hvc), (Lines{"FACP: its ARM Boot Architecture Flags say PSCI by HVC"}));
  EXPECT_STREQ(hvc.cpus.all()[1].why_unknown,
               "FACP has no PSCI by SMC, and its Parking Protocol Version is 0");
  builder_ = TableBuilder(bytes_);
  EXPECT_FALSE(Described(BuildMachine(builder_, {.psci = 0})).has_psci);
}

/// A machine with one structure of a CPU, enabled and no more.
TableBuilder& OneCpu(TableBuilder& builder, std::uint8_t size = 80) {
  AddConsole(builder);
  builder.Begin(kMadt).Set(Word{40}, 0);
  builder.Structure(kGicd, 24).Set(kGicdBase, 0x1000).Set(kGicdVersion, 3);
  builder.Structure(kGicr, 16).Set(kGicrBase, 0x2000).Set(kGicrLength, 0x2'0000);
  return builder.Structure(kGicc, size).Set(kGiccFlags, kGiccEnabled).Set(kGiccUid, 7);
}

TEST_F(Tables, SayWhereACpuIsParked) {
  const auto parked = [&](std::uint32_t version, std::uint64_t address) {
    builder_ = TableBuilder(bytes_);
    OneCpu(builder_).Set(kGiccParkingVersion, version).Set(kGiccParkedAddress, address);
    builder_.Set(kGiccNumber, 5).End();
    const Description machine = Described(builder_.Root());
    EXPECT_EQ(machine.cpus.all().size(), 1u);
    return machine.cpus.all()[0];
  };
  const Cpu cpu = parked(1, 0x8000'1000);
  EXPECT_EQ(cpu.start, CpuStart::kParked);
  EXPECT_EQ(cpu.release_address, 0x8000'1000u);
  EXPECT_EQ(cpu.interface_number, 5u);
  for (const std::uint64_t wrong : {std::uint64_t{0}, std::uint64_t{0x8000'1800}, kAddressEnd}) {
    EXPECT_EQ(parked(1, wrong).start, CpuStart::kUnknown);
    EXPECT_STREQ(parked(1, wrong).why_unknown, "its Parked Address is no page within 48 bits");
  }
}

TEST_F(Tables, SayWhyACpuIsNotUsed) {
  const auto why = [&](const auto& change, std::uint8_t size = 80) {
    builder_ = TableBuilder(bytes_);
    OneCpu(builder_, size);
    change(builder_);
    builder_.End();
    return UnusableOf(Described(builder_.Root()));
  };
  EXPECT_EQ(why([](TableBuilder&) {}), Lines{});
  EXPECT_EQ(why([](TableBuilder& b) { b.Set(kGiccMpidr, 1u << 31); }),
            (Lines{"APIC 7: its MPIDR has bits that are no affinity"}));
  EXPECT_EQ(why([](TableBuilder&) {}, 40),
            (Lines{"APIC 7: its GICC structure is too short to have an MPIDR"}));
  EXPECT_EQ(why([](TableBuilder& b) {
              b.Structure(kGicc, 80).Set(kGiccFlags, kGiccEnabled).Set(kGiccUid, 8);
            }),
            (Lines{"APIC 8: its MPIDR is that of an earlier CPU"}));
  // A CPU that the machine could have is no fault.
  EXPECT_EQ(why([](TableBuilder& b) { b.Structure(kGicc, 80).Set(kGiccUid, 8); }), Lines{});
}

TEST_F(Tables, SayWhyTheInterruptControllerIsNotUsed) {
  const auto why = [&](const auto& add) {
    builder_ = TableBuilder(bytes_);
    AddConsole(builder_);
    builder_.Begin(kMadt).Set(Word{40}, 0);
    add();
    builder_.Structure(kGicc, 80).Set(kGiccFlags, kGiccEnabled).End();
    const Description machine = Described(builder_.Root());
    EXPECT_TRUE(std::holds_alternative<None>(machine.interrupt_controller));
    return UnusableOf(machine);
  };
  const auto distributor = [&](std::uint64_t base, std::uint8_t version) {
    builder_.Structure(kGicd, 24).Set(kGicdBase, base).Set(kGicdVersion, version);
  };
  EXPECT_EQ(why([] {}), (Lines{"APIC: it has no GICD structure"}));
  EXPECT_EQ(why([&] { distributor(kAddressEnd, 3); }),
            (Lines{"APIC: the Physical Base Address of its GICD is none within 48 bits"}));
  EXPECT_EQ(why([&] { distributor(0x1000, 3); }),
            (Lines{"APIC: it has no GICR, and no GICR Base Address"}));
  EXPECT_EQ(why([&] { distributor(0x1000, 2); }),
            (Lines{"APIC: the Physical Base Address of its GICC is no address"}));
  EXPECT_EQ(why([&] {
              distributor(0x1000, 3);
              builder_.Structure(kGicr, 16).Set(kGicrBase, kAddressEnd);
            }),
            (Lines{"APIC: the base of a GICR is no address within 48 bits"}));
}

TEST_F(Tables, HaveTheWatchdogAndTheTimersOfAMachine) {
  AddCpus(builder_, {});
  builder_.Begin(kGtdt).Set(kGtdtEl1Timer, 30).Set(kGtdtVirtualTimer, 27).Set(kGtdtEl2Timer, 25);
  builder_.Set(kGtdtCount, 3).Set(kGtdtOffset, 104).Set(Word{100}, 0);
  builder_.Structure(kWatchdog, std::uint16_t{28}, kLongLength).Set(kWatchdogControl, 0x1000);
  builder_.Set(kWatchdogFlags, kWatchdogIsSecure);
  builder_.Structure(kWatchdog, std::uint16_t{28}, kLongLength).Set(kWatchdogControl, kAddressEnd);
  builder_.Structure(kWatchdog, std::uint16_t{28}, kLongLength).Set(kWatchdogControl, 0x3000);
  builder_.End();
  const Description machine = Described(builder_.Root());
  EXPECT_EQ(std::get<SbsaWatchdog>(machine.watchdog).control, 0x3000u);
  EXPECT_EQ(UnusableOf(machine),
            (Lines{"GTDT: its Non-Secure EL2 Timer GSIV is not 26",
                   "GTDT: the WatchdogControl Frame of a watchdog is no address"}));
}

TEST_F(Tables, WithMoreCpusThanAreUsedHaveThemCounted) {
  const Description machine = Described(BuildMachine(builder_, {.cpus = kMaxCpus + 3}));
  EXPECT_EQ(machine.cpus.all().size(), kMaxCpus);
  EXPECT_EQ(machine.cpus.left_out(), 3u);
}

}  // namespace
}  // namespace trivet::platforms
