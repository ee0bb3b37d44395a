#include <report/format.hpp>
#include <report/words.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

namespace insightflow::report::words {

namespace {

using analysis::Share;
using insight::Breakdown;
using insight::QuestionFindings;

struct KindName {
  survey::Kind kind;
  std::string_view name;
};
constexpr std::array kind_names{KindName{survey::Kind::single_choice, "Single choice"},
                                KindName{survey::Kind::multiple_choice, "Multiple choice"},
                                KindName{survey::Kind::rating, "Rating"},
                                KindName{survey::Kind::nps, "Likelihood to recommend"},
                                KindName{survey::Kind::csat, "Satisfaction"},
                                KindName{survey::Kind::ces, "Effort"},
                                KindName{survey::Kind::likert, "Agreement"},
                                KindName{survey::Kind::matrix, "Matrix"},
                                KindName{survey::Kind::ranking, "Ranking"},
                                KindName{survey::Kind::yes_no, "Yes or no"},
                                KindName{survey::Kind::number, "Number"},
                                KindName{survey::Kind::date, "Date"},
                                KindName{survey::Kind::open_text, "Open text"},
                                KindName{survey::Kind::consent, "Consent"},
                                KindName{survey::Kind::contact, "Contact"}};

std::optional<std::int64_t> whole(std::string_view text) {
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size()) return {};
  return value;
}

template <class Items>
auto strongest(const Items& items) {
  return std::max_element(items.begin(), items.end(),
                          [](const Share& a, const Share& b) { return a.share < b.share; });
}

/// The two ends of something compared over segments or rows.
struct Range {
  const Breakdown* low = nullptr;
  const Breakdown* high = nullptr;
  const analysis::Metric* low_metric = nullptr;
  const analysis::Metric* high_metric = nullptr;
};

/// Over the first metric that all share.
std::optional<Range> metric_range(const std::vector<Breakdown>& parts) {
  if (parts.size() < 2 || parts.front().metrics.empty()) return {};
  const std::string& metric = parts.front().metrics.front().name;
  Range range;
  for (const Breakdown& part : parts) {
    const auto* found = find(part.metrics, metric);
    if (found == nullptr) continue;
    if (range.low == nullptr || found->value < range.low_metric->value)
      range.low = &part, range.low_metric = found;
    if (range.high == nullptr || found->value > range.high_metric->value)
      range.high = &part, range.high_metric = found;
  }
  if (range.low == range.high) return {};
  return range;
}

bool large_enough(const Breakdown& part) {
  return part.base >= small_base;
}

}  // namespace

std::string quoted(std::string_view label) {
  return "\u201c" + std::string(label) + "\u201d";
}

std::string base_line(const insight::Findings& findings) {
  return count(findings.responses_used) + " of " + counted(findings.responses_total, "answer") +
         " used";
}

std::string answered_line(const QuestionFindings& question) {
  std::string out = std::string(kind(question.kind)) + " \u00b7 " + count(question.answered) +
                    " of " + count(question.asked) + " answered";
  const bool text_used = question.sentiment || !question.themes.empty();
  if (text_used && question.used != question.answered)
    out += " \u00b7 " + count(question.used) + " used";
  return out;
}

std::string_view kind(survey::Kind kind) {
  for (const KindName& known : kind_names)
    if (known.kind == kind) return known.name;
  return {};
}

std::string_view name(const Share& share) {
  return share.label.empty() ? share.id : share.label;
}

std::string full_name(const Share& share) {
  const std::string words(name(share));
  return whole(share.id) && words != share.id ? share.id + ", " + words : words;
}

std::string_view key(const Share& share) {
  return whole(share.id) ? share.id : name(share);
}

std::string_view name(const Breakdown& breakdown) {
  return breakdown.label.empty() ? breakdown.id : breakdown.label;
}

std::int64_t total(const analysis::SentimentMix& mix) {
  return mix.negative + mix.neutral + mix.positive;
}

const analysis::Metric* find(const std::vector<analysis::Metric>& metrics, std::string_view name) {
  for (const analysis::Metric& metric : metrics)
    if (metric.name == name) return &metric;
  return nullptr;
}

const Share* find(const std::vector<Share>& shares, std::string_view id) {
  for (const Share& share : shares)
    if (share.id == id) return &share;
  return nullptr;
}

