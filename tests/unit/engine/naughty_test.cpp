// Awkward texts through every text field of every operation's body and back.
#include "operations_world.hpp"
#include "support/shared_data.hpp"
#include "support/watched_database.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>

using namespace insightflow;
using namespace insightflow::test;

namespace {

/// A text field of a body, and whether it is one of a list or map of its own.
struct TextField {
  std::string pointer;
  const Type* holder;
  std::string_view name;
};

/// All text fields below a described type, with the pointers at which they stand.
void collect(const Type& type, const std::string& at, std::set<const Type*> above,
             std::vector<TextField>& out) {
  if (!above.insert(&type).second) return;
  for (const Field& field : type.fields) {
    if (field.note.internal || field.note.read_only) continue;
    std::string pointer = at + "/" + std::string(field.name);
    const Type* inner = &field.type();
    while (inner->shape == Shape::optional || inner->shape == Shape::list ||
           inner->shape == Shape::map) {
      if (inner->shape == Shape::list) pointer += "/0";
      if (inner->shape == Shape::map) pointer += "/k";
      inner = &inner->item();
    }
    if (inner->shape == Shape::text && inner->format.empty())
      out.push_back({pointer, &type, field.name});
    if (inner->shape == Shape::object) collect(*inner, pointer, above, out);
  }
}

/// The least that a type takes.
json::value least(const Type& type, const Note& note = {}) {
  switch (type.shape) {
    case Shape::boolean: return false;
    case Shape::integer:
    case Shape::number: return std::isfinite(note.min) ? std::int64_t(note.min) : 0;
    case Shape::text: return "a";
    case Shape::enumeration: return json::value(type.slugs.front());
    case Shape::optional: return least(type.item(), note);
    case Shape::list: return json::array();
    case Shape::map: return json::object();
    case Shape::custom: return "a";
    case Shape::object: break;
  }
  json::object out;
  for (const Field& field : type.fields)
    if (field.note.required) out[field.name] = least(field.type(), field.note);
  return out;
}

/// Puts a text at a pointer into a value of a type; makes what is missing on the way, with all that
/// it must have.
void put(json::value& value, const Type& type, std::string_view pointer, const std::string& text) {
  if (type.shape == Shape::optional) return put(value, type.item(), pointer, text);
  if (pointer.empty()) {
    value = text;
    return;
  }
  const std::size_t end = std::min(pointer.find('/', 1), pointer.size());
  const std::string_view token = pointer.substr(1, end - 1), rest = pointer.substr(end);
  if (type.shape == Shape::list) {
    if (!value.is_array()) value.emplace_array();
    if (value.get_array().empty()) value.get_array().push_back(least(type.item()));
    return put(value.get_array()[0], type.item(), rest, text);
  }
  if (!value.is_object()) value = type.shape == Shape::object ? least(type) : json::object();
  if (type.shape == Shape::map) return put(value.get_object()[token], type.item(), rest, text);
  for (const Field& field : type.fields)
    if (field.name == token) return put(value.get_object()[token], field.type(), rest, text);
}

bool holds(const json::value& value, std::string_view text) {
  if (const auto* string = value.if_string()) return std::string_view(*string) == text;
  if (const auto* array = value.if_array())
    return std::any_of(array->begin(), array->end(),
                       [&](const json::value& item) { return holds(item, text); });
  if (const auto* object = value.if_object())
    return std::any_of(object->begin(), object->end(), [&](const auto& member) {
      return std::string_view(member.key()) == text || holds(member.value(), text);
    });
  return false;
}

/// What is taken in and, for its own reason, not given back.
const std::set<std::string_view> not_given_back{
    "Questionnaire",  // of `lint`, which answers with findings
    "Brief",          // a goal becomes a questionnaire
    "PromptText",     // read again behind the write, which is undone here
    "RunRequest",    "InviteToken", "Settings"};

}  // namespace

TEST_CASE_FIXTURE(OperationsWorld, "awkward texts come back as they went in, or are refused") {
  const auto folder = shared_data("naughty_strings");
  if (!folder) return;
  std::ifstream file(*folder / "blns.json");
  std::ostringstream text;
  text << file.rdbuf();
  const json::value list = parse_json(text.str(), {.max_bytes = 1u << 24}).value();
  std::vector<std::string> strings;
  for (const json::value& one : list.as_array()) strings.emplace_back(one.as_string());
  REQUIRE(strings.size() > 300);

  WatchedDatabase tried(engine.database(), false);
  std::set<std::string> seen;
  std::size_t kept = 0, refused = 0, fields = 0;
  std::map<std::string, std::set<std::string>> reasons;
  const std::string before = dump_without_announcements(engine.database());
  for (const Operation& operation : operations()) {
    if (operation.body == nullptr || is_public(operation) || about_accounts(operation)) continue;
    CAPTURE(operation.name);
    const identity::Actor actor = person(Role::owner);
    const Session session({tried, owner.scope().clock, owner.scope().ids, actor});
    const std::string usual = body_of(operation, actor);
    const json::value good = parse_json(usual.empty() ? "{}" : usual).value();
    std::vector<TextField> all;
    collect(operation.body(), "", {}, all);
    std::vector<TextField> answered;
    if (operation.output != nullptr) collect(operation.output(), "", {}, answered);
    for (const TextField& field : all) {
      CAPTURE(field.pointer);
      ++fields;
      const bool given_back =
          !not_given_back.contains(operation.body().name) &&
          !not_given_back.contains(field.holder->name) &&
          std::any_of(answered.begin(), answered.end(),
                      [&](const TextField& one) { return one.name == field.name; });
      // A field that another operation has too is tried with fewer texts.
      const bool first =
          seen.insert(std::string(field.holder->name) + "." + std::string(field.name)).second;
      for (std::size_t i = 0; i < strings.size(); i += first ? 1 : 16) {
        json::value body = good;
        put(body, operation.body(), field.pointer, strings[i]);
        const std::string sent = serialize(body);
        Call call = this->call(operation, &session);
        call.body = sent;
        const auto done = perform(operation, call);
        CAPTURE(strings[i]);
        if (!done) {
          const int status = http_status(done.error());
          CHECK(status >= 400);
          CHECK(status < 500);
          reasons[std::string(field.holder->name) + "." + std::string(field.name)].emplace(
              done.error().reason);
          ++refused;
          continue;
        }
        ++kept;
        // An empty text may be left out.
        if (given_back && !strings[i].empty())
          CHECK(holds(parse_json(done.value().body, {.max_bytes = 1u << 24}).value(), strings[i]));
      }
    }
  }
  // Of no field all texts are refused because something else is missing.
  for (const auto& [field, why] : reasons) {
    CAPTURE(field);
    CHECK(why != std::set<std::string>{"field_missing"});
  }
  CHECK(fields > 40);
  CHECK(kept > 5000);
  CHECK(dump_without_announcements(engine.database()) == before);
  MESSAGE(fields << " fields, " << kept << " kept, " << refused << " refused");
  for (const auto& [field, why] : reasons) {
    std::string line;
    for (const std::string& one : why) line += " " + one;
    MESSAGE(field << ":" << line);
  }
}
