#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace insightflow::security {

/// SHA-256 (FIPS 180-4) over text that arrives in pieces.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);

  /// The digest as 64 lower-case hexadecimal characters; starts over afterwards.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// SHA-256 of one text as 64 lower-case hexadecimal characters.
std::string sha256(std::string_view bytes);

/// Compares without telling by its duration where two texts of equal length differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

}  // namespace insightflow::security
