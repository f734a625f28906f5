// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <iterator>
#include <memory>
#include <optional>

#include "allcpus/local_cpu.h"
#include "allcpus/rendezvous.h"
#include "capi/host_cpu.h"
#include "percpu/parts.h"
#include "percpu/policy.h"
#include "percpu/stage2_guard.h"
#include "vectors/slot_finder.h"

namespace trivet::capi {
namespace {

constexpr const percpu::PolicyValues* kPolicies[] = {
    &percpu::kPolicy<percpu::DefaultPolicy>, &percpu::kPolicy<percpu::PerRunPolicy>,
    &percpu::kPolicy<percpu::PassThroughPolicy>, &percpu::kPolicy<percpu::HostRoutedPolicy>};

std::optional<std::uint64_t> VectorBaseOf(const trivet_host& host) {
  if (host.vector_base == 0) return std::nullopt;
  return host.vector_base;
}

std::uint64_t EmptyStage2Of(const trivet_host& host) {
  if (host.physical_address != nullptr) return host.physical_address(percpu::kEmptyStage2);
  return reinterpret_cast<std::uint64_t>(percpu::kEmptyStage2);
}

}  // namespace

/// The slot is the first member of the first base.
HostCpu& HostCpu::Of(vectors::CpuSlot& slot) { return As<HostCpu>(ToC(slot)); }

Status HostCpu::Check(const trivet_host& host) {
  const bool complete =
      host.irq != nullptr && host.fiq != nullptr && host.serror != nullptr && host.fatal != nullptr;
  if (!complete) return Status::kHandlerMissing;
  const bool possible = host.policy < std::size(kPolicies) && host.vector_base % 2048 == 0;
  return possible ? Status::kOk : Status::kInvalidArgument;
}

Status HostCpu::Create(const trivet_host& host, CpuId cpu) {
  if (const Status s = Check(host); s != Status::kOk) return s;
  const vectors::Handlers handlers = {
      .irq = [](vectors::CpuSlot& slot) { Of(slot).host_.irq(ToC(slot)); },
      .fiq = [](vectors::CpuSlot& slot) { Of(slot).host_.fiq(ToC(slot)); },
      .serror = [](vectors::CpuSlot& slot) { Of(slot).host_.serror(ToC(slot)); },
      .fatal = [](vectors::CpuSlot& slot) { Of(slot).host_.fatal(ToC(slot)); }};
  const auto* table = reinterpret_cast<const vectors::VectorTable*>(host.vector_table);
  const percpu::Parts& parts = host.parts != nullptr
                                   ? *reinterpret_cast<const percpu::Parts*>(host.parts)
                                   : percpu::kNoParts;
  const Status status =
      table == nullptr ? CreateFor(cpu, handlers) : CreateFor(cpu, handlers, *table, parts.finder);
  if (status != Status::kOk) return status;
  UseParts(parts);
  host_ = host;
  frame_ = {};
  std::construct_at(&request_.made, percpu::EnableRequest{.policy = *kPolicies[host.policy],
                                                          .empty_stage2 = EmptyStage2Of(host),
                                                          .host_vbar = VectorBaseOf(host),
                                                          .host_uses_fp = host.uses_fp != 0});
  return Status::kOk;
}

}  // namespace trivet::capi

using trivet::Status;
using trivet::capi::Cpu;
using trivet::capi::HostCpu;
using trivet::capi::ToC;

trivet_status trivet_cpu_create(trivet_cpu* cpu, size_t size, uint32_t abi, const trivet_host* host,
                                uint64_t mpidr) {
  const trivet_status status = trivet::capi::CheckObject(cpu, size, abi);
  return status != TRIVET_OK ? status
                             : ToC(Cpu(cpu).Create(*host, trivet::CpuId::FromMpidr(mpidr)));
}

trivet_status trivet_cpu_enable(trivet_cpu* cpu) { return ToC(Cpu(cpu).HardwareEnable()); }
trivet_status trivet_cpu_disable(trivet_cpu* cpu) { return ToC(Cpu(cpu).HardwareDisable()); }
trivet_status trivet_cpu_act(trivet_cpu* cpu, uint32_t action, uint32_t operation) {
  if (action > TRIVET_UNDO || operation > TRIVET_DISABLE) return TRIVET_INVALID_ARGUMENT;
  return ToC(trivet::allcpus::Perform(Cpu(cpu), static_cast<trivet::allcpus::Action>(action),
                                      static_cast<trivet::allcpus::Operation>(operation)));
}
int trivet_cpu_is_enabled(const trivet_cpu* cpu) {
  return trivet::capi::As<HostCpu>(cpu).IsEnabled() ? 1 : 0;
}
trivet_status trivet_cpu_can_enable(trivet_cpu* cpu) { return ToC(Cpu(cpu).CanEnable()); }
trivet_status trivet_cpu_can_disable(trivet_cpu* cpu) { return ToC(Cpu(cpu).CanDisable()); }
trivet_status trivet_cpu_audit(trivet_cpu* cpu) { return ToC(Cpu(cpu).Audit()); }
trivet_status trivet_cpu_prepare_suspend(trivet_cpu* cpu) { return ToC(Cpu(cpu).PrepareSuspend()); }
trivet_status trivet_cpu_resumed(trivet_cpu* cpu) { return ToC(Cpu(cpu).Resumed()); }
trivet_status trivet_cpu_suspend_failed(trivet_cpu* cpu) { return ToC(Cpu(cpu).SuspendFailed()); }
void trivet_cpu_powered_down(trivet_cpu* cpu) { Cpu(cpu).PoweredDown(); }
trivet_status trivet_cpu_hand_over(trivet_cpu* cpu) { return ToC(Cpu(cpu).HandOver()); }
void trivet_cpu_panic(trivet_cpu* cpu) { Cpu(cpu).Panic(); }

void trivet_cpu_last_error(const trivet_cpu* cpu, trivet_error* error) {
  const trivet::percpu::Error& last = trivet::capi::As<HostCpu>(cpu).last_error();
  *error = {.status = static_cast<uint32_t>(last.status),
            .register_id = static_cast<uint32_t>(last.register_id),
            .feature = static_cast<uint32_t>(last.feature),
            .reserved = 0,
            .expected = last.expected,
            .got = last.got};
}

const trivet_crash* trivet_cpu_crash(const trivet_cpu* cpu) {
  return reinterpret_cast<const trivet_crash*>(&trivet::capi::As<HostCpu>(cpu).crash());
}
