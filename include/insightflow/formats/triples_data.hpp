#pragma once

#include <insightflow/formats/formats.hpp>
#include <insightflow/response/csv.hpp>

#include <memory>

namespace insightflow::formats {

/// The answers that belong to a triple-s survey: a fixed-width or comma-separated file, read as a
/// stream in constant memory. Rows come as the response import takes them (response/mapping.hpp).
///
/// Columns of a fixed-width file count bytes; characters where a line is too long in bytes and
/// fits in characters. Not thread-safe.
class TriplesData {
 public:
  /// Reads the survey. Errors: those of `read` for triple-s; `survey_malformed` for a variable
  /// without a position.
  static Result<TriplesData> open(std::string_view definition, response::ChunkSource data);
  TriplesData(TriplesData&&) noexcept;
  ~TriplesData();

  const Imported& imported() const;
  /// Question ids, "id" for the serial number.
  const std::vector<std::string>& header() const;
  /// False at the end. Errors, each with line and column: `line_too_short`, `cell_unreadable` (a
  /// code that the variable does not have, a number that is none), and what the source returns.
  Result<bool> next(std::vector<std::string>& row);

 private:
  struct State;
  explicit TriplesData(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace insightflow::formats
