#pragma once

#include <cstdint>

#include "hal/exception_class.h"
#include "hal/register_info.h"

/// ESR_EL2, FAR_EL2 and HPFAR_EL2 as typed values. [arm-arm] ESR_EL2, "ISS encoding for an
/// exception from ...".
namespace trivet::vectors {

using hal::ExceptionClass;

/// What a fault status code says, its level apart. [arm-arm] ESR_EL2.DFSC.
enum class FaultKind : std::uint8_t {
  kAddressSize,
  kTranslation,
  kAccessFlag,
  kPermission,
  kExternal,
  kAlignment,
  kOther,
};

struct FaultStatus {
  FaultKind kind;
  std::int8_t level;  ///< 0 to 3 of the walk; -1 when the code has none.
};

/// A trapped MRS or MSR.
struct SystemRegisterTrap {
  hal::Encoding encoding;
  std::uint8_t rt;  ///< 31 is XZR.
  bool is_read;     ///< MRS.
};

/// A trapped WFI, WFE, WFIT or WFET.
struct WaitTrap {
  bool is_wfe;
  bool has_timeout;
};

/// A data abort. The access is described only when the hardware says so (ISV).
struct DataAbort {
  FaultStatus fault;
  bool is_write;
  bool during_stage1_walk;  ///< S1PTW: the address is that of a stage 1 descriptor.
  bool far_is_valid;
  bool access_is_described;   ///< ISV: the four below mean something.
  std::uint8_t access_bytes;  ///< 1, 2, 4 or 8.
  std::uint8_t rt;            ///< 31 is XZR.
  bool sign_extend;
  bool is_64_bit;  ///< Xt, not Wt.
};

struct InstructionAbort {
  FaultStatus fault;
  bool during_stage1_walk;
  bool far_is_valid;
};

/// One ESR_EL2 value. Each decoder is meaningful for its exception class only.
class Syndrome {
 public:
  constexpr Syndrome() = default;
  static constexpr Syndrome FromRaw(std::uint64_t esr) {
    Syndrome syndrome;
    syndrome.esr_ = esr;
    return syndrome;
  }
  constexpr std::uint64_t raw() const { return esr_; }

  constexpr ExceptionClass exception_class() const {
    return static_cast<ExceptionClass>(Bits<31, 26>());
  }
  /// 4 for an A64 instruction, 2 for a 16-bit T32 one. [arm-arm] ESR_EL2.IL.
  constexpr unsigned instruction_bytes() const { return Bits<25, 25>() ? 4 : 2; }

  /// HVC, SMC (as A64), SVC, BRK: the instruction's immediate.
  constexpr std::uint16_t immediate() const { return static_cast<std::uint16_t>(Bits<15, 0>()); }
  SystemRegisterTrap system_register() const;
  WaitTrap wait() const;
  DataAbort data_abort() const;
  InstructionAbort instruction_abort() const;

 private:
  template <unsigned kHi, unsigned kLo>
  constexpr std::uint64_t Bits() const {
    return (esr_ >> kLo) & (~std::uint64_t{0} >> (63 - (kHi - kLo)));
  }

  std::uint64_t esr_ = 0;
};

/// Where a stage 2 fault happened.
struct FaultAddress {
  std::uint64_t virtual_address = 0;       ///< FAR_EL2.
  std::uint64_t intermediate_address = 0;  ///< IPA: HPFAR_EL2's page with FAR_EL2's offset in it.

  /// From the two registers. HPFAR_EL2 is not valid for permission faults unless S1PTW is set.
  /// [arm-arm] HPFAR_EL2.
  static FaultAddress FromRegisters(std::uint64_t far, std::uint64_t hpfar);
};

/// The kind and level in a 6-bit fault status code.
FaultStatus DecodeFaultStatus(std::uint8_t code);

}  // namespace trivet::vectors
