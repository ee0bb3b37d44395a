#include "formats/draft.hpp"
#include "formats/json_access.hpp"
#include "formats/plain_text.hpp"
#include "formats/readers.hpp"

#include <algorithm>

namespace insightflow::formats {

namespace {

class QsfReader {
 public:
  explicit QsfReader(bool hints) : draft_(Format::qsf, hints), hints_(hints) {}

  Result<Found> run(const json::object& root) {
    draft_.copy = text_of(root, "insightflow");
    auto& survey = draft_.survey();
    if (const auto* entry = object_in(root, "SurveyEntry")) {
      survey.title = plain_text(text_of(*entry, "SurveyName"));
      survey.description = plain_text(text_of(*entry, "SurveyDescription"));
      if (const std::string tag = language_tag(text_of(*entry, "SurveyLanguage")); !tag.empty())
        survey.language = tag;
    }
    const auto& elements = *array_in(root, "SurveyElements");
    for (std::size_t i = 0; i < elements.size(); ++i) {
      const auto* element = elements[i].if_object();
      if (!element)
        return fail(Code::invalid, "survey_malformed",
                    pointer_to("/SurveyElements", i) + ": an element must be an object.",
                    pointer_to("/SurveyElements", i));
      const std::string kind = text_of(*element, "Element");
      const json::value* payload = member(*element, "Payload");
      const std::string at = pointer_to("/SurveyElements", i) + "/Payload";
      if (kind == "SQ") {
        if (!payload || !payload->is_object())
          return fail(Code::invalid, "survey_malformed", at + ": a question must be an object.",
                      at);
        std::string id = text_of(payload->get_object(), "QuestionID");
        if (id.empty()) id = text_of(*element, "PrimaryAttribute");
        questions_[id] = {&payload->get_object(), at};
        order_.push_back(id);
      } else if (kind == "BL" && payload) {
        blocks_value_ = payload;
        blocks_at_ = at;
      } else if (kind == "FL" && payload && payload->is_object()) {
        flow_ = &payload->get_object();
        flow_at_ = at;
      } else if (kind == "SO" && payload && payload->is_object()) {
        survey.closing = plain_text(text_of(payload->get_object(), "EOSMessage"));
      } else if (kind == "QG" || kind == "SQO" || kind == "QO") {
        draft_.lose(at, "quotas", "there are no quotas here");
      }
    }
    load_blocks();
    if (flow_) flow(*flow_, flow_at_, {}, 0);
    for (const std::string& id : block_order_) block(id, {});
    if (blocks_.empty())
      for (const std::string& id : order_) question(id, {}, nullptr, {});
    draft_.close_section();
    std::size_t left = 0;
    for (const std::string& id : order_) left += asked_.contains(id) ? 0 : 1;
    if (left > 0)
      draft_.lose(blocks_at_.empty() ? "/SurveyElements" : blocks_at_,
                  std::to_string(left) + " questions in the trash or in no block",
                  "respondents never see them");
    skips();
    return draft_.finish({"${", piped_name});
  }

 private:
  struct Source {
    const json::object* payload = nullptr;
    std::string at;
  };
  struct Block {
    const json::object* value = nullptr;
    std::string at;
  };
  struct Skip {
    std::string id, locator, operation, target, at;
    std::string block;
  };

  /// ${q://QID1/ChoiceGroup/SelectedChoices}, ${e://Field/plan}
  static std::string_view piped_name(std::string_view inner) {
    for (const std::string_view kind : {"q://", "e://Field/"})
      if (inner.starts_with(kind)) {
        inner.remove_prefix(kind.size());
        return inner.substr(0, inner.find('/'));
      }
    return {};
  }

  void load_blocks() {
    const auto add = [&](const json::value& value, std::string at) {
      if (const auto* block = value.if_object()) {
        if (text_of(*block, "Type") == "Trash") return;
        const std::string id = text_of(*block, "ID").empty() ? at : text_of(*block, "ID");
        if (blocks_.emplace(id, Block{block, std::move(at)}).second) block_order_.push_back(id);
      }
    };
    if (!blocks_value_) return;
    // A list in some files, an object by number in others.
    if (const auto* list = blocks_value_->if_array())
      for (std::size_t i = 0; i < list->size(); ++i) add((*list)[i], pointer_to(blocks_at_, i));
    if (const auto* object = blocks_value_->if_object())
      for (const auto& [key, value] : *object)
        add(value, pointer_to(blocks_at_, std::string_view(key)));
  }

