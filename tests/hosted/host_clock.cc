// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/hosted/host_clock.h"

#include "hal/cpu.h"
#include "hal/registers.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

namespace efi = platforms::efi;

constexpr std::uint64_t kTickMicroseconds = 10'000;
constexpr std::uint64_t kTimeoutMicroseconds = 1'000'000;

struct Observer {
  std::uint64_t vectors = 0;
  volatile unsigned ours = 0;
  volatile unsigned hosts = 0;
};
constinit Observer observer;

void OnTick(efi::Event, void*) {
  const bool ours = Cpu::Read<VbarEl2>().raw() == observer.vectors;
  volatile unsigned& count = ours ? observer.ours : observer.hosts;
  count = count + 1;
}

efi::Event StartTicks(efi::BootServices& services) {
  efi::Event event = nullptr;
  if (efi::IsError(services.create_event(efi::kTimerEvent | efi::kNotifySignal, efi::kTplCallback,
                                         OnTick, nullptr, &event))) {
    return nullptr;
  }
  const std::uint64_t period = kTickMicroseconds * efi::kTimerUnitsPerMicrosecond;
  if (!efi::IsError(services.set_timer(event, efi::Timer::kPeriodic, period))) return event;
  services.close_event(event);
  return nullptr;
}

bool EventComes(efi::BootServices& services, std::uint64_t microseconds) {
  efi::Event event = nullptr;
  if (efi::IsError(services.create_event(efi::kTimerEvent, 0, nullptr, nullptr, &event))) {
    return false;
  }
  std::size_t index = 1;
  const std::uint64_t units = microseconds * efi::kTimerUnitsPerMicrosecond;
  const bool set = !efi::IsError(services.set_timer(event, efi::Timer::kRelative, units));
  const bool came = set && !efi::IsError(services.wait_for_event(1, &event, &index)) && index == 0;
  services.close_event(event);
  return came;
}

}  // namespace

HostClock::HostClock(const platforms::hosted::Host& host, std::uint64_t vectors) : host_(host) {
  observer.vectors = vectors;
  observer.ours = 0;
  observer.hosts = 0;
  if (host.firmware == nullptr) return;
  tick_ = StartTicks(*host.firmware->boot_services);
  const std::uint64_t start = CounterNow();
  const std::uint64_t timeout = CounterTicks(kTimeoutMicroseconds);
  while (observer.hosts == 0 && CounterNow() - start < timeout) {
  }
  ticks_ = observer.hosts != 0;
}

HostClock::~HostClock() {
  if (tick_ != nullptr) host_.firmware->boot_services->close_event(tick_);
}

HostClock::Counts HostClock::Now() {
  return {.through_ours = observer.ours, .through_hosts = observer.hosts};
}

std::uint64_t CounterNow() {
  Cpu::Isb();
  return Cpu::Read<CntpctEl0>().raw();
}

std::uint64_t CounterTicks(std::uint64_t microseconds) {
  return Cpu::Read<CntfrqEl0>().raw() * microseconds / 1'000'000;
}

bool HostsTimersWork(const platforms::hosted::Host& host) {
  constexpr std::uint64_t kWait = 20'000;
  if (host.firmware == nullptr) return true;
  efi::BootServices& services = *host.firmware->boot_services;
  const std::uint64_t start = CounterNow();
  if (efi::IsError(services.stall(kWait))) return false;
  const std::uint64_t stalled = CounterNow() - start;
  return stalled >= CounterTicks(kWait) && EventComes(services, kWait);
}

}  // namespace trivet::tests
