// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_GROUP_H
#define TRIVET_GROUP_H

/// All CPUs or none: allcpus/all_cpus.h.

#include <stddef.h>
#include <stdint.h>

#include "capi/cpu.h"
#include "capi/objects.h"

#ifdef __cplusplus
extern "C" {
#endif

/// A CPU at the end of a round: allcpus/report.h.
typedef enum trivet_outcome {
  TRIVET_CHANGED = 0,
  TRIVET_AS_BEFORE = 1,
  TRIVET_ABSENT = 2,
  TRIVET_UNRESOLVED = 3,
  TRIVET_UNDO_FAILED = 4,
  TRIVET_UNDECIDED = 5,
} trivet_outcome;
typedef struct trivet_report {
  uint32_t outcome;
  uint32_t status;
} trivet_report;

/// Measures how long a CPU waits: now() never decreases, in units of the caller's; pause() is
/// called before each look at the other CPUs, or is NULL.
typedef struct trivet_clock {
  uint64_t (*now)(void* context);
  void (*pause)(void* context);
  void* context;
} trivet_clock;

/// Anywhere. Errors: WRONG_VERSION, TOO_SMALL, INVALID_ARGUMENT (cpus: 1 to TRIVET_MOST_CPUS).
trivet_status trivet_group_create(trivet_group* group, size_t size, uint32_t abi, uint32_t cpus);
/// Opens a round of a trivet_operation, which the calling CPU leads after it has called the others.
/// Errors: ALREADY_CREATED.
trivet_status trivet_group_announce(trivet_group* group, uint32_t operation);
/// Takes part as CPU `index`; leads and takes part. On the CPU. `clock`: NULL for the generic
/// timer's physical count. No call waits longer than 6 times `limit`. Errors: as AllCpus::Join()
/// and Lead(), HANDLER_MISSING (now is NULL).
trivet_status trivet_group_join(trivet_group* group, uint32_t index, trivet_cpu* cpu,
                                const trivet_clock* clock, uint64_t limit);
trivet_status trivet_group_lead(trivet_group* group, uint32_t index, trivet_cpu* cpu,
                                const trivet_clock* clock, uint64_t limit);
/// For the leader: CPU `index` in its last round. INVALID_ARGUMENT: there is none.
trivet_status trivet_group_report(const trivet_group* group, uint32_t index, trivet_report* report);

#ifdef __cplusplus
}
#endif

#endif
