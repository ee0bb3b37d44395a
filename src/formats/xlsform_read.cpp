#include "formats/draft.hpp"
#include "formats/plain_text.hpp"
#include "formats/readers.hpp"
#include "formats/workbook.hpp"
#include "formats/xlsform_rows.hpp"

#include <insightflow/survey/localise.hpp>

namespace insightflow::formats {

namespace {

constexpr std::size_t max_groups = 64;

/// Columns by name; "label::French (fr)" and "label:French" by their language.
struct Columns {
  std::map<std::string, std::size_t> plain;
  std::map<std::string, std::vector<std::pair<std::string, std::size_t>>>
      localised;  ///< language, column

  explicit Columns(const std::map<std::size_t, std::string>& header) {
    static constexpr std::pair<std::string_view, std::string_view> aliases[] = {
        {"caption", "label"},
        {"text", "label"},
        {"value", "name"},
        {"tag", "name"},
        {"command", "type"},
        {"list name", "list_name"},
        {"bind:relevant", "relevant"},
        {"bind::relevant", "relevant"},
        {"relevance", "relevant"},
        {"skip logic", "relevant"},
        {"skipto", "relevant"},
        {"bind:required", "required"},
        {"bind::required", "required"},
        {"bind:constraint", "constraint"},
        {"bind::constraint", "constraint"},
        {"control:appearance", "appearance"},
        {"control::appearance", "appearance"},
        {"bind::calculate", "calculation"},
        {"bind:calculate", "calculation"},
        {"calculate", "calculation"},
        {"random", "randomize"}};
    for (const auto& [column, text] : header) {
      std::string name(survey::trimmed(text)), language;
      const std::size_t colon = name.find(':');
      const std::string stem = lowered(survey::trimmed(name.substr(0, colon)));
      if (colon != name.npos &&
          (stem == "label" || stem == "hint" || stem == "caption" || stem == "text")) {
        language = survey::trimmed(
            std::string_view(name).substr(name[colon + 1] == ':' ? colon + 2 : colon + 1));
        name = stem;
      }
      name = lowered(name);
      for (const auto& [from, to] : aliases)
        if (name == from) name = to;
      if (language.empty())
        plain.try_emplace(name, column);
      else
        localised[name].emplace_back(language, column);
    }
  }
};

class Line {
 public:
  Line(const Columns& columns, const std::map<std::size_t, std::string>& cells)
      : columns_(columns), cells_(cells) {}
  std::string get(std::string_view name) const {
    const auto column = columns_.plain.find(std::string(name));
    return column == columns_.plain.end() ? std::string() : cell(column->second);
  }
  std::size_t column(std::string_view name) const {
    const auto found = columns_.plain.find(std::string(name));
    return found == columns_.plain.end() ? 0 : found->second;
  }
  std::string cell(std::size_t column) const {
    const auto found = cells_.find(column);
    return found == cells_.end() ? std::string() : found->second;
  }
  const Columns& columns() const { return columns_; }

 private:
  const Columns& columns_;
  const std::map<std::size_t, std::string>& cells_;
};

class XlsformReader {
 public:
  XlsformReader(Format format, bool hints, const Workbook& book)
      : draft_(format, hints), hints_(hints), book_(book) {}

  Result<Found> run() {
    const Sheet* survey = book_.find("survey");
    if (!survey && book_.sheets.size() == 1) survey = &book_.sheets.front();
    if (!survey || survey->rows.empty())
      return fail(Code::invalid, "sheet_missing",
                  "The workbook has no sheet 'survey'; it is no XLSForm.");
    const Columns columns(survey->rows.begin()->second);
    if (!columns.plain.contains("type"))
      return fail(Code::invalid, "survey_malformed",
                  cell_place(survey->name, survey->rows.begin()->first, 0) +
                      ": the sheet has no column 'type'; it is no XLSForm.");
    settings();
    if (const Sheet* sheet = book_.find("insightflow"))
      for (const auto& [row, cells] : sheet->rows) draft_.copy += cells.begin()->second;
    main_language(columns);
    choices();
    sheet_ = survey->name;
    for (auto at = std::next(survey->rows.begin()); at != survey->rows.end(); ++at) {
      row_ = at->first;
      BOOST_OUTCOME_TRY(line(Line(columns, at->second)));
    }
    if (!groups_.empty())
      return fail(Code::invalid, "survey_malformed",
                  groups_.back().place + ": the group '" + groups_.back().name + "' is not ended.");
    return draft_.finish({"${", piped_name});
  }

