#include "bias/json_edit.hpp"

#include "bias/json_source.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <charconv>

namespace insightflow::bias {

namespace {

/// A pointer as its parent and the last token, unescaped.
struct Target {
  std::string parent, key;
};
Target target_of(const std::string& path) {
  const std::size_t cut = std::min(path.rfind('/'), path.size());
  Target out{path.substr(0, cut), {}};
  for (std::size_t i = cut + 1; i < path.size(); ++i) {
    const bool escape = path[i] == '~' && i + 1 < path.size();
    out.key += escape ? (path[i + 1] == '1' ? '/' : '~') : path[i];
    i += escape;
  }
  return out;
}

/// Where in a list of `size` a token points; `size` itself for "-".
std::optional<std::size_t> index_of(const std::string& key, std::size_t size) {
  if (key == "-") return size;
  std::size_t index = 0;
  const auto end = std::from_chars(key.data(), key.data() + key.size(), index);
  if (end.ec != std::errc() || end.ptr != key.data() + key.size() || index > size)
    return std::nullopt;
  return index;
}

Error nothing_there(const Edit& edit) {
  return fail(Code::invalid, "pointer_unknown", "There is nothing at '" + edit.path + "'.",
              edit.path);
}

/// What tells an option from its neighbours.
std::string identity_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  if (const json::object* object = value.if_object())
    if (const auto* id = object->if_contains("id"); id && id->is_string())
      return std::string(id->get_string());
  return {};
}

/// On one line, with or without blanks behind colons and commas.
void append_styled(std::string& out, const json::value& value, bool blanks) {
  const std::string_view comma = blanks ? ", " : ",", colon = blanks ? ": " : ":";
  if (const json::array* array = value.if_array()) {
    out += '[';
    for (std::size_t i = 0; i < array->size(); ++i) {
      if (i > 0) out += comma;
      append_styled(out, (*array)[i], blanks);
    }
    out += ']';
  } else if (const json::object* object = value.if_object()) {
    out += '{';
    for (const auto& [key, item] : *object) {
      if (out.back() != '{') out += comma;
      (out += serialize(json::value(key))) += colon;
      append_styled(out, item, blanks);
    }
    out += '}';
  } else {
    out += serialize(value);
  }
}

/// Changes one place of a text and leaves the layout around it as it is.
class TextEditor {
 public:
  TextEditor(std::string_view text, const JsonSource& source) : text_(text), source_(source) {
    // The file's own habit, read from its first member.
    const JsonNode& root = source.root();
    if (root.kind == '{' && !root.children.empty()) {
      const JsonNode& first = source.node(root.children[0]);
      blanks_ = first.start > first.key_end + 1;
    }
  }

  std::string add(const JsonNode& parent, const std::string& key, std::size_t index,
                  const json::value& value) const {
    const std::string added = (parent.kind == '{' ? quoted(key) : "") + styled(value);
    const auto& children = parent.children;
    if (children.empty()) return spliced(parent.start + 1, parent.end - 1, added);
    if (index < children.size())
      return spliced(front(children[index]), front(children[index]), added + separator(parent));
    const std::size_t end = source_.node(children.back()).end;
    return spliced(end, end, separator(parent) + added);
  }

  std::string replace(const JsonNode& node, const json::value& value) const {
    if (node.kind == '[' && value.is_array() && value.get_array().size() == node.children.size())
      return rearrange(node, value.get_array());
    return spliced(node.start, node.end, styled(value));
  }

  std::string remove(const JsonNode& parent, std::size_t position) const {
    const auto& children = parent.children;
    if (children.size() == 1) return spliced(parent.start + 1, parent.end - 1, "");
    if (position + 1 < children.size())
      return spliced(front(children[position]), front(children[position + 1]), "");
    return spliced(source_.node(children[position - 1]).end, source_.node(children[position]).end,
                   "");
  }

