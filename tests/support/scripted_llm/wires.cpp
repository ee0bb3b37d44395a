#include "support/scripted_llm.hpp"

#include <insightflow/core/json.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightflow::test::wire_text {

namespace {

using llm::Usage;
using llm::Wire;

std::string event(const json::object& data, std::string_view name = {}) {
  std::string out;
  if (!name.empty()) out.append("event: ").append(name) += '\n';
  return out + "data: " + serialize(data) + "\n\n";
}

json::object openai_usage(const Usage& usage) {
  json::object out{{"prompt_tokens", usage.input_tokens},
                   {"completion_tokens", usage.output_tokens},
                   {"total_tokens", usage.input_tokens + usage.output_tokens}};
  out["prompt_tokens_details"] = json::object{{"cached_tokens", usage.cached_input_tokens}};
  return out;
}

/// A whole completion or one chunk of it; no choices where `message` is null.
json::object openai_object(std::string_view model, std::string_view key, const json::value& message,
                           const json::value& finish) {
  json::object out{{"id", "chatcmpl-1"},
                   {"object", key == "message" ? "chat.completion" : "chat.completion.chunk"},
                   {"created", 1'700'000'000},
                   {"model", model}};
  json::array& choices = out["choices"].emplace_array();
  if (message.is_null()) return out;
  json::object choice{{"index", 0}, {"logprobs", nullptr}};
  choice[key] = message;
  choice["finish_reason"] = finish;
  choices.push_back(std::move(choice));
  return out;
}

json::object openai_message(std::string_view text) {
  return {{"role", "assistant"}, {"content", text}, {"refusal", nullptr}};
}

json::object anthropic_usage(const Usage& usage) {
  return {{"input_tokens", usage.input_tokens - usage.cached_input_tokens},
          {"cache_creation_input_tokens", 0},
          {"cache_read_input_tokens", usage.cached_input_tokens},
          {"output_tokens", usage.output_tokens}};
}

json::object anthropic_message(std::string_view model, const Usage& usage) {
  json::object out{{"id", "msg_1"},  {"type", "message"},      {"role", "assistant"},
                   {"model", model}, {"stop_reason", nullptr}, {"stop_sequence", nullptr}};
  out["content"].emplace_array();
  out["usage"] = anthropic_usage(usage);
  return out;
}

json::object gemini_usage(const Usage& usage) {
  return {{"promptTokenCount", usage.input_tokens},
          {"candidatesTokenCount", usage.output_tokens},
          {"cachedContentTokenCount", usage.cached_input_tokens},
          {"totalTokenCount", usage.input_tokens + usage.output_tokens}};
}

json::object gemini_object(std::string_view model, std::string_view text, const Usage& usage,
                           std::string_view finish) {
  json::object content{{"role", "model"}};
  content["parts"].emplace_array().push_back(json::object{{"text", text}});
  json::object candidate{{"index", 0}};
  candidate["content"] = std::move(content);
  if (!finish.empty()) candidate["finishReason"] = finish;
  json::object out;
  out["candidates"].emplace_array().push_back(std::move(candidate));
  out["usageMetadata"] = gemini_usage(usage);
  out["modelVersion"] = model;
  return out;
}

json::object ollama_object(std::string_view model, std::string_view text) {
  json::object out{{"model", model}, {"created_at", "2026-01-31T08:05:00Z"}};
  out["message"] = json::object{{"role", "assistant"}, {"content", text}};
  out["done"] = false;
  return out;
}

void end_ollama(json::object& out, const Usage& usage, std::string_view finish) {
  out["done"] = true;
  out["done_reason"] = finish;
  out["total_duration"] = 5'000'000;
  out["load_duration"] = 1'000'000;
  out["prompt_eval_count"] = usage.input_tokens;
  out["eval_count"] = usage.output_tokens;
  out["eval_duration"] = 2'000'000;
}

/// The word of an answer that ended on its own.
std::string_view ordinary_end(Wire wire, std::string_view finish) {
  if (!finish.empty()) return finish;
  return wire == Wire::anthropic ? "end_turn" : wire == Wire::gemini ? "STOP" : "stop";
}

void add_text(std::string& out, const json::value& content) {
  if (content.is_string()) out.append(std::string_view(content.get_string())) += '\n';
  if (!content.is_array()) return;
  for (const json::value& part : content.get_array())
    if (part.is_object() && part.get_object().contains("text"))
      add_text(out, part.get_object().at("text"));
}

}  // namespace

std::string_view stream_type(Wire wire) {
  return wire == Wire::ollama ? "application/x-ndjson" : "text/event-stream";
}

std::string answer(Wire wire, std::string_view text, const Usage& usage, std::string_view finish,
                   std::string_view model) {
  finish = ordinary_end(wire, finish);
  json::object out;
  switch (wire) {
    case Wire::openai:
      out = openai_object(model, "message", openai_message(text), json::value(finish));
      out["usage"] = openai_usage(usage);
      break;
    case Wire::anthropic: {
      out = anthropic_message(model, usage);
      json::object block{{"type", "text"}, {"text", text}};
      if (finish == "tool_use") {
        block = {{"type", "tool_use"}, {"id", "toolu_1"}, {"name", "answer"}};
        block["input"] = parse_json(text).value();
      }
      out["content"].get_array().push_back(std::move(block));
      out["stop_reason"] = finish;
      break;
    }
    case Wire::gemini: out = gemini_object(model, text, usage, finish); break;
    case Wire::ollama:
      out = ollama_object(model, text);
      end_ollama(out, usage, finish);
      break;
  }
  return serialize(out);
}

std::vector<std::string> stream(Wire wire, const std::vector<std::string>& pieces,
                                const Usage& usage, std::string_view finish,
                                std::string_view model) {
  finish = ordinary_end(wire, finish);
  std::vector<std::string> out;
  switch (wire) {
    case Wire::openai: {
      const auto chunk = [&](const json::value& delta, const json::value& end) {
        return openai_object(model, "delta", delta, end);
      };
      out.push_back(event(chunk(openai_message(""), nullptr)));
      for (const std::string& piece : pieces)
        out.push_back(event(chunk(json::object{{"content", piece}}, nullptr)));
      out.push_back(event(chunk(json::object{}, json::value(finish))));
      json::object last = chunk(nullptr, nullptr);
      last["usage"] = openai_usage(usage);
      out.push_back(event(last));
      out.emplace_back("data: [DONE]\n\n");
      break;
    }
    case Wire::anthropic: {
      const bool tool = finish == "tool_use";
      json::object start{{"type", "message_start"}};
      Usage begun = usage;
      begun.output_tokens = 1;
      start["message"] = anthropic_message(model, begun);
      out.push_back(event(start, "message_start"));
      json::object block{{"type", "content_block_start"}, {"index", 0}};
      block["content_block"] = json::object{{"type", "text"}, {"text", ""}};
      if (tool) {
        json::object call{{"type", "tool_use"}, {"id", "toolu_1"}, {"name", "answer"}};
        call["input"].emplace_object();
        block["content_block"] = std::move(call);
      }
      out.push_back(event(block, "content_block_start"));
      out.push_back(event({{"type", "ping"}}, "ping"));
      for (const std::string& piece : pieces) {
        json::object delta{{"type", "content_block_delta"}, {"index", 0}};
        delta["delta"] = tool ? json::object{{"type", "input_json_delta"}, {"partial_json", piece}}
                              : json::object{{"type", "text_delta"}, {"text", piece}};
        out.push_back(event(delta, "content_block_delta"));
      }
      out.push_back(event({{"type", "content_block_stop"}, {"index", 0}}, "content_block_stop"));
      json::object end{{"type", "message_delta"}};
      end["delta"] = json::object{{"stop_reason", finish}, {"stop_sequence", nullptr}};
      end["usage"] = json::object{{"output_tokens", usage.output_tokens}};
      out.push_back(event(end, "message_delta"));
      out.push_back(event({{"type", "message_stop"}}, "message_stop"));
      break;
    }
    case Wire::gemini:
      for (std::size_t i = 0; i < pieces.size(); ++i)
        out.push_back(
            event(gemini_object(model, pieces[i], usage, i + 1 == pieces.size() ? finish : "")));
      break;
    case Wire::ollama:
      for (const std::string& piece : pieces)
        out.push_back(serialize(ollama_object(model, piece)) + '\n');
      json::object last = ollama_object(model, "");
      end_ollama(last, usage, finish);
      out.push_back(serialize(last) + '\n');
      break;
  }
  return out;
}

std::string error(Wire wire, int status, std::string_view type, std::string_view message) {
  json::object out;
  switch (wire) {
    case Wire::openai:
      out["error"] =
          json::object{{"message", message}, {"type", type}, {"param", nullptr}, {"code", type}};
      break;
    case Wire::anthropic:
      out["type"] = "error";
      out["error"] = json::object{{"type", type}, {"message", message}};
      break;
    case Wire::gemini:
      out["error"] = json::object{{"code", status}, {"message", message}, {"status", type}};
      break;
    case Wire::ollama: out["error"] = message; break;
  }
  return serialize(out);
}

std::string embeddings(Wire wire, const std::vector<std::vector<double>>& vectors,
                       std::int64_t tokens, std::string_view model) {
  json::object out;
  json::array list;
  for (const auto& vector : vectors) {
    json::array numbers(vector.begin(), vector.end());
    if (wire == Wire::openai)
      list.push_back(json::object{
          {"object", "embedding"}, {"index", list.size()}, {"embedding", std::move(numbers)}});
    else if (wire == Wire::gemini)
      list.push_back(json::object{{"values", std::move(numbers)}});
    else
      list.push_back(std::move(numbers));
  }
  if (wire == Wire::openai) {
    out = {{"object", "list"}, {"model", model}};
    out["data"] = std::move(list);
    out["usage"] = json::object{{"prompt_tokens", tokens}, {"total_tokens", tokens}};
  } else {
    out["embeddings"] = std::move(list);
    if (wire == Wire::ollama) {
      out["model"] = model;
      out["prompt_eval_count"] = tokens;
    }
  }
  return serialize(out);
}

std::string asked(Wire wire, const SeenRequest& request) {
  const Result<json::value> body = parse_json(request.body, {64, 64u << 20});
  std::string out;
  if (!body || !body.value().is_object()) return out;
  const json::object& object = body.value().get_object();
  const auto add = [&](const json::object& from, std::string_view key) {
    if (const json::value* value = from.if_contains(key)) add_text(out, *value);
  };
  add(object, "system");
  if (const json::value* system = object.if_contains("systemInstruction"); system != nullptr)
    if (system->is_object()) add(system->get_object(), "parts");
  const bool gemini = wire == Wire::gemini;
  if (const json::value* messages = object.if_contains(gemini ? "contents" : "messages"))
    if (messages->is_array())
      for (const json::value& message : messages->get_array())
        if (message.is_object()) add(message.get_object(), gemini ? "parts" : "content");
  return out;
}

}  // namespace insightflow::test::wire_text
