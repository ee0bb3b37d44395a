#pragma once

#include "privacy/names.hpp"

#include <insightflow/core/rng.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

/// Sentences to learn from: templates filled with names of our own lists, and ordinary text.
namespace insightflow::train {

struct Span {
  std::size_t begin = 0, end = 0;
  privacy::Tag tag{};
};

struct Sentence {
  std::string text;
  std::vector<Span> spans;
};

using Words = std::vector<std::string>;

class Writer {
 public:
  /// `lists`: the folder tools/train/names. `templates`: further files of one template a line.
  Writer(const std::filesystem::path& lists, const std::vector<std::filesystem::path>& templates,
         std::uint64_t seed);

  /// A template, filled and sometimes in other letter case.
  Sentence sentence();

  /// A sentence in which each "[NAME]" becomes a person.
  Sentence named(std::string_view text);

  /// An ordinary sentence in which pronouns and the like give way to names: "he said" becomes "Omar
  /// said". Without spans where there was nothing to replace.
  Sentence peopled(std::string_view text);

  /// An ordinary sentence as people type it: letters swapped or lost, words in capitals.
  Sentence mistyped(std::string_view text);

  const Words& list(const std::string& name) const { return lists_.at(name); }

 private:
  std::size_t below(std::size_t n);
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  const std::string& any(const std::string& list);
  std::string number(std::size_t digits);
  std::string coined(const std::string& ends);
  std::string first_name();
  std::string surname();
  std::string person();
  std::string city();
  std::string country();
  std::string company();
  std::string street();
  std::string secondary();
  std::string address();
  std::string date();
  bool value(std::string_view field, std::string& out, privacy::Tag& tag);
  Sentence fill(const std::string& form);
  void change_case(Sentence& sentence);

  std::map<std::string, Words> lists_;
  Words templates_;
  Rng rng_;
};

}  // namespace insightflow::train
