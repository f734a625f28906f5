// SPDX-License-Identifier: Apache-2.0 OR MIT
// The numbers and layouts of C are those of C++. Statuses: status.cc. Sizes: object.h.

#include <cstddef>
#include <type_traits>

#include "allcpus/local_cpu.h"
#include "allcpus/rendezvous.h"
#include "allcpus/report.h"
#include "capi/trivet.h"
#include "hal/capability.h"
#include "percpu/parts.h"
#include "vcpu/exit.h"
#include "vectors/cpu_slot.h"
#include "vectors/guest_frame.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::capi {
namespace {

template <class A, class B>
constexpr bool AreEqual(A a, B b) {
  return static_cast<unsigned>(a) == static_cast<unsigned>(b);
}

using vcpu::ExitReason;
static_assert(AreEqual(TRIVET_EXIT_HYPERCALL, ExitReason::kHypercall));
static_assert(AreEqual(TRIVET_EXIT_SECURE_MONITOR_CALL, ExitReason::kSecureMonitorCall));
static_assert(AreEqual(TRIVET_EXIT_WAIT_TRAP, ExitReason::kWaitTrap));
static_assert(AreEqual(TRIVET_EXIT_SYSTEM_REGISTER, ExitReason::kSystemRegister));
static_assert(AreEqual(TRIVET_EXIT_IRQ, ExitReason::kIrq));
static_assert(AreEqual(TRIVET_EXIT_FIQ, ExitReason::kFiq));
static_assert(AreEqual(TRIVET_EXIT_AARCH32, ExitReason::kAArch32));
static_assert(AreEqual(TRIVET_EXIT_OTHER, ExitReason::kOther));
static_assert(AreEqual(TRIVET_EXIT_DATA_ABORT, ExitReason::kDataAbort));
static_assert(AreEqual(TRIVET_EXIT_INSTRUCTION_ABORT, ExitReason::kInstructionAbort));
static_assert(AreEqual(TRIVET_EXIT_SERROR, ExitReason::kSError));
static_assert(vcpu::kExitReasons == TRIVET_EXIT_SERROR + 1);

using hal::Capability;
constexpr bool IsBit(trivet_capability c, Capability capability) {
  return AreEqual(c, 1u << static_cast<unsigned>(capability));
}
static_assert(IsBit(TRIVET_FP, Capability::kFp));
static_assert(IsBit(TRIVET_SVE, Capability::kSve));
static_assert(IsBit(TRIVET_SME, Capability::kSme));
static_assert(IsBit(TRIVET_POINTER_AUTHENTICATION, Capability::kPointerAuthentication));
static_assert(IsBit(TRIVET_MTE, Capability::kMte));
static_assert(IsBit(TRIVET_PMU, Capability::kPmu));
static_assert(IsBit(TRIVET_PHYSICAL_TIMER, Capability::kPhysicalTimer));
static_assert(IsBit(TRIVET_INTERRUPT_INTERFACE, Capability::kInterruptInterface));
static_assert(IsBit(TRIVET_MOPS, Capability::kMops));
static_assert(IsBit(TRIVET_GCS, Capability::kGcs));
static_assert(IsBit(TRIVET_TRANSLATION2, Capability::kTranslation2));
static_assert(IsBit(TRIVET_POE, Capability::kPoe));
static_assert(IsBit(TRIVET_DEBUG, Capability::kDebug));
static_assert(IsBit(TRIVET_SOFTWARE_CONTEXT, Capability::kSoftwareContext));
static_assert(AreEqual(Capability::kCount,
                       static_cast<unsigned>(Capability::kSoftwareContext) + 1));

using vgic::Where;
static_assert(AreEqual(TRIVET_AWAY, Where::kAway) && AreEqual(TRIVET_IN_HOST, Where::kHost) &&
              AreEqual(TRIVET_IN_GUEST, Where::kGuest));

using allcpus::Action;
static_assert(AreEqual(TRIVET_PREPARE, Action::kPrepare) &&
              AreEqual(TRIVET_COMMIT, Action::kCommit) && AreEqual(TRIVET_UNDO, Action::kUndo));

using allcpus::Operation;
using allcpus::Outcome;
static_assert(AreEqual(TRIVET_ENABLE, Operation::kEnable) &&
              AreEqual(TRIVET_DISABLE, Operation::kDisable));
static_assert(AreEqual(TRIVET_CHANGED, Outcome::kChanged));
static_assert(AreEqual(TRIVET_AS_BEFORE, Outcome::kAsBefore));
static_assert(AreEqual(TRIVET_ABSENT, Outcome::kAbsent));
static_assert(AreEqual(TRIVET_UNRESOLVED, Outcome::kUnresolved));
static_assert(AreEqual(TRIVET_UNDO_FAILED, Outcome::kUndoFailed));
static_assert(AreEqual(TRIVET_UNDECIDED, Outcome::kUndecided));

// A guest's frame is used where it stands; what follows it is the library's.
using vectors::GuestFrame;
static_assert(offsetof(trivet_frame, x) == offsetof(GuestFrame, x));
static_assert(offsetof(trivet_frame, pc) == offsetof(GuestFrame, pc));
static_assert(offsetof(trivet_frame, pstate) == offsetof(GuestFrame, pstate));

// A host's parts are used where they stand.
using percpu::Parts;
static_assert(sizeof(trivet_parts) == sizeof(Parts));
static_assert(offsetof(trivet_parts, vectors) == offsetof(Parts, vectors));
static_assert(offsetof(trivet_parts, registers) == offsetof(Parts, registers));
static_assert(offsetof(trivet_parts, finder) == offsetof(Parts, finder));

using vectors::CrashRecord;
static_assert(sizeof(trivet_crash) == sizeof(CrashRecord));
static_assert(offsetof(trivet_crash, x) == offsetof(CrashRecord, x));
static_assert(offsetof(trivet_crash, sp) == offsetof(CrashRecord, sp));
static_assert(offsetof(trivet_crash, elr) == offsetof(CrashRecord, elr));
static_assert(offsetof(trivet_crash, spsr) == offsetof(CrashRecord, spsr));
static_assert(offsetof(trivet_crash, esr) == offsetof(CrashRecord, esr));
static_assert(offsetof(trivet_crash, far) == offsetof(CrashRecord, far));
static_assert(offsetof(trivet_crash, hpfar) == offsetof(CrashRecord, hpfar));
static_assert(offsetof(trivet_crash, vector) == offsetof(CrashRecord, vector));
static_assert(offsetof(vectors::CpuSlot, handlers) == 0, "HostCpu::Of()");

static_assert(sizeof(trivet_exit) == 32 && std::is_trivial_v<trivet_host>);

}  // namespace
}  // namespace trivet::capi
