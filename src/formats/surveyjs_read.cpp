#include "formats/draft.hpp"
#include "formats/json_access.hpp"
#include "formats/plain_text.hpp"
#include "formats/readers.hpp"

namespace insightflow::formats {

namespace {

/// What becomes of an element of a type.
enum class ElementShape {
  words,
  choice,
  matrix,
  columns,
  fields,
  panel,
  repeated,
  shown,
  scale,
  none
};
struct ElementType {
  std::string_view name;
  ElementShape shape;
  Kind kind = Kind::open_text;
  std::string_view remark{};  ///< Why it is not quite the same here.
};
constexpr ElementType element_types[] = {
    {"radiogroup", ElementShape::choice, Kind::single_choice},
    {"dropdown", ElementShape::choice, Kind::single_choice},
    {"buttongroup", ElementShape::choice, Kind::single_choice},
    {"checkbox", ElementShape::choice, Kind::multiple_choice},
    {"tagbox", ElementShape::choice, Kind::multiple_choice},
    {"imagepicker", ElementShape::choice, Kind::single_choice,
     "pictures are not shown; their labels are"},
    {"ranking", ElementShape::choice, Kind::ranking},
    {"boolean", ElementShape::choice, Kind::yes_no},
    {"rating", ElementShape::scale, Kind::rating},
    {"slider", ElementShape::words, Kind::number},
    {"text", ElementShape::words},
    {"comment", ElementShape::words},
    {"numeric", ElementShape::words, Kind::number},
    {"email", ElementShape::words},
    {"file", ElementShape::words, Kind::open_text,
     "files cannot be handed in; a text is asked for"},
    {"signaturepad", ElementShape::words, Kind::open_text,
     "there are no signatures; a text is asked for"},
    {"matrix", ElementShape::matrix, Kind::matrix},
    {"matrixdropdown", ElementShape::columns},
    {"matrixdynamic", ElementShape::columns, Kind::open_text,
     "rows cannot be added; one set is asked"},
    {"multipletext", ElementShape::fields},
    {"panel", ElementShape::panel},
    {"flowpanel", ElementShape::panel},
    {"paneldynamic", ElementShape::repeated, Kind::open_text, "panels do not repeat; one is asked"},
    {"html", ElementShape::shown},
    {"image", ElementShape::none, Kind::open_text, "pictures are not shown"},
    {"expression", ElementShape::none, Kind::open_text, "calculated values are not shown"}};

class SurveyjsReader {
 public:
  explicit SurveyjsReader(bool hints) : draft_(Format::surveyjs, hints) {}

  Result<Found> run(const json::object& root) {
    auto& survey = draft_.survey();
    draft_.copy = text_of(root, "insightflow");
    locale_ = text_of(root, "locale");
    if (const std::string tag = language_tag(locale_); !tag.empty()) survey.language = tag;
    spread(words(root, "title"), &survey.title, &survey::Translation::title);
    spread(words(root, "description"), &survey.description, &survey::Translation::description);
    for (const char* name : {"calculatedValues", "variables"})
      if (const auto* list = array_in(root, name))
        for (const json::value& item : *list)
          if (const auto* value = item.if_object()) {
            draft_.hidden(text_of(*value, "name"));
            if (value->contains("expression"))
              draft_.lose(std::string("/") + name,
                          "how '" + text_of(*value, "name") + "' is calculated",
                          "hidden fields come from the link");
          }
    if (const auto* pages = array_in(root, "pages")) {
      for (std::size_t i = 0; i < pages->size(); ++i)
        if (const auto* page = (*pages)[i].if_object())
          this->page(*page, pointer_to("/pages", i), i);
    }
    for (const char* name : {"elements", "questions"})
      if (const auto* list = array_in(root, name)) elements(*list, std::string("/") + name, {}, {});
    draft_.close_section();
    spread(words(root, "completedHtml"), &survey.closing, &survey::Translation::closing);
    triggers(root);
    static constexpr std::string_view unused[] = {
        "calculatedValues", "navigateToUrl", "completedHtmlOnCondition", "navigateToUrlOnCondition",
        "validators",       "quizMode",      "maxTimeToFinish"};
    for (const std::string_view key : unused)
      if (root.contains(key) && key != "calculatedValues")
        draft_.lose("/" + std::string(key), "'" + std::string(key) + "'",
                    "there is no such setting here");
    return draft_.finish({"{", piped_name});
  }

