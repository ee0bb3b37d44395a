#pragma once

#include <insightflow/core/result.hpp>
#include <insightflow/response/transfer.hpp>

#include <cstdio>
#include <string>
#include <string_view>

/// How commands read and write files. "-" is standard input or output. What a command has read, and
/// the database it works on, is never written over by a slip: such an output is refused.
namespace insightflow::cli {

/// A whole file. Errors: `file_unreadable`, `file_too_large` (64 MiB).
Result<std::string> read_file(const std::string& path);

/// A file in pieces. Errors: `file_unreadable`.
Result<response::ChunkSource> open_file(const std::string& path);

/// From here on this file is no output.
void keep_file(const std::string& path);

/// Whether a file can be written there; asked for early, so that no work is done in vain. Errors:
/// `output_is_input`, `file_unwritable`.
Result<void> check_output(const std::string& path);

/// A file that grows piece by piece beside its name, as NAME.partial, and takes the name with
/// `close`; without that nothing is left, and a file that had the name stays. Pipes and devices are
/// written to as they are.
class OutputFile {
 public:
  /// Errors: as `check_output`.
  static Result<OutputFile> create(const std::string& path);
  OutputFile(OutputFile&&) noexcept;
  ~OutputFile();
  Result<void> write(std::string_view piece);
  /// Errors: as `check_output`, also those of writing that were held back.
  Result<void> close();

 private:
  friend Result<void> rewrite_file(const std::string&, std::string_view);
  static Result<OutputFile> open(const std::string& path);
  Result<void> finish();

  OutputFile(std::FILE* file, std::string path, std::string partial)
      : file_(file), path_(std::move(path)), partial_(std::move(partial)) {}
  std::FILE* file_;
  std::string path_, partial_;
};

/// Writes a file whole or not at all. Errors: as `check_output`.
Result<void> write_file(const std::string& path, std::string_view content);

/// The same for a file that was read to be changed in place.
Result<void> rewrite_file(const std::string& path, std::string_view content);

}  // namespace insightflow::cli
