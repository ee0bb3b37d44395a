#include "formats/workbook.hpp"
#include "formats/zip.hpp"
#include "support.hpp"

#include <insightflow/survey/rules.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using formats::Format;

namespace {

std::string repeated(std::string_view text, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out += text;
  return out;
}

const std::string lss_head =
    "<?xml version=\"1.0\" "
    "encoding=\"UTF-8\"?><document><LimeSurveyDocType>Survey</LimeSurveyDocType>";

std::string workbook_of(const std::string& sheet) {
  formats::ZipWriter zip;
  zip.add("xl/workbook.xml",
          "<workbook><sheets><sheet name=\"survey\" r:id=\"a\"/></sheets></workbook>");
  zip.add(
      "xl/_rels/workbook.xml.rels",
      "<Relationships><Relationship Id=\"a\" Target=\"worksheets/sheet1.xml\"/></Relationships>");
  zip.add("xl/worksheets/sheet1.xml", sheet);
  return zip.finish();
}

}  // namespace

TEST_CASE("Hostile files are refused with a reason and a place") {
  const std::string bombs =
      "<?xml version=\"1.0\"?><!DOCTYPE document [<!ENTITY a \"" + std::string(100, 'x') +
      "\"><!ENTITY b "
      "\"&a;&a;&a;&a;\">]><document><LimeSurveyDocType>&b;</LimeSurveyDocType></document>";
  const std::string external =
      "<?xml version=\"1.0\"?><!DOCTYPE document [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
      "<document><LimeSurveyDocType>&x;</LimeSurveyDocType></document>";
  struct Row {
    const char* name;
    std::string bytes;
    Format format;
    std::string_view reason, place;
  };
  const Row rows[] = {
      {"entity bomb", bombs, Format::lss, "xml_doctype", "line 1"},
      {"external entity", external, Format::lss, "xml_doctype", "line 1"},
      {"deep xml", lss_head + repeated("<a>", 5000) + repeated("</a>", 5000) + "</document>",
       Format::lss, "xml_too_deep", "line 1"},
      {"truncated xml", lss_head + "\n<questions>\n<rows>", Format::lss, "xml_malformed", "line"},
      {"lss without questions", lss_head + "</document>", Format::lss, "survey_malformed",
       "line 1"},
      {"bad utf-8", lss_head + "\n\xC3\x28</document>", Format::lss, "utf8_invalid", "line 2"},
      {"sss without record", "<sss version=\"2.0\"><survey/></sss>", Format::triples,
       "survey_malformed", "line 1"},
      {"variable of no type",
       "<sss><survey><record ident=\"A\">\n<variable ident=\"1\" "
       "type=\"x\"/></record></survey></sss>",
       Format::triples, "survey_malformed", "line 2"},
      {"deep json", repeated("[", 100000), Format::surveyjs, "json_too_deep", "yte"},
      {"truncated json", "{\"pages\":[{\"elements\":[", Format::surveyjs, "json_malformed", "yte"},
      {"json of another shape", "{\"a\":1}", Format::surveyjs, "survey_malformed", "top"},
      {"element that is no object", "{\"SurveyElements\":[1]}", Format::qsf, "survey_malformed",
       "/SurveyElements/0"},
      {"question without payload", "{\"SurveyElements\":[{\"Element\":\"SQ\"}]}", Format::qsf,
       "survey_malformed", "/SurveyElements/0"},
      {"empty", "", Format::xlsx, "zip_malformed", "byte 0"},
      {"truncated zip", workbook_of("<worksheet/>").substr(0, 100), Format::xlsx, "zip_malformed",
       "byte 100"},
      {"workbook without type",
       workbook_of("<worksheet><sheetData><row r=\"1\"><c r=\"A1\" "
                   "t=\"inlineStr\"><is><t>name</t></is></c></row></sheetData></worksheet>"),
       Format::xlsx, "survey_malformed", "survey!A1"},
      {"huge cell",
       workbook_of("<worksheet><sheetData><row r=\"1\"><c r=\"B7\" t=\"inlineStr\"><is><t>" +
                   std::string(200000, 'x') + "</t></is></c></row></sheetData></worksheet>"),
       Format::xlsx, "cell_too_long", "survey!B7"},
      {"cell out of the sheet",
       workbook_of("<worksheet><sheetData><row r=\"1\"><c r=\"ZZZZ9\" "
                   "t=\"inlineStr\"/></row></sheetData></worksheet>"),
       Format::xlsx, "workbook_malformed", "survey!ZZZZ9"},
      {"text that is not there",
       workbook_of("<worksheet><sheetData><row><c r=\"A1\" "
                   "t=\"s\"><v>99</v></c></row></sheetData></worksheet>"),
       Format::xlsx, "workbook_malformed", "survey!A1"},
      {"truncated container",
       std::string("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") + std::string(100, '\0'), Format::xls,
       "workbook_malformed", "byte 30"},
      {"container of nothing",
       std::string("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") + std::string(22, '\0') +
           std::string("\x09\0\x06\0", 4) + std::string(2000, '\0'),
       Format::xls, "workbook_malformed", ""},
      {"another format", "PK\x03\x04xxxx", Format::lss, "format_mismatch", "byte 0"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    const auto read = formats::read(row.bytes, row.format);
    REQUIRE_FALSE(read.has_value());
    CAPTURE(read.error().detail);
    CHECK(read.error().reason == row.reason);
    CHECK(read.error().detail.find(row.place) != std::string::npos);
  }
}

TEST_CASE("A zip bomb is refused before it is unpacked whole") {
  formats::ZipWriter zip;
  zip.add("xl/workbook.xml", std::string(64u << 20, ' '));
  const auto read = formats::read(zip.finish(), Format::xlsx);
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error().reason == "zip_bomb");
}

