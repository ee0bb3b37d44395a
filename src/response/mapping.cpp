#include <insightflow/core/json.hpp>
#include <insightflow/response/csv.hpp>
#include <insightflow/response/mapping.hpp>
#include <insightflow/response/validate.hpp>
#include <insightflow/survey/localise.hpp>
#include <insightflow/survey/words.hpp>

#include <set>

namespace insightflow::response {

namespace {

using survey::Kind;
using survey::Option;
using survey::Question;
using survey::Questionnaire;
using What = Target::What;
using Parts = std::map<std::string, std::string>;

constexpr std::string_view contact_parts[] = {"name", "email", "phone"};
constexpr std::pair<std::string_view, What> meta_columns[] = {
    {"id", What::id}, {"submitted_at", What::submitted_at}, {"language", What::language}};

constexpr std::string_view hidden_prefix = "hidden.";
constexpr std::string_view answer_prefix = "answers.";

bool has_other(const Question& question) {
  return std::any_of(question.options.begin(), question.options.end(),
                     [](const Option& option) { return option.other; });
}

bool has_parts_only(const Question& question) {
  return question.kind == Kind::matrix || question.kind == Kind::contact;
}

bool is_list(const Question& question) {
  return question.kind == Kind::multiple_choice || question.kind == Kind::ranking;
}

/// The id for an id or label, in any case if need be.
std::optional<std::string> id_in(const std::vector<Option>& options, std::string_view name) {
  if (const Option* exact = survey::detail::match(options, name)) return exact->id;
  for (const Option& option : options)
    if (survey::equal_ignoring_case(option.label, name) ||
        survey::equal_ignoring_case(option.id, name))
      return option.id;
  return std::nullopt;
}

/// Where the parts of a question stand in a table, in order.
std::vector<Target> columns_of(const Question& question, std::size_t index) {
  std::vector<Target> out;
  if (question.kind == Kind::matrix)
    for (const Option& row : question.rows) out.push_back({What::part, index, row.id});
  if (question.kind == Kind::contact)
    for (const std::string_view part : contact_parts)
      out.push_back({What::part, index, std::string(part)});
  if (!has_parts_only(question)) out.push_back({What::answer, index, {}});
  if (has_other(question)) out.push_back({What::other, index, {}});
  return out;
}

class Finder {
 public:
  explicit Finder(const Questionnaire& survey) : survey_(survey) {}

  Target find(std::string_view name) const {
    for (const auto& [meta, what] : meta_columns)
      if (name == meta) return {what, 0, {}};
    if (name.starts_with(hidden_prefix)) {
      const std::string field(name.substr(hidden_prefix.size()));
      const bool known =
          std::find(survey_.hidden.begin(), survey_.hidden.end(), field) != survey_.hidden.end();
      return known ? Target{What::hidden, 0, field} : Target{};
    }
    if (name.starts_with(answer_prefix)) name.remove_prefix(answer_prefix.size());
    name = survey::trimmed(name);
    if (const auto index = question(name)) return whole(*index);
    // A part: behind the last separator whose front is a question, or in brackets at the end.
    for (std::size_t cut = name.size(); cut-- > 0;) {
      if (name[cut] != '/' && name[cut] != '.') continue;
      if (const auto index = question(name.substr(0, cut)))
        return part(*index, name.substr(cut + 1));
    }
    if (const std::size_t open = name.rfind('['); open != name.npos && name.ends_with(']'))
      if (const auto index = question(survey::trimmed(name.substr(0, open))))
        return part(*index, name.substr(open + 1, name.size() - open - 2));
    return {};
  }

 private:
  template <class Test>
  std::optional<std::size_t> only(const Test& test) const {
    std::optional<std::size_t> out;
    for (std::size_t i = 0; i < survey_.questions.size(); ++i) {
      if (!test(survey_.questions[i])) continue;
      if (out) return std::nullopt;
      out = i;
    }
    return out;
  }
  std::optional<std::size_t> question(std::string_view name) const {
    if (const Question* exact = survey::find(survey_, name))
      return static_cast<std::size_t>(exact - survey_.questions.data());
    if (const auto index = only([&](const Question& q) { return q.text == name; })) return index;
    return only([&](const Question& q) {
      return survey::equal_ignoring_case(q.text, name) || survey::equal_ignoring_case(q.id, name);
    });
  }
  Target whole(std::size_t index) const {
    if (has_parts_only(survey_.questions[index])) return {};
    return {What::answer, index, {}};
  }
  Target part(std::size_t index, std::string_view name) const {
    const Question& question = survey_.questions[index];
    if (question.kind == Kind::contact) {
      for (const std::string_view known : contact_parts)
        if (survey::equal_ignoring_case(known, name))
          return {What::part, index, std::string(known)};
      return {};
    }
    if (question.kind != Kind::matrix && name == "other" && has_other(question))
      return {What::other, index, {}};
    if (!is_list(question) && question.kind != Kind::matrix) return {};
    if (auto id = id_in(question.kind == Kind::matrix ? question.rows : question.options, name))
      return {What::part, index, std::move(*id)};
    return {};
  }

