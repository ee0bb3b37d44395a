#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/response/validate.hpp>
#include <insightflow/survey/flow.hpp>
#include <insightflow/survey/localise.hpp>

#include <cmath>

namespace insightflow::response {

namespace {

using survey::Kind;
using survey::Option;
using survey::Question;
using Texts = std::vector<std::string>;
using Parts = std::map<std::string, std::string>;

constexpr std::size_t default_max_length = 10'000;
constexpr std::size_t max_hidden_length = 500;
constexpr std::size_t nowhere = static_cast<std::size_t>(-1);

/// Options by id and by label. Few options are searched in order, which is faster than hashing.
class Choices {
 public:
  void add(const std::vector<Option>& options) {
    for (std::size_t i = 0; i < options.size(); ++i) ids_.emplace_back(options[i].id, i);
    std::sort(ids_.begin(), ids_.end());
  }
  void add_label(std::string label, std::size_t index) {
    labels_.emplace_back(std::move(label), index);
  }
  void finish() {
    std::stable_sort(labels_.begin(), labels_.end(),
                     [](const auto& a, const auto& b) { return a.first < b.first; });
  }
  std::size_t size() const { return ids_.size(); }

  /// Index of an option by id, else by exact label; nowhere otherwise.
  std::size_t find(std::string_view text) const {
    for (const auto* entries : {&ids_, &labels_}) {
      const auto at = std::lower_bound(
          entries->begin(), entries->end(), text,
          [](const auto& entry, std::string_view t) { return std::string_view(entry.first) < t; });
      if (at != entries->end() && at->first == text) return at->second;
    }
    return nowhere;
  }
  /// The same with blanks around it and in any case.
  std::size_t find_loosely(std::string_view text) const {
    const std::string_view word = survey::trimmed(text);
    if (const std::size_t exact = find(word); exact != nowhere) return exact;
    for (const auto* entries : {&ids_, &labels_})
      for (const auto& [name, index] : *entries)
        if (survey::equal_ignoring_case(survey::trimmed(name), word)) return index;
    return nowhere;
  }

