#include "formats/workbook.hpp"
#include "quality/quality.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/formats/formats.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <map>
#include <set>

/// Counts what a file asks in its raw structure, without the readers, and compares: a file passes
/// when no fewer questions and options came out and every text of a question or option is found
/// among the imported ones.
namespace bench {

namespace {

namespace json = boost::json;
using namespace insightflow;

struct Raw {
  std::size_t questions = 0, options = 0;
  std::vector<std::string> texts;
};

/// Letters and digits outside of tags and entities: what no conversion may change.
std::string essence(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '<') {
      const std::size_t end = text.find('>', at);
      if (end != text.npos) {
        at = end;
        continue;
      }
    }
    if (text[at] == '&') {
      const std::size_t end = text.substr(at, 10).find(';');
      if (end != text.npos) {
        at += end;
        continue;
      }
    }
    if (text[at] == '{' || text[at] == '$') {  // names that are piped in are rewritten
      const std::size_t end = text.find('}', at);
      if (end != text.npos) {
        at = end;
        continue;
      }
    }
    const char c = text[at];
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z')) out += c;
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c + 32);
  }
  return out;
}

std::string scalar(const json::value* value) {
  if (!value) return {};
  if (value->is_string()) return std::string(value->get_string());
  if (value->is_int64()) return std::to_string(value->get_int64());
  if (value->is_object() && !value->get_object().empty())
    return scalar(&value->get_object().begin()->value());
  return {};
}
std::string scalar(const json::object& object, std::string_view key) {
  return scalar(object.if_contains(key));
}

void count_surveyjs(const json::value& value, Raw& raw) {
  static const std::set<std::string> asking{
      "radiogroup",   "dropdown", "checkbox",    "tagbox",  "imagepicker", "ranking",
      "boolean",      "rating",   "text",        "comment", "matrix",      "file",
      "signaturepad", "slider",   "buttongroup", "numeric", "email"};
  if (const auto* list = value.if_array())
    for (const json::value& one : *list) count_surveyjs(one, raw);
  const auto* object = value.if_object();
  if (!object) return;
  if (object->contains("name") && asking.contains(scalar(*object, "type"))) {
    ++raw.questions;
    raw.texts.push_back(scalar(*object, object->contains("title") ? "title" : "name"));
    for (const char* key : {"choices", "columns", "rows", "rateValues"})
      if (const json::value* list = object->if_contains(key); list && list->is_array())
        for (const json::value& item : list->get_array()) {
          ++raw.options;
          const auto* part = item.if_object();
          raw.texts.push_back(part ? scalar(*part, part->contains("text")    ? "text"
                                                   : part->contains("title") ? "title"
                                                                             : "value")
                                   : scalar(&item));
        }
  } else if (const json::value* items = object->if_contains("items"); items && items->is_array()) {
    raw.questions += items->get_array().size();
  }
  for (const char* key : {"pages", "elements", "questions", "templateElements"})
    if (const json::value* inner = object->if_contains(key)) count_surveyjs(*inner, raw);
}

void count_qsf(const json::value& value, Raw& raw) {
  const json::array& elements = value.as_object().at("SurveyElements").as_array();
  std::set<std::string> trashed, placed;
  for (const json::value& element : elements) {
    const json::object& one = element.as_object();
    if (scalar(one, "Element") != "BL") continue;
    std::vector<const json::value*> blocks;
    const json::value& payload = one.at("Payload");
    if (payload.is_array())
      for (const json::value& block : payload.get_array()) blocks.push_back(&block);
    else
      for (const auto& [key, block] : payload.as_object()) blocks.push_back(&block);
    for (const json::value* block : blocks)
      if (const json::value* inside = block->as_object().if_contains("BlockElements");
          inside && inside->is_array())
        for (const json::value& entry : inside->get_array())
          (scalar(block->as_object(), "Type") == "Trash" ? trashed : placed)
              .insert(scalar(entry.as_object(), "QuestionID"));
  }
  for (const json::value& element : elements) {
    const json::object& one = element.as_object();
    if (scalar(one, "Element") != "SQ") continue;
    const json::object& payload = one.at("Payload").as_object();
    const std::string type = scalar(payload, "QuestionType");
    if (type == "DB" || type == "Timing" || !placed.contains(scalar(payload, "QuestionID")))
      continue;
    raw.texts.push_back(scalar(payload, "QuestionText"));
    // What is written into each cell is asked there; elsewhere rows and columns are chosen from.
    const auto parts = [&](const json::object& from) {
      const std::string kind = scalar(from, "QuestionType"), selector = scalar(from, "Selector");
      const bool cells = kind == "Slider" || (kind == "Matrix" && selector == "TE");
      std::size_t asked = 1;
      for (const char* key : {"Choices", "Answers"})
        if (const json::value* list = from.if_contains(key); list && list->is_object()) {
          for (const auto& [number, part] : list->get_object())
            raw.texts.push_back(scalar(part.as_object(), "Display"));
          (cells ? asked : raw.options) =
              cells ? asked * list->get_object().size() : raw.options + list->get_object().size();
        }
      raw.questions += asked;
    };
    if (const json::value* more = payload.if_contains("AdditionalQuestions");
        more && more->is_object()) {
      for (const auto& [key, column] : more->get_object()) parts(column.as_object());
    } else {
      parts(payload);
    }
  }
}