  const Questionnaire& survey_;
};

bool among(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return survey::equal_ignoring_case(word, text);
  });
}

class RowReader {
 public:
  explicit RowReader(const Questionnaire& survey) : survey_(survey) {}

  Result<ImportedRow> run(const Mapping& mapping, const std::vector<std::string>& fields) {
    const std::size_t count = std::min(mapping.columns.size(), fields.size());
    for (std::size_t i = 0; i < count; ++i) {
      const Target& target = mapping.columns[i];
      const std::string_view text = unescape_formula(fields[i]);
      if (target.what != What::nothing && !survey::is_blank(text)) cell(target, text);
    }
    for (auto& [index, places] : places_) {
      std::sort(places.begin(), places.end());
      std::vector<std::string> ranked;
      for (auto& [place, option] : places) ranked.push_back(std::move(option));
      row_.submission.answers[survey_.questions[index].id].value = std::move(ranked);
    }
    if (!problems_.empty()) return invalid(std::move(problems_));
    return std::move(row_);
  }

 private:
  void cell(const Target& target, std::string_view text) {
    const std::string word(survey::trimmed(text));
    Submission& submission = row_.submission;
    switch (target.what) {
      case What::nothing: return;
      case What::id: row_.id = word; return;
      case What::language: submission.language = word; return;
      case What::hidden: submission.hidden[target.key] = text; return;
      case What::other: submission.other[id_of(target)] = text; return;
      case What::answer: submission.answers[id_of(target)].value = std::string(text); return;
      case What::part: part(target, word); return;
      case What::submitted_at:
        if (const auto at = Instant::parse(word))
          row_.submitted_at = at.value();
        else
          problems_.push_back({"/submitted_at", at.error().reason, at.error().detail});
    }
  }
  const std::string& id_of(const Target& target) const {
    return survey_.questions[target.question].id;
  }

  void part(const Target& target, const std::string& word) {
    const Question& question = survey_.questions[target.question];
    Value& value = row_.submission.answers[question.id].value;
    if (!is_list(question)) {
      if (!std::holds_alternative<Parts>(value)) value = Parts{};
      std::get<Parts>(value)[target.key] = word;
      return;
    }
    if (question.kind == Kind::ranking) {
      const auto place = survey::detail::number_of(word);
      if (!place) return unreadable(target, "Write the place of this option as a number.");
      places_[target.question].emplace_back(*place, target.key);
      return;
    }
    const auto option = std::find_if(question.options.begin(), question.options.end(),
                                     [&](const Option& o) { return o.id == target.key; });
    if (!std::holds_alternative<std::vector<std::string>>(value))
      value = std::vector<std::string>{};
    auto& chosen = std::get<std::vector<std::string>>(value);
    if (among(word, {"0", "no", "false", "unchecked"})) return;
    const bool ticked =
        among(word, {"1", "x", "yes", "true", "checked", option->id, option->label});
    if (!ticked && !option->other)
      return unreadable(target, "Write 1 where this option was chosen and 0 where it was not.");
    chosen.push_back(target.key);
    if (!ticked) row_.submission.other[question.id] = word;
  }

  void unreadable(const Target& target, std::string detail) {
    problems_.push_back({pointer_to(pointer_to("/answers", id_of(target)), target.key),
                         "cell_unreadable", std::move(detail)});
  }

  const Questionnaire& survey_;
  ImportedRow row_;
  std::map<std::size_t, std::vector<std::pair<double, std::string>>> places_;
  std::vector<Problem> problems_;
};