 private:
  std::vector<std::pair<std::string, std::size_t>> ids_, labels_;
};

struct PreparedQuestion {
  const Question* question = nullptr;
  std::vector<Option> options;
  Choices choices;
  Choices rows;
  Choices scale_labels;  ///< Index is the value less the scale's least.
  survey::Scale scale;
  bool bounded = false;
  std::size_t other = nowhere;
  std::size_t max_length = default_max_length;
};

PreparedQuestion prepare(const survey::Questionnaire& survey, const Question& question) {
  PreparedQuestion out;
  out.question = &question;
  out.options = survey::options_of(question);
  out.scale = survey::scale_of(question);
  out.bounded = question.kind != Kind::number || question.scale.has_value();
  out.max_length = static_cast<std::size_t>(question.max_length.value_or(default_max_length));
  out.choices.add(out.options);
  out.rows.add(question.rows);
  const auto label_all = [](Choices& choices, const std::vector<Option>& options) {
    for (std::size_t i = 0; i < options.size(); ++i) choices.add_label(options[i].label, i);
  };
  const auto label_scale = [&](const Parts& labels) {
    for (const auto& [value, label] : labels)
      if (const auto number = survey::detail::number_of(value); number && *number >= out.scale.min)
        out.scale_labels.add_label(label, static_cast<std::size_t>(*number - out.scale.min));
  };
  label_all(out.choices, out.options);
  label_all(out.rows, question.rows);
  label_scale(out.scale.labels);
  for (const auto& [language, translation] : survey.translations) {
    const auto words = translation.questions.find(question.id);
    if (words == translation.questions.end()) continue;
    const auto relabel = [](Choices& choices, const Parts& labels) {
      for (const auto& [id, label] : labels)
        if (const std::size_t index = choices.find(id); index != nowhere)
          choices.add_label(label, index);
    };
    relabel(out.choices, words->second.options);
    relabel(out.rows, words->second.rows);
    label_scale(words->second.labels);
  }
  for (Choices* choices : {&out.choices, &out.rows, &out.scale_labels}) choices->finish();
  for (std::size_t i = 0; i < out.options.size(); ++i)
    if (out.options[i].other) out.other = i;
  return out;
}

bool is_email(std::string_view text) {
  const std::size_t at = text.find('@');
  if (at == text.npos || at == 0 || at > 64 || text.size() > 254 || text.rfind('@') != at)
    return false;
  const std::string_view domain = text.substr(at + 1);
  return text.find_first_of(" \t\n,;<>()\"") == text.npos && domain.find('.') != domain.npos &&
         domain.front() != '.' && domain.back() != '.' && domain.find("..") == domain.npos &&
         text.front() != '.' && text[at - 1] != '.';
}

bool is_phone(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (survey::is_ascii_digit(text[i]))
      ++digits;
    else if (std::string_view(" ()-./").find(text[i]) == std::string_view::npos &&
             !(text[i] == '+' && i == 0))
      return false;
  }
  return digits >= 5 && digits <= 20;
}

std::optional<bool> flag_of(std::string_view text) {
  constexpr std::string_view yes[] = {"true", "yes", "1", "x", "agreed", "checked"};
  constexpr std::string_view no[] = {"false", "no", "0"};
  const auto among = [&](const auto& words) {
    return std::any_of(std::begin(words), std::end(words), [&](std::string_view word) {
      return survey::equal_ignoring_case(word, survey::trimmed(text));
    });
  };
  return among(yes) ? std::optional(true) : among(no) ? std::optional(false) : std::nullopt;
}

/// CRLF and CR become LF.
void normalise_lines(std::string& text) {
  if (text.find('\r') == text.npos) return;
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\r')
      out += text[i];
    else if (i + 1 >= text.size() || text[i + 1] != '\n')
      out += '\n';
  }
  text = std::move(out);
}

/// Checks and rewrites the answers of one submission in place.
class Run {
 public:
  Run(Submission& submission, Check mode)
      : submission_(submission), lenient_(mode == Check::import) {}

  std::vector<Problem> problems;

  void answer(const PreparedQuestion& prepared, Value& value) {
    prepared_ = &prepared;
    id_ = &prepared.question->id;
    switch (prepared.question->kind) {
      case Kind::multiple_choice:
      case Kind::ranking: return list(value);
      case Kind::matrix: return matrix(value);
      case Kind::contact: return contact(value);
      case Kind::consent: return consent(value);
      case Kind::open_text: return open_text(value);
      case Kind::date: return date(value);
      case Kind::number: return number(value);
      default: return prepared.options.empty() ? number(value) : choice(value);
    }
  }

  /// UTF-8, no control characters, not too long; line ends become LF.
  bool plain(std::string& text, std::size_t max_length, const std::string& pointer) {
    if (utf8::first_invalid(text)) {
      problem(pointer, "utf8_invalid", "This text is not UTF-8.");
      return false;
    }
    normalise_lines(text);
    if (survey::has_control(text)) {
      problem(pointer, "control_character",
              "Control characters other than tab and line ends are not taken.");
      return false;
    }
    if (text.size() > max_length && utf8::length(text) > max_length) {
      problem(pointer, "text_too_long",
              "At most " + std::to_string(max_length) + " characters are taken here.");
      return false;
    }
    return true;
  }

  void problem(std::string pointer, std::string_view reason, std::string detail) {
    problems.push_back({std::move(pointer), reason, std::move(detail)});
  }

 private:
  std::string here() const { return pointer_to("/answers", *id_); }
  void wrong(std::string_view reason, std::string detail) {
    problem(here(), reason, std::move(detail));
  }
  void mismatch(const char* wanted) { wrong("type_mismatch", std::string(wanted) + "."); }

