// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/registers/json.h"

#include <ostream>
#include <string_view>

#include "freestanding/text/json.h"
#include "freestanding/text/string_sink.h"
#include "hal/register_info.h"
#include "tools/registers/words.h"

namespace trivet::registers {
namespace {

using hal::BitKind;
using hal::Feature;
using hal::FieldInfo;
using hal::FieldTraits;
using hal::RegisterInfo;
using text::JsonObject;
using text::Sink;

/// An array with an element a line.
void PutList(const auto& list, Sink& out, const auto& put) {
  const char* separator = "[\n";
  for (const auto& element : list) {
    out << separator;
    put(element, out);
    separator = ",\n";
  }
  out << ']';
}

const char* KindOf(const FieldInfo& field) {
  if (field.kind == BitKind::kRes0) return "RES0";
  if (field.kind == BitKind::kRes1) return "RES1";
  return "field";
}

void AddFeature(std::string_view name, Feature feature, JsonObject& object) {
  if (feature != Feature::kBase) object.Add(name, ToString(feature));
}

void PutField(const FieldInfo& field, Sink& out) {
  JsonObject object(out);
  object.Add("hi", unsigned{field.hi}).Add("lo", unsigned{field.lo}).Add("kind", KindOf(field));
  if (field.kind == BitKind::kField) {
    const FieldTraits& traits = field.traits;
    object.Add("name", field.name);
    AddFeature("needs", traits.needs, object);
    AddFeature("res1_without", traits.res1_without, object);
    AddFeature("rao_without", traits.rao_without, object);
    object.Add("reset", ResetOf(field)).Add("on_write", ToString(traits.on_write));
    object.Add("tlb_cached", traits.tlb_cached);
  }
  object.End();
}

void PutLayout(const RegisterInfo& info, Sink& out) {
  JsonObject object(out);
  object.Add("when", WhenOf(info)).Member("bits");
  PutList(info.fields, out, PutField);
  object.End();
}

void PutRegister(const Register& layouts, Sink& out) {
  const RegisterInfo& info = *layouts.front();
  JsonObject object(out);
  object.Add("name", info.name)
      .Add("encoding", NumericName(info.encoding))
      .Add("access", ToString(info.access))
      .Add("needs", ToString(info.needs))
      .Add("condition", ConditionOf(info.needs))
      .Add("synchronized_by", ToString(info.sync))
      .Add("storage", hal::InfoOf(info.storage).name)
      .Add("with_e2h_reaches", hal::InfoOf(hal::RedirectedByE2h(info.id)).name)
      .Member("layouts");
  PutList(layouts, out, [](const RegisterInfo* layout, Sink& sink) { PutLayout(*layout, sink); });
  object.End();
}

}  // namespace

void WriteJson(std::ostream& out) {
  text::StringSink text;
  JsonObject object(text);
  object.Member("registers");
  PutList(GroupByName(), text, PutRegister);
  object.End();
  out << text.string() << '\n';
}

}  // namespace trivet::registers
