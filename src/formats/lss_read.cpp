#include "formats/draft.hpp"
#include "formats/plain_text.hpp"
#include "formats/readers.hpp"
#include "formats/xml.hpp"

#include <insightflow/survey/localise.hpp>

#include <cstring>

namespace insightflow::formats {

namespace {

/// How the parts of a type become questions.
enum class LssShape { plain, answers, boxes, rows, two_rows, each, cells, shown, none };
struct LssType {
  char letter;
  LssShape shape;
  Kind kind = Kind::open_text;
  std::string_view fixed{};  ///< Codes and labels the type brings along: "Y Yes|N No".
  std::string_view remark{};
};
constexpr LssType lss_types[] = {
    {'5', LssShape::plain, Kind::rating},
    {'A', LssShape::rows, Kind::matrix, "1 1|2 2|3 3|4 4|5 5"},
    {'B', LssShape::rows, Kind::matrix, "1 1|2 2|3 3|4 4|5 5|6 6|7 7|8 8|9 9|10 10"},
    {'C', LssShape::rows, Kind::matrix, "Y Yes|U Uncertain|N No"},
    {'D', LssShape::plain, Kind::date},
    {'E', LssShape::rows, Kind::matrix, "I Increase|S Same|D Decrease"},
    {'F', LssShape::rows, Kind::matrix},
    {'G', LssShape::answers, Kind::single_choice, "F Female|M Male"},
    {'H', LssShape::rows, Kind::matrix},
    {'I',
     LssShape::answers,
     Kind::single_choice,
     {},
     "respondents choose their language outside of the questions"},
    {'K', LssShape::each, Kind::number},
    {'L', LssShape::answers, Kind::single_choice},
    {'!', LssShape::answers, Kind::single_choice},
    {'O', LssShape::answers, Kind::single_choice},
    {'M', LssShape::boxes, Kind::multiple_choice},
    {'N', LssShape::plain, Kind::number},
    {'P', LssShape::boxes, Kind::multiple_choice, {}, "choices have no comments of their own"},
    {'Q', LssShape::each, Kind::open_text},
    {'R', LssShape::answers, Kind::ranking},
    {'S', LssShape::plain},
    {'T', LssShape::plain},
    {'U', LssShape::plain},
    {'X', LssShape::shown},
    {'Y', LssShape::answers, Kind::yes_no, "Y Yes|N No"},
    {'|', LssShape::plain, Kind::open_text, {}, "files cannot be handed in; a text is asked for"},
    {'*', LssShape::none, Kind::open_text, {}, "calculated values are not asked"},
    {'1', LssShape::two_rows, Kind::matrix},
    {':', LssShape::cells, Kind::number},
    {';', LssShape::cells, Kind::open_text}};

struct LssRow {
  std::map<std::string, std::string, std::less<>> fields;
  pugi::xml_node node;
  const std::string& operator[](std::string_view name) const {
    static const std::string none;
    const auto found = fields.find(name);
    return found == fields.end() ? none : found->second;
  }
  double order(std::string_view name) const {
    return survey::detail::number_of((*this)[name]).value_or(0);
  }
};

/// One thing with a row for each language.
struct LssEntity {
  LssRow main;
  std::vector<std::pair<std::string, LssRow>> others;  ///< By language.
};

class LssReader {
 public:
  LssReader(const Xml& xml, bool hints) : xml_(xml), draft_(Format::lss, hints), hints_(hints) {}

