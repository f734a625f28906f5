// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/mutants/image.h"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <format>
#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

namespace trivet::mutants {
namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string bytes(std::istreambuf_iterator<char>(file), {});
  if (bytes.empty()) throw std::runtime_error(path + ": cannot be read");
  return bytes;
}

/// A structure at `offset` of the file.
template <class T>
T At(const std::string& bytes, std::uint64_t offset) {
  if (bytes.size() < sizeof(T) || offset > bytes.size() - sizeof(T))
    throw std::runtime_error("the ELF is truncated");
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

template <class T>
std::vector<T> Table(const std::string& bytes, std::uint64_t offset, std::uint64_t count) {
  std::vector<T> table;
  for (std::uint64_t i = 0; i < count; ++i) table.push_back(At<T>(bytes, offset + i * sizeof(T)));
  return table;
}

bool IsLoaded(const Elf64_Phdr& part) { return part.p_type == PT_LOAD && part.p_filesz != 0; }

/// The symbols of code that `sections` have.
std::vector<Elf64_Sym> CodeSymbols(const std::string& elf, const std::vector<Elf64_Shdr>& sections,
                                   std::uint64_t& names) {
  for (const Elf64_Shdr& section : sections) {
    if (section.sh_type != SHT_SYMTAB) continue;
    names = sections.at(section.sh_link).sh_offset;
    auto symbols = Table<Elf64_Sym>(elf, section.sh_offset, section.sh_size / sizeof(Elf64_Sym));
    std::erase_if(symbols, [&](const Elf64_Sym& symbol) {
      return symbol.st_size < 4 || symbol.st_shndx >= sections.size() ||
             (sections[symbol.st_shndx].sh_flags & SHF_EXECINSTR) == 0;
    });
    std::ranges::sort(symbols, {}, &Elf64_Sym::st_value);
    return symbols;
  }
  throw std::runtime_error("the ELF has no symbols");
}

}  // namespace

Image::Image(const std::string& elf_path, const std::string& flat) : flat_(ReadFile(flat)) {
  const std::string elf = ReadFile(elf_path);
  const auto header = At<Elf64_Ehdr>(elf, 0);
  if (header.e_machine != EM_AARCH64) throw std::runtime_error(elf_path + ": not for AArch64");
  auto parts = Table<Elf64_Phdr>(elf, header.e_phoff, header.e_phnum);
  std::erase_if(parts, [](const Elf64_Phdr& part) { return !IsLoaded(part); });
  base_ = std::ranges::min(parts, {}, &Elf64_Phdr::p_vaddr).p_vaddr;
  const auto sections = Table<Elf64_Shdr>(elf, header.e_shoff, header.e_shnum);
  std::uint64_t names = 0;
  std::set<std::uint64_t> known;
  for (const Elf64_Sym& symbol : CodeSymbols(elf, sections, names)) {
    if (!known.insert(symbol.st_value).second) continue;  // A constructor has two names.
    const Elf64_Shdr& section = sections[symbol.st_shndx];
    const std::uint64_t offset = section.sh_offset + symbol.st_value - section.sh_addr;
    functions_.push_back({elf.c_str() + names + symbol.st_name, symbol.st_value,
                          Table<std::uint32_t>(elf, offset, symbol.st_size / 4)});
    if (At<std::uint32_t>(flat_, FlatOffset(symbol.st_value)) != functions_.back().code[0])
      throw std::runtime_error(std::format("{}: not of {}", flat, elf_path));
  }
}

const Function* Image::Find(const std::string& name) const {
  const auto found = std::ranges::find(functions_, name, &Function::name);
  return found == functions_.end() ? nullptr : &*found;
}

std::uint32_t Image::first_word() const { return At<std::uint32_t>(flat_, 0); }

std::size_t Image::FlatOffset(std::uint64_t address) const { return address - base_; }

void Image::WritePatched(const std::string& path, std::uint64_t address, std::uint32_t word) const {
  std::string bytes = flat_;
  std::memcpy(bytes.data() + FlatOffset(address), &word, sizeof(word));
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) throw std::runtime_error(path + ": cannot be written");
}

}  // namespace trivet::mutants
