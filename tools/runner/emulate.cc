// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/emulate.h"

#include <unistd.h>

#include <chrono>
#include <optional>
#include <string_view>

#include "tools/runner/child.h"
#include "tools/runner/console.h"
#include "tools/runner/dialogue.h"
#include "tools/runner/terminal_io.h"
#include "tools/runner/verdict.h"

namespace trivet::runner {

Verdict Emulate(const Options& options, const std::vector<std::string>& command) {
  std::optional<std::chrono::milliseconds> timeout;
  if (options.timeout_seconds > 0) timeout = std::chrono::seconds(options.timeout_seconds);
  Transcript transcript(options.expected.line);
  Dialogue dialogue(options.dialogue);
  char last = '\n';
  const Terminal terminal = {
      .converse =
          [&](std::string_view text) {
            WriteAll(STDOUT_FILENO, text);
            transcript.Feed(text);
            last = text.back();
            return dialogue.Feed(text);
          },
      .has_input = !options.dialogue.empty(),
      .shares_input = options.interactive && options.dialogue.empty(),
      // A loader that outlives the image may still have something to do.
      .finished = [&] { return transcript.status().has_value() && dialogue.awaited().empty(); }};
  const ChildEnd end = RunChild(command, timeout, terminal);
  if (last != '\n') WriteAll(STDOUT_FILENO, "\n");
  Verdict verdict =
      Judge(end, options.expected, transcript.seen(), transcript.status(), options.timeout_seconds);
  if (verdict.status != 0 && !dialogue.awaited().empty()) {
    verdict.message += "; the boot loader never said '" + std::string(dialogue.awaited()) + "'";
  }
  return verdict;
}

}  // namespace trivet::runner