  void flow(const json::object& node, const std::string& at, std::vector<Condition> conditions,
            int depth) {
    const auto* list = array_in(node, "Flow");
    if (!list || depth > 40) return;
    for (std::size_t i = 0; i < list->size(); ++i) {
      const auto* one = (*list)[i].if_object();
      if (!one) continue;
      const std::string type = text_of(*one, "Type"), here = pointer_to(at + "/Flow", i);
      if (type == "Block" || type == "Standard") {
        block(text_of(*one, "ID"), conditions);
      } else if (type == "EmbeddedData") {
        if (const auto* fields = array_in(*one, "EmbeddedData"))
          for (const json::value& field : *fields)
            if (const auto* object = field.if_object()) draft_.hidden(text_of(*object, "Field"));
      } else if (type == "Branch") {
        std::vector<Condition> inner = conditions;
        if (const auto* logic = object_in(*one, "BranchLogic")) {
          std::string why;
          if (auto condition = this->logic(*logic, why))
            inner.push_back(std::move(*condition));
          else
            draft_.lose(here, "the condition of a branch", why);
        }
        flow(*one, here, inner, depth + 1);
      } else {
        if (type != "Root" && type != "EndSurvey" && type != "Group")
          draft_.lose(here, "the flow element '" + type + "'", "there is no such step here");
        if (type == "EndSurvey" && !conditions.empty())
          draft_.lose(here, "the end of the survey by a branch",
                      "the flow has no ends of its own here");
        flow(*one, here, conditions, depth + 1);
      }
    }
  }

  void block(const std::string& id, const std::vector<Condition>& conditions) {
    const auto found = blocks_.find(id);
    if (found == blocks_.end() || !done_.insert(id).second) return;
    const json::object& value = *found->second.value;
    const std::string at = found->second.at;
    draft_.open_section(id, plain_text(text_of(value, "Description")));
    if (const auto* options = object_in(value, "Options"))
      for (const char* key : {"RandomizeQuestions", "Looping"})
        if (const std::string how = text_of(*options, key);
            !how.empty() && how != "false" && how != "None")
          draft_.lose(at + "/Options/" + key, "'" + std::string(key) + "' of the block",
                      "questions have one order here and are asked once");
    const json::value* elements = member(value, "BlockElements");
    const auto each = [&](const json::value& one, std::string where) {
      const auto* object = one.if_object();
      if (!object || text_of(*object, "Type") != "Question") return;
      const std::string question_id = text_of(*object, "QuestionID");
      question(question_id, conditions, object, where);
      if (const auto* list = array_in(*object, "SkipLogic"))
        for (std::size_t i = 0; i < list->size(); ++i)
          if (const auto* skip = (*list)[i].if_object())
            skips_.push_back({question_id,
                              text_of(*skip, "ChoiceLocator").empty()
                                  ? text_of(*skip, "Locator")
                                  : text_of(*skip, "ChoiceLocator"),
                              text_of(*skip, "Condition"), text_of(*skip, "SkipToDestination"),
                              pointer_to(where + "/SkipLogic", i), id});
    };
    if (elements && elements->is_array())
      for (std::size_t i = 0; i < elements->get_array().size(); ++i)
        each(elements->get_array()[i], pointer_to(at + "/BlockElements", i));
    if (elements && elements->is_object())
      for (const auto& [key, one] : elements->get_object())
        each(one, pointer_to(at + "/BlockElements", std::string_view(key)));
    block_end_[id] = draft_.size();
  }

