// SPDX-License-Identifier: Apache-2.0 OR MIT
// Boots an EL2 image in QEMU or on a board: shows the console, keeps the deadline, and turns the
// run into one exit status and, when it failed, one line on standard error.

#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include "tools/runner/board_run.h"
#include "tools/runner/emulate.h"
#include "tools/runner/gdb.h"
#include "tools/runner/options.h"
#include "tools/runner/out_folder.h"
#include "tools/runner/payload.h"
#include "tools/runner/qemu_command.h"
#include "tools/runner/status.h"
#include "tools/runner/terminal_io.h"

namespace trivet::runner {
namespace {

using Where = Options::Where;

int Report(const Verdict& verdict) {
  if (verdict.message.empty()) return verdict.status;
  WriteAll(STDERR_FILENO, verdict.tail + "runner: " + verdict.message + "\n");
  return verdict.status;
}

/// Without --qemu, --serial, --gdb or --out the emulator is used, with a note.
void PrintWhere(const Options& options) {
  if (!options.by_user || options.where != Where::kDefault) return;
  const std::string board = std::filesystem::path(options.machine).parent_path().filename();
  WriteAll(STDERR_FILENO,
           "runner: on QEMU's model of " + board +
               " (--qemu); --serial=DEVICE runs on a board, --out=DIR writes files\n");
}

Verdict Run(const Options& options) {
  if (options.where == Where::kSerial) return RunOnBoard(options);
  if (options.where == Where::kOut) return WriteOut(options);
  const auto command = QemuCommand(options);
  if (!command) return {kStatusNotRun, command.error()};
  if (options.where == Where::kGdb) return Debug(options, *command);
  PrintWhere(options);
  return Emulate(options, *command);
}

int Main(const std::vector<std::string>& arguments) {
  auto options = ParseOptions(arguments);
  if (!options) return Report({kStatusNotRun, options.error()});
  if (!options->help.empty()) return WriteAll(STDOUT_FILENO, options->help), 0;
  PayloadFile with_payload;
  if (!options->payload.empty()) {
    const auto made = with_payload.Make(options->image, options->payload);
    if (!made) return Report({kStatusNotRun, made.error()});
    options->image = *made;
  }
  return Report(Run(*options));
}

}  // namespace
}  // namespace trivet::runner

int main(int argc, char** argv) { return trivet::runner::Main({argv + 1, argv + argc}); }