 private:
  static std::string_view piped_name(std::string_view inner) { return survey::trimmed(inner); }

  /// A text that may be one text or one for each language.
  Words words_of(const json::value& value) const {
    Words out;
    if (const auto* all = value.if_object()) {
      const std::string main = !locale_.empty() && all->contains(locale_) ? locale_ : "default";
      for (const auto& [key, text] : *all) {
        const std::string line = plain_text_if_html(scalar_text(text));
        const std::string tag = language_tag(std::string(key));
        if (key == main)
          out[""] = line;
        else if (!tag.empty() && !line.empty() && tag != survey_language())
          out[tag] = line;
      }
      if (out[""].empty() && !all->empty())
        out[""] = plain_text_if_html(scalar_text(all->begin()->value()));
    } else {
      out[""] = plain_text_if_html(scalar_text(value));
    }
    return out;
  }
  Words words(const json::object& object, std::string_view key) const {
    const json::value* value = member(object, key);
    return value ? words_of(*value) : Words{};
  }
  std::string survey_language() const { return draft_.language(); }
  void spread(Words words, std::string* main, std::string survey::Translation::*field) {
    for (auto& [tag, text] : words) (tag.empty() ? *main : draft_.translation(tag).*field) = text;
  }

  void page(const json::object& page, const std::string& at, std::size_t index) {
    std::string name = text_of(page, "name");
    if (name.empty()) name = "page" + std::to_string(index + 1);
    draft_.open_section(name, words(page, "title")[""], words(page, "description")[""]);
    std::vector<std::string> conditions = of(page);
    for (const char* key : {"elements", "questions"})
      if (const auto* list = array_in(page, key)) elements(*list, at + "/" + key, conditions, {});
  }

  static std::vector<std::string> of(const json::object& object) {
    const std::string text = text_of(object, "visibleIf");
    return text.empty() ? std::vector<std::string>{} : std::vector<std::string>{text};
  }

  void elements(const json::array& list, const std::string& at,
                const std::vector<std::string>& conditions, const std::string& prefix) {
    for (std::size_t i = 0; i < list.size(); ++i)
      if (const auto* one = list[i].if_object())
        element(*one, pointer_to(at, i), conditions, prefix);
  }

  void element(const json::object& element, const std::string& at,
               std::vector<std::string> conditions, const std::string& prefix) {
    const std::string type = text_of(element, "type");
    const auto* found = std::find_if(std::begin(element_types), std::end(element_types),
                                     [&](const ElementType& e) { return e.name == type; });
    ElementType known{"text", ElementShape::words};
    if (found == std::end(element_types)) {
      draft_.lose(at, "the question type '" + type + "'",
                  "it is not known here; a text is asked for");
      if (array_in(element, "choices")) known = element_types[0];
    } else {
      known = *found;
    }
    for (std::string& more : of(element)) conditions.push_back(std::move(more));
    const std::string name = text_of(element, "name");
    if (!known.remark.empty())
      draft_.lose(at, "'" + name + "' as " + type, std::string(known.remark));
    Words title = words(element, "title");
    const std::string full =
        prefix.empty() ? title[""] : prefix + " – " + (title[""].empty() ? name : title[""]);
    switch (known.shape) {
      case ElementShape::none: return;
      case ElementShape::shown: draft_.note(words(element, "html"), at); return;
      case ElementShape::panel:
      case ElementShape::repeated: {
        const char* key = known.shape == ElementShape::panel ? "elements" : "templateElements";
        if (!title[""].empty()) draft_.note(title, at);
        if (const auto* inner = array_in(element, key)) {
          if (depth_ > 40) return draft_.lose(at, "a panel", "panels are nested too deeply");
          ++depth_;
          elements(*inner, at + "/" + key, conditions, {});
          --depth_;
        }
        return;
      }
      case ElementShape::fields: return fields(element, at, conditions, full.empty() ? name : full);
      case ElementShape::columns:
        return columns(element, at, conditions, full.empty() ? name : full);
      default: break;
    }
    const std::size_t index = add(element, known, name, full, at);
    title[""].clear();
    draft_.question_words(index, title, words(element, "description"));
    for (const std::string& condition : conditions)
      draft_.condition(index, Language::surveyjs, condition, at);
  }

