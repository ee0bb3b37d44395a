#include "insight/summary.hpp"

#include "insight/closed.hpp"
#include "insight/figures.hpp"

#include <insightflow/security/digest.hpp>

#include <cmath>

namespace insightflow::insight {

namespace {

constexpr std::int64_t least_told_base = 10;  // below this a sentence would say more than is known
constexpr std::size_t most_told_themes = 3;   // told for each question
constexpr std::size_t most_choices = 3;       // questions with options that are told
constexpr std::size_t most_cited = 3;         // answers cited for one figure
constexpr std::size_t most_differences = 2;
constexpr std::int64_t small_base = 30;  // a group below it is marked, not told

std::string range(const analysis::Interval& interval) {
  return std::to_string(static_cast<int>(std::lround(interval.low * 100))) + " to " +
         percent(interval.high);
}
std::string points(double value) {
  const auto rounded = static_cast<int>(std::lround(value));
  return (rounded > 0 ? "+" : "") + std::to_string(rounded);
}
std::string one_decimal(double value) {
  const auto tenths = std::lround(value * 10);
  return (tenths < 0 ? "-" : "") + std::to_string(std::labs(tenths) / 10) + "." +
         std::to_string(std::labs(tenths) % 10);
}

/// "mostly negative" where one mood has more than half.
std::string_view prevailing(const analysis::SentimentMix& mix) {
  const std::int64_t total = mix.negative + mix.neutral + mix.positive;
  if (mix.negative * 2 > total) return "mostly negative";
  if (mix.positive * 2 > total) return "mostly positive";
  return "mixed moods";
}

const analysis::Metric* metric(const QuestionFindings& question, std::string_view name) {
  for (const analysis::Metric& one : question.metrics)
    if (one.name == name) return &one;
  return nullptr;
}

std::optional<std::string> about_score(const QuestionFindings& question) {
  const std::string answers = " from " + grouped(question.answered) + " answers";
  if (const auto* nps = metric(question, "nps"))
    return "The net promoter score is " + points(nps->value) +
           (nps->interval ? " (95 % interval " + points(nps->interval->low) + " to " +
                                points(nps->interval->high) + ")"
                          : "") +
           answers + ".";
  if (const auto* csat = metric(question, "csat"))
    return percent(csat->value) + " are satisfied" +
           (csat->interval ? " (95 % interval " + range(*csat->interval) + ")" : "") + answers +
           " to \"" + question.text + "\".";
  if (const auto* mean = metric(question, "mean"); mean && question.kind != survey::Kind::nps)
    return (question.kind == survey::Kind::number
                ? "The average answer to \"" + question.text + "\" is " + one_decimal(mean->value)
                : "\"" + question.text + "\" is rated " + one_decimal(mean->value) +
                      " on average") +
           (mean->interval ? " (95 % interval " + one_decimal(mean->interval->low) + " to " +
                                 one_decimal(mean->interval->high) + ")"
                           : "") +
           answers + ".";
  return std::nullopt;
}

/// The options that were chosen most often: one, or several with the same count.
std::vector<const analysis::Share*> leaders(const QuestionFindings& question) {
  std::vector<const analysis::Share*> out;
  for (const analysis::Share& share : question.distribution) {
    if (share.count == 0 || (!out.empty() && share.count < out.front()->count)) continue;
    if (!out.empty() && share.count > out.front()->count) out.clear();
    out.push_back(&share);
  }
  return out;
}

std::string about_choice(const QuestionFindings& question,
                         const std::vector<const analysis::Share*>& top) {
  std::string names;
  for (std::size_t i = 0; i < top.size(); ++i)
    names += (i == 0 ? "\"" : i + 1 == top.size() ? " and \"" : ", \"") + top[i]->label + "\"";
  return names + (top.size() == 1 ? " is" : " are") + " chosen most often in \"" + question.text +
         "\": " + percent(top.front()->share) + (top.size() == 1 ? "" : " each") +
         " (95 % interval " + range(top.front()->interval) + ") of " + grouped(question.answered) +
         ".";
}

std::string name_of(const Findings& findings, const std::string& id) {
  for (const QuestionFindings& question : findings.questions)
    if (question.question_id == id && !question.text.empty()) return question.text;
  return id;
}

std::string chance(const Verdict& verdict) {
  return verdict.adjusted_p < 0.001 ? "; chance would hardly make such a difference"
                                    : "; more than chance would make";
}

/// The largest differences between groups that can be told from chance.
std::vector<Statement> about_groups(const Findings& findings) {
  struct Found {
    const CrossTab* table;
    const CrossTest* test;
    const Breakdown* segment;
  };
  std::vector<Found> all;
  for (const CrossTab& table : findings.cross_tabs)
    for (const CrossTest& test : table.tests)
      for (const Breakdown& segment : table.segments)
        if (test.verdict.significant && !test.item.empty() && segment.id == test.segment &&
            segment.base >= small_base)
          all.push_back({&table, &test, &segment});
  std::stable_sort(all.begin(), all.end(), [](const Found& a, const Found& b) {
    return a.test->verdict.p < b.test->verdict.p;
  });
  std::vector<Statement> out;
  for (const Found& one : all) {
    if (out.size() == most_differences) break;
    const std::string group = "\"" +
                              (one.segment->label.empty() ? one.segment->id : one.segment->label) +
                              "\" (" + name_of(findings, one.table->by) + ")";
    const std::string question = name_of(findings, one.table->question_id);
    std::string text;
    for (const analysis::Share& share : one.segment->distribution)
      if (share.id == one.test->item)
        text = "\"" + share.label + "\" in \"" + question + "\": " + percent(share.share) +
               " in the group " + group + ", " + percent(share.share - one.test->difference) +
               " elsewhere" + chance(one.test->verdict) + ".";
    for (const analysis::Metric& metric : one.segment->metrics)
      if (metric.name == one.test->item) {
        const bool share = metric.name == "csat";
        const auto shown = [&](double value) {
          return share ? percent(value) : metric.name == "nps" ? points(value) : one_decimal(value);
        };
        text = "\"" + question + "\": " + shown(metric.value) + " in the group " + group + ", " +
               shown(metric.value - one.test->difference) + " elsewhere" +
               chance(one.test->verdict) + ".";
      }
    const bool told = std::any_of(out.begin(), out.end(), [&](const Statement& known) {
      return known.question_id == one.table->question_id;
    });
    if (!text.empty() && !told) out.push_back({std::move(text), one.table->question_id, {}});
  }
  return out;
}

/// What changed most since the previous wave, so far as it can be told from chance.
std::vector<Statement> about_changes(const Findings& findings) {
  const WaveChange* most = nullptr;
  for (const WaveChange& change : findings.waves)
    if (change.verdict.significant && (most == nullptr || change.verdict.p < most->verdict.p))
      most = &change;
  if (most == nullptr) return {};
  const bool share =
      most->metric == "share" || most->metric == "negative" || most->metric == "csat";
  const auto shown = [&](double value) {
    return share ? percent(value) : most->metric == "nps" ? points(value) : one_decimal(value);
  };
  const std::string what = most->metric == "negative" ? "Negative answers to \""
                           : most->label.empty()      ? "\""
                                                      : "\"" + most->label + "\" in \"";
  return {{what + name_of(findings, most->question_id) + "\" changed from " + shown(most->before) +
               " in the previous wave to " + shown(most->now) + chance(most->verdict) + ".",
           most->question_id,
           {}}};
}

/// One sentence on the largest themes of a question, with a quote of each.
Statement about_themes(const QuestionFindings& question) {
  Statement out{"", question.question_id, {}};
  const std::size_t told = std::min(most_told_themes, question.themes.size());
  for (std::size_t t = 0; t < told; ++t) {
    const Theme& theme = question.themes[t];
    out.text += t == 0 ? "" : t + 1 == told ? " and " : ", ";
    out.text += "\"" + theme.label + "\" (" + percent(theme.share) + ", " +
                std::string(prevailing(theme.sentiment)) + ")";
    if (!theme.quotes.empty()) out.evidence.push_back(theme.quotes.front());
  }
  out.text = "What people write about most in \"" + question.text + "\": " + out.text + ", of " +
             grouped(question.used) + " texts.";
  return out;
}

}  // namespace

std::vector<Evidence> cited(const Dataset& dataset, const std::string& question,
                            const std::string& value) {
  std::vector<Evidence> out;
  for (std::size_t record = 0; record < dataset.records.size() && out.size() < most_cited;
       ++record) {
    const auto* answer = answer_of(dataset, record, question);
    if (answer == nullptr) continue;
    const auto values = values_of(answer->value);
    if (!value.empty() && std::find(values.begin(), values.end(), value) == values.end()) continue;
    const auto text = evidence_text(dataset.records[record].submission, question);
    if (!text || text->empty()) continue;
    out.push_back({.response_id = dataset.records[record].id,
                   .question_id = question,
                   .start = 0,
                   .end = static_cast<std::int64_t>(text->size()),
                   .digest = security::sha256(*text),
                   .quote = *text});
  }
  return out;
}

std::vector<Statement> summarise(const Findings& findings, const Dataset& dataset,
                                 const Settings& settings) {
  std::vector<Statement> scores, themes, choices;
  for (const QuestionFindings& question : findings.questions) {
    const std::string& id = question.question_id;
    if (question.answered < least_told_base) continue;
    if (std::find(settings.by.begin(), settings.by.end(), id) != settings.by.end()) continue;
    if (question.kind == survey::Kind::open_text) {
      if (!question.themes.empty()) themes.push_back(about_themes(question));
    } else if (const auto sentence = about_score(question)) {
      scores.push_back({*sentence, id, cited(dataset, id)});
    } else if (const auto top = leaders(question); !top.empty() && choices.size() < most_choices) {
      choices.push_back({about_choice(question, top), id, cited(dataset, id, top.front()->id)});
    }
  }
  std::vector<Statement> out = std::move(scores);
  std::move(themes.begin(), themes.end(), std::back_inserter(out));
  std::move(choices.begin(), choices.end(), std::back_inserter(out));
  for (auto& statement : about_groups(findings)) out.push_back(std::move(statement));
  for (auto& statement : about_changes(findings)) out.push_back(std::move(statement));
  return out;
}

}  // namespace insightflow::insight
