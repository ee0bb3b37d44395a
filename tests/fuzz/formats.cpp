#include "formats/zip.hpp"
#include "target.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/formats/formats.hpp>

#include <string>

using namespace insightflow;
using formats::Format;
using fuzz::require;

namespace {

constexpr Format all[] = {Format::json, Format::surveyjs, Format::qsf,    Format::lss,
                          Format::xlsx, Format::xls,      Format::triples};

/// A workbook around the XML of one sheet, with a checksum no mutation would find.
std::string workbook_of(std::string_view sheet) {
  formats::ZipWriter zip;
  zip.add("xl/workbook.xml",
          "<workbook><sheets><sheet name=\"survey\" r:id=\"a\"/><sheet name=\"choices\" "
          "r:id=\"a\"/></sheets></workbook>");
  zip.add("xl/_rels/workbook.xml.rels",
          "<Relationships><Relationship Id=\"a\" Target=\"sheet.xml\"/></Relationships>");
  zip.add("xl/sheet.xml", sheet);
  return zip.finish();
}

void check_texts(const survey::Questionnaire& survey) {
  for (const survey::Question& question : survey.questions) {
    require(!utf8::first_invalid(question.text) && !utf8::first_invalid(question.help),
            "texts are UTF-8");
    require(!question.id.empty(), "each question has an id");
    for (const survey::Option& option : question.options)
      require(!utf8::first_invalid(option.label) && !option.id.empty(), "each option has an id");
  }
}

/// What is written can be read, and is the same questionnaire.
void check_written(const survey::Questionnaire& survey, Format format) {
  const auto written = formats::write(survey, format);
  if (!written) {
    require(!written.error().detail.empty(), "a refusal says why");
    return;
  }
  const auto again = formats::read(written.value().bytes, format);
  require(again.has_value(), "what is written can be read");
  const auto left = formats::differences(survey, again.value().survey);
  for (const std::string& place : left) {
    bool told = false;
    for (const formats::Loss& loss : written.value().losses)
      told = told || (!loss.restored && place.starts_with(loss.place));
    require(told, "what does not come back is listed");
  }
}

}  // namespace

/// The first byte names a format; the rest is a file of it, or for the last one the XML of a sheet.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view rest = fuzz::text_of(data + 1, size - 1);
  const std::size_t which = static_cast<std::size_t>(data[0] - '0') % (std::size(all) + 1);
  const auto read = which == std::size(all) ? formats::read(workbook_of(rest), Format::xlsx)
                                            : formats::read(rest, all[which]);
  if (!read) {
    require(!read.error().reason.empty() && !read.error().detail.empty(), "a refusal says why");
    return 0;
  }
  for (const formats::Loss& loss : read.value().losses)
    require(!loss.what.empty() && !loss.why.empty(), "a loss says what and why");
  if (which == 0) {
    // What a stranger's JSON may hold is for survey::check to judge; here it only must not crash.
    (void)formats::write(read.value().survey, all[1 + size % 4]);
    return 0;
  }
  check_texts(read.value().survey);
  for (const Format format : all)
    if (formats::entry(format).writes) check_written(read.value().survey, format);
  return 0;
}
