#pragma once

#include <report/format.hpp>

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::report {

/// One attribute; the value is escaped when it is written.
struct Attribute {
  std::string_view name;
  std::string value;
};
using Attributes = std::initializer_list<Attribute>;

/// Writes HTML and SVG that is balanced by construction: an element is closed when its scope ends.
class Markup {
 public:
  class Scope {
   public:
    Scope(Markup& markup, std::string_view tag) : markup_(&markup), tag_(tag) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    ~Scope() { ((markup_->out_ += "</") += tag_) += ">"; }

   private:
    Markup* markup_;
    std::string_view tag_;
  };

  [[nodiscard]] Scope open(std::string_view tag, Attributes attributes = {}) {
    start(tag, attributes);
    out_ += ">";
    return {*this, tag};
  }

  /// An element that holds text of our own, or text in which direction marks are not wanted.
  Markup& element(std::string_view tag, Attributes attributes, std::string_view text) {
    const Scope scope = open(tag, attributes);
    return plain(text);
  }

  /// An element without content: void in HTML, or part of an SVG.
  Markup& leaf(std::string_view tag, Attributes attributes) {
    start(tag, attributes);
    out_ += "/>";
    return *this;
  }

  Markup& plain(std::string_view text) {
    out_ += escape_html_plain(text);
    return *this;
  }

  /// Words of others: isolated, so that their direction cannot reorder what stands around them.
  Markup& foreign(std::string_view text) {
    ((out_ += "<bdi>") += escape_html(text)) += "</bdi>";
    return *this;
  }

  Markup& raw(std::string_view markup) {
    out_ += markup;
    return *this;
  }

  std::string take() { return std::move(out_); }

 private:
  void start(std::string_view tag, Attributes attributes) {
    (out_ += "<") += tag;
    for (const auto& [name, value] : attributes)
      ((((out_ += " ") += name) += "=\"") += escape_html_plain(value)) += "\"";
  }

  std::string out_;
};

}  // namespace insightflow::report
