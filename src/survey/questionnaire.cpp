#include <insightflow/core/json.hpp>
#include <insightflow/survey/questionnaire.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightflow {

namespace {

/// The long form of an option, as its own described struct.
struct OptionFields {
  std::string id;
  std::string label;
  bool other = false;
  bool exclusive = false;
};
BOOST_DESCRIBE_STRUCT(OptionFields, (), (id, label, other, exclusive))
constexpr std::array option_notes{
    Note{
        .field = "id", .doc = "Unique in its list; the label when left out.", .min = 1, .max = 300},
    Note{
        .field = "label", .doc = "What respondents read.", .required = true, .min = 1, .max = 1000},
    Note{.field = "other", .doc = "Takes a text of the respondent's own.", .omit_empty = true},
    Note{
        .field = "exclusive", .doc = "Cannot be combined with other options.", .omit_empty = true}};
constexpr std::span<const Note> field_notes(const OptionFields*) {
  return option_notes;
}

}  // namespace

using OptionCodec = JsonCodec<survey::Option>;

Result<void> OptionCodec::read(survey::Option& option, const json::value& from) {
  OptionFields fields;
  if (from.is_string()) {
    fields.label = from.get_string();
    if (fields.label.empty())
      return fail(Code::invalid, "out_of_range", "An option needs a label.");
  } else {
    BOOST_OUTCOME_TRY(read_json(type_of<OptionFields>(), &fields, from, Audience::api));
  }
  if (fields.id.empty()) fields.id = fields.label;
  option = {std::move(fields.id), std::move(fields.label), fields.other, fields.exclusive};
  return success();
}

void OptionCodec::write(const survey::Option& option, json::value& to) {
  if (option.id == option.label && !option.other && !option.exclusive) {
    to = option.label;
    return;
  }
  const OptionFields fields{option.id, option.label, option.other, option.exclusive};
  to = write_json(type_of<OptionFields>(), &fields, Audience::api);
}

void OptionCodec::schema(json::object& to) {
  json::object definitions;
  json_schema(type_of<OptionFields>(), "", definitions);
  to["description"] = "A label alone, or an object where the id differs from the label.";
  to["oneOf"] =
      json::array{json::object{{"type", "string"}, {"minLength", 1}}, definitions["OptionFields"]};
}

}  // namespace insightflow

namespace insightflow {
template const Type& type_of<survey::Question>();
template const Type& type_of<survey::Questionnaire>();
}  // namespace insightflow
