// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/memory_checks.h"

#include <cstdint>

#include "hal/cpu.h"
#include "platforms/runtime/control_checks.h"
#include "platforms/runtime/entry_checks.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/ram.h"
#include "platforms/runtime/translation.h"
#include "platforms/runtime/written_code.h"

extern "C" {
std::uint64_t trivet_probe(std::uintptr_t address, unsigned kind);  // fault_probe.S
// image.ld, early_vectors.S
extern const char __image_start[], __text_start[], __rodata_start[], __data_start[];
extern const char __stack_guard[], __tables_start[], __tables_end[], __image_end[],
    trivet_uncached_start[];
}

namespace trivet::platforms {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint32_t kRet = 0xd65f'03c0;

// An instruction in data: RET.
std::uint32_t data_word = kRet;
const volatile std::uint32_t rodata_word = kRet;
TRIVET_WRITTEN_CODE alignas(64) std::uint32_t written_word[16];

enum Kind : unsigned { kReads, kWrites, kExecutes };
enum Outcome { kWorks, kUnmapped, kForbidden, kOther };

/// [arm-arm] ESR_ELx, DFSC and IFSC: 0b0001LL is a translation fault, 0b0011LL a permission fault.
Outcome Try(Kind kind, const volatile void* address) {
  const auto esr = EsrEl2::FromRaw(trivet_probe(reinterpret_cast<std::uintptr_t>(address), kind));
  if (esr == EsrEl2()) return kWorks;
  const ExceptionClass expected =
      kind == kExecutes ? ExceptionClass::kInstructionAbortSame : ExceptionClass::kDataAbortSame;
  if (esr.ec() != expected) return kOther;
  const unsigned fault = esr.iss() >> 2 & 0xf;
  return fault == 1 ? kUnmapped : fault == 3 ? kForbidden : kOther;
}

struct Attributes {
  bool fault;
  std::uint8_t mair;
};

/// [arm-arm] AT S1E2R, AT S1E2W, PAR_EL1.
Attributes Translate(std::uintptr_t address, bool write) {
  if (write) {
    asm volatile("at s1e2w, %0" ::"r"(address) : "memory");
  } else {
    asm volatile("at s1e2r, %0" ::"r"(address) : "memory");
  }
  hal::Cpu::Isb();
  const ParEl1 par = hal::Cpu::Read<ParEl1>();
  return {.fault = par.f(), .mair = par.attr()};
}

bool AllPages(const char* start, const char* end, bool writable) {
  bool as_expected = true;
  for (auto page = reinterpret_cast<std::uintptr_t>(start);
       page < reinterpret_cast<std::uintptr_t>(end); page += 4096) {
    const Attributes reads = Translate(page, false);
    as_expected = as_expected && !reads.fault && reads.mair == 0xff;
    as_expected = as_expected && Translate(page, true).fault == !writable;
  }
  return as_expected;
}

void ImageIsProtected() {
  Check(Try(kWrites, __image_start) == kForbidden, "the header is not written");
  Check(Try(kExecutes, __image_start) == kForbidden, "nor executed");
  Check(AllPages(__image_start, __data_start, false), "code and constants are read-only, cached");
  Check(Try(kWrites, __text_start) == kForbidden, "a write to code faults");
  Check(Try(kWrites, &rodata_word) == kForbidden, "a write to a constant faults");
  Check(Try(kExecutes, &rodata_word) == kForbidden, "a constant is not executed");
  Check(Try(kWrites, &data_word) == kWorks, "data is written");
  Check(Try(kExecutes, &data_word) == kForbidden, "data is not executed");
  alignas(64) volatile std::uint32_t stack_word = kRet;
  Check(Try(kWrites, &stack_word) == kWorks, "the stack is written");
  Check(Try(kExecutes, &stack_word) == kForbidden, "the stack is not executed");
  Check(AllPages(__tables_start, __tables_end, false), "page tables are read-only");
}

void HolesAreHoles() {
  Check(Try(kReads, __stack_guard) == kUnmapped, "below the stack there is nothing");
  Check(Try(kReads, __stack_guard + 4092) == kUnmapped, "up to its last byte");
  Check(Try(kReads, trivet_uncached_start) == kUnmapped, "nor where caches must not look");
}

/// Around the image, and at the bottom of the address space.
void TheRestIsDevice() {
  const auto start = reinterpret_cast<std::uintptr_t>(__image_start);
  const auto end = reinterpret_cast<std::uintptr_t>(__image_end);
  bool device = true;
  for (const std::uintptr_t address : {start - 4096, end, std::uintptr_t{0}}) {
    const Attributes writes = Translate(address, true);
    device = device && !writes.fault && writes.mair == 0;
  }
  Check(device, "memory that is not the image's is a device");
  Check(Try(kExecutes, __image_end) == kForbidden, "and is not executed");
}

void WrittenCodeRunsAtItsAlias() {
  auto* const words = const_cast<volatile std::uint32_t*>(written_word);
  const auto* const alias = reinterpret_cast<const volatile std::uint32_t*>(
      ExecutableAlias(const_cast<const std::uint32_t*>(written_word)));
  words[0] = kRet;
  asm volatile("dc cvau, %0\n dsb ish\n ic ivau, %1\n dsb ish\n isb" ::"r"(words), "r"(alias)
               : "memory");
  Check(*alias == kRet, "written code is the same at both addresses");
  Check(Try(kExecutes, alias) == kWorks, "it runs at its alias");
  Check(Try(kExecutes, words) == kForbidden, "and not where it is written");
  Check(Try(kWrites, alias) == kForbidden, "the alias is not written");
}

void CheckRegime() {
  CheckTranslationControls();
  CheckMaskOverHcrWrite();
  ImageIsProtected();
  HolesAreHoles();
  TheRestIsDevice();
  WrittenCodeRunsAtItsAlias();
}

bool IsInMemory(const MemoryRange& range) {
  for (const MemoryRange& memory : ThisMachine().memory.all()) {
    if (range.base >= memory.base && range.base + range.size <= memory.base + memory.size)
      return true;
  }
  return false;
}

/// Behind the image, in the block of 2 MiB in which that ends, or where UEFI has left some.
MemoryRange FindRam() {
  constexpr std::uint64_t kDistance = 0x3000, kSize = 0x40'5000;
  const MemoryRange image = ImageRange();
  const MemoryRange behind{.base = image.base + image.size + kDistance, .size = kSize};
  if (IsInMemory(behind)) return behind;
  for (const MemoryRange& memory : ThisMachine().memory.all()) {
    const MemoryRange ram{.base = memory.base + kDistance, .size = kSize};
    const bool is_apart = ram.base >= image.base + image.size || ram.base + kSize <= image.base;
    if (IsInMemory(ram) && is_apart) return ram;
  }
  return behind;
}

/// Normal memory from the first byte to the last, and there alone; what was there before is there.
void IsRam(const MemoryRange& ram, std::uint64_t value) {
  const auto* const word = reinterpret_cast<const volatile std::uint64_t*>(ram.base);
  const std::uintptr_t last = ram.base + ram.size - 1;
  Check(*word == value, "what was stored before it was RAM is there");
  bool as_expected = true;
  for (const std::uintptr_t address : {ram.base, ram.base + ram.size / 2, last}) {
    const Attributes writes = Translate(address, true);
    as_expected = as_expected && !writes.fault && writes.mair == 0xff;
  }
  for (const std::uintptr_t address : {ram.base - 1, last + 1}) {
    const Attributes writes = Translate(address, true);
    as_expected = as_expected && !writes.fault && writes.mair == 0;
  }
  Check(as_expected, "its pages are cached, its neighbours devices");
  Check(Try(kExecutes, word) == kForbidden, "it is not executed");
  std::uint64_t unaligned = 0;
  asm volatile("ldr %0, [%1]" : "=r"(unaligned) : "r"(ram.base + 1) : "memory");
  Check(unaligned << 8 >> 8 == value >> 8, "an unaligned load works");
}

}  // namespace

