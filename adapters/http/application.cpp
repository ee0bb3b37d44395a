#include "http/application.hpp"

#include "http/pages.hpp"
#include "http/url.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>
#include <insightflow/security/tokens.hpp>

#include <boost/json/object.hpp>

#include <charconv>

namespace insightflow::http {

namespace {

constexpr std::size_t usual_body = 1u << 20;
constexpr std::size_t import_body = 64u << 20;
constexpr std::size_t most_form_fields = 10'000;
constexpr std::size_t longest_idempotency_key = 200;

/// An operation with its path cut into segments; a segment in braces takes any value.
struct Route {
  const Operation* operation;
  std::vector<std::string_view> segments;
};

std::vector<Route> make_routes() {
  std::vector<Route> routes;
  for (const Operation& operation : operations()) {
    Route& route = routes.emplace_back(Route{&operation, {"api", "v1"}});
    for (std::size_t at = 1; at < operation.path.size();) {
      const std::size_t end = std::min(operation.path.find('/', at), operation.path.size());
      route.segments.push_back(operation.path.substr(at, end - at));
      at = end + 1;
    }
  }
  return routes;
}

bool matches(const Route& route, const std::vector<std::string>& segments) {
  if (route.segments.size() != segments.size()) return false;
  for (std::size_t i = 0; i < segments.size(); ++i)
    if (!route.segments[i].starts_with('{') && route.segments[i] != segments[i]) return false;
  return true;
}

Response json_response(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"}},
          .body = std::move(body)};
}

Response error_response(const Error& error, const Request& request) {
  Response out = json_response(http_status(error), error_envelope(error, request.request_id));
  if (error.code == Code::unauthenticated) out.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (retryable(error.code)) out.headers.emplace_back("Retry-After", "1");
  return out;
}

Response method_not_allowed(const std::string& allowed, const Request& request) {
  Response out = error_response(
      fail(Code::invalid, "method_not_allowed", "This address takes " + allowed + "."), request);
  out.status = 405;
  out.headers.emplace_back("Allow", allowed);
  return out;
}

std::string entity_tag(std::int64_t revision) {
  return '"' + std::to_string(revision) + '"';
}

Result<std::optional<std::int64_t>> if_match(const Request& request) {
  const auto header = request.headers.find("If-Match");
  if (!header || *header == "*") return std::nullopt;
  std::int64_t revision = 0;
  if (header->size() > 2 && header->front() == '"' && header->back() == '"') {
    const auto end =
        std::from_chars(header->data() + 1, header->data() + header->size() - 1, revision);
    if (end.ec == std::errc() && end.ptr == header->data() + header->size() - 1) return revision;
  }
  return fail(Code::stale, "if_match_malformed",
              "If-Match holds no ETag of this server, which are numbers in quotes.");
}

Result<std::string_view> idempotency_key(const Request& request) {
  const std::string_view key = request.headers.find("Idempotency-Key").value_or("");
  const bool printable =
      std::all_of(key.begin(), key.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (printable && key.size() <= longest_idempotency_key) return key;
  return fail(Code::invalid, "idempotency_key_malformed",
              "An Idempotency-Key has at most 200 visible ASCII characters.");
}

/// Refuses a body of another kind than the operation reads.
Result<void> check_media(const Operation& operation, const Request& request) {
  if (request.body.empty()) return success();
  const std::string_view wanted =
      operation.body != nullptr ? "application/json" : operation.body_media;
  const auto header = request.headers.find("Content-Type");
  if (!header || wanted.empty()) return success();
  std::string_view media = header->substr(0, header->find(';'));
  while (media.ends_with(' ')) media.remove_suffix(1);
  for (std::size_t at = 0; at < wanted.size();) {
    const std::size_t end = std::min(wanted.find(", ", at), wanted.size());
    if (equal_fold(wanted.substr(at, end - at), media)) return success();
    at = end + 2;
  }
  return fail(Code::unsupported, "media_type_unsupported",
              "This takes " + std::string(wanted) + ", not " + std::string(media) +
                  "; say so in Content-Type.");
}

Result<std::optional<Session>> session_of(Engine& engine, const Operation& operation,
                                          const Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  if (!operation.permission) return std::nullopt;
  const auto header = request.headers.find("Authorization");
  if (!header) return std::nullopt;
  if (header->size() <= scheme.size() || !equal_fold(header->substr(0, scheme.size()), scheme))
    return fail(Code::unauthenticated, "key_missing",
                "This needs an API key: send 'Authorization: Bearer KEY'.");
  std::optional<WorkspaceId> workspace;
  if (const auto named = request.headers.find("X-Workspace-Id")) {
    const auto id = WorkspaceId::parse(*named);
    if (!id)
      return fail(Code::not_found, "workspace_unknown",
                  "X-Workspace-Id holds no id of a workspace.");
    workspace = id.value();
  }
  BOOST_OUTCOME_TRY(const auto actor,
                    engine.authenticate(header->substr(scheme.size()), workspace));
  return engine.as(actor);
}

Response page_response(int status, std::string html, const std::string& nonce) {
  return {.status = status,
          .headers = {{"Content-Type", "text/html; charset=utf-8"},
                      {"Cache-Control", "no-store"},
                      {"X-Content-Type-Options", "nosniff"},
                      {"Referrer-Policy", "no-referrer"},
                      {"Content-Security-Policy",
                       "default-src 'none'; style-src 'nonce-" + nonce +
                           "'; form-action 'self'; base-uri 'none'; frame-ancestors 'self'"}},
          .body = std::move(html)};
}

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

}  // namespace

struct Application::State {
  explicit State(Engine& the_engine)
      : engine(the_engine), routes(make_routes()), document(pretty(openapi())) {}

