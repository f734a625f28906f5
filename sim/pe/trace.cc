// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/pe/trace.h"

#include <algorithm>
#include <format>

#include "hal/register_info.h"
#include "sim/pe/violation.h"

namespace trivet::sim {

const char* ToString(EventKind kind) {
  switch (kind) {
    case EventKind::kWrite: return "write";
    case EventKind::kIsb: return "isb";
    case EventKind::kDsb: return "dsb";
    case EventKind::kTlbi: return "tlbi";
    case EventKind::kAt: return "at";
    case EventKind::kExceptionEntry: return "exception";
    case EventKind::kExceptionReturn: return "eret";
    case EventKind::kDaifChange: return "daif";
    case EventKind::kInstruction: return "instruction";
  }
  return "?";
}

std::string ToString(const Event& event) {
  if (event.kind() == EventKind::kIsb) return "isb";
  if (event.reg() == hal::RegisterId::kCount) {
    return std::format("{} {:#x}", ToString(event.kind()), event.value());
  }
  return std::format("{} {} {:#x}", ToString(event.kind()), hal::InfoOf(event.reg()).name,
                     event.value());
}

Trace& Trace::operator=(const Trace& other) {
  Reserve(other.mask_ + 1);
  next_ = other.next_;
  std::copy_n(other.events_.get(), mask_ + 1, events_.get());
  return *this;
}

void Trace::Reserve(std::size_t capacity) {
  const std::size_t size = std::bit_ceil(std::max<std::size_t>(capacity, 1));
  if (events_ == nullptr || size != mask_ + 1) events_ = std::make_unique<Event[]>(size);
  mask_ = size - 1;
  next_ = 0;
}

const Event& Trace::operator[](std::uint64_t order) const {
  if (order < first() || order >= next_) {
    throw Violation(std::format("trace: event {} is not among the kept {}..{}; reserve more", order,
                                first(), next_));
  }
  return events_[order & mask_];
}

std::optional<std::uint64_t> Trace::Find(EventKind kind, hal::RegisterId reg,
                                         std::uint64_t from) const {
  for (std::uint64_t i = std::max(from, first()); i < next_; ++i) {
    const Event& event = events_[i & mask_];
    if (event.kind() == kind && (reg == hal::RegisterId::kCount || event.reg() == reg)) return i;
  }
  return std::nullopt;
}

std::uint64_t Trace::IndexOf(EventKind kind, std::uint64_t from) const {
  return IndexOf(kind, hal::RegisterId::kCount, from);
}

std::uint64_t Trace::IndexOf(EventKind kind, hal::RegisterId reg, std::uint64_t from) const {
  if (const auto found = Find(kind, reg, from)) return *found;
  throw Violation(std::format("trace: no event \"{}{}{}\" from {} on", ToString(kind),
                              reg == hal::RegisterId::kCount ? "" : " ",
                              reg == hal::RegisterId::kCount ? "" : hal::InfoOf(reg).name, from));
}

std::size_t Trace::Count(EventKind kind, hal::RegisterId reg) const {
  std::size_t count = 0;
  for (auto i = Find(kind, reg); i.has_value(); i = Find(kind, reg, *i + 1)) ++count;
  return count;
}

std::string Trace::Text(std::uint64_t from) const {
  std::string text;
  for (std::uint64_t i = std::max(from, first()); i < next_; ++i) {
    text += std::format("{:6} {}\n", i, ToString(events_[i & mask_]));
  }
  return text;
}

}  // namespace trivet::sim
