#include "http/client_address.hpp"
#include "http/cors.hpp"
#include "http/pages.hpp"
#include "http/url.hpp"
#include "rich_questionnaire.hpp"
#include "target.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/core/utf8.hpp>
#include <insightflow/security/encoding.hpp>

#include <string>
#include <vector>

using namespace insightflow;
using namespace insightflow::http;
using fuzz::require;

namespace {

constexpr std::size_t most_parameters = 100;
constexpr std::size_t largest_answered = 4'000;

std::string written(const std::vector<Parameter>& parameters) {
  std::string out;
  for (const auto& [name, value] : parameters)
    out += security::percent_encode(name) + '=' + security::percent_encode(value) + '&';
  return out;
}

bool is_text(std::string_view text) {
  return !utf8::first_invalid(text) && text.find('\0') == text.npos;
}

/// A form is answered to its end or shown again, whatever is in it, and what is shown holds nothing
/// that the sender could have run.
void answer(const std::vector<Parameter>& parameters) {
  static const auto validator =
      response::Validator::build(
          from_json_text<survey::Questionnaire>(fuzz::rich_questionnaire).value())
          .value();
  static const FormGuard guard(std::string(32, 'k'), {.least_ms = 0, .work_bits = 8});
  const Instant now{1'800'000'000'000};
  const Advance step = advance(validator, parameters);
  const auto fault = guard.check("slug", step.state.token, now);
  require(fault == FormFault::forged, "nobody guesses a token");
  (void)guard.worked(step.state.token, step.state.work);
  const std::string page = render_page(
      validator, step.state, {.action = "/s/slug", .nonce = "n", .work_bits = 8, .fault = fault});
  require(is_text(page), "a page is text");
  require(page.ends_with("</body></html>\n"), "a page is whole");
  std::size_t scripts = 0;
  for (std::size_t at = 0; (at = page.find("<script", at)) != page.npos; ++at) ++scripts;
  require(scripts == 1, "a page holds its own script alone");
}

}  // namespace

/// Any bytes as a query, a form, a path, a cookie, an origin, an X-Forwarded-For: refused with a
/// reason, or read as text that is written and read again the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);

  if (const auto parameters = parse_form(text, most_parameters)) {
    require(parameters.value().size() <= most_parameters, "a form keeps its limit");
    for (const auto& [name, value] : parameters.value())
      require(is_text(name) && is_text(value), "a parameter is text");
    const auto again = parse_form(written(parameters.value()), most_parameters);
    require(again && again.value() == parameters.value(), "a form is written as it was read");
    if (size <= largest_answered) answer(parameters.value());
  } else {
    require(!parameters.error().reason.empty(), "a refusal has a reason");
  }

  if (const auto decoded = percent_decode(text)) {
    require(is_text(decoded.value()), "what is decoded is text");
    require(decoded.value().size() <= text.size(), "and no longer than before");
    require(percent_decode(security::percent_encode(decoded.value())).value() == decoded.value(),
            "and decodes to itself");
  }
  if (const auto segments = path_segments(text))
    for (const std::string& segment : segments.value())
      require(is_text(segment) && segment != "." && segment != "..",
              "a segment leads nowhere else");

  const std::size_t cut = std::min(text.find('\n'), text.size());
  const std::string_view name = text.substr(0, cut), field = text.substr(std::min(cut + 1, size));
  if (const auto value = cookie(field, name))
    require(value->empty() || (value->data() >= field.data() &&
                               value->data() + value->size() <= field.data() + field.size()),
            "a cookie is a part of its field");
  if (const auto origin = parse_origin(text))
    require(origin.value().find_first_of(" /*\r\n\t,;\"'<>@?#", 8) == std::string::npos,
            "an origin is one origin");
  static const std::vector<Network> trusted{Network::parse("10.0.0.0/8").value(),
                                            Network::parse("fd00::/8").value()};
  require(client_address("192.0.2.1", text, trusted) == "192.0.2.1",
          "nobody but a trusted proxy says who sends");
  const std::string behind = client_address("10.0.0.1", text, trusted);
  require(behind.size() <= 45 && is_text(behind), "an address is an address");
  (void)sender_of(name);
  return 0;
}
