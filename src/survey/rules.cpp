#include "survey/logic_rules.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/survey/expression.hpp>
#include <insightflow/survey/localise.hpp>
#include <insightflow/survey/rules.hpp>
#include <insightflow/survey/words.hpp>

#include <set>
#include <unordered_map>

namespace insightflow::survey {

namespace {

/// What a kind may carry. Choices need options; scaled kinds may have them instead of a scale.
struct Allowed {
  bool options, needs_options, scale, rows, choices;
};
constexpr Allowed allowed(Kind kind) {
  switch (kind) {
    case Kind::single_choice: return {true, true, false, false, false};
    case Kind::multiple_choice:
    case Kind::ranking: return {true, true, false, false, true};
    case Kind::yes_no: return {true, false, false, false, false};
    case Kind::matrix: return {true, false, true, true, false};
    case Kind::number: return {false, false, true, false, false};
    case Kind::date:
    case Kind::open_text:
    case Kind::consent:
    case Kind::contact: return {false, false, false, false, false};
    default: return {true, false, true, false, false};
  }
}

constexpr std::string_view reserved_ids[] = {"end", "hidden",   "and",      "or",   "not",
                                             "in",  "contains", "answered", "true", "false"};

class Checker {
 public:
  explicit Checker(const Questionnaire& survey) : survey_(survey) {}

  std::vector<Problem> run() {
    if (is_blank(survey_.title)) add("/title", "text_blank", "The title is blank.");
    if (!is_language_tag(survey_.language))
      add("/language", "language_malformed", "Write a BCP 47 tag such as \"en\" or \"pt-BR\".");
    if (survey_.questions.empty())
      add("/questions", "questions_missing", "Ask at least one question.");
    sections();
    hidden();
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < survey_.questions.size(); ++i) question(i, ids);
    check_logic(survey_, problems_);
    texts();
    translations();
    return std::move(problems_);
  }

 private:
  void add(std::string pointer, std::string_view reason, std::string detail) {
    problems_.push_back({std::move(pointer), reason, std::move(detail)});
  }

  void sections() {
    std::set<std::string_view> ids;
    for (std::size_t i = 0; i < survey_.sections.size(); ++i)
      if (!ids.insert(survey_.sections[i].id).second)
        add("/sections/" + std::to_string(i) + "/id", "id_duplicate",
            "Another section has the id '" + survey_.sections[i].id + "'.");
    std::set<std::string_view> seen;
    std::string_view current;
    for (std::size_t i = 0; i < survey_.questions.size(); ++i) {
      const std::string& section = survey_.questions[i].section;
      const std::string pointer = "/questions/" + std::to_string(i) + "/section";
      if (!section.empty() && !ids.contains(section))
        add(pointer, "section_unknown", "No section has the id '" + section + "'.");
      if (!section.empty() && section != current && !seen.insert(section).second)
        add(pointer, "section_split",
            "Questions of the section '" + section + "' must follow one another.");
      current = section;
    }
  }

  void hidden() {
    std::set<std::string_view> names;
    for (std::size_t i = 0; i < survey_.hidden.size(); ++i) {
      const std::string& name = survey_.hidden[i];
      const std::string pointer = "/hidden/" + std::to_string(i);
      if (!is_identifier(name))
        add(pointer, "hidden_malformed",
            "A hidden field is a letter, then letters, digits, _ or -, at most 64 in all.");
      else if (!names.insert(name).second)
        add(pointer, "hidden_duplicate", "'" + name + "' is listed twice.");
    }
  }

  void question(std::size_t index, std::set<std::string_view>& ids) {
    const Question& question = survey_.questions[index];
    const std::string at = "/questions/" + std::to_string(index);
    if (!is_identifier(question.id))
      add(at + "/id", "id_malformed",
          "An id is a letter, then letters, digits, _ or -, at most 64 in all.");
    else if (std::find(std::begin(reserved_ids), std::end(reserved_ids), question.id) !=
             std::end(reserved_ids))
      add(at + "/id", "id_reserved", "'" + question.id + "' has a meaning in the logic.");
    else if (!ids.insert(question.id).second)
      add(at + "/id", "id_duplicate", "Another question has the id '" + question.id + "'.");
    if (is_blank(question.text)) add(at + "/text", "text_blank", "The question is blank.");

    const Allowed may = allowed(question.kind);
    const std::string kind(slug(question.kind));
    const auto unfit = [&](bool there, bool fits, const char* field, std::string_view reason) {
      if (there && !fits)
        add(at + "/" + field, reason, "A question of kind " + kind + " takes no " + field + ".");
    };
    unfit(!question.options.empty(), may.options, "options", "options_unfit");
    unfit(!question.rows.empty(), may.rows, "rows", "rows_unfit");
    unfit(question.scale.has_value(), may.scale, "scale", "scale_unfit");
    unfit(question.min_choices.has_value(), may.choices, "min_choices", "choices_unfit");
    unfit(question.max_choices.has_value(), may.choices, "max_choices", "choices_unfit");

    const std::size_t count = question.options.size();
    if (may.needs_options ? count < 2 : may.options && count == 1)
      add(at + "/options", "options_missing", "Offer at least two options.");
    if (question.kind == Kind::yes_no && count > 2)
      add(at + "/options", "options_unfit", "A yes_no question has two options.");
    if (may.rows && question.rows.empty())
      add(at + "/rows", "rows_missing", "A matrix needs at least one row.");
    options(question.options, at + "/options", question.kind != Kind::matrix);
    options(question.rows, at + "/rows", false);
    if (may.choices) choices(question, at);
    if (question.scale && may.scale) scale(question, at + "/scale");
  }

