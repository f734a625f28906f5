// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/testing/process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

namespace trivet::runner::testing {

Process::Process(const std::vector<std::string>& command, int input, int output, int errors) {
  std::vector<char*> words;
  for (const std::string& word : command) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_ = fork();
  if (pid_ != 0) return;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int null = open("/dev/null", O_RDWR);
  dup2(input < 0 ? null : input, STDIN_FILENO);
  dup2(output < 0 ? null : output, STDOUT_FILENO);
  dup2(errors < 0 ? null : errors, STDERR_FILENO);
  execv(words[0], words.data());
  _exit(127);
}

Process::~Process() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  Wait();
}

int Process::Wait() {
  int status = 0;
  waitpid(pid_, &status, 0);
  pid_ = -1;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void Process::Signal(int signal) const { kill(pid_, signal); }

Finished RunToEnd(const std::vector<std::string>& command) {
  const std::string out = TestPath("stdout"), err = TestPath("stderr");
  const int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
  const int output = open(out.c_str(), flags, 0600), errors = open(err.c_str(), flags, 0600);
  const int status = Process(command, -1, output, errors).Wait();
  close(output);
  close(errors);
  return {status, ReadFile(out), ReadFile(err)};
}

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

std::string TestPath(const std::string& name) {
  const char* const folder = getenv("TEST_TMPDIR");
  return std::string(folder == nullptr ? "/tmp" : folder) + "/" + name;
}

}  // namespace trivet::runner::testing
