#include "http/pages.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/survey/flow.hpp>

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>

using namespace insightflow;
using namespace insightflow::http;
using response::Validator;

namespace {

Validator build(std::string_view text) {
  return Validator::build(from_json_text<survey::Questionnaire>(text).value()).value();
}

const Validator& every_kind() {
  static const Validator out = build(
      R"json({"title":"Your first <week> with us","description":"Six minutes, and nothing is shared with anyone.\nThank you for taking part.",
   "closing":"Thank you, {{who.name}}. You said {{one}}.","hidden":["plan"],
   "sections":[{"id":"s1","title":"About you & us","description":"How it went so far."},{"id":"s2","title":"Details"}],
   "questions":[
    {"id":"nps","kind":"nps","text":"How likely are you to recommend us to a friend or colleague?","section":"s1","required":true},
    {"id":"one","kind":"single_choice","text":"What brought you here?","section":"s1","help":"Pick the closest one.","required":true,
     "options":["A friend","Search","An advertisement",{"id":"o","label":"Something else","other":true}]},
    {"id":"many","kind":"multiple_choice","text":"Which of these have you used?","section":"s1","max_choices":3,
     "options":["Import","Reports","Sharing",{"id":"n","label":"None of these","exclusive":true}]},
    {"id":"csat","kind":"csat","text":"How satisfied are you with the set-up?","section":"s1",
     "scale":{"min":1,"max":5,"labels":{"1":"Very dissatisfied","5":"Very satisfied"}}},
    {"id":"lk","kind":"likert","text":"The first steps were clear.","section":"s1",
     "scale":{"min":1,"max":5,"labels":{"1":"Strongly disagree","2":"Disagree","3":"Neither","4":"Agree","5":"Strongly agree"}}},
    {"id":"mx","kind":"matrix","text":"How do you rate each part?","section":"s2","options":["Poor","Fair","Good","Very good"],
     "rows":["Speed","Ease of use",{"id":"x","label":"Help & support"}]},
    {"id":"rk","kind":"ranking","text":"What matters most?","section":"s2","options":["Price","Speed","Support"]},
    {"id":"num","kind":"number","text":"How many people are in your team?","section":"s2","scale":{"min":1,"max":5000}},
    {"id":"day","kind":"date","text":"When did you start?","section":"s2"},
    {"id":"why","kind":"open_text","text":"What could we do better?","section":"s2","max_length":500},
    {"id":"yn","kind":"yes_no","text":"May we get in touch?","section":"s2","logic":[{"if":"yn == 'No'","goto":"end"}]},
    {"id":"who","kind":"contact","text":"How do we reach you?"},
    {"id":"ok","kind":"consent","text":"I agree that my answers are kept for a year.","required":true}],
   "translations":{"de":{"title":"Ihre erste Woche","questions":{"nps":{"text":"Wie wahrscheinlich ist es, dass Sie uns empfehlen?"},
      "yn":{"options":{"yes":"Ja","no":"Nein"}}}},"ar":{"title":"أسبوعك الأول"}}})json");
  return out;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

FormFields with(FormFields fields, std::initializer_list<Parameter> more) {
  fields.insert(fields.end(), more.begin(), more.end());
  return fields;
}

/// What a browser would send for this page: its fields, and what the page adds.
FormFields sent(const PageState& state, std::initializer_list<Parameter> typed) {
  FormFields out = state.fields;
  out.insert(out.end(), typed.begin(), typed.end());
  out.push_back({"page", std::to_string(state.page)});
  out.push_back({"language", state.language});
  out.push_back({"token", state.token});
  return out;
}

/// Pages to look at, where a folder for them is named.
void keep(const char* name, const std::string& page) {
  if (const char* folder = std::getenv("INSIGHTFLOW_PAGES"))
    std::ofstream(std::string(folder) + "/" + name + ".html") << page;
}

}  // namespace

