#include "formats/xml.hpp"

#include <insightflow/core/utf8.hpp>

#include <algorithm>

namespace insightflow::formats {

namespace {

constexpr int max_xml_depth = 64;

std::string position(std::string_view bytes, std::size_t at) {
  at = std::min(at, bytes.size());
  return "line " +
         std::to_string(
             1 + std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
         " (byte " + std::to_string(at) + ")";
}

}  // namespace

Result<Xml> Xml::parse(std::string_view bytes, std::string_view name) {
  const std::string in = "In " + std::string(name) + ", ";
  // A document type stands before the root; what looks like one inside a text is none.
  if (const std::size_t type = bytes.find("<!DOCTYPE"); type != bytes.npos) {
    const std::size_t end = bytes.find('>', type), subset = bytes.find('[', type);
    if (subset < end || bytes.find("<!ENTITY") != bytes.npos)
      return fail(Code::invalid, "xml_doctype",
                  in + position(bytes, type) +
                      ": the document declares entities of its own. Remove the document type.");
  }
  const bool wide = bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF") ||
                    (bytes.size() > 1 && (bytes[0] == '\0' || bytes[1] == '\0'));
  const std::string_view head = bytes.substr(0, bytes.find('>'));
  const bool latin = head.find("8859-1") != head.npos || head.find("1252") != head.npos;
  if (!wide && !latin)
    if (const auto bad = utf8::first_invalid(bytes))
      return fail(Code::invalid, "utf8_invalid",
                  in + position(bytes, *bad) + ": this is not UTF-8.");
  Xml out;
  out.document_ = std::make_unique<pugi::xml_document>();
  for (std::size_t at = 0; (at = bytes.find('\n', at)) != bytes.npos; ++at)
    out.line_ends_.push_back(at);
  const auto parsed =
      out.document_->load_buffer(bytes.data(), bytes.size(), pugi::parse_default | pugi::parse_pi,
                                 latin ? pugi::encoding_latin1 : pugi::encoding_auto);
  if (!parsed || !out.root())
    return fail(
        Code::invalid, "xml_malformed",
        in + position(bytes, static_cast<std::size_t>(std::max<std::ptrdiff_t>(parsed.offset, 0))) +
            ": " + (parsed ? "there is no element" : parsed.description()) + ".");
  struct Depth : pugi::xml_tree_walker {
    std::ptrdiff_t offset = -1;
    bool for_each(pugi::xml_node& node) override {
      if (depth() < max_xml_depth) return true;
      offset = node.offset_debug();
      return false;
    }
  } walker;
  if (!out.document_->traverse(walker))
    return fail(
        Code::invalid, "xml_too_deep",
        in + position(bytes, static_cast<std::size_t>(std::max<std::ptrdiff_t>(walker.offset, 0))) +
            ": elements are nested more than " + std::to_string(max_xml_depth) + " deep.");
  return out;
}

std::string Xml::place(pugi::xml_node node) const {
  const auto at = static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0));
  return "line " + std::to_string(1 + (std::lower_bound(line_ends_.begin(), line_ends_.end(), at) -
                                       line_ends_.begin()));
}

std::string xml_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '&')
      out += "&amp;";
    else if (c == '<')
      out += "&lt;";
    else if (c == '>')
      out += "&gt;";
    else if (c == '"')
      out += "&quot;";
    else if (byte >= 0x20 || c == '\n' || c == '\t')
      out += c;
  }
  return out;
}

}  // namespace insightflow::formats
