// SPDX-License-Identifier: Apache-2.0 OR MIT
#ifndef TRIVET_OBJECTS_H
#define TRIVET_OBJECTS_H

/// Trivet's C interface: C11, C++17 and later. libtrivet.a has the functions; capi/README.md the
/// contract of all of them.
///
/// Every object is memory of the caller's, opaque, of the size that is given here, and is named by
/// its address from its create function on. "On the CPU": on the one that the trivet_cpu was
/// created for, at EL2 with SP_EL2, not migrated meanwhile; interrupts may be masked or not, and
/// are afterwards as before. Pointers are not NULL but where it is said. Addresses and sizes are in
/// bytes; registers have the layouts of [arm-arm].

#include <stddef.h>
#include <stdint.h>

/// An enumeration of one byte: what C++ returns is passed on as it is.
#define TRIVET_BYTE __attribute__((packed))

#ifdef __cplusplus
#define TRIVET_ALIGNED(bytes) alignas(bytes)
#else
#define TRIVET_ALIGNED(bytes) _Alignas(bytes)
#endif

#ifdef __cplusplus
extern "C" {
#endif

/// The version of this interface. A create function of another version returns
/// TRIVET_WRONG_VERSION.
#define TRIVET_ABI 2u

#define TRIVET_CPU_SIZE 8192u
#define TRIVET_VCPU_SIZE 4096u
#define TRIVET_MEMORY_SIZE 192u
#define TRIVET_INTERRUPTS_SIZE 3072u
#define TRIVET_GROUP_SIZE 12288u
/// CPUs that a group can have.
#define TRIVET_MOST_CPUS 64u

/// One CPU. Static storage that is zero at first, one for each CPU.
typedef struct trivet_cpu {
  TRIVET_ALIGNED(4096) unsigned char opaque[TRIVET_CPU_SIZE];
} trivet_cpu;
/// One CPU of a guest. Stays where it is from its first run until trivet_vcpu_unload().
typedef struct trivet_vcpu {
  TRIVET_ALIGNED(16) unsigned char opaque[TRIVET_VCPU_SIZE];
} trivet_vcpu;
/// The stage 2 of a guest.
typedef struct trivet_memory {
  TRIVET_ALIGNED(16) unsigned char opaque[TRIVET_MEMORY_SIZE];
} trivet_memory;
/// The virtual interrupts of one trivet_vcpu.
typedef struct trivet_interrupts {
  TRIVET_ALIGNED(64) unsigned char opaque[TRIVET_INTERRUPTS_SIZE];
} trivet_interrupts;
/// CPUs that are enabled and disabled all or none. Static storage.
typedef struct trivet_group {
  TRIVET_ALIGNED(128) unsigned char opaque[TRIVET_GROUP_SIZE];
} trivet_group;
/// A vector table with a slot finder of the caller's, made by trivet/vectors/el2/vector_table.inc.
typedef struct trivet_vector_table trivet_vector_table;

/// Result of a call. hal/status.h has each code's meaning.
typedef enum TRIVET_BYTE trivet_status {
  TRIVET_OK = 0,
  TRIVET_NOT_AT_EL2 = 1,
  TRIVET_NOT_CREATED = 2,
  TRIVET_ALREADY_CREATED = 3,
  TRIVET_ALREADY_ENABLED = 4,
  TRIVET_NOT_ENABLED = 5,
  TRIVET_WRONG_CPU = 6,
  TRIVET_IN_USE = 7,
  TRIVET_VECTORS_REPLACED = 8,
  TRIVET_UNSUPPORTED_FEATURE = 9,
  TRIVET_HANDLER_MISSING = 10,
  TRIVET_RESTORE_MISMATCH = 11,
  TRIVET_INVALID_ARGUMENT = 12,
  TRIVET_OUT_OF_REACH = 13,
  TRIVET_LOST_STATE = 14,
  TRIVET_SUSPENDED = 15,
  TRIVET_TIMED_OUT = 16,
  TRIVET_UNSUPPORTED_HOST = 17,
  TRIVET_ILLEGAL_GUEST_STATE = 18,
  TRIVET_LOADED_ELSEWHERE = 19,
  TRIVET_SLOT_MISSING = 20,
  TRIVET_SLOT_MISALIGNED = 21,
  TRIVET_WRONG_SLOT = 22,
  TRIVET_NO_ROOM = 23,
  TRIVET_ALREADY_MAPPED = 24,
  TRIVET_OUT_OF_TABLES = 25,
  TRIVET_PEER_FAILED = 26,
  TRIVET_WRONG_VERSION = 128,  ///< The caller was compiled with the header of another version.
  TRIVET_TOO_SMALL = 129,  ///< The caller's object is smaller than the library's, or misaligned.
} trivet_status;

/// The code's name, "TRIVET_OK" for example. Never NULL. Anywhere.
const char* trivet_status_text(trivet_status status);

#ifdef __cplusplus
}
#endif

#endif
