#include "insight/closed.hpp"

#include <insightflow/analysis/statistics.hpp>

#include <charconv>

namespace insightflow::insight {

using response::Answer;
using survey::Kind;
using survey::Question;

namespace {

std::string number_text(double value) {
  char digits[40];
  return {digits, std::to_chars(digits, digits + sizeof digits, value).ptr};
}

/// The number an answer stands for, where it stands for one.
std::optional<double> number_of(const response::Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  return std::nullopt;
}

analysis::Tally tally_of(const Dataset& dataset, const Question& question, Base base) {
  analysis::Tally tally;
  for (const std::size_t record : base)
    if (const Answer* answer = answer_of(dataset, record, question.id))
      if (const auto number = number_of(answer->value)) tally.add(*number);
  return tally;
}

/// Shares of the categories of `options`, given how often each was chosen.
std::vector<analysis::Share> shares(const std::vector<survey::Option>& options,
                                    const std::map<std::string, std::int64_t>& counts,
                                    std::int64_t base) {
  std::vector<analysis::Share> out;
  out.reserve(options.size());
  for (const survey::Option& option : options) {
    const auto at = counts.find(option.id);
    out.push_back(
        analysis::share_of(option.id, option.label, at == counts.end() ? 0 : at->second, base));
  }
  return out;
}

constexpr std::int64_t most_scale_categories = 25;

std::vector<survey::Option> scale_categories(const survey::Scale& scale) {
  std::vector<survey::Option> out;
  if (scale.max - scale.min >= most_scale_categories) return out;
  for (std::int64_t value = scale.min; value <= scale.max; ++value) {
    const std::string id = std::to_string(value);
    const auto label = scale.labels.find(id);
    out.push_back({id, label == scale.labels.end() ? id : label->second});
  }
  return out;
}

}  // namespace

const Answer* answer_of(const Dataset& dataset, std::size_t record, std::string_view id) {
  const auto& answers = dataset.records[record].submission.answers;
  const auto at = answers.find(std::string(id));
  return at == answers.end() ? nullptr : &at->second;
}

std::vector<std::string> values_of(const response::Value& value) {
  struct Values {
    std::vector<std::string> operator()(bool b) const { return {b ? "yes" : "no"}; }
    std::vector<std::string> operator()(double d) const { return {number_text(d)}; }
    std::vector<std::string> operator()(const std::string& s) const { return {s}; }
    std::vector<std::string> operator()(const std::vector<std::string>& v) const { return v; }
    std::vector<std::string> operator()(const std::map<std::string, std::string>&) const {
      return {};
    }
  };
  return std::visit(Values{}, value);
}

std::vector<survey::Option> categories_of(const Question& question) {
  if (question.kind == Kind::consent) return {{"yes", "Agreed"}, {"no", "Not agreed"}};
  if (question.kind == Kind::number || question.kind == Kind::date ||
      question.kind == Kind::open_text || question.kind == Kind::contact)
    return {};
  if (survey::is_scaled(question.kind) && question.options.empty())
    return scale_categories(survey::scale_of(question));
  return survey::options_of(question);
}

std::vector<analysis::Share> distribution_of(const Dataset& dataset, const Question& question,
                                             Base base) {
  if (question.kind == Kind::matrix || question.kind == Kind::ranking) return {};
  const auto categories = categories_of(question);
  if (categories.empty()) return {};
  std::map<std::string, std::int64_t> counts;
  std::int64_t answered = 0;
  for (const std::size_t record : base) {
    const Answer* answer = answer_of(dataset, record, question.id);
    if (answer == nullptr) continue;
    ++answered;
    for (const std::string& value : values_of(answer->value)) ++counts[value];
  }
  return answered == 0 ? std::vector<analysis::Share>() : shares(categories, counts, answered);
}

std::vector<analysis::Metric> metrics_of(const Dataset& dataset, const Question& question,
                                         Base base) {
  const bool scaled = survey::is_scaled(question.kind) && question.options.empty();
  if (!scaled && question.kind != Kind::number) return {};
  const analysis::Tally tally = tally_of(dataset, question, base);
  if (tally.base() == 0) return {};
  std::vector<analysis::Metric> out;
  if (question.kind == Kind::nps) out.push_back(analysis::nps(tally));
  if (question.kind == Kind::csat)
    out.push_back(analysis::csat(tally, survey::scale_of(question).max));
  if (question.kind == Kind::ces)
    out.push_back(analysis::ces(tally));
  else
    out.push_back(analysis::mean(tally));
  out.push_back(analysis::median(tally));
  out.push_back(analysis::standard_deviation(tally));
  return out;
}

std::vector<Breakdown> rows_of(const Dataset& dataset, const Question& question, Base base) {
  std::vector<Breakdown> out;
  if (question.kind == Kind::matrix) {
    const auto columns =
        question.options.empty() ? scale_categories(survey::scale_of(question)) : question.options;
    for (const survey::Option& row : question.rows) {
      Breakdown breakdown{.id = row.id, .label = row.label};
      std::map<std::string, std::int64_t> counts;
      analysis::Tally tally;
      for (const std::size_t record : base) {
        const Answer* answer = answer_of(dataset, record, question.id);
        const auto* cells =
            answer ? std::get_if<std::map<std::string, std::string>>(&answer->value) : nullptr;
        const auto cell = cells ? cells->find(row.id) : decltype(cells->find(row.id)){};
        if (cells == nullptr || cell == cells->end()) continue;
        ++breakdown.base;
        ++counts[cell->second];
        double number = 0;
        const std::string& text = cell->second;
        if (question.options.empty() &&
            std::from_chars(text.data(), text.data() + text.size(), number).ec == std::errc())
          tally.add(number);
      }
      breakdown.distribution = shares(columns, counts, breakdown.base);
      if (tally.base() > 0) breakdown.metrics.push_back(analysis::mean(tally));
      out.push_back(std::move(breakdown));
    }
  }
  if (question.kind == Kind::ranking) {
    for (const survey::Option& option : question.options) {
      Breakdown breakdown{.id = option.id, .label = option.label};
      analysis::Tally ranks;
      std::int64_t first = 0;
      for (const std::size_t record : base) {
        const Answer* answer = answer_of(dataset, record, question.id);
        const auto* order =
            answer ? std::get_if<std::vector<std::string>>(&answer->value) : nullptr;
        if (order == nullptr) continue;
        ++breakdown.base;
        const auto at = std::find(order->begin(), order->end(), option.id);
        if (at == order->end()) continue;
        ranks.add(static_cast<double>(at - order->begin() + 1));
        first += at == order->begin();
      }
      breakdown.distribution.push_back(
          analysis::share_of("first", "ranked first", first, breakdown.base));
      if (ranks.base() > 0) {
        breakdown.metrics.push_back(analysis::mean(ranks));
        breakdown.metrics.back().name = "mean_rank";
      }
      out.push_back(std::move(breakdown));
    }
  }
  return out;
}

}  // namespace insightflow::insight