  std::size_t add(const json::object& element, const ElementType& type, const std::string& name,
                  const std::string& text, const std::string& at) {
    const json::value* hint = member(element, "insightflow");
    Kind kind = type.kind;
    const std::string input = text_of(element, "inputType");
    if (type.shape == ElementShape::words && (input == "number" || input == "range"))
      kind = Kind::number;
    if (type.shape == ElementShape::words && input == "date") kind = Kind::date;
    if (type.name == "imagepicker" && is_true(element, "multiSelect")) kind = Kind::multiple_choice;
    const std::size_t index = draft_.question(name, kind, text, at, hint ? hint_of(*hint) : Hint{});
    draft_.at(index).help = words(element, "description")[""];
    draft_.at(index).required = is_true(element, "isRequired");
    static constexpr std::string_view unused[] = {
        "enableIf",           "requiredIf",    "defaultValue",  "defaultValueExpression",
        "setValueExpression", "setValueIf",    "resetValueIf",  "choicesByUrl",
        "choicesVisibleIf",   "correctAnswer", "rowsVisibleIf", "columnsVisibleIf"};
    for (const std::string_view key : unused)
      if (element.contains(key))
        draft_.lose(at + "/" + std::string(key), "'" + std::string(key) + "' of '" + name + "'",
                    "there is no such setting here");
    if (is_true(element, "showCommentArea") || is_true(element, "hasComment"))
      draft_.lose(at, "the comment field of '" + name + "'", "a question has one field");
    switch (type.shape) {
      case ElementShape::choice: choices(element, index, at); break;
      case ElementShape::scale: rating(element, index); break;
      case ElementShape::matrix:
        items(element, "rows", at, [&](const std::string& value, Words label, const json::object*) {
          const std::string main = label[""];
          const std::string id = draft_.row(index, value, main);
          draft_.row_words(index, id, label);
          draft_.know(name + "." + value, {index, id, {}});
        });
        items(element, "columns", at,
              [&](const std::string& value, Words label, const json::object*) {
                draft_.option_words(index, draft_.option(index, value, label[""]), label);
              });
        if (is_true(element, "isAllRowRequired") || is_true(element, "eachRowRequired"))
          draft_.at(index).required = true;
        break;
      default: words_limits(element, index, at); break;
    }
    return index;
  }

  template <class Visit>
  void items(const json::object& element, std::string_view key, const std::string& at,
             const Visit& visit) {
    const auto* list = array_in(element, key);
    if (!list) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const json::value& item = (*list)[i];
      const auto* object = item.if_object();
      std::string value = object ? text_of(*object, object->contains("value") ? "value" : "name")
                                 : scalar_text(item);
      Words label = object ? words(*object, object->contains("text") ? "text" : "title") : Words{};
      if (label[""].empty()) label[""] = plain_text_if_html(value);
      if (object && object->contains("visibleIf"))
        draft_.lose(pointer_to(at + "/" + std::string(key), i), "when '" + label[""] + "' is shown",
                    "options are always shown");
      visit(value, std::move(label), object);
    }
  }

