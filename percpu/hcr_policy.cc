// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/hcr_policy.h"

#include "hal/text_writer.h"

namespace trivet::percpu {
namespace {

constexpr std::size_t kFieldColumn = 10;

void PrintField(const char* what, const hal::FieldInfo& field, HcrReason reason,
                hal::TextWriter& out) {
  out.Text("  ").Name(what);
  const std::size_t start = out.column();
  out.Name(field.name).PadFrom(start, kFieldColumn).Name(ToString(reason));
  if (reason == HcrReason::kFeatureAbsent) out.Text(" ").Name(hal::ToString(field.traits.needs));
  out.EndLine();
}

}  // namespace

HcrLayout LiveHcrLayout(std::uint64_t of) { return HcrLayout::For(LiveFeatures{}, of); }

const char* ToString(HcrReason reason) {
  switch (reason) {
    case HcrReason::kAsRequested: return "as requested";
    case HcrReason::kFeatureAbsent: return "this CPU lacks";
    case HcrReason::kOwnedByHost: return "only the host may set it";
    case HcrReason::kPolicyClears: return "the policy clears it";
    case HcrReason::kNotAllowed: return "the policy does not allow it";
    case HcrReason::kPolicySets: return "the policy sets it";
    case HcrReason::kGuestControls: return "part of every guest, or of its capabilities";
    case HcrReason::kReadsAsOne: return "this CPU reads it as one";
    case HcrReason::kHostHas: return "the host has it";
    case HcrReason::kCount: break;
  }
  return "an unknown reason";
}

void Print(const ConstrainedHcr& hcr, hal::TextSink sink) {
  hal::TextWriter out(sink);
  const hal::RegisterInfo& info = hal::kInfo<hal::HcrEl2>;
  out.Name(info.name).Text(" = ").Hex(hcr.value().raw()).EndLine();
  for (const hal::FieldInfo& field : info.fields) {
    for (unsigned i = 0; i < static_cast<unsigned>(HcrReason::kCount); ++i) {
      const auto reason = static_cast<HcrReason>(i);
      const std::uint64_t bits = hcr.Because(reason).raw() & field.mask();
      if (bits == 0) continue;
      PrintField((bits & hcr.forced().raw()) != 0 ? "forced   " : "dropped  ", field, reason, out);
    }
  }
}

}  // namespace trivet::percpu
