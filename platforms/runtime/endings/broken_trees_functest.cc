// SPDX-License-Identifier: Apache-2.0 OR MIT
// Enters the image again with one broken tree or set of tables after another: each run of main()
// finds the line that names what is wrong in its own mailbox, and the CPUs that are left.

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string_view>

#include "platforms/fdt/editor.h"
#include "platforms/fdt/layout.h"
#include "platforms/runtime/board_block.h"
#include "platforms/runtime/boot.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/endings/cases.h"
#include "platforms/runtime/entry_checks.h"
#include "platforms/runtime/loader_tree.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/memory_console.h"

extern "C" void trivet_entry(std::uint64_t loader_argument);
extern "C" trivet::platforms::Mailbox trivet_mailbox;

namespace {

using namespace trivet::platforms;  // NOLINT(google-build-using-namespace): its run time
using fdt::Editor;
using namespace std::string_view_literals;

// QEMU's tree has 1 MiB, most of it unused.
constexpr std::size_t kRoom = 0x4'1000;

// Neither cleared nor in the file. One word more for the tree that is not at a multiple of 8.
[[gnu::section(".trivet_payload"), gnu::aligned(8)]] std::uint32_t room[kRoom + 1];

// In .data, since another start clears .bss: not 0, and volatile, so that the compiler keeps it
// there.
volatile std::uint64_t original = 1;
volatile unsigned runs = 1;

void PutWord(std::span<std::uint32_t> tree, std::uint32_t at, std::uint32_t number) {
  tree[at] = fdt::FromBigEndian(number);
}

std::uint32_t GetWord(std::span<const std::uint32_t> tree, std::uint32_t at) {
  return fdt::FromBigEndian(tree[at]);
}

/// A copy of the machine's own tree with nodes as `edit` leaves them.
template <auto kEdit>
std::uint64_t Edited() {
  auto editor = Editor::Copy(FindLoaderTree(original)->memory(), std::span(room, kRoom));
  if (!editor) return 0;
  kEdit(*editor);
  return reinterpret_cast<std::uintptr_t>(room);
}

/// The same, then changed word by word.
template <auto kChange>
std::uint64_t Changed() {
  const std::uint64_t tree = Edited<[](Editor&) {}>();
  kChange(std::span(room, kRoom));
  return tree;
}

std::uint64_t Moved() {
  (void)Edited<[](Editor&) {}>();
  for (std::size_t i = kRoom; i-- > 0;) room[i + 1] = room[i];
  return reinterpret_cast<std::uintptr_t>(room + 1);
}

void CutInHalf(std::span<std::uint32_t> tree) {
  const std::uint32_t half =
      (GetWord(tree, fdt::kStructureOffset) + GetWord(tree, fdt::kStructureSize) / 2) / 4;
  for (std::size_t i = half; i < tree.size(); ++i) tree[i] = 0;
}

/// Nodes inside each other instead of what is there.
void Nest(std::span<std::uint32_t> tree) {
  const std::uint32_t begin = GetWord(tree, fdt::kStructureOffset) / 4;
  for (unsigned i = 0; i < 2 * (fdt::kMaxDepth + 1); i += 2) {
    PutWord(tree, begin + i, fdt::kBeginNode);
    PutWord(tree, begin + i + 1, i == 0 ? 0 : 0x6e00'0000);
  }
}

void SetPsci(Editor& editor, std::string_view compatible, std::string_view method) {
  editor.Set("/psci", "compatible", compatible);
  editor.Set("/psci", "method", method);
}

void SetSpinTables(Editor& editor, std::uint64_t address) {
  for (const char* cpu : {"/cpus/cpu@1", "/cpus/cpu@2", "/cpus/cpu@3"}) {
    editor.SetText(cpu, "enable-method", "spin-table");
    editor.SetNumber(cpu, "cpu-release-addr", address);
  }
}

void SetConsole(Editor& editor, const char* path) {
  editor.SetText("/chosen", "stdout-path", path);
}

void AddUart(Editor& editor, const char* compatible) {
  editor.SetText("/uart@1", "compatible", compatible);
  editor.SetCells("/uart@1", "reg", {0, 1, 0, 1});
  SetConsole(editor, "/uart@1");
}

void AddCpus(Editor& editor) {
  for (const char* cpu : {"/cpus/cpu@4", "/cpus/cpu@5", "/cpus/cpu@6", "/cpus/cpu@7"}) {
    editor.SetText(cpu, "device_type", "cpu");
    editor.SetText(cpu, "enable-method", "psci");
    editor.SetCells(cpu, "reg", {static_cast<std::uint32_t>(cpu[10] - '0')});
  }
}

// Of an image without its board's tree: with one that takes over. At the end the run has no psci
// node either, and ends by a reset for all that.
constexpr Case kConsoles[] = {
    {"chosen: it has no stdout-path; the console is pl011@9000000", 4,
     Edited<[](Editor& e) { e.Hide("/chosen", "stdout-path"); }>},
    {"chosen: the tree has no such node", 4, Edited<[](Editor& e) { e.Hide("/chosen"); }>},
    {"chosen: its stdout-path names no node", 4, Edited<[](Editor& e) { SetConsole(e, "/none"); }>},
    {"chosen: its stdout-path names no node", 4, Edited<[](Editor& e) {
       e.Hide("/chosen", "stdout-path");
       e.SetText("/chosen", "linux,stdout-path", "serial9");
     }>},
    {"cpu@1: stdout-path names it, and its compatible is no known UART's", 4,
     Edited<[](Editor& e) { SetConsole(e, "/cpus/cpu@1"); }>},
    {"uart@1: stdout-path names it, and its compatible is no known UART's", 4,
     Edited<[](Editor& e) { AddUart(e, "acme,uart"); }>},
    {"uart@1: stdout-path names it, and a status of it is not okay", 4, Edited<[](Editor& e) {
       AddUart(e, "arm,pl011");
       e.SetText("/uart@1", "status", "disabled");
     }>},
    {"uart@2: stdout-path names it, and its reg, or ranges of a bus around it", 4,
     Edited<[](Editor& e) {
       e.SetText("/bus/uart@2", "compatible", "arm,pl011");
       e.SetCells("/bus/uart@2", "reg", {0, 2, 1});
       SetConsole(e, "/bus/uart@2");
     }>},
    {"psci: its method is not smc", 1,
     Edited<[](Editor& e) { e.SetText("/psci", "method", "hvc"); }>},
    {"psci: its method is not smc", 1, Edited<[](Editor& e) { e.Hide("/psci", "method"); }>},
    {"psci: its compatible has no version from 0.2 on", 1,
     Edited<[](Editor& e) { SetPsci(e, "arm,psci\0"sv, "smc\0"sv); }>},
    {"CPU 0x3: its enable-method is psci, and no node psci can be used", 1,
     Edited<[](Editor& e) { e.Hide("/psci"); }>},
    {"CPU 0x2: its enable-method is psci, and no node psci can be used", 1,
     Edited<[](Editor& e) { e.SetText("/psci", "status", "disabled"); }>},
};

constexpr Case kCpus[] = {
    {"CPU 0x1: it has no enable-method", 3,
     Edited<[](Editor& e) { e.Hide("/cpus/cpu@1", "enable-method"); }>},
    {"CPU 0x7: its enable-method is psci, which does not know its reg", 4, Edited<AddCpus>},
    {"cpu@2: its reg is that of an earlier CPU", 3,
     Edited<[](Editor& e) { e.SetCells("/cpus/cpu@2", "reg", {1}); }>},
    {"CPU 0x3: its cpu-release-addr has more than 48 bits", 1,
     Edited<[](Editor& e) { SetSpinTables(e, 0xffff'0000'0000'0000); }>},
    {"CPU 0x3: its cpu-release-addr is not in memory", 1,
     Edited<[](Editor& e) { SetSpinTables(e, 0x70'0000'0000); }>},
    {"CPU 0x3: it has not left its cpu-release-addr within 2 s", 1, Edited<[](Editor& e) {
       SetSpinTables(e, reinterpret_cast<std::uintptr_t>(room + kRoom - 1) & ~7);
     }>},
};

// Of an image with its board's tree: without one it ends.
constexpr Case kRefused[] = {
    {"is refused: a structure token is unknown or out of place, at node ", 4, Changed<CutInHalf>},
    {"is refused: its nodes are nested too deeply, at node n", 4, Changed<Nest>},
    {"is refused: one of its blocks is misaligned or not inside it\n", 4,
     Changed<[](std::span<std::uint32_t> tree) { PutWord(tree, fdt::kTotalSize, 100); }>},
    {"is refused: its size (totalsize) is out of bounds\n", 4,
     Changed<[](std::span<std::uint32_t> tree) {
       PutWord(tree, fdt::kTotalSize, 0x50'0000);
       PutWord(tree, fdt::kStringsSize, 0x40'0000);
     }>},
    {"is refused: its version is not 17", 4,
     Changed<[](std::span<std::uint32_t> tree) { PutWord(tree, fdt::kVersionWord, 3); }>},
};

// Nothing is wrong with these. The mailbox has no line but a header's: it begins with nothing.
constexpr Case kAccepted[] = {
    {"", 4, Moved},
    {"", 4,
     Changed<[](std::span<std::uint32_t> tree) { PutWord(tree, fdt::kTotalSize, 0x7fff'fff0); }>},
};

void CheckLastRun(const Case& that) {
  const std::string_view text(trivet_mailbox.text, trivet_mailbox.size);
  const bool is_said = that.line.empty() ? text.empty() : text.contains(that.line);
  Check(is_said, that.line.empty() ? "nothing is wrong" : that.line);
  Check(CpuCount() == that.cpus, "the CPUs that start are left");
}

/// Checks what this run had, if it is one of these, and starts the next. `first`: the run before
/// the first of these.
void RunAll(std::span<const Case> cases, unsigned first) {
  const unsigned run = runs - 1;
  if (run > first && run <= first + cases.size()) CheckLastRun(cases[run - first - 1]);
  if (run < first || run >= first + cases.size()) return;
  runs = runs + 1;
  trivet_entry(cases[run - first].make());
}

}  // namespace

int main() {
  const bool has_board = trivet_board_block[0] != 0;
  if (runs == 1) {
    original = LoaderArgument();
    if (!has_board) CheckRefusalsUnderUefi();
  }
  unsigned first = 0;
  for (const std::span<const Case> cases :
       {std::span<const Case>(kAccepted),
        has_board ? std::span<const Case>(kRefused) : std::span<const Case>(kCpus),
        has_board ? std::span<const Case>() : std::span<const Case>(kConsoles),
        has_board ? RefusedTables() : UnusableTables()}) {
    RunAll(cases, first);
    first += static_cast<unsigned>(cases.size());
  }
  Check(runs - 1 == first, "every tree was tried, and all tables");
  if (!has_board) CheckParkedCpus();
  return CheckedStatus();
}