TEST_CASE("a survey is answered page by page, by forms alone") {
  const Validator& survey = every_kind();
  PageState state = first_page(survey, {{"plan", "pro"}, {"x", "y"}}, "fr, en;q=0.5", "token-1");
  CHECK(state.language == "en");
  const PageFrame frame{"/s/week", "n0nce"};
  std::string page = render_page(survey, state, frame);
  keep("1-first", page);
  CHECK(has(page, "<html lang=\"en\" dir=\"ltr\">"));
  CHECK(has(page, "Your first &lt;week&gt; with us"));
  CHECK(has(page, "About you &amp; us"));
  CHECK(has(page, "<style nonce=\"n0nce\">"));
  CHECK(has(page, "name=\"h.plan\" value=\"pro\""));
  CHECK(has(page, "Page 1 of about 3"));
  CHECK(!has(page, "<script"));
  CHECK(!has(page, "http"));
  CHECK(!has(page, " style="));
  CHECK(!has(page, "value=\"back\""));

  // Nothing typed: the page stays, and says what is missing beside each question.
  Advance step = advance(survey, sent(state, {{"a.many", "n"}, {"a.many", "Import"}}));
  CHECK(!step.complete);
  CHECK(step.state.page == 0);
  REQUIRE(step.state.problems.size() == 3);
  page = render_page(survey, step.state, frame);
  keep("2-errors", page);
  CHECK(has(page, "href=\"#i-nps\""));
  CHECK(has(page, "id=\"i-nps\""));
  CHECK(has(page, "aria-describedby=\"error-nps\""));
  CHECK(has(page, "<title>Error: "));
  CHECK(has(page, "name=\"a.many\" value=\"Import\" checked"));

  step = advance(survey, sent(state, {{"a.nps", "9"}, {"a.one", "o"}, {"o.one", "A \"poster\""}}));
  CHECK(step.state.problems.empty());
  CHECK(step.state.page == 1);
  page = render_page(survey, step.state, frame);
  keep("3-second", page);
  CHECK(has(page, "name=\"o.one\" value=\"A &quot;poster&quot;\""));
  CHECK(has(page, "Page 2 of about 3"));
  CHECK(has(page, "<th scope=\"row\">Help &amp; support</th>"));
  CHECK(!has(page, "Six minutes"));

  const PageState second = step.state;
  step = advance(survey, sent(second, {{"go", "back"}, {"a.num", "12"}}));
  CHECK(step.state.page == 0);
  CHECK(has(render_page(survey, step.state, frame), "name=\"a.nps\" value=\"9\" checked"));
  CHECK(has(render_page(survey, step.state, frame), "type=\"hidden\" name=\"a.num\" value=\"12\""));

  step = advance(survey, sent(second, {{"a.num", "lots"},
                                       {"a.day", "2024-13-01"},
                                       {"a.rk.0", "1"},
                                       {"a.rk.1", "1"},
                                       {"a.rk.2", "2"}}));
  CHECK(step.state.page == 1);
  page = render_page(survey, step.state, frame);
  CHECK(step.state.problems.size() == 3);
  CHECK(has(page, "value=\"lots\""));
  CHECK(has(page, "<option selected>1</option>"));
  keep("4-errors", page);

  step = advance(survey, sent(second, {{"a.mx.2", "Good"},
                                       {"a.rk.0", "3"},
                                       {"a.rk.1", "1"},
                                       {"a.rk.2", "2"},
                                       {"a.num", "12"},
                                       {"a.day", "2024-02-29"},
                                       {"a.why", "a\r\nb"},
                                       {"a.yn", "yes"}}));
  CHECK(step.state.page == 2);
  keep("5-third", render_page(survey, step.state, frame));
  step = advance(survey,
                 sent(step.state, {{"a.who.name", "Ada"}, {"a.who.email", ""}, {"a.ok", "true"}}));
  REQUIRE(step.complete);
  CHECK(
      to_json_text(step.submission) ==
      R"json({"answers":{"day":"2024-02-29","mx":{"x":"Good"},"nps":9,"num":12,"ok":true,"one":"o","rk":["Speed","Support","Price"],"who":{"name":"Ada"},"why":"a\nb","yn":"yes"},"other":{"one":"A \"poster\""},"language":"en","hidden":{"plan":"pro"}})json");
  CHECK(step.state.token == "token-1");
  page = render_thanks(survey, step.submission, frame);
  keep("6-thanks", page);
  CHECK(has(page, "Thank you, Ada. You said A &quot;poster&quot;."));
}

