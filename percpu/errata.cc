// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/errata.h"

#include "hal/text_writer.h"

namespace trivet::percpu {
namespace {

struct Description {
  const char* name;
  const char* what;
  const char* cost;
};

constexpr Description kWorkarounds[] = {
#define WORKAROUND(name, what, cost) {#name, what, cost},
#include "percpu/errata.def"
};

constexpr Erratum kErrata[] = {
#define ERRATUM(number, cpu, implementer, part, first, last, workaround, source) \
  {number, cpu, implementer, part, first, last, Workaround::workaround, source},
#include "percpu/errata.def"
};

}  // namespace

std::span<const Erratum> AllErrata() { return kErrata; }
const char* NameOf(Workaround w) { return kWorkarounds[static_cast<unsigned>(w)].name; }
const char* Describe(Workaround w) { return kWorkarounds[static_cast<unsigned>(w)].what; }
const char* CostOf(Workaround w) { return kWorkarounds[static_cast<unsigned>(w)].cost; }

Workarounds WorkaroundsFor(hal::MidrEl1 midr) {
  Workarounds result = Workarounds().Known();
  for (const Erratum& erratum : kErrata) {
    if (erratum.AppliesTo(midr)) result = result.With(erratum.workaround);
  }
  return result;
}

void PrintErrata(hal::MidrEl1 midr, hal::TextSink sink) {
  hal::TextWriter out(sink);
  bool any = false;
  for (const Erratum& erratum : kErrata) {
    if (!erratum.AppliesTo(midr)) continue;
    any = true;
    for (const char* text : {erratum.cpu, " ", erratum.number, ": ", Describe(erratum.workaround),
                             " (cost: ", CostOf(erratum.workaround), ")\n"}) {
      out.Name(text);
    }
  }
  if (!any) out.Text("none\n");
}

}  // namespace trivet::percpu