  std::size_t find(const Choices& choices, std::string_view text) const {
    return lenient_ ? choices.find_loosely(text) : choices.find(text);
  }
  void unknown_option(const std::string& pointer) {
    problem(pointer, "option_unknown", "This is not one of the options.");
  }

  void choice(Value& value) {
    if (const bool* flag = std::get_if<bool>(&value);
        flag && prepared_->question->kind == Kind::yes_no)
      value = *flag ? "yes" : "no";
    if (const double* point = std::get_if<double>(&value)) value = survey::number_text(*point);
    auto* text = std::get_if<std::string>(&value);
    if (!text) return mismatch("Name one option");
    std::size_t index = find(prepared_->choices, *text);
    if (index == nowhere && lenient_ && prepared_->question->kind == Kind::yes_no)
      if (const auto flag = flag_of(*text)) index = prepared_->choices.find(*flag ? "yes" : "no");
    if (index == nowhere && lenient_ && prepared_->other != nowhere) {
      submission_.other.emplace(*id_, std::move(*text));
      index = prepared_->other;
    }
    if (index == nowhere) return unknown_option(here());
    *text = prepared_->options[index].id;
  }

  void list(Value& value) {
    if (lenient_)
      if (const auto* text = std::get_if<std::string>(&value)) value = split_list(*text);
    auto* texts = std::get_if<Texts>(&value);
    if (!texts) return mismatch("List the chosen options");
    std::vector<std::size_t> chosen;
    chosen.reserve(texts->size());
    const std::size_t before = problems.size();
    for (std::size_t i = 0; i < texts->size(); ++i) {
      std::size_t index = find(prepared_->choices, (*texts)[i]);
      if (index == nowhere && lenient_ && prepared_->other != nowhere) {
        std::string& other = submission_.other[*id_];
        other += (other.empty() ? "" : "; ") + (*texts)[i];
        index = prepared_->other;
        if (std::find(chosen.begin(), chosen.end(), index) != chosen.end()) continue;
      }
      if (index == nowhere)
        unknown_option(pointer_to(here(), i));
      else if (std::find(chosen.begin(), chosen.end(), index) != chosen.end())
        problem(pointer_to(here(), i), "option_duplicate", "This option is listed twice.");
      else
        chosen.push_back(index);
    }
    if (problems.size() != before) return;
    if (!lenient_) counts(chosen);
    const Question& question = *prepared_->question;
    if (question.kind == Kind::multiple_choice) std::sort(chosen.begin(), chosen.end());
    texts->resize(chosen.size());
    for (std::size_t i = 0; i < chosen.size(); ++i) (*texts)[i] = prepared_->options[chosen[i]].id;
  }

  void counts(const std::vector<std::size_t>& chosen) {
    const Question& question = *prepared_->question;
    const bool ranking = question.kind == Kind::ranking;
    const auto all = static_cast<std::int64_t>(prepared_->options.size());
    const auto count = static_cast<std::int64_t>(chosen.size());
    const std::int64_t least =
        question.min_choices.value_or(ranking && !question.max_choices ? all : 1);
    const std::int64_t most = question.max_choices.value_or(all);
    const bool exclusive =
        !ranking && std::any_of(chosen.begin(), chosen.end(),
                                [&](std::size_t i) { return prepared_->options[i].exclusive; });
    if (exclusive && count > 1)
      wrong("exclusive_combined", "One of these options cannot be combined with others.");
    else if (count < least && !exclusive)
      wrong("too_few_choices", (ranking ? "Rank at least " : "Choose at least ") +
                                   std::to_string(least) + " options.");
    else if (count > most)
      wrong("too_many_choices",
            (ranking ? "Rank at most " : "Choose at most ") + std::to_string(most) + " options.");
  }

  /// The number a text stands for in an import: digits, or a label of the scale.
  std::optional<double> number_in(std::string_view text) const {
    const std::string_view word = survey::trimmed(text);
    if (const auto number = survey::detail::number_of(word)) return number;
    const std::size_t offset = prepared_->scale_labels.find_loosely(word);
    if (offset == nowhere) return std::nullopt;
    return static_cast<double>(prepared_->scale.min) + static_cast<double>(offset);
  }

