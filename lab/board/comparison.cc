// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/comparison.h"

#include <format>
#include <string_view>

#include "lab/board/deviations.h"

namespace trivet::lab::board {
namespace {

using hal::RegisterInfo;

constexpr std::uint64_t kAll = ~std::uint64_t{0};

/// Bits that mean nothing on this CPU, and those whose meaning is the implementation's: it may
/// store them, fix them or ignore writes. [arm-arm] Glossary, RES0, RES1, IMPLEMENTATION DEFINED.
std::uint64_t FreeBits(const sim::Model& model, const RegisterInfo& info) {
  const sim::BitMasks& masks = model.MasksOf(info.id);
  std::uint64_t bits = masks.res0 | masks.res1;
  for (const hal::FieldInfo& field : info.fields) {
    const bool meant = model.Has(field.traits.needs);
    const bool own = std::string_view(field.name) == "ImplementationDefined";
    if (!meant || own) bits |= field.mask();
  }
  return bits;
}

/// Compares one register.
class Comparer {
 public:
  Comparer(const Record& target, const Record& simulated, const sim::Model& model, bool on_qemu)
      : theirs_(target),
        ours_(simulated),
        info_(hal::InfoOf(target.result.id)),
        caution_(CautionOf(info_)),
        model_(model),
        on_qemu_(on_qemu) {
    comparison_.key = {target.result.id, target.result.e2h};
  }

  Comparison Run() {
    if (caution_.unread || info_.access == hal::Access::kWriteOnly) {
      comparison_.verdict = Verdict::kSkipped;
      AddText(caution_.unread ? caution_.reason : "write-only: nothing can be read back");
      return comparison_;
    }
    if (!ours_.refusal.empty()) {
      Access("the simulator refuses: " + ours_.refusal);
    } else if (!CompareAccess()) {
      CompareValues();
    }
    if (*caution_.reason != '\0') {
      const bool all = caution_.untouched == kAll;
      AddText(std::format("{}{}",
                          all               ? "not written: "
                          : caution_.moving ? ""
                                            : "in part: ",
                          caution_.reason));
    }
    return comparison_;
  }

 private:
  void AddText(std::string_view text) {
    if (!comparison_.text.empty()) comparison_.text += "; ";
    comparison_.text += text;
  }

  void Raise(Verdict verdict) {
    if (verdict > comparison_.verdict) comparison_.verdict = verdict;
  }

  const Deviation* Explain(std::uint64_t bits) const {
    for (const Deviation& deviation : Deviations()) {
      const bool fits = bits == Deviation::kAccess ? deviation.bits == Deviation::kAccess
                                                   : (deviation.bits & bits) != 0;
      if (fits && deviation.Concerns(info_.name, on_qemu_)) return &deviation;
    }
    return nullptr;
  }

  /// What differs is whether an access is allowed.
  void Access(const std::string& text) {
    const Deviation* const why = Explain(Deviation::kAccess);
    Raise(why != nullptr ? Verdict::kExplained : Verdict::kDiffers);
    AddText(why != nullptr ? std::format("{} ({})", text, why->reason) : text);
  }

  static const char* Word(std::uint64_t esr) {
    constexpr std::uint64_t kClass = std::uint64_t{0x3f} << 26;  // [arm-arm] ESR_EL2.EC: 0 unknown
    if (esr == 0) return "works";
    return (esr & kClass) == 0 ? "is UNDEFINED" : "traps";
  }

  /// True when there is nothing more to compare.
  bool CompareAccess() {
    const Result &a = theirs_.result, &b = ours_.result;
    const std::string_view read_there = Word(a.read_esr), read_here = Word(b.read_esr);
    if (read_there != read_here) {
      Access(std::format("a read {} there and {} here", read_there, read_here));
    }
    if (a.read_esr != 0 || b.read_esr != 0) return true;
    const std::string_view write_there = Word(a.write_esr), write_here = Word(b.write_esr);
    if (write_there != write_here) {
      Access(std::format("a write {} there and {} here", write_there, write_here));
    }
    return a.write_esr != 0 || b.write_esr != 0;
  }

  /// Bits that differ in anything that was read back, or, in an identification register, now.
  std::uint64_t DifferingBits() const {
    if (!theirs_.result.written) {
      const bool listed = !hal::InfoOf(info_.id).is_alias() && IsListed();
      return listed ? theirs_.result.now ^ ours_.result.now : 0;
    }
    std::uint64_t differing = 0;
    for (unsigned i = 0; i < kPatterns; ++i) {
      differing |= theirs_.read_back[i] ^ ours_.read_back[i];
    }
    return caution_.moving ? 0 : differing & ~caution_.untouched;
  }

  bool IsListed() const {
    for (const sim::IdValue& id : model_.profile().ids) {
      if (id.name == info_.name) return true;
    }
    return false;
  }

  void CompareValues() {
    const auto& plans = model_.PlansAt(2, theirs_.result.e2h);
    const sim::AccessPlan& plan = plans[static_cast<unsigned>(info_.id)];
    const std::uint64_t owned = theirs_.result.written ? plan.keeps : 0;
    const std::uint64_t differing = DifferingBits() & ~owned;
    const std::uint64_t reserved =
        theirs_.result.written ? FreeBits(model_, info_) | plan.reserved : 0;
    if ((differing & reserved) != 0) {
      Raise(Verdict::kReserved);
      AddText(std::format("reserved bits {:#x} are kept otherwise", differing & reserved));
    }
    comparison_.differing = differing & ~reserved;
    Blame(comparison_.differing);
    FindFixed();
  }

  /// Names each field that differs.
  void Blame(std::uint64_t bits) {
    for (const hal::FieldInfo& field : info_.fields) {
      const std::uint64_t wrong = bits & field.mask();
      if (wrong == 0) continue;
      const Deviation* const why = Explain(wrong);
      const bool explained = why != nullptr && (wrong & ~why->bits) == 0;
      Raise(explained ? Verdict::kExplained : Verdict::kDiffers);
      const std::string text =
          theirs_.result.written
              ? std::format(
                    "{} {:#x}: zeros {:#x} there {:#x} here, ones "
                    "{:#x} there {:#x} here",
                    field.name, wrong, theirs_.result.zeros & wrong, ours_.result.zeros & wrong,
                    theirs_.result.ones & wrong, ours_.result.ones & wrong)
              : std::format("{} {:#x} there, {:#x} here", field.name,
                            theirs_.result.now & field.mask(), ours_.result.now & field.mask());
      AddText(explained ? std::format("{} ({})", text, why->reason) : text);
    }
  }

  void FindFixed() {
    if (!theirs_.result.written) return;
    std::uint64_t ones = kAll, zeros = kAll;
    for (const std::uint64_t value : theirs_.read_back) {
      ones &= value;
      zeros &= ~value;
    }
    comparison_.always_one = ones & comparison_.differing;
    comparison_.always_zero = zeros & comparison_.differing;
  }

  const Record &theirs_, &ours_;
  const RegisterInfo& info_;
  const Caution caution_;
  const sim::Model& model_;
  const bool on_qemu_;
  Comparison comparison_;
};

}  // namespace

std::vector<Comparison> Compare(const Measurements& target, const Measurements& simulated,
                                const sim::Model& model, bool on_qemu) {
  std::vector<Comparison> comparisons;
  for (const auto& [key, record] : target.records) {
    const auto ours = simulated.records.find(key);
    if (ours == simulated.records.end()) continue;
    comparisons.push_back(Comparer(record, ours->second, model, on_qemu).Run());
  }
  return comparisons;
}

}  // namespace trivet::lab::board
