// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/allcpus/test_cpus.h"

namespace trivet::tests {
namespace {

Mailbox mailboxes[TestCpus::kMostCpus];

using Mail = Mailbox::Mail;

}  // namespace

TestCpus::TestCpus(unsigned count) : count_(count) {
  for (unsigned cpu = 1; cpu < count; ++cpu) mailboxes[cpu].mail = Mail::kNone;
  SpawnWorkers(count);
}

TestCpus::~TestCpus() {
  WaitForAll();
  for (unsigned cpu = 1; cpu < count_; ++cpu) {
    mailboxes[cpu].mail = Mail::kQuit;
    while (mailboxes[cpu].mail != Mail::kGone) Rest();
  }
  JoinWorkers(count_);
}

void TestCpus::Start(unsigned cpu, Work work, void* context) {
  Mailbox& box = mailboxes[cpu];
  box.work = work;
  box.context = context;
  box.mail = Mail::kWork;
}

void TestCpus::WaitForAll() {
  for (unsigned cpu = 1; cpu < count_; ++cpu) {
    while (mailboxes[cpu].mail == Mail::kWork) Rest();
  }
}

void ServeMailbox(unsigned cpu) {
  Mailbox& box = mailboxes[cpu];
  for (;;) {
    switch (box.mail) {
      case Mail::kWork:
        box.work(cpu, box.context);
        box.mail = Mail::kNone;
        break;
      case Mail::kQuit: box.mail = Mail::kGone; return;
      default: TestCpus::Rest();
    }
  }
}

}  // namespace trivet::tests