  void number(Value& value) {
    if (const auto* text = std::get_if<std::string>(&value); text && lenient_)
      if (const auto meant = number_in(*text)) value = *meant;
    double* number = std::get_if<double>(&value);
    if (!number) return mismatch("Give a number");
    in_range(*number, prepared_->question->kind != Kind::number, here());
    if (*number == 0) *number = 0;  // no negative zero
  }

  bool in_range(double number, bool whole, const std::string& pointer) {
    const survey::Scale& scale = prepared_->scale;
    if (!std::isfinite(number)) {
      problem(pointer, "not_finite", "Give a finite number.");
    } else if (whole && std::floor(number) != number) {
      problem(pointer, "not_whole", "Give a whole number.");
    } else if (prepared_->bounded && (number < static_cast<double>(scale.min) ||
                                      number > static_cast<double>(scale.max))) {
      problem(pointer, "out_of_scale",
              "Give a number from " + std::to_string(scale.min) + " to " +
                  std::to_string(scale.max) + ".");
    } else {
      return true;
    }
    return false;
  }

  void open_text(Value& value) {
    if (const double* number = std::get_if<double>(&value); number && lenient_)
      value = survey::number_text(*number);
    auto* text = std::get_if<std::string>(&value);
    if (!text) return mismatch("Give a text");
    plain(*text, prepared_->max_length, here());
  }

  void date(Value& value) {
    auto* text = std::get_if<std::string>(&value);
    if (!text) return mismatch("Give a date as text");
    if (lenient_) {
      *text = survey::trimmed(*text);
      if (Instant::parse(*text)) text->resize(10);
    }
    if (!survey::is_calendar_date(*text))
      wrong("date_invalid", "Give a day of the calendar as YYYY-MM-DD.");
  }

  void consent(Value& value) {
    if (const auto* text = std::get_if<std::string>(&value); text && lenient_)
      if (const auto flag = flag_of(*text)) value = *flag;
    const bool* flag = std::get_if<bool>(&value);
    if (!flag) return mismatch("Give true or false");
    if (!*flag && !lenient_ && prepared_->question->required)
      wrong("consent_required", "This must be agreed to in order to go on.");
  }

  void matrix(Value& value) {
    auto* parts = std::get_if<Parts>(&value);
    if (!parts) return mismatch("Give one choice for each row");
    Parts out;
    for (auto& [row, chosen] : *parts) {
      if (survey::is_blank(chosen)) continue;
      const std::string pointer = pointer_to(here(), row);
      const std::size_t index = find(prepared_->rows, row);
      if (index == nowhere) {
        problem(pointer, "row_unknown", "This is not a row of the question.");
      } else if (cell(chosen, pointer) &&
                 !out.emplace(prepared_->question->rows[index].id, std::move(chosen)).second) {
        problem(pointer, "option_duplicate", "This row is answered twice.");
      }
    }
    if (prepared_->question->required && !lenient_)
      for (const Option& row : prepared_->question->rows)
        if (!out.contains(row.id) && !parts->contains(row.id) && !parts->contains(row.label))
          problem(pointer_to(here(), row.id), "row_missing", "Choose an answer for this row.");
    *parts = std::move(out);
  }

  /// One row's answer: an option, or a point of the scale where there are no options.
  bool cell(std::string& chosen, const std::string& pointer) {
    if (!prepared_->options.empty()) {
      const std::size_t index = find(prepared_->choices, chosen);
      if (index == nowhere) {
        unknown_option(pointer);
        return false;
      }
      chosen = prepared_->options[index].id;
      return true;
    }
    const auto number = lenient_ ? number_in(chosen) : survey::detail::number_of(chosen);
    if (!number) {
      problem(pointer, "type_mismatch", "Give a number.");
      return false;
    }
    if (!in_range(*number, true, pointer)) return false;
    chosen = survey::number_text(*number);
    return true;
  }