 private:
  struct Choice {
    std::string name, hint, place;
    Words label;
  };
  struct Group {
    std::string name, relevant, place;
    bool section = false;
    std::size_t matrix = static_cast<std::size_t>(-1);
    std::string list;
  };

  static std::string_view piped_name(std::string_view inner) { return survey::trimmed(inner); }

  std::string place(std::size_t column = 0) const { return cell_place(sheet_, row_, column); }

  void settings() {
    auto& survey = draft_.survey();
    const Sheet* sheet = book_.find("settings");
    if (!sheet || sheet->rows.size() < 2) return;
    const Columns columns(sheet->rows.begin()->second);
    const Line line(columns, std::next(sheet->rows.begin())->second);
    std::string title = line.get("form_title");
    if (title.empty()) title = line.get("title");
    survey.title = plain_text_if_html(title);
    default_language_ = line.get("default_language");
  }

  /// The language of the texts under "": that of the settings, else the first column's.
  void main_language(const Columns& columns) {
    auto& survey = draft_.survey();
    const auto found = columns.localised.find("label");
    std::string main = default_language_;
    if (found != columns.localised.end() && !columns.plain.contains("label")) {
      const auto& all = found->second;
      const bool known =
          std::any_of(all.begin(), all.end(), [&](const auto& one) { return one.first == main; });
      if (!known) main = all.front().first;
    }
    main_ = main;
    if (const std::string tag = language_tag(main); !tag.empty()) survey.language = tag;
  }

  /// A tag for a language's column; one that is none gets a private tag and a remark.
  std::string tag_of(const std::string& language) {
    std::string tag = language_tag(language);
    if (tag.empty()) {
      for (const char c : lowered(language))
        if (survey::is_ascii_letter(c) && tag.size() < 8) tag += c;
      tag = "und-x-" + (tag.empty() ? "other" : tag);
    }
    return tag;
  }

  Words words(const Line& line, const std::string& name) {
    Words out;
    out[""] = plain_text_if_html(line.get(name));
    const auto found = line.columns().localised.find(name);
    if (found == line.columns().localised.end()) return out;
    for (const auto& [language, column] : found->second) {
      const std::string text = plain_text_if_html(line.cell(column));
      if (text.empty()) continue;
      if (language == main_ || (out[""].empty() && main_.empty()))
        out[""] = text;
      else if (const std::string tag = tag_of(language); tag != draft_.survey().language)
        out[tag] = text;
    }
    if (out[""].empty() && out.size() > 1)
      for (const auto& [tag, text] : out)
        if (!text.empty()) {
          out[""] = text;
          break;
        }
    return out;
  }

  void choices() {
    for (const char* name : {"choices", "choice", "columns", "external_choices"}) {
      const Sheet* sheet = book_.find(name);
      if (!sheet || sheet->rows.empty()) continue;
      const Columns columns(sheet->rows.begin()->second);
      for (auto at = std::next(sheet->rows.begin()); at != sheet->rows.end(); ++at) {
        const Line line(columns, at->second);
        const std::string list = line.get("list_name");
        Choice choice{line.get("name"), hints_ ? line.get("insightflow") : std::string(),
                      cell_place(sheet->name, at->first, 0), words(line, "label")};
        if (list.empty()) continue;
        if (!choice.name.empty() || !choice.label[""].empty())
          lists_[list].push_back(std::move(choice));
      }
    }
  }

