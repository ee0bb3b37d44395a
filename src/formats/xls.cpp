#include "formats/plain_text.hpp"
#include "formats/workbook.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/survey/localise.hpp>

#include <bit>
#include <set>

/// The old binary workbook: a FAT-like container (MS-CFB) with a stream of records (MS-XLS, BIFF8).
/// Every offset and length is checked against what is there; formulas are never computed.
namespace insightflow::formats {

namespace {

/// Numbers read from bytes; zero where there are none.
struct Bytes {
  std::string_view data;
  std::uint32_t number(std::size_t at, int width) const {
    std::uint32_t out = 0;
    if (at > data.size() || data.size() - at < static_cast<std::size_t>(width)) return 0;
    for (int i = width - 1; i >= 0; --i)
      out = out << 8 | static_cast<unsigned char>(data[at + static_cast<std::size_t>(i)]);
    return out;
  }
  std::uint32_t u8(std::size_t at) const { return number(at, 1); }
  std::uint32_t u16(std::size_t at) const { return number(at, 2); }
  std::uint32_t u32(std::size_t at) const { return number(at, 4); }
  double real(std::size_t at) const {
    return std::bit_cast<double>(static_cast<std::uint64_t>(u32(at + 4)) << 32 | u32(at));
  }
};

/// The stream "Workbook" (or "Book") of the container.
class Container {
 public:
  explicit Container(std::string_view bytes) : bytes_{bytes} {}

  Result<std::string> workbook() {
    const std::uint32_t shift = bytes_.u16(30), mini_shift = bytes_.u16(32);
    if (bytes_.data.size() < 512 || shift < 7 || shift > 16 || mini_shift < 4 ||
        mini_shift >= shift)
      return workbook_malformed("At byte 30: the container's header is damaged");
    sector_ = std::size_t{1} << shift;
    mini_ = std::size_t{1} << mini_shift;
    load_table();
    BOOST_OUTCOME_TRY(const auto directory,
                      chain(bytes_.u32(48), bytes_.data.size(), "the directory"));
    const Bytes entries{directory};
    std::uint32_t root_start = 0, start = 0;
    std::size_t root_size = 0, size = 0;
    bool found = false;
    for (std::size_t at = 0; at + 128 <= directory.size(); at += 128) {
      const std::size_t length = std::min<std::size_t>(entries.u16(at + 64), 64);
      std::string name;
      for (std::size_t i = 0; i + 2 < length; i += 2) name += directory[at + i];
      if (entries.u8(at + 66) == 5) {
        root_start = entries.u32(at + 116);
        root_size = entries.u32(at + 120);
      }
      if (entries.u8(at + 66) == 2 && !found && (name == "Workbook" || name == "Book")) {
        start = entries.u32(at + 116);
        size = entries.u32(at + 120);
        found = true;
      }
    }
    if (!found)
      return workbook_malformed(
          "The container holds no stream 'Workbook'; it is no Excel workbook");
    if (size > bytes_.data.size()) return workbook_malformed("The stream 'Workbook' is cut off");
    if (size >= bytes_.u32(56)) return chain(start, size, "the stream 'Workbook'");
    BOOST_OUTCOME_TRY(const auto minis, chain(root_start, root_size, "the small streams"));
    BOOST_OUTCOME_TRY(const auto mini_table,
                      chain(bytes_.u32(60), bytes_.data.size(), "the table of small sectors"));
    std::string out;
    const Bytes table{mini_table};
    for (std::uint32_t at = start; out.size() < size; at = table.u32(std::size_t{at} * 4)) {
      const std::size_t from = std::size_t{at} * mini_;
      if (from + mini_ > minis.size() || std::size_t{at} * 4 + 4 > mini_table.size())
        return workbook_malformed("The stream 'Workbook' is cut off");
      out.append(minis, from, mini_);
    }
    out.resize(size);
    return out;
  }

 private:
  std::size_t offset(std::uint32_t sector) const { return (std::size_t{sector} + 1) * sector_; }