 private:
  std::size_t front(std::size_t child) const {
    const JsonNode& node = source_.node(child);
    return node.key_end > 0 ? node.key_start : node.start;
  }
  std::string quoted(const std::string& key) const {
    return serialize(json::value(key)) + (blanks_ ? ": " : ":");
  }
  std::string styled(const json::value& value) const {
    std::string out;
    append_styled(out, value, blanks_);
    return out;
  }
  /// What stands between two neighbours: as it is done already.
  std::string separator(const JsonNode& parent) const {
    const auto& children = parent.children;
    const std::size_t first = front(children[0]);
    if (children.size() > 1)
      return std::string(text_.substr(source_.node(children[0]).end,
                                      front(children[1]) - source_.node(children[0]).end));
    const std::string_view lead = text_.substr(parent.start + 1, first - parent.start - 1);
    return "," + (lead.empty() && blanks_ ? std::string(" ") : std::string(lead));
  }
  std::string spliced(std::size_t start, std::size_t end, std::string_view by) const {
    return std::string(text_.substr(0, start)) + std::string(by) + std::string(text_.substr(end));
  }
  /// A list in another order: elements that are still there keep their own text.
  std::string rearrange(const JsonNode& node, const json::array& wanted) const {
    std::map<std::string, std::string_view> known;
    for (const std::size_t child : node.children) {
      const std::string_view raw = source_.text(source_.node(child));
      if (const auto value = parse_json(raw)) known.emplace(identity_of(value.value()), raw);
    }
    std::string out(text_.substr(0, node.start));
    std::size_t at = node.start;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const JsonNode& child = source_.node(node.children[i]);
      out += text_.substr(at, child.start - at);
      const std::string id = identity_of(wanted[i]);
      const auto raw = known.find(id);
      out += id.empty() || raw == known.end() ? styled(wanted[i]) : std::string(raw->second);
      at = child.end;
    }
    return out + std::string(text_.substr(at));
  }

  std::string_view text_;
  const JsonSource& source_;
  bool blanks_ = true;
};

}  // namespace

Result<void> apply_to_value(json::value& document, const Edit& edit) {
  const Target target = target_of(edit.path);
  boost::system::error_code ec;
  json::value* parent = document.find_pointer(target.parent, ec);
  if (ec || !parent) return nothing_there(edit);
  json::value value;
  if (edit.value) {
    BOOST_OUTCOME_TRY(value, parse_json(edit.value->text));
  }
  if (json::object* object = parent->if_object()) {
    if (edit.op != EditOp::add && !object->contains(target.key)) return nothing_there(edit);
    if (edit.op == EditOp::remove)
      object->erase(target.key);
    else
      (*object)[target.key] = std::move(value);
    return success();
  }
  json::array* array = parent->if_array();
  if (!array) return nothing_there(edit);
  const auto index = index_of(target.key, array->size());
  if (!index || (edit.op != EditOp::add && *index >= array->size())) return nothing_there(edit);
  if (edit.op == EditOp::remove)
    array->erase(array->begin() + static_cast<std::ptrdiff_t>(*index));
  else if (edit.op == EditOp::add)
    array->insert(array->begin() + static_cast<std::ptrdiff_t>(*index), std::move(value));
  else
    (*array)[*index] = std::move(value);
  return success();
}

Result<std::string> apply_to_text(std::string_view text, const Edit& edit) {
  BOOST_OUTCOME_TRY(const auto source, JsonSource::read(text));
  const Target target = target_of(edit.path);
  const JsonNode* parent = source.at(target.parent);
  if (!parent || (parent->kind != '{' && parent->kind != '[')) return nothing_there(edit);
  const TextEditor editor(text, source);
  json::value value;
  if (edit.value) {
    BOOST_OUTCOME_TRY(value, parse_json(edit.value->text));
  }
  std::size_t position = parent->children.size();
  if (parent->kind == '{') {
    for (std::size_t i = 0; i < parent->children.size(); ++i)
      if (source.node(parent->children[i]).key == target.key) position = i;
  } else if (const auto index = index_of(target.key, position)) {
    position = *index;
  } else {
    return nothing_there(edit);
  }
  const bool there = position < parent->children.size();
  if (edit.op != EditOp::add && !there) return nothing_there(edit);
  if (edit.op == EditOp::remove) return editor.remove(*parent, position);
  if (edit.op == EditOp::replace || (there && parent->kind == '{'))
    return editor.replace(source.node(parent->children[position]), value);
  return editor.add(*parent, target.key, position, value);
}

}  // namespace insightflow::bias