  Result<void> line(const Line& line) {
    // "select_one yes_no or_other": the type, the list, what follows.
    std::string written = line.get("type");
    if (written.empty()) {
      if (!line.get("name").empty() && !line.get("label").empty())
        draft_.lose(place(), "the row '" + line.get("name") + "'", "it has no type");
      return success();
    }
    std::vector<std::string> tokens;
    for (std::size_t at = 0; at < written.size();) {
      const std::size_t end = std::min(written.find_first_of(" \t\n", at), written.size());
      if (end > at) tokens.push_back(written.substr(at, end - at));
      at = end + 1;
    }
    const RowType* type = nullptr;
    std::size_t used = 0;
    std::string name;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      std::string token = lowered(tokens[i]);
      std::replace(token.begin(), token.end(), '_', ' ');
      name += (name.empty() ? "" : " ") + token;
      if (const RowType* found = row_type(name)) {
        type = found;
        used = i + 1;
      }
    }
    std::vector<std::string> rest(tokens.begin() + static_cast<std::ptrdiff_t>(used), tokens.end());
    const bool takes_rest = type && (type->row == Row::choices || type->row == Row::open ||
                                     type->row == Row::close || type->row == Row::meta);
    if (!type || (!rest.empty() && !takes_rest)) {
      draft_.lose(place(line.column("type")), "the type '" + written + "'",
                  "it is not known here; a text is asked for");
      static constexpr RowType unknown{"text", Row::question};
      type = &unknown;
      rest.clear();
    }
    switch (type->row) {
      case Row::meta:
        draft_.lose(place(), "'" + line.get("name") + "' (" + written + ")",
                    type->name == "calculate" || type->name == "add calculate prompt"
                        ? "calculated values are not asked"
                        : "the device's data is not recorded");
        return success();
      case Row::hidden: draft_.hidden(line.get("name")); return success();
      case Row::note:
        draft_.note(words(line, "label"), place());
        if (!line.get("relevant").empty())
          draft_.lose(place(line.column("relevant")), "when the note is shown",
                      "texts have no conditions");
        return success();
      case Row::open: return open(line, *type);
      case Row::close:
        if (groups_.empty())
          return fail(Code::invalid, "survey_malformed",
                      place() + ": a group ends that was not begun.");
        if (groups_.back().section) draft_.close_section();
        groups_.pop_back();
        return success();
      default: return ask(line, *type, rest);
    }
  }

  Result<void> open(const Line& line, const RowType& type) {
    if (groups_.size() >= max_groups)
      return fail(
          Code::invalid, "survey_malformed",
          place() + ": groups are nested more than " + std::to_string(max_groups) + " deep.");
    Group group{line.get("name"), line.get("relevant"), place()};
    Words label = words(line, "label");
    if (!type.remark.empty())
      draft_.lose(place(), "'" + group.name + "' as " + std::string(type.name),
                  std::string(type.remark));
    const bool table = lowered(line.get("appearance")).find("table-list") != std::string::npos;
    const bool inside_table =
        !groups_.empty() && groups_.back().matrix != static_cast<std::size_t>(-1);
    if (table && !inside_table) {
      const Hint hint = hint_of_text(line.get("insightflow"));
      group.matrix =
          draft_.question(group.name, Kind::matrix, label[""], place(), hints_ ? hint : Hint{});
      label[""].clear();
      Words help = words(line, "hint");
      draft_.at(group.matrix).help = help[""];
      draft_.question_words(group.matrix, label, help);
      conditions(group.matrix, line);
      group.relevant.clear();
    } else if (groups_.empty()) {
      draft_.open_section(group.name, label[""]);
      group.section = true;
      label[""].clear();
      for (const auto& [tag, text] : label)
        if (!text.empty() && !tag.empty())
          draft_.lose(place(), "the title of '" + group.name + "' in '" + tag + "'",
                      "titles of sections have one language");
    } else if (!label[""].empty()) {
      draft_.note(label, place());
    }
    groups_.push_back(std::move(group));
    return success();
  }

  void conditions(std::size_t index, const Line& line) {
    for (const Group& group : groups_)
      if (!group.relevant.empty())
        draft_.condition(index, Language::xlsform, group.relevant, group.place);
    if (const std::string own = line.get("relevant"); !own.empty())
      draft_.condition(index, Language::xlsform, own, place(line.column("relevant")));
  }

