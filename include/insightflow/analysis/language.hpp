#pragma once

#include <insightflow/analysis/text.hpp>

#include <span>
#include <string_view>

/// Which language a text is written in: by its script where that decides, else by frequent words,
/// word endings and letters. The word lists are our own.
namespace insightflow::analysis {

/// `language` is an ISO 639-1 code, or empty where the text does not tell: too short, mixed, or
/// in a language that is not among `known_languages()`. `confidence` is the share of the evidence
/// that speaks for it, in [0, 1]; 0 where nothing was found at all.
struct LanguageGuess {
  std::string_view language;
  double confidence = 0;
  bool latin = true;  ///< Most letters are Latin, or there are none.
};

/// Addresses, handles, hashtags, numbers and emoji do not count. Linear; deterministic; safe from
/// several threads. Norwegian stands for Bokmål; Malay is read as Indonesian.
LanguageGuess identify_language(const TokenizedText& text);

/// The codes that `identify_language` can return, in alphabetical order.
std::span<const std::string_view> known_languages();

}  // namespace insightflow::analysis