  Result<Found> run() {
    draft_.copy = xml_.root().child("insightflow").text().get();
    BOOST_OUTCOME_TRY(settings());
    for (const LssRow& row : table("question_attributes")) {
      const std::string& language = row["language"];
      auto& slot = attributes_[row["qid"]][row["attribute"]];
      if (slot.empty() || language.empty() || language == base_) slot = row["value"];
    }
    answers_ = by_parent("answers", "answer_l10ns", "aid", "qid", "sortorder");
    subquestions_ =
        by_parent("subquestions", "question_l10ns", "qid", "parent_qid", "question_order");
    std::map<std::string, std::vector<LssEntity>> questions =
        by_parent("questions", "question_l10ns", "qid", "gid", "question_order");
    if (questions.empty())
      return fail(
          Code::invalid, "survey_malformed",
          xml_.place(xml_.root()) + ": the file holds no questions; it is no LimeSurvey survey.");
    std::vector<LssEntity> groups = entities("groups", "group_l10ns", "gid", "group_order");
    for (const LssEntity& group : groups) {
      const std::string& gid = group.main["gid"];
      const std::string title = html(group.main["group_name"]),
                        description = html(group.main["description"]);
      for (const auto& [language, row] : group.others)
        if (!row["group_name"].empty() && row["group_name"] != group.main["group_name"])
          draft_.lose(place(row), "the title of group '" + title + "' in '" + language + "'",
                      "titles of sections have one language");
      draft_.open_section("g" + gid, title, description);
      for (const LssEntity& one : questions[gid]) {
        BOOST_OUTCOME_TRY(question(one, group.main));
      }
      questions.erase(gid);
    }
    draft_.close_section();
    for (const auto& [gid, rest] : questions)
      for (const LssEntity& one : rest) {
        BOOST_OUTCOME_TRY(question(one, {}));
      }
    old_conditions();
    for (const char* name : {"quota", "assessments", "surveys_url_params"})
      if (const auto rows = table(name); !rows.empty())
        draft_.lose(place(rows.front()), std::to_string(rows.size()) + " rows of '" + name + "'",
                    "there is no such setting here");
    return draft_.finish({"{", piped_name});
  }

 private:
  static std::string html(const std::string& text) { return plain_text(text); }
  std::string place(const LssRow& row) const {
    return row.node ? xml_.place(row.node) : std::string("line 1");
  }

  std::vector<LssRow> table(const char* name) const {
    std::vector<LssRow> out;
    for (const auto row : xml_.root().child(name).child("rows").children("row")) {
      LssRow record;
      record.node = row;
      for (const auto field : row.children()) record.fields[field.name()] = field.text().get();
      out.push_back(std::move(record));
    }
    return out;
  }

  /// Rows by id with their languages: in the table itself, or in one of its own in newer files.
  std::vector<LssEntity> entities(const char* name, const char* words, const char* key,
                                  const char* order) const {
    std::vector<LssEntity> out;
    std::map<std::string, std::size_t> index;
    const bool answers = !std::strcmp(name, "answers");
    for (LssRow& row : table(name)) {
      const std::string id = answers && row[key].empty()
                                 ? row["qid"] + "/" + row["code"] + "/" + row["scale_id"]
                                 : row[key];
      const std::string language = row["language"];
      const auto [at, fresh] = index.try_emplace(id, out.size());
      if (fresh)
        out.push_back({std::move(row), {}});
      else if (language == base_ && out[at->second].main["language"] != base_) {
        out[at->second].others.emplace_back(out[at->second].main["language"], out[at->second].main);
        out[at->second].main = std::move(row);
      } else {
        out[at->second].others.emplace_back(language, std::move(row));
      }
    }
    for (const LssRow& row : table(words)) {
      const auto at = index.find(row[key]);
      if (at == index.end()) continue;
      if (row["language"] == base_)
        for (const auto& [field, text] : row.fields)
          if (field != "id" && field != key) out[at->second].main.fields[field] = text;
      if (row["language"] != base_) out[at->second].others.emplace_back(row["language"], row);
    }
    std::stable_sort(out.begin(), out.end(), [&](const LssEntity& a, const LssEntity& b) {
      return a.main.order(order) < b.main.order(order);
    });
    return out;
  }
  std::map<std::string, std::vector<LssEntity>> by_parent(const char* name, const char* words,
                                                          const char* key, const char* parent,
                                                          const char* order) const {
    std::map<std::string, std::vector<LssEntity>> out;
    for (LssEntity& one : entities(name, words, key, order))
      out[one.main[parent]].push_back(std::move(one));
    return out;
  }