  Result<void> ask(const Line& line, const RowType& type, std::vector<std::string> rest) {
    std::string name = line.get("name");
    if (name.empty()) {
      if (type.row == Row::choices || !words(line, "label")[""].empty())
        return fail(Code::invalid, "survey_malformed",
                    place(line.column("name")) + ": the question has no name.");
      return success();
    }
    Words label = words(line, "label"), help = words(line, "hint");
    const std::string required = lowered(line.get("required"));
    const bool must = required == "yes" || required == "true" || required == "true()" ||
                      required == "y" || required == "1";
    std::string list;
    bool other = false;
    for (const std::string& word : rest) {
      const std::string low = lowered(word);
      if (low == "or_other" || low == "other" || low == "specify_other" || low == "or")
        other = true;
      else if (list.empty())
        list = word;
    }
    Group* table = groups_.empty() ? nullptr : &groups_.back();
    if (table && table->matrix != static_cast<std::size_t>(-1) &&
        type.kind == Kind::single_choice && !other &&
        (table->list.empty() || table->list == list)) {
      if (table->list.empty()) {
        table->list = list;
        add_choices(table->matrix, list);
      }
      // A row of ours is written as "matrix_row"; the hint knows its id.
      const std::string id = draft_.row(table->matrix, name, label[""]);
      draft_.row_words(table->matrix, id, label);
      draft_.know(name, {table->matrix, id, {}});
      if (must) draft_.at(table->matrix).required = true;
      if (!line.get("relevant").empty())
        draft_.lose(place(line.column("relevant")), "when the row '" + name + "' is shown",
                    "rows are always shown");
      return success();
    }
    const std::size_t index =
        draft_.question(name, type.kind, label[""], place(), hint_of_text(line.get("insightflow")));
    label[""].clear();
    {
      auto& question = draft_.at(index);
      question.required = must;
      question.help += (question.help.empty() || help[""].empty() ? "" : "\n") + help[""];
    }
    draft_.question_words(index, label, help);
    if (!type.remark.empty())
      draft_.lose(place(), "'" + name + "' as " + std::string(type.name), std::string(type.remark));
    if (type.row == Row::choices) {
      if (draft_.full()) return success();
      if (!lists_.contains(list) && type.remark.empty())
        return fail(Code::invalid, "survey_malformed",
                    place(line.column("type")) + ": there is no list '" + list +
                        "' on the sheet 'choices'.");
      add_choices(index, list);
      if (other) {
        const auto& options = draft_.at(index).options;
        const bool there = std::any_of(options.begin(), options.end(),
                                       [](const auto& o) { return o.id == "other"; });
        if (!there) draft_.option(index, "other", "Other", true);
      }
      if (!line.get("choice_filter").empty())
        draft_.lose(place(line.column("choice_filter")),
                    "which choices of '" + name + "' are shown", "options are always shown");
    }
    conditions(index, line);
    parameters(index, line, type.name == "range");
    constraint(index, line);
    for (const char* key :
         {"default", "calculation", "repeat_count", "media::image", "media::audio", "media::video"})
      if (!line.get(key).empty())
        draft_.lose(place(line.column(key)), "'" + std::string(key) + "' of '" + name + "'",
                    "there is no such setting here");
    if (!required.empty() && !must && required != "no" && required != "false" &&
        required != "false()")
      draft_.lose(place(line.column("required")), "when '" + name + "' is required",
                  "a question is always required or never");
    return success();
  }

  void add_choices(std::size_t index, const std::string& list) {
    const auto found = lists_.find(list);
    if (found == lists_.end()) return;
    for (const Choice& choice : found->second) {
      const Hint remark =
          choice.hint.empty() ? Hint{} : hint_of_text("{\"options\":{\"x\":" + choice.hint + "}}");
      if (const auto own = remark.options.find("x"); own != remark.options.end())
        draft_.remark(index, choice.name, own->second);
      const auto label = choice.label.find("");
      draft_.option_words(
          index,
          draft_.option(index, choice.name, label == choice.label.end() ? "" : label->second),
          choice.label);
    }
  }