  struct Choice {
    std::string key;
    const json::object* value = nullptr;
  };
  /// Choices or answers in the order of asking; what the order forgets comes last.
  static std::vector<Choice> ordered(const json::object& payload, std::string_view what,
                                     std::string_view order) {
    std::vector<Choice> out;
    std::set<std::string> seen;
    const json::value* all = member(payload, what);
    if (!all) return out;
    static const json::object none;
    const auto add = [&](const std::string& key, const json::value& value) {
      const json::object* object = value.if_object();
      if (seen.insert(key).second) out.push_back({key, object ? object : &none});
    };
    if (const auto* object = all->if_object()) {
      if (const auto* keys = array_in(payload, order))
        for (const json::value& key : *keys)
          if (const json::value* value = object->if_contains(scalar_text(key)))
            add(scalar_text(key), *value);
      for (const auto& [key, value] : *object) add(std::string(key), value);
    }
    if (const auto* list = all->if_array())
      for (std::size_t i = 0; i < list->size(); ++i) add(std::to_string(i), (*list)[i]);
    return out;
  }

  /// Texts of one part in the languages of the question.
  Words translated(const json::object& payload, std::string main, std::string_view list,
                   std::string_view key) const {
    Words out{{"", plain_text(main)}};
    const auto* languages = object_in(payload, "Language");
    if (!languages) return out;
    for (const auto& [language, value] : *languages) {
      const std::string tag = language_tag(std::string(language));
      const auto* object = value.if_object();
      if (!object || tag.empty() || tag == draft_.language()) continue;
      if (list.empty())
        out[tag] = plain_text(text_of(*object, key));
      else if (const auto* parts = object_in(*object, list))
        if (const auto* part = object_in(*parts, key))
          out[tag] = plain_text(text_of(*part, "Display"));
    }
    return out;
  }

  void question(const std::string& id, const std::vector<Condition>& conditions,
                const json::object*, const std::string&) {
    const auto source = questions_.find(id);
    if (draft_.full() || source == questions_.end() || !asked_.insert(id).second) return;
    const json::object& payload = *source->second.payload;
    const std::string& at = source->second.at;
    const std::string type = text_of(payload, "QuestionType"),
                      selector = text_of(payload, "Selector");
    if (type == "DB") {
      draft_.note(translated(payload, text_of(payload, "QuestionText"), {}, "QuestionText"), at);
      return;
    }
    if (type == "Timing" || type == "Meta" || type == "Captcha") {
      draft_.lose(at, "'" + text_of(payload, "DataExportTag") + "' of type " + type,
                  "it asks nothing");
      return;
    }
    const std::size_t first = draft_.size();
    ask(id, payload, at, type, selector);
    std::string why;
    std::optional<Condition> shown;
    if (const auto* logic = object_in(payload, "DisplayLogic")) {
      shown = this->logic(*logic, why);
      if (!shown)
        draft_.lose(at + "/DisplayLogic",
                    "the condition of '" + text_of(payload, "DataExportTag") + "'", why);
    }
    const auto* validation = object_in(payload, "Validation");
    const auto* settings = validation ? object_in(*validation, "Settings") : nullptr;
    for (std::size_t i = first; i < draft_.size(); ++i) {
      if (settings && is_true(*settings, "ForceResponse")) draft_.at(i).required = true;
      if (settings) limits(i, *settings);
      if (const auto* random = object_in(payload, "Randomization"))
        if (const std::string how = text_of(*random, "Type");
            how == "All" || how == "ScaleReversal")
          draft_.at(i).randomize = how == "All";
      for (const Condition& condition : conditions) draft_.condition(i, condition, at);
      if (shown) draft_.condition(i, *shown, at + "/DisplayLogic");
    }
  }

  void limits(std::size_t index, const json::object& settings) {
    auto& question = draft_.at(index);
    if (question.kind == Kind::multiple_choice || question.kind == Kind::ranking) {
      question.min_choices = whole_of(settings, "MinChoices");
      question.max_choices = whole_of(settings, "MaxChoices");
      if (question.min_choices && *question.min_choices < 1) question.min_choices.reset();
      if (question.max_choices && *question.max_choices < 1) question.max_choices.reset();
    }
    if (question.kind == Kind::open_text)
      if (const auto most = whole_of(settings, "MaxChars"); most && *most > 0 && *most <= 100000)
        question.max_length = most;
    if (const auto* number = object_in(settings, "ValidNumber");
        number && question.kind == Kind::number) {
      const auto low = whole_of(*number, "Min"), high = whole_of(*number, "Max");
      if (low && high && *low < *high) question.scale = survey::Scale{*low, *high, {}};
    }
  }

