#include "survey/generate_parts.hpp"

#include <array>

/// The scales and lists the patterns answer with.
namespace insightflow::survey::generation {

namespace {

using A = Answers;

struct Ladder {
  Answers answers;
  std::string_view steps;  ///< From low to high, separated by '|'; the values count from `first`.
  std::int64_t first = 1;
};
constexpr std::array ladders{
    Ladder{A::satisfaction,
           "Very dissatisfied|Somewhat dissatisfied|Neither satisfied nor dissatisfied|Somewhat "
           "satisfied|Very satisfied"},
    Ladder{A::importance,
           "Very unimportant|Somewhat unimportant|Neither important nor unimportant|Somewhat "
           "important|Very important"},
    Ladder{A::quality,
           "Very unclear|Somewhat unclear|Neither clear nor unclear|Somewhat "
           "clear|Very clear"},
    Ladder{A::value, "Very poor|Poor|Neither good nor poor|Good|Very good"},
    Ladder{A::likelihood,
           "Very unlikely|Somewhat unlikely|Neither likely nor unlikely|Somewhat "
           "likely|Very likely"},
    Ladder{A::usefulness,
           "Not at all useful|Slightly useful|Moderately useful|Very useful|Extremely useful"},
    Ladder{A::fit, "Very poorly|Somewhat poorly|Neither well nor poorly|Somewhat well|Very well"},
    Ladder{A::interest,
           "Very uninterested|Somewhat uninterested|Neither interested nor "
           "uninterested|Somewhat interested|Very interested"},
    Ladder{A::ease,
           "Very difficult|Difficult|Somewhat difficult|Neither easy nor "
           "difficult|Somewhat easy|Easy|Very easy"}};

constexpr std::array lists{
    Ladder{A::yes_no, "Yes|No"},
    Ladder{A::frequency_month, "Not at all|Once|2-3 times|4-10 times|More than 10 times"},
    Ladder{A::tenure,
           "Less than 1 month|1 to less than 6 months|6 to less than 12 months|12 "
           "months or more"},
    Ladder{A::trial_tenure,
           "Less than 1 week|1 to less than 2 weeks|2 to less than 4 weeks|4 weeks or more"},
    Ladder{A::leave_reasons,
           "The price|A missing function|It was hard to use|Technical problems|The support|I no "
           "longer need it|I found something better|Other (please specify)|None of these"},
    Ladder{A::next_step,
           "I still use it|I use it less than before|I have stopped using it|Other "
           "(please specify)"},
    Ladder{
        A::feature_areas,
        "Speed|Ease of use|New functions|Reliability|Design|Integrations|Other (please specify)"},
    Ladder{A::price_view, "Much too low|Too low|About right|Too high|Much too high|Not sure"},
    Ladder{A::channels,
           "Written guide|Video|Help from a person|Search|Other (please "
           "specify)|None of these"},
    Ladder{A::source,
           "A friend or colleague|Search engine|Social media|Advertisement|Article "
           "or review|Other (please specify)|Not sure"},
    Ladder{A::sessions,
           "Talks|Workshops|Discussions|Social programme|Other (please "
           "specify)|None of these"},
    Ladder{A::work_mode, "On site|At home|On the road|Other (please specify)"},
    Ladder{A::alternatives,
           "A similar product|A spreadsheet|Pen and paper|Other (please "
           "specify)|Nothing"},
    Ladder{A::age, "Under 18|18-29|30-44|45-59|60 or older|Prefer not to say"},
    Ladder{A::pace, "Much too slow|Too slow|About right|Too fast|Much too fast"},
    Ladder{A::contacts, "Email|Phone|Chat|In person|Other (please specify)"},
    Ladder{A::wait,
           "Less than 1 hour|1 to less than 4 hours|4 to less than 24 hours|24 hours or "
           "more|Not sure"},
    Ladder{A::expectations, "Much worse|Somewhat worse|About the same|Somewhat better|Much better"},
    Ladder{A::disappointment,
           "Very disappointed|Somewhat disappointed|Not disappointed|I have "
           "not used it"}};

template <class Visit>
void each_step(std::string_view steps, Visit&& visit) {
  while (!steps.empty()) {
    const std::size_t cut = steps.find('|');
    visit(std::string(steps.substr(0, cut)));
    steps = cut == steps.npos ? std::string_view() : steps.substr(cut + 1);
  }
}

Option option_of(std::string label) {
  Option option;
  for (const char c : label)
    if (c >= 'a' && c <= 'z')
      option.id += c;
    else if (c >= 'A' && c <= 'Z')
      option.id += static_cast<char>(c + 32);
    else if (c >= '0' && c <= '9')
      option.id += c;
    else if (!option.id.empty() && option.id.back() != '_')
      option.id += '_';
  while (!option.id.empty() && option.id.back() == '_') option.id.pop_back();
  option.other = label.starts_with("Other");
  if (option.other) option.id = "other";
  option.exclusive = label == "None of these" || label == "Nothing";
  option.label = std::move(label);
  return option;
}

}  // namespace

void give_answers(Question& question, Answers answers) {
  if (answers == A::recommend) {
    question.scale = Scale{0, 10, {{"0", "Not at all likely"}, {"10", "Extremely likely"}}};
    return;
  }
  for (const Ladder& ladder : ladders) {
    if (ladder.answers != answers) continue;
    Scale scale{ladder.first, ladder.first - 1, {}};
    each_step(ladder.steps,
              [&](std::string label) { scale.labels[std::to_string(++scale.max)] = label; });
    question.scale = scale;
  }
  for (const Ladder& list : lists)
    if (list.answers == answers)
      each_step(list.steps, [&](std::string label) {
        question.options.push_back(option_of(std::move(label)));
      });
  // What cannot be named cannot be ranked.
  if (question.kind == Kind::ranking)
    std::erase_if(question.options, [](const Option& option) { return option.other; });
  if (question.kind == Kind::number) question.scale = Scale{0, 1000000, {}};
}

}  // namespace insightflow::survey::generation