/// The rows of one table of a LimeSurvey file, cut out of its text.
std::vector<std::map<std::string, std::string>> lss_rows(const std::string& text,
                                                         const std::string& table) {
  std::vector<std::map<std::string, std::string>> out;
  const std::size_t start = text.find("\n <" + table + ">");
  const std::size_t end = text.find("\n </" + table + ">");
  if (start == text.npos || end == text.npos) return out;
  for (std::size_t row = text.find("<row>", start); row < end; row = text.find("<row>", row + 1)) {
    const std::size_t stop = text.find("</row>", row);
    std::map<std::string, std::string> fields;
    for (std::size_t at = row + 5; (at = text.find('<', at)) < stop;) {
      const std::size_t close = text.find('>', at);
      std::string name = text.substr(at + 1, close - at - 1);
      if (name.ends_with('/')) {
        at = close + 1;
        continue;
      }
      const std::size_t finish = text.find("</" + name + ">", close);
      std::string value = text.substr(close + 1, finish - close - 1);
      if (value.starts_with("<![CDATA[")) value = value.substr(9, value.size() - 12);
      fields[name] = value;
      at = finish + name.size() + 3;
    }
    out.push_back(std::move(fields));
  }
  return out;
}

void count_lss(const std::string& text, Raw& raw) {
  std::map<std::string, std::string> types;
  std::set<std::string> seen;
  const auto surveys = lss_rows(text, "surveys");
  const std::string base = surveys.empty() ? "en" : surveys[0].at("language");
  for (auto& row : lss_rows(text, "questions")) {
    types[row["qid"]] = row["type"];
    if (row["type"] == "X" || row["type"] == "*" || !seen.insert(row["qid"]).second) continue;
    ++raw.questions;
    if (row["language"] == base) raw.texts.push_back(row["question"]);
  }
  static const std::string as_options = "MPF1ABCEH";
  for (auto& row : lss_rows(text, "subquestions")) {
    if (row["language"] != base || types[row["parent_qid"]] == "X") continue;
    raw.options += as_options.find(types[row["parent_qid"]]) != std::string::npos ? 1 : 0;
    raw.texts.push_back(row["question"]);
  }
  for (auto& row : lss_rows(text, "answers")) {
    if (row["language"] != base) continue;
    ++raw.options;
    raw.texts.push_back(row["answer"]);
  }
}

void count_triples(const std::string& text, Raw& raw) {
  const auto count = [&](std::string_view what) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != text.npos; ++at) ++n;
    return n;
  };
  raw.questions = count("<variable ");
  raw.options = count("<value ");
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

void count_xlsform(const formats::Workbook& book, Raw& raw) {
  static const char* silent[] = {
      "begin",      "end",      "note",         "calculate",     "hidden",    "start",
      "today",      "deviceid", "subscriberid", "device id",     "simserial", "phonenumber",
      "username",   "email",    "audit",        "include",       "imei",      "xml-external",
      "group",      "repeat",   "loop",         "add calculate", "add note",  "get ",
      "subscriber", "sim id",   "uri:"};
  std::map<std::string, std::size_t> lists;
  for (const char* name : {"choices", "columns"})
    if (const formats::Sheet* sheet = book.find(name); sheet && !sheet->rows.empty())
      for (auto row = std::next(sheet->rows.begin()); row != sheet->rows.end(); ++row)
        for (const auto& [column, title] : sheet->rows.begin()->second)
          if (const std::string header = lower(title);
              (header == "list_name" || header == "list name") && row->second.contains(column))
            ++lists[row->second.at(column)];
  const formats::Sheet* sheet = book.find("survey");
  if (!sheet) sheet = &book.sheets.at(0);
  std::size_t type_column = 0, name_column = 0, label_column = 1u << 20;
  for (const auto& [column, title] : sheet->rows.begin()->second) {
    const std::string header = lower(title);
    if (header == "type" || header == "command") type_column = column;
    if (header == "name") name_column = column;
    if (header == "label" || header == "caption") label_column = column;
  }
  for (auto row = std::next(sheet->rows.begin()); row != sheet->rows.end(); ++row) {
    const auto cell = [&](std::size_t column) {
      return row->second.contains(column) ? row->second.at(column) : std::string();
    };
    const std::string type = lower(cell(type_column));
    if (type.empty() || cell(name_column).empty()) continue;
    if (std::any_of(std::begin(silent), std::end(silent),
                    [&](const char* word) { return type.starts_with(word); }))
      continue;
    ++raw.questions;
    raw.texts.push_back(cell(label_column));
    for (const auto& [list, size] : lists)
      if (type.starts_with("select") &&
          (type.ends_with(" " + lower(list)) || type.find(" " + lower(list) + " ") != type.npos)) {
        raw.options += size;
        break;
      }
  }
}

