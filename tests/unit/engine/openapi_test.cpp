#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <set>
#include <sstream>

using namespace insightflow;

namespace {

constexpr std::string_view reference_prefix = "#/components/schemas/";

void walk(const json::value& value, const std::function<void(const json::value&)>& visit) {
  visit(value);
  if (const auto* object = value.if_object())
    for (const auto& [key, item] : *object) walk(item, visit);
  if (const auto* array = value.if_array())
    for (const auto& item : *array) walk(item, visit);
}

/// All types that an operation takes in or gives out, and all that they hold.
std::set<const Type*> reachable() {
  std::set<const Type*> out;
  const std::function<void(const Type&)> add = [&](const Type& type) {
    if (!out.insert(&type).second) return;
    if (type.item != nullptr) add(type.item());
    for (const Field& field : type.fields)
      if (!field.note.internal) add(field.type());
  };
  for (const Operation& operation : operations())
    for (const auto type : {operation.query, operation.body, operation.output})
      if (type != nullptr) add(type());
  return out;
}

std::set<std::string> strings(const json::value* list) {
  std::set<std::string> out;
  if (list != nullptr && list->is_array())
    for (const auto& item : list->get_array())
      if (item.is_string()) out.emplace(item.get_string());
  return out;
}

/// What in `now` would break a client that was written against `before`. A schema is compared by
/// what it is used for only as far as this goes: names that were there stay, values that were there
/// stay, types stay, and nothing new is demanded.
class Breaks {
 public:
  std::vector<std::string> found;

  void documents(const json::value& before, const json::value& now) {
    for (const auto& [path, methods] : before.at("paths").as_object())
      for (const auto& [method, old] : methods.as_object()) {
        const std::string at = std::string(method) + " " + std::string(path);
        const json::value* fresh = inside(inside(now.at("paths").as_object(), path), method);
        if (fresh == nullptr) {
          found.push_back(at + " is gone");
          continue;
        }
        operation(old.as_object(), fresh->as_object(), at);
      }
    const auto& fresh = now.at("components").at("schemas").as_object();
    for (const auto& [name, old] : before.at("components").at("schemas").as_object()) {
      const auto* kept = fresh.if_contains(name);
      if (kept == nullptr)
        found.push_back("schema " + std::string(name) + " is gone");
      else
        schema(old, *kept, std::string(name));
    }
  }

 private:
  static const json::value* inside(const json::object& object, std::string_view key) {
    return object.if_contains(key);
  }
  static const json::value* inside(const json::value* value, std::string_view key) {
    return value != nullptr && value->is_object() ? value->get_object().if_contains(key) : nullptr;
  }

  void operation(const json::object& before, const json::object& now, const std::string& at) {
    const auto same = [&](std::string_view key) {
      const auto *a = before.if_contains(key), *b = now.if_contains(key);
      return (a == nullptr) == (b == nullptr) && (a == nullptr || *a == *b);
    };
    if (!same("operationId")) found.push_back(at + " has another operationId");
    if (!same("security") || !same("x-permission") || !same("x-roles"))
      found.push_back(at + " asks for other rights");
    std::map<std::string, json::value> kept;
    if (const auto* list = now.if_contains("parameters"))
      for (const auto& one : list->as_array()) kept.emplace(key_of(one), one);
    std::set<std::string> known;
    if (const auto* list = before.if_contains("parameters"))
      for (const auto& one : list->as_array()) {
        known.insert(key_of(one));
        const auto at_now = kept.find(key_of(one));
        if (at_now == kept.end())
          found.push_back(at + " lost the parameter " + key_of(one));
        else {
          schema(one.at("schema"), at_now->second.at("schema"), at + " " + key_of(one));
          if (required(at_now->second) && !required(one))
            found.push_back(at + " demands " + key_of(one));
        }
      }
    for (const auto& [key, one] : kept)
      if (!known.contains(key) && required(one)) found.push_back(at + " demands " + key);
    const auto *old_body = before.if_contains("requestBody"),
               *body = now.if_contains("requestBody");
    if (body != nullptr && old_body == nullptr) found.push_back(at + " demands a body");
    contents(inside(old_body, "content"), inside(body, "content"), at + " body");
    for (const auto& [status, old] : before.at("responses").as_object()) {
      const json::value* fresh = inside(now.if_contains("responses"), status);
      if (fresh == nullptr)
        found.push_back(at + " no longer answers " + std::string(status));
      else
        contents(inside(&old, "content"), inside(fresh, "content"), at + " " + std::string(status));
    }
  }

  static std::string key_of(const json::value& parameter) {
    return std::string(parameter.at("in").as_string()) + " " +
           std::string(parameter.at("name").as_string());
  }
  static bool required(const json::value& parameter) {
    const auto* value = parameter.as_object().if_contains("required");
    return value != nullptr && value->is_bool() && value->get_bool();
  }

