#include "formats/plain_text.hpp"
#include "formats/workbook.hpp"
#include "formats/xml.hpp"
#include "formats/zip.hpp"

#include <insightflow/survey/localise.hpp>

#include <cstring>
#include <set>

namespace insightflow::formats {

const Sheet* Workbook::find(std::string_view name) const {
  for (const Sheet& sheet : sheets)
    if (survey::equal_ignoring_case(survey::trimmed(sheet.name), name)) return &sheet;
  return nullptr;
}

namespace {

std::string column_name(std::size_t column) {
  std::string out;
  for (std::size_t n = column + 1; n > 0; n = (n - 1) / 26)
    out.insert(out.begin(), static_cast<char>('A' + (n - 1) % 26));
  return out;
}

/// "C5" as row and column from 0; false where it is none.
bool parse_reference(std::string_view text, std::size_t& row, std::size_t& column) {
  std::size_t at = 0, letters = 0, digits = 0;
  for (; at < text.size() && survey::is_ascii_letter(text[at]) && at < 4; ++at)
    letters = letters * 26 + static_cast<std::size_t>((text[at] & ~0x20) - 'A' + 1);
  const std::size_t first_digit = at;
  for (; at < text.size() && survey::is_ascii_digit(text[at]) && at - first_digit < 8; ++at)
    digits = digits * 10 + static_cast<std::size_t>(text[at] - '0');
  if (at != text.size() || letters == 0 || digits == 0) return false;
  row = digits - 1;
  column = letters - 1;
  return true;
}

/// All <t> below a node, without the pronunciation of East Asian texts.
std::string texts_below(pugi::xml_node node) {
  std::string out;
  for (const auto child : node.children()) {
    if (!std::strcmp(child.name(), "t")) out += child.text().get();
    if (!std::strcmp(child.name(), "r")) out += child.child("t").text().get();
  }
  return out;
}

}  // namespace

Error workbook_malformed(const std::string& what) {
  return fail(Code::invalid, "workbook_malformed", what + ".");
}

std::string cell_place(std::string_view sheet, std::size_t row, std::size_t column) {
  return std::string(sheet) + "!" + column_name(column) + std::to_string(row + 1);
}

Result<void> put_cell(Sheet& sheet, std::size_t row, std::size_t column, std::string text,
                      CellBudget& budget) {
  if (row >= max_rows || column >= max_columns)
    return workbook_malformed("Cell " + cell_place(sheet.name, row, column) +
                              " lies outside of what a sheet can hold");
  if (text.size() > max_cell_bytes)
    return fail(Code::too_large, "cell_too_long",
                "Cell " + cell_place(sheet.name, row, column) + " holds " +
                    std::to_string(text.size()) + " bytes; a cell has at most 32767 characters.");
  if (budget.cells == 0 || budget.bytes < text.size())
    return fail(Code::too_large, "workbook_malformed",
                "At cell " + cell_place(sheet.name, row, column) +
                    ": the workbook has more than 2 million cells or 256 MiB of text.");
  --budget.cells;
  budget.bytes -= text.size();
  text = clean_text(text);
  if (!text.empty()) sheet.rows[row][column] = std::move(text);
  return success();
}

Result<Workbook> read_xlsx_workbook(std::string_view bytes) {
  BOOST_OUTCOME_TRY(auto zip, Zip::open(bytes));
  if (!zip.has("xl/workbook.xml"))
    return workbook_malformed("The archive holds no xl/workbook.xml; it is no Excel workbook");
  BOOST_OUTCOME_TRY(const auto book_text, zip.extract("xl/workbook.xml"));
  BOOST_OUTCOME_TRY(const auto book, Xml::parse(book_text, "xl/workbook.xml"));
  std::map<std::string, std::string> files;
  if (zip.has("xl/_rels/workbook.xml.rels")) {
    BOOST_OUTCOME_TRY(const auto text, zip.extract("xl/_rels/workbook.xml.rels"));
    BOOST_OUTCOME_TRY(const auto xml, Xml::parse(text, "xl/_rels/workbook.xml.rels"));
    for (const auto link : xml.root().children()) {
      const std::string target = link.attribute("Target").value();
      files[link.attribute("Id").value()] =
          target.starts_with('/') ? target.substr(1) : "xl/" + target;
    }
  }
  std::vector<std::string> strings;
  if (zip.has("xl/sharedStrings.xml")) {
    BOOST_OUTCOME_TRY(const auto text, zip.extract("xl/sharedStrings.xml"));
    BOOST_OUTCOME_TRY(const auto xml, Xml::parse(text, "xl/sharedStrings.xml"));
    for (const auto item : xml.root().children("si")) strings.push_back(texts_below(item));
  }
  Workbook out;
  CellBudget cells;
  for (const auto entry : book.root().child("sheets").children("sheet")) {
    Sheet sheet;
    sheet.name = clean_text(entry.attribute("name").value());
    if (out.sheets.size() >= max_sheets)
      return workbook_malformed("The workbook has more than " + std::to_string(max_sheets) +
                                " sheets");
    const auto file = files.find(entry.attribute("r:id").value());
    if (file == files.end() || !zip.has(file->second))
      return workbook_malformed("The sheet '" + sheet.name + "' is missing in the archive");
    BOOST_OUTCOME_TRY(const auto text, zip.extract(file->second));
    BOOST_OUTCOME_TRY(const auto xml, Xml::parse(text, file->second));
    std::size_t row = 0;
    for (const auto line : xml.root().child("sheetData").children("row")) {
      if (const auto number = line.attribute("r").as_ullong(0); number > 0) row = number - 1;
      std::size_t column = 0;
      for (const auto cell : line.children("c")) {
        if (const char* reference = cell.attribute("r").value(); *reference)
          if (!parse_reference(reference, row, column))
            return workbook_malformed("In " + file->second + ", " + xml.place(cell) + ": '" +
                                      clean_text(reference) + "' is no cell");
        const std::string_view type = cell.attribute("t").value();
        std::string value = cell.child("v").text().get();
        if (type == "s") {
          const auto index = survey::detail::number_of(value);
          if (!index || *index < 0 || *index >= static_cast<double>(strings.size()))
            return workbook_malformed("Cell " + cell_place(sheet.name, row, column) +
                                      " names a text that is not there");
          value = strings[static_cast<std::size_t>(*index)];
        } else if (type == "inlineStr") {
          value = texts_below(cell.child("is"));
        } else if (type == "b") {
          value = value == "1" ? "TRUE" : "FALSE";
        } else if (type.empty() || type == "n") {
          if (const auto number = survey::detail::number_of(value))
            value = survey::number_text(*number);
        }
        BOOST_OUTCOME_TRY(put_cell(sheet, row, column, std::move(value), cells));
        ++column;
      }
      ++row;
    }
    out.sheets.push_back(std::move(sheet));
  }
  return out;
}

std::string write_xlsx_workbook(const Workbook& workbook) {
  static constexpr std::string_view head =
      "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
  static constexpr std::string_view types =
      "http://schemas.openxmlformats.org/package/2006/content-types";
  static constexpr std::string_view links =
      "http://schemas.openxmlformats.org/package/2006/relationships";
  static constexpr std::string_view main =
      "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
  static constexpr std::string_view office =
      "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
  const std::string sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.";
  std::string parts, sheets, relations;
  for (std::size_t i = 0; i < workbook.sheets.size(); ++i) {
    const std::string n = std::to_string(i + 1);
    parts += "<Override PartName=\"/xl/worksheets/sheet" + n + ".xml\" ContentType=\"" +
             sheet_type + "worksheet+xml\"/>";
    sheets += "<sheet name=\"" + xml_text(workbook.sheets[i].name) + "\" sheetId=\"" + n +
              "\" r:id=\"rId" + n + "\"/>";
    relations += "<Relationship Id=\"rId" + n + "\" Type=\"" + std::string(office) +
                 "/worksheet\" Target=\"worksheets/sheet" + n + ".xml\"/>";
  }
  ZipWriter zip;
  zip.add("[Content_Types].xml",
          std::string(head) + "<Types xmlns=\"" + std::string(types) +
              "\"><Default Extension=\"rels\" "
              "ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/>"
              "<Default Extension=\"xml\" ContentType=\"application/xml\"/><Override "
              "PartName=\"/xl/workbook.xml\" ContentType=\"" +
              sheet_type + "sheet.main+xml\"/>" + parts + "</Types>");
  zip.add("_rels/.rels", std::string(head) + "<Relationships xmlns=\"" + std::string(links) +
                             "\"><Relationship Id=\"rId1\" Type=\"" + std::string(office) +
                             "/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>");
  zip.add("xl/workbook.xml", std::string(head) + "<workbook xmlns=\"" + std::string(main) +
                                 "\" xmlns:r=\"" + std::string(office) + "\"><sheets>" + sheets +
                                 "</sheets></workbook>");
  zip.add("xl/_rels/workbook.xml.rels", std::string(head) + "<Relationships xmlns=\"" +
                                            std::string(links) + "\">" + relations +
                                            "</Relationships>");
  for (std::size_t i = 0; i < workbook.sheets.size(); ++i) {
    std::string data;
    for (const auto& [row, cells] : workbook.sheets[i].rows) {
      data += "<row r=\"" + std::to_string(row + 1) + "\">";
      for (const auto& [column, text] : cells)
        data += "<c r=\"" + column_name(column) + std::to_string(row + 1) +
                "\" t=\"inlineStr\"><is><t xml:space=\"preserve\">" + xml_text(text) +
                "</t></is></c>";
      data += "</row>";
    }
    zip.add("xl/worksheets/sheet" + std::to_string(i + 1) + ".xml",
            std::string(head) + "<worksheet xmlns=\"" + std::string(main) + "\"><sheetData>" +
                data + "</sheetData></worksheet>");
  }
  return zip.finish();
}

}  // namespace insightflow::formats
