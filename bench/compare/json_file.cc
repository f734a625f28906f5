#include "bench/compare/json_file.h"

#include <unistd.h>

#include <chrono>
#include <ctime>
#include <format>
#include <thread>
#include <vector>

#include "tools/json/json_value.h"

namespace trivet::bench {
namespace {

/// Members of one object, in order.
class Members {
 public:
  Members& Text(std::string_view name, std::string_view value) {
    return Raw(name, json::Quoted(value));
  }
  Members& Number(std::string_view name, double value) {
    return Raw(name, std::format("{}", value));
  }
  Members& Raw(std::string_view name, std::string_view value) {
    members_.push_back(std::format("{}: {}", json::Quoted(name), value));
    return *this;
  }
  std::string Render(std::string_view indent) const {
    std::string text = "{\n";
    for (const std::string& member : members_) {
      text += std::format("{}  {}{}\n", indent, member, &member == &members_.back() ? "" : ",");
    }
    return text + std::string(indent) + '}';
  }

 private:
  std::vector<std::string> members_;
};

struct Target {
  const char* name;
  std::optional<TargetOutput> Targets::* output;
};
constexpr Target kTargets[] = {{"simulator", &Targets::simulator}, {"el2", &Targets::el2}};

void AddProblem(const Result& result, Members& members) {
  if (!result.error.empty()) {
    members.Raw("error_occurred", "true").Text("error_message", result.error);
  } else if (!result.skipped.empty()) {
    members.Raw("skipped", "true").Text("skip_message", result.skipped);
  }
}

std::string RenderResult(const Target& target, const Targets& targets, const Result& result,
                         int index) {
  const std::string name = std::string(target.name) + '/' + result.name;
  const double time = result.time_ns.value_or(0);
  Members members;
  members.Text("name", name)
      .Number("family_index", index)
      .Number("per_family_instance_index", 0)
      .Text("run_name", name)
      .Text("run_type", "iteration")
      .Number("repetitions", 1)
      .Number("repetition_index", 0)
      .Number("threads", 1);
  AddProblem(result, members);
  members.Number("iterations", result.Number("iterations").value_or(0))
      .Number("real_time", result.Number("real_ns").value_or(time))
      .Number("cpu_time", time)
      .Text("time_unit", "ns")
      .Text("target", target.name);
  if (result.instructions) members.Number("instructions", *result.instructions);
  for (const auto& [figure, value] : result.numbers) {
    if (figure != "iterations" && figure != "real_ns") members.Number(figure, value);
  }
  const auto limit =
      target.output == &Targets::el2 ? LimitOf(result.name, targets.el2) : std::nullopt;
  if (limit && !result.numbers.contains("limit")) members.Number("limit", *limit);
  if (!result.label.empty()) members.Text("label", result.label);
  return members.Render("    ");
}

std::string RenderContext(const Targets& targets, const RunContext& context) {
  Members members;
  members.Text("date", context.date)
      .Text("host_name", context.host_name)
      .Text("executable", context.executable)
      .Number("num_cpus", context.num_cpus)
      .Raw("caches", "[]")
      .Raw("load_avg", "[]")
      .Text("library_build_type", "release")
      .Number("json_schema_version", 1);
  if (targets.el2 && !targets.el2->no_instructions.empty()) {
    members.Text("no_instructions", targets.el2->no_instructions);
  }
  if (targets.el2 && !targets.el2->no_cycles.empty())
    members.Text("no_cycles", targets.el2->no_cycles);
  return members.Render("  ");
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
  std::string text = "{\n  \"context\": " + RenderContext(targets, context);
  text += ",\n  \"benchmarks\": [";
  int index = 0;
  for (const Target& target : kTargets) {
    for (const std::string& name : Names(targets, selected)) {
      const Result* const result = Find(targets.*target.output, name);
      if (result == nullptr) continue;
      text += index == 0 ? "\n    " : ",\n    ";
      text += RenderResult(target, targets, *result, index++);
    }
  }
  return text + "\n  ]\n}\n";
}

}  // namespace trivet::bench