  Response api(const Request& request) const;
  Result<Response> perform(const Operation& operation, const Route& route,
                           const Request& request) const;
  Response page(const Request& request) const;
  Response ready() const;

  Engine& engine;
  std::vector<Route> routes;
  std::string document;
};

Response Application::State::api(const Request& request) const {
  std::string allowed;
  for (const Route& route : routes) {
    if (!matches(route, request.segments)) continue;
    const bool head = request.method == "HEAD" && route.operation->method == "GET";
    if (head || route.operation->method == request.method) {
      auto answered = perform(*route.operation, route, request);
      return answered ? std::move(answered).value() : error_response(answered.error(), request);
    }
    (allowed += allowed.empty() ? "" : ", ") += route.operation->method;
    if (route.operation->method == "GET") allowed += ", HEAD";
  }
  if (allowed.empty())
    return error_response(
        fail(Code::not_found, "path_unknown",
             "There is nothing at this address. /openapi.json lists what there is."),
        request);
  return method_not_allowed(allowed, request);
}

Result<Response> Application::State::perform(const Operation& operation, const Route& route,
                                             const Request& request) const {
  Call call{.engine = engine, .body = request.body};
  BOOST_OUTCOME_TRY(const auto session, session_of(engine, operation, request));
  if (session) call.session = &*session;
  BOOST_OUTCOME_TRY(check_media(operation, request));
  BOOST_OUTCOME_TRY(call.if_revision, if_match(request));
  BOOST_OUTCOME_TRY(call.idempotency_key, idempotency_key(request));
  for (std::size_t i = 0; i < route.segments.size(); ++i)
    if (route.segments[i].starts_with('{')) call.path.push_back(request.segments[i]);
  for (const Parameter& parameter : request.parameters)
    call.query.emplace_back(parameter.name, parameter.value);

  BOOST_OUTCOME_TRY(auto reply, insightflow::perform(operation, call));
  Response out = json_response(reply.status, std::move(reply.body));
  out.headers[0].second = std::move(reply.media_type);
  out.stream = std::move(reply.stream);
  if (reply.revision) {
    const std::string tag = entity_tag(*reply.revision);
    out.headers.emplace_back("ETag", tag);
    if (operation.method == "GET" && request.headers.find("If-None-Match") == tag) {
      out.status = 304;
      out.body.clear();
    }
  }
  if (!reply.location.empty())
    out.headers.emplace_back("Location", std::string(base_path) + reply.location);
  if (!reply.file_name.empty())
    out.headers.emplace_back("Content-Disposition", "inline; filename=\"" + reply.file_name + '"');
  return out;
}

Response Application::State::page(const Request& request) const {
  const std::string& slug = request.segments[1];
  const std::string nonce = security::random_token("", 24);
  const PageFrame frame{.action = "/s/" + percent_encode(slug), .nonce = nonce};
  const std::string language(request.headers.find("Accept-Language").value_or(""));
  const auto notice = [&](const Error& error) {
    return page_response(http_status(error),
                         render_notice(notice_of(error.reason), "", language, frame), nonce);
  };
  const auto open = engine.intake().open(slug);
  // Whoever presses twice gets the first answer, even where that one took the last place.
  const auto found = open || request.method != "POST" ? open : engine.intake().find(slug);
  if (!found) return notice(found.error());
  const response::Validator& validator = found.value().validator;
  if (request.method != "POST")
    return page_response(200,
                         render_page(validator,
                                     first_page(validator, request.parameters, language,
                                                security::random_token("", 26)),
                                     frame),
                         nonce);
  auto fields = parse_form(request.body, most_form_fields);
  if (!fields) return error_response(fields.error(), request);
  Advance step = advance(validator, fields.value());
  if (!step.complete) {
    if (!open) return notice(open.error());
    const int status = step.state.problems.empty() ? 200 : 422;
    return page_response(status, render_page(validator, step.state, frame), nonce);
  }
  const auto receipt =
      engine.intake().submit(slug, step.submission, step.state.token, response::Source::page);
  if (receipt) return page_response(201, render_thanks(validator, step.submission, frame), nonce);
  if (receipt.error().code != Code::invalid) return notice(receipt.error());
  step.state.problems = receipt.error().problems;
  return page_response(422, render_page(validator, step.state, frame), nonce);
}

Response Application::State::ready() const {
  const auto answered =
      engine.database().read([](storage::Tx& tx) { return tx.find<std::int64_t>("SELECT 1"); });
  return answered ? json_response(200, R"({"status":"ready"})")
                  : json_response(503, R"({"status":"unavailable"})");
}

Application::Application(Engine& engine) : state_(std::make_unique<const State>(engine)) {}
Application::~Application() = default;
Application::Application(Application&&) noexcept = default;

std::size_t Application::body_limit(std::string_view, std::string_view path) {
  return path.ends_with("/responses/import") ? import_body : usual_body;
}

Response Application::handle(const Request& request) const {
  const auto& segments = request.segments;
  const std::string_view first = segments.empty() ? "" : std::string_view(segments[0]);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (first == "s" && segments.size() == 2)
    return reads || request.method == "POST" ? state_->page(request)
                                             : method_not_allowed("GET, HEAD, POST", request);
  if (first == ".well-known" && segments.size() == 2 && segments[1] == "jwks.json") {
    if (!reads) return method_not_allowed("GET, HEAD", request);
    const auto keys = state_->engine.accounts().jwks();
    return keys ? json_response(200, serialize(keys.value()))
                : error_response(keys.error(), request);
  }
  const auto about_itself = [&]() -> std::optional<Response> {
    if (segments.empty())
      return json_response(200,
                           R"({"name":"InsightFlow","openapi":"/openapi.json","api":"/api/v1"})");
    if (segments.size() != 1) return std::nullopt;
    if (first == "healthz") return json_response(200, R"({"status":"ok"})");
    if (first == "readyz") return state_->ready();
    if (first == "openapi.json") return json_response(200, state_->document);
    return std::nullopt;
  };
  if (auto answer = about_itself())
    return reads ? std::move(*answer) : method_not_allowed("GET, HEAD", request);
  return state_->api(request);
}

}  // namespace insightflow::http
