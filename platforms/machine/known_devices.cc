#include "platforms/machine/known_devices.h"

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

/// `make` with the physical addresses of the first registers of "reg"; None where one is missing.
template <class Device, class Make>
Device At(const Place& place, Make make) {
  const auto first = place.Register(0);
  return first ? Device(make(first->base)) : Device();
}
template <class Device, class Make>
Device AtTwo(const Place& place, Make make) {
  const auto first = place.Register(0);
  const auto second = place.Register(1);
  return first && second ? Device(make(first->base, second->base)) : Device();
}

Console MakePl011(const Place& place) {
  return At<Console>(place, [](auto base) { return Pl011{.base = base}; });
}

InterruptController MakeGicV3(const Place& place) {
  return AtTwo<InterruptController>(place, [](auto distributor, auto redistributor) {
    return GicV3{.distributor = distributor, .redistributor = redistributor};
  });
}

InterruptController MakeGicV2(const Place& place) {
  return AtTwo<InterruptController>(place, [](auto distributor, auto cpu_interface) {
    return GicV2{.distributor = distributor, .cpu_interface = cpu_interface};
  });
}

// Names: the bindings of the [dt-schema] and Linux documentation.
constexpr Known<Console> kConsoles[] = {
    {"arm,pl011", MakePl011},
};

constexpr Known<InterruptController> kInterruptControllers[] = {
    {"arm,gic-v3", MakeGicV3},
    {"arm,gic-400", MakeGicV2},
    {"arm,cortex-a15-gic", MakeGicV2},
};

template <class Device, std::size_t kCount>
Device Make(const Known<Device> (&table)[kCount], const Place& place) {
  const auto compatible = place.node().Find("compatible");
  if (!compatible || !place.IsEnabled()) return Device();
  for (const Known<Device>& known : table) {
    if (compatible->ListHas(known.compatible)) return known.make(place);
  }
  return Device();
}

}  // namespace

Console ConsoleAt(const Place& place) { return Make(kConsoles, place); }
InterruptController InterruptControllerAt(const Place& place) {
  return Make(kInterruptControllers, place);
}

}  // namespace trivet::platforms
