#pragma once

#include <insightflow/survey/expression.hpp>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Conditions of all formats as one tree, with one parser: the languages differ in how they write
/// names, and share operators, literals and brackets.
namespace insightflow::formats {

using survey::Comparison;
using survey::Literal;

enum class Clause { yes, no, all, any, negation, answered, test };

struct Condition {
  Clause kind = Clause::yes;
  std::vector<Condition> parts;  ///< Of all, any and negation.
  std::string name;              ///< Of answered and test: as written, without its brackets.
  std::string part;
  bool hidden = false;
  Comparison comparison = Comparison::equal;
  std::vector<Literal> literals;

  friend bool operator==(const Condition&, const Condition&) = default;
};

enum class Language { ours, surveyjs, xlsform, limesurvey };

/// Nothing where the language says what our tree cannot; `why` then says what.
std::optional<Condition> parse_condition(Language language, std::string_view text,
                                         std::string& why);

Condition both(Condition a, Condition b);
Condition negated(Condition inner);
/// Nested all in all and any in any are flattened, double negations go, and `any` of `==` (or of
/// `contains`) on one name becomes `in`.
Condition simplified(Condition condition);

/// In our language.
std::string to_expression(const Condition& condition);
std::string name_text(const Condition& leaf);
std::string quoted(std::string_view text, char quote = '\'');

/// How another language writes a tree.
struct Spelling {
  std::string_view all, any;       ///< " and "
  std::string_view negation_open;  ///< "not(": closed by ")".
  std::function<std::optional<std::string>(const Condition& leaf)> leaf;
};
std::optional<std::string> spell(const Condition& condition, const Spelling& spelling);

}  // namespace insightflow::formats
