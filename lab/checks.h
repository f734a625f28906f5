// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>

#include "lab/subcommand.h"

/// The subcommands that need no target, and the checks behind them. Each returns an exit status.
namespace trivet::lab {

int Replay(const Words& words);
int RunScenarios(const Words& words);
int PrintMasks(const Words& words);
int CheckMasks(const Words& words);
int CheckFacts(const Words& words);
int CheckMutants(const Words& words);
int Check(const Words& words);

/// Replays trace files made on one CPU. `strict`: also disagrees when nothing was checked or more
/// than 1 % of the lines are skipped without being marked so, and prints files without either only
/// as part of the sum.
int ReplayFiles(const CpuOptions& cpu, const Words& files, bool strict);
int RunScenarioFiles(const Words& files);
/// `folder`: NAME.json and NAME+el3.json by CPU.
int CheckMasksIn(const std::string& folder);
int CheckFactsIn(const std::string& folder, bool list_unknown);
/// `files`: traces and scenarios, with the results of `cpu`.
int CheckMutantsWith(const CpuOptions& cpu, const Words& files);

}  // namespace trivet::lab
