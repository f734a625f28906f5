#include "vcpu/exit.h"

#include "hal/cpu.h"

namespace trivet::vcpu {
namespace {

using hal::Cpu;
using hal::ExceptionClass;
using vectors::ExitVector;

ExitReason ReasonOf(ExceptionClass exception_class) {
  switch (exception_class) {
    case ExceptionClass::kHvc64: return ExitReason::kHypercall;
    case ExceptionClass::kSmc64: return ExitReason::kSecureMonitorCall;
    case ExceptionClass::kWfx: return ExitReason::kWaitTrap;
    case ExceptionClass::kSystem: return ExitReason::kSystemRegister;
    case ExceptionClass::kDataAbortLower: return ExitReason::kDataAbort;
    case ExceptionClass::kInstructionAbortLower: return ExitReason::kInstructionAbort;
    default: return ExitReason::kOther;
  }
}

Exit Synchronous() {
  Exit exit = {.syndrome = vectors::Syndrome::FromRaw(Cpu::Read<hal::EsrEl2>().raw())};
  exit.reason = ReasonOf(exit.syndrome.exception_class());
  if (exit.reason == ExitReason::kDataAbort || exit.reason == ExitReason::kInstructionAbort) {
    exit.fault = vectors::FaultAddress::FromRegisters(Cpu::Read<hal::FarEl2>().raw(),
                                                      Cpu::Read<hal::HpfarEl2>().raw());
  }
  return exit;
}

}  // namespace

Exit DecodeExit(ExitVector vector) {
  switch (vector) {
    case ExitVector::kSynchronous: return Synchronous();
    case ExitVector::kIrq: return {.reason = ExitReason::kIrq};
    case ExitVector::kFiq: return {.reason = ExitReason::kFiq};
    case ExitVector::kSError:
      return {.reason = ExitReason::kSError,
              .syndrome = vectors::Syndrome::FromRaw(Cpu::Read<hal::EsrEl2>().raw())};
    default: return {.reason = ExitReason::kAArch32};
  }
}

}  // namespace trivet::vcpu
