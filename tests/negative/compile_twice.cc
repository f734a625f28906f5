// SPDX-License-Identifier: Apache-2.0 OR MIT
// compile_twice REPORT EXPECTED COMPILER ARGUMENTS...: runs the compiler as it is and with
// -DTRIVET_EXPECT_ERROR, and writes the expected text, both exit codes and messages to REPORT.
// Always succeeds.

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

namespace {

struct Outcome {
  int exit_code = -1;
  std::string messages;
};

[[noreturn]] void BecomeCompiler(std::vector<std::string> arguments, int output) {
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  execvp(argv[0], argv.data());
  std::perror(argv[0]);
  _exit(127);
}

Outcome Run(const std::vector<std::string>& arguments) {
  int ends[2];
  if (pipe(ends) != 0) return {};
  const pid_t child = fork();
  if (child < 0) return {};
  if (child == 0) BecomeCompiler(arguments, ends[1]);
  close(ends[1]);
  Outcome outcome;
  char buffer[4096];
  for (ssize_t size; (size = read(ends[0], buffer, sizeof(buffer))) > 0;) {
    outcome.messages.append(buffer, static_cast<std::size_t>(size));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) outcome.exit_code = WEXITSTATUS(status);
  return outcome;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::cerr << "usage: compile_twice REPORT EXPECTED COMPILER ARGUMENTS...\n";
    return 2;
  }
  std::vector<std::string> arguments(argv + 3, argv + argc);
  const Outcome plain = Run(arguments);
  arguments.insert(arguments.begin() + 1, "-DTRIVET_EXPECT_ERROR");
  const Outcome with_error = Run(arguments);
  std::ofstream report(argv[1]);
  report << argv[2] << "\nplain exit " << plain.exit_code << '\n'
         << plain.messages << "\nwith TRIVET_EXPECT_ERROR exit " << with_error.exit_code << '\n'
         << with_error.messages;
  return report ? 0 : 1;
}