  std::size_t add(const std::string& name, const json::object& payload, Kind kind,
                  const std::string& text, const std::string& at, const Hint& hint) {
    const std::size_t index = draft_.question(name, kind, text, at, hint);
    Words words = translated(payload, {}, {}, "QuestionText");
    draft_.question_words(index, words,
                          hints_ ? translated(payload, {}, {}, "insightflow_help") : Words{});
    return index;
  }

  void choices(std::size_t index, const std::string& id, const json::object& payload,
               std::string_view what, std::string_view order, const std::string& at) {
    const auto* recode =
        object_in(payload, what == "Choices" ? "RecodeValues" : "AnswerRecodeValues");
    if (what == "Answers" && !recode) recode = object_in(payload, "RecodeValues");
    for (const Choice& choice : ordered(payload, what, order)) {
      std::string code = recode ? text_of(*recode, choice.key) : std::string();
      if (code.empty()) code = choice.key;
      const Words label = translated(payload, text_of(*choice.value, "Display"), what, choice.key);
      // Conditions name the key, answers the recoded value; both find the option.
      const std::string option =
          draft_.option(index, choice.key, label.at(""), is_true(*choice.value, "TextEntry"),
                        is_true(*choice.value, "ExclusiveAnswer"));
      draft_.option_words(index, option, label);
      draft_.know(id + "/" + choice.key, {index, {}, option});
      if (code != choice.key && !code.empty()) recoded_.insert(id);
      if (choice.value->contains("DisplayLogic"))
        draft_.lose(at + "/" + std::string(what) + "/" + choice.key,
                    "when the option '" + label.at("") + "' is shown", "options are always shown");
    }
    if (recoded_.contains(id))
      draft_.lose(at + "/RecodeValues", "the recoded values of '" + draft_.at(index).id + "'",
                  "options have one id, the number of the choice");
  }

  void rows(std::size_t index, const std::string& id, const json::object& payload,
            const std::string& at) {
    for (const Choice& choice : ordered(payload, "Choices", "ChoiceOrder")) {
      const Words label =
          translated(payload, text_of(*choice.value, "Display"), "Choices", choice.key);
      const std::string row = draft_.row(index, choice.key, label.at(""));
      draft_.row_words(index, row, label);
      draft_.know(id + "/" + choice.key, {index, row, {}});
      if (is_true(*choice.value, "TextEntry"))
        draft_.lose(at + "/Choices/" + choice.key,
                    "the text field of the row '" + label.at("") + "'", "rows take no texts");
    }
  }

