#include "platforms/runtime/memory_checks.h"

#include <cstdint>

#include "hal/cpu.h"
#include "platforms/runtime/control_checks.h"
#include "platforms/runtime/entry_checks.h"
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
  Cpu::Isb();
  const ParEl1 par = Cpu::Read<ParEl1>();
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

}  // namespace

void CheckTranslation() {
  CheckRegime();
  if (Cpu::Read<IdAa64Mmfr1El1>().vh() == 0) return;
  const HcrEl2 hcr = Cpu::Read<HcrEl2>();
  WriteHcrEl2(hcr.e2h(true).raw());
  Check(true, "the same as a VHE host:");
  CheckRegime();
  WriteHcrEl2(hcr.raw());
}

}  // namespace trivet::platforms
