#include "formats/draft.hpp"
#include "formats/json_access.hpp"
#include "formats/plain_text.hpp"
#include "formats/readers.hpp"

namespace insightflow::formats {

namespace {

struct QsfNative {
  Kind kind;
  std::string_view type, selector, sub;
  Kind read_as;
};
constexpr QsfNative qsf_natives[] = {
    {Kind::multiple_choice, "MC", "MAVR", "TX", Kind::multiple_choice},
    {Kind::nps, "MC", "NPS", "", Kind::nps},
    {Kind::matrix, "Matrix", "Likert", "SingleAnswer", Kind::matrix},
    {Kind::ranking, "RO", "DND", "TX", Kind::ranking},
    {Kind::number, "TE", "SL", "", Kind::number},
    {Kind::date, "TE", "SL", "", Kind::date},
    {Kind::open_text, "TE", "ML", "", Kind::open_text},
    {Kind::contact, "TE", "SL", "", Kind::open_text}};

class QsfWriter {
 public:
  explicit QsfWriter(const survey::Questionnaire& survey) : survey_(survey) {
    for (std::size_t i = 0; i < survey.questions.size(); ++i) {
      ids_[survey.questions[i].id] = "QID" + std::to_string(i + 1);
      auto& keys = keys_[survey.questions[i].id];
      const std::vector<Option> options = choices_of(survey.questions[i]);
      // Ids that are numbers stay the keys, so that a scale is coded by its values.
      const bool numbers = std::all_of(options.begin(), options.end(), [](const Option& option) {
        return option.id.size() < 6 &&
               option.id.find_first_not_of("0123456789") == std::string::npos;
      });
      for (const Option& option : options)
        keys.emplace(option.id, numbers ? option.id : std::to_string(keys.size() + 1));
      auto& rows = rows_[survey.questions[i].id];
      for (const Option& row : survey.questions[i].rows)
        rows.emplace(row.id, std::to_string(rows.size() + 1));
    }
  }

  Written run(std::string_view copy) {
    json::array elements, blocks, flow;
    if (!survey_.hidden.empty()) {
      json::array fields;
      for (const std::string& name : survey_.hidden)
        fields.push_back({{"Description", name},
                          {"Type", "Recipient"},
                          {"Field", name},
                          {"VariableType", "String"}});
      flow.push_back(
          {{"Type", "EmbeddedData"}, {"FlowID", "FL_2"}, {"EmbeddedData", std::move(fields)}});
    }
    json::array questions;
    for (std::size_t i = 0; i < survey_.questions.size();) {
      const std::string& section = survey_.questions[i].section;
      const std::string id = section.empty() ? "BL_" + std::to_string(blocks.size() + 1) : section;
      std::string title;
      for (const survey::Section& one : survey_.sections)
        if (one.id == section) title = one.title;
      json::array inside;
      for (const survey::Section& one : survey_.sections)
        if (one.id == section && !one.description.empty()) {
          const std::string note = "QID" + std::to_string(survey_.questions.size() + 1 + notes_++);
          questions.push_back(element(note, {{"QuestionText", html(one.description)},
                                             {"DataExportTag", note},
                                             {"QuestionType", "DB"},
                                             {"Selector", "TB"},
                                             {"QuestionID", note}}));
          inside.push_back({{"Type", "Question"}, {"QuestionID", note}});
        }
      for (; i < survey_.questions.size() && survey_.questions[i].section == section; ++i) {
        questions.push_back(element(ids_[survey_.questions[i].id], payload(i, id)));
        json::object entry{{"Type", "Question"}, {"QuestionID", ids_[survey_.questions[i].id]}};
        if (json::array skips = skip_logic(i); !skips.empty())
          entry["SkipLogic"] = std::move(skips);
        inside.push_back(std::move(entry));
      }
      flow.push_back(
          {{"Type", "Block"}, {"ID", id}, {"FlowID", "FL_" + std::to_string(flow.size() + 3)}});
      blocks.push_back({{"Type", blocks.empty() ? "Default" : "Standard"},
                        {"Description", html(title)},
                        {"ID", id},
                        {"BlockElements", std::move(inside)}});
    }
    elements.push_back({{"SurveyID", "SV_1"},
                        {"Element", "BL"},
                        {"PrimaryAttribute", "Survey Blocks"},
                        {"Payload", std::move(blocks)}});
    elements.push_back(
        {{"SurveyID", "SV_1"},
         {"Element", "FL"},
         {"PrimaryAttribute", "Survey Flow"},
         {"Payload", {{"Type", "Root"}, {"FlowID", "FL_1"}, {"Flow", std::move(flow)}}}});
    elements.push_back({{"SurveyID", "SV_1"},
                        {"Element", "SO"},
                        {"PrimaryAttribute", "Survey Options"},
                        {"Payload", {{"EOSMessage", html(survey_.closing)}}}});
    for (json::value& question : questions) elements.push_back(std::move(question));
    std::string language = survey_.language;
    for (char& c : language)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    json::object root{{"SurveyEntry",
                       {{"SurveyID", "SV_1"},
                        {"SurveyName", html(survey_.title)},
                        {"SurveyDescription", html(survey_.description)},
                        {"SurveyLanguage", language}}},
                      {"SurveyElements", std::move(elements)}};
    if (!copy.empty()) root["insightflow"] = copy;
    out_.bytes = pretty(root);
    return std::move(out_);
  }

