#include "formats/triples.hpp"

#include "formats/draft.hpp"
#include "formats/plain_text.hpp"
#include "formats/readers.hpp"
#include "formats/xml.hpp"

#include <insightflow/survey/localise.hpp>

#include <cstring>

namespace insightflow::formats {

namespace {

struct VariableType {
  std::string_view name;
  Kind kind;
};
constexpr VariableType variable_types[] = {
    {"single", Kind::single_choice}, {"multiple", Kind::multiple_choice},
    {"quantity", Kind::number},      {"character", Kind::open_text},
    {"logical", Kind::yes_no},       {"date", Kind::date},
    {"time", Kind::open_text}};

/// A label: text of its own, or <text xml:lang="de"> for each language and mode.
Words words(pugi::xml_node node, std::string_view language) {
  Words out;
  std::string own;
  for (const auto child : node.children()) {
    if (child.type() == pugi::node_pcdata || child.type() == pugi::node_cdata)
      own += child.value();
    else if (!std::strcmp(child.name(), "br"))
      own += '\n';
    else if (std::strcmp(child.name(), "text") != 0)
      own += child.text().get();
  }
  out[""] = clean_text(own);
  for (const auto text : node.children("text")) {
    const std::string tag = language_tag(text.attribute("xml:lang").value());
    const std::string line = clean_text(text.text().get());
    if (line.empty()) continue;
    if (out[""].empty() || tag == language)
      out[""] = line;
    else if (!tag.empty())
      out[tag] = line;
  }
  return out;
}

}  // namespace

Result<TriplesRecord> read_triples_record(std::string_view bytes) {
  BOOST_OUTCOME_TRY(const auto xml, Xml::parse(bytes));
  const auto root = xml.root();
  if (std::string_view(root.name()) != "sss")
    return fail(Code::invalid, "survey_malformed",
                xml.place(root) + ": the outermost element is '" + clean_text(root.name()) +
                    "', not 'sss'.");
  const auto survey_node = root.child("survey");
  const auto record = survey_node.child("record");
  if (!record)
    return fail(Code::invalid, "survey_malformed",
                xml.place(root) + ": the file has no <survey> with a <record>.");
  TriplesRecord out;
  Draft draft(Format::triples, false);
  for (const auto node : root.children())
    if (node.type() == pugi::node_pi && !std::strcmp(node.name(), "insightflow"))
      draft.copy = node.value();
  if (const std::string tag =
          language_tag(root.attribute("languages")
                           ? std::string(root.attribute("languages").value())
                                 .substr(0, std::strcspn(root.attribute("languages").value(), " ,"))
                           : std::string());
      !tag.empty())
    draft.survey().language = tag;
  const std::string language = draft.survey().language;
  Words title = words(survey_node.child("title"), language);
  draft.survey().title =
      title[""].empty() ? words(survey_node.child("name"), language)[""] : title[""];
  for (const auto& [tag, text] : title)
    if (!tag.empty()) draft.translation(tag).title = text;
  out.csv = std::string_view(record.attribute("format").value()) == "csv";
  out.skip = record.attribute("skip").as_uint(0);
  for (const auto node : record.children("variable")) {
    Variable variable;
    variable.ident = clean_text(node.attribute("ident").value());
    variable.type = node.attribute("type").value();
    const std::string place = xml.place(node);
    const auto* type = std::find_if(std::begin(variable_types), std::end(variable_types),
                                    [&](const VariableType& t) { return t.name == variable.type; });
    if (type == std::end(variable_types))
      return fail(Code::invalid, "survey_malformed",
                  place + ": '" + clean_text(variable.type) + "' is no type of a variable.");
    std::string name = words(node.child("name"), language)[""];
    if (name.empty()) name = variable.ident;
    Words label = words(node.child("label"), language);
    const std::string use = node.attribute("use").value();
    variable.serial = use == "serial";
    if (use == "weight")
      draft.lose(place, "'" + name + "' as a weight", "weights are made in the analysis");
    variable.question = draft.question(name, type->kind, label[""], place);
    label[""].clear();
    draft.question_words(variable.question, label, {});
    draft.know(variable.ident, {variable.question, {}, {}});
    const auto values = node.child("values");
    if (type->kind == Kind::single_choice || type->kind == Kind::multiple_choice)
      for (const auto value : values.children("value")) {
        const std::string code = clean_text(value.attribute("code").value());
        const Words text = words(value, language);
        draft.option_words(variable.question, draft.option(variable.question, code, text.at("")),
                           text);
        variable.codes.push_back(code);
      }
    if (const auto range = values.child("range")) {
      const auto low = survey::detail::number_of(range.attribute("from").value()),
                 high = survey::detail::number_of(range.attribute("to").value());
      const bool whole = low && high && *low < *high && std::abs(*low) < 1e9 &&
                         std::abs(*high) < 1e9 && *low == std::floor(*low) &&
                         *high == std::floor(*high);
      auto& question = draft.at(variable.question);
      if (question.kind == Kind::single_choice && variable.codes.empty())
        question.kind = Kind::number;
      if (question.kind == Kind::number && whole)
        question.scale =
            survey::Scale{static_cast<std::int64_t>(*low), static_cast<std::int64_t>(*high), {}};
      else if (question.kind == Kind::number || !variable.codes.empty())
        draft.lose(xml.place(range), "a range of '" + name + "'",
                   "a range has two whole numbers and stands alone");
    }
    if (const auto size = node.child("size").text().as_uint(0);
        size > 0 && size <= 100000 && type->kind == Kind::open_text && variable.type == "character")
      draft.at(variable.question).max_length = size;
    if (variable.type == "time")
      draft.lose(place, "'" + name + "' as a time",
                 "there are no times of day; a text is asked for");
    const auto position = node.child("position");
    variable.start = position.attribute("start").as_uint(0);
    variable.finish = position.attribute("finish").as_uint(static_cast<unsigned>(variable.start));
    if (const auto spread = node.child("spread")) {
      variable.subfields = spread.attribute("subfields").as_uint(0);
      variable.width = spread.attribute("width").as_uint(1);
    }
    if (variable.finish < variable.start || variable.finish > 10000000)
      return fail(Code::invalid, "survey_malformed",
                  xml.place(position) + ": '" + name + "' ends before it starts.");
    if (const auto filter = node.child("filter"))
      draft.lose(xml.place(filter), "who is asked '" + name + "'",
                 "the file does not say by what answer");
    out.variables.push_back(std::move(variable));
  }
  BOOST_OUTCOME_TRY(out.imported, draft.finish());
  return out;
}

Result<Found> read_triples(std::string_view bytes, bool) {
  BOOST_OUTCOME_TRY(auto record, read_triples_record(bytes));
  return std::move(record.imported);
}

namespace {

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 9 &&
         std::all_of(text.begin(), text.end(), survey::is_ascii_digit);
}

class TriplesWriter {
 public:
  explicit TriplesWriter(const survey::Questionnaire& survey) : survey_(survey) {}

