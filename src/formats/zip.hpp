#pragma once

#include <insightflow/core/result.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace insightflow::formats {

/// The files of a zip archive in memory. What is taken out is bounded: 128 MiB in all, and 200
/// times the packed size for what is larger than 1 MiB. Zip64, encryption, and methods other than
/// stored and deflate are refused. Errors: `zip_malformed`, `zip_bomb`.
class Zip {
 public:
  static Result<Zip> open(std::string_view bytes);
  bool has(std::string_view name) const;
  /// Errors: also where there is no such file (`zip_malformed`).
  Result<std::string> extract(std::string_view name);

 private:
  struct File {
    std::string name;
    std::size_t offset = 0, packed = 0, size = 0;
    std::uint32_t checksum = 0;
    unsigned method = 0;
  };
  const File* find(std::string_view name) const;

  std::string_view bytes_;
  std::vector<File> files_;
  std::size_t budget_ = 128u << 20;
};

/// Packs files in the order given, without dates: the same files give the same bytes.
class ZipWriter {
 public:
  void add(std::string_view name, std::string_view content);
  std::string finish();

 private:
  std::string out_, directory_;
  unsigned count_ = 0;
};

}  // namespace insightflow::formats