 private:
  static json::object element(const std::string& id, json::object payload) {
    return {{"SurveyID", "SV_1"},
            {"Element", "SQ"},
            {"PrimaryAttribute", id},
            {"Payload", std::move(payload)}};
  }
  static std::vector<Option> choices_of(const Question& question) {
    if (question.kind == Kind::consent) return {{"agree", "I agree"}};
    return shown_options(question);
  }

  std::string html(const std::string& text) const {
    std::string out;
    std::size_t from = 0;
    for (const survey::Reference& reference : survey::piped(text)) {
      std::string name;
      const auto id = ids_.find(reference.name);
      if (reference.hidden)
        name = "${e://Field/" + reference.name + "}";
      else if (id != ids_.end() && reference.part.empty())
        name = "${q://" + id->second + "/ChoiceGroup/SelectedChoices}";
      if (name.empty()) continue;
      out += html_text(text.substr(from, reference.position - from)) + name;
      from = text.find("}}", reference.position) + 2;
    }
    return out + html_text(text.substr(from));
  }

  /// A leaf as Qualtrics' expression, or nothing.
  std::optional<json::object> expression(const Condition& leaf, bool negative) const {
    json::object out{{"Type", "Expression"}};
    const Question* question = leaf.hidden ? nullptr : survey::find(survey_, leaf.name);
    if ((leaf.kind != Clause::test && leaf.kind != Clause::answered) || (!leaf.hidden && !question))
      return std::nullopt;
    static constexpr std::string_view operations[] = {
        "EqualTo",     "NotEqualTo",         "LessThan", "LessThanOrEqual",
        "GreaterThan", "GreaterThanOrEqual", "Contains"};
    const auto compare = [&](const std::string& left) -> std::optional<json::object> {
      out["LeftOperand"] = left;
      if (leaf.kind == Clause::answered) {
        out["Operator"] = negative ? "Empty" : "NotEmpty";
        return out;
      }
      if (leaf.comparison == Comparison::in ||
          (negative && leaf.comparison != Comparison::contains))
        return std::nullopt;
      out["Operator"] = negative ? std::string_view("DoesNotContain")
                                 : operations[static_cast<std::size_t>(leaf.comparison)];
      const Literal& literal = leaf.literals.front();
      if (const double* number = std::get_if<double>(&literal))
        out["RightOperand"] = survey::number_text(*number);
      else if (const auto* word = std::get_if<std::string>(&literal))
        out["RightOperand"] = *word;
      else
        return std::nullopt;
      return out;
    };
    if (leaf.hidden) {
      out["LogicType"] = "EmbeddedField";
      return compare(leaf.name);
    }
    out["LogicType"] = "Question";
    const std::string& id = ids_.at(question->id);
    out["QuestionID"] = id;
    const auto& keys = keys_.at(question->id);
    if (keys.empty())
      return leaf.part.empty() ? compare("q://" + id + "/ChoiceTextEntryValue") : std::nullopt;
    if (leaf.kind == Clause::answered || leaf.part == "other" || question->kind == Kind::ranking)
      return std::nullopt;
    const bool list = question->kind == Kind::multiple_choice;
    const Literal& literal = leaf.literals.front();
    std::string value = std::holds_alternative<double>(literal)
                            ? survey::number_text(std::get<double>(literal))
                        : std::holds_alternative<bool>(literal) ? "agree"
                                                                : std::get<std::string>(literal);
    if (literal == Literal(false)) negative = !negative;
    if (leaf.comparison == Comparison::unequal)
      negative = !negative;
    else if (leaf.comparison != (list ? Comparison::contains : Comparison::equal))
      return std::nullopt;
    if (list && leaf.comparison == Comparison::unequal) return std::nullopt;
    const auto key = keys.find(value);
    if (key == keys.end()) return std::nullopt;
    std::string locator = "q://" + id + "/SelectableChoice/";
    if (!leaf.part.empty()) {
      const auto row = rows_.at(question->id).find(leaf.part);
      if (row == rows_.at(question->id).end()) return std::nullopt;
      locator += row->second + "/";
    }
    out["ChoiceLocator"] = locator + key->second;
    out["LeftOperand"] = locator + key->second;
    out["Operator"] = negative ? "NotSelected" : "Selected";
    return out;
  }