Raw count(const std::string& bytes, formats::Format format) {
  Raw raw;
  switch (format) {
    case formats::Format::surveyjs:
      count_surveyjs(parse_json(bytes, {.max_depth = 128}).value(), raw);
      break;
    case formats::Format::qsf: count_qsf(parse_json(bytes, {.max_depth = 128}).value(), raw); break;
    case formats::Format::lss: count_lss(bytes, raw); break;
    case formats::Format::triples: count_triples(bytes, raw); break;
    case formats::Format::xlsx:
      count_xlsform(formats::read_xlsx_workbook(bytes).value(), raw);
      break;
    case formats::Format::xls: count_xlsform(formats::read_xls_workbook(bytes).value(), raw); break;
    default: break;
  }
  return raw;
}

/// Why a file fails, or nothing.
std::string missing(const Raw& raw, const survey::Questionnaire& survey) {
  std::size_t options = 0;
  std::string all;
  for (const survey::Section& section : survey.sections)
    all += essence(section.title) + "|" + essence(section.description) + "|";
  all += essence(survey.description) + "|" + essence(survey.closing) + "|";
  // A matrix row that was a question of its own counts as one.
  std::size_t rows = 0;
  for (const survey::Question& question : survey.questions) {
    all += essence(question.text) + "|" + essence(question.help) + "|" + essence(question.id) + "|";
    if (question.scale)
      for (const auto& [value, label] : question.scale->labels) all += essence(label) + "|";
    options += question.options.size() + question.rows.size();
    if (question.scale && question.kind != survey::Kind::number)
      options += static_cast<std::size_t>(question.scale->max - question.scale->min + 1);
    rows += question.rows.size();
    for (const survey::Option& option : question.options) all += essence(option.label) + "|";
    for (const survey::Option& row : question.rows) all += essence(row.label) + "|";
  }
  if (survey.questions.size() + rows < raw.questions)
    return std::to_string(survey.questions.size()) + " of " + std::to_string(raw.questions) +
           " questions";
  if (options < raw.options)
    return std::to_string(options) + " of " + std::to_string(raw.options) + " options";
  for (const std::string& text : raw.texts)
    if (all.find(essence(text)) == std::string::npos)
      return "the text \"" + text.substr(0, 80) + "\"";
  return {};
}

}  // namespace

json::object measure_formats() {
  std::map<std::string, std::pair<std::size_t, std::size_t>> by_format;  // read without loss, valid
  json::array lossy, refused;
  std::size_t whole = 0, valid = 0, questions = 0, options = 0;
  std::vector<std::filesystem::path> files;
  for (const char* set : {"survey_formats", "xlsforms"})
    if (std::filesystem::exists(data_folder() / set))
      for (const auto& entry : std::filesystem::recursive_directory_iterator(data_folder() / set))
        files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  for (const auto& file : files) {
    const std::string extension = file.extension().string(), folder = file.parent_path().string();
    const bool survey =
        extension == ".qsf" || extension == ".lss" ||
        ((extension == ".xls" || extension == ".xlsx") && folder.find("xlsforms") != folder.npos) ||
        (extension == ".json" && folder.ends_with("surveyjs")) ||
        (extension == ".xml" && folder.ends_with("triples"));
    if (!survey) continue;
    const std::string bytes = read_text(file), name = file.filename().string();
    const auto imported = formats::read(bytes, name);
    if (!imported) {
      refused.push_back(json::object{{"file", name},
                                     {"reason", imported.error().reason},
                                     {"detail", imported.error().detail}});
      continue;
    }
    ++valid;
    auto& [good, all] = by_format[std::string(slug(imported.value().format))];
    ++all;
    const Raw raw = count(bytes, imported.value().format);
    questions += raw.questions;
    options += raw.options;
    if (const std::string what = missing(raw, imported.value().survey); !what.empty()) {
      lossy.push_back(json::object{{"file", name}, {"missing", what}});
      continue;
    }
    ++whole;
    ++good;
  }
  json::object formats;
  for (const auto& [format, counts] : by_format)
    formats[format] = {{"without_loss", counts.first}, {"files", counts.second}};
  return {{"files", valid},
          {"without_loss", whole},
          {"share", valid ? static_cast<double>(whole) / static_cast<double>(valid) : 0.0},
          {"floor", 0.95},
          {"questions", questions},
          {"options", options},
          {"by_format", std::move(formats)},
          {"lossy", std::move(lossy)},
          {"refused", std::move(refused)}};
}

}  // namespace bench
