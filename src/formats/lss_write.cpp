#include "formats/draft.hpp"
#include "formats/plain_text.hpp"
#include "formats/readers.hpp"
#include "formats/xml.hpp"

#include <insightflow/survey/localise.hpp>

namespace insightflow::formats {

namespace {

struct LssNative {
  Kind kind;
  char type;
  Kind read_as;
};
constexpr LssNative lss_natives[] = {{Kind::multiple_choice, 'M', Kind::multiple_choice},
                                     {Kind::matrix, 'F', Kind::matrix},
                                     {Kind::ranking, 'R', Kind::ranking},
                                     {Kind::number, 'N', Kind::number},
                                     {Kind::date, 'D', Kind::date},
                                     {Kind::open_text, 'T', Kind::open_text},
                                     {Kind::consent, 'Y', Kind::yes_no},
                                     {Kind::contact, 'T', Kind::open_text}};

/// A code of letters and digits that LimeSurvey takes.
bool is_code(std::string_view text, std::size_t longest, bool letter_first) {
  if (text.empty() || text.size() > longest ||
      (letter_first && !survey::is_ascii_letter(text.front())))
    return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return survey::is_ascii_letter(c) || survey::is_ascii_digit(c);
  });
}

using Fields = std::vector<std::pair<std::string, std::string>>;

struct Table {
  std::vector<Fields> rows;
  std::string text(const char* name) const {
    if (rows.empty()) return {};
    std::string out = " <" + std::string(name) + ">\n  <fields>\n";
    for (const auto& [field, value] : rows.front())
      out += "   <fieldname>" + field + "</fieldname>\n";
    out += "  </fields>\n  <rows>\n";
    for (const Fields& row : rows) {
      out += "   <row>\n";
      for (const auto& [field, value] : row)
        out += "    <" + field + ">" + xml_text(value) + "</" + field + ">\n";
      out += "   </row>\n";
    }
    return out + "  </rows>\n </" + name + ">\n";
  }
};

class LssWriter {
 public:
  explicit LssWriter(const survey::Questionnaire& survey) : survey_(survey) {
    languages_.push_back(survey.language);
    for (const auto& [tag, translation] : survey.translations) languages_.push_back(tag);
    std::set<std::string> taken;
    const auto code = [&](const std::string& id) {
      std::string out;
      for (const char c : id)
        if ((survey::is_ascii_letter(c) || survey::is_ascii_digit(c)) && out.size() < 16) out += c;
      if (out.empty() || !survey::is_ascii_letter(out.front())) out = "q" + out;
      std::string next = out;
      for (int n = 2; !taken.insert(next).second; ++n) next = out + std::to_string(n);
      return next;
    };
    // Names that can stay as they are come first, so that no made-up one takes their place.
    for (const Question& question : survey.questions)
      if (is_code(question.id, 20, true) && taken.insert(question.id).second)
        codes_[question.id] = question.id;
    for (const Question& question : survey.questions)
      if (!codes_.contains(question.id)) codes_[question.id] = code(question.id);
    for (const std::string& name : survey.hidden)
      hidden_codes_[name] =
          is_code(name, 20, true) && taken.insert(name).second ? name : code(name);
    for (const Question& question : survey.questions) {
      const bool boxes = question.kind == Kind::multiple_choice;
      option_codes_[question.id] = part_codes(shown_options(question), boxes ? "SQ" : "A");
      row_codes_[question.id] = part_codes(question.rows, "SQ");
      if (auto& options = question.options; takes_other(question))
        option_codes_[question.id][options.back().id] = "-oth-";
    }
  }

  Written run(std::string_view copy) {
    int gid = 1;
    hidden_fields(gid);
    for (std::size_t i = 0; i < survey_.questions.size(); ++gid) {
      const std::string& section = survey_.questions[i].section;
      const auto* found =
          std::find_if(survey_.sections.data(), survey_.sections.data() + survey_.sections.size(),
                       [&](const survey::Section& s) { return s.id == section; });
      const bool known = found != survey_.sections.data() + survey_.sections.size();
      group(gid, known ? found->title : std::string(), known ? found->description : std::string());
      int order = 1;
      for (; i < survey_.questions.size() && survey_.questions[i].section == section; ++i)
        ask(i, gid, order++);
    }
    Table surveys, words;
    std::string others;
    for (std::size_t i = 1; i < languages_.size(); ++i)
      others += (i > 1 ? " " : "") + languages_[i];
    surveys.rows.push_back({{"sid", "1"},
                            {"language", survey_.language},
                            {"additional_languages", others},
                            {"format", "G"}});
    for (const std::string& language : languages_) {
      const bool main = language == survey_.language;
      const survey::Translation none;
      const auto& own = main ? none : survey_.translations.at(language);
      words.rows.push_back(
          {{"surveyls_survey_id", "1"},
           {"surveyls_language", language},
           {"surveyls_title", html(main ? survey_.title : own.title)},
           {"surveyls_description", ""},
           {"surveyls_welcometext", html(main ? survey_.description : own.description)},
           {"surveyls_endtext", html(main ? survey_.closing : own.closing)}});
    }
    std::string list;
    for (const std::string& language : languages_)
      list += "  <language>" + xml_text(language) + "</language>\n";
    out_.bytes =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<document>\n "
        "<LimeSurveyDocType>Survey</LimeSurveyDocType>\n"
        " <DBVersion>366</DBVersion>\n <languages>\n" +
        list + " </languages>\n" + answers_.text("answers") + groups_.text("groups") +
        questions_.text("questions") + subquestions_.text("subquestions") +
        attributes_.text("question_attributes") + surveys.text("surveys") +
        words.text("surveys_languagesettings");
    if (!copy.empty()) out_.bytes += " <insightflow>" + xml_text(copy) + "</insightflow>\n";
    out_.bytes += "</document>\n";
    return std::move(out_);
  }

