#pragma once

#include <insightflow/core/result.hpp>

#include <pugixml.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::formats {

/// A parsed document and the means to say where a node stands.
class Xml {
 public:
  /// Parses without entities of the document's own: a document type with an internal subset is
  /// refused, an external one is passed over and never fetched. Errors: `xml_malformed`,
  /// `xml_doctype`, `xml_too_deep`, `utf8_invalid`, each with line and byte.
  static Result<Xml> parse(std::string_view bytes, std::string_view name = "the file");

  pugi::xml_node root() const { return document_->document_element(); }
  /// "line 12"
  std::string place(pugi::xml_node node) const;

 private:
  Xml() = default;
  std::unique_ptr<pugi::xml_document> document_;
  std::vector<std::size_t> line_ends_;
};

/// XML text escaped for content and attributes; characters XML cannot hold are left out.
std::string xml_text(std::string_view text);

}  // namespace insightflow::formats
