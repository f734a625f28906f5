// SPDX-License-Identifier: Apache-2.0 OR MIT
// kexec [-p] ADDRESS KERNEL INITRD FROM TO: starts KERNEL, an arm64 Image, at ADDRESS in this one's place, or with -p when
// this one panics. Its device tree is this one's, with TO for FROM in it and the address of INITRD. Ends with an errno.

#include "program.h"

// [linux] include/uapi/asm-generic/unistd.h
enum { kOpenat = 56, kLseek = 62, kRead = 63, kExit = 93, kKexecLoad = 104, kReboot = 142, kMmap = 222 };
enum { kHere = -100, kEnd = 2, kReadable = 1, kPrivate = 2 };
// [linux] include/uapi/linux/kexec.h
enum { kOnCrash = 1, kAarch64 = 183 << 16 };
// [devicetree] 5.4: tokens.
enum { kBeginNode = 1, kProperty = 3, kEndOfTree = 9 };

struct segment {
  const void* from;
  u64 bytes;
  u64 to, room;
};

static long open_file(const char* path) { return call(kOpenat, kHere, (long)path, 0, 0, 0, 0); }

static struct segment map_file(const char* path, u64 to) {
  const long file = open_file(path);
  const u64 bytes = (u64)call(kLseek, file, 0, kEnd, 0, 0, 0);
  const void* from = (const void*)call(kMmap, 0, (long)bytes, kReadable, kPrivate, file, 0);
  return (struct segment){from, bytes, to, (bytes + 4095) & ~4095ul};
}

static _Alignas(4096) unsigned char tree[1 << 21];

static u32 big(const void* at) { return __builtin_bswap32(*(const u32*)at); }

static int is_same(const char* a, const char* b) {
  while (*a != 0 && *a == *b) ++a, ++b;
  return *a == *b;
}

/// The property `name`, of 4 or 8 bytes, gets `value`.
static void set_property(const char* name, u64 value) {
  unsigned char* at = tree + big(tree + 8);
  const char* names = (const char*)tree + big(tree + 12);
  for (u32 token; (token = big(at)) != kEndOfTree;) {
    at += 4;
    if (token == kBeginNode) {
      while (*at != 0) ++at;
      at = (unsigned char*)(((u64)at + 4) & ~3ul);
    } else if (token == kProperty) {
      const u32 bytes = big(at);
      if (is_same(names + big(at + 4), name)) {
        for (u32 i = 0; i < bytes; ++i) at[8 + i] = (unsigned char)(value >> 8 * (bytes - 1 - i));
      }
      at += 8 + ((bytes + 3) & ~3u);
    }
  }
}

/// In the kernel's arguments, where blanks take the rest of a longer `from`.
static void replace(const char* from, const char* to, u64 bytes) {
  for (u64 i = 0; i < bytes; ++i) {
    u64 length = 0;
    while (from[length] != 0 && tree[i + length] == (unsigned char)from[length]) ++length;
    if (from[length] != 0) continue;
    for (u64 j = 0; j < length; ++j) tree[i + j] = *to != 0 ? (unsigned char)*to++ : ' ';
    return;
  }
}

static struct segment make_tree(u64 to, const char* old, const char* replacement) {
  const long file = open_file("/sys/firmware/fdt");
  long bytes = 0;
  for (long part = 1; part > 0; bytes += part) {
    part = call(kRead, file, (long)tree + bytes, (long)sizeof(tree) - bytes, 0, 0, 0);
  }
  replace(old, replacement, (u64)bytes);
  return (struct segment){tree, (u64)bytes, to, sizeof(tree)};
}

/// What is entered first: [arm64-boot] x0 is the tree, x1 to x3 are 0.
static struct {
  u32 code[6];
  u64 tree, kernel;
} first = {{0x580000c0, 0xd2800001, 0xd2800002, 0xd2800003, 0x58000084, 0xd61f0080}, 0, 0};

static long load(char** arguments, long flags) {
  const u64 at = number_in(arguments[0]);
  struct segment all[4] = {map_file(arguments[1], at), map_file(arguments[2], at + (68 << 20)),
                           make_tree(at + (64 << 20), arguments[3], arguments[4]),
                           {&first, sizeof(first), at + (67 << 20), 4096}};
  // [arm64-image] image_size: with what is not in the file.
  all[0].room = (((const u64*)all[0].from)[2] + 4095) & ~4095ul;
  set_property("linux,initrd-start", all[1].to);
  set_property("linux,initrd-end", all[1].to + all[1].bytes);
  first.tree = all[2].to;
  first.kernel = at;
  return call(kKexecLoad, (long)all[3].to, 4, (long)all, flags | kAarch64, 0, 0);
}

// [linux] include/uapi/linux/reboot.h: the two magic numbers, and LINUX_REBOOT_CMD_KEXEC.
static long start(void) { return call(kReboot, 0xfee1dead, 672274793, 0x45584543, 0, 0, 0); }

void run(long* stack) {
  char** arguments = (char**)stack + 2;
  const int crash = arguments[0][0] == '-';
  long error = load(arguments + crash, crash ? kOnCrash : 0);
  if (error == 0 && !crash) error = start();
  call(kExit, -error, 0, 0, 0, 0, 0);
}
