// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// What is where in the tables: [acpi] Advanced Configuration and Power Interface 6.5, 5.2, and
/// [spcr] Microsoft's Serial Port Console Redirection Table. Offsets are in bytes.
namespace trivet::platforms::acpi {

/// A number at an offset of a table or of a structure in it. All are little-endian.
template <class Number>
struct Field {
  std::uint32_t offset;
};
using Byte = Field<std::uint8_t>;
using Half = Field<std::uint16_t>;
using Word = Field<std::uint32_t>;
using Long = Field<std::uint64_t>;

/// Four characters as the number that they are in memory.
constexpr std::uint32_t Signature(const char (&text)[5]) {
  std::uint32_t number = 0;
  for (unsigned i = 4; i-- > 0;) number = number << 8 | static_cast<unsigned char>(text[i]);
  return number;
}

// 5.2.5.3, the root pointer. Its first bytes alone are ACPI 1.0's, with a checksum of their own.
inline constexpr std::uint32_t kRoot = Signature("RSDP");  ///< Its name, not what it begins with.
inline constexpr std::uint64_t kRootMagic = 0x2052'5450'2044'5352;  ///< "RSD PTR ".
inline constexpr std::uint32_t kRootBytes = 36, kOldRootBytes = 20;
inline constexpr std::uint32_t kMostRootBytes = 4096;  ///< Of what it says; U-Boot's has 40.
inline constexpr Long kRootSignature{0};
inline constexpr Byte kRootRevision{15};
inline constexpr Word kRootLength{20};
inline constexpr Long kRootXsdt{24};

// 5.2.6, the header of each table.
inline constexpr std::uint32_t kHeaderBytes = 36;
inline constexpr Word kSignature{0};
inline constexpr Word kLength{4};

// 5.2.8: addresses of tables follow the header, 8 bytes each.
inline constexpr std::uint32_t kXsdt = Signature("XSDT");

// 5.2.9, FADT.
inline constexpr std::uint32_t kFadt = Signature("FACP");
inline constexpr Half kArmBootFlags{129};
inline constexpr std::uint16_t kPsciCompliant = 1u << 0, kPsciUseHvc = 1u << 1;

// 5.2.12, MADT: structures begin with a type and a length, a byte each.
inline constexpr std::uint32_t kMadt = Signature("APIC");
inline constexpr Word kMadtLocalAddress{36};
inline constexpr std::uint32_t kMadtStructures = 44;
inline constexpr Byte kType{0};
inline constexpr Byte kShortLength{1};

// 5.2.12.14, GICC: a CPU and its interface.
inline constexpr std::uint8_t kGicc = 0xb;
inline constexpr std::uint32_t kLeastGiccBytes = 76;  ///< Of ACPI 5.1; 5.0 has no MPIDR.
inline constexpr Word kGiccNumber{4};
inline constexpr Word kGiccUid{8};
inline constexpr Word kGiccFlags{12};
inline constexpr std::uint32_t kGiccEnabled = 1u << 0;
inline constexpr Word kGiccParkingVersion{16};
inline constexpr Long kGiccParkedAddress{24};
inline constexpr Long kGiccBase{32};
inline constexpr Long kGiccGicv{40};
inline constexpr Long kGiccGich{48};
inline constexpr Long kGiccGicr{60};
inline constexpr Long kGiccMpidr{68};

// 5.2.12.15, GICD; 5.2.12.17, GICR.
inline constexpr std::uint8_t kGicd = 0xc, kGicr = 0xe;
inline constexpr Long kGicdBase{8};
inline constexpr Byte kGicdVersion{20};
inline constexpr Long kGicrBase{4};
inline constexpr Word kGicrLength{12};

// 5.2.25, GTDT: the generic timers, then structures with a type and a length of two bytes.
inline constexpr std::uint32_t kGtdt = Signature("GTDT");
inline constexpr Word kGtdtEl1Timer{56}, kGtdtVirtualTimer{64}, kGtdtEl2Timer{72};
inline constexpr Word kGtdtCount{88}, kGtdtOffset{92};
inline constexpr Half kLongLength{1};

// 5.2.25.2, the generic watchdog.
inline constexpr std::uint8_t kWatchdog = 1;
inline constexpr Long kWatchdogControl{12};
inline constexpr Word kWatchdogFlags{24};
inline constexpr std::uint32_t kWatchdogIsSecure = 1u << 2;

// [spcr], with a Generic Address Structure, 5.2.3.2.
inline constexpr std::uint32_t kSpcr = Signature("SPCR");
inline constexpr Byte kSpcrType{36};
inline constexpr Byte kSpcrSpace{40};  ///< 0: memory.
inline constexpr Byte kSpcrBitWidth{41};
inline constexpr Byte kSpcrAccess{43};  ///< 1: a byte, 2: 16 bits, 3: 32 bits; 0: not said.
inline constexpr Long kSpcrBase{44};
inline constexpr std::uint8_t kSpcr16550 = 0x0, kSpcr16450 = 0x1, kSpcrPl011 = 0x3,
                              kSpcrSbsa32 = 0xd, kSpcrSbsa = 0xe, kSpcr16550Gas = 0x12;

}  // namespace trivet::platforms::acpi
