// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "platforms/runtime/board_block_size.h"

/// The board's device tree, which the build puts into the finished image:
/// tools/bazel/el2_image.bzl. Zero where the image is for no board in particular.
extern "C" const std::uint32_t trivet_board_block[TRIVET_BOARD_BLOCK_SIZE / sizeof(std::uint32_t)];
