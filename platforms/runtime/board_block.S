// SPDX-License-Identifier: Apache-2.0 OR MIT
// See board_block.h.

#include "platforms/runtime/board_block_size.h"

  .section .trivet_board, "aw", %progbits
  .balign 64
  .global trivet_board_block
trivet_board_block:
  .skip   TRIVET_BOARD_BLOCK_SIZE