 private:
  static bool takes_other(const Question& question) {
    const bool fits = question.kind == Kind::multiple_choice ||
                      question.kind == Kind::single_choice || survey::is_scaled(question.kind);
    return fits && !question.options.empty() && question.options.back().other;
  }
  static std::map<std::string, std::string> part_codes(const std::vector<Option>& options,
                                                       const std::string& prefix) {
    std::map<std::string, std::string> out;
    std::set<std::string> taken;
    for (const Option& option : options)
      if (is_code(option.id, 5, false) && taken.insert(option.id).second)
        out[option.id] = option.id;
    int n = 0;
    for (const Option& option : options) {
      if (out.contains(option.id)) continue;
      std::string code;
      do code = prefix + std::to_string(++n);
      while (!taken.insert(code).second);
      out[option.id] = code;
    }
    return out;
  }

  std::string html(const std::string& text) const {
    std::string out;
    std::size_t from = 0;
    for (const survey::Reference& reference : survey::piped(text)) {
      const auto code = codes_.find(reference.name);
      const auto field = hidden_codes_.find(reference.name);
      std::string name;
      if (reference.hidden && field != hidden_codes_.end())
        name = field->second;
      else if (!reference.hidden && code != codes_.end())
        name = code->second + suffix(reference.name, reference.part);
      if (name.empty()) continue;
      out += html_text(text.substr(from, reference.position - from)) + "{" + name + ".shown}";
      from = text.find("}}", reference.position) + 2;
    }
    return out + html_text(text.substr(from));
  }
  std::string suffix(const std::string& question, const std::string& part) const {
    if (part.empty()) return {};
    const auto& rows = row_codes_.at(question);
    const auto row = rows.find(part);
    return "_" + (row == rows.end() ? part : row->second);
  }

  void group(int gid, const std::string& title, const std::string& description) {
    for (const std::string& language : languages_)
      groups_.rows.push_back({{"gid", std::to_string(gid)},
                              {"sid", "1"},
                              {"group_name", html(title)},
                              {"group_order", std::to_string(gid)},
                              {"description", html(description)},
                              {"language", language},
                              {"grelevance", ""}});
  }
  void question_row(int qid, int gid, char type, const std::string& code,
                    const std::vector<std::pair<std::string, std::string>>& texts, bool other,
                    bool mandatory, int order, const std::string& relevance) {
    for (std::size_t i = 0; i < languages_.size(); ++i)
      questions_.rows.push_back({{"qid", std::to_string(qid)},
                                 {"parent_qid", "0"},
                                 {"sid", "1"},
                                 {"gid", std::to_string(gid)},
                                 {"type", std::string(1, type)},
                                 {"title", code},
                                 {"question", html(texts[i].first)},
                                 {"help", html(texts[i].second)},
                                 {"other", other ? "Y" : "N"},
                                 {"mandatory", mandatory ? "Y" : "N"},
                                 {"question_order", std::to_string(order)},
                                 {"language", languages_[i]},
                                 {"scale_id", "0"},
                                 {"relevance", relevance.empty() ? "1" : relevance}});
  }
  void attribute(int qid, const std::string& name, const std::string& value) {
    attributes_.rows.push_back(
        {{"qid", std::to_string(qid)}, {"attribute", name}, {"value", value}, {"language", ""}});
  }

  void hidden_fields(int& gid) {
    if (survey_.hidden.empty()) return;
    group(gid, {}, {});
    int order = 1;
    for (const std::string& name : survey_.hidden) {
      const int qid = ++qid_;
      const std::string& code = hidden_codes_[name];
      question_row(qid, gid, 'S', code,
                   std::vector<std::pair<std::string, std::string>>(languages_.size(), {name, ""}),
                   false, false, order++, {});
      attribute(qid, "hidden", "1");
      if (code != name) attribute(qid, "insightflow", to_text(Hint{.id = name}));
    }
    ++gid;
  }