std::optional<NpsGroups> nps_groups(const QuestionFindings& question) {
  if (question.kind != survey::Kind::nps || question.distribution.empty()) return {};
  NpsGroups groups;
  for (const Share& share : question.distribution) {
    const auto value = whole(share.id);
    if (!value || *value < 0 || *value > 10) return {};
    (*value <= 6   ? groups.detractors
     : *value <= 8 ? groups.passives
                   : groups.promoters) += share.share;
  }
  return groups;
}

bool on_scale(const std::vector<Share>& distribution) {
  return !distribution.empty() &&
         std::all_of(distribution.begin(), distribution.end(),
                     [](const Share& share) { return whole(share.id).has_value(); });
}

std::string distribution(const QuestionFindings& question) {
  if (question.answered == 0 || question.distribution.empty()) return "Nobody answered";
  const auto top = strongest(question.distribution);
  if (const auto groups = nps_groups(question)) {
    const auto* nps = find(question.metrics, "nps");
    return (nps != nullptr ? "NPS " + points(nps->value) + ": " : std::string()) +
           percent(groups->promoters) + " promoters against " + percent(groups->detractors) +
           " detractors";
  }
  const std::string of = percent(top->share) + " of " + counted(question.answered, "answer");
  if (on_scale(question.distribution)) {
    std::string out;
    if (const auto* csat = find(question.metrics, "csat"))
      out = percent(csat->value) + " are satisfied; ";
    else if (const auto* mean = find(question.metrics, "mean"))
      out = "The mean is " + words_of(*mean).value + "; ";
    std::vector<std::string> level;
    for (const Share& share : question.distribution)
      if (share.count == top->count) level.push_back(full_name(share));
    if (level.size() == 1) {
      out += "the most frequent answer is " + level.front() + " (" + of + ")";
    } else if (level.size() > 3) {
      out += "no answer stands out: " + count(static_cast<std::int64_t>(level.size())) +
             " share the lead with " + of + " each";
    } else {
      out += "the most frequent answers are ";
      for (std::size_t i = 0; i < level.size(); ++i)
        out += (i == 0 ? "" : i + 1 == level.size() ? " and " : ", ") + level[i];
      out += " (" + of + " each)";
    }
    if (out.front() == 't' || out.front() == 'n') out.front() = static_cast<char>(out.front() - 32);
    return out;
  }
  std::vector<const Share*> level;
  for (const Share& share : question.distribution)
    if (share.count == top->count) level.push_back(&share);
  if (level.size() > 2)
    return count(static_cast<std::int64_t>(level.size())) + " choices share the lead with " + of;
  if (level.size() == 2)
    return quoted(name(*level[0])) + " and " + quoted(name(*level[1])) + " lead with " + of +
           " each";
  return quoted(name(*top)) +
         (question.kind == survey::Kind::ranking ? " is ranked first most: " : " leads: ") + of;
}

std::string sentiment(const analysis::SentimentMix& mix) {
  const std::int64_t all = total(mix);
  if (all == 0) return "No comments to judge";
  const auto share = [&](std::int64_t n) {
    return percent(static_cast<double>(n) / static_cast<double>(all));
  };
  if (mix.negative == 0 && mix.positive == 0) return "All comments are neutral";
  if (mix.negative == mix.positive)
    return "Negative and positive comments balance: " + share(mix.negative) + " each";
  const bool worse = mix.negative > mix.positive;
  return std::string(worse ? "Negative" : "Positive") + " comments outnumber " +
         (worse ? "positive" : "negative") +
         " ones: " + share(worse ? mix.negative : mix.positive) + " against " +
         share(worse ? mix.positive : mix.negative);
}

std::string mix(const analysis::SentimentMix& mix) {
  const std::int64_t all = total(mix);
  if (all == 0) return {};
  const auto share = [&](std::int64_t n) {
    return percent(static_cast<double>(n) / static_cast<double>(all));
  };
  return share(mix.negative) + " negative, " + share(mix.neutral) + " neutral, " +
         share(mix.positive) + " positive";
}

std::string themes(const QuestionFindings& question) {
  if (question.themes.empty()) return "No theme is shared by enough answers";
  const auto& top = question.themes.front();
  return quoted(top.label) +
         (question.themes.size() == 1 ? " is the one theme: " : " is the most frequent theme: ") +
         percent(top.share) + " of " + counted(question.used, "answer");
}

