// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/backend.h"
#include "hal/cpu.h"
#include "hal/decode.h"
#include "hal/register_id.h"

namespace trivet::percpu {

/// As assembly has it, for example "tlbi alle1".
const char* ToString(hal::Tlbi operation);

/// What a transition would do on this CPU now, action by action: recorded by running its steps on a
/// backend that does not write. About 1.6 KiB.
class Plan {
 public:
  enum class Action : std::uint8_t { kWrite, kIsb, kDsb, kTlbi };

  struct Line {
    const char* step;  ///< The step this belongs to.
    Action action;
    hal::RegisterId register_id;  ///< kWrite only, as are the values.
    std::uint64_t before;         ///< Live now, or written earlier in the plan.
    std::uint64_t after;
    hal::Tlbi tlbi;  ///< kTlbi only.
  };

  static constexpr std::size_t kCapacity = 40;

  std::size_t size() const { return size_; }
  const Line& operator[](std::size_t i) const { return lines_[i]; }

  /// One line for each action: step, register with both values, or the barrier.
  void Print(hal::TextSink sink) const;

 private:
  friend class PlanRecorder;

  Line lines_[kCapacity] = {};
  std::size_t size_ = 0;
};

/// A backend that reads the live registers and records writes and barriers.
class PlanRecorder {
 public:
  explicit PlanRecorder(Plan& plan) : plan_(plan) {}

  /// Names the step of the actions that follow.
  void BeginStep(const char* name) { step_ = name; }

  template <hal::ReadableRegister R>
  typename R::Value Read() {
    for (std::size_t i = plan_.size_; i-- > 0;) {
      const Plan::Line& line = plan_.lines_[i];
      if (line.action == Plan::Action::kWrite && line.register_id == hal::kInfo<R>.storage) {
        return R::Value::FromRaw(line.after);
      }
    }
    return hal::Cpu::Read<R>();
  }
  template <hal::WritableRegister R>
  void Write(typename R::Value value) {
    Add(Plan::Action::kWrite, hal::kInfo<R>.storage, Read<R>().raw(), value.raw());
  }
  void Isb() { Add(Plan::Action::kIsb); }
  template <hal::Domain>
  void Dsb() {
    Add(Plan::Action::kDsb);
  }
  template <hal::Tlbi kOperation>
  void Invalidate() {
    Add(Plan::Action::kTlbi, hal::RegisterId::kCount, 0, 0, kOperation);
  }

 private:
  void Add(Plan::Action action, hal::RegisterId id = hal::RegisterId::kCount,
           std::uint64_t before = 0, std::uint64_t after = 0, hal::Tlbi tlbi = hal::Tlbi::kAllE1) {
    if (plan_.size_ == Plan::kCapacity) __builtin_trap();
    plan_.lines_[plan_.size_++] = {step_, action, id, before, after, tlbi};
  }

  Plan& plan_;
  const char* step_ = "";
};

}  // namespace trivet::percpu
