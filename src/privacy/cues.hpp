#pragma once

#include <cstdint>

/// Words that say what a number or code beside them is.
namespace insightflow::privacy {

enum Cue : std::uint32_t {
  cue_phone = 1,
  cue_card = 2,
  cue_iban = 4,
  cue_social = 8,
  cue_birth = 16,
  cue_address = 32,  ///< Of a machine.
  cue_national = 64,
  cue_passport = 128,
  cue_driver = 256,
  cue_licence = 512,
  cue_user = 1024,
  cue_secret = 2048,
  cue_not_phone = 4096,  ///< What counts or orders things: a number beside it is no phone.
  cue_website = 8192,
  cue_month = 16384,
  cue_version = 32768
};

/// What the word with this hash (tokens.hpp) says; 0 for most.
std::uint32_t cues_of(std::uint32_t word_hash) noexcept;

}  // namespace insightflow::privacy