  Result<void> settings() {
    auto& survey = draft_.survey();
    const auto surveys = table("surveys");
    if (!surveys.empty()) {
      base_ = surveys.front()["language"];
      sid_ = surveys.front()["sid"];
    }
    for (const auto language : xml_.root().child("languages").children("language")) {
      languages_.emplace_back(language.text().get());
      if (base_.empty()) base_ = languages_.back();
    }
    if (const std::string tag = language_tag(base_); !tag.empty()) survey.language = tag;
    for (const LssRow& row : table("surveys_languagesettings")) {
      const std::string language = row["surveyls_language"], tag = language_tag(language);
      std::string title = html(row["surveyls_title"]),
                  description = html(row["surveyls_description"]);
      const std::string welcome = html(row["surveyls_welcometext"]),
                        closing = html(row["surveyls_endtext"]);
      if (!welcome.empty()) description += (description.empty() ? "" : "\n") + welcome;
      if (language == base_) {
        survey.title = title;
        survey.description = description;
        survey.closing = closing;
      } else if (!tag.empty()) {
        auto& words = draft_.translation(tag);
        words.title = title;
        words.description = description;
        words.closing = closing;
      }
    }
    return success();
  }

  static std::string_view piped_name(std::string_view inner) {
    inner = survey::trimmed(inner);
    if (inner.starts_with("INSERTANS:")) inner.remove_prefix(10);
    for (const std::string_view suffix : {".NAOK", ".shown", ".value"})
      if (inner.ends_with(suffix)) inner.remove_suffix(suffix.size());
    return inner;
  }

  std::string attribute(const std::string& qid, const std::string& name) const {
    const auto question = attributes_.find(qid);
    if (question == attributes_.end()) return {};
    const auto value = question->second.find(name);
    return value == question->second.end() ? std::string() : value->second;
  }
  std::optional<std::int64_t> whole(const std::string& qid, const std::string& name) const {
    const auto number = survey::detail::number_of(attribute(qid, name));
    if (!number || std::abs(*number) > 1e9 || *number != std::floor(*number)) return std::nullopt;
    return static_cast<std::int64_t>(*number);
  }

  Words words(const LssEntity& entity, std::string_view field) const {
    Words out{{"", html(entity.main[field])}};
    for (const auto& [language, row] : entity.others)
      if (const std::string tag = language_tag(language); !tag.empty())
        if (std::string text = html(row[field]); !text.empty()) out[tag] = std::move(text);
    return out;
  }
  static Words joined(Words a, const Words& b) {
    for (auto& [tag, text] : a)
      if (const auto more = b.find(tag); more != b.end() && !more->second.empty())
        text += " – " + more->second;
    return a;
  }

  std::size_t add(const LssEntity& entity, const LssRow& group, const std::string& name, Kind kind,
                  Words text, const Hint& hint) {
    const std::size_t index = draft_.question(name, kind, text[""], place(entity.main), hint);
    Words help = words(entity, "help");
    auto& question = draft_.at(index);
    question.help += (question.help.empty() || help[""].empty() ? "" : "\n") + help[""];
    question.required = entity.main["mandatory"] == "Y" || entity.main["mandatory"] == "S";
    draft_.question_words(index, text, help);
    for (const LssRow* row : {&group, &entity.main}) {
      const std::string& relevance = (*row)[row == &group ? "grelevance" : "relevance"];
      if (!relevance.empty() && relevance != "1")
        draft_.condition(index, Language::limesurvey, relevance, place(*row));
    }
    return index;
  }

  void names(const std::string& name, const std::string& field, const std::string& suffix,
             Target target) {
    if (!suffix.empty()) {
      draft_.know(name + "_" + suffix, target);
      draft_.know(field + suffix, target);
    } else {
      draft_.know(field, target);
    }
  }