std::string rows(const QuestionFindings& question) {
  if (const auto range = metric_range(question.rows))
    return quoted(name(*range->high)) + " scores highest (" + words_of(*range->high_metric).value +
           "), " + quoted(name(*range->low)) + " lowest (" + words_of(*range->low_metric).value +
           ")";
  // Without scores, the answer that differs most from row to row.
  const Share *low = nullptr, *high = nullptr;
  const Breakdown *low_at = nullptr, *high_at = nullptr;
  for (const Breakdown& a : question.rows)
    for (const Share& one : a.distribution)
      for (const Breakdown& b : question.rows) {
        const Share* two = find(b.distribution, one.id);
        if (a.base == 0 || b.base == 0 || two == nullptr) continue;
        if (high == nullptr || one.share - two->share > high->share - low->share)
          high = &one, low = two, high_at = &a, low_at = &b;
      }
  if (high == nullptr) return "Nobody answered";
  if (high->share == low->share) return "All rows were answered alike";
  return quoted(name(*high)) + " is chosen most for " + quoted(name(*high_at)) + " (" +
         percent(high->share) + "), least for " + quoted(name(*low_at)) + " (" +
         percent(low->share) + ")";
}

std::string cross_tab(const insight::CrossTab& table) {
  std::vector<Breakdown> segments;
  std::copy_if(table.segments.begin(), table.segments.end(), std::back_inserter(segments),
               large_enough);
  if (segments.size() < 2)
    return "Too few answers to compare: fewer than two segments have at least " +
           count(small_base) + ".";
  const insight::CrossTest* best = nullptr;
  for (const Breakdown& segment : segments)
    for (const insight::CrossTest& test : table.tests)
      if (!test.item.empty() && test.segment == segment.id &&
          (best == nullptr || test.verdict.p < best->verdict.p))
        best = &test;
  if (best != nullptr && best->verdict.significant)
    for (const Breakdown& segment : segments)
      if (segment.id == best->segment) {
        const std::string verdict = " elsewhere: " + std::string(chance(best->verdict)) + " (" +
                                    probability(best->verdict) + ").";
        if (const auto* share = find(segment.distribution, best->item))
          return "Clearest difference: " + quoted(name(*share)) + ", " + percent(share->share) +
                 " in " + quoted(name(segment)) + ", " + percent(share->share - best->difference) +
                 verdict;
        if (const auto* metric = find(segment.metrics, best->item)) {
          analysis::Metric rest = *metric;
          rest.value -= best->difference;
          return words_of(*metric).label + " is " + words_of(*metric).value + " in " +
                 quoted(name(segment)) + ", " + words_of(rest).value + verdict;
        }
      }
  if (best != nullptr)
    return "No difference between the groups that can be told from chance (smallest " +
           probability(best->verdict) + ").";
  if (const auto range = metric_range(segments)) {
    const MetricWords low = words_of(*range->low_metric);
    const MetricWords high = words_of(*range->high_metric);
    return high.label + " is highest for " + quoted(name(*range->high)) + " (" + high.value +
           ") and lowest for " + quoted(name(*range->low)) + " (" + low.value +
           "). The difference was not tested.";
  }
  return "The groups are shown side by side; their differences were not tested.";
}

const std::string& about(const insight::Theme& theme) {
  return theme.summary.empty() ? theme.description : theme.summary;
}

std::string theme_size(const insight::Theme& theme, std::int64_t base) {
  return count(theme.size) + " of " + counted(base, "answer") + ", " + percent(theme.share) + " (" +
         percent_range(theme.interval) + ")" +
         (theme.stability ? "; " + percent(*theme.stability) + " stable in random halves" : "");
}

bool shows_intervals(const insight::Findings& findings) {
  const auto any_metric = [](const std::vector<analysis::Metric>& metrics) {
    return std::any_of(metrics.begin(), metrics.end(),
                       [](const analysis::Metric& metric) { return metric.interval.has_value(); });
  };
  return std::any_of(findings.questions.begin(), findings.questions.end(),
                     [&](const QuestionFindings& question) {
                       return !question.distribution.empty() || !question.themes.empty() ||
                              !question.rows.empty() || any_metric(question.metrics);
                     });
}

std::string_view question_text(const insight::Findings& findings, std::string_view id) {
  for (const QuestionFindings& question : findings.questions)
    if (question.question_id == id && !question.text.empty()) return question.text;
  return id;
}

}  // namespace insightflow::report::words
