// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "freestanding/googletest/execute.h"

#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

namespace trivet::tests {

Execution Execute(const std::string& command) {
  Execution run;
  FILE* const pipe = popen(("env -i " + command).c_str(), "r");
  if (pipe == nullptr) return run;
  std::string line;
  for (int c; (c = std::fgetc(pipe)) != EOF;) {
    if (c == '\n') {
      run.lines.push_back(line);
      line.clear();
    } else if (c != '\r') {
      line += static_cast<char>(c);
    }
  }
  const int status = pclose(pipe);
  run.status = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
  return run;
}

Execution ExecuteSample(const std::string& name, const std::string& variables) {
  return Execute(variables + ' ' + std::getenv("RUN") + " freestanding/googletest/" + name +
                 std::getenv("SUFFIX"));
}

}  // namespace trivet::tests
