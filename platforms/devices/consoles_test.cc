// SPDX-License-Identifier: Apache-2.0 OR MIT
// The console drivers over a page of memory in place of the device: which register they poll, and
// where the byte goes. QEMU's machines have these UARTs too, but no 16550 with byte registers.

#include <gtest/gtest.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <future>

#include "platforms/devices/cadence_uart.h"
#include "platforms/devices/imx_uart.h"
#include "platforms/devices/mmio.h"
#include "platforms/devices/pl011.h"
#include "platforms/devices/uart_16550.h"

namespace trivet::platforms {
namespace {

/// The status of a device when it is full, has room, and has sent everything.
template <class Uart>
struct Case {
  Uart uart;
  std::uintptr_t status;  ///< Offset of the status register.
  std::uint32_t full, room, idle;
  std::uintptr_t data = 0;  ///< Offset of the register that takes the byte.
};

alignas(4096) std::byte device[4096];
const auto kBase = reinterpret_cast<std::uintptr_t>(device);

bool IsWaiting(const std::future<void>& call) {
  return call.wait_for(std::chrono::milliseconds(20)) == std::future_status::timeout;
}

template <class Uart>
void PutWaitsForRoom(const Case<Uart>& test) {
  MmioWrite32(kBase + test.status, test.full);
  const auto put = std::async(std::launch::async, [&] { test.uart.Put('\x80'); });
  EXPECT_TRUE(IsWaiting(put));
  EXPECT_EQ(MmioRead32(kBase + test.data), 0u);
  MmioWrite32(kBase + test.status, test.room);
  put.wait();
  EXPECT_EQ(MmioRead32(kBase + test.data), 0x80u) << "and not sign-extended";
}

template <class Uart>
void DrainWaitsUntilIdle(const Case<Uart>& test) {
  MmioWrite32(kBase + test.status, test.room);
  const auto drain = std::async(std::launch::async, [&] { test.uart.Drain(); });
  EXPECT_TRUE(IsWaiting(drain));
  MmioWrite32(kBase + test.status, test.idle);
  drain.wait();
}

class Consoles : public ::testing::Test {
 protected:
  Consoles() { std::fill(std::begin(device), std::end(device), std::byte{0}); }
};

TEST_F(Consoles, Pl011) {
  const Case<Pl011> test{.uart = {.base = kBase},
                         .status = 0x18,
                         .full = 1 << 5 | 1 << 3,
                         .room = 1 << 3,
                         .idle = 1 << 7};
  PutWaitsForRoom(test);
  DrainWaitsUntilIdle(test);
}

TEST_F(Consoles, Uart16550WithByteRegisters) {
  const Case<Uart16550> test{.uart = {.base = kBase + 8},
                             .status = 8 + 4,  // LSR is its second byte
                             .full = 0x9fff,
                             .room = 0x20 << 8,
                             .idle = 0x60 << 8,
                             .data = 8};
  PutWaitsForRoom(test);
  DrainWaitsUntilIdle(test);
}

TEST_F(Consoles, Uart16550WithWordRegisters) {
  const Case<Uart16550> test{.uart = {.base = kBase, .shift = 2, .is_word_wide = true},
                             .status = 0x14,
                             .full = 0x9f,
                             .room = 0x20,
                             .idle = 0x60};
  PutWaitsForRoom(test);
  DrainWaitsUntilIdle(test);
}

TEST_F(Consoles, CadenceUart) {
  const Case<CadenceUart> test{.uart = {.base = kBase},
                               .status = 0x2c,
                               .full = 1 << 4 | 1 << 11,
                               .room = 1 << 3 | 1 << 11,
                               .idle = 1 << 3,
                               .data = 0x30};
  PutWaitsForRoom(test);
  DrainWaitsUntilIdle(test);
}

TEST_F(Consoles, ImxUart) {
  const Case<ImxUart> test{
      .uart = {.base = kBase}, .status = 0xb4, .full = 1 << 4, .room = 0, .idle = 0, .data = 0x40};
  PutWaitsForRoom(test);
  const Case<ImxUart> sent{
      .uart = test.uart, .status = 0x98, .full = 0, .room = 0, .idle = 1 << 3, .data = 0};
  DrainWaitsUntilIdle(sent);
}

TEST_F(Consoles, StartSwitchesTransmittersOnAndKeepsTheRest) {
  const CadenceUart cadence{.base = kBase};
  MmioWrite32(kBase, 0x128);  // its reset value: both directions disabled, and the break stopped
  cadence.Start();
  EXPECT_EQ(MmioRead32(kBase), 0x118u);

  const ImxUart imx{.base = kBase};
  MmioWrite32(kBase + 0x80, 0x4000);
  MmioWrite32(kBase + 0x84, 0x4020);
  imx.Start();
  EXPECT_EQ(MmioRead32(kBase + 0x80), 0x4001u);
  EXPECT_EQ(MmioRead32(kBase + 0x84), 0x4025u);
}

}  // namespace
}  // namespace trivet::platforms
