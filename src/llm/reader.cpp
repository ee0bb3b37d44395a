#include "llm/reader.hpp"

#include "llm/json_peek.hpp"

namespace insightflow::llm {

namespace {

bool is_success(int status) {
  return status >= 200 && status <= 299;
}

/// An error in place of an answer: in its envelope, or bare as some servers send it.
bool is_complaint(const json::object& said) {
  if (const json::value* error = said.if_contains("error"); error != nullptr && !error->is_null())
    return true;
  return text_in(said, "object") == "error" ||
         (said.contains("code") && !text_in(said, "message").empty());
}

}  // namespace

Result<void> ReplyReader::head(const HttpHead& head) {
  status_ = head.status;
  wait_ = retry_after(head, setup_.now);
  // Some servers stream to who did not ask for it, and some do not to who did.
  const std::string_view type = head.find("content-type");
  if (type.starts_with("text/event-stream"))
    framing_ = Framing::events;
  else if (setup_.stream && !type.starts_with("application/json"))
    framing_ = setup_.stream_framing;
  else if (setup_.stream && setup_.stream_framing == Framing::lines)
    framing_ = Framing::lines;
  framer_ = Framer(framing_);
  return success();
}

Result<void> ReplyReader::body(std::string_view bytes) {
  if (!is_success(status_)) {
    constexpr std::size_t longest_complaint = 64u << 10;
    complaint_ +=
        bytes.substr(0, longest_complaint - std::min(longest_complaint, complaint_.size()));
    return success();
  }
  seen_ += bytes.size();
  if (seen_ > setup_.max_bytes)
    return malformed("The answer has more than " + std::to_string(setup_.max_bytes) + " bytes.");
  return framer_.put(bytes, [this](std::string_view text) { return frame(text); });
}

Result<void> ReplyReader::end() {
  if (is_success(status_))
    return framer_.end([this](std::string_view text) { return frame(text); });
  Complaint complaint;
  if (const Result<json::value> said = parse_json(complaint_, {64, complaint_.size()}))
    complaint = complaint_of(said.value());
  complaint.status = status_;
  return refusal(std::move(complaint));
}

Result<void> ReplyReader::frame(std::string_view text) {
  if (text == done_mark) {
    on_done_mark();
    return success();
  }
  if (complete()) return success();
  const Result<json::value> parsed = parse_json(text, {64, setup_.max_bytes});
  if (!parsed) return malformed("It is not JSON.");
  const json::array* list = parsed.value().if_array();
  if (list == nullptr) return item(parsed.value());
  for (const json::value& one : *list) {
    BOOST_OUTCOME_TRY(item(one));
  }
  return success();
}

Result<void> ReplyReader::item(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return malformed("It is not a JSON object.");
  return is_complaint(*object) ? refusal(complaint_of(value)) : on_json(*object);
}

Error ReplyReader::refusal(Complaint complaint) {
  const Failure what = classify(complaint);
  schema_refused_ = what == Failure::request_refused && about_schema(complaint);
  const std::string note = complaint.status == 0 ? "It said so inside an answer."
                           : complaint.status >= 300 && complaint.status <= 399
                               ? "It redirects elsewhere (HTTP " +
                                     std::to_string(complaint.status) + "), which is not followed."
                               : "It answered with HTTP " + std::to_string(complaint.status) + ".";
  Error error = failure(what, setup_.provider, note);
  error.retry_after = std::max(wait_, complaint.wait);
  return error;
}

Result<void> AnswerReader::on_json(const json::object& object) {
  const std::size_t before = answer_.text.size();
  format_.read(answer_, object);
  if (answer_.refused) return failure(Failure::refused, setup().provider);
  if (on_text_ && answer_.text.size() > before)
    on_text_(std::string_view(answer_.text).substr(before));
  return success();
}

Result<Answer> AnswerReader::take() {
  if (!answer_.ended) {
    if (!whole() && !answer_.closed)
      return failure(Failure::unreachable, setup().provider, "The answer broke off.");
    if (answer_.text.empty()) return malformed("There is no answer in it.");
    answer_.finish = Finish::length;
  }
  return std::move(answer_);
}

Result<void> EmbeddingsReader::on_json(const json::object& object) {
  if (!format_.read_embeddings(embeddings_, object))
    return malformed("There are no vectors in it.");
  return success();
}

Result<Embeddings> EmbeddingsReader::take() {
  if (embeddings_.vectors.size() != texts_)
    return malformed("There are not as many vectors as texts.");
  for (const auto& vector : embeddings_.vectors)
    if (vector.empty() || vector.size() != embeddings_.vectors.front().size())
      return malformed("The vectors are not equally long.");
  return std::move(embeddings_);
}

}  // namespace insightflow::llm