std::string value_text(const Value& value) {
  struct {
    std::string operator()(bool b) const { return b ? "true" : "false"; }
    std::string operator()(double d) const { return survey::number_text(d); }
    std::string operator()(const std::string& s) const { return s; }
    std::string operator()(const std::vector<std::string>& v) const { return join_list(v); }
    std::string operator()(const Parts&) const { return {}; }
  } text;
  return std::visit(text, value);
}

}  // namespace

Result<Mapping> map_columns(const Questionnaire& survey, const std::vector<std::string>& header,
                            const std::map<std::string, std::string>& explicit_columns) {
  const Finder finder(survey);
  Mapping out;
  std::vector<Problem> problems;
  const auto add = [&](const std::string& column, std::string_view reason, std::string detail) {
    problems.push_back({pointer_to("/columns", column), reason, std::move(detail)});
  };
  for (const auto& [column, name] : explicit_columns) {
    if (std::find(header.begin(), header.end(), column) == header.end())
      add(column, "column_unknown", "The file has no column of this name.");
    else if (!name.empty() && finder.find(name).what == What::nothing)
      add(column, "question_unknown",
          "'" + name + "' is no question; a matrix or contact needs its part, such as q4/row.");
  }
  std::set<std::size_t> answered;
  bool useful = false;
  for (const std::string& column : header) {
    const auto named = explicit_columns.find(column);
    Target target = finder.find(named == explicit_columns.end() ? column : named->second);
    if (target.what == What::nothing) {
      out.unmapped_columns.push_back(column);
    } else if (std::find(out.columns.begin(), out.columns.end(), target) != out.columns.end()) {
      add(column, "column_duplicate", "Another column holds the same; leave one of them out.");
    } else if (target.what == What::answer || target.what == What::part ||
               target.what == What::other) {
      answered.insert(target.question);
      useful = true;
    }
    out.columns.push_back(std::move(target));
  }
  if (!useful && problems.empty())
    problems.push_back({"", "nothing_mapped",
                        "No column holds an answer. Name the columns after the questions' ids or "
                        "texts, or say which column is which question (the command: --column "
                        "HEADER=QUESTION)."});
  if (!problems.empty()) return invalid(std::move(problems));
  for (std::size_t i = 0; i < survey.questions.size(); ++i)
    if (!answered.contains(i)) out.missing_questions.push_back(survey.questions[i].id);
  return out;
}

Result<ImportedRow> row_to_submission(const Questionnaire& survey, const Mapping& mapping,
                                      const std::vector<std::string>& fields) {
  return RowReader(survey).run(mapping, fields);
}

std::vector<std::string> export_header(const Questionnaire& survey) {
  std::vector<std::string> out;
  for (const auto& [name, what] : meta_columns) out.emplace_back(name);
  for (std::size_t i = 0; i < survey.questions.size(); ++i) {
    const Question& question = survey.questions[i];
    for (const Target& target : columns_of(question, i)) {
      const bool taken = std::any_of(std::begin(meta_columns), std::end(meta_columns),
                                     [&](const auto& meta) { return meta.first == question.id; });
      std::string name = (taken ? std::string(answer_prefix) : "") + question.id;
      if (target.what == What::part) name += "/" + target.key;
      if (target.what == What::other) name += "/other";
      out.push_back(std::move(name));
    }
  }
  for (const std::string& field : survey.hidden) out.push_back(std::string(hidden_prefix) + field);
  return out;
}

std::vector<std::string> export_row(const Questionnaire& survey, const Response& response) {
  const auto word = [](const auto& map, const std::string& key) {
    const auto found = map.find(key);
    return found == map.end() ? std::string() : found->second;
  };
  std::vector<std::string> out{response.id.str(), response.submitted_at.str(), response.language};
  for (std::size_t i = 0; i < survey.questions.size(); ++i) {
    const Question& question = survey.questions[i];
    const auto answer = response.answers.find(question.id);
    for (const Target& target : columns_of(question, i)) {
      if (target.what == What::other) {
        out.push_back(word(response.other, question.id));
      } else if (answer == response.answers.end()) {
        out.emplace_back();
      } else if (const auto* parts = std::get_if<Parts>(&answer->second.value)) {
        out.push_back(word(*parts, target.key));
      } else {
        out.push_back(value_text(answer->second.value));
      }
    }
  }
  for (const std::string& field : survey.hidden) out.push_back(word(response.hidden, field));
  return out;
}

}  // namespace insightflow::response
