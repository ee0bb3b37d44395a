#include "cli/files.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>
#include <vector>

namespace insightflow::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t largest_file = 64u << 20;
constexpr std::size_t piece_size = 1u << 16;

Error file_error(std::string_view reason, const std::string& path, const std::string& why) {
  return fail(Code::invalid, reason, "'" + path + "': " + why + ".");
}

std::string last_system_error() {
  return std::generic_category().message(errno);
}

std::vector<fs::path>& kept_files() {
  static std::vector<fs::path> all;
  return all;
}

}  // namespace

Result<std::string> read_file(const std::string& path) {
  BOOST_OUTCOME_TRY(const auto source, open_file(path));
  std::string out;
  for (;;) {
    BOOST_OUTCOME_TRY(const auto piece, source());
    if (piece.empty()) return out;
    out += piece;
    if (out.size() > largest_file) return file_error("file_too_large", path, "more than 64 MiB");
  }
}

Result<response::ChunkSource> open_file(const std::string& path) {
  std::error_code ec;
  if (path != "-" && fs::is_directory(path, ec))
    return file_error("file_unreadable", path, "is a folder");
  std::shared_ptr<std::FILE> file;
  if (path == "-")
    file.reset(stdin, [](std::FILE*) {});
  else if (std::FILE* opened = std::fopen(path.c_str(), "rb"))
    file.reset(opened, [](std::FILE* f) { std::fclose(f); });
  else
    return file_error("file_unreadable", path, last_system_error());
  if (path != "-") keep_file(path);
  return response::ChunkSource(
      [file, path, buffer = std::string(piece_size, '\0')]() mutable -> Result<std::string_view> {
        const std::size_t read = std::fread(buffer.data(), 1, buffer.size(), file.get());
        if (read == 0 && std::ferror(file.get()))
          return file_error("file_unreadable", path, last_system_error());
        return std::string_view(buffer.data(), read);
      });
}

void keep_file(const std::string& path) {
  std::error_code ec;
  kept_files().push_back(fs::weakly_canonical(path, ec));
}

Result<void> check_output(const std::string& path) {
  if (path == "-") return insightflow::success();
  std::error_code ec;
  if (fs::is_directory(path, ec)) return file_error("file_unwritable", path, "is a folder");
  const fs::path folder = fs::absolute(path, ec).parent_path();
  if (!fs::is_directory(folder, ec))
    return file_error("file_unwritable", path, "there is no folder '" + folder.string() + "'");
  const fs::path whole = fs::weakly_canonical(path, ec);
  const bool kept = std::ranges::any_of(kept_files(), [&](const fs::path& one) {
    std::error_code none;
    return one == whole || (fs::is_regular_file(one, none) && fs::equivalent(one, path, none));
  });
  if (kept)
    return file_error("output_is_input", path,
                      "this command reads it, so it is not written over; name another file");
  return insightflow::success();
}

Result<OutputFile> OutputFile::create(const std::string& path) {
  BOOST_OUTCOME_TRY(check_output(path));
  return open(path);
}

Result<OutputFile> OutputFile::open(const std::string& path) {
  if (path == "-") return OutputFile(stdout, path, {});
  std::error_code ec;
  const auto kind = fs::status(path, ec).type();
  const bool replaces = kind == fs::file_type::not_found || kind == fs::file_type::regular;
  // A link goes on leading to the file.
  const fs::path target =
      fs::is_symlink(path, ec) ? fs::weakly_canonical(path, ec) : fs::path(path);
  const std::string partial = replaces ? target.string() + ".partial" : std::string();
  std::FILE* file = std::fopen(replaces ? partial.c_str() : path.c_str(), "wb");
  if (file == nullptr) return file_error("file_unwritable", path, last_system_error());
  return OutputFile(file, target.string(), partial);
}

OutputFile::OutputFile(OutputFile&& other) noexcept
    : file_(std::exchange(other.file_, nullptr)),
      path_(std::move(other.path_)),
      partial_(std::exchange(other.partial_, {})) {}

OutputFile::~OutputFile() {
  if (file_ != nullptr && file_ != stdout) std::fclose(file_);
  std::error_code ignored;
  if (!partial_.empty()) fs::remove(partial_, ignored);
}

Result<void> OutputFile::write(std::string_view piece) {
  if (std::fwrite(piece.data(), 1, piece.size(), file_) == piece.size())
    return insightflow::success();
  return file_error("file_unwritable", path_, last_system_error());
}

Result<void> OutputFile::close() {
  BOOST_OUTCOME_TRY(check_output(path_));
  return finish();
}

Result<void> OutputFile::finish() {
  std::FILE* file = std::exchange(file_, nullptr);
  if (file == nullptr) return insightflow::success();
  if ((file == stdout ? std::fflush(file) : std::fclose(file)) != 0)
    return file_error("file_unwritable", path_, last_system_error());
  if (partial_.empty()) return insightflow::success();
  std::error_code ec;
  fs::rename(partial_, path_, ec);
  if (ec) return file_error("file_unwritable", path_, ec.message());
  partial_.clear();
  return insightflow::success();
}

Result<void> write_file(const std::string& path, std::string_view content) {
  BOOST_OUTCOME_TRY(auto file, OutputFile::create(path));
  BOOST_OUTCOME_TRY(file.write(content));
  return file.close();
}

Result<void> rewrite_file(const std::string& path, std::string_view content) {
  BOOST_OUTCOME_TRY(auto file, OutputFile::open(path));
  BOOST_OUTCOME_TRY(file.write(content));
  return file.finish();
}

}  // namespace insightflow::cli
