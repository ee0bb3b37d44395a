#include "formats/draft.hpp"
#include "formats/readers.hpp"
#include "formats/workbook.hpp"

#include <insightflow/survey/localise.hpp>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace insightflow::formats {

namespace {

struct XlsformNative {
  Kind kind;
  std::string_view type;
  Kind read_as;
};
constexpr XlsformNative xlsform_natives[] = {
    {Kind::multiple_choice, "select_multiple", Kind::multiple_choice},
    {Kind::ranking, "rank", Kind::ranking},
    {Kind::number, "integer", Kind::number},
    {Kind::date, "date", Kind::date},
    {Kind::open_text, "text", Kind::open_text},
    {Kind::consent, "acknowledge", Kind::consent},
    {Kind::contact, "text", Kind::open_text}};

std::string word(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool fits =
        survey::is_ascii_letter(c) || survey::is_ascii_digit(c) || c == '_' || c == '-' || c == '.';
    if (fits)
      out += c;
    else if (!out.empty() && out.back() != '_')
      out += '_';
  }
  return out.empty() ? "x" : out;
}

class XlsformWriter {
 public:
  explicit XlsformWriter(const survey::Questionnaire& survey) : survey_(survey) {
    for (const auto& [tag, translation] : survey.translations) tags_.push_back(tag);
    for (const Question& question : survey.questions) {
      auto& names = names_[question.id];
      std::set<std::string> taken;
      for (const Option& option : shown_options(question)) {
        std::string name = word(option.id);
        for (int n = 2; !taken.insert(name).second; ++n)
          name = word(option.id) + "_" + std::to_string(n);
        names.emplace(option.id, std::move(name));
      }
    }
  }

  Written run(std::string_view copy) {
    sheets_.sheets = {{"survey", {}}, {"choices", {}}, {"settings", {}}};
    std::vector<std::string> header{"type", "name"};
    for (const char* key : {"label", "hint"})
      if (tags_.empty())
        header.push_back(key);
      else {
        header.push_back(std::string(key) + "::" + survey_.language);
        for (const std::string& tag : tags_) header.push_back(std::string(key) + "::" + tag);
      }
    for (const char* key :
         {"required", "relevant", "constraint", "parameters", "appearance", "insightflow"})
      header.push_back(key);
    for (std::size_t i = 0; i < header.size(); ++i) columns_.emplace(header[i], i);
    put_row(0, header);
    std::vector<std::string> choice_header{"list_name", "name"};
    if (tags_.empty())
      choice_header.push_back("label");
    else {
      choice_header.push_back("label::" + survey_.language);
      for (const std::string& tag : tags_) choice_header.push_back("label::" + tag);
    }
    choice_header.push_back("insightflow");
    put_row(1, choice_header);
    put_row(2, {"form_title", "form_id", "default_language"});
    put_row(2, {survey_.title, word(survey_.title), survey_.language});
    note("description", survey_.description, &survey::Translation::description);
    for (const std::string& name : survey_.hidden) row({{"type", "hidden"}, {"name", name}});
    std::string open;
    for (std::size_t i = 0; i < survey_.questions.size(); ++i) {
      const Question& question = survey_.questions[i];
      if (question.section != open) {
        if (!open.empty()) row({{"type", "end_group"}});
        open = question.section;
        if (!open.empty()) begin(open);
      }
      ask(i);
    }
    if (!open.empty()) row({{"type", "end_group"}});
    note("closing", survey_.closing, &survey::Translation::closing);
    if (!copy.empty()) {
      sheets_.sheets.push_back({"insightflow", {}});
      for (std::size_t at = 0, row = 0; at < copy.size(); at += max_cell_bytes / 4, ++row)
        sheets_.sheets.back().rows[row][0] = copy.substr(at, max_cell_bytes / 4);
    }
    out_.bytes = write_xlsx_workbook(sheets_);
    return std::move(out_);
  }

 private:
  using Cells = std::map<std::string, std::string>;

  void put_row(std::size_t sheet, const std::vector<std::string>& cells) {
    auto& rows = sheets_.sheets[sheet].rows;
    const std::size_t at = rows.size();
    for (std::size_t i = 0; i < cells.size(); ++i)
      if (!cells[i].empty()) rows[at][i] = cells[i];
  }
  void row(const Cells& cells) {
    std::vector<std::string> line(columns_.size());
    for (const auto& [key, text] : cells)
      if (const auto column = columns_.find(key); column != columns_.end())
        line[column->second] = text;
    put_row(0, line);
  }
  void label(Cells& cells, const char* key, const std::string& main, const Words& others) {
    cells[tags_.empty() ? std::string(key) : key + ("::" + survey_.language)] = piped(main);
    for (const auto& [tag, text] : others) cells[std::string(key) + "::" + tag] = piped(text);
  }

