#include "formats/draft.hpp"
#include "formats/json_access.hpp"
#include "formats/readers.hpp"

namespace insightflow::formats {

namespace {

struct SurveyjsNative {
  Kind kind;
  std::string_view type;
  Kind read_as;  ///< What the reader makes of it without a hint.
};
constexpr SurveyjsNative surveyjs_natives[] = {
    {Kind::single_choice, "radiogroup", Kind::single_choice},
    {Kind::multiple_choice, "checkbox", Kind::multiple_choice},
    {Kind::rating, "rating", Kind::rating},
    {Kind::nps, "rating", Kind::nps},
    {Kind::csat, "rating", Kind::rating},
    {Kind::ces, "rating", Kind::rating},
    {Kind::likert, "rating", Kind::rating},
    {Kind::matrix, "matrix", Kind::matrix},
    {Kind::ranking, "ranking", Kind::ranking},
    {Kind::yes_no, "boolean", Kind::yes_no},
    {Kind::number, "text", Kind::number},
    {Kind::date, "text", Kind::date},
    {Kind::open_text, "comment", Kind::open_text},
    {Kind::consent, "boolean", Kind::yes_no},
    {Kind::contact, "text", Kind::open_text}};

class SurveyjsWriter {
 public:
  explicit SurveyjsWriter(const survey::Questionnaire& survey) : survey_(survey) {}

  Written run(std::string_view copy) {
    json::object root;
    root["locale"] = survey_.language;
    put(root, "title", survey_.title, &survey::Translation::title);
    put(root, "description", survey_.description, &survey::Translation::description);
    if (!survey_.hidden.empty()) {
      json::array values;
      for (const std::string& name : survey_.hidden) values.push_back(json::object{{"name", name}});
      root["calculatedValues"] = std::move(values);
    }
    json::array pages;
    for (const survey::Section& section : survey_.sections)
      if (std::none_of(survey_.questions.begin(), survey_.questions.end(),
                       [&](const Question& q) { return q.section == section.id; }))
        out_.losses.push_back({"/sections/" + std::to_string(&section - survey_.sections.data()),
                               "the section '" + section.id + "'", "it holds no question"});
    for (std::size_t i = 0; i < survey_.questions.size();) {
      const std::string& section = survey_.questions[i].section;
      json::object page;
      page["name"] = section.empty() ? "page" + std::to_string(pages.size() + 1) : section;
      for (const survey::Section& one : survey_.sections)
        if (one.id == section) {
          if (!one.title.empty()) page["title"] = one.title;
          if (!one.description.empty()) page["description"] = one.description;
        }
      json::array elements;
      for (; i < survey_.questions.size() && survey_.questions[i].section == section; ++i)
        elements.push_back(element(i, std::string_view(page["name"].get_string())));
      page["elements"] = std::move(elements);
      pages.push_back(std::move(page));
    }
    root["pages"] = std::move(pages);
    if (!triggers_.empty()) root["triggers"] = std::move(triggers_);
    put(root, "completedHtml", survey_.closing, &survey::Translation::closing);
    if (!copy.empty()) root["insightflow"] = copy;
    out_.bytes = pretty(root);
    return std::move(out_);
  }

 private:
  /// A text with its translations.
  json::value words(const std::string& main, const Words& others) {
    if (others.empty()) return json::value(piped(main));
    json::object out{{"default", piped(main)}};
    for (const auto& [tag, text] : others) out[tag] = piped(text);
    return out;
  }
  void put(json::object& to, std::string_view key, const std::string& main,
           std::string survey::Translation::*field) {
    Words others;
    for (const auto& [tag, translation] : survey_.translations)
      if (!(translation.*field).empty()) others[tag] = translation.*field;
    if (!main.empty() || !others.empty()) to[key] = words(main, others);
  }
  template <class Get>
  Words translated(const Question& question, const Get& get) {
    Words out;
    for (const auto& [tag, translation] : survey_.translations)
      if (const auto own = translation.questions.find(question.id);
          own != translation.questions.end())
        if (std::string text = get(own->second); !text.empty()) out[tag] = std::move(text);
    return out;
  }
  static std::string from(const std::map<std::string, std::string>& labels, const std::string& id) {
    const auto found = labels.find(id);
    return found == labels.end() ? std::string() : found->second;
  }

