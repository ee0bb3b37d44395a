#include "http/application.hpp"

#include "http/account_page.hpp"
#include "http/security_headers.hpp"
#include "http/survey_page.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/operations.hpp>
#include <insightflow/security/tokens.hpp>

#include <boost/json/object.hpp>

#include <charconv>

namespace insightflow::http {

namespace {

/// What there is beside the operations, which come behind.
constexpr std::string_view own_routes[] = {"none",         "root", "healthz", "readyz",
                                           "openapi.json", "jwks", "page",    "account_page"};
constexpr std::size_t jwks_route = 5, page_route = 6, account_page_route = 7;
static_assert(own_routes[jwks_route] == "jwks" && own_routes[page_route] == "page");

constexpr std::size_t usual_body = 1u << 20;
constexpr std::size_t import_body = 64u << 20;
/// Errors that tell of files and of the database, beside those of status 500: for the log.
constexpr std::string_view inside_reasons[] = {"database_failed", "master_key_missing",
                                               "master_key_malformed", "master_key_source"};
constexpr std::string_view inside_told =
    "The server failed to answer this request; its log says why, under this request id.";
constexpr std::size_t longest_idempotency_key = 200;

/// An operation with its path cut into segments; a segment in braces takes any value.
struct Route {
  const Operation* operation;
  std::vector<std::string_view> segments;

