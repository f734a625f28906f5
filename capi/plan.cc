// SPDX-License-Identifier: Apache-2.0 OR MIT
// Apart from the calls, as names.cc.

#include "percpu/plan.h"

#include "capi/host_cpu.h"
#include "hal/register_info.h"

namespace trivet::capi {
namespace {

trivet_status Read(Status status, const percpu::Plan& plan, trivet_plan_reader read,
                   void* context) {
  for (std::size_t i = 0; status == Status::kOk && i < plan.size(); ++i) {
    const percpu::Plan::Line& line = plan[i];
    trivet_plan_line out = {.step = line.step, .what = "isb", .before = 0, .after = 0};
    switch (line.action) {
      case percpu::Plan::Action::kIsb: break;
      case percpu::Plan::Action::kDsb: out.what = "dsb nsh"; break;
      case percpu::Plan::Action::kTlbi: out.what = percpu::ToString(line.tlbi); break;
      case percpu::Plan::Action::kWrite:
        out = {.step = line.step,
               .what = hal::InfoOf(line.register_id).name,
               .before = line.before,
               .after = line.after};
    }
    read(context, &out);
  }
  return ToC(status);
}

}  // namespace
}  // namespace trivet::capi

trivet_status trivet_cpu_plan_enable(trivet_cpu* cpu, trivet_plan_reader read, void* context) {
  trivet::percpu::Plan plan;
  return trivet::capi::Read(trivet::capi::Cpu(cpu).PlanEnable(plan), plan, read, context);
}

trivet_status trivet_cpu_plan_disable(trivet_cpu* cpu, trivet_plan_reader read, void* context) {
  trivet::percpu::Plan plan;
  return trivet::capi::Read(trivet::capi::Cpu(cpu).PlanDisable(plan), plan, read, context);
}