  /// Several values of one name as alternatives, so that every leaf has one.
  static Condition spread(Condition condition, const survey::Questionnaire& survey) {
    for (Condition& part : condition.parts) part = spread(std::move(part), survey);
    if (condition.kind == Clause::test && condition.comparison != Comparison::in) {
      // A scale's order counted out as its values.
      const Question* question = condition.hidden ? nullptr : survey::find(survey, condition.name);
      const bool ordered = condition.comparison != Comparison::equal &&
                           condition.comparison != Comparison::unequal &&
                           condition.comparison != Comparison::contains;
      if (!question || !ordered || !survey::is_scaled(question->kind) || !question->options.empty())
        return condition;
      std::vector<Literal> values;
      const survey::Scale scale = survey::scale_of(*question);
      for (std::int64_t v = scale.min; v <= scale.max && v - scale.min <= 100; ++v)
        if (survey::detail::compare(static_cast<double>(v), condition.comparison,
                                    condition.literals.front()))
          values.emplace_back(static_cast<double>(v));
      if (values.empty()) return condition;
      condition.comparison = Comparison::in;
      condition.literals = std::move(values);
    }
    if (condition.kind != Clause::test) return condition;
    const Question* question = condition.hidden ? nullptr : survey::find(survey, condition.name);
    const bool list = question && question->kind == Kind::multiple_choice;
    Condition out{.kind = Clause::any};
    for (const Literal& literal : condition.literals) {
      Condition one = condition;
      one.comparison = list ? Comparison::contains : Comparison::equal;
      one.literals = {literal};
      out.parts.push_back(std::move(one));
    }
    return out.parts.size() == 1 ? std::move(out.parts.front()) : out;
  }

