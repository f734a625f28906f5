#include "sim/replay/input.h"

#include <format>

#include "sim/pe/violation.h"
#include "sim/replay/gzip.h"
#include "sim/tool.h"

namespace trivet::sim {

std::string ReadInput(const std::string& path) {
  std::string text = ReadFile(path), error;
  if (!Decompress(text, error)) throw Violation(std::format("{}: {}", path, error));
  if (text.empty()) throw Violation(std::format("{}: is empty", path));
  return text;
}

}  // namespace trivet::sim