  void contents(const json::value* before, const json::value* now, const std::string& at) {
    if (before == nullptr) return;
    for (const auto& [media, old] : before->as_object()) {
      const json::value* fresh = inside(now, media);
      if (fresh == nullptr)
        found.push_back(at + " lost " + std::string(media));
      else
        schema(old.at("schema"), fresh->at("schema"), at);
    }
  }

  void schema(const json::value& before, const json::value& now, const std::string& at) {
    if (!before.is_object() || !now.is_object()) {
      if (before != now) found.push_back(at + " is another schema");
      return;
    }
    const auto &a = before.get_object(), &b = now.get_object();
    for (const std::string_view key : {"type", "format", "$ref", "oneOf", "const"}) {
      const auto *x = a.if_contains(key), *y = b.if_contains(key);
      if ((x == nullptr) != (y == nullptr) || (x != nullptr && *x != *y))
        found.push_back(at + " has another " + std::string(key));
    }
    const auto values = strings(b.if_contains("enum"));
    for (const std::string& value : strings(a.if_contains("enum")))
      if (!values.contains(value)) found.push_back(at + " lost the value " + value);
    const auto demanded = strings(a.if_contains("required"));
    for (const std::string& name : strings(b.if_contains("required")))
      if (!demanded.contains(name)) found.push_back(at + " demands the field " + name);
    if (const auto* properties = a.if_contains("properties"))
      for (const auto& [name, old] : properties->as_object()) {
        const json::value* fresh = inside(b.if_contains("properties"), name);
        if (fresh == nullptr)
          found.push_back(at + " lost the field " + std::string(name));
        else
          schema(old, *fresh, at + "/" + std::string(name));
      }
    for (const std::string_view key : {"items", "additionalProperties"})
      if (const auto* x = a.if_contains(key), *y = b.if_contains(key); x != nullptr && y != nullptr)
        schema(*x, *y, at + "/" + std::string(key));
  }
};

std::vector<std::string> breaks(const json::value& before, const json::value& now) {
  Breaks out;
  out.documents(before, now);
  return out.found;
}

const std::string golden_path = INSIGHTFLOW_SOURCE_DIR "/tests/golden/openapi.json";

json::value golden() {
  std::ifstream file(golden_path);
  std::ostringstream text;
  text << file.rdbuf();
  return parse_json(text.str()).value();
}

}  // namespace

TEST_CASE("the document is JSON, and every reference in it leads somewhere") {
  const json::value document = parse_json(serialize(openapi())).value();
  const auto& schemas = document.at("components").at("schemas").as_object();
  std::set<std::string> used;
  walk(document, [&](const json::value& value) {
    const auto* reference = value.is_object() ? value.get_object().if_contains("$ref") : nullptr;
    if (reference == nullptr) return;
    const std::string target(reference->as_string());
    CAPTURE(target);
    constexpr std::string_view of_responses = "#/components/responses/";
    if (target.starts_with(of_responses)) {
      CHECK(document.at("components")
                .at("responses")
                .as_object()
                .contains(target.substr(of_responses.size())));
      return;
    }
    REQUIRE(target.starts_with(reference_prefix));
    CHECK(schemas.contains(target.substr(reference_prefix.size())));
    used.insert(target.substr(reference_prefix.size()));
  });
  for (const auto& [name, schema] : schemas) {
    CAPTURE(std::string(name));
    CHECK(used.contains(std::string(name)));
  }
}

TEST_CASE("every operation is in the document once, with all its parameters") {
  const json::value document = openapi();
  std::set<std::string> ids;
  std::size_t count = 0;
  for (const auto& [path, methods] : document.at("paths").as_object())
    for (const auto& [method, operation] : methods.as_object()) {
      ++count;
      CAPTURE(std::string(path));
      CHECK(path.starts_with(base_path));
      CHECK(ids.emplace(operation.at("operationId").as_string()).second);
      std::set<std::string> named, given;
      for (std::size_t at = path.find('{'); at != path.npos; at = path.find('{', at + 1))
        named.emplace(path.substr(at + 1, path.find('}', at) - at - 1));
      if (const auto* list = operation.as_object().if_contains("parameters"))
        for (const auto& one : list->as_array())
          if (one.at("in").as_string() == "path") given.emplace(one.at("name").as_string());
      CHECK(named == given);
    }
  CHECK(count == operations().size());
}

TEST_CASE("no two types share the name of a schema") {
  std::map<std::string_view, const Type*> known;
  for (const Type* type : reachable()) {
    if (type->name.empty()) continue;
    CAPTURE(std::string(type->name));
    CHECK(known.emplace(type->name, type).second);
  }
  CHECK(known.size() > 50);
}

