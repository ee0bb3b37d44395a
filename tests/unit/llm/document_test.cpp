// docs/llm.md says what the tables say. INSIGHTFLOW_UPDATE_GOLDEN=1 writes it anew.
#include "llm_world.hpp"
#include "support/child.hpp"

#include <cmath>
#include <cstdlib>

using namespace insightflow;
using namespace insightflow::llm;

namespace {

const std::string document = INSIGHTFLOW_SOURCE_DIR "/docs/llm.md";

std::string order_table() {
  std::string out = "| | policy | what it does |\n|---:|---|---|\n";
  int number = 0;
  for (const PolicyRow& row : policy_order)
    out += "| " + std::to_string(++number) + " | `" + std::string(slug(row.policy)) + "` | " +
           std::string(row.effect) + " |\n";
  return out;
}

std::string bound(double value) {
  if (value == std::floor(value)) return std::to_string(static_cast<std::int64_t>(value));
  std::string out = std::to_string(value);
  return out.substr(0, out.find_last_not_of('0') + 1);
}

/// "required; 1 to 64" and the like.
std::string range_of(const Field& field) {
  const Note& note = field.note;
  std::string out = note.required ? "required" : "";
  const auto add = [&](const std::string& text) { (out += out.empty() ? "" : "; ") += text; };
  const Type* type = &field.type();
  if (type->shape == Shape::optional) type = &type->item();
  if (type->shape == Shape::enumeration) {
    std::string slugs;
    for (const std::string_view one : type->slugs) (slugs += slugs.empty() ? "" : ", ") += one;
    add(slugs);
  }
  const bool counted = type->shape == Shape::integer || type->shape == Shape::number;
  if (counted && std::isfinite(note.min)) add(bound(note.min) + " to " + bound(note.max));
  return out;
}

void add_rows(std::string& out, const Type& type, const std::string& path) {
  for (const Field& field : type.fields) {
    const std::string here = path + std::string(field.name);
    const Type* inner = &field.type();
    std::string below = here;
    if (inner->shape == Shape::optional) inner = &inner->item();
    if (inner->shape == Shape::list) {
      inner = &inner->item();
      below += "[]";
    }
    out += "| `" + below + "` | " + range_of(field) + " | " + std::string(field.note.doc) + " |\n";
    if (inner->shape == Shape::object) add_rows(out, *inner, below + ".");
  }
}

std::string settings_table() {
  std::string out = "| field | values | meaning |\n|---|---|---|\n";
  add_rows(out, type_of<Settings>(), "");
  return out;
}

void check_block(const std::string& name, const std::string& content) {
  CAPTURE(name);
  const std::string head = "<!-- " + name + " -->\n", tail = "<!-- /" + name + " -->";
  std::string text = test::file_text(document);
  const std::size_t from = text.find(head), to = text.find(tail);
  REQUIRE(from != text.npos);
  REQUIRE(to != text.npos);
  const std::size_t begin = from + head.size();
  if (std::getenv("INSIGHTFLOW_UPDATE_GOLDEN") != nullptr) {
    text.replace(begin, to - begin, content);
    test::put_file(document, text);
    return;
  }
  CHECK(text.substr(begin, to - begin) == content);
}

}  // namespace

TEST_CASE("the document tells the order of the policies") {
  check_block("order", order_table());
}

TEST_CASE("the document tells every setting") {
  check_block("settings", settings_table());
}