TEST_CASE("Cutting or changing a file anywhere is refused or read, never worse") {
  const survey::Questionnaire survey = test::made_up_survey(7);
  for (const Format format :
       {Format::surveyjs, Format::qsf, Format::lss, Format::xlsx, Format::triples}) {
    const std::string bytes = formats::write(survey, format).value().bytes;
    Rng rng(11);
    for (int i = 0; i < 120; ++i) {
      std::string hurt = bytes.substr(0, 1 + rng.below(bytes.size()));
      if (i % 2) {
        hurt = bytes;
        for (int n = 0; n < 3; ++n)
          hurt[rng.below(hurt.size())] = static_cast<char>(rng.below(256));
      }
      const auto read = formats::read(hurt, format);
      if (!read) CHECK_FALSE(read.error().detail.empty());
    }
  }
}

TEST_CASE("The content decides where the name says something else") {
  const survey::Questionnaire survey = test::made_up_survey(3);
  for (const Format format :
       {Format::json, Format::surveyjs, Format::qsf, Format::lss, Format::xlsx, Format::triples}) {
    CAPTURE(slug(format));
    const std::string bytes = formats::write(survey, format).value().bytes;
    for (const char* name : {"wrong.xls", "wrong.json", "none", ""})
      CHECK(formats::detect(bytes, name).value() == format);
  }
  CHECK(formats::detect(R"({"questions":[{"type":"text","name":"a"}]})").value() ==
        Format::surveyjs);
  CHECK(formats::detect(R"({"questions":[{"kind":"nps","options":["pages","SurveyElements"]}]})")
            .value() == Format::json);
  CHECK(formats::detect(R"({"pages":[],"questions":1,"kind":2})").value() == Format::surveyjs);
  CHECK(formats::detect("nothing known", "a.txt").error().reason == "format_unknown");
  CHECK(formats::detect("", "a.surveyjs.json").value() == Format::surveyjs);
  CHECK(formats::write(survey, Format::xls).error().reason == "format_read_only");
}

TEST_CASE("What grows beyond its own size is refused in time") {
  const auto refused = [](const std::string& bytes, Format format) {
    const auto read = formats::read(bytes, format);
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error().reason == "input_too_large");
    CHECK(read.error().detail.find("At ") == 0);
  };
  // One long list that many questions share.
  formats::Workbook book{{{"survey", {}}, {"choices", {}}}};
  book.sheets[0].rows[0] = {{0, "type"}, {1, "name"}, {2, "label"}};
  book.sheets[1].rows[0] = {{0, "list_name"}, {1, "name"}, {2, "label"}};
  for (std::size_t i = 1; i <= 2000; ++i) {
    book.sheets[0].rows[i] = {{0, "select_one a"}, {1, "q" + std::to_string(i)}, {2, "Q"}};
    book.sheets[1].rows[i] = {{0, "a"}, {1, std::to_string(i)}, {2, "Label"}};
  }
  refused(formats::write_xlsx_workbook(book), Format::xlsx);
  // A table of many rows and columns, each cell a question.
  std::string list;
  for (int i = 0; i < 3000; ++i) list += (i ? ",\"" : "\"") + std::to_string(i) + "\"";
  refused("{\"elements\":[{\"type\":\"matrixdynamic\",\"name\":\"m\",\"rows\":[" + list +
              "],\"columns\":[" + list + "],\"choices\":[" + list + "]}]}",
          Format::surveyjs);
  // A long text that is repeated for each choice.
  std::string choices;
  for (int i = 0; i < 3000; ++i)
    choices += (i ? ",\"" : "\"") + std::to_string(i) + "\":{\"Display\":\"a\"}";
  refused(
      "{\"SurveyElements\":[{\"Element\":\"SQ\",\"Payload\":{\"QuestionID\":\"QID1\","
      "\"QuestionType\":\"TE\",\"Selector\":\"FORM\","
      "\"QuestionText\":\"" +
          std::string(900000, 'x') + "\",\"Choices\":{" + choices + "}}}]}",
      Format::qsf);
}

TEST_CASE("A copy that says something else than its digest is passed over") {
  const survey::Questionnaire survey = test::made_up_survey(5);
  const std::string bytes = formats::write(survey, Format::surveyjs).value().bytes;
  for (const char* copy :
       {"", "x", "{}", "\u0000",
        "0000000000000000000000000000000000000000000000000000000000000000{\\\"title\\\":1}"}) {
    const std::string hurt =
        R"({"insightflow":")" + std::string(copy) + R"(","elements":[{"type":"text","name":"a"}]})";
    CHECK(formats::read(hurt, Format::surveyjs).value().survey.questions.size() == 1);
  }
  CHECK(formats::read(test::without_copy(bytes, Format::surveyjs), Format::surveyjs)
            .value()
            .survey.title == survey.title);
}

TEST_CASE("Scripts in texts are dropped, what looks like one is a text") {
  const auto read = formats::read(R"({"pages":[{"elements":[{"type":"text","name":"a",
      "title":"Name<script>alert('x')</script> <b onclick=\"y()\">please</b> 3 < 4"},
      {"type":"radiogroup","name":"b","title":"B","choices":["<img src=x onerror=alert(1)>One","2 < 3"]}]}]})",
                                  Format::surveyjs)
                        .value();
  CHECK(read.survey.questions[0].text == "Name please 3 < 4");
  CHECK(read.survey.questions[1].options[0].label == "One");
  CHECK(read.survey.questions[1].options[1].label == "2 < 3");
}
