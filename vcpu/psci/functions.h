// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// Function identifiers and results of the SMC Calling Convention and of PSCI. [smccc] Arm DEN0028;
/// [psci] Arm DEN0022.
namespace trivet::vcpu {

namespace smccc {
inline constexpr std::uint32_t kVersion = 0x8000'0000;
inline constexpr std::uint32_t kArchFeatures = 0x8000'0001;
inline constexpr std::uint32_t kSmc64 = 0x4000'0000;  ///< Arguments and results of 64 bits.
inline constexpr std::uint32_t kVersion1_1 = 0x1'0001;
}  // namespace smccc

namespace psci {

/// Of the SMC32 kind; those with addresses or affinities have an SMC64 twin.
enum class Function : std::uint32_t {
  kVersion = 0x8400'0000,
  kCpuSuspend = 0x8400'0001,
  kCpuOff = 0x8400'0002,
  kCpuOn = 0x8400'0003,
  kAffinityInfo = 0x8400'0004,
  kMigrateInfoType = 0x8400'0006,
  kSystemOff = 0x8400'0008,
  kSystemReset = 0x8400'0009,
  kFeatures = 0x8400'000a,
};

enum class Result : std::int32_t {
  kSuccess = 0,
  kNotSupported = -1,
  kInvalidParameters = -2,
  kDenied = -3,
  kAlreadyOn = -4,
  kOnPending = -5,
  kInternalFailure = -6,
  kInvalidAddress = -9,
};

/// What AFFINITY_INFO returns.
enum class CpuState : std::uint32_t { kOn = 0, kOff = 1, kOnPending = 2 };

inline constexpr std::uint32_t kVersion1_1 = 0x1'0001;
/// Function identifiers that are PSCI's: fast calls of the standard secure service, 0 to 0x1f.
constexpr bool IsReserved(std::uint32_t id) {
  return (id & ~(smccc::kSmc64 | 0x1f)) == 0x8400'0000;
}
constexpr Function FunctionOf(std::uint32_t id) {
  return static_cast<Function>(id & ~smccc::kSmc64);
}
/// True for what GuestPsci serves: each function as SMC32, and as SMC64 those with an address or an
/// affinity.
constexpr bool IsServed(std::uint32_t id) {
  switch (FunctionOf(id)) {
    case Function::kCpuSuspend:
    case Function::kCpuOn:
    case Function::kAffinityInfo: return true;
    case Function::kVersion:
    case Function::kCpuOff:
    case Function::kMigrateInfoType:
    case Function::kSystemOff:
    case Function::kSystemReset:
    case Function::kFeatures: return (id & smccc::kSmc64) == 0;
  }
  return false;
}
/// MIGRATE_INFO_TYPE: no Trusted OS that would have to move.
inline constexpr std::uint32_t kNoTrustedOs = 2;

}  // namespace psci
}  // namespace trivet::vcpu