  std::string in_language(const Question& question, const std::string& language,
                          const std::string& main, const std::string Translated::*field) const {
    if (language == survey_.language) return main;
    const auto& all = survey_.translations.at(language).questions;
    const auto own = all.find(question.id);
    return own == all.end() ? std::string() : own->second.*field;
  }
  std::string label(const Question& question, const std::string& language, const Option& option,
                    std::map<std::string, std::string> Translated::*field) const {
    if (language == survey_.language) return option.label;
    const auto& all = survey_.translations.at(language).questions;
    const auto own = all.find(question.id);
    if (own == all.end()) return {};
    const auto text = (own->second.*field).find(option.id);
    return text == (own->second.*field).end() ? std::string() : text->second;
  }

  void sub_rows(int qid, int gid, const Question& question, const std::vector<Option>& list,
                const std::map<std::string, std::string>& codes,
                std::map<std::string, std::string> Translated::*field) {
    int order = 1;
    for (const Option& one : list) {
      if (codes.at(one.id) == "-oth-") continue;
      const int sub = ++qid_;
      for (const std::string& language : languages_)
        subquestions_.rows.push_back({{"qid", std::to_string(sub)},
                                      {"parent_qid", std::to_string(qid)},
                                      {"sid", "1"},
                                      {"gid", std::to_string(gid)},
                                      {"type", "T"},
                                      {"title", codes.at(one.id)},
                                      {"question", html(label(question, language, one, field))},
                                      {"question_order", std::to_string(order)},
                                      {"language", language},
                                      {"scale_id", "0"},
                                      {"relevance", "1"}});
      ++order;
    }
  }
  void answer_rows(int qid, const Question& question, const std::vector<Option>& list,
                   std::map<std::string, std::string> Translated::*field) {
    const auto& codes = option_codes_.at(question.id);
    int order = 1;
    for (const Option& one : list) {
      if (codes.at(one.id) == "-oth-") continue;
      for (const std::string& language : languages_)
        answers_.rows.push_back({{"qid", std::to_string(qid)},
                                 {"code", codes.at(one.id)},
                                 {"answer", html(label(question, language, one, field))},
                                 {"sortorder", std::to_string(order)},
                                 {"language", language},
                                 {"scale_id", "0"}});
      ++order;
    }
  }

  std::optional<std::string> condition(const std::string& text) const {
    std::string why;
    const auto parsed = parse_condition(Language::ours, text, why);
    if (!parsed) return std::nullopt;
    const auto spelt = [&](const Condition& leaf) -> std::optional<std::string> {
      if (leaf.kind == Clause::yes || leaf.kind == Clause::no)
        return leaf.kind == Clause::yes ? "1 == 1" : "1 == 2";
      const auto field = hidden_codes_.find(leaf.name);
      const Question* question = leaf.hidden ? nullptr : survey::find(survey_, leaf.name);
      if (leaf.hidden ? field == hidden_codes_.end() : question == nullptr) return std::nullopt;
      const std::string code = leaf.hidden ? field->second : codes_.at(leaf.name);
      const std::string name = code + (leaf.hidden ? "" : suffix(leaf.name, leaf.part)) + ".NAOK";
      if (question && (question->kind == Kind::ranking || question->kind == Kind::contact))
        return std::nullopt;
      if (question && question->kind == Kind::matrix && leaf.part.empty()) return std::nullopt;
      const bool boxes = question && question->kind == Kind::multiple_choice && leaf.part.empty();
      if (leaf.kind == Clause::answered)
        return boxes ? std::nullopt : std::optional("!is_empty(" + name + ")");
      if (leaf.comparison == Comparison::contains && !boxes) return std::nullopt;
      if (boxes && leaf.comparison != Comparison::contains && leaf.comparison != Comparison::in)
        return std::nullopt;
      static constexpr std::string_view signs[] = {
          " == ", " != ", " < ", " <= ", " > ", " >= ", " == ", " == "};
      std::string out;
      for (const Literal& literal : leaf.literals) {
        std::string value;
        if (const double* number = std::get_if<double>(&literal))
          value = survey::number_text(*number);
        else if (const bool* flag = std::get_if<bool>(&literal))
          value = *flag ? "\"Y\"" : "\"N\"";
        else
          value = std::get<std::string>(literal);
        if (const auto* word = std::get_if<std::string>(&literal)) {
          const bool truth =
              question && question->kind == Kind::yes_no && question->options.empty();
          if (truth)
            value = *word == "yes" ? "Y" : "N";
          else if (question && leaf.part != "other")
            if (const auto known = option_codes_.at(question->id).find(*word);
                known != option_codes_.at(question->id).end())
              value = known->second;
          if (boxes && value == "-oth-") return std::nullopt;
          if (!boxes) value = quoted(value, '"');
        }
        if (!out.empty()) out += " or ";
        out += boxes ? code + "_" + value + ".NAOK == \"Y\""
                     : name + std::string(signs[static_cast<std::size_t>(leaf.comparison)]) + value;
      }
      return leaf.literals.size() > 1 ? "(" + out + ")" : out;
    };
    return spell(*parsed, {" and ", " or ", "!(", spelt});
  }

