// What the headers alone can do: the questionnaire as plain data, its life as a table, its logic as
// expressions. No library is linked, nothing is stored.
#include <insightflow/core/rng.hpp>
#include <insightflow/survey/expression.hpp>
#include <insightflow/survey/flow.hpp>
#include <insightflow/survey/survey.hpp>

#include <cstdio>
#include <map>
#include <string>

using namespace insightflow;
using namespace insightflow::survey;

int main() {
  const Questionnaire survey{
      .title = "Trial",
      .questions = {{.id = "stay", .kind = Kind::yes_no, .text = "Will you go on using it?"},
                    {.id = "why",
                     .kind = Kind::open_text,
                     .text = "What made you decide against it?",
                     .show_if = "stay == 'No'"},
                    {.id = "likely", .kind = Kind::nps, .text = "Would you recommend it?"}}};

  // A state machine is a table that the compiler can read.
  static_assert(next(survey_edges, State::draft, Event::publish) == State::published);
  static_assert(!next(survey_edges, State::archived, Event::reopen));

  // The logic: which questions follow from the answers so far.
  const auto flow = Flow::build(survey);
  if (!flow) {
    std::fprintf(stderr, "%s: %s\n", flow.error().pointer.c_str(), flow.error().detail.c_str());
    return 1;
  }
  for (const std::string answer : {"yes", "no"}) {
    const auto given = [&](const Reference& reference) -> Given {
      return reference.name == "stay" ? Given{std::string_view(answer)} : Given{};
    };
    std::printf("after '%s':", answer.c_str());
    for (const std::size_t question : flow.value().asked(given))
      std::printf(" %s", survey.questions[question].id.c_str());
    std::puts("");
  }

  // An expression that is wrong says where.
  const auto wrong = Expression::parse("stay = 'No'");
  std::printf("%s: %s\n", std::string(wrong.error().reason).c_str(), wrong.error().detail.c_str());
  return scale_of(survey.questions[2]).max == 10 && Rng(1).below(10) < 10 ? 0 : 1;
}
