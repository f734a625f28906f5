// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <vector>

#include "tools/runner/testing/bridge.h"
#include "tools/runner/testing/process.h"
#include "tools/runner/testing/pty.h"

namespace trivet::runner {

inline std::string Environment(const char* name) {
  const char* const value = getenv(name);
  return value == nullptr ? "" : value;
}

/// QEMU's arguments for a network with a TFTP server, whose root is the test's folder.
inline std::vector<std::string> TftpNetwork() {
  return {"-netdev", "user,id=net,restrict=on,tftp=" + testing::TestPath(""), "-device",
          "virtio-net-device,netdev=net"};
}

/// The runner's options for loading from there, which is quicker than the serial line.
inline std::vector<std::string> TftpOptions() {
  return {"--tftp=10.0.2.2", "--tftp-dir=" + testing::TestPath("")};
}

/// QEMU's virt machine with U-Boot, whose console is the pseudo-terminal. There is no semihosting,
/// as on a board.
class Machine {
 public:
  explicit Machine(const std::vector<std::string>& extra = {}, testing::FaultRates rates = {},
                   std::uint32_t seed = 1) {
    if (pipe2(to_board_, O_CLOEXEC) != 0 || pipe2(from_board_, O_CLOEXEC) != 0) abort();
    std::vector<std::string> command = {Environment("QEMU"),
                                        "-M",
                                        "virt,virtualization=on,gic-version=3",
                                        "-cpu",
                                        "max",
                                        "-smp",
                                        "4",
                                        "-m",
                                        "256",
                                        "-bios",
                                        Environment("U_BOOT"),
                                        "-display",
                                        "none",
                                        "-monitor",
                                        "none",
                                        "-serial",
                                        "stdio"};
    const std::vector<std::string> no_network = {"-nic", "none"};
    const auto& rest = extra.empty() ? no_network : extra;
    command.insert(command.end(), rest.begin(), rest.end());
    qemu_ =
        std::make_unique<testing::Process>(command, to_board_[0], from_board_[1], STDERR_FILENO);
    bridge_ =
        std::make_unique<testing::Bridge>(pty_.master(), to_board_[1], from_board_[0], rates, seed);
  }
  ~Machine() {
    bridge_.reset();
    qemu_.reset();
    for (const int file : {to_board_[0], to_board_[1], from_board_[0], from_board_[1]}) close(file);
  }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// The runner on an image, up to where the user's arguments begin.
  std::vector<std::string> Command(const std::string& image) const {
    return {Environment("RUNNER"),
            "--qemu",
            Environment("QEMU"),
            "--machine",
            "/none",
            "--image",
            image,
            "--timeout",
            "120",
            "--user"};
  }

  /// Runs the image on it as the user would, with the runner's options and the guest's arguments.
  testing::Finished Run(const std::vector<std::string>& options) const {
    std::vector<std::string> command = Command(Environment("IMAGE"));
    command.insert(command.end() - 1, "--require-pass");
    command.push_back("--serial=" + pty_.device());
    command.insert(command.end(), options.begin(), options.end());
    return testing::RunToEnd(command);
  }

  const testing::Pty& pty() const { return pty_; }

 private:
  testing::Pty pty_;
  int to_board_[2], from_board_[2];
  std::unique_ptr<testing::Process> qemu_;
  std::unique_ptr<testing::Bridge> bridge_;
};

}  // namespace trivet::runner