  void choices(const json::object& element, std::size_t index, const std::string& at) {
    survey::Question* question = &draft_.at(index);
    const std::string name = text_of(element, "name");
    if (question->kind == Kind::yes_no) {
      const Words yes = words(element, "labelTrue"), no = words(element, "labelFalse");
      const auto label = [](const Words& words, const char* usual) {
        const auto main = words.find("");
        return main == words.end() || main->second.empty() ? std::string(usual) : main->second;
      };
      std::string on = text_of(element, "valueTrue"), off = text_of(element, "valueFalse");
      draft_.option_words(index, draft_.option(index, on.empty() ? "yes" : on, label(yes, "Yes")),
                          yes);
      draft_.option_words(index, draft_.option(index, off.empty() ? "no" : off, label(no, "No")),
                          no);
      return;
    }
    items(element, "choices", at,
          [&](const std::string& value, Words label, const json::object* item) {
            const bool other =
                item && (is_true(*item, "showCommentArea") || is_true(*item, "hasComment"));
            const bool exclusive = item && is_true(*item, "isExclusive");
            draft_.option_words(index, draft_.option(index, value, label[""], other, exclusive),
                                label);
          });
    struct Extra {
      std::string_view flag, old_flag, text, value, label;
      bool other, exclusive;
    };
    static constexpr Extra extras[] = {
        {"showNoneItem", "hasNone", "noneText", "none", "None", false, true},
        {"showOtherItem", "hasOther", "otherText", "other", "Other (describe)", true, false},
        {"showRefuseItem", "", "refuseText", "refused", "Refuse to answer", false, true},
        {"showDontKnowItem", "", "dontKnowText", "dontknow", "Don't know", false, true}};
    for (const Extra& extra : extras) {
      if (!is_true(element, extra.flag) &&
          (extra.old_flag.empty() || !is_true(element, extra.old_flag)))
        continue;
      Words label = words(element, extra.text);
      if (label[""].empty()) label[""] = extra.label;
      draft_.option_words(
          index, draft_.option(index, extra.value, label[""], extra.other, extra.exclusive), label);
    }
    question = &draft_.at(index);
    question->randomize = text_of(element, "choicesOrder") == "random";
    if (question->kind == Kind::multiple_choice || question->kind == Kind::ranking) {
      question->min_choices = whole_of(element, "minSelectedChoices");
      question->max_choices = whole_of(element, "maxSelectedChoices");
      if (question->max_choices && *question->max_choices < 1) question->max_choices.reset();
    }
    if (question->options.size() > 0) draft_.know(name + "-Comment", {index, "other", {}});
  }

  void rating(const json::object& element, std::size_t index) {
    const auto* values = array_in(element, "rateValues");
    survey::Scale scale{
        whole_of(element, "rateMin").value_or(1), whole_of(element, "rateMax").value_or(5), {}};
    if (const auto count = whole_of(element, "rateCount"); count && !element.contains("rateMax"))
      scale.max = scale.min + *count - 1;
    std::map<std::string, Words> labels;
    bool numbers = true;
    if (values && !values->empty()) {
      std::vector<std::pair<std::string, Words>> all;
      items(element, "rateValues", "",
            [&](const std::string& value, Words label, const json::object*) {
              all.emplace_back(value, std::move(label));
            });
      for (std::size_t i = 0; i < all.size(); ++i) {
        const auto number = survey::detail::number_of(all[i].first);
        numbers = numbers && number && std::abs(*number) < 1e6 && *number == std::floor(*number);
        if (!numbers) break;
        const auto value = static_cast<std::int64_t>(*number);
        if (i == 0) scale.min = value;
        numbers = value == scale.min + static_cast<std::int64_t>(i);
        scale.max = value;
        if (all[i].second[""] != all[i].first) labels[std::to_string(value)] = all[i].second;
      }
      if (!numbers) {
        for (auto& [value, label] : all)
          draft_.option_words(index, draft_.option(index, value, label[""]), label);
        return;
      }
    }
    const Words low = words(element, "minRateDescription"),
                high = words(element, "maxRateDescription");
    const auto end = [&](const Words& text, std::int64_t value) {
      if (!text.empty() && !labels.contains(std::to_string(value)))
        labels[std::to_string(value)] = text;
    };
    end(low, scale.min);
    end(high, scale.max);
    if (scale.min == 0 && scale.max == 10) draft_.at(index).kind = Kind::nps;
    for (auto& [value, text] : labels) {
      if (!text[""].empty()) scale.labels[value] = text[""];
      for (const auto& [tag, line] : text)
        if (!tag.empty() && !line.empty()) draft_.translation(tag, index).labels[value] = line;
    }
    draft_.at(index).scale = std::move(scale);
  }

