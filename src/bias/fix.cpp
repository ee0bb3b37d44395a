#include "bias/inspection.hpp"
#include "bias/json_edit.hpp"
#include "bias/subject.hpp"

#include <insightflow/bias/fix.hpp>
#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>

namespace insightflow::bias {

namespace {

Edit edit(EditOp op, std::string path, const json::value& value) {
  return {op, std::move(path), JsonText{serialize(value)}};
}

std::string base_of(const Item& item) {
  return "/questions/" + std::to_string(item.index);
}

bool is_choice(const Item& item) {
  return item.listed &&
         (item.kind() == Kind::single_choice || item.kind() == Kind::multiple_choice);
}

/// Words that are added or moved would have to be translated, too.
bool is_translated(const Item& item) {
  for (const auto& [tag, translation] : item.survey->survey->translations)
    if (translation.questions.contains(item.question->id)) return true;
  return false;
}

bool is_english(const Item& item) {
  const std::string& tag = item.survey->survey->language;
  return tag.size() >= 2 && (tag[0] | 32) == 'e' && (tag[1] | 32) == 'n' &&
         (tag.size() == 2 || tag[2] == '-' || tag[2] == '_');
}

/// Adds an option before `position`. Ids follow the habit of the list: the label itself, or a slug.
std::optional<Edit> add_option(const Item& item, std::size_t position, const std::string& label,
                               const std::string& id, std::string_view flag) {
  bool ids_are_labels = true;
  for (const survey::Option& option : item.question->options) {
    ids_are_labels = ids_are_labels && option.id == option.label;
    if (option.id == id || option.id == label || option.label == label) return std::nullopt;
  }
  if (item.question->options.size() >= 500) return std::nullopt;
  json::value value(std::string_view{label});
  if (!ids_are_labels || !flag.empty()) {
    json::object object{{"id", ids_are_labels ? label : id}, {"label", label}};
    if (!flag.empty()) object[flag] = true;
    value = std::move(object);
  }
  return edit(EditOp::add, base_of(item) + "/options/" + std::to_string(position), value);
}

Fix structural(std::string title, std::vector<Edit> edits) {
  Fix fix;
  fix.title = std::move(title);
  fix.edits = std::move(edits);
  return fix;
}

std::optional<Fix> let_decline(const Item& item, const Finding&) {
  if (!is_choice(item) || !item.question->required || is_translated(item)) return std::nullopt;
  const bool several = item.kind() == Kind::multiple_choice;
  const auto added = add_option(item, item.question->options.size(), "Prefer not to say",
                                "prefer_not_to_say", several ? "exclusive" : "");
  if (!added) return std::nullopt;
  return structural("Add \"Prefer not to say\".", {*added});
}

std::optional<Fix> let_name_another(const Item& item, const Finding& finding) {
  // A gap between numbers is another matter: which range is missing only the author knows.
  if (finding.field != "options" || !is_choice(item) || is_translated(item)) return std::nullopt;
  std::size_t position = item.list.labels.size();
  for (const Label& label : item.list.labels)
    if (label.interval || label.ranked || label.other) return std::nullopt;
  while (position > 0) {
    const Label& label = item.list.labels[position - 1];
    const bool last = label.outside || label.none || label.opt_out ||
                      item.question->options[position - 1].exclusive;
    if (!last) break;
    --position;
  }
  const auto added = add_option(item, position, "Other (please specify)", "other", "other");
  if (!added) return std::nullopt;
  return structural("Add \"Other (please specify)\".", {*added});
}

std::optional<Fix> sort_options(const Item& item, const Finding&) {
  if (!item.listed || item.question->randomize) return std::nullopt;
  struct Point {
    double value;
    std::size_t at;
  };
  std::vector<Point> points;
  for (std::size_t i = 0; i < item.list.labels.size(); ++i) {
    const Label& label = item.list.labels[i];
    if (label.outside || label.other) continue;
    if (item.list.ranges && label.interval)
      points.push_back({label.interval->low, i});
    else if (!item.list.ranges && label.ranked)
      points.push_back({static_cast<double>(label.rank), i});
    else
      return std::nullopt;
  }
  if (points.size() < 3) return std::nullopt;
  std::size_t rising = 0;
  for (std::size_t i = 1; i < points.size(); ++i) rising += points[i].value > points[i - 1].value;
  const double direction = 2 * rising >= points.size() - 1 ? 1 : -1;
  std::vector<Point> sorted = points;
  std::stable_sort(sorted.begin(), sorted.end(), [&](const Point& a, const Point& b) {
    return a.value * direction < b.value * direction;
  });
  // Two labels of the same strength, or two that are close and stood the other way round, have no
  // order that everyone agrees on.
  for (std::size_t i = 1; i < sorted.size(); ++i) {
    const double step = (sorted[i].value - sorted[i - 1].value) * direction;
    if (step <= 0) return std::nullopt;
    if (!item.list.ranges && step <= 1 && sorted[i].at < sorted[i - 1].at &&
        std::abs(sorted[i].value) <= 3 && std::abs(sorted[i - 1].value) <= 3)
      return std::nullopt;
  }
  std::vector<survey::Option> options = item.question->options;
  for (std::size_t i = 0; i < points.size(); ++i)
    options[points[i].at] = item.question->options[sorted[i].at];
  json::array value;
  for (const survey::Option& option : options) value.push_back(to_json(option));
  return structural("Sort the answers from one end to the other.",
                    {edit(EditOp::replace, base_of(item) + "/options", value)});
}

std::optional<Fix> shuffle_options(const Item& item, const Finding&) {
  if (!item.listed || item.question->randomize) return std::nullopt;
  bool sorted = true;
  for (std::size_t i = 0; i < item.list.labels.size(); ++i) {
    const Label& label = item.list.labels[i];
    const survey::Option& option = item.question->options[i];
    const bool stays_last = option.other || option.exclusive;
    if (label.ranked || label.interval || label.bare_number) return std::nullopt;
    if ((label.other || label.none || label.outside || label.opt_out) && !stays_last)
      return std::nullopt;
    if (i > 0 && !stays_last) sorted = sorted && item.question->options[i - 1].label < option.label;
  }
  // Who looks for their country or brand expects the alphabet.
  if (sorted) return std::nullopt;
  return structural("Shuffle the options for each respondent.",
                    {edit(EditOp::add, base_of(item) + "/randomize", true)});
}

std::optional<Fix> label_ends(const Item& item, const Finding&) {
  const bool about_satisfaction = item.question->text.find("atisf") != std::string::npos;
  if (item.kind() != Kind::csat || item.listed || !about_satisfaction || !is_english(item) ||
      is_translated(item))
    return std::nullopt;
  const survey::Scale scale = survey::scale_of(*item.question);
  if (!scale.labels.empty() || scale.max <= scale.min) return std::nullopt;
  const json::object labels{{std::to_string(scale.min), "Very dissatisfied"},
                            {std::to_string(scale.max), "Very satisfied"}};
  const Edit added =
      item.question->scale
          ? edit(EditOp::add, base_of(item) + "/scale/labels", labels)
          : edit(EditOp::add, base_of(item) + "/scale",
                 json::object{{"min", scale.min}, {"max", scale.max}, {"labels", labels}});
  return structural("Label the ends \"Very dissatisfied\" and \"Very satisfied\".", {added});
}

/// The suggestion is the question without the words meant: what the rule would say anyway.
std::optional<Fix> leave_out(const Item& item, const Finding& finding) {
  if (finding.field != "text" || finding.span.end <= finding.span.start || is_translated(item))
    return std::nullopt;
  const std::string& text = item.question->text;
  if (finding.suggestion.empty() || finding.suggestion != replaced(text, finding.span, ""))
    return std::nullopt;
  const auto start = static_cast<std::size_t>(finding.span.start);
  const auto length = static_cast<std::size_t>(finding.span.end) - start;
  Fix fix = structural("Leave out " + quote(text.substr(start, length)) + ".",
                       {edit(EditOp::replace, base_of(item) + "/text",
                             json::value(std::string_view(finding.suggestion)))});
  fix.kind = FixKind::wording;
  return fix;
}

struct FixRow {
  std::string_view rule;  ///< Empty: any.
  std::optional<Fix> (*make)(const Item&, const Finding&);
};
constexpr std::array fix_table{
    FixRow{"sensitive-required", let_decline}, FixRow{"non-exhaustive-options", let_name_another},
    FixRow{"illogical-order", sort_options},   FixRow{"long-unordered-list", shuffle_options},
    FixRow{"scale-labels", label_ends},        FixRow{"", leave_out}};

/// Deletes the unused acceptances of a question, or of the whole, from the last to the first.
void delete_acceptances(const survey::Questionnaire& survey, const Report& report,
                        std::vector<Fix>& out) {
  std::set<std::string_view> told;
  for (const Finding& finding : report.findings)
    if (finding.rule == suppression_id) told.insert(finding.pointer);
  std::map<std::string, std::vector<std::string>> places;  // By the list they stand in.
  std::map<std::string, std::string> owner;
  for (const UnusedAllowance& unused : report.unused) {
    if (!told.contains(unused.pointer)) continue;
    const std::string list = unused.pointer.substr(0, unused.pointer.rfind('/'));
    places[list].push_back(unused.pointer);
    owner[list] = unused.question_id;
  }
  for (auto& [list, pointers] : places) {
    Finding probe;
    probe.pointer = list;
    const survey::Question* question = question_of(probe, survey);
    const auto& notes = question ? question->lint : survey.lint;
    Fix fix;
    fix.rule = suppression_id;
    fix.question_id = owner[list];
    fix.title = "Delete the suppression that is needed no more.";
    if (notes && notes->allow.size() == pointers.size())
      fix.edits = {{EditOp::remove, list.substr(0, list.rfind('/')), std::nullopt}};
    else
      for (auto pointer = pointers.rbegin(); pointer != pointers.rend(); ++pointer)
        fix.edits.push_back({EditOp::remove, *pointer, std::nullopt});
    out.push_back(std::move(fix));
  }
}

/// Everything the table offers, not yet tried.
std::vector<Fix> proposals(const survey::Questionnaire& survey, const Report& report,
                           const Options& options) {
  Inspection inspection;
  inspect(survey, options, inspection);
  std::vector<Fix> out;
  for (const Finding& finding : report.findings) {
    const survey::Question* question = question_of(finding, survey);
    if (!question) continue;
    const Item& item =
        inspection.items[static_cast<std::size_t>(question - survey.questions.data())];
    for (const FixRow& row : fix_table) {
      if (!row.rule.empty() && row.rule != finding.rule) continue;
      if (auto fix = row.make(item, finding)) {
        fix->rule = finding.rule;
        fix->question_id = finding.question_id;
        out.push_back(std::move(*fix));
        break;
      }
    }
  }
  delete_acceptances(survey, report, out);
  return out;
}

using Key = std::tuple<std::string_view, std::string_view, Severity>;
std::map<Key, std::int64_t> tally(const Report& report) {
  std::map<Key, std::int64_t> out;
  for (const Finding& finding : report.findings)
    ++out[{finding.rule, finding.question_id, finding.severity}];
  return out;
}

std::int64_t count_of(const Report& report, const Fix& fix) {
  std::int64_t out = 0;
  for (const Finding& finding : report.findings)
    out += finding.rule == fix.rule && finding.question_id == fix.question_id;
  return out;
}

/// Nothing new was found, and every repair took at least one finding away.
bool is_better(const Report& before, const Report& after, std::span<const Fix> fixes) {
  const auto was = tally(before);
  for (const auto& [key, count] : tally(after)) {
    const auto known = was.find(key);
    if (known == was.end() || count > known->second) return false;
  }
  return std::all_of(fixes.begin(), fixes.end(),
                     [&](const Fix& fix) { return count_of(after, fix) < count_of(before, fix); });
}

/// Tries repairs and keeps those that help.
class Workshop {
 public:
  Workshop(const survey::Questionnaire& survey, const Options& options)
      : options_(options), survey_(survey), report_(lint(survey, options)) {}

