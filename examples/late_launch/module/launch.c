// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <asm/cacheflush.h>
#include <asm/memory.h>
#include <asm/sysreg.h>
#include <asm/virt.h>
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/smp.h>
#include <linux/string.h>

#include "trivet.h"

extern const char el2_image[], el2_image_end[];

static struct launch {
  char *image;
  u64 pa;
  struct launch_header header;
  u64 tcr;
} launch;

// [arm-arm] "VMSAv8-64 descriptor formats", stage 1 of EL2: page 3, table 3, AF, inner shareable, AP[1] RES1.
#define PAGE_BITS 0x743ull
#define TABLE_BITS 3ull
#define READ_ONLY (1ull << 7)
#define EXECUTE_NEVER (1ull << 54)
// MAIR_EL2: attribute 0 is Normal write-back.
#define MAIR 0xffull
// TCR_EL2: 48 bits of addresses, 4 KiB granule, walks write-back and inner shareable; RES1.
#define TCR (1ull << 31 | 1ull << 23 | 3ull << 12 | 1ull << 10 | 1ull << 8 | 16)

u64 launch_address(void) { return launch.pa; }

u64 launch_stub(void) { return hyp_stub_vectors - kimage_voffset; }

const struct launch_cpu *launch_state(unsigned int cpu) {
  return (const void *)(launch.image + launch.header.shared + cpu * 1024);
}

/// RELR: an even word is the address of a pointer, an odd one has bits for the 63 words behind it.
static void relocate(void) {
  const u64 *entry = (const u64 *)(launch.image + launch.header.relocations);
  const u64 *end = (const u64 *)(launch.image + launch.header.relocations_end);
  u64 *where = NULL;

  for (; entry != end; ++entry) {
    u64 bits = *entry;

    if (!(bits & 1)) {
      where = (u64 *)(launch.image + bits);
      *where++ += launch.pa;
      continue;
    }
    for (u64 *at = where; bits >>= 1; ++at) {
      if (bits & 1) *at += launch.pa;
    }
    where += 63;
  }
}

/// The image's pages as themselves: text, data that does not change, and the rest.
static void map_image(void) {
  const u64 tables = launch.pa + launch.header.tables;
  u64 *table = (u64 *)(launch.image + launch.header.tables);

  for (int level = 0; level < 3; ++level) {
    table[level * 512 + (launch.pa >> (39 - 9 * level)) % 512] = (tables + 4096 * (level + 1)) | TABLE_BITS;
  }
  for (u64 offset = 0; offset < LAUNCH_BYTES; offset += 4096) {
    u64 rights = EXECUTE_NEVER;

    if (offset < launch.header.rodata) rights = READ_ONLY;
    else if (offset < launch.header.data) rights |= READ_ONLY;
    table[3 * 512 + offset / 4096] = (launch.pa + offset) | PAGE_BITS | rights;
  }
}

/// The gate executes with the MMU off, and EL2 sees what is in memory: [arm-arm] DC CIVAC, "point of coherency".
static void clean_image(void) {
  const u64 line = 4u << (read_sysreg(ctr_el0) >> 16 & 0xf);

  for (u64 offset = 0; offset < LAUNCH_BYTES; offset += line) {
    asm volatile("dc civac, %0" ::"r"(launch.image + offset) : "memory");
  }
  asm volatile("dsb sy\n ic ialluis\n dsb ish\n isb" ::: "memory");
}

static void hvc(u64 x[8]) {
  register u64 x0 asm("x0") = x[0];
  register u64 x1 asm("x1") = x[1];
  register u64 x2 asm("x2") = x[2];
  register u64 x3 asm("x3") = x[3];
  register u64 x4 asm("x4") = x[4];
  register u64 x5 asm("x5") = x[5];
  register u64 x6 asm("x6") = x[6];
  register u64 x7 asm("x7") = x[7];

  asm volatile("hvc #0"
               : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3), "+r"(x4), "+r"(x5), "+r"(x6), "+r"(x7)
               :
               : "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "memory", "cc");
  x[0] = x0;
  x[1] = x1;
  x[2] = x2;
  x[3] = x3;
}

static u64 call(u64 function, u64 argument, u64 refusal) {
  u64 x[8] = {function, smp_processor_id(), launch.pa + launch.header.tables, launch.tcr, MAIR,
              launch_stub(), argument, refusal};

  hvc(x);
  return x[0];
}

int launch_enter(enum launch_operation operation, u64 argument, u64 refusal, u64 *status) {
  u64 x[8] = {HVC_SET_VECTORS, launch.pa + launch.header.gate};

  hvc(x);
  if (x[0] == HVC_STUB_ERR) return -EBUSY;
  *status = call(operation, argument, refusal);
  return 0;
}

u64 launch_give(u64 function, u64 argument, u64 refusal) { return call(function, argument, refusal); }

u64 launch_call(u64 function, u64 a, u64 b, u64 c, u64 d) {
  u64 x[8] = {function, a, b, c, d};

  hvc(x);
  return x[0];
}

struct prepare {
  u64 status;
  int error;
};
static void prepare_here(void *context) {
  struct prepare *prepare = context;

  prepare->error = launch_enter(LAUNCH_PREPARE, physical_end(), 0, &prepare->status);
}

/// Stage 2, which is made at EL2.
static int prepare(void) {
  struct prepare prepare = {};
  int error = smp_call_function_single(0, prepare_here, &prepare, 1);

  if (!error) error = prepare.error;
  if (error) {
    pr_err("EL2 is in use, by KVM: start the kernel with kvm-arm.mode=none\n");
  } else if (prepare.status) {
    pr_err("stage 2: %s\n", launch_status(prepare.status));
    error = -EINVAL;
  }
  return error;
}

int launch_make(void) {
  const struct launch_header *header = (const void *)el2_image;
  // PS: the CPU's physical addresses, 48 bits at most.
  const u64 size = read_sysreg(id_aa64mmfr0_el1) & 0xf;
  struct page *pages;

  if (header->magic != LAUNCH_MAGIC || header->abi != LAUNCH_ABI || header->cpus != LAUNCH_CPUS) {
    pr_err("the EL2 image is of another version\n");
    return -EINVAL;
  }
  pages = alloc_pages(GFP_KERNEL | __GFP_ZERO, get_order(LAUNCH_BYTES));
  if (!pages) {
    pr_err("no 2 MiB of memory in one piece\n");
    return -ENOMEM;
  }
  launch.image = page_address(pages);
  launch.pa = page_to_phys(pages);
  launch.header = *header;
  launch.tcr = TCR | min(size, 5ull) << 16;
  memcpy(launch.image, el2_image, el2_image_end - el2_image);
  relocate();
  map_image();
  clean_image();
  const int error = prepare();

  if (error) launch_free();
  return error;
}

void launch_free(void) {
  free_pages((unsigned long)launch.image, get_order(LAUNCH_BYTES));
  launch.image = NULL;
}

/// A trivet_status, those that a change can end with.
const char *launch_status(u64 status) {
  static const char *const names[] = {
      [0] = "ok",           [1] = "not at EL2",           [6] = "another CPU",     [7] = "in use",
      [8] = "vectors were replaced", [9] = "a feature is missing", [11] = "a register was not restored",
      [13] = "out of reach", [16] = "a CPU did not come", [17] = "unsupported EL2", [25] = "out of tables",
      [26] = "another CPU refused"};

  return status < ARRAY_SIZE(names) && names[status] ? names[status] : "refused";
}
