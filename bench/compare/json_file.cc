// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/json_file.h"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <format>
#include <thread>

#include "freestanding/text/json.h"
#include "freestanding/text/string_sink.h"

namespace trivet::bench {
namespace {

using text::JsonObject;

/// As short as it can be.
struct Number {
  double value;
  friend void operator<<(text::Sink& sink, Number number) {
    sink << std::format("{}", number.value);
  }
};

struct Target {
  const char* name;
  std::optional<TargetOutput> Targets::* output;
};
constexpr Target kTargets[] = {{"simulator", &Targets::simulator}, {"el2", &Targets::el2}};

void AddProblem(const Result& result, JsonObject& object) {
  if (!result.error.empty()) {
    object.Add("error_occurred", true).Add("error_message", result.error);
  } else if (!result.skipped.empty()) {
    object.Add("skipped", true).Add("skip_message", result.skipped);
  }
}

void PutResult(const Target& target, const Targets& targets, const Result& result, int index,
               text::Sink& out) {
  const std::string name = std::string(target.name) + '/' + result.name;
  const double time = result.time_ns.value_or(0);
  JsonObject object(out);
  object.Add("name", name)
      .Add("family_index", index)
      .Add("per_family_instance_index", 0)
      .Add("run_name", name)
      .Add("run_type", "iteration")
      .Add("repetitions", 1)
      .Add("repetition_index", 0)
      .Add("threads", 1);
  AddProblem(result, object);
  object.Add("iterations", Number{result.Number("iterations").value_or(0)})
      .Add("real_time", Number{result.Number("real_ns").value_or(time)})
      .Add("cpu_time", Number{time})
      .Add("time_unit", "ns")
      .Add("target", target.name);
  if (result.instructions) object.Add("instructions", Number{*result.instructions});
  for (const auto& [figure, value] : result.numbers) {
    if (figure != "iterations" && figure != "real_ns") object.Add(figure, Number{value});
  }
  const auto limit =
      target.output == &Targets::el2 ? LimitOf(result.name, targets.el2) : std::nullopt;
  if (limit && !result.numbers.contains("limit")) object.Add("limit", Number{*limit});
  if (!result.label.empty()) object.Add("label", result.label);
  object.End();
}

void PutContext(const Targets& targets, const RunContext& context, text::Sink& out) {
  JsonObject object(out);
  object.Add("date", context.date)
      .Add("host_name", context.host_name)
      .Add("executable", context.executable)
      .Add("num_cpus", context.num_cpus);
  for (const char* name : {"caches", "load_avg"}) object.Member(name) << "[]";
  object.Add("library_build_type", "release").Add("json_schema_version", 1);
  if (targets.el2 && !targets.el2->no_instructions.empty()) {
    object.Add("no_instructions", targets.el2->no_instructions);
  }
  if (targets.el2 && !targets.el2->no_cycles.empty()) {
    object.Add("no_cycles", targets.el2->no_cycles);
  }
  object.End();
}

}  // namespace

RunContext ThisRun(const std::string& executable) {
  char host[256] = {};
  gethostname(host, sizeof(host) - 1);
  const std::time_t now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc = {};
  gmtime_r(&now, &utc);
  char date[32] = {};
  std::strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S+00:00", &utc);
  return {.date = date,
          .host_name = host,
          .executable = executable,
          .num_cpus = std::thread::hardware_concurrency()};
}

std::string RenderJson(const Targets& targets,
                       const std::function<bool(std::string_view)>& selected,
                       const RunContext& context) {
  text::StringSink out;
  out << "{\"context\":";
  PutContext(targets, context, out);
  out << ",\n\"benchmarks\":[";
  int index = 0;
  for (const Target& target : kTargets) {
    for (const std::string& name : Names(targets, selected)) {
      const Result* const result = Find(targets.*target.output, name);
      if (result == nullptr) continue;
      out << (index == 0 ? "\n" : ",\n");
      PutResult(target, targets, *result, index++, out);
    }
  }
  out << "]}\n";
  return out.string();
}

}  // namespace trivet::bench
