// SPDX-License-Identifier: Apache-2.0 OR MIT
// The kernel's stage 2.
#include "el2.h"

extern const char launch_header[], shared_begin[] __asm__("shared"), shared_end[];

/// Eight tables side by side resolve 42 bits from level 1; a few more for what is not mapped as a
/// whole.
enum { MOST_BITS = 42, VMID = 1, TABLES = 32 };
static _Alignas(4096) unsigned char tables[TABLES][4096];
static uint64_t used_tables[1];
static trivet_memory memory;

/// [arm-arm] ID_AA64MMFR0_EL1.PARange.
static uint32_t address_bits(void) {
  static const uint8_t sizes[] = {32, 36, 40};
  const uint64_t range = READ_REGISTER(id_aa64mmfr0_el1) & 0xf;
  return range < sizeof(sizes) ? sizes[range] : MOST_BITS;
}

trivet_status memory_create(trivet_memory* of, void* with, size_t count, uint64_t* used, uint16_t vmid) {
  const trivet_memory_config config = {.tables = with,
                                       .table_count = count,
                                       .used = used,
                                       .tables_pa = (uint64_t)with,
                                       .ipa_bits = address_bits(),
                                       .vmid = vmid};
  return trivet_memory_create(of, sizeof(*of), TRIVET_ABI, &config);
}

static trivet_status map(uint64_t from, uint64_t to, uint32_t rights) {
  return from == to ? TRIVET_OK : trivet_memory_map(&memory, from, from, to - from, rights);
}

/// All of it is memory for stage 2: what stage 1 says is a device stays one. [arm-arm] "Combining
/// stage 1 and stage 2 memory type attributes".
trivet_status memory_prepare(uint64_t end) {
  const uint64_t all = 1ull << address_bits(), image = (uint64_t)launch_header;
  const uint32_t rights = TRIVET_READ | TRIVET_WRITE | TRIVET_EXECUTE;
  if (end > all) return TRIVET_OUT_OF_REACH;
  trivet_status status = memory_create(&memory, tables, TABLES, used_tables, VMID);
  if (status == TRIVET_OK) status = map(0, image, rights);
  if (status == TRIVET_OK) status = map(image + LAUNCH_BYTES, all, rights);
  return status == TRIVET_OK ? map((uint64_t)shared_begin, (uint64_t)shared_end, TRIVET_READ) : status;
}

void memory_use(void) {
  WRITE_REGISTER(vtcr_el2, trivet_memory_vtcr(&memory));
  WRITE_REGISTER(vttbr_el2, trivet_memory_vttbr(&memory));
}
