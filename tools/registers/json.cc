#include "tools/registers/json.h"

#include <format>
#include <ostream>
#include <string>
#include <string_view>

#include "hal/register_info.h"
#include "tools/json/json_value.h"
#include "tools/registers/words.h"

namespace trivet::registers {
namespace {

using hal::BitKind;
using hal::Feature;
using hal::FieldInfo;
using hal::FieldTraits;
using hal::RegisterInfo;

std::string Member(std::string_view name, std::string_view text) {
  return std::format(", {}: {}", json::Quoted(name), json::Quoted(text));
}

const char* KindOf(const FieldInfo& field) {
  if (field.kind == BitKind::kRes0) return "RES0";
  if (field.kind == BitKind::kRes1) return "RES1";
  return "field";
}

std::string FeatureMember(std::string_view name, Feature feature) {
  return feature == Feature::kBase ? "" : Member(name, ToString(feature));
}

std::string FieldJson(const FieldInfo& field) {
  std::string json = std::format("{{\"hi\": {}, \"lo\": {}", field.hi, field.lo);
  json += Member("kind", KindOf(field));
  if (field.kind == BitKind::kField) {
    const FieldTraits& traits = field.traits;
    json += Member("name", field.name);
    json += FeatureMember("needs", traits.needs);
    json += FeatureMember("res1_without", traits.res1_without);
    json += FeatureMember("rao_without", traits.rao_without);
    json += Member("reset", ResetOf(field));
    json += Member("on_write", ToString(traits.on_write));
    json += std::format(", \"tlb_cached\": {}", traits.tlb_cached);
  }
  return json + "}";
}

std::string LayoutJson(const RegisterInfo& info) {
  std::string json = "    {\"when\": " + json::Quoted(WhenOf(info)) + ", \"bits\": [";
  const char* separator = "\n      ";
  for (const FieldInfo& field : info.fields) {
    json += separator + FieldJson(field);
    separator = ",\n      ";
  }
  return json + "]}";
}

std::string RegisterJson(const Register& layouts) {
  const RegisterInfo& info = *layouts.front();
  std::string json = "  {\"name\": " + json::Quoted(info.name);
  json += Member("encoding", NumericName(info.encoding));
  json += Member("access", ToString(info.access));
  json += Member("needs", ToString(info.needs));
  json += Member("condition", ConditionOf(info.needs));
  json += Member("synchronized_by", ToString(info.sync));
  json += Member("storage", hal::InfoOf(info.storage).name);
  json += Member("with_e2h_reaches", hal::InfoOf(hal::RedirectedByE2h(info.id)).name);
  json += ", \"layouts\": [";
  const char* separator = "\n";
  for (const RegisterInfo* layout : layouts) {
    json += separator + LayoutJson(*layout);
    separator = ",\n";
  }
  return json + "]}";
}

}  // namespace

void WriteJson(std::ostream& out) {
  out << "{\"registers\": [";
  const char* separator = "\n";
  for (const Register& layouts : GroupByName()) {
    out << separator << RegisterJson(layouts);
    separator = ",\n";
  }
  out << "\n]}\n";
}

}  // namespace trivet::registers