  void fixed(std::size_t index, std::string_view list) {
    while (!list.empty()) {
      const std::string_view one = list.substr(0, list.find('|'));
      list.remove_prefix(std::min(one.size() + 1, list.size()));
      const std::string_view code = one.substr(0, one.find(' '));
      draft_.option(index, code, std::string(one.substr(code.size() + 1)));
    }
  }
  void answers(std::size_t index, const std::string& qid, std::string_view scale) {
    for (const LssEntity& one : answers_[qid]) {
      if (!scale.empty() && !one.main["scale_id"].empty() && one.main["scale_id"] != scale)
        continue;
      const Words label = words(one, "answer");
      draft_.option_words(index, draft_.option(index, one.main["code"], label.at("")), label);
    }
  }
  const std::vector<LssEntity> subs(const std::string& qid, std::string_view scale) {
    std::vector<LssEntity> out;
    for (const LssEntity& one : subquestions_[qid])
      if (one.main["scale_id"].empty() || one.main["scale_id"] == scale) out.push_back(one);
    return out;
  }

  Result<void> question(const LssEntity& entity, const LssRow& group) {
    const std::string& qid = entity.main["qid"];
    if (qid.empty() || entity.main["type"].empty())
      return fail(Code::invalid, "survey_malformed",
                  place(entity.main) + ": a question has no id or no type.");
    if (const std::string& parent = entity.main["parent_qid"]; !parent.empty() && parent != "0")
      return success();
    const char letter = entity.main["type"].front();
    const auto* found = std::find_if(std::begin(lss_types), std::end(lss_types),
                                     [&](const LssType& t) { return t.letter == letter; });
    static constexpr LssType unknown{'?',
                                     LssShape::plain,
                                     Kind::open_text,
                                     {},
                                     "the type is not known here; a text is asked for"};
    const LssType& type = found == std::end(lss_types) ? unknown : *found;
    const std::string name = entity.main["title"];
    const std::string field = sid_ + "X" + entity.main["gid"] + "X" + qid;
    const Hint hint = hint_of_text(attribute(qid, "insightflow"));
    if (attribute(qid, "hidden") == "1" && (letter == 'S' || letter == 'T' || letter == '*')) {
      draft_.hidden(hints_ && !hint.id.empty() ? hint.id : name);
      return success();
    }
    if (!type.remark.empty())
      draft_.lose(place(entity.main), "'" + name + "' as type " + letter, std::string(type.remark));
    Words text = words(entity, "question");
    if (type.shape == LssShape::shown) {
      if (const std::string& when = entity.main["relevance"]; !when.empty() && when != "1")
        draft_.lose(place(entity.main), "when the text '" + name + "' is shown",
                    "texts have no conditions");
      draft_.note(std::move(text), place(entity.main));
      return success();
    }
    if (type.shape == LssShape::none) return success();
    static constexpr std::string_view unused[] = {
        "array_filter", "array_filter_exclude", "em_validation_q", "em_validation_sq",
        "random_group", "num_value_int_only",   "equals_num_value"};
    for (const std::string_view one : unused)
      if (const std::string value = attribute(qid, std::string(one));
          !value.empty() && value != "0")
        draft_.lose(place(entity.main), "'" + std::string(one) + "' of '" + name + "'",
                    "there is no such setting here");
    if (!entity.main["preg"].empty())
      draft_.lose(place(entity.main), "the pattern of '" + name + "'",
                  "there is no such check here");
    if (type.shape == LssShape::each || type.shape == LssShape::cells) {
      const auto rows = subs(qid, "0");
      const auto columns =
          type.shape == LssShape::cells ? subs(qid, "1") : std::vector<LssEntity>(1);
      for (const LssEntity& row : rows)
        for (const LssEntity& column : columns) {
          if (draft_.full()) return success();
          std::string suffix = row.main["title"];
          Words full = joined(text, words(row, "question"));
          if (type.shape == LssShape::cells) {
            suffix += "_" + column.main["title"];
            full = joined(full, words(column, "question"));
          }
          const std::size_t index = add(entity, group, name + "_" + suffix, type.kind, full, {});
          names(name, field, suffix, {index, {}, {}});
          limits(index, qid);
        }
      if (rows.empty()) (void)add(entity, group, name, type.kind, text, hint);
      return success();
    }
    const int scales = type.shape == LssShape::two_rows ? 2 : 1;
    for (int scale = 0; scale < scales; ++scale) {
      Words full = text;
      if (scales == 2)
        if (const std::string header =
                html(attribute(qid, scale ? "dualscale_headerB" : "dualscale_headerA"));
            !header.empty())
          full[""] += " – " + header;
      const std::size_t index =
          add(entity, group, scale ? name + "_1" : name, type.kind, full, hint);
      names(name, field, "", {index, {}, {}});
      if (type.kind == Kind::rating) draft_.at(index).scale = survey::Scale{1, 5, {}};
      parts(index, entity, type, name, field, std::to_string(scale), scales == 2);
      limits(index, qid);
    }
    if (letter == 'O') {
      const std::size_t index = add(entity, group, name + "_comment", Kind::open_text,
                                    joined(text, {{"", "comment"}}), {});
      draft_.at(index).required = false;
      names(name, field, "comment", {index, {}, {}});
    }
    return success();
  }

