#include "llm/schema.hpp"
#include "llm/wire.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

using namespace insightflow;
using namespace insightflow::llm;

namespace {

constexpr std::string_view closed_schema =
    R"({"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false})";
constexpr std::string_view open_schema =
    R"({"type":"object","properties":{"ok":{"type":"boolean"},"why":{"type":"string"}},"required":["ok"]})";

Request question(std::string_view schema = {}) {
  Request request;
  request.messages = {{Role::system, "Be brief."},
                      {Role::user, "Why?"},
                      {Role::assistant, "Price."},
                      {Role::user, "And \"then\"?"}};
  request.schema = schema;
  request.max_output_tokens = 100;
  request.model = "m-1";
  request.task = "find themes!";
  return request;
}

}  // namespace

TEST_CASE("requests, as each provider documents them") {
  struct Row {
    std::string_view name;
    Wire wire;
    std::string_view schema;
    EncodeOptions options;
    std::optional<double> temperature;
    std::string_view path;
    std::string_view body;
  };
  const Row
      rows[] =
          {
              {"openai",
               Wire::openai,
               "",
               {},
               {},
               "/chat/completions",
               R"({"model":"m-1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"},{"role":"assistant","content":"Price."},{"role":"user","content":"And \"then\"?"}],"max_tokens":100})"},
              {"openai itself, streamed",
               Wire::openai,
               "",
               {true, SchemaMode::native, true},
               1.5,
               "/chat/completions",
               R"({"model":"m-1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"},{"role":"assistant","content":"Price."},{"role":"user","content":"And \"then\"?"}],"max_completion_tokens":100,"temperature":1.5,"stream":true,"stream_options":{"include_usage":true}})"},
              {"openai, strict schema",
               Wire::openai,
               closed_schema,
               {},
               {},
               "/chat/completions",
               R"({"model":"m-1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"},{"role":"assistant","content":"Price."},{"role":"user","content":"And \"then\"?"}],"max_tokens":100,"response_format":{"type":"json_schema","json_schema":{"name":"find_themes_","strict":true,"schema":{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}}}})"},
              {"openai, a schema with an optional member",
               Wire::openai,
               open_schema,
               {},
               {},
               "/chat/completions",
               R"({"model":"m-1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"},{"role":"assistant","content":"Price."},{"role":"user","content":"And \"then\"?"}],"max_tokens":100,"response_format":{"type":"json_schema","json_schema":{"name":"find_themes_","strict":false,"schema":{"type":"object","properties":{"ok":{"type":"boolean"},"why":{"type":"string"}},"required":["ok"]}}}})"},
              {"openai, told",
               Wire::openai,
               closed_schema,
               {false, SchemaMode::fallback, false},
               {},
               "/chat/completions",
               R"({"model":"m-1","messages":[{"role":"system","content":"Be brief.\n\nAnswer with one JSON value and nothing else. It follows this JSON Schema:\n{\"type\":\"object\",\"properties\":{\"ok\":{\"type\":\"boolean\"}},\"required\":[\"ok\"],\"additionalProperties\":false}"},{"role":"user","content":"Why?"},{"role":"assistant","content":"Price."},{"role":"user","content":"And \"then\"?"}],"max_tokens":100,"response_format":{"type":"json_object"}})"},
              {"anthropic",
               Wire::anthropic,
               closed_schema,
               {true, SchemaMode::native, false},
               1.5,
               "/v1/messages",
               R"({"model":"m-1","max_tokens":100,"system":"Be brief.","messages":[{"role":"user","content":"Why?"},{"role":"assistant","content":"Price."},{"role":"user","content":"And \"then\"?"}],"temperature":1,"output_config":{"format":{"type":"json_schema","schema":{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false}}},"stream":true})"},
              {"anthropic, a schema with an optional member",
               Wire::anthropic,
               open_schema,
               {},
               {},
               "/v1/messages",
               R"({"model":"m-1","max_tokens":100,"system":"Be brief.","messages":[{"role":"user","content":"Why?"},{"role":"assistant","content":"Price."},{"role":"user","content":"And \"then\"?"}],"tools":[{"name":"answer","description":"Takes the answer.","input_schema":{"type":"object","properties":{"ok":{"type":"boolean"},"why":{"type":"string"}},"required":["ok"]}}],"tool_choice":{"type":"tool","name":"answer"}})"},
              {"gemini",
               Wire::gemini,
               open_schema,
               {},
               0.0,
               "/models/m-1:generateContent",
               R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Why?"}]},{"role":"model","parts":[{"text":"Price."}]},{"role":"user","parts":[{"text":"And \"then\"?"}]}],"generationConfig":{"maxOutputTokens":100,"temperature":0,"responseMimeType":"application/json","responseJsonSchema":{"type":"object","properties":{"ok":{"type":"boolean"},"why":{"type":"string"}},"required":["ok"]}}})"},
              {"gemini, streamed",
               Wire::gemini,
               "",
               {true, SchemaMode::native, false},
               {},
               "/models/m-1:streamGenerateContent?alt=sse",
               R"({"systemInstruction":{"parts":[{"text":"Be brief."}]},"contents":[{"role":"user","parts":[{"text":"Why?"}]},{"role":"model","parts":[{"text":"Price."}]},{"role":"user","parts":[{"text":"And \"then\"?"}]}],"generationConfig":{"maxOutputTokens":100}})"},
              {"ollama",
               Wire::ollama,
               closed_schema,
               {true, SchemaMode::native, false},
               0.2,
               "/api/chat",
               R"({"model":"m-1","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Why?"},{"role":"assistant","content":"Price."},{"role":"user","content":"And \"then\"?"}],"options":{"num_predict":100,"temperature":0.2},"format":{"type":"object","properties":{"ok":{"type":"boolean"}},"required":["ok"],"additionalProperties":false},"stream":true})"},
          };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    Request request = question(row.schema);
    request.temperature = row.temperature;
    const HttpRequest http = format_of(row.wire).encode(request, row.options).value();
    CHECK(http.path == row.path);
    CHECK(http.body == row.body);
    CHECK(http.stream == row.options.stream);
    CHECK(http.headers.size() == (row.wire == Wire::anthropic ? 1 : 0));
  }
}

