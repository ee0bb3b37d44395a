#include "rich_questionnaire.hpp"
#include "target.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/survey/expression.hpp>

#include <array>
#include <string>

using namespace insightflow;
using fuzz::require;

namespace {

const survey::Questionnaire& questionnaire() {
  static const survey::Questionnaire read =
      from_json_text<survey::Questionnaire>(fuzz::rich_questionnaire).value();
  return read;
}

/// Answers of every kind, chosen by the name so that the same name always has the same one.
survey::Given given(const survey::Reference& reference, std::size_t turn) {
  static const std::array<std::string, 2> list{"x", "none"};
  const std::array<survey::Given, 6> answers{survey::Given{},
                                             survey::Given{true},
                                             survey::Given{7.0},
                                             survey::Given{std::string_view("a")},
                                             survey::Given{std::string_view("2026-03-04")},
                                             survey::Given{std::span<const std::string>(list)}};
  return answers[(reference.name.size() + reference.part.size() + turn) % answers.size()];
}

bool holds(const survey::Expression& expression, std::size_t turn) {
  return expression.evaluate(
      [&](const survey::Reference& reference) { return given(reference, turn); });
}

}  // namespace

/// Every text is an expression or is refused with a reason. An expression keeps its meaning in
/// parentheses, loses it behind `not`, and is found again in `or` with itself.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(fuzz::text_of(data, size));
  auto parsed = survey::Expression::parse(text);
  if (!parsed) {
    require(parsed.error().code == Code::invalid && !parsed.error().detail.empty(),
            "a refusal says why");
    return 0;
  }
  require(text.size() <= survey::max_expression_bytes, "a long expression is refused");
  for (const survey::Test& test : parsed.value().tests()) {
    require(test.reference.position < text.size(), "a name stands in the text");
    require(test.answered == test.literals.empty(), "a comparison has a literal");
  }

  const auto wrapped = survey::Expression::parse("(" + text + ")");
  const auto negated = survey::Expression::parse("not (" + text + ")");
  const auto doubled = survey::Expression::parse("(" + text + ") or (" + text + ")");
  for (std::size_t turn = 0; turn < 6; ++turn) {
    const bool plain = holds(parsed.value(), turn);
    if (wrapped) require(holds(wrapped.value(), turn) == plain, "parentheses change nothing");
    if (negated) require(holds(negated.value(), turn) != plain, "not turns it round");
    if (doubled) require(holds(doubled.value(), turn) == plain, "or with itself changes nothing");
  }

  parsed.value().bind(questionnaire());
  for (const survey::Test& test : parsed.value().tests())
    require(test.reference.question == survey::no_question ||
                test.reference.question < questionnaire().questions.size(),
            "a bound name is a question");
  for (std::size_t turn = 0; turn < 6; ++turn) (void)holds(parsed.value(), turn);
  return 0;
}