  void load_table() {
    const auto add = [&](std::uint32_t sector) {
      if (sector >= 0xFFFFFFFA || offset(sector) + sector_ > bytes_.data.size()) return;
      for (std::size_t i = 0; i < sector_; i += 4) next_.push_back(bytes_.u32(offset(sector) + i));
    };
    for (std::size_t i = 0; i < 109; ++i) add(bytes_.u32(76 + 4 * i));
    std::uint32_t more = bytes_.u32(68);
    const std::size_t most = bytes_.data.size() / sector_;
    for (std::size_t count = 0;
         count < most && more < 0xFFFFFFFA && offset(more) + sector_ <= bytes_.data.size();
         ++count) {
      for (std::size_t i = 0; i + 4 < sector_ && next_.size() <= most * 2; i += 4)
        add(bytes_.u32(offset(more) + i));
      more = bytes_.u32(offset(more) + sector_ - 4);
    }
  }

  Result<std::string> chain(std::uint32_t sector, std::size_t size, const std::string& what) const {
    std::string out;
    // A chain longer than the file goes in a circle.
    for (std::size_t steps = 0; sector < 0xFFFFFFFA && out.size() < size; ++steps) {
      if (steps > bytes_.data.size() / sector_)
        return workbook_malformed("The sectors of " + what + " go in a circle");
      const std::size_t from = offset(sector);
      if (from >= bytes_.data.size() || sector >= next_.size())
        return workbook_malformed("At byte " + std::to_string(from) + ": " + what + " is cut off");
      out += bytes_.data.substr(from, sector_);
      sector = next_[sector];
    }
    if (out.size() > size) out.resize(size);
    return out;
  }

  Bytes bytes_;
  std::size_t sector_ = 512, mini_ = 64;
  std::vector<std::uint32_t> next_;
};

void append_utf16(std::string& out, std::uint32_t& high, std::uint32_t unit) {
  std::uint32_t point = unit;
  if (unit >= 0xD800 && unit < 0xDC00) {
    high = unit;
    return;
  }
  if (unit >= 0xDC00 && unit < 0xE000)
    point = high ? 0x10000 + ((high - 0xD800) << 10) + (unit - 0xDC00) : 0xFFFD;
  high = 0;
  const auto put = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (point < 0x80)
    put(point);
  else if (point < 0x800)
    put(0xC0 | point >> 6), put(0x80 | (point & 0x3F));
  else if (point < 0x10000)
    put(0xE0 | point >> 12), put(0x80 | (point >> 6 & 0x3F)), put(0x80 | (point & 0x3F));
  else
    put(0xF0 | point >> 18), put(0x80 | (point >> 12 & 0x3F)), put(0x80 | (point >> 6 & 0x3F)),
        put(0x80 | (point & 0x3F));
}

struct Record {
  std::uint32_t type = 0;
  std::size_t offset = 0;
  Bytes body;
};

/// A text that may go on in further records; each continuation says its width anew.
class Texts {
 public:
  explicit Texts(const std::vector<Bytes>& pieces) : pieces_(pieces) {}

  bool skip(std::size_t count) {
    while (count > 0) {
      if (!settle()) return false;
      const std::size_t step = std::min(count, pieces_[piece_].data.size() - at_);
      at_ += step;
      count -= step;
    }
    return true;
  }
  bool text(std::string& out) {
    if (!settle() || pieces_[piece_].data.size() - at_ < 3) return false;
    std::size_t length = pieces_[piece_].u16(at_);
    std::uint32_t flags = pieces_[piece_].u8(at_ + 2);
    at_ += 3;
    std::size_t runs = 0, phonetic = 0;
    if (flags & 8)
      runs = pieces_[piece_].u16(at_), at_ = std::min(at_ + 2, pieces_[piece_].data.size());
    if (flags & 4)
      phonetic = pieces_[piece_].u32(at_), at_ = std::min(at_ + 4, pieces_[piece_].data.size());
    std::uint32_t high = 0;
    while (length > 0) {
      if (at_ >= pieces_[piece_].data.size()) {
        if (++piece_ >= pieces_.size()) return false;
        flags = pieces_[piece_].u8(0);
        at_ = 1;
        if (pieces_[piece_].data.size() < 2) return false;
      }
      if (flags & 1) {
        if (pieces_[piece_].data.size() - at_ < 2) return false;
        append_utf16(out, high, pieces_[piece_].u16(at_));
        at_ += 2;
      } else {
        append_utf16(out, high, pieces_[piece_].u8(at_));
        ++at_;
      }
      --length;
    }
    return skip(runs * 4 + phonetic);
  }

