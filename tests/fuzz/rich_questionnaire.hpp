#pragma once

#include <string_view>

namespace insightflow::fuzz {

/// A questionnaire with every kind of question, logic, piping, hidden fields and two languages.
inline constexpr std::string_view rich_questionnaire = R"json({
  "title": "Everything that can be asked",
  "language": "en",
  "sections": [{"id": "s1", "title": "First"}, {"id": "s2", "title": "Second"}],
  "hidden": ["plan"],
  "questions": [
    {"id": "single", "kind": "single_choice", "text": "Which one?", "section": "s1",
     "required": true,
     "options": ["a", {"id": "b", "label": "Bee"},
                 {"id": "else", "label": "Something else", "other": true}]},
    {"id": "multi", "kind": "multiple_choice", "text": "Which ones?", "section": "s1",
     "min_choices": 1, "max_choices": 3,
     "options": ["x", "y", {"id": "z", "label": "Zed; or not"},
                 {"id": "more", "label": "More", "other": true},
                 {"id": "none", "label": "None of these", "exclusive": true}]},
    {"id": "stars", "kind": "rating", "text": "How many stars?", "section": "s1",
     "scale": {"min": 1, "max": 5, "labels": {"1": "Very poor", "5": "Very good"}}},
    {"id": "likely", "kind": "nps", "text": "How likely are you to recommend us?", "section": "s1"},
    {"id": "pleased", "kind": "csat", "text": "How satisfied are you?", "section": "s1"},
    {"id": "effort", "kind": "ces", "text": "How easy was it?", "section": "s1",
     "show_if": "likely <= 6 or hidden.plan == 'pro'"},
    {"id": "agree", "kind": "likert", "text": "It is well made.", "section": "s1",
     "options": ["Disagree", "Neither", "Agree"]},
    {"id": "grid", "kind": "matrix", "text": "How good is each?", "section": "s2",
     "rows": ["speed", {"id": "price", "label": "The price"}], "options": ["Good", "Fair", "Poor"]},
    {"id": "order", "kind": "ranking", "text": "Put them in order.", "section": "s2",
     "options": ["one", "two", "three"]},
    {"id": "agreed", "kind": "yes_no", "text": "Did it work?", "section": "s2",
     "logic": [{"if": "agreed == 'yes' and not answered(stars)", "goto": "words"}]},
    {"id": "count", "kind": "number", "text": "How many people?", "section": "s2",
     "scale": {"min": 0, "max": 1000}},
    {"id": "day", "kind": "date", "text": "On which day?", "section": "s2"},
    {"id": "words", "kind": "open_text", "text": "Why {{single}}?", "section": "s2",
     "max_length": 200},
    {"id": "consent", "kind": "consent", "text": "May we keep this?", "section": "s2"},
    {"id": "reach", "kind": "contact", "text": "How can we reach you?", "section": "s2"}
  ],
  "translations": {"de": {"title": "Alles", "questions": {
    "single": {"text": "Welche?", "options": {"b": "Biene"}},
    "agreed": {"options": {"yes": "Ja", "no": "Nein"}}}}}
})json";

}  // namespace insightflow::fuzz