  Written run(std::string_view copy) {
    std::string languages = survey_.language;
    for (const auto& [tag, words] : survey_.translations) languages += " " + tag;
    std::string head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sss version=\"2.0\"";
    head += " languages=\"" + xml_text(languages) + "\"";
    std::string title = label("title", survey_.title, titles());
    for (std::size_t i = 0; i < survey_.questions.size(); ++i) question(survey_.questions[i]);
    Written out;
    out.bytes = head + ">\n <survey>\n  " + title + "\n  <record ident=\"A\">\n" + body_ +
                "  </record>\n </survey>\n";
    if (!copy.empty()) out.bytes += " <?insightflow " + std::string(copy) + "?>\n";
    out.bytes += "</sss>\n";
    return out;
  }

 private:
  Words titles() const {
    Words out;
    for (const auto& [tag, words] : survey_.translations) out[tag] = words.title;
    return out;
  }
  template <class Get>
  Words translated(const Question& question, const Get& get) const {
    Words out;
    for (const auto& [tag, words] : survey_.translations)
      if (const auto own = words.questions.find(question.id); own != words.questions.end())
        out[tag] = get(own->second);
    return out;
  }
  static std::string lines(const std::string& text) {
    std::string out;
    for (const char c : xml_text(text)) out += c == '\n' ? "<br/>" : std::string(1, c);
    return out;
  }
  std::string label(const char* element, const std::string& main, const Words& others,
                    const std::string& attributes = {}) const {
    std::string texts;
    for (const auto& [tag, text] : others)
      if (!text.empty())
        texts += "<text xml:lang=\"" + xml_text(tag) + "\">" + xml_text(text) + "</text>";
    return "<" + std::string(element) + attributes + ">" + lines(main) + texts + "</" + element +
           ">";
  }
  static std::string from(const std::map<std::string, std::string>& labels, const std::string& id) {
    const auto found = labels.find(id);
    return found == labels.end() ? std::string() : found->second;
  }

