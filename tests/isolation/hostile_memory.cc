// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/hostile_memory.h"

#include "hal/cpu.h"
#include "tests/isolation/host_registers.h"
#include "tests/isolation/rig.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr unsigned kPageShift = 12, kLevel1Shift = 30, kLevel2Shift = 21;
constexpr std::uint64_t kLevel2Offset = kTablesOffset + 0x1000;
constexpr std::uint64_t kLevel3Offset = kTablesOffset + 0x2000;
constexpr std::uint64_t kTablesSize = 0x3000;
constexpr std::uint64_t kEntries = 512;
constexpr std::uint16_t kEnd = 1;

// [arm-arm] "VMSAv8-64 Page descriptor", stage 1: attribute 0, inner shareable, accessed.
constexpr std::uint64_t kTable = 0b11;
constexpr std::uint64_t kPage = 0b11 | 0b11 << 8 | 1 << 10;
constexpr std::uint64_t kForEl0 = 0b01 << 6, kReadOnly = 0b10 << 6;

std::uint64_t& GuestDoubleWord(std::uint64_t offset) {
  return reinterpret_cast<std::uint64_t*>(GuestWords())[offset / sizeof(std::uint64_t)];
}

std::uint64_t PageOf(std::uint64_t offset) {
  const std::uint64_t page = kGuestBase + offset;
  if (offset == kCodeOffset) return page | kPage | kForEl0 | kReadOnly;
  if (offset == kDataOffset) return page | kPage | kForEl0;
  if (offset == kGuestVectors) return page | kPage | kReadOnly;
  const bool is_table = offset >= kTablesOffset && offset < kTablesOffset + kTablesSize;
  return is_table ? page | kPage : 0;
}

/// True when the word was another.
bool Set(std::uint64_t offset, std::uint64_t value) {
  std::uint64_t& word = GuestDoubleWord(offset);
  const bool changes = word != value;
  if (changes) word = value;
  return changes;
}

void WriteTables() {
  bool changed = Set(kTablesOffset + (kGuestBase >> kLevel1Shift) % kEntries * 8,
                     (kGuestBase + kLevel2Offset) | kTable);
  changed |= Set(kLevel2Offset + (kGuestBase >> kLevel2Shift) % kEntries * 8,
                 (kGuestBase + kLevel3Offset) | kTable);
  for (std::uint64_t i = 0; i < kEntries; ++i) {
    changed |= Set(kLevel3Offset + i * 8, PageOf(i << kPageShift));
  }
  if (changed) PublishGuestWords(kTablesOffset, kTablesSize);
}

/// Rewritten only if changed: QEMU translates code again that was written.
void WriteVectors() {
  constexpr std::uint64_t kSlotSize = 0x80;
  for (std::uint16_t slot = 0; slot < 16; ++slot) {
    const auto call = static_cast<std::uint16_t>(kGuestVectorCall + slot);
    if (GuestWord(kGuestVectors + slot * kSlotSize) != Hvc(call)) return WriteGuestVectors();
  }
}

}  // namespace

void WriteHostileMemory(const Block& block) {
  WriteVectors();
  WriteTables();
  bool changed = false;
  for (std::uint64_t i = 0; i < kDataSize; i += sizeof(std::uint64_t)) {
    changed |= Set(kDataOffset + i, i);
  }
  for (unsigned i = 0; i < Block::kWords; ++i) GuestWord(kCodeOffset + i * 4) = block.words[i];
  GuestWord(kCodeOffset + Block::kWords * 4) = Svc(kEnd);
  if (changed) PublishGuestWords(kDataOffset, kDataSize);
  PublishGuestWords(kCodeOffset, (Block::kWords + 1) * 4);
  Cpu::Invalidate<Tlbi::kAllE1>();
  Cpu::Dsb<Domain::kNonShareable>();
  Cpu::Isb();
}

void TurnGuestTranslationOn() {
  constexpr std::uint64_t kWriteBack = 0xff;  // MAIR_EL1, attribute 0
  // [arm-arm] TCR_EL1: T0SZ 25, 4 KiB, inner shareable write-back walks, EPD1, IPS 40 bits.
  constexpr std::uint64_t kTcr = 25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | std::uint64_t{2} << 32;
  SetGuestRegister<MairEl1>(MairEl1::FromRaw(kWriteBack));
  SetGuestRegister<TcrEl1>(TcrEl1::FromRaw(kTcr));
  SetGuestRegister<Ttbr0El1>(Ttbr0El1::FromRaw(kGuestBase + kTablesOffset));
  SetGuestRegister<SctlrEl1>(GuestRegister<SctlrEl1>().m(true).c(true).i(true));
}

bool FindMarker(std::uint64_t offset, std::uint64_t size) {
  for (std::uint64_t i = 0; i < size; i += sizeof(std::uint64_t)) {
    if (IsMarker(GuestDoubleWord(offset + i))) return true;
  }
  return false;
}

}  // namespace trivet::tests