TEST_CASE("no internal field is in any schema, nor in what is written for the API") {
  const json::value document = openapi();
  const auto& schemas = document.at("components").at("schemas").as_object();
  int internal = 0;
  for (const Type* type : reachable()) {
    if (type->shape != Shape::object) continue;
    const auto* schema = schemas.if_contains(type->name);
    for (const Field& field : type->fields) {
      CAPTURE(std::string(type->name));
      CAPTURE(std::string(field.name));
      if (schema == nullptr) continue;
      const auto* properties = schema->as_object().if_contains("properties");
      REQUIRE(properties != nullptr);
      CHECK(properties->as_object().contains(field.name) == !field.note.internal);
      internal += field.note.internal;
    }
  }
  CHECK(internal >= 4);  // of API keys and jobs
}

TEST_CASE("the document breaks nobody who relies on the one that is checked in") {
  const json::value now = openapi();
  if (std::getenv("INSIGHTFLOW_UPDATE_GOLDEN") != nullptr)
    std::ofstream(golden_path) << pretty(now) << "\n";
  CHECK(breaks(golden(), now) == std::vector<std::string>{});
  // And it is up to date: INSIGHTFLOW_UPDATE_GOLDEN=1 writes it anew.
  CHECK((golden() == now));
}

TEST_CASE("what breaks a client is noticed, and what does not is not") {
  const json::value base = openapi();
  struct Row {
    std::string name;
    std::function<void(json::object&)> change;
    std::string found;  ///< A part of the one finding; empty where there is to be none.
  };
  const auto schema = [](json::object& document, std::string_view name) -> json::object& {
    return document["components"].as_object()["schemas"].as_object()[name].as_object();
  };
  const auto paths = [](json::object& document) -> json::object& {
    return document["paths"].as_object();
  };
  const Row rows[] = {
      {"nothing", [](json::object&) {}, ""},
      {"a path goes", [&](json::object& d) { paths(d).erase("/api/v1/lint"); },
       "/api/v1/lint is gone"},
      {"a method goes",
       [&](json::object& d) { paths(d)["/api/v1/surveys"].as_object().erase("get"); },
       "get /api/v1/surveys is gone"},
      {"a field goes",
       [&](json::object& d) { schema(d, "Project")["properties"].as_object().erase("name"); },
       "Project lost the field name"},
      {"a value goes",
       [&](json::object& d) {
         auto& values = schema(d, "Kind")["enum"].as_array();
         values.erase(values.begin());
       },
       "Kind lost the value single_choice"},
      {"a field is demanded",
       [&](json::object& d) {
         schema(d, "Project")["required"].as_array().emplace_back("description");
       },
       "Project demands the field description"},
      {"a type changes",
       [&](json::object& d) {
         schema(d, "Project")["properties"].as_object()["name"].as_object()["type"] = "integer";
       },
       "Project/name has another type"},
      {"a parameter is demanded",
       [&](json::object& d) {
         auto& get = paths(d)["/api/v1/surveys"].as_object()["get"].as_object();
         get["parameters"].as_array().push_back({{"name", "x"},
                                                 {"in", "query"},
                                                 {"required", true},
                                                 {"schema", {{"type", "string"}}}});
       },
       "demands query x"},
      {"a body is demanded",
       [&](json::object& d) {
         paths(d)["/api/v1/surveys"].as_object()["get"].as_object()["requestBody"] = {
             {"content", json::object()}};
       },
       "demands a body"},
      {"another right is asked for",
       [&](json::object& d) {
         paths(d)["/api/v1/surveys"].as_object()["get"].as_object()["x-permission"] = "administer";
       },
       "asks for other rights"},
      {"a field comes",
       [&](json::object& d) {
         schema(d, "Project")["properties"].as_object()["colour"] = {{"type", "string"}};
       },
       ""},
      {"a value comes",
       [&](json::object& d) { schema(d, "Kind")["enum"].as_array().emplace_back("slider"); }, ""},
      {"a path comes", [&](json::object& d) { paths(d)["/api/v1/new"] = json::object(); }, ""},
      {"words change", [](json::object& d) { d["info"].as_object()["description"] = "Other."; },
       ""},
      {"a parameter comes",
       [&](json::object& d) {
         auto& get = paths(d)["/api/v1/surveys"].as_object()["get"].as_object();
         get["parameters"].as_array().push_back(
             {{"name", "x"}, {"in", "query"}, {"schema", {{"type", "string"}}}});
       },
       ""}};
  for (const Row& row : rows) {
    CAPTURE(row.name);
    json::value changed = base;
    row.change(changed.as_object());
    const auto found = breaks(base, changed);
    REQUIRE(found.size() == (row.found.empty() ? 0 : 1));
    if (!row.found.empty()) CHECK(found[0].find(row.found) != std::string::npos);
  }
}
