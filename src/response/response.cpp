#include <insightflow/core/json.hpp>
#include <insightflow/response/response.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <cmath>

namespace insightflow {

using AnswerCodec = JsonCodec<response::Answer>;

Result<void> AnswerCodec::read(response::Answer& answer, const json::value& from) {
  const auto mismatch = [](std::string pointer) {
    return fail(Code::invalid, "type_mismatch",
                "An answer is a text, a number, true or false, a list of texts, or an object of "
                "texts.",
                std::move(pointer));
  };
  // Scale points of a matrix may be written as numbers; they are stored as text.
  const auto text_of = [](const json::value& item) -> std::optional<std::string> {
    if (item.is_string()) return std::string(item.get_string());
    if (item.is_int64()) return std::to_string(item.get_int64());
    return std::nullopt;
  };
  if (from.is_bool()) {
    answer.value = from.get_bool();
  } else if (from.is_number()) {
    answer.value = from.to_number<double>();
  } else if (from.is_string()) {
    answer.value = std::string(from.get_string());
  } else if (from.is_array()) {
    std::vector<std::string> list;
    for (const json::value& item : from.get_array()) {
      auto text = text_of(item);
      if (!text) return mismatch(pointer_to("", list.size()));
      list.push_back(std::move(*text));
    }
    answer.value = std::move(list);
  } else if (from.is_object()) {
    std::map<std::string, std::string> map;
    for (const auto& [key, item] : from.get_object()) {
      auto text = text_of(item);
      if (!text) return mismatch(pointer_to("", key));
      map.emplace(key, std::move(*text));
    }
    answer.value = std::move(map);
  } else {
    return mismatch("");
  }
  return success();
}

void AnswerCodec::write(const response::Answer& answer, json::value& to) {
  struct Writer {
    json::value& to;
    void operator()(bool b) const { to = b; }
    void operator()(double d) const {
      if (std::floor(d) == d && std::abs(d) < 0x1p53)
        to = static_cast<std::int64_t>(d);
      else
        to = d;
    }
    void operator()(const std::string& s) const { to = s; }
    void operator()(const std::vector<std::string>& v) const {
      to = json::array(v.begin(), v.end());
    }
    void operator()(const std::map<std::string, std::string>& m) const {
      json::object& object = to.emplace_object();
      for (const auto& [key, item] : m) object.emplace(key, item);
    }
  };
  std::visit(Writer{to}, answer.value);
}

void AnswerCodec::schema(json::object& to) {
  const json::object text{{"type", "string"}};
  to["description"] =
      "Number for scales and numbers; option id for single choices; list of option ids for "
      "multiple choice and ranking; row to column for a matrix; true or false for consent.";
  to["oneOf"] = json::array{json::object{{"type", "boolean"}}, json::object{{"type", "number"}},
                            text, json::object{{"type", "array"}, {"items", text}},
                            json::object{{"type", "object"}, {"additionalProperties", text}}};
}

}  // namespace insightflow

namespace insightflow {
template const Type& type_of<response::Submission>();
template const Type& type_of<response::Response>();
}  // namespace insightflow
