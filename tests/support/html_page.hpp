#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::test {

/// A page as a strict reader sees it: the elements in order, and what is wrong with the markup.
class HtmlPage {
 public:
  struct Element {
    std::string name;
    std::map<std::string, std::string> attributes;
    std::string text;        ///< Of the element and all it holds, decoded.
    std::size_t parent = 0;  ///< Index; its own for the root.
    std::size_t depth = 0;

    std::string attribute(const std::string& key) const {
      const auto found = attributes.find(key);
      return found == attributes.end() ? std::string() : found->second;
    }
    bool has(const std::string& key) const { return attributes.count(key) > 0; }
  };

  explicit HtmlPage(std::string_view text) : text_(text) { read(); }

  /// Empty when every tag is closed, every attribute is quoted and told once, no & or < stands for
  /// itself, and ids are unique.
  const std::string& problem() const { return problem_; }
  const std::vector<Element>& elements() const { return elements_; }

  const Element* by_id(std::string_view id) const {
    for (const Element& element : elements_)
      if (element.attribute("id") == id) return &element;
    return nullptr;
  }
  const Element* first(std::string_view name) const {
    for (const Element& element : elements_)
      if (element.name == name) return &element;
    return nullptr;
  }
  bool is_inside(const Element& element, const Element& outer) const {
    for (const Element* at = &element;; at = &elements_[at->parent]) {
      if (at == &outer) return true;
      if (at == &elements_[at->parent]) return false;
    }
  }

 private:
  void fail(std::string what) {
    if (problem_.empty())
      problem_ = what + " near: " + std::string(text_.substr(std::min(at_, text_.size()), 60));
  }

  std::string decoded(std::string_view raw) {
    static constexpr std::pair<std::string_view, char> known[] = {
        {"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&#39;", '\''}};
    std::string out;
    while (!raw.empty()) {
      // As the HTML standard has it, line ends are LF before anything else is read.
      if (raw.starts_with("\r\n")) raw.remove_prefix(1);
      const auto* entity = std::find_if(std::begin(known), std::end(known),
                                        [&](const auto& e) { return raw.starts_with(e.first); });
      if (entity != std::end(known)) {
        out += entity->second;
        raw.remove_prefix(entity->first.size());
        continue;
      }
      if (raw.front() == '&' || raw.front() == '<') fail("stray & or <");
      out += raw.front();
      raw.remove_prefix(1);
    }
    return out;
  }

  void read() {
    const std::string_view doctype = "<!doctype html>";
    if (!text_.starts_with(doctype)) return fail("no doctype");
    std::vector<std::size_t> open;
    for (at_ = doctype.size(); at_ < text_.size() && problem_.empty();) {
      if (text_[at_] != '<') {
        const std::size_t end = std::min(text_.find('<', at_), text_.size());
        std::string_view raw = text_.substr(at_, end - at_);
        const bool style = !open.empty() && elements_[open.back()].name == "style";
        const std::string said = style ? std::string(raw) : decoded(raw);
        for (const std::size_t index : open) elements_[index].text += said;
        at_ = end;
      } else if (text_.substr(at_, 2) == "</") {
        const std::size_t end = std::min(text_.find('>', at_), text_.size());
        const std::string_view name = text_.substr(at_ + 2, end - at_ - 2);
        if (open.empty() || elements_[open.back()].name != name) return fail("unbalanced end tag");
        open.pop_back();
        at_ = end + 1;
      } else {
        read_tag(open);
      }
    }
    if (!open.empty()) fail("never closed: " + elements_[open.back()].name);
  }

