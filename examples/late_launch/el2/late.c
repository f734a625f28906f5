// SPDX-License-Identifier: Apache-2.0 OR MIT
// EL2 while it is taken from a running kernel: one CPU enters, alone or in a round, and serves that
// kernel as its guest.
#include "el2.h"

/// Rounds are one after the other: the module's stop_machine() begins and ends each on all CPUs.
static trivet_group group;
static _Atomic uint64_t announced;

static uint64_t count(void* unused) {
  (void)unused;
  return READ_REGISTER(cntpct_el0);
}
static void pause(void* unused) {
  (void)unused;
  yield();
}

/// A round's error is that of the CPU that caused it: this is the leader's own.
static trivet_status own(trivet_status led) {
  trivet_report report;
  if (led == TRIVET_OK || trivet_group_report(&group, 0, &report) != TRIVET_OK) return led;
  return report.status == TRIVET_OK ? TRIVET_PEER_FAILED : (trivet_status)report.status;
}

/// `argument`: LAUNCH_ROUND.
static trivet_status take_part(struct cpu* cpu, uint64_t argument, uint32_t operation) {
  const uint64_t round = argument >> 16;
  const uint32_t rank = argument & 0xff, cpus = argument >> 8 & 0xff;
  const trivet_clock clock = {.now = count, .pause = pause};
  const uint64_t limit = 2 * READ_REGISTER(cntfrq_el0);  // 2 s: a CPU that does not come fails the round.
  if (rank == 0) {
    trivet_status status = trivet_group_create(&group, sizeof(group), TRIVET_ABI, cpus);
    if (status == TRIVET_OK) status = trivet_group_announce(&group, operation);
    if (status != TRIVET_OK) return status;
    announced = round;
    return own(trivet_group_lead(&group, rank, &cpu->el2, &clock, limit));
  }
  for (const uint64_t begin = count(NULL); announced != round; yield()) {
    if (count(NULL) - begin > limit) return TRIVET_TIMED_OUT;
  }
  return trivet_group_join(&group, rank, &cpu->el2, &clock, limit);
}

static trivet_status change(struct cpu* cpu, const uint64_t* x, bool all, uint32_t operation) {
  cpu->refusal = x[7];
  return all ? take_part(cpu, x[6], operation) : cpu_change(cpu, operation);
}

/// From a CPU that has been taken until it is given back.
static void serve_until_left(struct cpu* cpu, trivet_frame* el1) {
  trivet_frame* frame = trivet_cpu_frame(&cpu->el2);
  *frame = *el1;
  for (;;) {
    const enum leave leave = serve(cpu);
    if (leave == LEAVE_RESTART) break;
    frame->x[0] = cpu_checked(cpu, change(cpu, frame->x, leave == LEAVE_GIVE_ALL, TRIVET_DISABLE));
    if (frame->x[0] == TRIVET_OK) break;
  }
  cpu_publish_leave(cpu);
  *el1 = *frame;
}

/// From gate.S, with the module's call in x0 to x7.
void late_enter(struct gate* gate);
void late_enter(struct gate* gate) {
  uint64_t* x = gate->el1.x;
  struct cpu* cpu = cpu_numbered(x[1]);
  const uint64_t operation = x[0], vector_base = x[5];
  trivet_status status = cpu_create(cpu, vector_base);
  switch (operation) {
    case LAUNCH_READ: cpu_publish(cpu, gate); break;
    case LAUNCH_PREPARE: status = memory_prepare(x[6]); break;
    case LAUNCH_TAKE:
    case LAUNCH_TAKE_ALL: status = change(cpu, x, operation == LAUNCH_TAKE_ALL, TRIVET_ENABLE); break;
    default: status = TRIVET_INVALID_ARGUMENT;
  }
  x[0] = status;
  if (trivet_cpu_is_enabled(&cpu->el2)) {
    serve_until_left(cpu, &gate->el1);
  } else {
    WRITE_REGISTER(vbar_el2, vector_base);
  }
}

_Noreturn void late_second(uint64_t number);
_Noreturn void late_second(uint64_t number) {
  second_run(&cpu_numbered(number)->el2);
  for (uint64_t x[18] = {PSCI_CPU_OFF};;) smc(x);
}
