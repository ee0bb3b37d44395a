#pragma once

#include <insightflow/core/json.hpp>
#include <insightflow/llm/client.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <string>

/// A model that does the seven tasks by rule, from what it is asked alone: well, or obedient to
/// whatever stands in the data.
namespace insightflow::test {

/// The data of a request.
inline json::object data_of(const std::vector<llm::Message>& messages) {
  const std::string& user = messages.at(1).text;
  const std::size_t from = user.find('\n') + 1;
  return parse_json(user.substr(from, user.rfind('\n') - from)).value().as_object();
}

/// A good answer, as JSON text.
inline std::string good_answer(std::string_view task, const json::object& data) {
  if (const auto* drafts = data.if_contains("drafts")) return serialize(*drafts);
  const json::object& in = data.at("input").as_object();
  json::object out;
  if (task == "analyze_responses") {
    json::array themes;
    for (const json::value& theme : in.at("themes").as_array()) {
      json::array quotes;
      const auto& answers = theme.at("answers").as_array();
      if (!answers.empty()) {
        const std::string text(answers[0].at("text").as_string());
        quotes.push_back(json::object{{"answer_id", answers[0].at("id")},
                                      {"quote", text.substr(0, text.find(' ', 12))}});
      }
      themes.push_back(
          json::object{{"id", theme.at("id")},
                       {"label", "About " + std::string(theme.at("label").as_string())},
                       {"description", "What people write about this."},
                       {"quotes", std::move(quotes)}});
    }
    out["themes"] = std::move(themes);
  } else if (task == "build_personas") {
    json::array groups;
    for (const json::value& group : in.at("groups").as_array())
      groups.push_back(json::object{{"id", group.at("id")},
                                    {"name", group.at("name")},
                                    {"description", "They answer alike."}});
    out["groups"] = std::move(groups);
  } else if (task == "generate_report_outline") {
    json::array ids;
    for (const json::value& part : in.at("parts").as_array()) ids.push_back(part.at("id"));
    out["sections"] = json::array{json::object{{"title", "All of it"}, {"parts", std::move(ids)}}};
  } else if (task == "summarize" || task == "recommend") {
    json::array items;
    for (const json::value& item : in.at("items").as_array())
      items.push_back(json::object{{"id", item.at("id")},
                                   {"text", "Look: " + std::string(item.at("text").as_string())}});
    out["items"] = std::move(items);
  } else if (task == "generate_questions") {
    out["title"] = "What people think";
    out["intro"] = "It takes a few minutes.";
    json::array questions;
    questions.push_back(json::object{{"kind", "single_choice"},
                                     {"text", "How often do you use the product?"},
                                     {"options", json::array{"Daily", "Weekly", "Less often"}}});
    questions.push_back(json::object{{"kind", "csat"},
                                     {"text", "How satisfied are you with the product?"},
                                     {"options", json::array()}});
    questions.push_back(json::object{{"kind", "open_text"},
                                     {"text", "What would you change first?"},
                                     {"options", json::array()}});
    for (const json::value& must : in.at("constraints").as_object().contains("must_ask")
                                       ? in.at("constraints").at("must_ask").as_array()
                                       : json::array())
      questions.push_back(
          json::object{{"kind", "open_text"}, {"text", must}, {"options", json::array()}});
    out["questions"] = std::move(questions);
  } else if (task == "detect_bias") {
    json::array findings;
    for (const json::value& question : in.at("questions").as_array())
      findings.push_back(json::object{{"question_id", question.at("id")},
                                      {"words", question.at("text")},
                                      {"message", "Respondents may read this in two ways."},
                                      {"suggestion", ""}});
    out["findings"] = std::move(findings);
  }
  return serialize(out);
}

}  // namespace insightflow::test
