#include "quality/quality.hpp"

#include <insightflow/privacy/detect.hpp>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <algorithm>
#include <ctime>
#include <map>
#include <set>

namespace bench {

namespace {

namespace json = boost::json;
using namespace insightflow::privacy;

/// The types of the data set that count as personal; older files call some of them otherwise.
const std::set<std::string_view> personal{
    "PERSON",      "STREET_ADDRESS", "GPE",       "ORGANIZATION", "EMAIL_ADDRESS",
    "CREDIT_CARD", "PHONE_NUMBER",   "IBAN_CODE", "IP_ADDRESS",   "DOMAIN_NAME",
    "US_SSN",      "ADDRESS",        "LOCATION"};
const std::set<std::string_view> structured{"EMAIL_ADDRESS", "CREDIT_CARD", "PHONE_NUMBER",
                                            "IBAN_CODE",     "IP_ADDRESS",  "DOMAIN_NAME",
                                            "US_SSN",        "URL"};

/// A web address with a path is a URL here and a domain there.
std::string_view kind_of(std::string_view type) {
  return type == "URL" ? "DOMAIN_NAME" : type;
}

struct Share {
  std::int64_t right = 0, all = 0;
  void add(bool is_right) {
    right += is_right;
    ++all;
  }
  double value() const {
    return all == 0 ? 0 : static_cast<double>(right) / static_cast<double>(all);
  }
};

struct Span {
  std::string_view type;
  std::size_t begin, end;
};

/// Characters, whatever the type is called; and structured identifiers, one by one and by type.
json::object measure_file(const std::filesystem::path& file) {
  const json::value rows = json::parse(read_text(file));
  Share precision, recall, found_right;
  std::map<std::string_view, Share> by_type, identifiers;
  for (const json::value& row : rows.as_array()) {
    const std::string_view text = row.at("full_text").as_string();
    const auto characters = static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (c & 0xC0) != 0x80; }));
    std::vector<std::string_view> wanted(characters);
    std::vector<Span> spans;
    for (const json::value& span : row.at("spans").as_array()) {
      const std::string_view type = span.at("entity_type").as_string();
      const auto begin = static_cast<std::size_t>(span.at("start_position").as_int64());
      const auto end =
          std::min(characters, static_cast<std::size_t>(span.at("end_position").as_int64()));
      spans.push_back({type, begin, end});
      if (!personal.contains(type)) continue;
      for (std::size_t i = begin; i < end; ++i) wanted[i] = type;
    }
    const auto entities = detect(text);
    std::vector<bool> covered(characters);
    for (const Entity& entity : entities)
      for (std::size_t i = entity.begin_character; i < entity.end_character; ++i) {
        covered[i] = true;
        precision.add(!wanted[i].empty());
      }
    for (std::size_t i = 0; i < characters; ++i)
      if (!wanted[i].empty()) {
        recall.add(covered[i]);
        by_type[wanted[i]].add(covered[i]);
      }
    // An identifier is right when it overlaps one of its own type.
    const auto meets = [](std::string_view type, const Span& span, const Entity& entity) {
      return kind_of(type) == kind_of(type_name(entity.type)) &&
             entity.begin_character < span.end && span.begin < entity.end_character;
    };
    for (const Span& span : spans)
      if (structured.contains(span.type))
        identifiers[span.type].add(std::ranges::any_of(entities, [&](const Entity& entity) {
          return meets(span.type, span, entity) && entity.begin_character <= span.begin &&
                 entity.end_character >= span.end;
        }));
    for (const Entity& entity : entities)
      if (structured.contains(type_name(entity.type)))
        found_right.add(std::ranges::any_of(
            spans, [&](const Span& span) { return meets(span.type, span, entity); }));
  }
  const double p = precision.value(), r = recall.value();
  json::object types, ids;
  for (const auto& [type, share] : by_type) types[type] = share.value();
  Share found;
  for (const auto& [type, share] : identifiers) {
    ids[type] = share.value();
    found.right += share.right;
    found.all += share.all;
  }
  return {{"texts", rows.as_array().size()},
          {"f2", p + r == 0 ? 0 : 5 * p * r / (4 * p + r)},
          {"precision", p},
          {"recall", r},
          {"recall_by_type", std::move(types)},
          {"structured_precision", found_right.value()},
          {"structured_recall", found.value()},
          {"structured_recall_by_type", std::move(ids)},
          {"structured_spans", found.all}};
}

/// Megabytes a second of processor time, the best of five: other programs share the machine.
double speed(std::string_view text) {
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    const std::clock_t start = std::clock();
    std::size_t entities = 0, bytes = 0;
    while (bytes < 8'000'000) {
      entities += detect(text).size();
      bytes += text.size();
    }
    const double seconds = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
    if (entities > 0) best = std::max(best, static_cast<double>(bytes) / 1e6 / seconds);
  }
  return best;
}

/// How much of ordinary texts is taken for personal data.
json::object touched(const Table& table, std::string_view column) {
  const std::size_t at = table.column(column);
  Share texts;
  for (const auto& row : table.rows) texts.add(!detect(row[at]).empty());
  return {{"texts", texts.all}, {"with_entity", texts.value()}};
}

std::string all_texts(const Table& table, std::string_view column) {
  std::string out;
  for (const auto& row : table.rows) (out += row[table.column(column)]) += "\n\n";
  return out;
}

}  // namespace

json::object measure_privacy() {
  const auto folder = data_folder() / "presidio_pii";
  json::object out;
  for (const char* file : {"synth_dataset_v2", "generated_large"})
    out[file] = measure_file(folder / (std::string(file) + ".json"));
  const auto austin = data_folder() / "austin_survey_comments" /
                      "community-survey-open-ended-comments-2016-2017.csv";
  if (std::filesystem::exists(austin))
    out["mb_per_second_survey_answers"] = speed(all_texts(read_table(austin), "Comment"));
  std::string dense;
  const json::value rows = json::parse(read_text(folder / "synth_dataset_v2.json"));
  for (const json::value& row : rows.as_array()) {
    dense += std::string_view(row.at("full_text").as_string());
    dense += "\n\n";
  }
  out["mb_per_second_synth_dataset_v2"] = speed(dense);
  const auto banking = data_folder() / "banking77" / "test.csv";
  if (std::filesystem::exists(banking)) out["banking77"] = touched(read_table(banking), "text");
  return out;
}

}  // namespace bench
