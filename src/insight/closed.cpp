#include "insight/closed.hpp"

#include <charconv>

namespace insightflow::insight {

using response::Answer;
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

/// Shares of the categories of `options`, given what was chosen.
std::vector<analysis::Share> shares(const std::vector<survey::Option>& options,
                                    const std::map<std::string, analysis::Mass>& chosen,
                                    const analysis::Mass& base) {
  std::vector<analysis::Share> out;
  out.reserve(options.size());
  for (const survey::Option& option : options) {
    const auto at = chosen.find(option.id);
    out.push_back(analysis::share_of(option.id, option.label,
                                     at == chosen.end() ? analysis::Mass{} : at->second, base));
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

bool is_numeric(const Question& question) {
  return question.kind == Kind::number ||
         (survey::is_scaled(question.kind) && question.options.empty());
}

analysis::Tally tally_of(const Dataset& dataset, const Question& question, const Weights& weights,
                         Base base) {
  analysis::Tally tally;
  if (!is_numeric(question)) return tally;
  for (const std::size_t record : base)
    if (const Answer* answer = answer_of(dataset, record, question.id))
      if (const auto number = number_of(answer->value))
        tally.add(*number, 1, weight_of(weights, record));
  return tally;
}

std::vector<analysis::Share> distribution_of(const Dataset& dataset, const Question& question,
                                             const Weights& weights, Base base) {
  if (question.kind == Kind::matrix || question.kind == Kind::ranking) return {};
  const auto categories = categories_of(question);
  if (categories.empty()) return {};
  std::map<std::string, analysis::Mass> chosen;
  analysis::Mass answered;
  for (const std::size_t record : base) {
    const Answer* answer = answer_of(dataset, record, question.id);
    if (answer == nullptr) continue;
    answered.add(weight_of(weights, record));
    for (const std::string& value : values_of(answer->value))
      chosen[value].add(weight_of(weights, record));
  }
  return answered.count == 0 ? std::vector<analysis::Share>()
                             : shares(categories, chosen, answered);
}

std::vector<analysis::Metric> metrics_of(const Question& question, const analysis::Tally& tally) {
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

analysis::Tally tally_of_metric(const Question& question, const analysis::Tally& tally) {
  if (question.kind == Kind::nps) return analysis::nps_points(tally);
  if (question.kind != Kind::csat) return tally;
  // Satisfied or not: the mean of 1 and 0 is the share.
  const auto best = static_cast<double>(survey::scale_of(question).max);
  const analysis::Mass satisfied = tally.between(best - 1, best);
  analysis::Mass rest = tally.mass();
  rest -= satisfied;
  analysis::Tally out;
  if (satisfied.count > 0) out.add_mass(1, satisfied);
  if (rest.count > 0) out.add_mass(0, rest);
  return out;
}

std::optional<double> cell_number(const Answer& answer, const std::string& row) {
  const auto* cells = std::get_if<std::map<std::string, std::string>>(&answer.value);
  if (cells == nullptr) return std::nullopt;
  const auto cell = cells->find(row);
  double number = 0;
  if (cell == cells->end() ||
      std::from_chars(cell->second.data(), cell->second.data() + cell->second.size(), number).ec !=
          std::errc())
    return std::nullopt;
  return number;
}

namespace {

Breakdown matrix_row(const Dataset& dataset, const Question& question, const survey::Option& row,
                     const std::vector<survey::Option>& columns, const Weights& weights,
                     Base base) {
  Breakdown out{.id = row.id, .label = row.label};
  std::map<std::string, analysis::Mass> chosen;
  analysis::Mass answered;
  analysis::Tally tally;
  for (const std::size_t record : base) {
    const Answer* answer = answer_of(dataset, record, question.id);
    const auto* cells =
        answer ? std::get_if<std::map<std::string, std::string>>(&answer->value) : nullptr;
    const auto cell = cells ? cells->find(row.id) : decltype(cells->find(row.id)){};
    if (cells == nullptr || cell == cells->end()) continue;
    const double weight = weight_of(weights, record);
    answered.add(weight);
    chosen[cell->second].add(weight);
    if (!question.options.empty()) continue;
    if (const auto number = cell_number(*answer, row.id)) tally.add(*number, 1, weight);
  }
  out.base = answered.count;
  out.distribution = shares(columns, chosen, answered);
  if (tally.base() > 0) out.metrics.push_back(analysis::mean(tally));
  return out;
}

Breakdown ranked_option(const Dataset& dataset, const Question& question,
                        const survey::Option& option, const Weights& weights, Base base) {
  Breakdown out{.id = option.id, .label = option.label};
  analysis::Tally ranks;
  analysis::Mass first, ranked;
  for (const std::size_t record : base) {
    const Answer* answer = answer_of(dataset, record, question.id);
    const auto* order = answer ? std::get_if<std::vector<std::string>>(&answer->value) : nullptr;
    if (order == nullptr) continue;
    const double weight = weight_of(weights, record);
    ranked.add(weight);
    const auto at = std::find(order->begin(), order->end(), option.id);
    if (at == order->end()) continue;
    ranks.add(static_cast<double>(at - order->begin() + 1), 1, weight);
    if (at == order->begin()) first.add(weight);
  }
  out.base = ranked.count;
  out.distribution.push_back(analysis::share_of("first", "ranked first", first, ranked));
  if (ranks.base() > 0) {
    out.metrics.push_back(analysis::mean(ranks));
    out.metrics.back().name = "mean_rank";
  }
  return out;
}

}  // namespace

std::vector<Breakdown> rows_of(const Dataset& dataset, const Question& question,
                               const Weights& weights, Base base) {
  std::vector<Breakdown> out;
  if (question.kind == Kind::matrix) {
    const auto columns =
        question.options.empty() ? scale_categories(survey::scale_of(question)) : question.options;
    for (const survey::Option& row : question.rows)
      out.push_back(matrix_row(dataset, question, row, columns, weights, base));
  }
  if (question.kind == Kind::ranking)
    for (const survey::Option& option : question.options)
      out.push_back(ranked_option(dataset, question, option, weights, base));
  return out;
}

}  // namespace insightflow::insight
