// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "hal/register_id.h"

namespace trivet::sim {

enum class EventKind : std::uint8_t {
  kWrite,            ///< MSR to a system register; value is what software wrote.
  kIsb,              ///< value is 0.
  kDsb,              ///< value is a hal::Domain.
  kTlbi,             ///< value is a hal::Tlbi.
  kAt,               ///< value is the address.
  kExceptionEntry,   ///< value is the address of the vector.
  kExceptionReturn,  ///< value is the address returned to.
  kDaifChange,       ///< value is the new DAIF, as the register shows it.
  kInstruction,      ///< A guest instruction retired or trapped; value is its address.
};

const char* ToString(EventKind kind);

/// Two words, so that recording one is two stores: stores bound the speed of an access.
class Event {
 public:
  Event() : Event(EventKind::kWrite, hal::RegisterId::kCount, 0) {}
  Event(EventKind kind, hal::RegisterId reg, std::uint64_t value)
      : value_(value),
        what_(static_cast<std::uint32_t>(reg) | static_cast<std::uint32_t>(kind) << 16) {}

  EventKind kind() const { return static_cast<EventKind>(what_ >> 16); }
  /// kWrite: where the value went. Else kCount.
  hal::RegisterId reg() const { return static_cast<hal::RegisterId>(what_ & 0xffff); }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_;
  std::uint32_t what_;
};

/// What a Pe did, oldest first. Keeps the newest `capacity` events; recording never
/// allocates. An event's order number counts from 0 at construction or the last Clear().
class Trace {
 public:
  static constexpr std::size_t kDefaultCapacity = 1024;

  /// capacity is rounded up to a power of two.
  explicit Trace(std::size_t capacity = kDefaultCapacity) { Reserve(capacity); }
  Trace(const Trace& other) { *this = other; }
  Trace& operator=(const Trace& other);

  void Add(EventKind kind, hal::RegisterId reg, std::uint64_t value) {
    events_[next_++ & mask_] = Event(kind, reg, value);
  }

  /// Number of events since Clear(), also those already overwritten.
  std::uint64_t size() const { return next_; }
  /// Order number of the oldest event still kept.
  std::uint64_t first() const { return next_ > mask_ + 1 ? next_ - mask_ - 1 : 0; }
  /// Throws Violation when the event was overwritten or has not happened.
  const Event& operator[](std::uint64_t order) const;

  /// Forgets everything and keeps at least `capacity` events from now on.
  void Reserve(std::size_t capacity);
  void Clear() { next_ = 0; }

  /// The first event of this kind (and register) at or after `from`; throws Violation when there is
  /// none, so that a comparison of two order numbers is always about two real events.
  std::uint64_t IndexOf(EventKind kind, std::uint64_t from = 0) const;
  std::uint64_t IndexOf(EventKind kind, hal::RegisterId reg, std::uint64_t from = 0) const;
  /// The same without throwing.
  std::optional<std::uint64_t> Find(EventKind kind, hal::RegisterId reg = hal::RegisterId::kCount,
                                    std::uint64_t from = 0) const;
  std::size_t Count(EventKind kind, hal::RegisterId reg = hal::RegisterId::kCount) const;

  /// One line an event: order number, kind, register, value.
  std::string Text(std::uint64_t from = 0) const;

 private:
  std::uint64_t next_ = 0;
  std::unique_ptr<Event[]> events_;
  std::uint64_t mask_ = 0;
};

/// One line without its order number, for example "write VBAR_EL2 0x40080000".
std::string ToString(const Event& event);

}  // namespace trivet::sim
