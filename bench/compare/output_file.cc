// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/output_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace trivet::bench {
namespace {

std::unexpected<std::string> Failure(const std::string& path) {
  return std::unexpected("cannot write '" + path + "': " + std::strerror(errno));
}

}  // namespace

std::expected<OutputFile, std::string> OutputFile::Open(const std::string& path) {
  int descriptor = open(path.c_str(), O_WRONLY | O_CLOEXEC);
  const bool is_new = descriptor < 0 && errno == ENOENT;
  if (is_new) descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0) return Failure(path);
  return OutputFile(path, descriptor, is_new);
}

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (remove_) unlink(path_.c_str());
}

std::expected<void, std::string> OutputFile::Replace(std::string_view text) {
  remove_ = false;
  // Fails on a pipe or a terminal, which have nothing to replace.
  if (ftruncate(descriptor_, 0) != 0 && errno != EINVAL) return Failure(path_);
  while (!text.empty()) {
    const ssize_t written = write(descriptor_, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure(path_);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace trivet::bench
