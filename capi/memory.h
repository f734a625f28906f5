// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_MEMORY_H
#define TRIVET_MEMORY_H

/// A guest's memory: vcpu/stage2/guest_memory.h. One caller at a time for each object.

#include <stddef.h>
#include <stdint.h>

#include "capi/objects.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct trivet_memory_config {
  void* tables;        ///< 4096-byte aligned, of no other object, zero or not.
  size_t table_count;  ///< Tables of 4096 bytes; the root takes 1 to 16.
  uint64_t* used;      ///< A bit for each table, zero at first.
  uint64_t tables_pa;  ///< Physical address of `tables`.
  uint32_t ipa_bits;   ///< 32 to 48, and at most the CPU's physical address size.
  uint16_t vmid;       ///< Not 0, of this guest alone.
  uint16_t reserved;
} trivet_memory_config;

#define TRIVET_READ 1u
#define TRIVET_WRITE 2u
#define TRIVET_EXECUTE 4u
#define TRIVET_DEVICE 8u  ///< Device-nGnRE; else Normal write-back memory.

/// At EL2. Errors, nothing changed: WRONG_VERSION, TOO_SMALL, INVALID_ARGUMENT, OUT_OF_TABLES.
trivet_status trivet_memory_create(trivet_memory* memory, size_t size, uint32_t abi,
                                   const trivet_memory_config* config);
/// Maps [ipa, ipa + bytes) to `pa` on, multiples of 4096, with TRIVET_READ and the like. At EL2.
/// Errors, nothing changed: INVALID_ARGUMENT, ALREADY_MAPPED, OUT_OF_TABLES.
trivet_status trivet_memory_map(trivet_memory* memory, uint64_t ipa, uint64_t pa, uint64_t bytes,
                                uint32_t rights);
/// After it no CPU reaches the range. On the CPU, enabled. Errors: as map, NOT_ENABLED, WRONG_CPU.
trivet_status trivet_memory_unmap(trivet_memory* memory, trivet_cpu* cpu, uint64_t ipa,
                                  uint64_t bytes);
/// Changes the rights of a range, all of it mapped; TRIVET_DEVICE is not one. As unmap.
trivet_status trivet_memory_protect(trivet_memory* memory, trivet_cpu* cpu, uint64_t ipa,
                                    uint64_t bytes, uint32_t rights);
/// 1: `ipa` is mapped, to *pa.
int trivet_memory_walk(const trivet_memory* memory, uint64_t ipa, uint64_t* pa);
/// For trivet_vcpu_config.
uint64_t trivet_memory_vtcr(const trivet_memory* memory);
uint64_t trivet_memory_vttbr(const trivet_memory* memory);

#ifdef __cplusplus
}
#endif

#endif