TEST_CASE("what the logic no longer asks is dropped, and the last page is reached early") {
  const Validator& survey = every_kind();
  PageState state = first_page(survey, {}, "", "t");
  state.page = 1;
  state.fields = {
      {"a.nps", "3"}, {"a.one", "Search"}, {"o.one", "typed before"}, {"a.who.name", "Ada"}};
  const Advance step = advance(survey, sent(state, {{"a.yn", "no"}}));
  REQUIRE(step.complete);
  CHECK(!step.submission.answers.contains("who"));
  CHECK(step.submission.other.empty());
}

TEST_CASE("a wrong answer of an earlier page leads back to it") {
  const Validator& survey = every_kind();
  PageState state = first_page(survey, {}, "", "t");
  state.page = 1;
  state.fields = {{"a.nps", "11"}, {"a.one", "Search"}};
  const Advance step = advance(survey, sent(state, {{"a.yn", "no"}}));
  CHECK(!step.complete);
  CHECK(step.state.page == 0);
  REQUIRE(step.state.problems.size() == 1);
  CHECK(step.state.problems[0].reason == "out_of_scale");
}

TEST_CASE("the page speaks the respondent's language") {
  const Validator& survey = every_kind();
  const PageState state = first_page(survey, {}, "fr;q=1, de-AT;q=0.8, en", "t");
  CHECK(state.language == "de");
  CHECK(first_page(survey, {{"lang", "ar"}}, "de", "t").language == "ar");
  std::string page = render_page(survey, state, {});
  keep("7-german", page);
  CHECK(has(page, "<html lang=\"de\""));
  CHECK(has(page, "Wie wahrscheinlich ist es"));
  CHECK(has(page, "Weiter"));
  CHECK(has(page, "<button name=\"lang\" value=\"en\" lang=\"en\">English</button>"));
  const Advance step = advance(survey, sent(state, {{"a.nps", "7"}, {"lang", "ar"}}));
  CHECK(step.state.language == "ar");
  CHECK(step.state.problems.empty());
  page = render_page(survey, step.state, {});
  keep("8-arabic", page);
  CHECK(has(page, "dir=\"rtl\""));
  CHECK(has(page, "name=\"a.nps\" value=\"7\" checked"));
}

TEST_CASE("hostile fields change nothing but themselves") {
  const Validator& survey = every_kind();
  const std::string nasty = "\"><script>alert('x')</script>";
  PageState state = first_page(survey, {{"plan", nasty}}, nasty, nasty);
  state.fields = with(state.fields, {{"a.why", nasty},
                                     {"a." + nasty, nasty},
                                     {"o.one", nasty},
                                     {"a.mx." + nasty, nasty},
                                     {"a.rk.99999999999", "1"},
                                     {"a.rk.0", "999999999"},
                                     {"a.mx.77", "x"},
                                     {nasty, nasty}});
  for (const std::size_t page : {std::size_t(0), std::size_t(1), std::size_t(99)}) {
    state.page = page;
    CHECK(!has(render_page(survey, state, {nasty, nasty}), "<script"));
    const Advance step = advance(survey, sent(state, {{"page", nasty}, {"go", nasty}}));
    CHECK(!step.complete);
    CHECK(!has(render_page(survey, step.state, {nasty, nasty}), "<script"));
  }
  CHECK(!has(render_notice(Notice::closed, nasty, nasty, {nasty, nasty}), "<script"));
}

TEST_CASE("notices say why there is nothing to answer") {
  struct Row {
    Notice notice;
    const char* says;
  };
  const Row rows[] = {{Notice::closed, "is closed"},
                      {Notice::not_open, "has not opened yet"},
                      {Notice::full, "is full"},
                      {Notice::unknown, "no survey here"},
                      {Notice::failed, "were not saved"}};
  for (const Row& row : rows) CHECK(has(render_notice(row.notice, "T", "en", {}), row.says));
  keep("9-closed", render_notice(Notice::closed, "T", "en", {}));
  CHECK(has(render_notice(Notice::closed, "", "de-CH,en;q=0.5", {}), "beendet"));
}

TEST_CASE("a survey whose questions are all hidden is complete at once") {
  const Validator survey = build(R"json({"title":"T","hidden":["plan"],"questions":[
    {"id":"a","kind":"open_text","text":"?","show_if":"hidden.plan == 'pro'"}]})json");
  const PageState state = first_page(survey, {}, "", "t");
  CHECK(has(render_page(survey, state, {}), "Send answers"));
  CHECK(advance(survey, sent(state, {})).complete);
}