 private:
  bool settle() {
    while (piece_ < pieces_.size() && at_ >= pieces_[piece_].data.size()) {
      ++piece_;
      at_ = 0;
    }
    return piece_ < pieces_.size();
  }
  const std::vector<Bytes>& pieces_;
  std::size_t piece_ = 0, at_ = 0;
};

enum RecordType : std::uint32_t {
  end_of_part = 0x0A,
  boundsheet = 0x85,
  shared_texts = 0xFC,
  continuation = 0x3C,
  begin = 0x809,
  label = 0x204,
  label_shared = 0xFD,
  number_cell = 0x203,
  small_number = 0x27E,
  many_small = 0xBD,
  formula = 0x06,
  formula_text = 0x207,
  truth = 0x205,
  encrypted = 0x2F
};

double small_number_of(std::uint32_t raw) {
  const double value = raw & 2 ? static_cast<double>(static_cast<std::int32_t>(raw) >> 2)
                               : std::bit_cast<double>(static_cast<std::uint64_t>(raw & ~3u) << 32);
  return raw & 1 ? value / 100 : value;
}

class XlsReader {
 public:
  explicit XlsReader(std::string_view stream) : stream_{stream} {}

  Result<Workbook> run() {
    std::vector<std::pair<std::size_t, std::string>> sheets;
    std::vector<Bytes> pieces;
    std::size_t at = 0;
    Record record;
    if (!next(at, record) || record.type != begin)
      return workbook_malformed("At byte 0 of the workbook: it does not begin as one");
    if (record.body.u16(0) != 0x0600)
      return workbook_malformed("The workbook is older than Excel 97; save it as .xlsx");
    std::uint32_t before = 0;
    while (next(at, record) && record.type != end_of_part) {
      if (record.type == encrypted) return workbook_malformed("The workbook is encrypted");
      if (record.type == boundsheet && sheets.size() < max_sheets) {
        std::string name;
        std::uint32_t high = 0;
        const std::size_t length = record.body.u8(6);
        const bool wide = record.body.u8(7) & 1;
        for (std::size_t i = 0; i < length; ++i)
          append_utf16(name, high, wide ? record.body.u16(8 + 2 * i) : record.body.u8(8 + i));
        if (record.body.u8(5) == 0) sheets.emplace_back(record.body.u32(0), clean_text(name));
      }
      if (record.type == shared_texts)
        pieces.assign(1, record.body);
      else if (record.type == continuation && before == shared_texts)
        pieces.push_back(record.body);
      if (record.type != continuation) before = record.type;
    }
    if (!pieces.empty() && pieces[0].data.size() >= 8) {
      const std::size_t count = pieces[0].u32(4);
      pieces[0].data.remove_prefix(8);
      Texts texts(pieces);
      for (std::size_t i = 0; i < count; ++i) {
        std::string text;
        if (!texts.text(text))
          return workbook_malformed("Text " + std::to_string(i) + " of the workbook is cut off");
        texts_.push_back(std::move(text));
      }
    }
    Workbook out;
    for (auto& [offset, name] : sheets) {
      BOOST_OUTCOME_TRY(auto sheet, this->sheet(offset, name));
      out.sheets.push_back(std::move(sheet));
    }
    return out;
  }

