// SPDX-License-Identifier: Apache-2.0 OR MIT
// The first page of every image: one file that is a flat image, a Linux arm64 Image and a PE/COFF file.
// All numbers are little-endian; those that depend on the link come from image.ld.
// [arm64-image] Linux documentation, "Booting AArch64 Linux", section 4: the 64-byte header.
// [pe-coff] Microsoft "PE Format"; [uefi] UEFI Specification 2.10, section 2.1.1 (images).

  .set    kArm64LittleEndian4KPagesAnywhere, 0xa  // [arm64-image] flags: bit 0, bits 2:1, bit 3
  .set    kMachineArm64, 0xaa64                   // [pe-coff] Machine types
  .set    kExecutableNoLines, 0x0206              // Characteristics: EXECUTABLE_IMAGE, no line numbers, no debug
  .set    kPe32Plus, 0x20b                        // Optional header magic
  .set    kEfiApplication, 10                     // Subsystem
  .set    kNxCompatible, 0x0100                   // DllCharacteristics: no page is writable and executable
  .set    kCodeReadExecute, 0x60000020            // Section flags: CNT_CODE, MEM_EXECUTE, MEM_READ
  .set    kDataReadWrite, 0xc0000040              // CNT_INITIALIZED_DATA, MEM_READ, MEM_WRITE
  .set    kSectionAlignment, 0x1000
  .set    kFileAlignment, 0x200

  .section .trivet_image_header, "ax"
  .global _start
  .type _start, %function
_start:
  ccmp    x18, #0, #0xd, pl             // changes flags only; its low bytes are "MZ", the DOS magic
  b       trivet_entry
  .quad   __image_text_offset
  .quad   __image_size                  // with .bss and stacks, which the file does not contain
  .quad   kArm64LittleEndian4KPagesAnywhere
  .quad   0, 0, 0
  .ascii  "ARM\x64"
  .long   .Lpe_signature - _start       // also the DOS header's offset of the PE header, at 0x3c

.Lpe_signature:
  .ascii  "PE\0\0"
  .short  kMachineArm64
  .short  2                             // sections
  .long   0, 0, 0                       // time stamp, symbol table, symbols
  .short  .Lsections - .Loptional_header
  .short  kExecutableNoLines
.Loptional_header:
  .short  kPe32Plus
  .byte   1, 0                          // linker version
  .long   __image_text_size
  .long   __image_data_size
  .long   0                             // uninitialized data: part of the data section
  .long   trivet_efi_entry - _start
  .long   __text_start - _start
  .quad   0                             // ImageBase; no base relocations: start.S does its own
  .long   kSectionAlignment, kFileAlignment
  .short  0, 0, 1, 0, 0, 0              // versions of OS, image and subsystem
  .long   0
  .long   __image_size
  .long   __text_start - _start         // SizeOfHeaders
  .long   0                             // checksum
  .short  kEfiApplication
  .short  kNxCompatible
  .quad   0, 0, 0, 0                    // stack and heap: the firmware's default
  .long   0
  .long   6                             // data directories, all empty
  .rept   6
  .quad   0
  .endr
.Lsections:
  .ascii  ".text\0\0\0"
  .long   __image_text_size, __text_start - _start   // in memory
  .long   __image_text_size, __text_start - _start   // in the file
  .long   0, 0
  .short  0, 0
  .long   kCodeReadExecute
  .ascii  ".data\0\0\0"
  .long   __image_data_size, __data_start - _start
  .long   __image_data_file_size, __data_start - _start
  .long   0, 0
  .short  0, 0
  .long   kDataReadWrite
  .size _start, . - _start