  /// An `or` of `and`s or an `and` of leaves; Qualtrics nests no deeper.
  std::optional<json::object> logic(const std::string& text) const {
    std::string why;
    auto parsed = parse_condition(Language::ours, text, why);
    if (!parsed) return std::nullopt;
    const Condition condition = spread(std::move(*parsed), survey_);
    // Groups are joined by "or"; within one, expressions by "and".
    std::vector<std::vector<Condition>> groups;
    const auto group = [&](const Condition& one) {
      if (one.kind == Clause::all)
        groups.push_back(one.parts);
      else
        groups.push_back({one});
    };
    if (condition.kind == Clause::any)
      for (const Condition& one : condition.parts) group(one);
    else if (condition.kind == Clause::all &&
             std::any_of(condition.parts.begin(), condition.parts.end(),
                         [](const Condition& c) { return c.kind == Clause::any; })) {
      // An `and` of `or`s: groups joined by "and", expressions by "or".
      json::object out;
      for (std::size_t g = 0; g < condition.parts.size(); ++g) {
        const Condition& one = condition.parts[g];
        auto entry =
            expressions(one.kind == Clause::any ? one.parts : std::vector<Condition>{one}, "Or");
        if (!entry) return std::nullopt;
        (*entry)["Type"] = g == 0 ? "If" : "AndIf";
        out[std::to_string(g)] = std::move(*entry);
      }
      out["Type"] = "BooleanExpression";
      return out;
    } else {
      group(condition);
    }
    json::object out;
    for (std::size_t g = 0; g < groups.size(); ++g) {
      auto entry = expressions(groups[g], "And");
      if (!entry) return std::nullopt;
      (*entry)["Type"] = g == 0 ? "If" : "OrIf";
      out[std::to_string(g)] = std::move(*entry);
    }
    out["Type"] = "BooleanExpression";
    return out;
  }
  std::optional<json::object> expressions(const std::vector<Condition>& leaves,
                                          std::string_view conjunction) const {
    json::object out;
    for (std::size_t i = 0; i < leaves.size(); ++i) {
      const bool negative = leaves[i].kind == Clause::negation;
      auto one = expression(negative ? leaves[i].parts.front() : leaves[i], negative);
      if (!one) return std::nullopt;
      if (i > 0) (*one)["Conjuction"] = conjunction;
      out[std::to_string(i)] = std::move(*one);
    }
    return out;
  }

  json::array skip_logic(std::size_t index) {
    const Question& question = survey_.questions[index];
    json::array out;
    for (std::size_t b = 0; b < question.logic.size(); ++b) {
      const survey::Branch& branch = question.logic[b];
      std::string why;
      auto parsed = parse_condition(Language::ours, branch.condition, why);
      std::optional<json::object> one;
      if (parsed) {
        const bool negative = parsed->kind == Clause::negation;
        const Condition& leaf = negative ? parsed->parts.front() : *parsed;
        if (leaf.name == question.id) one = expression(leaf, negative);
      }
      if (!one || !one->contains("ChoiceLocator")) {
        out_.losses.push_back(
            {"/questions/" + std::to_string(index) + "/logic/" + std::to_string(b),
             "the jump to '" + branch.target + "'",
             "Qualtrics jumps by one choice of the question itself"});
        continue;
      }
      out.push_back(
          {{"SkipLogicID", b + 1},
           {"ChoiceLocator", (*one)["ChoiceLocator"]},
           {"Condition", (*one)["Operator"]},
           {"SkipToDestination", branch.target == "end" ? "ENDOFSURVEY" : ids_[branch.target]},
           {"QuestionID", ids_[question.id]}});
    }
    return out;
  }

