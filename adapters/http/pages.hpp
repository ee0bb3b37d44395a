#pragma once

#include "http/form_guard.hpp"
#include "http/message.hpp"

#include <insightflow/response/validate.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// The public survey as HTML pages that work without JavaScript. Pure: no network, no clock, no
/// state between requests. What was answered on earlier pages travels in hidden inputs, so a server
/// keeps nothing until the last page was sent.
///
///     GET  /s/{slug}?plan=pro   render_page(validator, first_page(…))
///     POST /s/{slug}            advance(validator, parse_form(body)): another page to show, or a
///                               whole submission to store (idempotent by its token)
///
/// Pages ask for nothing from outside and hold no script but that of `PageFrame::work_bits`; send
/// them with `Content-Security-Policy: default-src 'none'; style-src 'nonce-…'; form-action 'self';
/// base-uri 'none'; frame-ancestors 'self'`.
namespace insightflow::http {

/// Decoded fields of a form or a query, in order; a name may come several times.
using FormFields = std::vector<Parameter>;

/// One page as it is to be shown.
struct PageState {
  FormFields fields;              ///< Everything typed so far, on all pages.
  std::vector<Problem> problems;  ///< Shown beside their question and in a summary.
  std::size_t page = 0;           ///< Index into `Flow::pages()`.
  std::string language;           ///< As the questionnaire writes it; empty for the main one.
  std::string token;  ///< Made up by the server for the first page; seeds the shuffling.
  std::string work;   ///< What the browser found for the puzzle of the token.
};

/// The surroundings of a page.
struct PageFrame {
  std::string action;  ///< Where the form is sent, e.g. "/s/onboarding".
  std::string nonce;   ///< For the style and the script; empty leaves the attribute out.
  int work_bits = 0;   ///< Where not 0, the page brings the script that solves the puzzle.
  std::optional<FormFault> fault{};  ///< Why the answers were not taken yet.
};

/// The beginning. Hidden fields of the questionnaire and `lang` are taken from the query, else the
/// first language of the Accept-Language header that the survey is written in.
PageState first_page(const response::Validator& validator, const FormFields& query,
                     std::string_view accept_language, std::string token);

/// The answers in a form's fields. A number that cannot be read stays a text, for the validator to
/// refuse; fields of unknown questions are passed over.
response::Submission read_form(const survey::Questionnaire& survey, const FormFields& fields);

/// What follows from a form that was sent.
struct Advance {
  bool complete = false;            ///< True: store `submission` under `state.token`.
  response::Submission submission;  ///< Canonical and validated when complete.
  PageState state;                  ///< What to show otherwise.
};

/// Goes on, back, or stays: the page's own questions must be right to go on; answers to questions
/// that the logic no longer asks are left out; the last page ends in a full check.
Advance advance(const response::Validator& validator, const FormFields& fields);

std::string render_page(const response::Validator& validator, const PageState& state,
                        const PageFrame& frame);

/// The words of thanks behind the last page.
std::string render_thanks(const response::Validator& validator,
                          const response::Submission& submission, const PageFrame& frame);

/// A whole page in the dress of the others. `title` is text, `body` is HTML.
std::string render_document(std::string_view language, const std::string& title,
                            const std::string& body, const PageFrame& frame);
/// What the first field of that name holds; empty where there is none.
std::string field_value(const FormFields& fields, std::string_view name);
/// A field of a form that is not shown.
std::string hidden_input(std::string_view name, std::string_view value);
/// The body of a page that says one thing, behind a mark such as "✓".
std::string notice_body(std::string_view mark, const std::string& title, const std::string& text);

enum class Notice { closed, not_open, full, unknown, failed };

/// A page that says why there is nothing to answer. `title` may be empty; `language` picks the
/// words (an Accept-Language header will do).
std::string render_notice(Notice notice, std::string_view title, std::string_view language,
                          const PageFrame& frame);

}  // namespace insightflow::http
