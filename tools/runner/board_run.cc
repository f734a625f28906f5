// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/board_run.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>

#include "tools/runner/console.h"
#include "tools/runner/progress.h"
#include "tools/runner/qemu_command.h"
#include "tools/runner/serial/load.h"
#include "tools/runner/serial/serial_line.h"
#include "tools/runner/serial/start.h"
#include "tools/runner/serial/u_boot.h"
#include "tools/runner/serial/watch.h"
#include "tools/runner/serial/wire.h"
#include "tools/runner/signals.h"
#include "tools/runner/terminal_io.h"
#include "tools/user_path.h"

namespace trivet::runner {
namespace {

namespace fs = std::filesystem;

void Report(const std::string& text) { WriteAll(STDERR_FILENO, "runner: " + text + '\n'); }

OrEnd<Image> ReadImage(const std::string& path) {
  if (const auto checked = CheckImage(path); !checked) return NotRun(checked.error());
  std::ifstream file(path, std::ios::binary);
  Image image = {fs::path(path).filename(), std::string(std::istreambuf_iterator<char>(file), {})};
  if (!file) return NotRun("cannot read '" + path + "'");
  return image;
}

/// Puts the image where the user's TFTP server finds it.
OrEnd<void> ServeImage(const Options& options, const Image& image) {
  if (options.tftp_folder.empty()) return {};
  const fs::path path = fs::path(options.tftp_folder) / image.name;
  std::ofstream file(path, std::ios::binary);
  file << image.data;
  file.close();
  return file ? OrEnd<void>() : NotRun("cannot write '" + path.string() + "'");
}

/// One run on one board.
class BoardRun {
 public:
  BoardRun(const Options& options, const Image& image, Line& line)
      : options_(options),
        image_(image),
        wire_(line, [this](std::string_view text) { Hear(text); }),
        loading_(""),
        running_(options.expected.line) {}

  Verdict Run() {
    UBoot u_boot(wire_, options_.u_boot);
    const auto started = LoadAndStart(u_boot);
    Verdict verdict = started ? WatchRun(u_boot) : started.error();
    if (!started) verdict.tail = loading_.Tail();
    if (last_ != '\n') WriteAll(STDOUT_FILENO, "\n");
    return verdict;
  }

 private:
  void Hear(std::string_view text) {
    (is_running_ ? running_ : loading_).Feed(text);
    if (!is_running_ && !options_.console) return;
    WriteAll(STDOUT_FILENO, text);
    last_ = text.back();
  }

  OrEnd<void> LoadAndStart(UBoot& u_boot) {
    Report("waiting for U-Boot's prompt on " + options_.serial);
    if (const auto connected = u_boot.Connect(); !connected) return connected;
    for (const std::string& command : options_.commands) {
      const auto output = u_boot.Run(command, std::chrono::seconds(60));
      if (!output) return std::unexpected(output.error());
      if (output->contains("Unknown command")) {
        return NotRun("this U-Boot has no command '" + command + "'");
      }
    }
    const auto address = Load(u_boot);
    if (!address) return std::unexpected(address.error());
    Report("loaded" + std::string(options_.load.verify ? " and verified" : "") + " at 0x" +
           Hex(*address) + ", starting");
    StartOptions start = options_.start;
    start.arguments = options_.guest_arguments;
    return StartImage(u_boot, start, *address, image_.data.size());
  }

  OrEnd<std::uint64_t> Load(UBoot& u_boot) {
    const bool is_terminal = isatty(STDERR_FILENO) != 0 && !options_.console;
    Progress progress(
        "loading " + image_.name, image_.data.size(), is_terminal, [this] { return wire_.Now(); },
        [](std::string_view text) { WriteAll(STDERR_FILENO, text); });
    auto address = ImageLoader(u_boot, wire_, options_.load).Load(image_, [&](std::size_t done) {
      progress.Show(done);
    });
    progress.Finish();
    return address;
  }

  Verdict WatchRun(const UBoot& u_boot) {
    is_running_ = true;
    std::optional<milliseconds> limit;
    if (options_.timeout_seconds > 0) limit = std::chrono::seconds(options_.timeout_seconds);
    return Watch(wire_, running_, u_boot.prompt(), options_.expected, limit);
  }

  const Options& options_;
  const Image& image_;
  Wire wire_;
  Transcript loading_, running_;
  bool is_running_ = false;
  char last_ = '\n';
};

}  // namespace

Verdict RunOnBoard(const Options& options) {
  const auto arguments = BootArguments(options.guest_arguments);
  if (!arguments) return {kStatusNotRun, arguments.error()};
  auto port = ParseSerialPort(options.serial);
  if (!port) return {kStatusNotRun, port.error()};
  port->device = tools::UserPath(port->device);
  const auto image = ReadImage(options.image);
  if (!image) return image.error();
  if (const auto served = ServeImage(options, *image); !served) return served.error();
  WatchSignals();
  const auto line = SerialLine::Open(*port);
  if (!line) return line.error();
  return BoardRun(options, *image, **line).Run();
}

}  // namespace trivet::runner
