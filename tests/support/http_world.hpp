#pragma once

#include "http/application.hpp"
#include "support/raw_client.hpp"
#include "support/temporary.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <optional>
#include <thread>

namespace insightflow::test {

inline json::value json_of(std::string_view text) {
  auto value = parse_json(text);
  if (value) return std::move(value).value();
  FAIL_CHECK("not JSON: " << value.error().detail << ": " << std::string(text.substr(0, 200)));
  return {};
}

/// What is at a pointer: a text as it is, anything else as JSON, "" where there is nothing.
inline std::string text_at(const json::value& value, std::string_view pointer) {
  boost::system::error_code error;
  const json::value* found = value.find_pointer(pointer, error);
  if (found == nullptr) return {};
  return found->is_string() ? std::string(found->get_string()) : serialize(*found);
}

/// The pointers of an error's details, in order.
inline std::vector<std::string> pointers_of(std::string_view body) {
  std::vector<std::string> out;
  const json::value error = json_of(body);
  boost::system::error_code ignored;
  if (const json::value* details = error.find_pointer("/error/details", ignored))
    for (const json::value& detail : details->as_array())
      out.push_back(text_at(detail, "/pointer"));
  return out;
}

/// Speaks HTTP to a port as one actor. Checks with each error that it is the envelope, with the
/// request id of the header, and that nothing is a failure of the server.
class HttpClient {
 public:
  using Answer = RawClient::Answer;

  explicit HttpClient(std::uint16_t port, std::string key = {})
      : port_(port), key_(std::move(key)) {}

  Answer send(std::string_view method, std::string_view path, std::string_view body = {},
              std::string_view fields = {}) {
    std::string head = std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: a\r\n";
    if (!key_.empty()) head += "Authorization: Bearer " + key_ + "\r\n";
    if (!body.empty() || method == "POST" || method == "PUT")
      head += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    head += std::string(fields) + "\r\n";
    if (!client_) client_.emplace(port_);
    const bool sent = client_->send(head) && client_->send(body);
    Answer answer = client_->receive(method == "HEAD");
    if (!answer.whole || answer.field("Connection") == "close") client_.reset();
    CAPTURE(method);
    CAPTURE(path);
    CAPTURE(answer.body.substr(0, 300));
    CHECK_MESSAGE((sent || answer.status > 0), "the connection broke before an answer came");
    CHECK(answer.whole);
    CHECK(answer.status < 500);
    if (answer.status >= 400 && method != "HEAD" &&
        answer.field("Content-Type") != "text/html; charset=utf-8") {
      CHECK(answer.field("Content-Type") == "application/json");
      const json::value error = json_of(answer.body);
      CHECK(text_at(error, "/error/code") != "");
      CHECK(text_at(error, "/error/message") != "");
      CHECK(text_at(error, "/error/details").starts_with("["));
      CHECK(text_at(error, "/error/request_id") == answer.field("X-Request-Id"));
    }
    return answer;
  }
  Answer get(std::string_view path, std::string_view fields = {}) {
    return send("GET", path, {}, fields);
  }
  Answer post(std::string_view path, std::string_view body = {}, std::string_view fields = {}) {
    return send("POST", path, body, fields);
  }

 private:
  std::uint16_t port_;
  std::string key_;
  std::optional<RawClient> client_;
};

/// The code of the error in an answer.
inline std::string code_of(const HttpClient::Answer& answer) {
  return text_at(json_of(answer.body), "/error/code");
}

/// The whole product behind a port, on a database of its own.
struct HttpWorld {
  enum class Jobs { run, leave };

  /// Forms may come back at once.
  static http::ApplicationOptions quick() {
    http::ApplicationOptions out;
    out.form.least_ms = 0;
    return out;
  }

  explicit HttpWorld(Jobs jobs = Jobs::leave, http::ApplicationOptions options = quick())
      : engine(Engine::open({.database = "sqlite:" + (folder / "a.db")}).value()),
        application(engine, std::move(options)),
        server({.workers = 8, .body_limit = &http::Application::body_limit},
               [this](const http::Request& request) { return application.handle(request); }),
        port(server.start().value()) {
    if (jobs == Jobs::run)
      worker = std::jthread([this](std::stop_token stop) { (void)engine.work(std::move(stop)); });
  }

  /// A workspace and the key of its owner.
  std::string workspace(std::string_view name) {
    return engine.create_workspace(name).value().key.key;
  }
  HttpClient client(std::string key = {}) const { return HttpClient(port, std::move(key)); }

  TemporaryFolder folder;
  Engine engine;
  http::Application application;
  http::Server server;
  std::uint16_t port;
  std::jthread worker;
};

/// Questions of most kinds under the slug, as the API takes them.
inline std::string survey_json(std::string_view slug, std::string_view more = {}) {
  return R"({"title":"Trial feedback","slug":")" + std::string(slug) + R"(",)" + std::string(more) +
         R"("hidden":["plan"],"questions":[
    {"id":"q1","kind":"nps","text":"How likely are you to recommend us?","required":true},
    {"id":"q2","kind":"open_text","text":"What is the main reason for your score?"},
    {"id":"q3","kind":"multiple_choice","text":"Which parts did you use?",
     "options":["Boards","Reports",{"id":"else","label":"Something else","other":true}]},
    {"id":"q4","kind":"matrix","text":"How do you rate each part?","rows":["Speed","Price"],
     "options":["Poor","Fair","Good"]},
    {"id":"q5","kind":"ranking","text":"What matters most?","options":["Cost","Speed","Help"]},
    {"id":"q6","kind":"number","text":"How many people are in your team?",
     "scale":{"min":1,"max":500}},
    {"id":"q7","kind":"date","text":"When did you start?"},
    {"id":"q8","kind":"contact","text":"How do we reach you?"},
    {"id":"q9","kind":"yes_no","text":"Do you plan to stay?"}]})";
}

/// Answers to it.
inline const std::string answer_body =
    R"({"answers":{"q1":9,"q2":"Fast, \"really\" fast","q3":["Boards","else"],
    "q4":{"Speed":"Good","Price":"Poor"},"q5":["Speed","Cost","Help"],"q6":12,"q7":"2026-02-28",
    "q8":{"name":"Ana","email":"ana@example.org"},"q9":true},
    "other":{"q3":"=the calendar"},"hidden":{"plan":"pro"}})";

/// Makes that survey, and publishes it unless told otherwise; gives its id.
inline std::string create_survey(HttpClient& owner, std::string_view slug,
                                 std::string_view more = {}, bool publish = true) {
  const auto made = owner.post("/api/v1/surveys", survey_json(slug, more));
  REQUIRE(made.status == 201);
  const std::string id = text_at(json_of(made.body), "/id");
  if (publish) REQUIRE(owner.post("/api/v1/surveys/" + id + "/publish").status == 200);
  return id;
}

}  // namespace insightflow::test
