#include "quality/quality.hpp"

#include <insightflow/bias/lint.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <array>
#include <chrono>
#include <map>
#include <set>
#include <vector>

/// What the questionnaire linter finds on reviewed items, and how seldom it speaks on published
/// instruments.
namespace bench {

namespace {

namespace json = boost::json;
using namespace insightflow;

/// The labels of `survey_item_flaws` and the rules that stand for them. A rule's finding counts in
/// the field named behind a colon only, where it stands for two labels.
struct Meaning {
  std::string_view label;
  std::string_view rules;  ///< Separated by blanks.
};
constexpr std::array meanings{
    Meaning{"leading_question", "leading priming-preamble"},
    Meaning{"loaded_question", "loaded-language presupposition"},
    Meaning{"double_barreled", "double-barrelled"},
    Meaning{"recall_error", "distant-recall"},
    Meaning{"vague_ambiguous", "vague-quantifier vague-reference ambiguous-syntax"},
    Meaning{"sensitive_topic_direct", "sensitive-required"},
    Meaning{"social_desirability", "social-desirability"},
    Meaning{"negative_wording", "negation"},
    Meaning{"open_closed_mismatch", "stem-option-mismatch:text"},
    Meaning{"agree_disagree_scale", "agree-disagree"},
    Meaning{"unbalanced_scale", "unbalanced-scale"},
    Meaning{"incomplete_options", "non-exhaustive-options"},
    Meaning{"non_exclusive_options", "overlapping-options"},
    Meaning{"missing_scale_labels", "scale-labels"},
    Meaning{"too_many_scale_points", "scale-points"},
    Meaning{"polarity_mismatch", "stem-option-mismatch:options"},
};

bool stands_for(const Meaning& meaning, const bias::Finding& finding) {
  std::string_view rest = meaning.rules;
  while (!rest.empty()) {
    const std::size_t cut = rest.find(' ');
    const std::string_view each = rest.substr(0, cut);
    const std::size_t colon = each.find(':');
    if (each.substr(0, colon) == finding.rule &&
        (colon == each.npos || each.substr(colon + 1) == finding.field))
      return true;
    rest = cut == rest.npos ? std::string_view() : rest.substr(cut + 1);
  }
  return false;
}

std::string text_of(const json::value* value) {
  if (!value) return {};
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_object()) return text_of(value->get_object().if_contains("en"));
  return {};
}

/// The kind the authors had in mind is not in the data; it is read from the answers.
survey::Questionnaire item_survey(std::string text, const std::vector<std::string>& options) {
  survey::Questionnaire survey;
  survey.title = "Item";
  survey::Question question;
  question.id = "q1";
  question.text = std::move(text);
  question.kind = options.empty() ? survey::Kind::open_text : survey::Kind::single_choice;
  for (const std::string& option : options) question.options.push_back({option, option});
  survey.questions.push_back(std::move(question));
  return survey;
}

struct Tally {
  int found = 0, missed = 0, wrong = 0;

  double recall() const { return found + missed ? double(found) / (found + missed) : 0; }
  double precision() const { return found + wrong ? double(found) / (found + wrong) : 0; }
  double f1() const {
    const int all = 2 * found + missed + wrong;
    return all ? 2.0 * found / all : 0;
  }
  void count(bool is, bool said) {
    found += is && said;
    missed += is && !said;
    wrong += !is && said;
  }
  json::object figures() const {
    return {{"recall", recall()}, {"precision", precision()}, {"f1", f1()}};
  }
};

json::object measure_items(const std::filesystem::path& file, bias::Severity least) {
  Tally items;
  std::map<std::string_view, Tally> labels;
  int count = 0, flawed_items = 0;
  for (const json::object& row : read_lines(file)) {
    std::vector<std::string> options;
    if (const json::value* list = row.if_contains("response_options"); list && list->is_array())
      for (const json::value& each : list->get_array()) options.push_back(text_of(&each));
    const bias::Report report =
        bias::lint(item_survey(text_of(row.if_contains("question")), options), {.least = least});
    std::set<std::string> known;
    for (const json::value& each : row.at("known_errors").as_array()) known.insert(text_of(&each));
    const bool flawed = row.at("is_flawed").as_bool();
    ++count;
    flawed_items += flawed;
    items.count(flawed, !report.findings.empty());
    for (const Meaning& meaning : meanings) {
      bool said = false;
      for (const bias::Finding& finding : report.findings)
        said = said || stands_for(meaning, finding);
      labels[meaning.label].count(known.count(std::string(meaning.label)) != 0, said);
    }
  }
  json::object by_label;
  double sum = 0;
  for (const Meaning& meaning : meanings) {
    sum += labels[meaning.label].f1();
    json::object figures = labels[meaning.label].figures();
    figures["rules"] = meaning.rules;
    by_label[meaning.label] = std::move(figures);
  }
  return {{"items", count},
          {"flawed", flawed_items},
          {"recall", items.recall()},
          {"precision", items.precision()},
          {"macro_f1", sum / double(meanings.size())},
          {"labels", std::move(by_label)}};
}

std::vector<survey::Questionnaire> published_items() {
  std::vector<survey::Questionnaire> out;
  for (const json::object& row :
       read_lines(data_folder() / "questionnaire_items_reproschema" / "items.jsonl")) {
    const std::string text = text_of(row.if_contains("question"));
    if (text.empty()) continue;
    std::vector<std::string> options;
    if (const json::value* list = row.if_contains("choices"); list && list->is_array())
      for (const json::value& each : list->get_array()) {
        const std::string label = text_of(each.as_object().if_contains("name"));
        if (!label.empty()) options.push_back(label);
      }
    out.push_back(item_survey(text, options));
  }
  return out;
}

}  // namespace

json::object measure_linter() {
  json::object out;
  const auto folder = data_folder() / "survey_item_flaws";
  for (const auto& [name, file] : {std::pair("reviewed", "final_gold_200_v4_questions.jsonl"),
                                   std::pair("seed_not_reviewed", "test_set_200_seed.jsonl")}) {
    out[name] = measure_items(folder / file, bias::Severity::warning);
    out[std::string(name) + "_with_notes"] = measure_items(folder / file, bias::Severity::note);
  }
  out["floors"] = {{"recall", 0.80},
                   {"precision", 0.85},
                   {"macro_f1", 0.65},
                   {"published_share", 0.15},
                   {"microseconds", 50}};
  out["aims"] = {{"recall", 0.90},
                 {"precision", 0.95},
                 {"macro_f1", 0.80},
                 {"published_share", 0.08},
                 {"microseconds", 20}};
  if (!std::filesystem::exists(data_folder() / "questionnaire_items_reproschema")) return out;

  const std::vector<survey::Questionnaire> items = published_items();
  std::size_t warned = 0;
  double best = 0;
  for (int round = 0; round < 5; ++round) {
    warned = 0;
    const auto start = std::chrono::steady_clock::now();
    for (const survey::Questionnaire& survey : items)
      warned += bias::exit_code(bias::lint(survey)) != 0;
    const std::chrono::duration<double, std::micro> spent =
        std::chrono::steady_clock::now() - start;
    const double each = spent.count() / double(items.size());
    best = round == 0 ? each : std::min(best, each);
  }
  out["published"] = {{"items", items.size()},
                      {"warned", warned},
                      {"share", double(warned) / double(items.size())}};
  out["microseconds_a_question"] = best;
  return out;
}

}  // namespace bench
