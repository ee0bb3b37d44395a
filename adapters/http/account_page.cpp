#include "http/account_page.hpp"

#include "http/page_question.hpp"
#include "http/pages.hpp"
#include "http/security_headers.hpp"
#include "http/survey_page.hpp"
#include "http/url.hpp"

#include <insightflow/operations.hpp>
#include <insightflow/security/tokens.hpp>

namespace insightflow::http {
namespace {

constexpr std::size_t most_account_fields = 20;
constexpr std::size_t account_nonce_characters = 24;

/// What a page asks for and what its button says.
struct AccountForm {
  std::string_view title, intro, label, type, name, autocomplete, button;
};
constexpr AccountForm confirm{"Confirm your address",
                              "A mail came to your address. Confirm that it is yours.",
                              {},
                              {},
                              {},
                              {},
                              "Yes, confirm it"};
constexpr AccountForm choose{"Set a new password", "All sessions of your account end with it.",
                             "New password",       "password",
                             "password",           "new-password",
                             "Set password"};
constexpr AccountForm forgot{"Set a new password",
                             "A mail with a link to choose one is sent to your address.",
                             "E-mail address",
                             "email",
                             "email",
                             "email",
                             "Send the mail"};

std::string form_body(const AccountForm& form, std::string_view action, std::string_view token,
                      std::string_view problem) {
  std::string out = "<main><h1>" + escape_html(form.title) + "</h1><p class=\"intro\">" +
                    escape_html(form.intro) + "</p><form method=\"post\" action=\"/" +
                    std::string(action) + "\" accept-charset=\"utf-8\">";
  if (!token.empty()) out += hidden_input("token", token);
  if (!problem.empty() && form.name.empty())
    out += "<p class=\"error\" role=\"alert\">" + escape_html(problem) + "</p>";
  if (!form.name.empty()) {
    const std::string name(form.name);
    out += std::string("<div class=\"question") + (problem.empty() ? "" : " wrong") +
           "\"><label class=\"title\" for=\"" + name + "\">" + escape_html(form.label) +
           "</label><div class=\"control\"><input type=\"" + std::string(form.type) + "\" id=\"" +
           name + "\" name=\"" + name + "\" autocomplete=\"" + std::string(form.autocomplete) +
           "\" required" +
           (problem.empty() ? "" : " aria-invalid=\"true\" aria-describedby=\"why\"") + ">";
    if (!problem.empty())
      out += "<p class=\"error\" id=\"why\" role=\"alert\">" + escape_html(problem) + "</p>";
    out += "</div></div>";
  }
  return out + "<div class=\"actions\"><button class=\"main\">" + escape_html(form.button) +
         "</button></div></form></main>";
}

}  // namespace

bool AccountPage::serves(std::string_view segment) {
  return segment == "verify" || segment == "reset";
}

Response AccountPage::answer(const Request& request) const {
  const std::string_view action = request.segments[0];
  PageFrame frame{.action = "/" + std::string(action),
                  .nonce = security::random_token("", account_nonce_characters)};
  const auto show = [&](int status, std::string_view title, const std::string& body) {
    return Response{.status = status,
                    .headers = {{"Content-Type", "text/html; charset=utf-8"},
                                {"Content-Security-Policy", page_policy(frame.nonce, false)}},
                    .body = render_document("en", std::string(title), body, frame)};
  };
  const auto ask = [&](int status, const AccountForm& form, std::string_view token,
                       std::string_view problem = {}) {
    return show(status, form.title, form_body(form, action, token, problem));
  };
  const auto say = [&](int status, std::string_view mark, const std::string& title,
                       const std::string& text) {
    return show(status, title, notice_body(mark, title, text));
  };
  const bool verifies = action == "verify";
  const auto form_for = [&](std::string_view token) -> const AccountForm& {
    return verifies ? confirm : token.empty() ? forgot : choose;
  };
  if (request.method != "POST") {
    const std::string token = field_value(request.parameters, "token");
    return ask(200, form_for(token), token);
  }
  const auto fields = parse_form(request.body, most_account_fields);
  if (!fields) return say(422, "!", "This form could not be read", fields.error().detail);
  const std::string token = field_value(fields.value(), "token");
  if (is_foreign(request))
    return ask(403, form_for(token), token, "This came from another page. Please send it again.");
  const auto refused = [&](const Error& error) {
    // What is wrong inside is for the log.
    Response out = error.reason == "token_unknown"
                       ? say(404, "!", "This link is of no use any more",
                             "It was used, has run out, or was cut. Ask for another one.")
                   : error.code == Code::invalid
                       ? ask(http_status(error), form_for(token), token, error.detail)
                       : say(http_status(error), "!", "This did not work",
                             "Please try again in a few minutes.");
    out.trail.reason = error.reason;
    return out;
  };
  identity::Accounts& accounts = engine_.accounts();
  if (verifies) {
    const auto done = accounts.verify_email(token);
    return done ? say(200, "✓", "Your address is confirmed", "You can sign in now.")
                : refused(done.error());
  }
  if (token.empty()) {
    const auto done = accounts.request_reset(field_value(fields.value(), "email"));
    return done ? say(200, "✓", "Look into your mail",
                      "If there is an account with this address, a link is on its way to it.")
                : refused(done.error());
  }
  const auto done =
      accounts.reset_password(token, field_value(fields.value(), "password"), request.request_id);
  return done ? say(200, "✓", "Your password is set", "Sign in with it from now on.")
              : refused(done.error());
}

}  // namespace insightflow::http
