// SPDX-License-Identifier: Apache-2.0 OR MIT
// `--gdb` with a debugger that speaks the remote protocol: QEMU is halted before the first
// instruction, the printed load address is right, and EL2's registers can be read.

#include <arpa/inet.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "tools/runner/testing/process.h"

namespace trivet::runner {
namespace {

using testing::Process;

/// [gdb] Remote Serial Protocol.
class Debugger {
 public:
  explicit Debugger(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (int i = 0; i < 600; ++i) {
      connected_ = connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof(address)) == 0;
      if (connected_) return;
      usleep(50'000);
    }
  }
  ~Debugger() { close(socket_); }
  Debugger(const Debugger&) = delete;
  Debugger& operator=(const Debugger&) = delete;

  bool connected() const { return connected_; }

  void Send(const std::string& text) {
    unsigned sum = 0;
    for (const char c : text) sum += static_cast<unsigned char>(c);
    char end[4];
    std::snprintf(end, sizeof(end), "#%02x", sum & 0xff);
    const std::string packet = '$' + text + end;
    ASSERT_EQ(write(socket_, packet.data(), packet.size()), static_cast<ssize_t>(packet.size()));
  }

  std::string Reply() {
    std::string text;
    char c = 0;
    while (read(socket_, &c, 1) == 1 && c != '$') {
    }
    while (read(socket_, &c, 1) == 1 && c != '#') text += c;
    char sum[2];
    EXPECT_EQ(recv(socket_, sum, 2, MSG_WAITALL), 2);
    EXPECT_EQ(write(socket_, "+", 1), 1);
    return text;
  }

  std::string Ask(const std::string& text) {
    Send(text);
    return Reply();
  }

  std::string Features(const std::string& file) {
    std::string all;
    for (;;) {
      char range[32];
      std::snprintf(range, sizeof(range), ":%zx,400", all.size());
      const std::string part = Ask("qXfer:features:read:" + file + range);
      if (part.empty() || (part[0] != 'l' && part[0] != 'm')) return all;
      all += part.substr(1);
      if (part[0] == 'l') return all;
    }
  }

 private:
  int socket_;
  bool connected_ = false;
};

/// The number of a register in a description.
std::optional<int> RegisterNumber(const std::string& features, const std::string& name) {
  const std::size_t at = features.find("name=\"" + name + '"');
  if (at == features.npos) return std::nullopt;
  const std::size_t end = features.find("/>", at);
  const std::size_t number = features.find("regnum=\"", at);
  if (number == features.npos || number > end) return std::nullopt;
  return std::atoi(features.c_str() + number + 8);
}

std::string ReadRegister(Debugger& debugger, int number) {
  char packet[16];
  std::snprintf(packet, sizeof(packet), "p%x", static_cast<unsigned>(number));
  return debugger.Ask(packet);
}

/// Waits for `before` in the runner's output; returns the `digits` after it.
std::string Said(const std::string& path, const std::string& before, const char* digits) {
  for (int i = 0; i < 600; ++i) {
    const std::string text = testing::ReadFile(path);
    const std::size_t at = text.find(before);
    if (at != text.npos && text.ends_with('\n') && text.find("gdb-multiarch") != text.npos) {
      const std::size_t start = at + before.size();
      return text.substr(start, text.find_first_not_of(digits, start) - start);
    }
    usleep(50'000);
  }
  return "";
}

TEST(Gdb, ReadsEl2RegistersAtTheImagesFirstInstruction) {
  const std::string errors = testing::TestPath("errors");
  const int file = open(errors.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  Process runner({getenv("RUNNER"), "--qemu", getenv("QEMU"), "--machine", getenv("MACHINE"),
                  "--image", getenv("IMAGE"), "--elf", "some.elf", "--require-pass", "--user",
                  "--gdb", "--", "functest", "--cpus=4"},
                 -1, -1, file);
  const std::string port = Said(errors, "127.0.0.1:", "0123456789");
  const std::string address = Said(errors, "tbreak *0x", "0123456789abcdef");
  ASSERT_NE(port, "") << testing::ReadFile(errors);
  ASSERT_NE(address, "") << testing::ReadFile(errors);
  Debugger debugger(std::stoi(port));
  ASSERT_TRUE(debugger.connected());
  EXPECT_NE(debugger.Ask("qSupported:xmlRegisters=aarch64").find("qXfer:features:read+"),
            std::string::npos);
  EXPECT_NE(debugger.Features("target.xml").find("system-registers.xml"), std::string::npos);
  const std::string registers = debugger.Features("system-registers.xml");
  const auto vbar = RegisterNumber(registers, "VBAR_EL2");
  const auto hcr = RegisterNumber(registers, "HCR_EL2");
  ASSERT_TRUE(vbar && hcr) << registers.substr(0, 2000);
  EXPECT_EQ(ReadRegister(debugger, *hcr), "0000000000000000");

  EXPECT_EQ(debugger.Ask("Z0," + address + ",4"), "OK");
  EXPECT_EQ(debugger.Ask("c").substr(0, 3), "T05");
  EXPECT_EQ(ReadRegister(debugger, *vbar), "0000000000000000");
  EXPECT_EQ(debugger.Ask("z0," + address + ",4"), "OK");
  // A write is accepted and does nothing: docs/boards.md warns of it.
  char write[48];
  std::snprintf(write, sizeof(write), "P%x=0010000000000000", static_cast<unsigned>(*vbar));
  static_cast<void>(debugger.Ask(write));
  EXPECT_EQ(ReadRegister(debugger, *vbar), "0000000000000000");
  // Without the debugger it runs to its end.
  EXPECT_EQ(debugger.Ask("D"), "OK");
  EXPECT_EQ(runner.Wait(), 0) << testing::ReadFile(errors);
  close(file);
}

}  // namespace
}  // namespace trivet::runner
