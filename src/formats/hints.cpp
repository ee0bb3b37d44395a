#include "formats/draft.hpp"
#include "formats/plain_text.hpp"

#include <insightflow/survey/words.hpp>

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

namespace insightflow::formats {

namespace {

std::string text_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value && value->is_string() ? clean_text(std::string_view(value->get_string()))
                                     : std::string();
}
bool flag_in(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value && value->is_bool() && value->get_bool();
}

std::map<std::string, OptionHint> options_in(const json::object& object, std::string_view key) {
  std::map<std::string, OptionHint> out;
  const json::value* list = object.if_contains(key);
  if (!list || !list->is_object()) return out;
  for (const auto& [code, value] : list->get_object())
    if (value.is_object())
      out[std::string(code)] = {text_in(value.get_object(), "id"),
                                flag_in(value.get_object(), "other"),
                                flag_in(value.get_object(), "exclusive")};
  return out;
}

json::object to_object(const std::map<std::string, OptionHint>& options) {
  json::object out;
  for (const auto& [code, option] : options) {
    json::object one;
    if (!option.id.empty()) one["id"] = option.id;
    if (option.other) one["other"] = true;
    if (option.exclusive) one["exclusive"] = true;
    out[code] = std::move(one);
  }
  return out;
}

/// What users of formats write for a language, beside its tag.
struct Name {
  std::string_view name, tag;
};
constexpr Name names[] = {
    {"arabic", "ar"},     {"bengali", "bn"},    {"bangla", "bn"},         {"burmese", "my"},
    {"chinese", "zh"},    {"czech", "cs"},      {"danish", "da"},         {"dari", "prs"},
    {"dutch", "nl"},      {"nederlands", "nl"}, {"english", "en"},        {"finnish", "fi"},
    {"french", "fr"},     {"français", "fr"},   {"francais", "fr"},       {"german", "de"},
    {"deutsch", "de"},    {"greek", "el"},      {"haitian creole", "ht"}, {"hebrew", "he"},
    {"hindi", "hi"},      {"hungarian", "hu"},  {"indonesian", "id"},     {"italian", "it"},
    {"japanese", "ja"},   {"khmer", "km"},      {"korean", "ko"},         {"kurdish", "ku"},
    {"lao", "lo"},        {"nepali", "ne"},     {"norwegian", "no"},      {"pashto", "ps"},
    {"persian", "fa"},    {"farsi", "fa"},      {"polish", "pl"},         {"portuguese", "pt"},
    {"romanian", "ro"},   {"russian", "ru"},    {"somali", "so"},         {"spanish", "es"},
    {"español", "es"},    {"espanol", "es"},    {"swahili", "sw"},        {"kiswahili", "sw"},
    {"swedish", "sv"},    {"tagalog", "tl"},    {"tamil", "ta"},          {"telugu", "te"},
    {"thai", "th"},       {"turkish", "tr"},    {"ukrainian", "uk"},      {"urdu", "ur"},
    {"vietnamese", "vi"}, {"wolof", "wo"},      {"zh-s", "zh-Hans"},      {"zh-t", "zh-Hant"},
    {"es-es", "es-ES"},   {"pt-br", "pt-BR"},   {"en-gb", "en-GB"}};

}  // namespace

Hint hint_of(const json::value& from) {
  Hint out;
  if (!from.is_object()) return out;
  const json::object& object = from.get_object();
  if (const auto kind = from_slug<survey::Kind>(text_in(object, "kind"))) out.kind = kind.value();
  out.scale = flag_in(object, "scale");
  out.id = text_in(object, "id");
  if (object.contains("section")) out.section = text_in(object, "section");
  out.options = options_in(object, "options");
  out.rows = options_in(object, "rows");
  return out;
}

Hint hint_of_text(std::string_view text) {
  if (text.empty()) return {};
  const auto value = parse_json(text);
  return value ? hint_of(value.value()) : Hint{};
}

json::object to_object(const Hint& hint) {
  json::object out;
  if (hint.kind) out["kind"] = slug(*hint.kind);
  if (hint.scale) out["scale"] = true;
  if (!hint.id.empty()) out["id"] = hint.id;
  if (hint.section) out["section"] = *hint.section;
  if (!hint.options.empty()) out["options"] = to_object(hint.options);
  if (!hint.rows.empty()) out["rows"] = to_object(hint.rows);
  return out;
}

std::string to_text(const Hint& hint) {
  return hint.empty() ? std::string() : json::serialize(to_object(hint));
}

Hint hint_for(const survey::Question& question, survey::Kind native, std::string_view container,
              std::string_view name) {
  Hint out;
  if (native != question.kind) out.kind = question.kind;
  const bool scaled = survey::is_scaled(question.kind) || question.kind == survey::Kind::matrix;
  const bool choices = native == survey::Kind::single_choice || native == survey::Kind::matrix;
  out.scale = scaled && choices && question.options.empty();
  if (question.section != container) out.section = question.section;
  if (question.id != name) out.id = question.id;
  return out;
}

std::string language_tag(std::string_view text) {
  // "English (en)" names the tag in brackets.
  if (const std::size_t open = text.rfind('('); open != text.npos && text.ends_with(')')) {
    const std::string tag = language_tag(text.substr(open + 1, text.size() - open - 2));
    if (!tag.empty()) return tag;
    text = text.substr(0, open);
  }
  std::string word(survey::trimmed(text));
  const std::string lower = lowered(word);
  for (const Name& name : names)
    if (lower == name.name) return std::string(name.tag);
  for (char& c : word)
    if (c == '_') c = '-';
  const std::size_t main = std::min(word.find('-'), word.size());
  for (std::size_t i = 0; i < main; ++i) word[i] = lower[i];
  return main <= 3 && survey::is_language_tag(word) ? word : std::string();
}

}  // namespace insightflow::formats