  json::object payload(std::size_t index, const std::string& block) {
    const Question& question = survey_.questions[index];
    const std::string at = "/questions/" + std::to_string(index);
    const auto* found = std::find_if(std::begin(qsf_natives), std::end(qsf_natives),
                                     [&](const QsfNative& n) { return n.kind == question.kind; });
    QsfNative native = found == std::end(qsf_natives)
                           ? QsfNative{question.kind, "MC", "SAVR", "TX", Kind::single_choice}
                           : *found;
    if (question.kind == Kind::nps && !question.options.empty())
      native = {question.kind, "MC", "SAVR", "TX", Kind::single_choice};
    json::object out{{"QuestionText", html(question.text)},
                     {"DataExportTag", question.id},
                     {"QuestionType", native.type},
                     {"Selector", native.selector}};
    if (!native.sub.empty()) out["SubSelector"] = native.sub;
    out["QuestionDescription"] = question.text;
    if (!question.help.empty()) out["insightflow_help"] = html(question.help);
    const bool matrix = question.kind == Kind::matrix;
    const std::vector<Option> options = choices_of(question);
    const auto list = [&](const char* name, const char* order, const std::vector<Option>& all,
                          const std::map<std::string, std::string>& codes) {
      json::object choices;
      json::array keys;
      for (std::size_t i = 0; i < all.size(); ++i) {
        json::object one{{"Display", html(all[i].label)}};
        if (all[i].other) one["TextEntry"] = "true";
        if (all[i].exclusive) one["ExclusiveAnswer"] = true;
        choices[codes.at(all[i].id)] = std::move(one);
        keys.push_back(json::value(codes.at(all[i].id)));
      }
      out[name] = std::move(choices);
      out[order] = std::move(keys);
    };
    if (matrix) list("Choices", "ChoiceOrder", question.rows, rows_.at(question.id));
    if (!options.empty())
      list(matrix ? "Answers" : "Choices", matrix ? "AnswerOrder" : "ChoiceOrder", options,
           keys_.at(question.id));
    json::object settings{{"ForceResponse", question.required ? "ON" : "OFF"}, {"Type", "None"}};
    if (question.min_choices) settings["MinChoices"] = std::to_string(*question.min_choices);
    if (question.max_choices) settings["MaxChoices"] = std::to_string(*question.max_choices);
    if (question.max_length) settings["MaxChars"] = std::to_string(*question.max_length);
    if (question.kind == Kind::date) settings["ContentType"] = "ValidDate";
    if (question.kind == Kind::number) {
      settings["ContentType"] = "ValidNumber";
      if (question.scale)
        settings["ValidNumber"] = {{"Min", std::to_string(question.scale->min)},
                                   {"Max", std::to_string(question.scale->max)}};
    }
    out["Validation"] = {{"Settings", std::move(settings)}};
    if (question.randomize) out["Randomization"] = {{"Type", "All"}};
    if (!question.show_if.empty()) {
      if (auto shown = logic(question.show_if))
        out["DisplayLogic"] = std::move(*shown);
      else
        out_.losses.push_back({at + "/show_if", "the condition " + question.show_if,
                               "Qualtrics' display logic cannot say it"});
    }
    json::object languages;
    for (const auto& [tag, translation] : survey_.translations) {
      const auto own = translation.questions.find(question.id);
      if (own == translation.questions.end()) continue;
      json::object words{{"QuestionText", html(own->second.text)}};
      if (!own->second.help.empty()) words["insightflow_help"] = html(own->second.help);
      const auto parts = [&](const char* name, const std::map<std::string, std::string>& labels,
                             const std::map<std::string, std::string>& keys) {
        json::object some;
        for (const auto& [id, label] : labels)
          if (const auto key = keys.find(id); key != keys.end())
            some[key->second] = {{"Display", html(label)}};
        if (!some.empty()) words[name] = std::move(some);
      };
      const bool scaled = question.options.empty() && question.kind != Kind::yes_no;
      parts(matrix ? "Answers" : "Choices", scaled ? own->second.labels : own->second.options,
            keys_.at(question.id));
      if (matrix) parts("Choices", own->second.rows, rows_.at(question.id));
      languages[tag] = std::move(words);
    }
    if (languages.empty())
      out["Language"] = json::array();
    else
      out["Language"] = std::move(languages);
    Hint hint = hint_for(question, native.read_as, block, question.id);
    if (question.kind == Kind::nps && question.options.empty()) hint.scale = true;
    if (question.kind != Kind::consent)
      for (const Option& option : options)
        if (const std::string& key = keys_.at(question.id).at(option.id); key != option.id)
          hint.options[key].id = option.id;
    for (const Option& row : question.rows)
      if (const std::string& key = rows_.at(question.id).at(row.id); key != row.id)
        hint.rows[key].id = row.id;
    if (!hint.empty()) out["insightflow"] = to_object(hint);
    out["QuestionID"] = ids_.at(question.id);
    return out;
  }

  const survey::Questionnaire& survey_;
  Written out_;
  int notes_ = 0;
  std::map<std::string, std::string> ids_;
  std::map<std::string, std::map<std::string, std::string>> keys_, rows_;
};

}  // namespace

Result<Written> write_qsf(const survey::Questionnaire& survey, std::string_view copy) {
  return QsfWriter(survey).run(copy);
}

}  // namespace insightflow::formats
