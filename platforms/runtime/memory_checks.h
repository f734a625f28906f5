// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::platforms {

/// Checks the permissions of the image's own translation, in each regime that the CPU has: see
/// image_tables.cc. At EL2, DAIF masked.
void CheckTranslation();

/// Checks MapRam() with RAM behind the image, and what it refuses. Before other CPUs are started.
void CheckMapRam();

}  // namespace trivet::platforms
