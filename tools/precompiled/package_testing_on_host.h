// The same on the host. Read from standard input: no include guard.
#include <gtest/gtest.h>
#include <hal/cpu.h>
#include <hal/registers.h>
#include <percpu/per_cpu.h>
#include <sim/pe/machine.h>
#include <sim/pe/pe.h>
#include <vcpu/vcpu.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <expected>
#include <format>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