  void apply(std::span<const Fix> fixes) {
    // Each trial is a whole lint; a survey made to spoil every one of them must not take minutes.
    constexpr int most_trials = 64;
    if (fixes.empty() || ++trials_ > most_trials) return;
    if (auto tried = attempt(fixes)) {
      Report report = lint(*tried, options_);
      if (is_better(report_, report, fixes)) {
        survey_ = std::move(*tried);
        report_ = std::move(report);
        applied_.insert(applied_.end(), fixes.begin(), fixes.end());
        return;
      }
    }
    if (fixes.size() == 1) return;
    // One of them spoils the rest: the halves are tried by themselves.
    apply(fixes.first(fixes.size() / 2));
    apply(fixes.subspan(fixes.size() / 2));
  }

  const survey::Questionnaire& survey() const { return survey_; }
  const Report& report() const { return report_; }
  const std::vector<Fix>& applied() const { return applied_; }

 private:
  std::optional<survey::Questionnaire> attempt(std::span<const Fix> fixes) const {
    json::value document = to_json(survey_);
    for (const Fix& fix : fixes)
      for (const Edit& one : fix.edits)
        if (!apply_to_value(document, one)) return std::nullopt;
    auto read = from_json<survey::Questionnaire>(document);
    if (!read) return std::nullopt;
    return std::move(read).value();
  }

