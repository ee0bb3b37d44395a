#include <insightflow/core/json.hpp>
#include <insightflow/survey/flow.hpp>

#include <doctest/doctest.h>

#include <map>

using namespace insightflow;
using namespace insightflow::survey;

namespace {

using Values = std::map<std::string, std::string>;

auto lookup_in(const Values& values) {
  return [&values](const Reference& reference) -> Given {
    const std::string part = reference.part.empty() ? "" : "." + reference.part;
    const auto found = values.find((reference.hidden ? "hidden." : "") + reference.name + part);
    if (found == values.end()) return {};
    return std::string_view(found->second);
  };
}

Questionnaire branching() {
  return from_json_text<Questionnaire>(R"json({"title":"T","hidden":["plan"],
    "sections":[{"id":"s","title":"S"}],"questions":[
    {"id":"a","kind":"yes_no","text":"A?","logic":[{"if":"a == 'No'","goto":"d"},{"if":"hidden.plan == 'free'","goto":"end"}]},
    {"id":"b","kind":"open_text","text":"B?"},
    {"id":"c","kind":"open_text","text":"C, {{b}}?"},
    {"id":"d","kind":"open_text","text":"D?","show_if":"not answered(b)"},
    {"id":"e","kind":"open_text","text":"E?","show_if":"answered(b) and b != 'x'"},
    {"id":"f","kind":"open_text","text":"F?","section":"s"}]})json")
      .value();
}

}  // namespace

TEST_CASE("only what the logic leads to is asked") {
  const Questionnaire survey = branching();
  const Flow flow = Flow::build(survey).value();
  struct Row {
    Values values;
    const char* path;
  };
  const Row rows[] = {
      {{}, "abcdf"},
      {{{"a", "yes"}}, "abcdf"},
      {{{"a", "no"}}, "adf"},
      {{{"a", "yes"}, {"b", "y"}}, "abcef"},
      {{{"a", "yes"}, {"b", "x"}}, "abcf"},
      {{{"hidden.plan", "free"}}, "a"},
      {{{"a", "no"}, {"hidden.plan", "free"}}, "adf"},
      // An answer to a question that was jumped over counts as none.
      {{{"a", "no"}, {"b", "y"}}, "adf"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.path);
    std::string path;
    for (const std::size_t i : flow.asked(lookup_in(row.values))) path += survey.questions[i].id;
    CHECK(path == row.path);
  }
  CHECK(flow.branches());
}

TEST_CASE("pages end where an answer is needed to go on") {
  const Flow flow = Flow::build(branching()).value();
  std::vector<std::pair<std::size_t, std::size_t>> pages;
  for (const Page& page : flow.pages()) pages.emplace_back(page.first, page.last);
  CHECK(pages == std::vector<std::pair<std::size_t, std::size_t>>{{0, 1}, {1, 2}, {2, 5}, {5, 6}});

  Questionnaire plain = branching();
  for (Question& question : plain.questions) {
    question = {.id = question.id, .kind = Kind::open_text, .text = "?"};
  }
  const Flow straight = Flow::build(plain).value();
  CHECK(straight.pages().size() == 1);
  CHECK(!straight.branches());
}

TEST_CASE("an expression that does not parse says where it stands") {
  Questionnaire survey = branching();
  survey.questions[0].logic[1].condition = "nonsense";
  const auto flow = Flow::build(survey);
  REQUIRE(!flow);
  CHECK(flow.error().pointer == "/questions/0/logic/1/if");
}

TEST_CASE("languages fall back to the main language and then to what is there") {
  Questionnaire survey = branching();
  survey.translations["pt-BR"].questions["a"] = {"A, em português?", "", {{"yes", "Sim"}}, {}, {}};
  survey.translations["de"].title = "Titel";
  struct Row {
    const char* wanted;
    const char* got;
    const char* title;
    const char* question;
  };
  const Row rows[] = {{"de", "de", "Titel", "A?"},
                      {"DE-at", "de", "Titel", "A?"},
                      {"pt", "pt-BR", "T", "A, em português?"},
                      {"fr", "en", "T", "A?"},
                      {"en-GB", "en", "T", "A?"},
                      {"", "en", "T", "A?"}};
  for (const Row& row : rows) {
    CAPTURE(row.wanted);
    const Questionnaire shown = localise(survey, row.wanted);
    CHECK(shown.language == row.got);
    CHECK(shown.title == row.title);
    CHECK(shown.questions[0].text == row.question);
  }
  const auto options = localise(survey, "pt").questions[0].options;
  REQUIRE(options.size() == 2);
  CHECK(options[0].id == "yes");
  CHECK(options[0].label == "Sim");
  CHECK(options[1].label == "No");
}

TEST_CASE("earlier answers are put into texts as people read them") {
  Questionnaire survey;
  survey.questions.push_back({.id = "q1",
                              .kind = Kind::single_choice,
                              .options = {{"a", "Apples"}, {"o", "Other", true}}});
  const std::vector<std::string> both{"a", "o"};
  const auto lookup = [&](const Reference& reference) -> Given {
    if (reference.hidden) return std::string_view("pro");
    if (reference.part == "other") return std::string_view("Plums");
    if (reference.name == "q1") return std::string_view("a");
    if (reference.name == "q2") return std::span<const std::string>(both);
    if (reference.name == "q3") return 7.0;
    return {};
  };
  survey.questions.push_back(survey.questions[0]);
  survey.questions[1].id = "q2";
  CHECK(pipe(survey, "You like {{q1}} on {{ hidden.plan }}.", lookup) == "You like Apples on pro.");
  CHECK(pipe(survey, "{{q2}}", lookup) == "Apples, Plums");
  CHECK(pipe(survey, "{{q3}} of {{q9}}", lookup) == "7 of …");
  CHECK(pipe(survey, "a {{b", lookup) == "a {{b");
  CHECK(pipe(survey, "{{ }} {{q3}}", lookup) == "{{ }} 7");
}

TEST_CASE("options are shuffled the same way everywhere, fixed ones stay last") {
  Question question{.id = "q1", .kind = Kind::multiple_choice};
  for (const char* id : {"a", "b", "c", "d", "e"}) question.options.push_back({id, id});
  question.options.insert(question.options.begin() + 1, {"o", "Other", true, false});
  question.options.insert(question.options.begin() + 3, {"n", "None", false, true});
  CHECK(arrange(question, 1) == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6});
  question.randomize = true;
  const auto order = arrange(question, 1);
  CHECK(order == arrange(question, 1));
  CHECK(order != arrange(question, 2));
  CHECK(order[5] == 1);
  CHECK(order[6] == 3);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  CHECK(sorted == std::vector<std::size_t>{0, 1, 2, 3, 4, 5, 6});
}

TEST_CASE("days of the calendar") {
  struct Row {
    const char* text;
    bool ok;
  };
  const Row rows[] = {{"2024-02-29", true},  {"2023-02-29", false}, {"1900-02-29", false},
                      {"2000-02-29", true},  {"2024-04-31", false}, {"2024-12-31", true},
                      {"2024-12-32", false}, {"2024-13-01", false}, {"2024-00-10", false},
                      {"2024-01-00", false}, {"0000-01-01", false}, {"24-01-01", false},
                      {"2024-01-1x", false}, {"2024/01/01", false}, {"2024-01-011", false}};
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(is_calendar_date(row.text) == row.ok);
  }
}