TEST_CASE("a schema that is no JSON object goes nowhere") {
  for (const Wire wire : {Wire::openai, Wire::anthropic, Wire::gemini, Wire::ollama})
    for (const std::string_view schema : {"{", "[]", "true", "{\"a\":1,\"a\":2}"}) {
      const auto http = format_of(wire).encode(question(schema), {});
      REQUIRE(!http);
      CHECK(http.error().reason == "llm_request_refused");
      CHECK(http.error().pointer == "/schema");
    }
}

TEST_CASE("the name of a model cannot leave its place in a path") {
  const auto path = [](std::string model) {
    Request request = question();
    request.model = std::move(model);
    return gemini_format.encode(request, {}).value().path;
  };
  CHECK(path("gemini-2.5-flash") == "/models/gemini-2.5-flash:generateContent");
  CHECK(path("models/gemini-2.5-flash") == "/models/gemini-2.5-flash:generateContent");
  CHECK(path("tunedModels/ours") == "/tunedModels/ours:generateContent");
  CHECK(path("../../x?key=1#y") == "/models/..%2F..%2Fx%3Fkey%3D1%23y:generateContent");
  CHECK(path("m\r\nHost: x") == "/models/m%0D%0AHost%3A%20x:generateContent");
}

TEST_CASE("a long prompt asks Ollama for the context that it needs") {
  const auto context = [](std::size_t bytes, std::int64_t output) {
    Request request;
    request.messages = {{Role::user, std::string(bytes, 'a')}};
    request.max_output_tokens = output;
    const HttpRequest http = ollama_format.encode(request, {}).value();
    const auto body = parse_json(http.body, {32, 1u << 24}).value();
    const auto& options = body.as_object().at("options").as_object();
    return options.contains("num_ctx") ? options.at("num_ctx").as_int64() : 0;
  };
  CHECK(context(400, 1000) == 0);
  CHECK(context(40'000, 1000) == 16'384);
  CHECK(context(40'100, 1000) == 16'384);
  CHECK(context(12'000'000, 1000) == 1 << 20);
}

TEST_CASE("what strict modes accept") {
  const auto strict = [](std::string_view schema) {
    const auto parsed = parse_json(schema).value();
    const auto out = strict_schema(rooted(parsed.as_object()));
    return out ? serialize(*out) : std::string("none");
  };
  CHECK(
      strict(
          R"({"type":"object","properties":{"n":{"type":"integer","minimum":1,"maximum":5},"s":{"type":"string","minLength":1,"pattern":"a"}},"required":["s","n"]})") ==
      R"({"type":"object","properties":{"n":{"type":"integer"},"s":{"type":"string"}},"required":["n","s"],"additionalProperties":false})");
  // As core/json.hpp writes a described type.
  CHECK(
      strict(
          R"({"$ref":"#/$defs/A","$schema":"x","$defs":{"A":{"type":"object","properties":{"b":{"$ref":"#/$defs/B","description":"d"},"l":{"type":"array","items":{"$ref":"#/$defs/B"},"maxItems":3}},"required":["b","l"],"additionalProperties":false},"B":{"type":"string","enum":["x","y"]}}})") ==
      R"({"$defs":{"A":{"type":"object","properties":{"b":{"$ref":"#/$defs/B"},"l":{"type":"array","items":{"$ref":"#/$defs/B"}}},"required":["b","l"],"additionalProperties":false},"B":{"type":"string","enum":["x","y"]}},"type":"object","properties":{"b":{"$ref":"#/$defs/B"},"l":{"type":"array","items":{"$ref":"#/$defs/B"}}},"required":["b","l"],"additionalProperties":false})");
  for (const std::string_view not_strict : {
           R"({"type":"object","properties":{"a":{"type":"string"}}})",
           R"({"type":"object","additionalProperties":{"type":"string"}})",
           R"({"type":"object","properties":{},"additionalProperties":true})",
           R"({"type":"object","properties":{"a":{"allOf":[{"type":"string"}]}},"required":["a"]})",
           R"({"type":"object","properties":{"a":{"type":"object"}},"required":["a"]})",
           R"({"type":"object","properties":{"a":true},"required":["a"]})",
           R"({"type":"array","items":{"type":"string"}})",
           R"({"$ref":"#/$defs/A"})",
           R"({})",
       }) {
    CAPTURE(not_strict);
    CHECK(strict(not_strict) == "none");
  }
}

TEST_CASE("requests for embeddings") {
  const EmbedRequest request{"e-1", {"one", "two"}, 256};
  CHECK(openai_format.encode_embed(request).body ==
        R"({"model":"e-1","input":["one","two"],"encoding_format":"float","dimensions":256})");
  CHECK(openai_format.encode_embed(request).path == "/embeddings");
  CHECK(
      gemini_format.encode_embed(request).body ==
      R"({"requests":[{"model":"models/e-1","content":{"parts":[{"text":"one"}]},"outputDimensionality":256},{"model":"models/e-1","content":{"parts":[{"text":"two"}]},"outputDimensionality":256}]})");
  CHECK(gemini_format.encode_embed(request).path == "/models/e-1:batchEmbedContents");
  CHECK(ollama_format.encode_embed(request).body ==
        R"({"model":"e-1","input":["one","two"],"truncate":false,"dimensions":256})");
  CHECK(ollama_format.encode_embed(request).path == "/api/embed");
}
