// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "capi/exits.h"
#include "capi/host_cpu.h"
#include "capi/object.h"
#include "percpu/host_kind.h"
#include "percpu/masked_interrupts.h"
#include "percpu/policy.h"
#include "vcpu/exit.h"
#include "vcpu/inject.h"
#include "vectors/enter_guest.h"
#include "vectors/in_place.h"

namespace trivet::capi {

Status HostCpu::CheckEnter() const {
  if (NeedsSuperpriorityMask()) return Status::kUnsupportedHost;
  if (const Status s = CheckChangeableHere(); s != Status::kOk) return s;
  const bool switches = request_.made.policy.vectors == percpu::VectorSwitch::kPerRun ||
                        host_kind() != percpu::HostKind::kNvhe;
  if (switches) return Status::kUnsupportedHost;
  return guest_owner() != nullptr ? Status::kLoadedElsewhere : Status::kOk;
}

}  // namespace trivet::capi

using trivet::Status;
using trivet::capi::Cpu;
using trivet::capi::ToC;

trivet_frame* trivet_cpu_frame(trivet_cpu* cpu) {
  return reinterpret_cast<trivet_frame*>(&Cpu(cpu).frame());
}

trivet_status trivet_cpu_enter(trivet_cpu* cpu, trivet_exit* exit) {
  const trivet::percpu::MaskedInterrupts masked;
  const Status status = Cpu(cpu).CheckEnter();
  if (status != Status::kOk) return ToC(status);
  if (!trivet::vectors::IsGuestPstate(Cpu(cpu).frame().pstate)) return TRIVET_ILLEGAL_GUEST_STATE;
  return trivet::capi::Give(trivet::vcpu::ExitBy(trivet::vectors::EnterGuest(Cpu(cpu).frame())),
                            exit);
}

trivet_status trivet_cpu_inject(trivet_cpu* cpu, const trivet_exception* exception) {
  const trivet::percpu::MaskedInterrupts masked;
  const Status status = Cpu(cpu).CheckEnter();
  if (status != Status::kOk) return ToC(status);
  const auto what = trivet::capi::ToException(*exception);
  return ToC(what ? trivet::vcpu::InjectHere(Cpu(cpu).frame(), *what) : what.error());
}