  const Options& options_;
  survey::Questionnaire survey_;
  Report report_;
  std::vector<Fix> applied_;
  int trials_ = 0;
};

/// The first repair of each question, so that none changes the places another speaks of.
std::vector<Fix> first_of_each(std::vector<Fix> fixes) {
  std::set<std::string> seen;
  std::vector<Fix> out;
  for (Fix& fix : fixes)
    if (seen.insert(fix.question_id).second) out.push_back(std::move(fix));
  return out;
}

std::vector<Fix> of_kind(std::vector<Fix> fixes, FixKind kind) {
  std::erase_if(fixes, [&](const Fix& fix) { return fix.kind != kind; });
  return fixes;
}

}  // namespace

std::vector<Fix> fixes(const survey::Questionnaire& survey, const Report& report,
                       const Options& options) {
  std::vector<Fix> out;
  const std::vector<Fix> offered = proposals(survey, report, options);
  for (const FixKind kind : {FixKind::structure, FixKind::wording}) {
    Workshop workshop(survey, options);
    workshop.apply(first_of_each(of_kind(offered, kind)));
    out.insert(out.end(), workshop.applied().begin(), workshop.applied().end());
  }
  return out;
}

Repaired repair(const survey::Questionnaire& survey, const Options& options, bool wording) {
  Workshop workshop(survey, options);
  // Each useful round takes findings away; what did not help is not tried again.
  std::vector<Fix> refused;
  for (;;) {
    std::vector<Fix> offered = proposals(workshop.survey(), workshop.report(), options);
    if (!wording) offered = of_kind(std::move(offered), FixKind::structure);
    std::erase_if(offered, [&](const Fix& fix) {
      return std::find(refused.begin(), refused.end(), fix) != refused.end();
    });
    offered = first_of_each(std::move(offered));
    if (offered.empty()) break;
    const std::size_t before = workshop.applied().size();
    workshop.apply(offered);
    for (Fix& fix : offered) {
      const auto& applied = workshop.applied();
      const auto first = applied.begin() + static_cast<std::ptrdiff_t>(before);
      if (std::find(first, applied.end(), fix) == applied.end()) refused.push_back(std::move(fix));
    }
  }
  return {workshop.survey(), workshop.report(), workshop.applied()};
}

Result<std::string> apply_to_text(std::string_view source, std::span<const Fix> fixes) {
  std::string text(source);
  for (const Fix& fix : fixes)
    for (const Edit& one : fix.edits) {
      BOOST_OUTCOME_TRY(text, apply_to_text(text, one));
    }
  return text;
}

}  // namespace insightflow::bias

namespace insightflow {

Result<void> JsonCodec<bias::JsonText>::read(bias::JsonText& text, const json::value& from) {
  text.text = serialize(from);
  return success();
}
void JsonCodec<bias::JsonText>::write(const bias::JsonText& text, json::value& to) {
  if (auto value = parse_json(text.text)) to = std::move(value).value();
}
void JsonCodec<bias::JsonText>::schema(json::object& to) {
  to["description"] = "Any JSON value.";
}

template const Type& type_of<bias::Fix>();

}  // namespace insightflow
