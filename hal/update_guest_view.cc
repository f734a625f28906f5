// SPDX-License-Identifier: Apache-2.0 OR MIT
// `bazel run //hal:update_guest_view`: writes docs/guest_view.md.

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>

#include "hal/guest_page.h"

int main() {
  const char* const workspace = std::getenv("BUILD_WORKSPACE_DIRECTORY");
  if (workspace == nullptr) {
    std::fprintf(stderr, "run me as: bazel run //hal:update_guest_view\n");
    return 2;
  }
  const std::string path = std::string(workspace) + "/docs/guest_view.md";
  std::ofstream file(path);
  file << trivet::hal::GuestPage();
  file.close();
  if (!file) {
    std::fprintf(stderr, "%s: cannot be written\n", path.c_str());
    return 1;
  }
  return 0;
}