  void ask(const std::string& id, const json::object& payload, const std::string& at,
           const std::string& type, const std::string& selector) {
    std::string name = text_of(payload, "DataExportTag");
    if (name.empty()) name = id;
    const std::string text = plain_text(text_of(payload, "QuestionText"));
    const json::value* remark = member(payload, "insightflow");
    const Hint hint = remark ? hint_of(*remark) : Hint{};
    const std::string sub = text_of(payload, "SubSelector");
    const auto one = [&](Kind kind) {
      const std::size_t index = add(name, payload, kind, text, at, hint);
      draft_.know(id, {index, {}, {}});
      if (hints_) draft_.at(index).help += plain_text(text_of(payload, "insightflow_help"));
      return index;
    };
    /// One question for each choice, where ours has one field.
    const auto each = [&](Kind kind, const survey::Scale* scale, const std::string& more = {}) {
      bool any = false;
      for (const Choice& choice : ordered(payload, "Choices", "ChoiceOrder")) {
        any = true;
        if (draft_.full()) return;
        const std::string label = plain_text(text_of(*choice.value, "Display"));
        const std::size_t index = draft_.question(
            name + "_" + choice.key, kind, text + (label.empty() ? "" : " – " + label) + more, at);
        draft_.know(id + "/" + choice.key, {index, {}, {}});
        if (scale) draft_.at(index).scale = *scale;
        if (is_true(*choice.value, "TextEntry"))
          draft_.lose(at, "the text field of '" + label + "'", "a question has one field");
      }
      if (!any) (void)one(kind);
    };
    if (type == "MC" || type == "PGR" || type == "HotSpot" || type == "HeatMap" || type == "DD") {
      const bool many = selector.starts_with("MA") || selector == "MSB" || selector == "MACOL" ||
                        selector == "MAHR" || type == "HotSpot";
      const std::size_t index = one(selector == "NPS" ? Kind::nps
                                    : many            ? Kind::multiple_choice
                                                      : Kind::single_choice);
      if (type != "MC")
        draft_.lose(at, "'" + name + "' of type " + type, "it is asked as a choice");
      if (selector == "NPS") {
        draft_.remark_scale(index);
        for (const Choice& choice : ordered(payload, "Choices", "ChoiceOrder"))
          if (const std::string label = plain_text(text_of(*choice.value, "Display"));
              survey::detail::number_of(label))
            draft_.remark(index, choice.key, {label});
      }
      choices(index, id, payload, "Choices", "ChoiceOrder", at);
      if (const auto* groups = array_in(payload, "Groups"); groups && !groups->empty())
        draft_.lose(at + "/Groups", "the groups of '" + name + "'", "choices have no groups");
      return;
    }
    if (type == "RO") {
      choices(one(Kind::ranking), id, payload, "Choices", "ChoiceOrder", at);
      return;
    }
    if (type == "TE") {
      if (selector == "FORM") return each(Kind::open_text, nullptr);
      const auto* validation = object_in(payload, "Validation");
      const auto* settings = validation ? object_in(*validation, "Settings") : nullptr;
      const std::string content = settings ? text_of(*settings, "ContentType") : std::string();
      (void)one(content == "ValidNumber" ? Kind::number
                : content == "ValidDate" ? Kind::date
                                         : Kind::open_text);
      return;
    }
    if (type == "Slider" || type == "CS") {
      const auto* configuration = object_in(payload, "Configuration");
      survey::Scale scale{0, 100, {}};
      if (configuration) {
        scale.min = whole_of(*configuration, "CSSliderMin").value_or(0);
        scale.max = whole_of(*configuration, "CSSliderMax").value_or(100);
      }
      if (scale.min >= scale.max) scale = {0, 100, {}};
      if (const auto* labels = object_in(payload, "Labels"); labels && !labels->empty())
        draft_.lose(at + "/Labels", "the words above the slider of '" + name + "'",
                    "they stand between numbers");
      return each(Kind::number, &scale);
    }
    if (type == "Matrix") {
      if (selector == "TE" || selector == "CS" || selector == "RO") {
        const auto answers = ordered(payload, "Answers", "AnswerOrder");
        for (const Choice& answer : answers) {
          const std::string label = plain_text(text_of(*answer.value, "Display"));
          const std::string base = name;
          for (const Choice& choice : ordered(payload, "Choices", "ChoiceOrder")) {
            if (draft_.full()) return;
            (void)draft_.question(
                base + "_" + choice.key + "_" + answer.key,
                selector == "TE" ? Kind::open_text : Kind::number,
                text + " – " + plain_text(text_of(*choice.value, "Display")) + " – " + label, at);
          }
        }
        if (answers.empty()) each(Kind::open_text, nullptr);
        return;
      }
      if (sub == "MultipleAnswer") {
        // A matrix has one answer a row here; several answers are a question for each row.
        for (const Choice& choice : ordered(payload, "Choices", "ChoiceOrder")) {
          if (draft_.full()) return;
          const std::string label = plain_text(text_of(*choice.value, "Display"));
          const std::size_t index = draft_.question(name + "_" + choice.key, Kind::multiple_choice,
                                                    text + " – " + label, at);
          choices(index, id + "/" + choice.key, payload, "Answers", "AnswerOrder", at);
        }
        return;
      }
      const std::size_t index = one(Kind::matrix);
      choices(index, id + "/answer", payload, "Answers", "AnswerOrder", at);
      rows(index, id, payload, at);
      for (auto& option : draft_.at(index).options) option.other = false;
      return;
    }
    if (type == "SBS") {
      if (const auto* parts = object_in(payload, "AdditionalQuestions"))
        for (const auto& [key, value] : *parts)
          if (const auto* part = value.if_object()) {
            json::object column = *part;
            column["DataExportTag"] = name + "_" + std::string(key);
            column["QuestionText"] =
                text_of(payload, "QuestionText") + " – " + text_of(*part, "QuestionText");
            if (!column.contains("Choices"))
              if (const json::value* shared = member(payload, "Choices"))
                column["Choices"] = *shared;
            ask(id + "#" + std::string(key), column,
                at + "/AdditionalQuestions/" + std::string(key), text_of(*part, "QuestionType"),
                text_of(*part, "Selector"));
          }
      draft_.lose(at, "'" + name + "' side by side",
                  "its columns are questions one after the other");
      return;
    }
    draft_.lose(at, "'" + name + "' of type " + type,
                "the type is not known here; a text is asked for");
    const std::size_t index = one(Kind::open_text);
    if (const auto all = ordered(payload, "Choices", "ChoiceOrder"); all.size() > 1) {
      draft_.at(index).kind = Kind::single_choice;
      choices(index, id, payload, "Choices", "ChoiceOrder", at);
    }
  }

