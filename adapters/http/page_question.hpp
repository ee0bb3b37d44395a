#pragma once

#include "http/page_words.hpp"
#include "http/pages.hpp"

#include <insightflow/core/error.hpp>

namespace insightflow::http {

/// For HTML text and quoted attributes.
std::string escape_html(std::string_view text);

/// The words with their {} replaced in order.
std::string filled(std::string_view words, std::initializer_list<std::string> values);

/// What one question needs to be shown. All texts are plain and in the language of the page.
struct QuestionView {
  const survey::Question& question;
  std::string text;  ///< With earlier answers put in.
  std::string help;
  const FormFields& fields;
  std::vector<Problem> problems;  ///< Of this question alone.
  const PageWords& words;
  std::uint64_t seed;
};

/// The question as a fieldset or a labelled control, with what was typed and what is wrong.
std::string render_question(const QuestionView& view);

/// Said to a respondent about a problem.
std::string problem_text(const Problem& problem, const PageWords& words);

}  // namespace insightflow::http
