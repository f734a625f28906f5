// Boots an EL2 image in QEMU: shows the console, keeps the deadline, and turns the run into one
// exit status and, when it failed, one line on standard error.

#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "tools/runner/child.h"
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
  PassLine pass;
  char last = '\n';
  const ChildEnd end = RunChild(*command, timeout, [&](std::string_view text) {
    WriteAll(STDOUT_FILENO, text);
    pass.Feed(text);
    last = text.back();
  });
  if (last != '\n') WriteAll(STDOUT_FILENO, "\n");
  return Report(Judge(end, options->require_pass, pass.seen(), options->timeout_seconds));
}

}  // namespace
}  // namespace trivet::runner

int main(int argc, char** argv) { return trivet::runner::Main({argv + 1, argv + argc}); }