  static std::string piped(const std::string& text) {
    std::string out;
    std::size_t from = 0;
    for (const survey::Reference& reference : survey::piped(text)) {
      if (reference.name.empty()) continue;
      out += text.substr(from, reference.position - from);
      out += "{" + name_of(reference.name, reference.part) + "}";
      from = text.find("}}", reference.position) + 2;
    }
    return out + text.substr(from);
  }
  static std::string name_of(const std::string& name, const std::string& part) {
    if (part == "other") return name + "-Comment";
    return part.empty() ? name : name + "." + part;
  }

  std::optional<std::string> condition(const std::string& text) const {
    std::string why;
    const auto parsed = parse_condition(Language::ours, text, why);
    if (!parsed) return std::nullopt;
    const auto value = [](const Literal& literal) -> std::string {
      if (const bool* flag = std::get_if<bool>(&literal)) return *flag ? "true" : "false";
      if (const double* number = std::get_if<double>(&literal)) return survey::number_text(*number);
      return quoted(std::get<std::string>(literal));
    };
    const auto spelt = [&](const Condition& leaf) -> std::optional<std::string> {
      if (leaf.kind == Clause::yes || leaf.kind == Clause::no)
        return leaf.kind == Clause::yes ? "1 = 1" : "1 = 2";
      const Question* question = leaf.hidden ? nullptr : survey::find(survey_, leaf.name);
      std::string part = leaf.part;
      const std::string name = "{" + name_of(leaf.name, part) + "}";
      if (name.find('}') != name.size() - 1) return std::nullopt;
      if (leaf.kind == Clause::answered) return name + " notempty";
      static constexpr std::string_view signs[] = {
          " = ", " <> ", " < ", " <= ", " > ", " >= ", " contains ", " anyof "};
      std::string out = name + std::string(signs[static_cast<std::size_t>(leaf.comparison)]);
      const bool truth = question && question->kind == Kind::yes_no && question->options.empty();
      const auto shown = [&](const Literal& literal) {
        if (truth) return std::string(literal == Literal(std::string("yes")) ? "true" : "false");
        return value(literal);
      };
      if (leaf.comparison != Comparison::in) return out + shown(leaf.literals.front());
      for (std::size_t i = 0; i < leaf.literals.size(); ++i)
        out += (i ? ", " : "[") + shown(leaf.literals[i]);
      return out + "]";
    };
    return spell(*parsed, {" and ", " or ", "!(", spelt});
  }

  json::array choices(const Question& question, const std::vector<Option>& options,
                      std::map<std::string, std::string> survey::QuestionTranslation::*labels) {
    json::array out;
    for (const Option& option : options) {
      json::object item;
      item["value"] = option.id;
      item["text"] =
          words(option.label,
                translated(question, [&](const auto& t) { return from(t.*labels, option.id); }));
      if (option.other) item["showCommentArea"] = true;
      if (option.exclusive) item["isExclusive"] = true;
      out.push_back(std::move(item));
    }
    return out;
  }

