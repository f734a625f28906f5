// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/gdb.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string_view>

#include "tools/runner/child.h"
#include "tools/runner/dialogue.h"
#include "tools/runner/emulate.h"
#include "tools/runner/terminal_io.h"

namespace trivet::runner {
namespace {

/// A port that was free a moment ago; 0: there is none.
int FreePort() {
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  auto* const any = reinterpret_cast<sockaddr*>(&address);
  const bool found = bind(socket, any, size) == 0 && getsockname(socket, any, &size) == 0;
  close(socket);
  return found ? ntohs(address.sin_port) : 0;
}

/// The image's load address, from the monitor of an emulator that is halted.
std::string LoadAddress(const Options& options, std::vector<std::string> command) {
  for (std::size_t i = 0; i + 1 < command.size(); ++i) {
    if (command[i] == "-monitor") command[i + 1] = "stdio";
    if (command[i] == "-serial") command[i + 1] = "none";
  }
  command.emplace_back("-S");
  Dialogue dialogue({{"(qemu)", "info roms\n"}, {"(qemu)", "quit\n"}});
  std::string console;
  const Terminal terminal = {.converse =
                                 [&](std::string_view text) {
                                   console += text;
                                   return dialogue.Feed(text);
                                 },
                             .has_input = true};
  RunChild(command, std::chrono::seconds(20), terminal);
  return ParseLoadAddress(console, options.image);
}

std::string GdbCommand(const Options& options, int port, const std::string& address) {
  std::string command =
      "gdb-multiarch -ex 'set architecture aarch64' -ex 'target remote 127.0.0.1:" +
      std::to_string(port) + "'";
  if (address.empty() || options.elf.empty()) return command;
  return command + " -ex 'add-symbol-file " + std::filesystem::absolute(options.elf).string() +
         " -o " + address + "' -ex 'tbreak *" + address + "' -ex continue";
}

}  // namespace

// [qemu] info roms: `addr=0000000040200000 size=0x004338 mem=ram name="/path/el2.img"`.
std::string ParseLoadAddress(const std::string& roms, const std::string& image) {
  const std::size_t name = roms.find("name=\"" + image + '"');
  const std::size_t line = roms.rfind('\n', name);
  if (name == roms.npos || line == roms.npos) return "";
  constexpr std::string_view kAddress = "addr=";
  const std::size_t at = roms.find(kAddress, line);
  if (at == roms.npos || at > name) return "";
  const std::size_t first = roms.find_first_not_of('0', at + kAddress.size());
  const std::size_t end = roms.find_first_not_of("0123456789abcdef", first);
  return first < end && end < name ? "0x" + roms.substr(first, end - first) : "";
}

Verdict Debug(Options options, const std::vector<std::string>& command) {
  const int port = FreePort();
  if (port == 0) return {kStatusNotRun, "no free TCP port for the debugger"};
  const std::string address = LoadAddress(options, command);
  std::vector<std::string> halted = command;
  halted.insert(halted.end(), {"-S", "-gdb", "tcp:127.0.0.1:" + std::to_string(port)});
  WriteAll(STDERR_FILENO, "runner: QEMU waits for a debugger; in another terminal:\n" +
                              GdbCommand(options, port, address) + "\n");
  options.timeout_seconds = 0;
  return Emulate(options, halted);
}

}  // namespace trivet::runner