  /// {"0": {"0": {...}, "1": {... "Conjuction": "Or"}, "Type": "If"}, "1": {..., "Type": "OrIf"},
  /// "Type": ...}
  std::optional<Condition> logic(const json::object& logic, std::string& why) const {
    std::optional<Condition> out;
    std::size_t parts_seen = 0;
    for (const auto& [key, group] : logic) {
      const auto* parts = group.if_object();
      if (!parts || !survey::is_ascii_digit(key.front())) continue;
      std::optional<Condition> inner;
      for (const auto& [number, value] : *parts) {
        const auto* expression = value.if_object();
        if (!expression || !survey::is_ascii_digit(number.front())) continue;
        if (++parts_seen > 200) return why = "it is too long", std::nullopt;
        auto leaf = this->expression(*expression, why);
        if (!leaf) return std::nullopt;
        std::string conjunction = text_of(*expression, "Conjuction");
        if (conjunction.empty()) conjunction = text_of(*expression, "Conjunction");
        inner = joined(std::move(inner), std::move(*leaf), conjunction == "Or");
      }
      if (inner)
        out = joined(std::move(out), std::move(*inner), text_of(*parts, "Type") != "AndIf");
    }
    if (!out) why = "it is empty";
    return out;
  }
  static std::optional<Condition> joined(std::optional<Condition> left, Condition right, bool any) {
    if (!left) return right;
    Condition out{.kind = any ? Clause::any : Clause::all};
    out.parts.push_back(std::move(*left));
    out.parts.push_back(std::move(right));
    return out;
  }

  std::optional<Condition> expression(const json::object& expression, std::string& why) const {
    const std::string type = text_of(expression, "LogicType"),
                      operation = text_of(expression, "Operator");
    std::string left = text_of(expression, "ChoiceLocator");
    if (left.empty() || !left.starts_with("q://")) left = text_of(expression, "LeftOperand");
    if (type == "EmbeddedField")
      return compared(text_of(expression, "LeftOperand"), operation,
                      text_of(expression, "RightOperand"), why);
    if (type != "Question") {
      why = "it asks for " + (type.empty() ? std::string("something unknown") : type);
      return std::nullopt;
    }
    return located(left, operation, text_of(expression, "RightOperand"), why);
  }

