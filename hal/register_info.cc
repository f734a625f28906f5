#include "hal/register_info.h"

#include "hal/registers.h"

namespace trivet::hal {
namespace {

constexpr RegisterInfo kAll[] = {
#define REGISTER(Type, ...) kInfo<Type>,
#define E2H_LAYOUT(Type, ...) kInfo<Type>,
#define SAME_LAYOUT(Type, ...) kInfo<Type>,
#define E2H_ALIAS(Type, ...) kInfo<Type>,
#include "hal/regs/all.def"
};

constexpr const char* kFeatureNames[] = {
    "Armv8.0-A",
#define FEATURE(enumerator, name, ...) name,
#include "hal/features.def"
};

}  // namespace

std::span<const RegisterInfo> AllRegisters() { return kAll; }
const RegisterInfo& InfoOf(RegisterId id) { return kAll[static_cast<unsigned>(id)]; }
const char* ToString(Feature feature) { return kFeatureNames[static_cast<unsigned>(feature)]; }

}  // namespace trivet::hal
