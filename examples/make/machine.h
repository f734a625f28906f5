// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef MACHINE_H
#define MACHINE_H

#include <stdint.h>

/// Writes to the PL011 of QEMU's virt machine.
void print(const char* text);
void print_hex(uint64_t value);

/// Reads a system register by its assembler name.
#define READ_REGISTER(name)                            \
  __extension__({                                      \
    uint64_t value_;                                   \
    __asm__ volatile("mrs %0, " #name : "=r"(value_)); \
    value_;                                            \
  })

#endif
