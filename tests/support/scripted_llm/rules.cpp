#include "support/scripted_llm.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <mutex>
#include <stdexcept>

namespace insightflow::test {

namespace {

struct Rule {
  std::string when;
  std::int64_t times = -1;  // below zero: without end
  std::vector<std::string> pieces;
  std::int64_t wait_ms = 0;
  std::string finish;
  int status = 200;
  std::string type;
  std::string message = "Scripted.";
  std::vector<ScriptedHeader> headers;
  bool hang = false;
  bool reset = false;
  std::vector<std::vector<double>> embeddings;
};

/// Shared by the threads of the connections.
struct Rules {
  std::mutex mutex;
  std::vector<Rule> rules;
};

std::string text_of(const json::value& value) {
  return value.is_string() ? std::string(value.get_string()) : serialize(value);
}

void read_embeddings(Rule& rule, const json::value& from) {
  for (const json::value& vector : from.as_array()) {
    std::vector<double>& numbers = rule.embeddings.emplace_back();
    for (const json::value& number : vector.as_array())
      numbers.push_back(number.to_number<double>());
  }
}

struct Key {
  std::string_view name;
  void (*read)(Rule&, const json::value&);
};
constexpr std::array keys{
    Key{"when", [](Rule& rule, const json::value& v) { rule.when = v.as_string(); }},
    Key{"times", [](Rule& rule, const json::value& v) { rule.times = v.as_int64(); }},
    Key{"answer", [](Rule& rule, const json::value& v) { rule.pieces = {text_of(v)}; }},
    Key{"stream",
        [](Rule& rule, const json::value& v) {
          for (const json::value& piece : v.as_array()) rule.pieces.push_back(text_of(piece));
        }},
    Key{"wait_ms", [](Rule& rule, const json::value& v) { rule.wait_ms = v.as_int64(); }},
    Key{"finish", [](Rule& rule, const json::value& v) { rule.finish = v.as_string(); }},
    Key{"status",
        [](Rule& rule, const json::value& v) { rule.status = static_cast<int>(v.as_int64()); }},
    Key{"type", [](Rule& rule, const json::value& v) { rule.type = v.as_string(); }},
    Key{"message", [](Rule& rule, const json::value& v) { rule.message = v.as_string(); }},
    Key{"headers",
        [](Rule& rule, const json::value& v) {
          for (const auto& [name, value] : v.as_object())
            rule.headers.push_back({std::string(name), text_of(value)});
        }},
    Key{"hang", [](Rule& rule, const json::value& v) { rule.hang = v.as_bool(); }},
    Key{"reset", [](Rule& rule, const json::value& v) { rule.reset = v.as_bool(); }},
    Key{"embeddings", read_embeddings}};

Rule read_rule(const json::value& from) {
  Rule rule;
  for (const auto& [name, value] : from.as_object()) {
    bool known = false;
    for (const Key& key : keys) {
      if (key.name != std::string_view(name)) continue;
      key.read(rule, value);
      known = true;
    }
    if (!known) throw std::runtime_error("a rule has no key \"" + std::string(name) + "\"");
  }
  return rule;
}

Steps follow(llm::Wire wire, const Rule& rule, const SeenRequest& request) {
  Steps steps;
  if (rule.wait_ms > 0) steps.push_back(Wait{std::chrono::milliseconds(rule.wait_ms)});
  const auto then = [&](const Steps& more) { steps.insert(steps.end(), more.begin(), more.end()); };
  if (rule.hang) {
    then({Hang{}});
  } else if (rule.reset) {
    then({Reset{}});
  } else if (rule.status != 200) {
    then(refused(wire, rule.status, rule.type, rule.message, rule.headers));
  } else if (!rule.embeddings.empty()) {
    then({Send{http_bytes::whole(200, "application/json",
                                 wire_text::embeddings(wire, rule.embeddings, 5))}});
  } else {
    for (const Step& step : answered(wire, request, rule.pieces, {10, 5, 0, false}, rule.finish)) {
      if (rule.wait_ms > 0 && steps.size() > 1)
        steps.push_back(Wait{std::chrono::milliseconds(rule.wait_ms)});
      steps.push_back(step);
    }
  }
  return steps;
}

}  // namespace

void ScriptedLlm::rules(std::string_view text) {
  const auto shared = std::make_shared<Rules>();
  try {
    const Result<json::value> parsed = parse_json(text);
    if (!parsed) throw std::runtime_error(parsed.error().detail);
    for (const json::value& item : parsed.value().as_array())
      shared->rules.push_back(read_rule(item));
  } catch (const std::exception& wrong) {
    throw std::runtime_error(std::string("the rules are not well formed: ") + wrong.what());
  }
  otherwise([wire = wire(), shared](const SeenRequest& request) {
    const std::string asked = wire_text::asked(wire, request);
    const std::lock_guard lock(shared->mutex);
    for (Rule& rule : shared->rules) {
      if (rule.times == 0 || asked.find(rule.when) == asked.npos) continue;
      if (rule.times > 0) --rule.times;
      return follow(wire, rule, request);
    }
    return refused(wire, 500, "server_error", "No rule fits.");
  });
}

}  // namespace insightflow::test
