// Boots an EL2 image in QEMU: shows the console, keeps the deadline, and turns the run into one
// exit status and, when it failed, one line on standard error.

#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tools/runner/child.h"
#include "tools/runner/dialogue.h"
#include "tools/runner/options.h"
#include "tools/runner/verdict.h"

namespace trivet::runner {
namespace {

void WriteAll(int file, std::string_view text) {
  while (!text.empty()) {
    const auto written = write(file, text.data(), text.size());
    if (written <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

int Report(const Verdict& verdict) {
  if (!verdict.message.empty()) WriteAll(STDERR_FILENO, "runner: " + verdict.message + "\n");
  return verdict.status;
}

int Main(const std::vector<std::string>& arguments) {
  const auto options = ParseOptions(arguments);
  if (!options) return Report({kStatusNotRun, options.error()});
  const auto command = QemuCommand(*options);
  if (!command) return Report({kStatusNotRun, command.error()});

  std::optional<std::chrono::milliseconds> timeout;
  if (options->timeout_seconds > 0) timeout = std::chrono::seconds(options->timeout_seconds);
  ExpectedLine line(options->expected.line);
  Dialogue dialogue(options->dialogue);
  char last = '\n';
  const Terminal terminal = {.converse =
                                 [&](std::string_view text) {
                                   WriteAll(STDOUT_FILENO, text);
                                   line.Feed(text);
                                   last = text.back();
                                   return dialogue.Feed(text);
                                 },
                             .has_input = !options->dialogue.empty()};
  const ChildEnd end = RunChild(*command, timeout, terminal);
  if (last != '\n') WriteAll(STDOUT_FILENO, "\n");
  Verdict verdict = Judge(end, options->expected, line.seen(), options->timeout_seconds);
  if (verdict.status != 0 && !dialogue.awaited().empty()) {
    verdict.message += "; the boot loader never said '" + std::string(dialogue.awaited()) + "'";
  }
  return Report(verdict);
}

}  // namespace
}  // namespace trivet::runner

int main(int argc, char** argv) { return trivet::runner::Main({argv + 1, argv + argc}); }
