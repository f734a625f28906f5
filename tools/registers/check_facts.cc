// check_facts: compares the register descriptions with a folder of facts and says what nobody
// explained.

#include <fstream>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>

#include "tools/json/json_value.h"
#include "tools/registers/compare.h"
#include "tools/registers/explained.h"

namespace trivet::registers {
namespace {

constexpr char kFieldsFile[] = "arm_sysregs_fields.json";
constexpr char kResetsFile[] = "sail85_reset.json";

int Fail(const std::string& message) {
  std::cerr << "check_facts: " << message << '\n';
  return 2;
}

bool Load(const std::string& path, JsonValue& value, std::string& error) {
  std::ifstream file(path);
  if (!file) {
    error = "cannot read " + path;
    return false;
  }
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!JsonValue::Parse(text, value, error)) {
    error = path + ": " + error;
    return false;
  }
  if (value.Find("regs") == nullptr) {
    error = path + ": no member \"regs\"";
    return false;
  }
  return true;
}

/// Prints what is unexplained or stale; true when nothing is.
bool Print(const std::string& source, const Comparison& comparison, bool list_unknown) {
  const Review review = ReviewDifferences(source, comparison.differences);
  for (const Difference& difference : review.unexplained) {
    std::cout << source << ": " << difference.register_name << '.' << difference.field << ": "
              << difference.text << '\n';
  }
  for (const std::string& stale : review.stale) {
    std::cout << source << ": " << stale << ": explained, but there is no such difference\n";
  }
  if (list_unknown) {
    for (const std::string& name : comparison.unknown) {
      std::cout << source << ": no facts about " << name << '\n';
    }
  }
  std::cout << source << ": " << comparison.compared << " registers compared, "
            << comparison.unknown.size() << " without facts, " << review.explained
            << " differences explained, " << review.unexplained.size() << " unexplained, "
            << review.stale.size() << " stale explanations\n";
  return review.unexplained.empty() && review.stale.empty();
}

int Main(int argc, char** argv) {
  std::string folder;
  bool list_unknown = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument == "--facts" && i + 1 < argc) {
      folder = argv[++i];
    } else if (argument == "--list-unknown") {
      list_unknown = true;
    } else {
      return Fail("usage: check_facts --facts DIR [--list-unknown]");
    }
  }
  if (folder.empty()) return Fail("usage: check_facts --facts DIR [--list-unknown]");
  JsonValue fields;
  JsonValue resets;
  std::string error;
  if (!Load(folder + "/" + kFieldsFile, fields, error)) return Fail(error);
  if (!Load(folder + "/" + kResetsFile, resets, error)) return Fail(error);
  const bool fields_agree = Print("fields", CompareFields(fields), list_unknown);
  const bool resets_agree = Print("resets", CompareResets(resets), list_unknown);
  return fields_agree && resets_agree ? 0 : 1;
}

}  // namespace
}  // namespace trivet::registers

int main(int argc, char** argv) { return trivet::registers::Main(argc, argv); }
