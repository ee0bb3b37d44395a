#pragma once

#include "formats/readers.hpp"

namespace insightflow::formats {

/// A variable of a triple-s record and where its answers stand.
struct Variable {
  std::string ident, type;
  std::size_t question = 0;
  bool serial = false;
  std::size_t start = 0, finish = 0;     ///< From 1, both included; 0 where not given.
  std::vector<std::string> codes;        ///< In the order of the question's options.
  std::size_t subfields = 0, width = 0;  ///< Of a spread multiple; 0: one place a code.
};

struct TriplesRecord {
  Found imported;
  std::vector<Variable> variables;
  bool csv = false;
  std::size_t skip = 0;  ///< Lines before the first answers.
};

Result<TriplesRecord> read_triples_record(std::string_view bytes);

}  // namespace insightflow::formats