  void words_limits(const json::object& element, std::size_t index, const std::string& at) {
    survey::Question& question = draft_.at(index);
    auto low = whole_of(element, "min"), high = whole_of(element, "max");
    if (question.kind == Kind::open_text)
      if (const auto length = whole_of(element, "maxLength");
          length && *length > 0 && *length <= 100000)
        question.max_length = length;
    if (const auto* list = array_in(element, "validators"))
      for (std::size_t i = 0; i < list->size(); ++i) {
        const auto* one = (*list)[i].if_object();
        if (!one) continue;
        const std::string type = text_of(*one, "type");
        if (type == "numeric" || type == "numericvalidator") {
          low = whole_of(*one, "minValue");
          high = whole_of(*one, "maxValue");
        } else if (type == "text" || type == "textvalidator") {
          if (const auto length = whole_of(*one, "maxLength");
              length && *length > 0 && question.kind == Kind::open_text)
            question.max_length = length;
        } else {
          draft_.lose(pointer_to(at + "/validators", i), "the check '" + type + "'",
                      "there is no such check here");
        }
      }
    if (question.kind == Kind::number && (low || high)) {
      if (low && high && *low < *high)
        question.scale = survey::Scale{*low, *high, {}};
      else
        draft_.lose(at, "a bound of '" + question.id + "'", "a range has both ends here");
    }
  }

  void fields(const json::object& element, const std::string& at,
              const std::vector<std::string>& conditions, const std::string& title) {
    const std::string name = text_of(element, "name");
    const auto* list = array_in(element, "items");
    if (!list) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto* item = (*list)[i].if_object();
      if (!item) continue;
      if (draft_.full()) return;
      const std::string field = text_of(*item, "name");
      const std::string label = words(*item, "title")[""];
      const std::size_t index =
          add(*item, {"text", ElementShape::words}, name + "_" + field,
              title + " – " + (label.empty() ? field : label), pointer_to(at + "/items", i));
      draft_.know(name + "." + field, {index, {}, {}});
      for (const std::string& condition : conditions)
        draft_.condition(index, Language::surveyjs, condition, at);
    }
  }

  /// A table whose columns ask different things is one question for each cell.
  void columns(const json::object& element, const std::string& at,
               const std::vector<std::string>& conditions, const std::string& title) {
    const std::string name = text_of(element, "name");
    std::vector<std::pair<std::string, std::string>> rows;
    items(element, "rows", at, [&](const std::string& value, Words label, const json::object*) {
      rows.emplace_back(value, label[""]);
    });
    if (rows.empty()) rows.emplace_back("", "");
    const auto* list = array_in(element, "columns");
    if (!list) return;
    for (const auto& [row, row_label] : rows)
      for (std::size_t i = 0; i < list->size(); ++i) {
        if (draft_.full()) return;
        const auto* column = (*list)[i].if_object();
        const std::string field = column ? text_of(*column, "name") : scalar_text((*list)[i]);
        json::object cell = column ? *column : json::object{};
        std::string type = text_of(cell, "cellType");
        if (type.empty() || type == "default") type = text_of(element, "cellType");
        if (type.empty() || type == "default") type = "dropdown";
        const bool choice =
            type == "dropdown" || type == "radiogroup" || type == "checkbox" || type == "tagbox";
        if (choice && !array_in(cell, "choices"))
          if (const auto* shared = array_in(element, "choices")) cell["choices"] = *shared;
        const auto* known = std::find_if(std::begin(element_types), std::end(element_types),
                                         [&](const ElementType& e) { return e.name == type; });
        if (known == std::end(element_types) || known->shape == ElementShape::none) continue;
        const std::string label = words(cell, "title")[""];
        std::string text = title + (row_label.empty() ? "" : " – " + row_label) + " – " +
                           (label.empty() ? field : label);
        const std::string id = name + (row.empty() ? "" : "_" + row) + "_" + field;
        const std::size_t index = add(cell, *known, id, text, pointer_to(at + "/columns", i));
        draft_.know(name + "." + row + (row.empty() ? "" : ".") + field, {index, {}, {}});
        for (const std::string& condition : conditions)
          draft_.condition(index, Language::surveyjs, condition, at);
      }
  }

