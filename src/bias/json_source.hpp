#pragma once

#include <insightflow/core/result.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

/// Where things stand in a JSON text, so that findings can point into the file a person edits and
/// fixes can change it without touching the rest.
namespace insightflow::bias {

/// One value of the text, by bytes.
struct JsonNode {
  std::size_t start = 0, end = 0;          ///< The value itself.
  std::size_t key_start = 0, key_end = 0;  ///< Its key with the quotes, in an object.
  std::string key;                         ///< Decoded.
  std::vector<std::size_t> children;       ///< Indices of nodes, in order.
  char kind = 0;                           ///< '{', '[', '"', or 'v' for all others.
};

/// The text must outlive the object. Linear in time and space.
class JsonSource {
 public:
  /// Errors: those of `parse_json`.
  static Result<JsonSource> read(std::string_view text);

  const JsonNode& root() const { return nodes_[0]; }
  const JsonNode& node(std::size_t index) const { return nodes_[index]; }
  /// The value under a JSON pointer, or null.
  const JsonNode* at(std::string_view pointer) const;
  /// The member of an object, or null.
  const JsonNode* member(const JsonNode& object, std::string_view key) const;
  std::string_view text(const JsonNode& node) const {
    return text_.substr(node.start, node.end - node.start);
  }
  std::string_view text() const { return text_; }

  /// The byte of the text at which byte `decoded` of a string's value stands.
  std::size_t offset_in(const JsonNode& string, std::size_t decoded) const;

 private:
  explicit JsonSource(std::string_view text) : text_(text) {}
  std::size_t scan();
  void skip_blanks();
  std::string scan_string();

  std::string_view text_;
  std::size_t at_ = 0;
  std::vector<JsonNode> nodes_;
};

/// Line and column, from 1, in code points; `character` counts code points from the beginning.
struct Place {
  std::size_t line = 1, column = 1, character = 0;
};

/// Finds the place of a byte in logarithmic time plus the length of one line.
class LineTable {
 public:
  explicit LineTable(std::string_view text);
  Place place(std::size_t byte) const;

 private:
  struct Line {
    std::size_t byte = 0, character = 0;
  };
  std::string_view text_;
  std::vector<Line> lines_;
};

/// The bytes of the source a finding is about: the words meant where it is a text, else the field,
/// else the nearest value around it. Empty (start == end) only for an empty text.
struct ByteRange {
  std::size_t start = 0, end = 0;
};
ByteRange range_of(const JsonSource& source, std::string_view pointer, std::size_t span_start,
                   std::size_t span_end);

}  // namespace insightflow::bias