  void contact(Value& value) {
    auto* parts = std::get_if<Parts>(&value);
    if (!parts) return mismatch("Give name, email or phone");
    std::erase_if(*parts, [](const auto& part) { return survey::is_blank(part.second); });
    for (auto& [part, text] : *parts) {
      const std::string pointer = pointer_to(here(), part);
      text = survey::trimmed(text);
      if (part != "name" && part != "email" && part != "phone")
        problem(pointer, "part_unknown", "A contact has name, email and phone.");
      else if (!plain(text, 300, pointer))
        continue;
      else if (part == "email" && !is_email(text))
        problem(pointer, "email_invalid", "Write an address such as name@example.org.");
      else if (part == "phone" && !is_phone(text))
        problem(pointer, "phone_invalid",
                "Write a number such as +44 20 7946 0000, with 5 to 20 digits.");
    }
  }

  Submission& submission_;
  bool lenient_;
  const PreparedQuestion* prepared_ = nullptr;
  const std::string* id_ = nullptr;
};

bool chose(const Value& value, const std::string& id) {
  if (const auto* text = std::get_if<std::string>(&value)) return *text == id;
  const auto* list = std::get_if<Texts>(&value);
  return list && std::find(list->begin(), list->end(), id) != list->end();
}

/// A pointer that is safe to show even where a respondent made up the key.
std::string safe_pointer(std::string_view parent, const std::string& key) {
  return key.size() > 300 || utf8::first_invalid(key) ? std::string(parent)
                                                      : pointer_to(parent, key);
}

}  // namespace

struct Validator::Prepared {
  survey::Questionnaire questionnaire;
  survey::Flow flow;
  std::vector<PreparedQuestion> questions;
  Choices ids;

  const PreparedQuestion* find(std::string_view id) const {
    const std::size_t index = ids.find(id);
    return index == nowhere ? nullptr : &questions[index];
  }
  std::size_t index(const PreparedQuestion& question) const {
    return static_cast<std::size_t>(&question - questions.data());
  }

  void hidden(Submission& submission, Run& run) const;
  void other(Submission& submission, Run& run, bool lenient) const;
  void logic(const Submission& submission, Run& run) const;
};

void Validator::Prepared::hidden(Submission& submission, Run& run) const {
  for (auto& [name, value] : submission.hidden) {
    const std::string pointer = safe_pointer("/hidden", name);
    const auto& declared = questionnaire.hidden;
    if (std::find(declared.begin(), declared.end(), name) == declared.end())
      run.problem(pointer, "hidden_unknown", "The survey has no hidden field of this name.");
    else
      run.plain(value, max_hidden_length, pointer);
  }
  std::erase_if(submission.hidden,
                [](const auto& entry) { return survey::is_blank(entry.second); });
}

void Validator::Prepared::other(Submission& submission, Run& run, bool lenient) const {
  std::erase_if(submission.other, [](const auto& entry) { return survey::is_blank(entry.second); });
  for (auto& [id, text] : submission.other) {
    const std::string pointer = safe_pointer("/other", id);
    const PreparedQuestion* question = find(id);
    if (!question) {
      run.problem(pointer, "question_unknown", "The survey has no question of this id.");
      continue;
    }
    run.plain(text, question->max_length, pointer);
    const auto answer = submission.answers.find(id);
    const std::string* option =
        question->other == nowhere ? nullptr : &question->options[question->other].id;
    if (option && answer != submission.answers.end() && chose(answer->second.value, *option))
      continue;
    if (!lenient || !option) {
      run.problem(pointer, "other_not_chosen",
                  "Words of one's own belong to a chosen \"other\" option.");
    } else if (answer == submission.answers.end()) {
      if (question->question->kind == Kind::single_choice)
        submission.answers[id].value = *option;
      else
        submission.answers[id].value = Texts{*option};
    } else if (auto* list = std::get_if<Texts>(&answer->second.value)) {
      list->push_back(*option);
      run.answer(*question, answer->second.value);
    } else {
      run.problem(pointer, "other_not_chosen",
                  "Words of one's own belong to a chosen \"other\" option.");
    }
  }
}