  std::ptrdiff_t variables() const {
    return std::count_if(segments.begin(), segments.end(),
                         [](std::string_view segment) { return segment.starts_with('{'); });
  }
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

/// The survey's slug, where the path of the operation holds one.
std::string_view slug_of(const Route& route, const Request& request) {
  for (std::size_t i = 0; i < route.segments.size(); ++i)
    if (route.segments[i] == "{slug}") return request.segments[i];
  return {};
}

Response json_response(int status, std::string body) {
  return {.status = status,
          .headers = {{"Content-Type", "application/json"}, {"Cache-Control", "no-store"}},
          .body = std::move(body)};
}

Response error_response(const Error& error, const Request& request) {
  const int status = http_status(error);
  const bool inside =
      status == 500 || std::ranges::find(inside_reasons, error.reason) != std::end(inside_reasons);
  const Error told =
      inside ? Error(fail(error.code, error.reason, std::string(inside_told))) : error;
  Response out = json_response(status, error_envelope(told, request.request_id));
  if (inside) out.trail.detail = error.detail;
  if (error.code == Code::unauthenticated) out.headers.emplace_back("WWW-Authenticate", "Bearer");
  if (retryable(error.code))
    out.headers.emplace_back("Retry-After", std::to_string(std::max<std::int64_t>(
                                                (error.retry_after.count() + 999) / 1'000, 1)));
  out.trail.reason = error.reason;
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
  if (header->size() < 2 || !header->ends_with('"'))
    return fail(Code::invalid, "if_match_malformed",
                "If-Match takes the ETag of a revision, which is a number in quotes.");
  if (header->front() == '"') {
    const auto end =
        std::from_chars(header->data() + 1, header->data() + header->size() - 1, revision);
    if (end.ec == std::errc() && end.ptr == header->data() + header->size() - 1) return revision;
  }
  return fail(Code::stale, "revision_stale",
              "If-Match names no revision there ever was; an ETag here is a number in quotes.");
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

/// The key that the request shows, if it shows one.
Result<std::string_view> key_of(const Request& request) {
  constexpr std::string_view scheme = "Bearer ";
  const auto header = request.headers.find("Authorization");
  if (!header) return std::string_view();
  if (header->size() <= scheme.size() || !equal_fold(header->substr(0, scheme.size()), scheme))
    return fail(Code::unauthenticated, "key_missing",
                "This needs an API key: send 'Authorization: Bearer KEY'.");
  return header->substr(scheme.size());
}

/// What the request shows, and the workspace that a person wants to act in.
Result<Credentials> credentials_of(const Request& request) {
  Credentials out;
  BOOST_OUTCOME_TRY(out.bearer, key_of(request));
  const auto named = request.headers.find("X-Workspace-Id");
  if (!named) return out;
  const auto id = WorkspaceId::parse(*named);
  if (!id)
    return fail(Code::not_found, "workspace_unknown", "X-Workspace-Id holds no id of a workspace.");
  out.workspace = id.value();
  return out;
}

/// The key of the tokens of forms. Where there is no master key it lasts as long as this process:
/// forms that are open at a restart are given out again.
std::string form_key(Engine& engine) {
  if (auto key = engine.accounts().derived_key("public forms")) return std::move(key).value();
  return security::random_bytes(32);
}

/// The methods of an Allow field for an operation.
void add_methods(std::string& allowed, const Operation& operation) {
  (allowed += allowed.empty() ? "" : ", ") += operation.method;
  if (operation.method == "GET") allowed += ", HEAD";
}

bool is_public(const Operation& operation, std::string_view method) {
  return operation.method == method && operation.name.starts_with("public.");
}

}  // namespace

struct Application::State {
  State(Engine& the_engine, ApplicationOptions given)
      : engine(the_engine),
        options(std::move(given)),
        authenticate(options.authenticate ? options.authenticate : authenticator_of(engine)),
        limits(options.limits ? std::optional<Limits>(*options.limits) : std::nullopt),
        cors(options.cors_origins),
        guard(form_key(engine), options.form),
        page(engine, guard, *options.clock),
        account_page(engine),
        routes(make_routes()),
        document(pretty(openapi())) {}

  Response api(const Request& request, Trail& trail) const;
  Result<Response> perform(const Operation& operation, const Route& route, const Request& request,
                           Trail& trail) const;
  Result<void> check_work(const Route& route, const Request& request) const;
  Result<Response> socket(const Request& request, const Call& call, Credentials shown) const;
  Response answer(const Request& request, Trail& trail) const;
  Response ready() const;
  bool is_secure(const Request& request) const;

  /// The answer of `handle`, or a refusal where there were too many requests.
  template <class F>
  Response limited(Traffic traffic, std::string_view slug, const Request& request,
                   const Trail& trail, F&& handle) const {
    if (!limits) return handle();
    const Counted counted{trail.client, request.headers.find("Authorization").value_or(""), slug};
    const auto verdict = limits->take(traffic, counted, options.clock->now());
    if (!verdict) return handle();
    Response out = verdict->allowed ? handle() : error_response(too_many(*verdict), request);
    add_limit_headers(out, *verdict);
    return out;
  }

  Engine& engine;
  const ApplicationOptions options;
  const Authenticator authenticate;
  mutable std::optional<Limits> limits;
  Cors cors;
  FormGuard guard;
  SurveyPage page;
  AccountPage account_page;
  std::vector<Route> routes;
  std::string document;
};

Response Application::State::api(const Request& request, Trail& trail) const {
  // Where several paths fit, the one that says more counts: "/surveys/generate" is no survey.
  const Route* nearest = nullptr;
  for (const Route& route : routes)
    if (matches(route, request.segments) &&
        (nearest == nullptr || route.variables() < nearest->variables()))
      nearest = &route;
  if (nearest == nullptr)
    return error_response(
        fail(Code::not_found, "path_unknown",
             "There is nothing at this address. /openapi.json lists what there is."),
        request);
  std::string allowed;
  for (const Route& route : routes) {
    if (route.segments != nearest->segments) continue;
    const bool head = request.method == "HEAD" && route.operation->method == "GET";
    if (head || route.operation->method == request.method) {
      trail.route = std::size(own_routes) + static_cast<std::size_t>(&route - routes.data());
      return limited(traffic_of(*route.operation), slug_of(route, request), request, trail, [&] {
        auto answered = perform(*route.operation, route, request, trail);
        return answered ? std::move(answered).value() : error_response(answered.error(), request);
      });
    }
    add_methods(allowed, *route.operation);
  }
  return cors.asks(request) ? cors.preflight(allowed) : method_not_allowed(allowed, request);
}

/// Answers that come without a form need the puzzle of a form, or a key.
Result<void> Application::State::check_work(const Route& route, const Request& request) const {
  const int bits = guard.rules().work_bits;
  if (bits == 0) return success();
  BOOST_OUTCOME_TRY(const Credentials shown, credentials_of(request));
  if (!shown.bearer.empty()) {
    BOOST_OUTCOME_TRY(authenticate(shown));
    return success();
  }
  const std::string_view token = request.headers.find("X-Form-Token").value_or("");
  const std::string_view work = request.headers.find("X-Form-Work").value_or("");
  auto fault = guard.check(slug_of(route, request), token, options.clock->now());
  if (fault == FormFault::hurried) fault.reset();  // The puzzle takes time enough.
  if (!fault && !guard.worked(token, work)) fault = FormFault::unworked;
  if (!fault) return success();
  page.count(*fault);
  return fail(
      Code::invalid, "form_work_missing",
      "This server takes answers with a key, or with X-Form-Token as GET of the survey gives "
      "it and X-Form-Work: a number with which SHA-256 of TOKEN:NUMBER begins with " +
          std::to_string(bits) + " zero bits.");
}

Result<Response> Application::State::perform(const Operation& operation, const Route& route,
                                             const Request& request, Trail& trail) const {
  Call call{.engine = engine, .body = request.body};
  call.origin = {request.request_id, trail.traceparent};
  std::optional<Session> session;
  Credentials shown;
  if (operation.permission || operation.endless) {
    BOOST_OUTCOME_TRY(shown, credentials_of(request));
  }
  if (!shown.bearer.empty()) {
    BOOST_OUTCOME_TRY(const auto actor, authenticate(shown));
    session.emplace(engine.as(actor, call.origin));
    call.session = &*session;
    trail.workspace = actor.workspace.str();
  }
  if (operation.endless) {
    call.permit = permit_of(engine, authenticate, shown);
    call.last_event_id = request.headers.find("Last-Event-ID").value_or("");
  }
  BOOST_OUTCOME_TRY(admit(operation, call.session));
  BOOST_OUTCOME_TRY(check_media(operation, request));
  BOOST_OUTCOME_TRY(call.if_revision, if_match(request));
  BOOST_OUTCOME_TRY(call.idempotency_key, idempotency_key(request));
  for (std::size_t i = 0; i < route.segments.size(); ++i)
    if (route.segments[i].starts_with('{')) call.path.push_back(request.segments[i]);
  for (const Parameter& parameter : request.parameters)
    call.query.emplace_back(parameter.name, parameter.value);

  if (is_public(operation, "POST")) {
    BOOST_OUTCOME_TRY(check_work(route, request));
    // The token is good for one response.
    if (guard.rules().work_bits > 0 && call.idempotency_key.empty())
      call.idempotency_key = request.headers.find("X-Form-Token").value_or("");
  }
  BOOST_OUTCOME_TRY(auto reply, insightflow::perform(operation, call));
  if (reply.status == 101) return socket(request, call, std::move(shown));
  Response out = json_response(reply.status, std::move(reply.body));
  out.headers[0].second = std::move(reply.media_type);
  out.stream = std::move(reply.stream);
  if (reply.subscription) {
    out.feed = event_stream(std::move(reply.subscription));
    out.headers.emplace_back("X-Accel-Buffering", "no");  // nginx would hold events back.
  }
  if (is_public(operation, "GET") && guard.rules().work_bits > 0) {
    out.headers.emplace_back("X-Form-Token",
                             guard.issue(slug_of(route, request), options.clock->now()));
    out.headers.emplace_back("X-Form-Work-Bits", std::to_string(guard.rules().work_bits));
  }
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

Result<Response> Application::State::socket(const Request& request, const Call& call,
                                            Credentials shown) const {
  if (const auto upgrade = check_upgrade(request, options.allowed_origins); !upgrade) {
    Response out = error_response(upgrade.error(), request);
    if (upgrade.error().reason != "upgrade_required") return out;
    out.status = 426;
    out.headers.emplace_back("Upgrade", "websocket");
    return out;
  }
  BOOST_OUTCOME_TRY(auto ask, call.read_query<events::Ask>());
  std::shared_ptr<events::Subscription> subscription;
  if (call.session != nullptr) {
    BOOST_OUTCOME_TRY(subscription, engine.watch(*call.session, ask, call.permit));
  }
  return Response{.status = 101,
                  .feed = event_socket(engine, authenticate, std::move(shown),
                                       std::move(subscription), std::move(ask)),
                  .websocket = true};
}

Response Application::State::ready() const {
  const auto answered =
      engine.database().read([](storage::Tx& tx) { return tx.find<std::int64_t>("SELECT 1"); });
  return answered ? json_response(200, R"({"status":"ready"})")
                  : json_response(503, R"({"status":"unavailable"})");
}

/// Whether the client came by HTTPS: here, or as a trusted proxy says.
bool Application::State::is_secure(const Request& request) const {
  if (request.secure) return true;
  return request.headers.find("X-Forwarded-Proto") == "https" &&
         std::ranges::any_of(options.trusted_proxies, [&](const Network& network) {
           return network.contains(request.remote);
         });
}

Application::Application(Engine& engine, ApplicationOptions options)
    : state_(std::make_unique<const State>(engine, std::move(options))) {}
Application::~Application() = default;
Application::Application(Application&&) noexcept = default;

std::size_t Application::body_limit(std::string_view, std::string_view path) {
  return path.ends_with("/responses/import") ? import_body : usual_body;
}

std::vector<std::string_view> Application::route_names() const {
  std::vector<std::string_view> out(std::begin(own_routes), std::end(own_routes));
  for (const Route& route : state_->routes) out.push_back(route.operation->name);
  return out;
}

Response Application::handle(const Request& request) const {
  Trail trail;
  trail.client =
      client_address(request.remote, request.headers.find("X-Forwarded-For").value_or(""),
                     state_->options.trusted_proxies);
  if (const auto caller = request.headers.find("traceparent"))
    if (const auto context = observe::parse_traceparent(*caller))
      trail.traceparent = observe::traceparent(*context);
  observe::Span span;
  if (observe::Observer* observer = state_->engine.observer()) {
    span = observer->tracer.start(request.method, observe::SpanKind::server, trail.traceparent);
    trail.traceparent = span.traceparent();
  }
  Response out = state_->answer(request, trail);
  const bool shown = trail.route == page_route || trail.route == account_page_route;
  if (!shown) state_->cors.admit(request, out);
  add_security_headers(out, shown ? Surface::page : Surface::api, state_->is_secure(request));
  if (span.recording()) {
    constexpr std::size_t own = std::size(own_routes);
    const std::string_view path = trail.route < own
                                      ? own_routes[trail.route]
                                      : state_->routes[trail.route - own].operation->path;
    span.rename(request.method + " " + std::string(path));
    span.set("http.request.method", request.method);
    span.set("http.route", path);
    span.set("http.response.status_code", out.status);
    span.set("workspace.id", trail.workspace);
    span.set("request.id", request.request_id);
    if (out.status >= 500) span.fail(out.trail.reason);
  }
  trail.reason = std::move(out.trail.reason);
  trail.detail = std::move(out.trail.detail);
  out.trail = std::move(trail);
  return out;
}

Response Application::State::answer(const Request& request, Trail& trail) const {
  const auto& segments = request.segments;
  const std::string_view first = segments.empty() ? "" : std::string_view(segments[0]);
  const bool reads = request.method == "GET" || request.method == "HEAD";
  const auto only_read = [&](const Request& asked) {
    return cors.asks(asked) ? cors.preflight("GET, HEAD") : method_not_allowed("GET, HEAD", asked);
  };
  if (first == "s" && segments.size() == 2) {
    trail.route = page_route;
    if (!reads && request.method != "POST") return method_not_allowed("GET, HEAD, POST", request);
    return limited(Traffic::submit, segments[1], request, trail,
                   [&] { return page.answer(request); });
  }
  if (segments.size() == 1 && AccountPage::serves(first)) {
    trail.route = account_page_route;
    if (!reads && request.method != "POST") return method_not_allowed("GET, HEAD, POST", request);
    return limited(Traffic::sign_in, {}, request, trail,
                   [&] { return account_page.answer(request); });
  }
  if (first == ".well-known" && segments.size() == 2 && segments[1] == "jwks.json") {
    trail.route = jwks_route;
    if (!reads) return only_read(request);
    const auto keys = engine.accounts().jwks();
    return keys ? json_response(200, serialize(keys.value()))
                : error_response(keys.error(), request);
  }
  const auto about_itself = [&]() -> std::optional<Response> {
    constexpr std::size_t root = 1;
    if (segments.size() > 1) return std::nullopt;
    trail.route = root;
    if (segments.empty())
      return json_response(200,
                           R"({"name":"InsightFlow","openapi":"/openapi.json","api":"/api/v1"})");
    while (++trail.route < jwks_route && own_routes[trail.route] != first) continue;
    if (first == "healthz") return json_response(200, R"({"status":"ok"})");
    if (first == "readyz") return ready();
    if (first == "openapi.json") return json_response(200, document);
    trail.route = 0;
    return std::nullopt;
  };
  if (auto answer = about_itself()) return reads ? std::move(*answer) : only_read(request);
  return api(request, trail);
}

}  // namespace insightflow::http
