#pragma once

namespace trivet::platforms {

/// Checks what the image's own translation lets this CPU do, in each regime that the CPU has: see
/// image_tables.cc. At EL2, DAIF masked.
void CheckTranslation();

}  // namespace trivet::platforms