  void read_tag(std::vector<std::size_t>& open) {
    static constexpr std::array<std::string_view, 5> empty{"input", "meta", "br", "hr", "link"};
    const auto is_name = [](char c) {
      return std::isalnum(static_cast<unsigned char>(c)) || c == '-';
    };
    ++at_;
    Element element;
    while (at_ < text_.size() && is_name(text_[at_])) element.name += text_[at_++];
    if (element.name.empty()) return fail("stray <");
    while (at_ < text_.size() && text_[at_] != '>') {
      if (text_[at_] != ' ') return fail("no space before an attribute");
      ++at_;
      std::string key, value;
      while (at_ < text_.size() && is_name(text_[at_])) key += text_[at_++];
      if (key.empty()) return fail("no name of an attribute");
      if (text_.substr(at_, 2) == "=\"") {
        const std::size_t end = text_.find('"', at_ + 2);
        if (end == text_.npos) return fail("unfinished attribute");
        value = decoded(text_.substr(at_ + 2, end - at_ - 2));
        at_ = end + 1;
      }
      if (key == "id" && by_id(value)) return fail("repeated id");
      if (!element.attributes.emplace(key, value).second) return fail("repeated attribute");
    }
    ++at_;
    element.parent = open.empty() ? elements_.size() : open.back();
    element.depth = open.size();
    const bool stays_open = std::find(empty.begin(), empty.end(), element.name) == empty.end();
    elements_.push_back(std::move(element));
    if (stays_open) open.push_back(elements_.size() - 1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string problem_;
  std::vector<Element> elements_;
};

/// The form of a page, filled in and sent as a browser without JavaScript does.
class HtmlForm {
 public:
  struct Field {
    std::string name, value;
    bool sent = true;
    std::string type;
  };

  explicit HtmlForm(const HtmlPage& page) {
    const auto& elements = page.elements();
    const HtmlPage::Element* form = page.first("form");
    if (form == nullptr) return;
    action_ = form->attribute("action");
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto& element = elements[i];
      if (!page.is_inside(element, *form)) continue;
      const std::string name = element.attribute("name"), value = element.attribute("value");
      const std::string type = element.attribute("type");
      if (element.name == "input") {
        const bool ticked = type == "radio" || type == "checkbox";
        fields_.push_back({name, value, !ticked || element.has("checked"), type});
      } else if (element.name == "textarea") {
        // The first line end behind the tag belongs to the markup.
        const bool skip = element.text.starts_with("\n");
        fields_.push_back({name, element.text.substr(skip ? 1 : 0), true, "textarea"});
      } else if (element.name == "select") {
        fields_.push_back({name, "", true, "select"});
      } else if (element.name == "option") {
        const std::string said = element.has("value") ? value : element.text;
        options_[fields_.back().name].push_back(said);
        if (element.has("selected")) fields_.back().value = said;
      } else if (element.name == "button") {
        buttons_.push_back({name, value, false, "button"});
      }
    }
  }

  const std::string& action() const { return action_; }
  const std::vector<Field>& fields() const { return fields_; }

  /// Types a text, chooses a radio button or ticks a box; false when the page has no such control.
  bool fill(const std::string& name, const std::string& value) {
    bool found = false;
    for (Field& field : fields_) {
      if (field.name != name || field.type == "hidden") continue;
      if (field.type == "radio") {
        field.sent = field.value == value;
        found = found || field.sent;
      } else if (field.type == "checkbox") {
        if (field.value != value) continue;
        field.sent = found = true;
      } else {
        const auto& known = options_[name];
        if (field.type == "select" && std::find(known.begin(), known.end(), value) == known.end())
          continue;
        field.value = value;
        found = true;
      }
    }
    return found;
  }
  /// Writes into any field, hidden ones too, as a program does.
  void put(const std::string& name, const std::string& value) {
    for (Field& field : fields_)
      if (field.name == name) field.value = value;
  }
  /// What a control would send now; "" where it would send nothing.
  std::string value(const std::string& name) const {
    for (const Field& field : fields_)
      if (field.name == name && field.sent) return field.value;
    return {};
  }
  bool has_button(const std::string& name, const std::string& value) const {
    return std::any_of(buttons_.begin(), buttons_.end(), [&](const Field& button) {
      return button.name == name && button.value == value;
    });
  }
  /// The body of the request that pressing this button makes.
  std::string body(const std::string& button, const std::string& value) const {
    std::string out;
    const auto add = [&](const std::string& name, const std::string& text) {
      out += (out.empty() ? "" : "&") + encoded(name) + "=" + encoded(text);
    };
    for (const Field& field : fields_)
      if (field.sent && !field.name.empty()) add(field.name, field.value);
    add(button, value);
    return out;
  }

  /// As browsers do it: UTF-8, spaces as +, line ends as CRLF.
  static std::string encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
      const auto byte = static_cast<unsigned char>(text[i]);
      if (byte == '\n' && (i == 0 || text[i - 1] != '\r')) out += "%0D";
      if (byte < 0x80 && std::isalnum(byte)) {
        out += text[i];
      } else if (byte == ' ') {
        out += '+';
      } else {
        out += {'%', digits[byte >> 4], digits[byte & 15]};
      }
    }
    return out;
  }

 private:
  std::string action_;
  std::vector<Field> fields_, buttons_;
  std::map<std::string, std::vector<std::string>> options_;
};

}  // namespace insightflow::test
