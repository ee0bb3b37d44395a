#pragma once

#include <insightflow/core/json.hpp>
#include <insightflow/response/response.hpp>
#include <insightflow/survey/survey.hpp>

#include <array>
#include <string>

namespace insightflow::test {

/// A draft that can be published as it is: a scale, both kinds of choices, a matrix, words.
inline survey::Survey sample_survey(std::string slug = {}) {
  auto out = from_json_text<survey::Survey>(R"json({"title":"How was it?","language":"en",
    "hidden":["plan"],"questions":[
     {"id":"score","kind":"nps","text":"How likely are you to recommend us?","required":true},
     {"id":"reason","kind":"single_choice","text":"What mattered most?",
      "options":["Price","Speed",{"id":"other","label":"Other","other":true}]},
     {"id":"used","kind":"multiple_choice","text":"What did you use?",
      "options":["Boards","Reports","Comments"]},
     {"id":"parts","kind":"matrix","text":"How was each part?","options":["Good","Poor"],
      "rows":["Support","Docs"]},
     {"id":"words","kind":"open_text","text":"What should we change?"}]})json")
                 .value();
  out.slug = std::move(slug);
  return out;
}

/// Answer number `i` to it; the same number gives the same answer.
inline response::Submission sample_answer(int i) {
  static constexpr std::array sentences{"The calendar sync is broken and I lose meetings.",
                                        "Calendar sync never works on my phone.",
                                        "Please fix the calendar sync, it is broken every week.",
                                        "The price is too high for a small team.",
                                        "Too expensive, the price went up again.",
                                        "The price of the team plan is too high for us.",
                                        "Support answered quickly and was very friendly.",
                                        "Great support, friendly and quick to answer.",
                                        "The mobile app is slow and crashes.",
                                        "The mobile app is so slow that I gave up."};
  const auto n = static_cast<std::size_t>(i);
  response::Submission out;
  out.answers["score"] = {double(i % 11)};
  constexpr std::array reasons{"Price", "Speed", "other"};
  out.answers["reason"] = {std::string(reasons[n % 3])};
  if (i % 3 == 2) out.other["reason"] = "The colours of screen " + std::to_string(i);
  if (i % 2 == 0) out.answers["used"] = {std::vector<std::string>{"Boards", "Comments"}};
  out.answers["parts"] = {
      std::map<std::string, std::string>{{"Support", i % 4 ? "Good" : "Poor"}, {"Docs", "Poor"}}};
  if (i % 5 != 4)
    out.answers["words"] = {std::string(sentences[n % sentences.size()]) + " Note " +
                            std::to_string(i) + "."};
  constexpr std::array plans{"free", "team"};
  out.hidden["plan"] = plans[n % 2];
  return out;
}

}  // namespace insightflow::test