  void parts(std::size_t index, const LssEntity& entity, const LssType& type,
             const std::string& name, const std::string& field, const std::string& scale,
             bool two) {
    const std::string& qid = entity.main["qid"];
    if (type.letter == 'Y') {
      draft_.remark(index, "Y", {"yes"});
      draft_.remark(index, "N", {"no"});
    }
    fixed(index, type.fixed);
    if (type.letter == 'I')
      for (const std::string& language : languages_) draft_.option(index, language, language);
    if (type.shape == LssShape::answers || type.shape == LssShape::rows || two)
      if (type.fixed.empty()) answers(index, qid, type.kind == Kind::ranking ? "" : scale);
    if (type.shape == LssShape::rows || two)
      for (const LssEntity& one : subs(qid, "0")) {
        const Words label = words(one, "question");
        const std::string id = draft_.row(index, one.main["title"], label.at(""));
        draft_.row_words(index, id, label);
        names(name, field, one.main["title"] + (two ? "_" + scale : std::string()),
              {index, id, {}});
      }
    std::string alone = attribute(qid, "exclude_all_others");
    for (char& c : alone)
      if (c == ';' || c == ' ') c = ',';
    alone = alone.size() < 10000 ? "," + alone + "," : std::string();
    if (type.shape == LssShape::boxes)
      for (const LssEntity& one : subs(qid, "0")) {
        const Words label = words(one, "question");
        const std::string code = one.main["title"];
        const bool exclusive = alone.find("," + code + ",") != std::string::npos;
        const std::string id = draft_.option(index, code, label.at(""), false, exclusive);
        draft_.option_words(index, id, label);
        names(name, field, code, {index, {}, id});
      }
    if (entity.main["other"] == "Y" && draft_.at(index).kind != Kind::matrix &&
        draft_.at(index).kind != Kind::ranking) {
      std::string label = html(attribute(qid, "other_replace_text"));
      draft_.remark(index, "-oth-", hints_ ? other_hint(qid) : OptionHint{"other"});
      draft_.option(index, "-oth-", label.empty() ? "Other" : label, true);
      names(name, field, "other", {index, "other", {}});
    }
    if (const std::string random = attribute(qid, "random_order"); random == "1" || random == "2")
      draft_.at(index).randomize = true;
  }
  OptionHint other_hint(const std::string& qid) const {
    const Hint hint = hint_of_text(attribute(qid, "insightflow"));
    const auto own = hint.options.find("-oth-");
    return own == hint.options.end() ? OptionHint{"other"} : own->second;
  }

