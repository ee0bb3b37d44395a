// valijson is instantiated here and nowhere else.
#include <insightflow/llm/repair.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

// Without it valijson ends the program at a schema it cannot read.
#define VALIJSON_USE_EXCEPTIONS 1
#include <valijson/adapters/boost_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

namespace insightflow::llm {

namespace {

constexpr std::size_t most_problems = 20;

/// "<root>[items][0][text]" as a JSON pointer.
std::string pointer_of(const valijson::ValidationResults::Error& error) {
  std::string out;
  for (std::size_t i = 1; i < error.context.size(); ++i) {
    std::string_view token = error.context[i];
    if (token.starts_with('[') && token.ends_with(']')) token = token.substr(1, token.size() - 2);
    out = pointer_to(out, token);
  }
  return out;
}

}  // namespace

std::vector<Problem> validate(const json::value& value, const json::value& schema) {
  try {
    valijson::Schema parsed;
    valijson::SchemaParser().populateSchema(valijson::adapters::BoostJsonAdapter(schema), parsed);
    valijson::ValidationResults results;
    if (valijson::Validator().validate(parsed, valijson::adapters::BoostJsonAdapter(value),
                                       &results))
      return {};
    std::vector<Problem> out;
    for (valijson::ValidationResults::Error error;
         out.size() < most_problems && results.popError(error);)
      out.push_back({pointer_of(error), "schema_violated", error.description});
    if (out.empty()) out.push_back({"", "schema_violated", "The answer does not fit the schema."});
    return out;
  } catch (const std::exception& thrown) {
    return {{"", "schema_malformed", thrown.what()}};
  }
}

}  // namespace insightflow::llm
