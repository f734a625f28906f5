// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/decode.h"

#include "hal/text_writer.h"

namespace trivet::hal {
namespace {

constexpr unsigned kBitsColumn = 7;
constexpr unsigned kNameColumn = 16;

/// What a reserved field should read as, under this description alone.
std::uint64_t Expected(const FieldInfo& field) {
  return field.kind == BitKind::kRes1 ? field.mask() >> field.lo : 0;
}

void DecodeField(const FieldInfo& field, std::uint64_t value, TextWriter& out) {
  out.Text("  ");
  const std::size_t bits_start = out.column();
  out.Decimal(field.hi);
  if (field.hi != field.lo) out.Text(":").Decimal(field.lo);
  out.PadFrom(bits_start, kBitsColumn);
  const std::size_t name_start = out.column();
  out.Name(field.name).PadFrom(name_start, kNameColumn);
  if (value < 10) {
    out.Decimal(static_cast<unsigned>(value));
  } else {
    out.Hex(value);
  }
  if (field.value_name != nullptr) out.Text("  ").Name(field.value_name(value));
  if (field.kind != BitKind::kField && value != Expected(field)) {
    out.Text("  should be ").Hex(Expected(field));
  }
  out.EndLine();
}

bool IsShown(const FieldInfo& field, std::uint64_t value, DecodeStyle style) {
  if (field.kind != BitKind::kField) return value != Expected(field);
  return style == DecodeStyle::kAll || value != 0;
}

struct Buffer {
  char* data;
  std::size_t size;
  std::size_t used = 0;

  static void Write(void* context, const char* text, std::size_t size) {
    auto* buffer = static_cast<Buffer*>(context);
    for (std::size_t i = 0; i < size; ++i, ++buffer->used) {
      if (buffer->used + 1 < buffer->size) buffer->data[buffer->used] = text[i];
    }
  }
};

}  // namespace

void Decode(const RegisterInfo& info, std::uint64_t value, TextSink sink, DecodeStyle style) {
  TextWriter out(sink);
  out.Name(info.name).Text(" = ").Hex(value);
  if (info.layout != Layout::kAny) {
    out.Name(info.layout == Layout::kE2hSet ? "  (E2H = 1)" : "  (E2H = 0)");
  }
  out.EndLine();
  for (const FieldInfo& field : info.fields) {
    const std::uint64_t bits = (value & field.mask()) >> field.lo;
    if (IsShown(field, bits, style)) DecodeField(field, bits, out);
  }
}

std::size_t Decode(const RegisterInfo& info, std::uint64_t value, char* buffer, std::size_t size,
                   DecodeStyle style) {
  Buffer target{buffer, size};
  Decode(info, value, TextSink{&Buffer::Write, &target}, style);
  if (size != 0) buffer[target.used < size ? target.used : size - 1] = '\0';
  return target.used;
}

}  // namespace trivet::hal
