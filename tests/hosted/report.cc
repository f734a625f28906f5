// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/hosted/report.h"

#include <cstddef>

#include "hal/text_writer.h"
#include "platforms/hosted/host.h"

namespace trivet::tests {
namespace {

using hal::TextWriter;

hal::TextSink Console() {
  return {.write = [](void*, const char* text,
                      std::size_t size) { platforms::hosted::Write({text, size}); },
          .context = nullptr};
}

}  // namespace

void Report::Check(bool condition, std::string_view what) {
  if (condition) return;
  ++failures_;
  platforms::hosted::Write("FAILED: ");
  platforms::hosted::Write(what);
  platforms::hosted::Write("\n");
}

void Report::Value(const char* what, std::uint64_t value) {
  TextWriter(Console()).Text(what).PadFrom(0, 12).Hex(value).EndLine();
}

void Report::Count(unsigned count, const char* what) {
  TextWriter(Console()).Decimal(count).PadFrom(0, 6).Text(what).EndLine();
}

void Report::Difference(const char* name, std::uint64_t before, std::uint64_t after,
                        const char* excuse) {
  TextWriter line(Console());
  line.Text(name).PadFrom(0, 18).Hex(before).Text(" then ").Hex(after).PadFrom(18, 46);
  line.Text(excuse != nullptr ? excuse : "NOT RESTORED").EndLine();
}

}  // namespace trivet::tests
