// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/machine/known_devices.h"

#include <optional>
#include <string_view>

namespace trivet::platforms {
namespace {

using fdt::Place;

/// A value of "compatible", and what makes the device from its node.
template <class Device>
struct Known {
  std::string_view compatible;
  Device (*make)(const Place& place);
};

/// Entry `i` of "reg", where EL2's tables reach it.
std::optional<fdt::Region> Registers(const Place& place, unsigned i) {
  const auto region = place.Register(i);
  return region && region->base < kAddressEnd ? region : std::nullopt;
}

/// `make` with the physical addresses of the first registers of "reg"; None where one is missing.
template <class Device, class Make>
Device At(const Place& place, Make make) {
  const auto first = Registers(place, 0);
  return first ? Device(make(first->base)) : Device();
}
template <class Device, class Make>
Device AtTwo(const Place& place, Make make) {
  const auto first = Registers(place, 0);
  const auto second = Registers(place, 1);
  return first && second ? Device(make(first->base, second->base)) : Device();
}

/// A device that is nothing but its first registers.
template <class Device, class Kind>
Device MakeAtBase(const Place& place) {
  return At<Device>(place, [](auto base) { return Kind{base}; });
}

/// The numeric property, or `otherwise`.
std::uint64_t NumberOr(const Place& place, std::string_view property, std::uint64_t otherwise) {
  const auto found = place.node().Find(property);
  return found ? found->Number().value_or(otherwise) : otherwise;
}

/// The bindings' "reg-shift", "reg-io-width" and "reg-offset". None where its registers have
/// another width than the driver knows.
template <unsigned kShift, unsigned kWidth>
Console MakeUart16550(const Place& place) {
  const std::uint64_t shift = NumberOr(place, "reg-shift", kShift);
  const std::uint64_t width = NumberOr(place, "reg-io-width", kWidth);
  if (shift > 4 || (width != 1 && width != 4)) return Console();
  return At<Console>(place, [&](auto base) {
    return Uart16550{.base = base + NumberOr(place, "reg-offset", 0),
                     .shift = static_cast<std::uint8_t>(shift),
                     .is_word_wide = width == 4};
  });
}

/// The bindings' "#redistributor-regions" and "redistributor-stride", a multiple of 64 KiB. "reg"
/// has the distributor, then as many regions, then the CPU interfaces of GICv2. None where one is
/// missing.
InterruptController MakeGicV3(const Place& place) {
  const auto distributor = Registers(place, 0);
  const std::uint64_t count = NumberOr(place, "#redistributor-regions", 1);
  const std::uint64_t stride = NumberOr(place, "redistributor-stride", 0);
  const bool stride_is_wrong =
      stride % Redistributors::kFrame != 0 || (stride != 0 && stride < Redistributors::kFrames);
  if (!distributor || count == 0 || stride_is_wrong) return InterruptController();
  GicV3 gic{.distributor = distributor->base, .redistributors = {.regions = {}, .stride = stride}};
  for (std::uint64_t i = 1; i <= count; ++i) {
    const auto region = Registers(place, static_cast<unsigned>(i));
    if (!region) return InterruptController();
    (void)gic.redistributors.regions.Add({.base = region->base, .size = region->size});
  }
  return gic;
}

/// "reg" has GICD and GICC, then GICH and GICV where it virtualizes. Two pages in 128 KiB are 64
/// KiB each. [linux] drivers/irqchip/irq-gic.c.
InterruptController MakeGicV2(const Place& place) {
  constexpr std::uint64_t kWide = 0x1'0000, kNarrow = 0x1000;
  const auto gicc = Registers(place, 1);
  const bool is_wide = gicc && gicc->size >= 2 * kWide;
  const auto control = Registers(place, 2), interface = Registers(place, 3);
  return AtTwo<InterruptController>(place, [&](auto distributor, auto cpu_interface) {
    return GicV2{.distributor = distributor,
                 .cpu_interface = cpu_interface,
                 .virtual_control = control && interface ? control->base : 0,
                 .virtual_cpu_interface = control && interface ? interface->base : 0,
                 .page_stride = is_wide ? kWide : kNarrow};
  });
}

// Names: the bindings of the [dt-schema] and Linux documentation.
constexpr Known<Console> kConsoles[] = {
    {"arm,pl011", MakeAtBase<Console, Pl011>},
    // Of a PL011's registers it has those that the driver uses. [sbsa] Generic UART.
    {"arm,sbsa-uart", MakeAtBase<Console, Pl011>},
    {"brcm,bcm2835-aux-uart", MakeUart16550<2, 4>},
    {"cdns,uart-r1p12", MakeAtBase<Console, CadenceUart>},
    {"fsl,imx6q-uart", MakeAtBase<Console, ImxUart>},
    {"ns16550", MakeUart16550<0, 1>},
    {"ns16550a", MakeUart16550<0, 1>},
    {"nuvoton,npcm750-uart", MakeUart16550<2, 1>},
    {"nuvoton,npcm845-uart", MakeUart16550<2, 1>},
    {"snps,dw-apb-uart", MakeUart16550<0, 1>},
};

constexpr Known<InterruptController> kInterruptControllers[] = {
    {"arm,gic-v3", MakeGicV3},
    {"arm,gic-400", MakeGicV2},
    {"arm,cortex-a15-gic", MakeGicV2},
    {"brcm,bcm2836-l1-intc", MakeAtBase<InterruptController, Bcm2836Interrupts>},
};

constexpr Known<Watchdog> kWatchdogs[] = {
    {"arm,sbsa-gwdt", MakeAtBase<Watchdog, SbsaWatchdog>},
    {"brcm,bcm2835-pm-wdt", MakeAtBase<Watchdog, Bcm2835Watchdog>},
};

/// The line of `table` for an enabled node; null without one.
template <class Device, std::size_t kCount>
const Known<Device>* Find(const Known<Device> (&table)[kCount], const Place& place) {
  const auto compatible = place.node().Find("compatible");
  if (!compatible || !place.IsEnabled()) return nullptr;
  for (const Known<Device>& known : table) {
    if (compatible->ListHas(known.compatible)) return &known;
  }
  return nullptr;
}

template <class Device, std::size_t kCount>
Device Make(const Known<Device> (&table)[kCount], const Place& place) {
  const Known<Device>* const known = Find(table, place);
  return known != nullptr ? known->make(place) : Device();
}

}  // namespace

Console ConsoleAt(const Place& place) { return Make(kConsoles, place); }
InterruptController InterruptControllerAt(const Place& place) {
  return Make(kInterruptControllers, place);
}
bool IsConsole(const Place& place) { return Find(kConsoles, place) != nullptr; }
bool IsInterruptController(const Place& place) {
  return Find(kInterruptControllers, place) != nullptr;
}
Watchdog WatchdogAt(const Place& place) { return Make(kWatchdogs, place); }

}  // namespace trivet::platforms
