// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/registers.h"

/// The memory of the guests under test: one window of 2 MiB with nothing of EL2's in it, which is
/// all that their stage 2 maps.
namespace trivet::tests {

inline constexpr std::uint64_t kGuestBase = 0x5'4060'0000;  ///< Its address as guests see it.
inline constexpr std::uint64_t kGuestSize = std::uint64_t{2} << 20;

/// The window as EL2 sees it. Offsets in it are multiples of 4 below kGuestSize.
std::uint32_t* GuestWords();
inline std::uint32_t& GuestWord(std::uint64_t offset) { return GuestWords()[offset / 4]; }

/// Makes words that were written at [offset, offset + size) visible to a guest with caches on or
/// off, as data and as code.
void PublishGuestWords(std::uint64_t offset, std::size_t size);

/// VTCR_EL2 and VTTBR_EL2 of the stage 2 that maps the window. At EL2.
hal::VtcrEl2 GuestVtcr();
hal::VttbrEl2 GuestVttbr(std::uint16_t vmid);

/// Vectors at kGuestVectors: each slot is HVC #(kGuestVectorCall + slot), slot from 0 to 15.
inline constexpr std::uint64_t kGuestVectors = 0;
inline constexpr std::uint16_t kGuestVectorCall = 0x100;
void WriteGuestVectors();

/// HVC #immediate. [arm-arm] C6.2, HVC.
constexpr std::uint32_t Hvc(std::uint16_t immediate) { return 0xd400'0002u | immediate << 5; }
/// SVC #immediate. [arm-arm] C6.2, SVC.
constexpr std::uint32_t Svc(std::uint16_t immediate) { return 0xd400'0001u | immediate << 5; }

}  // namespace trivet::tests