  void ask(std::size_t index, int gid, int order) {
    const Question& question = survey_.questions[index];
    const std::string at = "/questions/" + std::to_string(index);
    const auto* found = std::find_if(std::begin(lss_natives), std::end(lss_natives),
                                     [&](const LssNative& n) { return n.kind == question.kind; });
    LssNative native = found == std::end(lss_natives)
                           ? LssNative{question.kind, 'L', Kind::single_choice}
                           : *found;
    if (question.kind == Kind::yes_no && question.options.empty())
      native = {question.kind, 'Y', Kind::yes_no};
    const int qid = ++qid_;
    std::string relevance;
    if (!question.show_if.empty()) {
      if (const auto text = condition(question.show_if))
        relevance = *text;
      else
        out_.losses.push_back(
            {at + "/show_if", "the condition " + question.show_if, "LimeSurvey cannot say it"});
    }
    if (!question.logic.empty())
      out_.losses.push_back({at + "/logic", "the jumps", "LimeSurvey has conditions, no jumps"});
    std::vector<std::pair<std::string, std::string>> texts;
    for (const std::string& language : languages_)
      texts.emplace_back(in_language(question, language, question.text, &Translated::text),
                         in_language(question, language, question.help, &Translated::help));
    const bool other = takes_other(question) && native.type != 'R';
    question_row(qid, gid, native.type, codes_.at(question.id), texts, other, question.required,
                 order, relevance);
    const std::vector<Option> shown = shown_options(question);
    const auto field = question.options.empty() && question.kind != Kind::yes_no
                           ? &Translated::labels
                           : &Translated::options;
    if (native.type == 'L' || native.type == 'F' || native.type == 'R')
      answer_rows(qid, question, shown, field);
    if (native.type == 'M')
      sub_rows(qid, gid, question, question.options, option_codes_.at(question.id), field);
    if (native.type == 'F')
      sub_rows(qid, gid, question, question.rows, row_codes_.at(question.id), &Translated::rows);
    if (other) attribute(qid, "other_replace_text", html(question.options.back().label));
    if (question.randomize) attribute(qid, "random_order", "1");
    if (question.max_length) attribute(qid, "maximum_chars", std::to_string(*question.max_length));
    if (question.min_choices) attribute(qid, "min_answers", std::to_string(*question.min_choices));
    if (question.max_choices) attribute(qid, "max_answers", std::to_string(*question.max_choices));
    if (question.kind == Kind::number && question.scale) {
      attribute(qid, "min_num_value_n", std::to_string(question.scale->min));
      attribute(qid, "max_num_value_n", std::to_string(question.scale->max));
    }
    std::string alone;
    for (const Option& option : question.options)
      if (option.exclusive && native.type == 'M')
        alone += (alone.empty() ? "" : ",") + option_codes_.at(question.id).at(option.id);
    if (!alone.empty()) attribute(qid, "exclude_all_others", alone);
    Hint hint =
        hint_for(question, native.read_as, "g" + std::to_string(gid), codes_.at(question.id));
    if (native.type != 'Y' && native.type != 'T')
      for (const Option& option : shown) {
        const std::string& code = option_codes_.at(question.id).at(option.id);
        const bool tick = option.exclusive && native.type != 'M',
                   text = option.other && code != "-oth-";
        if (code == (code == "-oth-" && option.id == "other" ? code : option.id) && !tick && !text)
          continue;
        hint.options[code] = {option.id, text, tick};
      }
    for (const Option& one : question.rows)
      if (row_codes_.at(question.id).at(one.id) != one.id)
        hint.rows[row_codes_.at(question.id).at(one.id)].id = one.id;
    if (!hint.empty()) attribute(qid, "insightflow", to_text(hint));
  }

  const survey::Questionnaire& survey_;
  Written out_;
  std::vector<std::string> languages_;
  std::map<std::string, std::string> codes_, hidden_codes_;
  std::map<std::string, std::map<std::string, std::string>> option_codes_, row_codes_;
  Table answers_, groups_, questions_, subquestions_, attributes_;
  int qid_ = 0;
};

}  // namespace

Result<Written> write_lss(const survey::Questionnaire& survey, std::string_view copy) {
  return LssWriter(survey).run(copy);
}

}  // namespace insightflow::formats
