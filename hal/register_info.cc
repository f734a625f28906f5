// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/register_info.h"

#include "hal/registers.h"

namespace trivet::hal {
namespace {

constexpr RegisterInfo kAll[] = {
#define REGISTER(Type, ...) kInfo<Type>,
#define E2H_LAYOUT(Type, ...) kInfo<Type>,
#define VIEW(Type, ...) kInfo<Type>,
#define SAME_LAYOUT(Type, ...) kInfo<Type>,
#define INSTANCE(Type, ...) kInfo<Type>,
#define E2H_ALIAS(Type, ...) kInfo<Type>,
#include "hal/regs/all.def"
};

constexpr const char* kFeatureNames[] = {
    "Armv8.0-A",
#define FEATURE(enumerator, name, ...) name,
#include "hal/features.def"
};

constexpr const char* kFeatureConditions[] = {
    "always",
#define FEATURE(enumerator, name, ...) #__VA_ARGS__,
#include "hal/features.def"
};

}  // namespace

List<RegisterInfo> AllRegisters() { return kAll; }
const RegisterInfo& InfoOf(RegisterId id) { return kAll[static_cast<unsigned>(id)]; }

RegisterId RedirectedByE2h(RegisterId id) {
  switch (id) {
#define E2H_ALIAS(Type, NAME, Base, Target, encoding) \
  case RegisterId::k##Base: return RegisterId::k##Target;
#include "hal/regs/all.def"
    default: return id;
  }
}

const char* ToString(Feature feature) { return kFeatureNames[static_cast<unsigned>(feature)]; }
const char* ConditionOf(Feature feature) {
  return kFeatureConditions[static_cast<unsigned>(feature)];
}

}  // namespace trivet::hal
