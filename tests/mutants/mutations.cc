// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/mutants/mutations.h"

#include <format>
#include <map>
#include <optional>

#include "hal/register_info.h"

namespace trivet::mutants {
namespace {

using hal::RegisterInfo;

constexpr std::uint32_t kNop = 0xd503'201f;
constexpr std::uint32_t kRt = 0x1f, kSystemRegister = 0x000f'ffe0;

// [arm-arm] C4.1, "A64 instruction set encoding".
bool IsMsr(std::uint32_t word) { return (word & 0xfff0'0000) == 0xd510'0000; }
bool IsMrs(std::uint32_t word) { return (word & 0xfff0'0000) == 0xd530'0000; }
bool IsMsrDaif(std::uint32_t word) { return (word & 0xffff'f0df) == 0xd503'40df; }
bool IsPair(std::uint32_t word) { return (word & 0x3a00'0000) == 0x2800'0000; }
bool IsSingle(std::uint32_t word) {
  return (word & 0x3b00'0000) == 0x3900'0000 || (word & 0x3b20'0000) == 0x3800'0000;
}
bool LoadsPair(std::uint32_t word) { return (word >> 22 & 1) != 0; }
bool LoadsSingle(std::uint32_t word) { return (word >> 22 & 3) != 0; }
/// B, BR, BLR, RET, ERET and BL: what follows is reached by another way, or later.
bool EndsScan(std::uint32_t word) {
  return (word & 0x7c00'0000) == 0x1400'0000 || (word & 0xfe00'0000) == 0xd600'0000;
}

std::uint32_t Encode(const hal::Encoding& e) {
  return (e.op0 & 1u) << 19 | static_cast<std::uint32_t>(e.op1) << 16 |
         static_cast<std::uint32_t>(e.crn) << 12 | static_cast<std::uint32_t>(e.crm) << 8 |
         static_cast<std::uint32_t>(e.op2) << 5;
}

const RegisterInfo* RegisterOf(std::uint32_t word) {
  for (const RegisterInfo& info : hal::AllRegisters()) {
    const bool is = Encode(info.encoding) == (word & 0x000f'ffe0) && info.encoding.op0 >= 2;
    if (is && (word >> 20 & 1) != 0 && info.layout != hal::Layout::kE2hSet) return &info;
  }
  return nullptr;
}

/// A name that reaches another register, or this one, depending on HCR_EL2.E2H.
const RegisterInfo* AliasOf(const RegisterInfo& info) {
  if (info.is_alias()) return &hal::InfoOf(info.storage);
  for (const RegisterInfo& other : hal::AllRegisters()) {
    if (other.is_alias() && other.storage == info.id) return &other;
    if (hal::RedirectedByE2h(other.id) == info.id && other.id != info.id) return &other;
  }
  return nullptr;
}

/// Two names that read alike: one sets bits, the other clears them. [arm-arm] The names that E2H
/// redirects to have op1 5.
bool IsView(const RegisterInfo& a, const RegisterInfo& b) {
  return a.encoding.op1 != 5 && b.encoding.op1 != 5 && hal::RedirectedByE2h(a.id) != b.id &&
         hal::RedirectedByE2h(b.id) != a.id;
}

std::string NameOf(std::uint32_t word) {
  if (IsMsrDaif(word)) return (word >> 5 & 1) == 0 ? "DAIFSet" : "DAIFClr";
  if (IsMrs(word) || IsMsr(word)) {
    const RegisterInfo* const info = RegisterOf(word);
    const std::string name = info != nullptr ? info->name : std::format("{:#x}", word);
    return (IsMrs(word) ? "read of " : "write of ") + name;
  }
  const bool loads = IsPair(word) ? LoadsPair(word) : LoadsSingle(word);
  return std::string(loads ? "load" : "store") + (IsPair(word) ? " of a pair" : "");
}

/// The instructions of one function.
class Mutations {
 public:
  Mutations(const Function& function, bool is_assembly)
      : code_(function.code), is_assembly_(is_assembly) {}

  std::vector<Mutation> All() {
    for (index_ = 0; index_ < code_.size(); ++index_) One(code_[index_]);
    return list_;
  }

 private:
  void One(std::uint32_t word) {
    if (IsMrs(word) || IsMsr(word)) return Access(word);
    if (IsMsrDaif(word)) return Begin(word), Add(kNop, "forgotten");
    if (!IsPair(word) && !IsSingle(word)) return;
    const std::string carried = is_assembly_ ? "" : Carried(word);
    if (!is_assembly_ && carried.empty()) return;
    Begin(word, carried);
    Add(kNop, "forgotten");
    if (IsPair(word)) return Add(Swapped(word), "swapped");
    if (is_assembly_) Add(word ^ 1, "of another register");
  }

  void Access(std::uint32_t word) {
    Begin(word);
    Add(kNop, "forgotten");
    if (const auto other = Neighbour(word)) {
      const std::uint32_t field = IsMrs(word) ? kSystemRegister : kRt;
      Add((word & ~field) | (*other & field), "of its neighbour");
    }
    const RegisterInfo* const info = RegisterOf(word);
    const RegisterInfo* const alias = info != nullptr ? AliasOf(*info) : nullptr;
    if (alias == nullptr || (IsMrs(word) && IsView(*info, *alias))) return;
    Add((word & ~0x000f'ffe0) | Encode(alias->encoding), "by its alias");
  }

  /// " for X": the system registers to which a load's value is then written, or from which a
  /// store's was read. Empty when there is none.
  std::string Carried(std::uint32_t word) const {
    const bool pair = IsPair(word), loads = pair ? LoadsPair(word) : LoadsSingle(word);
    const auto of = [&](unsigned rt) { return loads ? WrittenLater(rt) : ReadBefore(rt); };
    const std::string first = of(word & kRt), second = pair ? of(word >> 10 & kRt) : "";
    return first + second;
  }
  std::string WrittenLater(unsigned rt) const {
    for (std::size_t i = index_ + 1; i < code_.size() && !EndsScan(code_[i]); ++i) {
      if (IsMsr(code_[i]) && (code_[i] & kRt) == rt) return For(code_[i]);
      if (Loads(code_[i], rt)) break;
    }
    return "";
  }
  std::string ReadBefore(unsigned rt) const {
    for (std::size_t i = index_; i-- > 0 && !EndsScan(code_[i]);) {
      if (IsMrs(code_[i]) && (code_[i] & kRt) == rt) return For(code_[i]);
      if (Loads(code_[i], rt)) break;
    }
    return "";
  }
  static std::string For(std::uint32_t access) {
    const RegisterInfo* const info = RegisterOf(access);
    return std::string(" for ") + (info != nullptr ? info->name : "?");
  }
  static bool Loads(std::uint32_t word, unsigned rt) {
    if (IsMrs(word)) return (word & kRt) == rt;
    if (IsPair(word)) return LoadsPair(word) && ((word & kRt) == rt || (word >> 10 & kRt) == rt);
    return IsSingle(word) && LoadsSingle(word) && (word & kRt) == rt;
  }

  /// The next access of the same kind that differs in its register.
  std::optional<std::uint32_t> Neighbour(std::uint32_t word) const {
    const bool read = IsMrs(word);
    for (std::size_t i = index_ + 1; i < code_.size(); ++i) {
      if (read ? !IsMrs(code_[i]) : !IsMsr(code_[i])) continue;
      const std::uint32_t field = read ? kSystemRegister : kRt;
      if (((code_[i] ^ word) & field) != 0) return code_[i];
    }
    return std::nullopt;
  }

  static std::uint32_t Swapped(std::uint32_t word) {
    const std::uint32_t first = word & kRt, second = word >> 10 & kRt;
    return (word & ~(kRt | kRt << 10)) | second | first << 10;
  }

  void Begin(std::uint32_t word, const std::string& carried = "") {
    name_ = NameOf(word) + carried;
    const unsigned number = ++seen_[name_];
    if (number > 1) name_ += std::format(" ({})", number);
  }
  void Add(std::uint32_t word, const char* mistake) {
    if (word != code_[index_]) list_.push_back({index_, word, name_, mistake});
  }

  const std::vector<std::uint32_t>& code_;
  const bool is_assembly_;
  std::size_t index_ = 0;
  std::string name_;
  std::map<std::string, unsigned> seen_;
  std::vector<Mutation> list_;
};

}  // namespace

std::vector<Mutation> MutationsOf(const Function& function, bool is_assembly) {
  return Mutations(function, is_assembly).All();
}

}  // namespace trivet::mutants
