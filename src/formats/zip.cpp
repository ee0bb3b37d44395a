#include "formats/zip.hpp"

#include <zlib.h>

#include <algorithm>

namespace insightflow::formats {

namespace {

constexpr std::size_t max_files = 10000;
constexpr std::size_t max_ratio = 200;
constexpr std::size_t free_of_ratio = 1u << 20;

constexpr std::uint32_t local_mark = 0x04034b50, central_mark = 0x02014b50, end_mark = 0x06054b50;

/// Little endian; zero behind the end, which no mark and no size survives.
std::uint32_t number(std::string_view bytes, std::size_t at, int width) {
  std::uint32_t out = 0;
  if (at > bytes.size() || bytes.size() - at < static_cast<std::size_t>(width)) return 0;
  for (int i = width - 1; i >= 0; --i)
    out = out << 8 | static_cast<unsigned char>(bytes[at + static_cast<std::size_t>(i)]);
  return out;
}
void put(std::string& out, std::uint32_t value, int width) {
  for (int i = 0; i < width; ++i) out += static_cast<char>(value >> (8 * i) & 0xFF);
}

Error malformed(std::size_t at, const std::string& what) {
  return fail(Code::invalid, "zip_malformed", "At byte " + std::to_string(at) + ": " + what + ".");
}

Error bomb(const std::string& name) {
  return fail(
      Code::too_large, "zip_bomb",
      "'" + name + "' unpacks to more than 200 times its size, or the whole to more than 128 MiB.");
}

}  // namespace

Result<Zip> Zip::open(std::string_view bytes) {
  Zip out;
  out.bytes_ = bytes;
  // The directory's end stands behind everything but a comment.
  std::size_t end = bytes.size() >= 22 ? bytes.size() - 22 : bytes.npos;
  const std::size_t last = bytes.size() > 22 + 65535 ? bytes.size() - 22 - 65535 : 0;
  if (end == bytes.npos) return malformed(bytes.size(), "the archive is cut off");
  while (number(bytes, end, 4) != end_mark) {
    if (end == last)
      return malformed(bytes.size(), "the archive is cut off: its directory is missing");
    --end;
  }
  const std::size_t count = number(bytes, end + 10, 2);
  std::size_t at = number(bytes, end + 16, 4);
  if (count > max_files) return malformed(end, "the archive holds too many files");
  for (std::size_t i = 0; i < count; ++i) {
    if (at > bytes.size() || bytes.size() - at < 46 || number(bytes, at, 4) != central_mark)
      return malformed(at, "the archive's directory is damaged");
    File file;
    file.method = number(bytes, at + 10, 2);
    file.checksum = number(bytes, at + 16, 4);
    file.packed = number(bytes, at + 20, 4);
    file.size = number(bytes, at + 24, 4);
    const std::size_t name = number(bytes, at + 28, 2);
    if (bytes.size() - at - 46 < name) return malformed(at, "the archive's directory is damaged");
    file.name = bytes.substr(at + 46, name);
    const std::size_t local = number(bytes, at + 42, 4);
    if (number(bytes, at + 8, 2) & 1) return malformed(at, "'" + file.name + "' is encrypted");
    if (local > bytes.size() || bytes.size() - local < 30 || number(bytes, local, 4) != local_mark)
      return malformed(at, "'" + file.name + "' is not where the directory says");
    file.offset = local + 30 + number(bytes, local + 26, 2) + number(bytes, local + 28, 2);
    if (file.offset > bytes.size() || bytes.size() - file.offset < file.packed)
      return malformed(local, "'" + file.name + "' is cut off");
    at += 46 + name + number(bytes, at + 30, 2) + number(bytes, at + 32, 2);
    out.files_.push_back(std::move(file));
  }
  return out;
}

const Zip::File* Zip::find(std::string_view name) const {
  const auto found = std::find_if(files_.begin(), files_.end(),
                                  [&](const File& file) { return file.name == name; });
  return found == files_.end() ? nullptr : &*found;
}
bool Zip::has(std::string_view name) const {
  return find(name) != nullptr;
}

Result<std::string> Zip::extract(std::string_view name) {
  const File* file = find(name);
  if (!file) return malformed(0, "the archive holds no '" + std::string(name) + "'");
  const std::size_t allowed = std::min(budget_, std::max(free_of_ratio, file->packed * max_ratio));
  if (file->size > allowed) return bomb(file->name);
  std::string out;
  const std::string_view packed = bytes_.substr(file->offset, file->packed);
  if (file->method == 0) {
    if (packed.size() > allowed) return bomb(file->name);
    out = packed;
  } else if (file->method == 8) {
    z_stream stream{};
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
      return malformed(file->offset, "'" + file->name + "' cannot be unpacked");
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    char piece[1u << 15];
    int state = Z_OK;
    while (state == Z_OK && out.size() <= allowed) {
      stream.next_out = reinterpret_cast<Bytef*>(piece);
      stream.avail_out = sizeof piece;
      state = inflate(&stream, Z_NO_FLUSH);
      out.append(piece, sizeof piece - stream.avail_out);
      if (state == Z_BUF_ERROR) break;
    }
    inflateEnd(&stream);
    if (out.size() > allowed) return bomb(file->name);
    if (state != Z_STREAM_END) return malformed(file->offset, "'" + file->name + "' is damaged");
  } else {
    return malformed(file->offset, "'" + file->name + "' is packed in an unknown way");
  }
  const auto checksum =
      crc32(0, reinterpret_cast<const Bytef*>(out.data()), static_cast<uInt>(out.size()));
  if (checksum != file->checksum)
    return malformed(file->offset, "'" + file->name + "' is damaged: its checksum differs");
  budget_ -= out.size();
  return out;
}

void ZipWriter::add(std::string_view name, std::string_view content) {
  std::string packed(compressBound(static_cast<uLong>(content.size())) + 16, '\0');
  z_stream stream{};
  unsigned method = 8;
  if (deflateInit2(&stream, 6, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
    stream.avail_in = static_cast<uInt>(content.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    const bool done = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    packed.resize(done ? stream.total_out : 0);
    deflateEnd(&stream);
    if (!done) method = 0;
  } else {
    method = 0;
  }
  if (method == 0) packed = content;
  std::string common;
  put(common, 20, 2);
  put(common, 0x0800, 2);  // names are UTF-8
  put(common, method, 2);
  put(common, 0, 2);
  put(common, 0x21, 2);  // 1980-01-01, the first day zip knows
  put(common,
      static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(content.data()),
                                       static_cast<uInt>(content.size()))),
      4);
  put(common, static_cast<std::uint32_t>(packed.size()), 4);
  put(common, static_cast<std::uint32_t>(content.size()), 4);
  put(common, static_cast<std::uint32_t>(name.size()), 2);
  put(common, 0, 2);
  put(directory_, central_mark, 4);
  put(directory_, 20, 2);
  directory_ += common;
  put(directory_, 0, 2);
  put(directory_, 0, 2);
  put(directory_, 0, 2);
  put(directory_, 0, 4);
  put(directory_, static_cast<std::uint32_t>(out_.size()), 4);
  directory_ += name;
  put(out_, local_mark, 4);
  out_ += common;
  out_ += name;
  out_ += packed;
  ++count_;
}

std::string ZipWriter::finish() {
  const std::size_t start = out_.size();
  out_ += directory_;
  put(out_, end_mark, 4);
  put(out_, 0, 4);
  put(out_, count_, 2);
  put(out_, count_, 2);
  put(out_, static_cast<std::uint32_t>(directory_.size()), 4);
  put(out_, static_cast<std::uint32_t>(start), 4);
  put(out_, 0, 2);
  return std::move(out_);
}

}  // namespace insightflow::formats
