#include "http/survey_page.hpp"

#include "http/pages.hpp"
#include "http/security_headers.hpp"
#include "http/url.hpp"

#include <insightflow/core/fields.hpp>
#include <insightflow/operations.hpp>
#include <insightflow/security/encoding.hpp>
#include <insightflow/security/tokens.hpp>

namespace insightflow::http {
namespace {

constexpr std::size_t most_form_fields = 10'000;
constexpr std::size_t nonce_characters = 24;

Notice notice_of(std::string_view reason) {
  static constexpr std::pair<std::string_view, Notice> table[] = {
      {"survey_closed", Notice::closed},
      {"survey_not_open", Notice::not_open},
      {"survey_full", Notice::full},
      {"survey_unknown", Notice::unknown}};
  for (const auto& [known, notice] : table)
    if (known == reason) return notice;
  return Notice::failed;
}

int status_of(FormFault fault) {
  return fault == FormFault::foreign ? 403 : fault == FormFault::replayed ? 409 : 422;
}

/// Whether the form gets a token of its own anew; else the one it has may become good.
bool renews(FormFault fault) {
  return fault == FormFault::expired || fault == FormFault::forged ||
         fault == FormFault::replayed || fault == FormFault::foreign;
}

bool is_trapped(const FormFields& fields) {
  for (const auto& [name, value] : fields)
    if (name == trap_field && !value.empty()) return true;
  return false;
}

}  // namespace

bool is_foreign(const Request& request) {
  if (const auto site = request.headers.find("Sec-Fetch-Site"))
    return *site != "same-origin" && *site != "none";
  // Pages with "no-referrer" send their own forms with the origin "null", so that tells nothing.
  const auto origin = request.headers.find("Origin");
  const std::size_t scheme = origin ? origin->find("://") : std::string_view::npos;
  return scheme != std::string_view::npos &&
         !equal_fold(origin->substr(scheme + 3), request.headers.find("Host").value_or(""));
}

SurveyPage::SurveyPage(Engine& engine, const FormGuard& guard, const Clock& clock)
    : engine_(engine), guard_(guard), clock_(clock) {
  observe::Observer* const observer = engine.observer();
  if (observer == nullptr) return;
  // All begin at 0, so that the first of each is a step.
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<FormFault>>([&](auto fault) {
    observer->metrics.series(observe::Measure::form_refusals, {insightflow::slug(fault.value)});
  });
}

void SurveyPage::count(FormFault fault) const {
  if (observe::Observer* observer = engine_.observer())
    observer->metrics.add(observe::Measure::form_refusals, {insightflow::slug(fault)});
}

Response SurveyPage::answer(const Request& request) const {
  const std::string& slug = request.segments[1];
  const Instant now = clock_.now();
  PageFrame frame{.action = "/s/" + security::percent_encode(slug),
                  .nonce = security::random_token("", nonce_characters),
                  .work_bits = guard_.rules().work_bits};
  const std::string language(request.headers.find("Accept-Language").value_or(""));
  const auto show = [&](int status, std::string html) {
    return Response{
        .status = status,
        .headers = {{"Content-Type", "text/html; charset=utf-8"},
                    {"Content-Security-Policy", page_policy(frame.nonce, frame.work_bits > 0)}},
        .body = std::move(html)};
  };
  const auto notice = [&](const Error& error) {
    Response out =
        show(http_status(error), render_notice(notice_of(error.reason), "", language, frame));
    out.trail.reason = error.reason;
    return out;
  };
  const auto open = engine_.intake().open(slug);
  // Whoever presses twice gets the first answer, even where that one took the last place.
  const auto found = open || request.method != "POST" ? open : engine_.intake().find(slug);
  if (!found) return notice(found.error());
  const response::Validator& validator = found.value().validator;
  if (request.method != "POST")
    return show(200, render_page(validator,
                                 first_page(validator, request.parameters, language,
                                            guard_.issue(slug, now)),
                                 frame));
  auto fields = parse_form(request.body, most_form_fields);
  if (!fields) return notice(fields.error());
  Advance step = advance(validator, fields.value());
  const auto renew = [&] {
    step.state.token = guard_.issue(slug, now);
    step.state.work.clear();
  };
  auto fault = guard_.check(slug, step.state.token, now);
  if (!step.complete) {
    if (!open) return notice(open.error());
    // On the way nothing is stored yet, and so nothing is refused.
    if (fault && renews(*fault)) renew();
    return show(step.state.problems.empty() ? 200 : 422, render_page(validator, step.state, frame));
  }
  const auto refuse = [&](FormFault why) {
    count(why);
    if (renews(why)) renew();
    frame.fault = why;
    Response out = show(status_of(why), render_page(validator, step.state, frame));
    out.trail.reason = "form_refused";
    return out;
  };
  if (is_foreign(request)) return refuse(FormFault::foreign);
  if (is_trapped(fields.value())) return refuse(FormFault::trapped);
  if (fault) return refuse(*fault);
  if (!guard_.worked(step.state.token, step.state.work)) return refuse(FormFault::unworked);
  const auto receipt =
      engine_.intake().submit(slug, step.submission, step.state.token, response::Source::page);
  if (receipt) return show(201, render_thanks(validator, step.submission, frame));
  if (receipt.error().reason == "idempotency_key_reused") return refuse(FormFault::replayed);
  if (receipt.error().code != Code::invalid) return notice(receipt.error());
  step.state.problems = receipt.error().problems;
  return show(422, render_page(validator, step.state, frame));
}

}  // namespace insightflow::http