  void options(const std::vector<Option>& options, const std::string& at, bool other_fits) {
    std::set<std::string_view> ids, labels;
    bool other = false;
    for (std::size_t i = 0; i < options.size(); ++i) {
      const Option& option = options[i];
      const std::string pointer = pointer_to(at, i);
      if (is_blank(option.label)) add(pointer, "text_blank", "The label is blank.");
      if (option.id.empty() || trimmed(option.id) != option.id || has_control(option.id) ||
          option.id.size() > 300)
        add(pointer, "id_malformed",
            "An option's id is 1 to 300 bytes of plain text without blanks at its ends.");
      if (!ids.insert(option.id).second)
        add(pointer, "option_duplicate", "Another option has the id '" + option.id + "'.");
      else if (!labels.insert(option.label).second)
        add(pointer, "option_duplicate", "Another option reads '" + option.label + "'.");
      if (option.other && (!other_fits || other))
        add(pointer, "other_unfit",
            other_fits ? "Only one option can take a text of the respondent's own."
                       : "A matrix has no option with a text of the respondent's own.");
      other = other || option.other;
    }
  }

  void choices(const Question& question, const std::string& at) {
    const auto count = static_cast<std::int64_t>(question.options.size());
    const std::int64_t least = question.min_choices.value_or(0);
    const std::int64_t most = question.max_choices.value_or(count);
    if (least > count || least < 0)
      add(at + "/min_choices", "choices_unfit", "There are fewer options than min_choices.");
    if (most > count || most < 1)
      add(at + "/max_choices", "choices_unfit", "There are fewer options than max_choices.");
    else if (least > most)
      add(at + "/min_choices", "choices_unfit", "min_choices is above max_choices.");
  }

  void scale(const Question& question, const std::string& at) {
    const Scale& scale = *question.scale;
    if (scale.min >= scale.max) add(at, "scale_empty", "min must be below max.");
    if (question.kind != Kind::number && scale.max - scale.min > 100)
      add(at, "scale_too_long", "A scale has at most 101 points; use kind number for more.");
    for (const auto& [key, label] : scale.labels) {
      std::int64_t value = 0;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), value);
      if (error != std::errc() || end != key.data() + key.size() || value < scale.min ||
          value > scale.max || std::to_string(value) != key)
        add(pointer_to(at + "/labels", key), "scale_label_unknown",
            "'" + key + "' is not a value of the scale.");
    }
  }

  void piping(std::string_view text, const std::string& pointer, std::size_t before) {
    for (const Reference& reference : piped(text)) {
      if (reference.name.empty())
        add(pointer, "piping_malformed",
            "At byte " + std::to_string(reference.position) +
                ": write {{q1}} or {{hidden.name}} to insert an earlier answer.");
      else
        check_reference(survey_, reference, before, pointer, problems_);
    }
  }

  void texts() {
    for (std::size_t i = 0; i < survey_.questions.size(); ++i) {
      const std::string at = "/questions/" + std::to_string(i);
      piping(survey_.questions[i].text, at + "/text", i);
      piping(survey_.questions[i].help, at + "/help", i);
    }
    piping(survey_.closing, "/closing", survey_.questions.size());
  }

  void translations() {
    for (const auto& [language, translation] : survey_.translations) {
      const std::string at = pointer_to("/translations", language);
      if (!is_language_tag(language))
        add(at, "language_malformed", "Name a translation by a BCP 47 tag such as \"de\".");
      else if (equal_ignoring_case(language, survey_.language))
        add(at, "translation_unknown", "This is the main language already.");
      piping(translation.closing, at + "/closing", survey_.questions.size());
      for (const auto& [id, words] : translation.questions) {
        const std::string entry = pointer_to(at + "/questions", id);
        const Question* question = find(survey_, id);
        if (!question) {
          add(entry, "translation_unknown", "No question has the id '" + id + "'.");
          continue;
        }
        const auto index = static_cast<std::size_t>(question - survey_.questions.data());
        piping(words.text, entry + "/text", index);
        piping(words.help, entry + "/help", index);
        known(words.options, options_of(*question), entry + "/options", "option");
        known(words.rows, question->rows, entry + "/rows", "row");
        const Scale scale = scale_of(*question);
        for (const auto& [value, label] : words.labels) {
          const auto number = detail::number_of(value);
          if (!number || *number < static_cast<double>(scale.min) ||
              *number > static_cast<double>(scale.max))
            add(pointer_to(entry + "/labels", value), "translation_unknown",
                "'" + value + "' is not a value of the scale.");
        }
      }
    }
  }

  void known(const std::map<std::string, std::string>& labels, const std::vector<Option>& options,
             const std::string& at, const char* what) {
    for (const auto& [id, label] : labels)
      if (std::none_of(options.begin(), options.end(),
                       [&, &key = id](const Option& option) { return option.id == key; }))
        add(pointer_to(at, id), "translation_unknown",
            std::string("No ") + what + " has the id '" + id + "'.");
  }

  const Questionnaire& survey_;
  std::vector<Problem> problems_;
};

}  // namespace

std::vector<Problem> check(const Questionnaire& survey) {
  return Checker(survey).run();
}

}  // namespace insightflow::survey