void CheckMapRam() {
  const MemoryRange image = ImageRange();
  const std::uint64_t beyond = std::uint64_t{1} << 48;
  bool refused = true;
  for (const MemoryRange& range :
       {MemoryRange{image.base + image.size, 0}, MemoryRange{image.base + image.size, 0x800},
        MemoryRange{image.base + image.size + 0x800, 0x1000},
        MemoryRange{image.base + image.size - 0x1000, 0x2000},
        MemoryRange{image.base - 0x1000, 0x2000}, MemoryRange{beyond - 0x1000, 0x2000},
        MemoryRange{0x1000, ~std::uint64_t{0xfff}}}) {
    refused = refused && MapRam(range) == Status::kInvalidArgument;
  }
  Check(refused, "what cannot be RAM is refused");
  const MemoryRange ram = FindRam();
  Check(IsInMemory(ram), "there is RAM beside the image");
  auto* const word = reinterpret_cast<volatile std::uint64_t*>(ram.base);
  constexpr std::uint64_t kValue = 0x1122'3344'5566'7788;
  *word = kValue;
  Check(MapRam(ram) == Status::kOk, "RAM is mapped");
  IsRam(ram, kValue);
  ImageIsProtected();
  if (hal::Cpu::Read<IdAa64Mmfr1El1>().vh() == 0) return;
  const HcrEl2 hcr = hal::Cpu::Read<HcrEl2>();
  WriteHcrEl2(hcr.e2h(true).raw());
  IsRam(ram, kValue);
  WriteHcrEl2(hcr.raw());
}

void CheckTranslation() {
  CheckRegime();
  if (hal::Cpu::Read<IdAa64Mmfr1El1>().vh() == 0) return;
  const HcrEl2 hcr = hal::Cpu::Read<HcrEl2>();
  WriteHcrEl2(hcr.e2h(true).raw());
  Check(true, "the same as a VHE host:");
  CheckRegime();
  WriteHcrEl2(hcr.raw());
}

}  // namespace trivet::platforms