  void limits(std::size_t index, const std::string& qid) {
    auto& question = draft_.at(index);
    if (question.kind == Kind::open_text)
      if (const auto most = whole(qid, "maximum_chars"); most && *most > 0 && *most <= 100000)
        question.max_length = most;
    if (question.kind == Kind::number) {
      const auto low = whole(qid, "min_num_value_n"), high = whole(qid, "max_num_value_n");
      if (low && high && *low < *high)
        question.scale = survey::Scale{*low, *high, {}};
      else if (low || high || !attribute(qid, "min_num_value_n").empty() ||
               !attribute(qid, "max_num_value_n").empty())
        draft_.lose(draft_.place(index), "a bound of '" + question.id + "'",
                    "a range has two whole numbers here");
    }
    if (question.kind == Kind::multiple_choice || question.kind == Kind::ranking) {
      question.min_choices = whole(qid, "min_answers");
      question.max_choices = whole(qid, "max_answers");
      if (question.min_choices && *question.min_choices < 1) question.min_choices.reset();
      if (question.max_choices && *question.max_choices < 1) question.max_choices.reset();
    }
  }

  /// Conditions of old files, which newer ones repeat as relevance.
  void old_conditions() {
    std::map<std::string, std::map<std::string, std::map<std::string, Condition>>>
        all;  // qid, scenario, field
    std::map<std::string, LssRow> places;
    std::set<std::string> has_relevance;
    for (const LssRow& row : table("questions"))
      if (!row["relevance"].empty() && row["relevance"] != "1") has_relevance.insert(row["qid"]);
    std::map<std::string, std::size_t> by_qid;
    for (const LssRow& row : table("questions"))
      if (const Target* target = draft_.target(row["title"]))
        by_qid.emplace(row["qid"], target->question);
    for (const LssRow& row : table("conditions")) {
      if (has_relevance.contains(row["qid"]) || !by_qid.contains(row["qid"])) continue;
      std::string field = row["cfieldname"];
      if (field.starts_with('+')) field.erase(0, 1);
      std::string why, value = row["value"];
      auto parsed = parse_condition(
          Language::surveyjs,
          "{" + field + "} " + (row["method"].empty() ? "==" : row["method"]) + " " + quoted(value),
          why);
      if (!parsed) {
        draft_.lose(place(row), "the condition on " + field, why);
        continue;
      }
      Condition& slot = all[row["qid"]][row["scenario"]]
                            .try_emplace(field, Condition{.kind = Clause::any})
                            .first->second;
      slot.parts.push_back(std::move(*parsed));
      places.emplace(row["qid"], row);
    }
    for (auto& [qid, scenarios] : all) {
      Condition any{.kind = Clause::any};
      for (auto& [scenario, fields] : scenarios) {
        Condition every{.kind = Clause::all};
        for (auto& [field, one] : fields) every.parts.push_back(std::move(one));
        any.parts.push_back(std::move(every));
      }
      draft_.condition(by_qid[qid], std::move(any), place(places[qid]));
    }
  }

  const Xml& xml_;
  Draft draft_;
  bool hints_;
  std::string base_, sid_;
  std::vector<std::string> languages_;
  std::map<std::string, std::map<std::string, std::string>> attributes_;
  std::map<std::string, std::vector<LssEntity>> answers_, subquestions_;
};

}  // namespace

Result<Found> read_lss(std::string_view bytes, bool hints) {
  BOOST_OUTCOME_TRY(const auto xml, Xml::parse(bytes));
  if (std::string_view(xml.root().name()) != "document")
    return fail(Code::invalid, "survey_malformed",
                xml.place(xml.root()) + ": the outermost element is '" +
                    clean_text(xml.root().name()) + "', not 'document'.");
  return LssReader(xml, hints).run();
}

}  // namespace insightflow::formats
