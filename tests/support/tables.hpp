#pragma once

#include <insightflow/response/transfer.hpp>

#include <memory>
#include <string>
#include <vector>

namespace insightflow::test {

/// A text as a file that arrives in pieces of `size` bytes.
inline response::ChunkSource in_pieces(std::string text, std::size_t size = 4096) {
  auto kept = std::make_shared<const std::string>(std::move(text));
  return [kept, size, at = std::size_t{0}]() mutable -> Result<std::string_view> {
    const auto piece = std::string_view(*kept).substr(at, size);
    at += piece.size();
    return piece;
  };
}

/// All that an export gives. An error is thrown.
inline std::string drain(response::ChunkProducer producer) {
  std::string out;
  for (;;) {
    std::string piece;
    const bool more = producer(piece).value();
    out += piece;
    if (!more) return out;
  }
}

/// A quarantine that keeps its text.
inline response::Quarantine into(std::string& text) {
  return [&text](std::string_view piece) -> Result<void> {
    text += piece;
    return success();
  };
}

/// The fields of a CSV text, row by row.
inline std::vector<std::vector<std::string>> fields_of(const std::string& text) {
  response::CsvReader reader(in_pieces(text));
  response::CsvRow row;
  std::vector<std::vector<std::string>> out;
  while (reader.next(row).value()) out.push_back(row.fields);
  return out;
}

}  // namespace insightflow::test