  /// q://QID1/SelectableChoice/2, q://QID1/ChoiceTextEntryValue, q://QID3/SelectableAnswer/2 …
  std::optional<Condition> located(std::string_view locator, const std::string& operation,
                                   const std::string& value, std::string& why) const {
    if (!locator.starts_with("q://")) return why = "it names no question", std::nullopt;
    locator.remove_prefix(4);
    std::vector<std::string> parts;
    for (std::string_view rest = locator;;) {
      const std::size_t slash = rest.find('/');
      parts.emplace_back(rest.substr(0, slash));
      if (slash == rest.npos) break;
      rest.remove_prefix(slash + 1);
    }
    const std::string what = parts.size() > 1 ? parts[1] : std::string();
    if (operation == "Selected" || operation == "NotSelected") {
      Condition leaf{.kind = Clause::test};
      if (what == "SelectableChoice" && parts.size() == 3) {
        leaf.name = parts[0] + "/" + parts[2];
        leaf.literals = {std::string("Y")};
      } else if (what == "SelectableChoice" && parts.size() == 4) {
        leaf.name = parts[0] + "/" + parts[2];
        leaf.literals = {parts[3]};
      } else {
        return why = "it asks for '" + what + "'", std::nullopt;
      }
      return operation == "Selected" ? leaf : negated(std::move(leaf));
    }
    if (what == "ChoiceTextEntryValue" || what == "ChoiceNumericEntryValue" || what.empty()) {
      std::string name = parts[0];
      if (parts.size() > 2 && !value.empty() && draft_.target(name + "/" + parts[2]))
        name = name + "/" + parts[2];
      return compared(name, operation, value, why);
    }
    why = "it asks for '" + what + "' " + operation;
    return std::nullopt;
  }

  static std::optional<Condition> compared(const std::string& name, const std::string& operation,
                                           const std::string& value, std::string& why) {
    struct Operation {
      std::string_view name;
      Comparison comparison;
      bool negative = false;
    };
    static constexpr Operation operations[] = {
        {"EqualTo", Comparison::equal},       {"Is", Comparison::equal},
        {"NotEqualTo", Comparison::unequal},  {"IsNot", Comparison::unequal},
        {"GreaterThan", Comparison::greater}, {"GreaterThanOrEqual", Comparison::greater_equal},
        {"LessThan", Comparison::less},       {"LessThanOrEqual", Comparison::less_equal},
        {"Contains", Comparison::contains},   {"DoesNotContain", Comparison::contains, true}};
    Condition leaf{.kind = Clause::answered, .name = name};
    if (operation == "NotEmpty") return leaf;
    if (operation == "Empty") return negated(std::move(leaf));
    leaf.kind = Clause::test;
    for (const Operation& one : operations) {
      if (one.name != operation) continue;
      leaf.comparison = one.comparison;
      const auto number = survey::detail::number_of(value);
      if (number && one.comparison != Comparison::contains)
        leaf.literals = {*number};
      else
        leaf.literals = {value};
      return one.negative ? negated(std::move(leaf)) : std::move(leaf);
    }
    why = "it compares by '" + operation + "'";
    return std::nullopt;
  }

  void skips() {
    for (const Skip& skip : skips_) {
      const Target* from = draft_.target(skip.id);
      std::string why, target = skip.target;
      auto condition = located(skip.locator, skip.operation, {}, why);
      if (target == "ENDOFSURVEY")
        target = "end";
      else if (target == "ENDOFBLOCK") {
        const std::size_t end = block_end_[skip.block];
        target = end >= draft_.size() ? "end" : "#" + std::to_string(end);
        if (end < draft_.size()) draft_.know(target, {end, {}, {}});
      }
      if (!from || !condition)
        draft_.lose(skip.at, "the jump to '" + skip.target + "'",
                    from ? why : "its question became several");
      else
        draft_.branch(from->question, std::move(*condition), target, skip.at);
    }
  }

  Draft draft_;
  bool hints_;
  std::map<std::string, Source> questions_;
  std::vector<std::string> order_, block_order_;
  std::map<std::string, Block> blocks_;
  std::map<std::string, std::size_t> block_end_;
  std::set<std::string> asked_, done_, recoded_;
  std::vector<Skip> skips_;
  const json::value* blocks_value_ = nullptr;
  const json::object* flow_ = nullptr;
  std::string blocks_at_, flow_at_;
};

}  // namespace

Result<Found> read_qsf(std::string_view bytes, bool hints) {
  BOOST_OUTCOME_TRY(const auto value, parse_json(bytes, foreign_json));
  const auto* root = value.if_object();
  if (!root || !array_in(*root, "SurveyElements"))
    return fail(Code::invalid, "survey_malformed",
                "At the top: a Qualtrics survey is an object with \"SurveyElements\".");
  return QsfReader(hints).run(*root);
}

}  // namespace insightflow::formats