 private:
  bool next(std::size_t& at, Record& out) const {
    if (at > stream_.data.size() || stream_.data.size() - at < 4) return false;
    const std::size_t length = stream_.u16(at + 2);
    if (stream_.data.size() - at - 4 < length) return false;
    out = {stream_.u16(at), at, Bytes{stream_.data.substr(at + 4, length)}};
    at += 4 + length;
    return true;
  }

  Result<Sheet> sheet(std::size_t at, const std::string& name) {
    Sheet out;
    out.name = name;
    Record record;
    if (!next(at, record) || record.type != begin)
      return workbook_malformed("The sheet '" + name + "' is not where the workbook says");
    std::size_t row = 0, column = 0;
    int nested = 0;
    const auto put = [&](std::string text) {
      return put_cell(out, row, column, std::move(text), cells_);
    };
    for (;;) {
      // Sheets that lie in each other's records are none.
      if (++records_ > stream_.data.size())
        return workbook_malformed("The sheet '" + name + "' overlaps another");
      if (!next(at, record))
        return workbook_malformed("The sheet '" + name + "' is cut off behind " +
                                  cell_place(name, row, column));
      if (record.type == begin) ++nested;
      if (record.type == end_of_part && nested-- == 0) return out;
      if (nested > 0) continue;
      const Bytes& body = record.body;
      const auto here = [&] { row = body.u16(0), column = body.u16(2); };
      if (record.type == many_small) {
        here();
        for (std::size_t i = 4; i + 8 <= body.data.size(); i += 6, ++column) {
          BOOST_OUTCOME_TRY(put(survey::number_text(small_number_of(body.u32(i + 2)))));
        }
        continue;
      }
      BOOST_OUTCOME_TRY(auto text, value(record.type, body, name, row, column));
      BOOST_OUTCOME_TRY(put(std::move(text)));
    }
  }

  /// The text of a record that holds one cell; empty for others. What a formula came to as a text
  /// follows in a record of its own and belongs to the cell before.
  Result<std::string> value(std::uint32_t type, const Bytes& body, const std::string& name,
                            std::size_t& row, std::size_t& column) const {
    if (type == formula_text) {
      const std::vector<Bytes> pieces{body};
      std::string text;
      return Texts(pieces).text(text) ? text : std::string();
    }
    if (type != label_shared && type != label && type != number_cell && type != small_number &&
        type != truth && type != formula)
      return std::string();
    row = body.u16(0);
    column = body.u16(2);
    const auto truth_text = [](std::uint32_t flag) { return std::string(flag ? "TRUE" : "FALSE"); };
    switch (type) {
      case label_shared:
        if (body.u32(6) < texts_.size()) return texts_[body.u32(6)];
        return workbook_malformed("Cell " + cell_place(name, row, column) +
                                  " names a text that is not there");
      case label: {
        const std::vector<Bytes> pieces{
            Bytes{body.data.substr(std::min<std::size_t>(6, body.data.size()))}};
        std::string text;
        if (Texts(pieces).text(text)) return text;
        return workbook_malformed("Cell " + cell_place(name, row, column) + " is cut off");
      }
      case number_cell: return survey::number_text(body.real(6));
      case small_number: return survey::number_text(small_number_of(body.u32(6)));
      case truth: return body.u8(7) ? std::string() : truth_text(body.u8(6));
      default:
        if (body.u16(12) != 0xFFFF) return survey::number_text(body.real(6));
        return body.u8(6) == 1 ? truth_text(body.u8(8)) : std::string();
    }
  }

  Bytes stream_;
  std::vector<std::string> texts_;
  CellBudget cells_;
  std::size_t records_ = 0;
};

}  // namespace

Result<Workbook> read_xls_workbook(std::string_view bytes) {
  BOOST_OUTCOME_TRY(const auto stream, Container(bytes).workbook());
  return XlsReader(stream).run();
}

}  // namespace insightflow::formats
