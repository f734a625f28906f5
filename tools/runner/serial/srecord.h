#pragma once

#include <string>
#include <string_view>

namespace trivet::runner {

/// `data` as Motorola S-records with 32-bit addresses from 0: S0, S3..., S7, one a line. Less than
/// 4 GiB.
///
/// [srec] Motorola, M68000 Family Programmer's Reference Manual, appendix C.
std::string SRecords(std::string_view name, std::string_view data);

}  // namespace trivet::runner