  void variable(const std::string& name, const char* type, const std::string& text,
                const std::string& values) {
    const std::size_t start = next_;
    ++count_;
    next_ += 1;
    body_ += "   <variable ident=\"" + std::to_string(count_) + "\" type=\"" + type +
             "\">\n    <name>" + xml_text(name) + "</name>\n    " + text +
             "\n    <position start=\"" + std::to_string(start) + "\"/>\n" + values +
             "   </variable>\n";
  }

  /// Codes are numbers: an id that is one stays.
  std::string values(
      const Question& question, const std::vector<Option>& options,
      std::map<std::string, std::string> survey::QuestionTranslation::*labels) const {
    const bool numbers = std::all_of(options.begin(), options.end(),
                                     [](const Option& o) { return is_number(o.id); });
    std::string out = "    <values>\n";
    for (std::size_t i = 0; i < options.size(); ++i) {
      const std::string code = numbers ? options[i].id : std::to_string(i + 1);
      out += "     " +
             label("value", options[i].label,
                   translated(question,
                              [&](const auto& own) { return from(own.*labels, options[i].id); }),
                   " code=\"" + code + "\"") +
             "\n";
    }
    return out + "    </values>\n";
  }

  void question(const Question& question) {
    const std::string text =
        label("label", question.text,
              translated(question, [](const Translated& own) { return own.text; }));
    const std::vector<Option> options = shown_options(question);
    const auto field = question.options.empty() && question.kind != Kind::yes_no
                           ? &Translated::labels
                           : &Translated::options;
    if (question.kind == Kind::matrix) {
      for (const Option& row : question.rows)
        variable(question.id + "_" + row.id, "single",
                 label("label", question.text + " – " + row.label, {}),
                 values(question, options, field));
      return;
    }
    std::string range;
    if (question.kind == Kind::number && question.scale)
      range = "    <values>\n     <range from=\"" + std::to_string(question.scale->min) +
              "\" to=\"" + std::to_string(question.scale->max) + "\"/>\n    </values>\n";
    if (question.kind == Kind::yes_no && question.options.empty())
      variable(question.id, "logical", text, {});
    else if (question.kind == Kind::consent)
      variable(question.id, "logical", text, {});
    else if (question.kind == Kind::number)
      variable(question.id, "quantity", text, range);
    else if (question.kind == Kind::date)
      variable(question.id, "date", text, {});
    else if (question.kind == Kind::multiple_choice || question.kind == Kind::ranking)
      variable(question.id, "multiple", text, values(question, options, field));
    else if (!options.empty())
      variable(question.id, "single", text, values(question, options, field));
    else
      variable(question.id, "character", text,
               question.max_length
                   ? "    <size>" + std::to_string(*question.max_length) + "</size>\n"
                   : "");
  }

  const survey::Questionnaire& survey_;
  std::string body_;
  std::size_t next_ = 1, count_ = 0;
};

}  // namespace

Result<Written> write_triples(const survey::Questionnaire& survey, std::string_view copy) {
  return TriplesWriter(survey).run(copy);
}

}  // namespace insightflow::formats