  void triggers(const json::object& root) {
    const auto* list = array_in(root, "triggers");
    if (!list) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto* trigger = (*list)[i].if_object();
      if (!trigger) continue;
      const std::string at = pointer_to("/triggers", i), type = text_of(*trigger, "type");
      std::string text = text_of(*trigger, "expression");
      if (text.empty() && trigger->contains("operator"))
        text = "{" + text_of(*trigger, "name") + "} " + text_of(*trigger, "operator") + " " +
               (member(*trigger, "value") && member(*trigger, "value")->is_string()
                    ? quoted(text_of(*trigger, "value"))
                    : text_of(*trigger, "value"));
      std::string why;
      auto condition = parse_condition(Language::surveyjs, text, why);
      const auto jump = [&](std::string target) {
        std::size_t last = 0;
        if (!last_named(*condition, last))
          return draft_.lose(at, "the trigger '" + type + "'", "it names no question");
        draft_.branch(last, std::move(*condition), std::move(target), at);
      };
      if (!condition)
        draft_.lose(at, "the trigger '" + type + "' on " + text, why);
      else if (type == "complete" || type == "completetrigger")
        jump("end");
      else if (type == "skip" || type == "skiptrigger")
        jump(text_of(*trigger, "gotoName"));
      else if (type == "visible" || type == "visibletrigger") {
        if (const auto* names = array_in(*trigger, "questions"))
          for (const json::value& name : *names)
            if (const Target* target = draft_.target(scalar_text(name)))
              draft_.condition(target->question, *condition, at);
        if (const auto* pages = array_in(*trigger, "pages"); pages && !pages->empty())
          draft_.lose(at, "showing pages by a trigger",
                      "questions have conditions, sections have none");
      } else {
        draft_.lose(at, "the trigger '" + type + "'", "there is no such trigger here");
      }
    }
  }

  /// The last question that a condition names: the jump is taken behind it.
  bool last_named(const Condition& condition, std::size_t& last) const {
    bool any = false;
    if (const Target* target = condition.name.empty() ? nullptr : draft_.target(condition.name)) {
      last = std::max(last, target->question);
      any = true;
    }
    for (const Condition& part : condition.parts) any = last_named(part, last) || any;
    return any;
  }

  Draft draft_;
  std::string locale_;
  int depth_ = 0;
};

}  // namespace

Result<Found> read_surveyjs(std::string_view bytes, bool hints) {
  BOOST_OUTCOME_TRY(const auto value, parse_json(bytes, foreign_json));
  const auto* root = value.if_object();
  if (!root ||
      (!array_in(*root, "pages") && !array_in(*root, "elements") && !array_in(*root, "questions")))
    return fail(Code::invalid, "survey_malformed",
                "At the top: a SurveyJS survey is an object with \"pages\" or \"elements\".");
  return SurveyjsReader(hints).run(*root);
}

}  // namespace insightflow::formats