void Validator::Prepared::logic(const Submission& submission, Run& run) const {
  std::vector<char> asked(questions.size(), flow.branches() ? 0 : 1);
  if (flow.branches())
    for (const std::size_t i : flow.asked(
             [&](const survey::Reference& reference) { return given(submission, reference); }))
      asked[i] = 1;
  for (const auto& [id, answer] : submission.answers)
    if (const PreparedQuestion* question = find(id); question && !asked[index(*question)])
      run.problem(pointer_to("/answers", id), "not_asked",
                  "After the answers given so far this question is not asked.");
  for (std::size_t i = 0; i < questions.size(); ++i) {
    const PreparedQuestion& prepared = questions[i];
    if (!asked[i] || !prepared.question->required) continue;
    const auto answer = submission.answers.find(prepared.question->id);
    if (answer == submission.answers.end())
      run.problem(pointer_to("/answers", prepared.question->id), "answer_missing",
                  "This question needs an answer.");
    else if (prepared.other != nowhere &&
             chose(answer->second.value, prepared.options[prepared.other].id) &&
             !submission.other.contains(prepared.question->id))
      run.problem(pointer_to("/other", prepared.question->id), "other_text_missing",
                  "Say in a few words what you mean by this choice.");
  }
}

Result<Validator> Validator::build(survey::Questionnaire questionnaire) {
  BOOST_OUTCOME_TRY(auto flow, survey::Flow::build(questionnaire));
  auto prepared = std::make_shared<Prepared>();
  prepared->questionnaire = std::move(questionnaire);
  prepared->flow = std::move(flow);
  std::vector<Option> ids;
  for (const Question& question : prepared->questionnaire.questions) {
    prepared->questions.push_back(prepare(prepared->questionnaire, question));
    ids.push_back({question.id, {}});
  }
  prepared->ids.add(ids);
  Validator out;
  out.prepared_ = std::move(prepared);
  return out;
}

Result<Submission> Validator::check(Submission submission, Check mode) const {
  Run run(submission, mode);
  const bool lenient = mode == Check::import;
  for (auto entry = submission.answers.begin(); entry != submission.answers.end();) {
    auto& [id, answer] = *entry;
    const bool empty = is_empty(answer.value);
    const PreparedQuestion* question = prepared_->find(id);
    if (!question)
      run.problem(safe_pointer("/answers", id), "question_unknown",
                  "The survey has no question of this id.");
    else if (!empty)
      run.answer(*question, answer.value);
    entry = empty ? submission.answers.erase(entry) : std::next(entry);
  }
  prepared_->other(submission, run, lenient);
  prepared_->hidden(submission, run);
  if (submission.language.empty()) {
    submission.language = prepared_->questionnaire.language;
  } else if (auto served = survey::served_language(prepared_->questionnaire, submission.language)) {
    submission.language = std::move(*served);
  } else {
    run.problem("/language", "language_unknown", "The survey is not written in this language.");
  }
  if (!lenient) prepared_->logic(submission, run);
  if (!run.problems.empty()) return invalid(std::move(run.problems));
  return submission;
}

const survey::Questionnaire& Validator::questionnaire() const noexcept {
  return prepared_->questionnaire;
}
const survey::Flow& Validator::flow() const noexcept {
  return prepared_->flow;
}

Result<Submission> validate(const survey::Questionnaire& questionnaire, Submission submission,
                            Check mode) {
  BOOST_OUTCOME_TRY(auto validator, Validator::build(questionnaire));
  return validator.check(std::move(submission), mode);
}

}  // namespace insightflow::response