  void note(const std::string& name, const std::string& main,
            std::string survey::Translation::*field) {
    if (main.empty()) return;
    Cells cells{{"type", "note"}, {"name", name}};
    Words others;
    for (const auto& [tag, translation] : survey_.translations)
      if (!(translation.*field).empty()) others[tag] = translation.*field;
    label(cells, "label", main, others);
    row(cells);
  }

  void begin(const std::string& id) {
    Cells cells{{"type", "begin_group"}, {"name", id}};
    for (const survey::Section& section : survey_.sections)
      if (section.id == id) {
        label(cells, "label", section.title, {});
        row(cells);
        if (section.description.empty()) return;
        cells = {{"type", "note"}, {"name", id + "_text"}};
        label(cells, "label", section.description, {});
      }
    row(cells);
  }

  static std::string piped(const std::string& text) {
    std::string out;
    std::size_t from = 0;
    for (const survey::Reference& reference : survey::piped(text)) {
      if (reference.name.empty() || reference.part == "other") continue;
      out += text.substr(from, reference.position - from);
      out +=
          "${" + reference.name + (reference.part.empty() ? "" : "_" + word(reference.part)) + "}";
      from = text.find("}}", reference.position) + 2;
    }
    return out + text.substr(from);
  }

  std::optional<std::string> condition(const std::string& text) const {
    std::string why;
    const auto parsed = parse_condition(Language::ours, text, why);
    if (!parsed) return std::nullopt;
    const auto spelt = [&](const Condition& leaf) -> std::optional<std::string> {
      if (leaf.kind == Clause::yes || leaf.kind == Clause::no)
        return leaf.kind == Clause::yes ? "true()" : "false()";
      const Question* question = leaf.hidden ? nullptr : survey::find(survey_, leaf.name);
      if (leaf.part == "other" || (question && question->kind == Kind::contact))
        return std::nullopt;
      const std::string name =
          "${" + leaf.name + (leaf.part.empty() ? "" : "_" + word(leaf.part)) + "}";
      const bool list =
          question && (question->kind == Kind::multiple_choice || question->kind == Kind::ranking);
      if (leaf.kind == Clause::answered) return name + " != ''";
      if (question && question->kind == Kind::matrix && leaf.part.empty()) return std::nullopt;
      const auto value = [&](const Literal& literal) -> std::optional<std::string> {
        if (const bool* flag = std::get_if<bool>(&literal)) return *flag ? "'OK'" : "'no'";
        if (const double* number = std::get_if<double>(&literal))
          return survey::number_text(*number);
        std::string word = std::get<std::string>(literal);
        if (question)
          if (const auto known = names_.at(question->id).find(word);
              known != names_.at(question->id).end())
            word = known->second;
        if (word.find('\'') == word.npos) return "'" + word + "'";
        if (word.find('"') == word.npos) return "\"" + word + "\"";
        return std::nullopt;
      };
      static constexpr std::string_view signs[] = {" = ", " != ", " < ", " <= ", " > ", " >= "};
      std::string out;
      for (const Literal& literal : leaf.literals) {
        const auto shown = value(literal);
        if (!shown) return std::nullopt;
        if (!out.empty()) out += " or ";
        if (leaf.comparison == Comparison::contains || (leaf.comparison == Comparison::in && list))
          out += std::string(list ? "selected(" : "contains(") + name + ", " + *shown + ")";
        else
          out += name +
                 std::string(leaf.comparison == Comparison::in
                                 ? " = "
                                 : signs[static_cast<std::size_t>(leaf.comparison)]) +
                 *shown;
      }
      return leaf.literals.size() > 1 ? "(" + out + ")" : out;
    };
    return spell(*parsed, {" and ", " or ", "not(", spelt});
  }

  template <class Get>
  Words translated(const Question& question, const Get& get) const {
    Words out;
    for (const auto& [tag, translation] : survey_.translations)
      if (const auto own = translation.questions.find(question.id);
          own != translation.questions.end())
        if (std::string text = get(own->second); !text.empty()) out[tag] = std::move(text);
    return out;
  }

  /// The choices as a list of their own; conditions name them by their ids, which stay where they
  /// are single words and are kept as remarks where not.
  void choices(const std::string& list, const Question& question,
               std::map<std::string, std::string> Translated::*labels) {
    for (const Option& option : shown_options(question)) {
      const std::string& name = names_.at(question.id).at(option.id);
      json::object remark;
      if (name != option.id) remark["id"] = option.id;
      if (option.other) remark["other"] = true;
      if (option.exclusive) remark["exclusive"] = true;
      std::vector<std::string> cells{list, name, option.label};
      const Words others = translated(question, [&](const Translated& own) {
        const auto found = (own.*labels).find(option.id);
        return found == (own.*labels).end() ? std::string() : found->second;
      });
      for (const std::string& tag : tags_) {
        const auto found = others.find(tag);
        cells.push_back(found == others.end() ? std::string() : found->second);
      }
      cells.push_back(remark.empty() ? std::string() : json::serialize(remark));
      put_row(1, cells);
    }
  }

