// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "allcpus/all_cpus.h"
#include "allcpus/clock.h"
#include "allcpus/local_cpu.h"
#include "capi/host_cpu.h"
#include "capi/object.h"

namespace trivet::capi {
namespace {

using Group = allcpus::AllCpus<TRIVET_MOST_CPUS>;

/// The caller's clock, or the generic timer's count.
class HostClock {
 public:
  explicit HostClock(const trivet_clock* clock) : clock_(clock) {}

  std::uint64_t Now() const {
    return clock_ == nullptr ? allcpus::SystemCounter::Now() : clock_->now(clock_->context);
  }
  void Pause() const {
    if (clock_ != nullptr && clock_->pause != nullptr) clock_->pause(clock_->context);
  }

 private:
  const trivet_clock* clock_;
};

/// The host's part in a round, or that of the CPU alone.
allcpus::LocalCpu Local(trivet_cpu* cpu) {
  if (Cpu(cpu).host().act == nullptr) return allcpus::Local(Cpu(cpu));
  return {.self = cpu,
          .act = [](void* self, allcpus::Action action, allcpus::Operation operation,
                    percpu::Error& error) {
            auto* const own = static_cast<trivet_cpu*>(self);
            const auto status = static_cast<Status>(Cpu(own).host().act(
                own, static_cast<std::uint32_t>(action), static_cast<std::uint32_t>(operation)));
            if (status != Status::kOk) {
              error = Cpu(own).last_error();
              error.status = status;
            }
            return status;
          }};
}

bool IsMissing(const trivet_clock* clock) { return clock != nullptr && clock->now == nullptr; }

}  // namespace
}  // namespace trivet::capi

using trivet::capi::As;
using trivet::capi::Group;
using trivet::capi::HostClock;
using trivet::capi::ToC;

trivet_status trivet_group_create(trivet_group* group, size_t size, uint32_t abi, uint32_t cpus) {
  const trivet_status status = trivet::capi::CheckObject(group, size, abi);
  if (status != TRIVET_OK) return status;
  if (cpus == 0 || cpus > TRIVET_MOST_CPUS) return TRIVET_INVALID_ARGUMENT;
  trivet::capi::Make<Group>(group, cpus);
  return TRIVET_OK;
}

trivet_status trivet_group_announce(trivet_group* group, uint32_t operation) {
  if (operation != TRIVET_ENABLE && operation != TRIVET_DISABLE) return TRIVET_INVALID_ARGUMENT;
  return ToC(As<Group>(group).Announce(static_cast<trivet::allcpus::Operation>(operation)));
}

trivet_status trivet_group_join(trivet_group* group, uint32_t index, trivet_cpu* cpu,
                                const trivet_clock* clock, uint64_t limit) {
  if (trivet::capi::IsMissing(clock)) return TRIVET_HANDLER_MISSING;
  HostClock host(clock);
  return ToC(As<Group>(group).Join(index, trivet::capi::Local(cpu), host, limit));
}

trivet_status trivet_group_lead(trivet_group* group, uint32_t index, trivet_cpu* cpu,
                                const trivet_clock* clock, uint64_t limit) {
  if (trivet::capi::IsMissing(clock)) return TRIVET_HANDLER_MISSING;
  HostClock host(clock);
  return ToC(As<Group>(group).Lead(index, trivet::capi::Local(cpu), host, limit));
}

trivet_status trivet_group_report(const trivet_group* group, uint32_t index,
                                  trivet_report* report) {
  const Group& all = As<Group>(group);
  if (index >= all.size()) return TRIVET_INVALID_ARGUMENT;
  const trivet::allcpus::CpuReport& cpu = all.report(index);
  *report = {.outcome = static_cast<uint32_t>(cpu.outcome),
             .status = static_cast<uint32_t>(cpu.status)};
  return TRIVET_OK;
}
