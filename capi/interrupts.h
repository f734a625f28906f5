// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_INTERRUPTS_H
#define TRIVET_INTERRUPTS_H

/// Virtual interrupts of a vCPU: vgic/README.md. On the CPU that has it loaded, or while none has,
/// by its owner; interrupts masked.

#include <stddef.h>
#include <stdint.h>

#include "capi/objects.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct trivet_interrupts_config {
  uint64_t gich;            ///< 0: a GICv3. Else the address of a GICv2's GICH,
  uint64_t gicc;            ///< of its GICC, and
  uint64_t gicc_page;       ///< the bytes to the second page of it.
  uint32_t list_registers;  ///< Of those that there are, use so many; 0: all.
  uint32_t reserved;
} trivet_interrupts_config;

/// An interrupt, as the functions below make it. Value, and no object.
typedef uint64_t trivet_interrupt;
trivet_interrupt trivet_interrupt_edge(uint32_t intid, uint8_t priority);
trivet_interrupt trivet_interrupt_level(uint32_t intid, uint8_t priority);
/// Backed by the physical interrupt `physical`, which is active with its priority dropped.
trivet_interrupt trivet_interrupt_hardware(uint32_t intid, uint32_t physical, uint8_t priority);

/// Where a vCPU is, for the CPU that posted to it.
typedef enum trivet_where {
  TRIVET_AWAY = 0,      ///< Not loaded.
  TRIVET_IN_HOST = 1,   ///< Loaded; finds the post before it enters the guest.
  TRIVET_IN_GUEST = 2,  ///< An SGI to its CPU ends the run.
} trivet_where;

/// At EL2. Errors: WRONG_VERSION, TOO_SMALL, UNSUPPORTED_FEATURE, UNSUPPORTED_HOST,
/// INVALID_ARGUMENT.
trivet_status trivet_interrupts_create(trivet_interrupts* interrupts, size_t size, uint32_t abi,
                                       const trivet_interrupts_config* config);
/// Makes an interrupt pending. Errors, nothing changed: INVALID_ARGUMENT, NO_ROOM.
trivet_status trivet_interrupts_inject(trivet_interrupts* interrupts, trivet_interrupt interrupt);
/// Ends a level, or takes an edge back that is pending.
trivet_status trivet_interrupts_retract(trivet_interrupts* interrupts, uint32_t intid);
/// A maintenance interrupt; a trapped write of ICC_DIR_EL1.
void trivet_interrupts_serve_maintenance(trivet_interrupts* interrupts);
void trivet_interrupts_deactivate(trivet_interrupts* interrupts, uint32_t intid);
/// 1: the guest has one to take.
int trivet_interrupts_has_pending(trivet_interrupts* interrupts);
/// Forgets all of them.
void trivet_interrupts_reset(trivet_interrupts* interrupts);
/// From CPU number `sender` (0 to 7, one caller each), anywhere: *where and *mpidr are the vCPU's.
/// Errors: NO_ROOM, INVALID_ARGUMENT.
trivet_status trivet_interrupts_post(trivet_interrupts* interrupts, uint32_t sender,
                                     trivet_interrupt interrupt, trivet_where* where,
                                     uint64_t* mpidr);

#ifdef __cplusplus
}
#endif

#endif
