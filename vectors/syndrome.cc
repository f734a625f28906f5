#include "vectors/syndrome.h"

namespace trivet::vectors {

// [arm-arm] ESR_EL2, ISS encoding for an exception from MSR, MRS, or System instruction execution.
SystemRegisterTrap Syndrome::system_register() const {
  return {.encoding = {.op0 = static_cast<std::uint8_t>(Bits<21, 20>()),
                       .op1 = static_cast<std::uint8_t>(Bits<16, 14>()),
                       .crn = static_cast<std::uint8_t>(Bits<13, 10>()),
                       .crm = static_cast<std::uint8_t>(Bits<4, 1>()),
                       .op2 = static_cast<std::uint8_t>(Bits<19, 17>())},
          .rt = static_cast<std::uint8_t>(Bits<9, 5>()),
          .is_read = Bits<0, 0>() != 0};
}

// [arm-arm] ESR_EL2, ISS encoding for an exception from a WF* instruction: TI.
WaitTrap Syndrome::wait() const {
  return {.is_wfe = Bits<0, 0>() != 0, .has_timeout = Bits<1, 1>() != 0};
}

// [arm-arm] ESR_EL2, ISS encoding for an exception from a Data Abort.
DataAbort Syndrome::data_abort() const {
  return {.fault = DecodeFaultStatus(static_cast<std::uint8_t>(Bits<5, 0>())),
          .is_write = Bits<6, 6>() != 0,
          .during_stage1_walk = Bits<7, 7>() != 0,
          .far_is_valid = Bits<10, 10>() == 0,
          .access_is_described = Bits<24, 24>() != 0,
          .access_bytes = static_cast<std::uint8_t>(1u << Bits<23, 22>()),
          .rt = static_cast<std::uint8_t>(Bits<20, 16>()),
          .sign_extend = Bits<21, 21>() != 0,
          .is_64_bit = Bits<15, 15>() != 0};
}

// [arm-arm] ESR_EL2, ISS encoding for an exception from an Instruction Abort.
InstructionAbort Syndrome::instruction_abort() const {
  return {.fault = DecodeFaultStatus(static_cast<std::uint8_t>(Bits<5, 0>())),
          .during_stage1_walk = Bits<7, 7>() != 0,
          .far_is_valid = Bits<10, 10>() == 0};
}

FaultAddress FaultAddress::FromRegisters(std::uint64_t far, std::uint64_t hpfar) {
  constexpr std::uint64_t kPageOffset = 0xfff;
  // HPFAR_EL2.FIPA, bits 47:4 (43:4 without FEAT_LPA, the rest RES0), holds the IPA from bit 12 up.
  constexpr std::uint64_t kFipa = 0xffff'ffff'fff0;
  return {.virtual_address = far,
          .intermediate_address = ((hpfar & kFipa) << 8) | (far & kPageOffset)};
}

// [arm-arm] ESR_EL2, DFSC: groups of four codes, the low two bits the level.
FaultStatus DecodeFaultStatus(std::uint8_t code) {
  const auto level = static_cast<std::int8_t>(code & 3);
  switch (code >> 2) {
    case 0x00 >> 2: return {FaultKind::kAddressSize, level};
    case 0x04 >> 2: return {FaultKind::kTranslation, level};
    case 0x08 >> 2: return {FaultKind::kAccessFlag, level};
    case 0x0c >> 2: return {FaultKind::kPermission, level};
    case 0x14 >> 2: return {FaultKind::kExternal, level};
    default: break;
  }
  if (code == 0x10) return {FaultKind::kExternal, -1};
  if (code == 0x21) return {FaultKind::kAlignment, -1};
  return {FaultKind::kOther, -1};
}

}  // namespace trivet::vectors