  json::object element(std::size_t index, std::string_view page) {
    const Question& question = survey_.questions[index];
    const std::string at = "/questions/" + std::to_string(index);
    const SurveyjsNative& native =
        *std::find_if(std::begin(surveyjs_natives), std::end(surveyjs_natives),
                      [&](const SurveyjsNative& n) { return n.kind == question.kind; });
    json::object out;
    Kind read_as = native.read_as;
    std::string_view type = native.type;
    const bool listed = (survey::is_scaled(question.kind) || question.kind == Kind::yes_no) &&
                        !question.options.empty();
    if (listed) {
      type = "radiogroup";
      read_as = Kind::single_choice;
    }
    out["type"] = type;
    out["name"] = question.id;
    out["title"] =
        words(question.text, translated(question, [](const Translated& t) { return t.text; }));
    const Words help = translated(question, [](const Translated& t) { return t.help; });
    if (!question.help.empty() || !help.empty()) out["description"] = words(question.help, help);
    if (question.required) out["isRequired"] = true;
    if (!question.show_if.empty()) {
      if (const auto text = condition(question.show_if))
        out["visibleIf"] = *text;
      else
        out_.losses.push_back(
            {at + "/show_if", "the condition " + question.show_if, "SurveyJS cannot say it"});
    }
    for (std::size_t b = 0; b < question.logic.size(); ++b) {
      const survey::Branch& branch = question.logic[b];
      const auto text = condition(branch.condition);
      if (!text) {
        out_.losses.push_back({at + "/logic/" + std::to_string(b),
                               "the jump to '" + branch.target + "'",
                               "SurveyJS cannot say its condition"});
        continue;
      }
      json::object trigger{{"type", branch.target == "end" ? "complete" : "skip"},
                           {"expression", *text}};
      if (branch.target != "end") trigger["gotoName"] = branch.target;
      trigger["insightflow"] = question.id;
      triggers_.push_back(std::move(trigger));
    }
    const bool choice = type == "radiogroup" || type == "checkbox" || type == "ranking";
    if (choice) {
      out["choices"] = choices(question, question.options, &Translated::options);
      if (question.randomize) out["choicesOrder"] = "random";
    }
    if (question.min_choices) out["minSelectedChoices"] = *question.min_choices;
    if (question.max_choices) out["maxSelectedChoices"] = *question.max_choices;
    if (type == "rating") rating(question, out);
    if (question.kind == Kind::matrix) {
      out["columns"] =
          choices(question, shown_options(question),
                  question.options.empty() ? &Translated::labels : &Translated::options);
      out["rows"] = choices(question, question.rows, &Translated::rows);
    }
    if (type == "boolean" && question.kind == Kind::yes_no)
      for (const auto& [key, id, label] :
           {std::tuple{"labelTrue", "yes", "Yes"}, std::tuple{"labelFalse", "no", "No"}}) {
        const Words others =
            translated(question, [&, id = id](const Translated& t) { return from(t.options, id); });
        if (!others.empty()) out[key] = words(label, others);
      }
    if (question.kind == Kind::date) out["inputType"] = "date";
    if (question.kind == Kind::number) {
      out["inputType"] = "number";
      if (question.scale) {
        out["min"] = question.scale->min;
        out["max"] = question.scale->max;
      }
    }
    if (question.max_length) out["maxLength"] = *question.max_length;
    const Hint hint =
        hint_for(question, read_as,
                 question.section.empty() ? page : std::string_view(question.section), question.id);
    if (!hint.empty()) out["insightflow"] = to_object(hint);
    return out;
  }

  void rating(const Question& question, json::object& out) {
    const survey::Scale scale = survey::scale_of(question);
    out["rateMin"] = scale.min;
    out["rateMax"] = scale.max;
    const auto label_words = [&](const std::string& value) {
      return translated(
          question, [&](const survey::QuestionTranslation& t) { return from(t.labels, value); });
    };
    bool inner = false;
    for (const auto& [value, label] : scale.labels)
      inner = inner || (value != std::to_string(scale.min) && value != std::to_string(scale.max));
    for (const auto& [tag, translation] : survey_.translations)
      if (const auto own = translation.questions.find(question.id);
          own != translation.questions.end())
        inner = inner || !own->second.labels.empty();
    if (!inner) {
      if (const std::string low = from(scale.labels, std::to_string(scale.min)); !low.empty())
        out["minRateDescription"] = low;
      if (const std::string high = from(scale.labels, std::to_string(scale.max)); !high.empty())
        out["maxRateDescription"] = high;
      return;
    }
    json::array values;
    for (std::int64_t value = scale.min; value <= scale.max && value - scale.min <= 1000; ++value) {
      const std::string id = std::to_string(value), label = from(scale.labels, id);
      const Words others = label_words(id);
      if (label.empty() && others.empty())
        values.push_back(value);
      else
        values.push_back(
            json::object{{"value", value}, {"text", words(label.empty() ? id : label, others)}});
    }
    out["rateValues"] = std::move(values);
  }

  const survey::Questionnaire& survey_;
  Written out_;
  json::array triggers_;
};

}  // namespace

Result<Written> write_surveyjs(const survey::Questionnaire& survey, std::string_view copy) {
  return SurveyjsWriter(survey).run(copy);
}

}  // namespace insightflow::formats