  void parameters(std::size_t index, const Line& line, bool range) {
    auto& question = draft_.at(index);
    std::map<std::string, std::string> values;
    std::string text = line.get("parameters");
    for (char& c : text)
      if (c == ',' || c == ';' || c == '\n') c = ' ';
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find(' ', at), text.size());
      const std::string one = text.substr(at, end - at);
      if (const std::size_t sign = one.find('='); sign != one.npos)
        values[lowered(one.substr(0, sign))] = one.substr(sign + 1);
      at = end + 1;
    }
    if (const std::string random = lowered(values["randomize"]);
        random == "true" || random == "true()" || random == "yes")
      question.randomize = true;
    if (!range) return;
    const auto low = survey::detail::number_of(values["start"]),
               high = survey::detail::number_of(values["end"]);
    if (low && high && *low < *high && std::abs(*low) < 1e9 && std::abs(*high) < 1e9)
      question.scale =
          survey::Scale{static_cast<std::int64_t>(*low), static_cast<std::int64_t>(*high), {}};
    else
      question.scale = survey::Scale{0, 10, {}};
  }

  /// Bounds of the answer: ". >= 1 and . <= 5", "string-length(.) <= 200", "count-selected(.) <=
  /// 3".
  void constraint(std::size_t index, const Line& line) {
    const std::string text = line.get("constraint");
    if (text.empty()) return;
    auto& question = draft_.at(index);
    std::optional<std::int64_t> low, high, length, least, most;
    bool all = true;
    const std::string lower = lowered(text);
    for (std::size_t at = 0; at <= lower.size();) {
      const std::size_t end = std::min(lower.find(" and ", at), lower.size());
      std::string piece;
      for (const char c : lower.substr(at, end - at))
        if (c != ' ' && c != '\n' && c != '\t') piece += c;
      while (piece.size() > 2 && piece.front() == '(' && piece.back() == ')')
        piece = piece.substr(1, piece.size() - 2);
      all = bound(piece, question.kind == Kind::number, low, high, length, least, most) && all;
      at = end + 5;
    }
    if (question.kind == Kind::number && low && high && *low < *high)
      question.scale = survey::Scale{*low, *high, {}};
    else if (low || high)
      all = false;
    if (question.kind == Kind::open_text && length && *length > 0 && *length <= 100000)
      question.max_length = length;
    else if (length)
      all = false;
    const bool many = question.kind == Kind::multiple_choice || question.kind == Kind::ranking;
    if (many && least) question.min_choices = least;
    if (many && most && *most > 0) question.max_choices = most;
    if ((least || most) && !many) all = false;
    if (!all)
      draft_.lose(place(line.column("constraint")), "the check " + text,
                  "there is no such check here");
  }

  using Bound = std::optional<std::int64_t>;
  static bool bound(std::string_view piece, bool number, Bound& low, Bound& high, Bound& length,
                    Bound& least, Bound& most) {
    struct Subject {
      std::string_view text;
      Bound *low, *high;
    };
    Bound none;
    const Subject subjects[] = {{"string-length(.)", &none, &length},
                                {"count-selected(.)", &least, &most},
                                {".", &low, &high}};
    for (const Subject& subject : subjects) {
      if (!piece.starts_with(subject.text)) continue;
      piece.remove_prefix(subject.text.size());
      if (subject.text == "." && !number) return false;
      for (const std::string_view sign : {"<=", ">=", "<", ">", "="}) {
        if (!piece.starts_with(sign)) continue;
        const auto value = survey::detail::number_of(piece.substr(sign.size()));
        if (!value || std::abs(*value) > 1e9 || *value != std::floor(*value)) return false;
        const auto whole = static_cast<std::int64_t>(*value);
        if (sign == "=") return false;
        if (sign[0] == '<')
          *subject.high = sign == "<" ? whole - 1 : whole;
        else
          *subject.low = sign == ">" ? whole + 1 : whole;
        return !none;
      }
      return false;
    }
    return false;
  }

  Draft draft_;
  bool hints_;
  const Workbook& book_;
  std::string default_language_, main_, sheet_;
  std::size_t row_ = 0;
  std::map<std::string, std::vector<Choice>> lists_;
  std::vector<Group> groups_;
};

}  // namespace

Result<Found> read_xlsx(std::string_view bytes, bool hints) {
  BOOST_OUTCOME_TRY(const auto book, read_xlsx_workbook(bytes));
  return XlsformReader(Format::xlsx, hints, book).run();
}
Result<Found> read_xls(std::string_view bytes, bool hints) {
  BOOST_OUTCOME_TRY(const auto book, read_xls_workbook(bytes));
  return XlsformReader(Format::xls, hints, book).run();
}

}  // namespace insightflow::formats
