#include "llm/policy.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/privacy/detect.hpp>

#include <boost/json/value.hpp>

#include <algorithm>
#include <charconv>

namespace insightflow::llm {

namespace {

/// No name is longer: the longest type, an underscore and a number.
constexpr std::size_t longest_name = 40;
constexpr std::size_t most_digits = 9;
constexpr std::string_view note =
    "Words in square brackets such as [PERSON_1] stand for personal data. Copy them exactly.";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_letter(char c) {
  return (c >= 'A' && c <= 'Z') || is_digit(c) || c == '_';
}
bool is_word_letter(char c) {
  return is_name_letter(c) || (c >= 'a' && c <= 'z') || static_cast<unsigned char>(c) >= 0x80;
}

/// Values of one request and the numbered names that stand for them, "PERSON_1". Nothing links the
/// names of two requests.
class Names {
 public:
  explicit Names(const RedactionSettings& settings) {
    options_.least_score = settings.least_score;
    for (const std::string& type : settings.types)
      if (const auto known = privacy::type_of_name(type)) options_.types.push_back(*known);
  }

  /// Numbers that a text holds already are not given out again.
  void avoid(std::string_view text) {
    for (std::size_t i = 0; i < privacy::entity_types; ++i) {
      const std::string stem = std::string(privacy::type_names()[i]) + "_";
      for (std::size_t at = text.find(stem); at != text.npos; at = text.find(stem, at)) {
        at += stem.size();
        std::int64_t number = 0;
        const auto [end, ec] = std::from_chars(text.data() + at, text.data() + text.size(), number);
        const auto digits = static_cast<std::size_t>(end - (text.data() + at));
        if (ec == std::errc() && digits <= most_digits && number > 0)
          last_[i] = std::max(last_[i], number);
      }
    }
  }

  std::string redact(std::string_view text) {
    std::string out;
    std::size_t from = 0;
    for (const privacy::Entity& entity : privacy::detect(text, options_)) {
      out += text.substr(from, entity.begin - from);
      out += "[" + name(entity.type, text.substr(entity.begin, entity.end - entity.begin)) + "]";
      from = entity.end;
    }
    return out += text.substr(from);
  }

  bool empty() const { return values_.empty(); }
  const std::string* value(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? nullptr : &found->second;
  }

 private:
  const std::string& name(privacy::EntityType type, std::string_view value) {
    std::string& out = names_[{type, std::string(value)}];
    if (out.empty()) {
      out = std::string(privacy::type_name(type)) + "_" +
            std::to_string(++last_[static_cast<std::size_t>(type)]);
      values_.emplace(out, value);
    }
    return out;
  }

  privacy::DetectOptions options_;
  std::array<std::int64_t, privacy::entity_types> last_{};
  std::map<std::pair<privacy::EntityType, std::string>, std::string> names_;
  std::map<std::string, std::string, std::less<>> values_;
};

/// What stands between the quotes of a JSON text. A value that is so already, because it was
/// found in JSON, stays.
std::string inside_json(const std::string& value) {
  if (parse_json("\"" + value + "\"")) return value;
  const std::string quoted = insightflow::serialize(json::value(value));
  return quoted.substr(1, quoted.size() - 2);
}

/// Puts the values back into a text that arrives in pieces. A name may be cut anywhere; what may be
/// the beginning of one is held back.
class Restorer {
 public:
  Restorer(const Names& names, bool json) : names_(names), json_(json) {}

  std::string put(std::string_view piece) {
    held_ += piece;
    std::size_t cut = held_.size();
    while (cut > 0 && is_name_letter(held_[cut - 1]) && held_.size() - cut <= longest_name) --cut;
    if (cut > 0 && held_[cut - 1] == '[') --cut;
    if (held_.size() - cut > longest_name + 1) cut = held_.size();
    std::string out = restore(std::string_view(held_).substr(0, cut));
    held_.erase(0, cut);
    return out;
  }
  std::string end() {
    std::string out = restore(held_);
    held_.clear();
    return out;
  }

 private:
  std::string restore(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      if (!is_name_letter(text[at]) || is_word_letter(before_)) {
        out += before_ = text[at++];
        continue;
      }
      std::size_t end = at;
      while (end < text.size() && is_name_letter(text[end])) ++end;
      const std::string_view word = text.substr(at, end - at);
      const std::string* value = names_.value(word);
      if (value != nullptr && (end == text.size() || !is_word_letter(text[end]))) {
        const bool brackets = !out.empty() && out.back() == '[' && at > 0 && text[at - 1] == '[' &&
                              end < text.size() && text[end] == ']';
        if (brackets) {
          out.pop_back();
          ++end;
        }
        out += json_ ? inside_json(*value) : *value;
      } else {
        out += word;
      }
      before_ = text[end - 1];
      at = end;
    }
    return out;
  }

  const Names& names_;
  bool json_;
  std::string held_;
  char before_ = ' ';
};

class RedactionPolicy final : public Decorator {
 public:
  RedactionPolicy(std::unique_ptr<Client> inner, const RedactionSettings& settings)
      : Decorator(Policy::redaction, std::move(inner)), settings_(settings) {}

  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override {
    if (!settings_.enabled) return inner().complete(request, ctx, on_text);
    Names names(settings_);
    for (const Message& message : request.messages) names.avoid(message.text);
    Request sent = request;
    for (Message& message : sent.messages)
      if (message.role != Role::system) message.text = names.redact(message.text);
    if (names.empty()) return inner().complete(request, ctx, on_text);
    tell(sent);

    const bool json = !request.schema.empty();
    Restorer streamed(names, json);
    OnText restored;
    if (on_text)
      restored = [&](std::string_view piece) {
        const std::string text = streamed.put(piece);
        if (!text.empty()) on_text(text);
      };
    BOOST_OUTCOME_TRY(auto reply, inner().complete(sent, ctx, restored));
    if (on_text)
      if (const std::string rest = streamed.end(); !rest.empty()) on_text(rest);
    Restorer whole(names, json);
    std::string text = whole.put(reply.text);
    reply.text = text += whole.end();
    return reply;
  }

 private:
  static void tell(Request& sent) {
    const auto system = std::ranges::find(sent.messages, Role::system, &Message::role);
    if (system == sent.messages.end())
      sent.messages.insert(sent.messages.begin(), {Role::system, std::string(note)});
    else
      (system->text += "\n\n") += note;
  }

  const RedactionSettings& settings_;
};

}  // namespace

std::unique_ptr<Client> make_redaction(std::unique_ptr<Client> inner, const Shared& shared) {
  return std::make_unique<RedactionPolicy>(std::move(inner), shared.settings.redaction);
}

}  // namespace insightflow::llm