  void ask(std::size_t index) {
    const Question& question = survey_.questions[index];
    const std::string at = "/questions/" + std::to_string(index);
    const auto* found =
        std::find_if(std::begin(xlsform_natives), std::end(xlsform_natives),
                     [&](const XlsformNative& n) { return n.kind == question.kind; });
    const XlsformNative native =
        found == std::end(xlsform_natives)
            ? XlsformNative{question.kind, "select_one", Kind::single_choice}
            : *found;
    const bool matrix = question.kind == Kind::matrix;
    const bool chosen =
        native.type == "select_one" || native.type == "select_multiple" || native.type == "rank";
    const std::string list = question.id + "_list";
    Cells cells;
    cells["name"] = question.id;
    label(cells, "label", question.text,
          translated(question, [](const Translated& own) { return own.text; }));
    label(cells, "hint", question.help,
          translated(question, [](const Translated& own) { return own.help; }));
    if (question.required) cells["required"] = "yes";
    if (!question.show_if.empty()) {
      if (const auto text = condition(question.show_if))
        cells["relevant"] = *text;
      else
        out_.losses.push_back(
            {at + "/show_if", "the condition " + question.show_if, "XLSForm cannot say it"});
    }
    for (std::size_t b = 0; b < question.logic.size(); ++b)
      out_.losses.push_back({at + "/logic/" + std::to_string(b),
                             "the jump to '" + question.logic[b].target + "'",
                             "XLSForm has conditions, no jumps"});
    if (!question.logic.empty())
      out_.losses.push_back({at + "/logic", "the jumps", "XLSForm has conditions, no jumps"});
    if (chosen)
      choices(list, question,
              question.options.empty() && question.kind != Kind::yes_no ? &Translated::labels
                                                                        : &Translated::options);
    std::string constraint;
    const auto require = [&](const std::string& text) {
      constraint += (constraint.empty() ? "" : " and ") + text;
    };
    if (question.kind == Kind::number && question.scale) {
      require(". >= " + std::to_string(question.scale->min));
      require(". <= " + std::to_string(question.scale->max));
    }
    if (question.max_length) require("string-length(.) <= " + std::to_string(*question.max_length));
    if (question.min_choices)
      require("count-selected(.) >= " + std::to_string(*question.min_choices));
    if (question.max_choices)
      require("count-selected(.) <= " + std::to_string(*question.max_choices));
    cells["constraint"] = constraint;
    if (question.randomize) cells["parameters"] = "randomize=true";
    Hint hint =
        hint_for(question, matrix ? Kind::matrix : native.read_as, question.section, question.id);
    if (!matrix) {
      cells["type"] = std::string(native.type) + (chosen ? " " + list : "");
      cells["insightflow"] = to_text(hint);
      row(cells);
      return;
    }
    std::set<std::string> taken;
    std::vector<std::string> names;
    for (const Option& one : question.rows) {
      std::string name = question.id + "_" + word(one.id);
      for (int n = 2; !taken.insert(name).second; ++n)
        name = question.id + "_" + word(one.id) + "_" + std::to_string(n);
      hint.rows[name].id = one.id;
      names.push_back(name);
    }
    cells["type"] = "begin_group";
    cells["appearance"] = "table-list";
    cells["insightflow"] = to_text(hint);
    row(cells);
    for (std::size_t i = 0; i < question.rows.size(); ++i) {
      Cells line{{"type", "select_one " + list}, {"name", names[i]}};
      label(line, "label", question.rows[i].label, translated(question, [&](const Translated& own) {
              const auto one = own.rows.find(question.rows[i].id);
              return one == own.rows.end() ? std::string() : one->second;
            }));
      if (question.required) line["required"] = "yes";
      row(line);
    }
    row({{"type", "end_group"}});
  }

  const survey::Questionnaire& survey_;
  std::vector<std::string> tags_;
  Workbook sheets_;
  std::map<std::string, std::size_t> columns_;
  std::map<std::string, std::map<std::string, std::string>>
      names_;  ///< Of options, by question and id.
  Written out_;
};

}  // namespace

Result<Written> write_xlsx(const survey::Questionnaire& survey, std::string_view copy) {
  return XlsformWriter(survey).run(copy);
}

}  // namespace insightflow::formats
