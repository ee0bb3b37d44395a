#include "survey/generate_parts.hpp"

#include <algorithm>
#include <array>

namespace insightflow::survey::generation {

namespace {

using A = Answers;
using K = Kind;
using Facets = std::string_view;

constexpr Pattern overall{.key = "overall",
                          .priority = 1,
                          .kind = K::csat,
                          .text = "Overall, how satisfied or dissatisfied are you with {s}?",
                          .answers = A::satisfaction};
constexpr Pattern recommend{.key = "recommend",
                            .priority = 2,
                            .kind = K::nps,
                            .text = "How likely are you to recommend {s} to a friend or colleague?",
                            .answers = A::recommend};
constexpr Pattern recommend_reason{.priority = 3,
                                   .text = "What is the main reason for your score?",
                                   .follows = "recommend",
                                   .condition = "{q} <= 8",
                                   .friendly = "What's the main reason for your score?",
                                   .formal = "What is the principal reason for your score?"};
constexpr Pattern used{.priority = 4,
                       .kind = K::single_choice,
                       .text = "In the last month, how often did you use {s}?",
                       .answers = A::frequency_month};
constexpr Pattern good_open{.priority = 3,
                            .text = "What, if anything, works well about {s} for you?",
                            .friendly = "What, if anything, do you like about {s}?",
                            .formal = "Which aspects of {s}, if any, work well for you?"};

constexpr std::array general{overall,
                             recommend,
                             recommend_reason,
                             good_open,
                             Pattern{.priority = 5,
                                     .kind = K::rating,
                                     .text = "How well or poorly {do} {s} meet your needs?",
                                     .answers = A::fit},
                             Pattern{.priority = 6,
                                     .kind = K::single_choice,
                                     .text = "Compared with what you expected, how {is} {s}?",
                                     .answers = A::expectations},
                             Pattern{.priority = 7,
                                     .kind = K::rating,
                                     .text = "How important or unimportant {is} {s} to you?",
                                     .answers = A::importance}};

constexpr std::array satisfaction{overall,
                                  recommend,
                                  recommend_reason,
                                  used,
                                  good_open,
                                  Pattern{.priority = 4,
                                          .kind = K::rating,
                                          .text = "How well or poorly {do} {s} meet your needs?",
                                          .answers = A::fit},
                                  Pattern{.priority = 6,
                                          .kind = K::single_choice,
                                          .text = "Compared with what you expected, how {is} {s}?",
                                          .answers = A::expectations},
                                  Pattern{.priority = 7,
                                          .kind = K::rating,
                                          .text = "How good or poor is the value for money of {s}?",
                                          .answers = A::value}};

constexpr std::array churn{
    Pattern{.priority = 2,
            .kind = K::csat,
            .text = "Overall, how satisfied or dissatisfied were you with {s}?",
            .answers = A::satisfaction},
    Pattern{.key = "status",
            .priority = 1,
            .kind = K::single_choice,
            .text = "Which of these best describes you today?",
            .answers = A::next_step},
    Pattern{
        .priority = 1,
        .kind = K::single_choice,
        .text = "What is the main reason, if any, why you stopped using {s} or thought about it?",
        .answers = A::leave_reasons,
        .friendly =
            "What's the main reason, if any, why you stopped using {s} or thought about it?"},
    Pattern{.priority = 2, .text = "What, if anything, was missing when you used {s}?"},
    Pattern{.priority = 3,
            .kind = K::single_choice,
            .text = "For how long did you use {s}?",
            .answers = A::tenure},
    Pattern{.priority = 3,
            .kind = K::ces,
            .text = "How easy or difficult was it to get what you wanted from {s}?",
            .answers = A::ease},
    Pattern{.key = "switched",
            .priority = 4,
            .kind = K::yes_no,
            .text = "Are you using something else in place of {s} now?",
            .answers = A::yes_no},
    Pattern{.priority = 5,
            .text = "What are you using now?",
            .follows = "switched",
            .condition = "{q} == 'yes'"},
    Pattern{.priority = 4,
            .kind = K::rating,
            .text = "How likely or unlikely are you to use {s} in the next 6 months?",
            .answers = A::likelihood},
    Pattern{.priority = 6,
            .kind = K::rating,
            .text = "How good or poor was the value for money of {s}?",
            .answers = A::value}};

constexpr std::array onboarding{
    Pattern{.priority = 1,
            .kind = K::csat,
            .text = "Overall, how satisfied or dissatisfied are you with your start with {s}?",
            .answers = A::satisfaction},
    Pattern{.priority = 1,
            .kind = K::ces,
            .text = "How easy or difficult was it to get started with {s}?",
            .answers = A::ease},
    Pattern{.key = "done",
            .priority = 2,
            .kind = K::yes_no,
            .text = "Have you done what you came to {s} for?",
            .answers = A::yes_no},
    Pattern{.priority = 3,
            .text = "What, if anything, kept you from it?",
            .follows = "done",
            .condition = "{q} == 'no'"},
    Pattern{.priority = 3,
            .kind = K::rating,
            .text = "How clear or unclear were your first steps with {s}?",
            .answers = A::quality},
    Pattern{.priority = 2,
            .text = "At which step, if any, did you get stuck?",
            .formal = "At which step, if any, did you encounter difficulties?"},
    Pattern{.priority = 4,
            .kind = K::multiple_choice,
            .text = "Which of these did you use while getting started?",
            .answers = A::channels},
    Pattern{.priority = 4,
            .kind = K::rating,
            .text = "How useful were the instructions you were given?",
            .answers = A::usefulness},
    Pattern{.priority = 5,
            .kind = K::single_choice,
            .text = "How did you first hear about {s}?",
            .answers = A::source}};

constexpr std::array feature_choice{
    Pattern{.priority = 2,
            .kind = K::csat,
            .text = "Overall, how satisfied or dissatisfied are you with {s} today?",
            .answers = A::satisfaction},
    Pattern{.priority = 4,
            .kind = K::single_choice,
            .text = "In the last month, how often did you use {s}?",
            .answers = A::frequency_month},
    Pattern{.priority = 1,
            .kind = K::ranking,
            .text = "Please rank these areas of {s} by how much you want them improved.",
            .answers = A::feature_areas},
    Pattern{.priority = 1,
            .kind = K::single_choice,
            .text = "Which one of these areas should be improved first?",
            .answers = A::feature_areas},
    Pattern{.priority = 1,
            .text = "Which task, if any, is {s} missing a feature for?",
            .formal = "For which task, if any, do you lack a feature in {s}?"},
    Pattern{.key = "workaround",
            .priority = 3,
            .kind = K::yes_no,
            .text = "In the last month, did you use another tool next to {s} for the same work?",
            .answers = A::yes_no},
    Pattern{.priority = 3,
            .text = "Which tool was it, and for which task?",
            .follows = "workaround",
            .condition = "{q} == 'yes'"},
    Pattern{.priority = 4,
            .kind = K::rating,
            .text = "How important or unimportant are new features in {s} to you?",
            .answers = A::importance},
    Pattern{.priority = 5,
            .kind = K::multiple_choice,
            .text = "Which areas of {s} have you used in the last month?",
            .answers = A::feature_areas}};

constexpr std::array pricing{
    Pattern{.existing = true,
            .priority = 2,
            .kind = K::rating,
            .text = "Overall, how good or poor is the value for money of {s}?",
            .answers = A::value},
    Pattern{.existing = true,
            .priority = 1,
            .kind = K::single_choice,
            .text = "How do you find the price of {s} today?",
            .answers = A::price_view},
    Pattern{.priority = 1,
            .kind = K::number,
            .text = "At what price would you consider {s} a bargain?"},
    Pattern{.priority = 2,
            .kind = K::number,
            .text = "At what price would you consider {s} too expensive to buy?"},
    Pattern{.priority = 3,
            .kind = K::number,
            .text = "At what price would you doubt the quality of {s}?"},
    Pattern{.existing = true,
            .priority = 2,
            .kind = K::rating,
            .text = "How likely or unlikely are you to buy {s} at the current price?",
            .answers = A::likelihood},
    Pattern{.existing = true,
            .priority = 3,
            .kind = K::rating,
            .text = "How easy or difficult is the price of {s} to understand?",
            .answers = A::ease},
    Pattern{.existing = true,
            .priority = 3,
            .text = "What, if anything, should the price include that it does not?",
            .friendly = "What, if anything, should the price include but doesn't?"},
    Pattern{.priority = 5,
            .kind = K::single_choice,
            .text = "Which of these do you use for the same purpose today?",
            .answers = A::alternatives}};

constexpr std::array usability{
    Pattern{.priority = 1,
            .kind = K::ces,
            .text = "Overall, how easy or difficult {is} {s} to use?",
            .answers = A::ease},
    Pattern{.priority = 4,
            .kind = K::single_choice,
            .text = "In the last month, how often did you use {s}?",
            .answers = A::frequency_month},
    Pattern{.key = "finished",
            .priority = 1,
            .kind = K::yes_no,
            .text = "The last time you used {s}, did you finish what you wanted to do?",
            .answers = A::yes_no},
    Pattern{.priority = 2,
            .text = "What, if anything, got in the way?",
            .follows = "finished",
            .condition = "{q} == 'no'"},
    Pattern{.priority = 2,
            .kind = K::rating,
            .text = "How easy or difficult is it to find what you need in {s}?",
            .answers = A::ease},
    Pattern{.priority = 3,
            .kind = K::rating,
            .text = "How clear or unclear are the words used in {s}?",
            .answers = A::quality},
    Pattern{.priority = 2, .text = "Which part of {s}, if any, is hard to use?"},
    Pattern{.priority = 4,
            .kind = K::rating,
            .text = "How easy or difficult was it to learn to use {s}?",
            .answers = A::ease}};

constexpr std::array event{
    Pattern{.priority = 1,
            .kind = K::csat,
            .text = "Overall, how satisfied or dissatisfied are you with {s}?",
            .answers = A::satisfaction},
    recommend,
    recommend_reason,
    Pattern{.priority = 2,
            .kind = K::multiple_choice,
            .text = "Which parts of {s} did you take part in?",
            .answers = A::sessions},
    Pattern{.priority = 3,
            .kind = K::single_choice,
            .text = "How did you first hear about {s}?",
            .answers = A::source},
    Pattern{.priority = 3,
            .kind = K::single_choice,
            .text = "Compared with what you expected, how {was} {s}?",
            .answers = A::expectations},
    Pattern{.priority = 3, .text = "What, if anything, will you remember from {s}?"},
    Pattern{.priority = 4,
            .kind = K::rating,
            .text = "How likely or unlikely are you to attend again in the next 12 months?",
            .answers = A::likelihood}};

constexpr std::array employee{
    Pattern{.priority = 1,
            .kind = K::csat,
            .text = "Overall, how satisfied or dissatisfied are you with your job?",
            .answers = A::satisfaction},
    Pattern{.key = "recommend",
            .priority = 2,
            .kind = K::nps,
            .text = "How likely are you to recommend us as a place to work to a friend?",
            .answers = A::recommend},
    recommend_reason,
    Pattern{.priority = 1,
            .text = "What, if anything, should we know about {s}?",
            .friendly = "What, if anything, would you like us to know about {s}?"},
    Pattern{.priority = 3,
            .kind = K::rating,
            .text = "How clear or unclear is what is expected of you at work?",
            .answers = A::quality},
    Pattern{.priority = 3,
            .kind = K::rating,
            .text = "How useful is the feedback you get on your work?",
            .answers = A::usefulness},
    Pattern{.priority = 4,
            .kind = K::rating,
            .text = "How likely or unlikely are you to be working here in 12 months?",
            .answers = A::likelihood},
    Pattern{.priority = 4, .text = "What, if anything, gets in the way of your work?"},
    Pattern{.priority = 6,
            .kind = K::single_choice,
            .text = "Where do you mostly work?",
            .answers = A::work_mode}};

constexpr std::array course{
    Pattern{.priority = 1,
            .kind = K::csat,
            .text = "Overall, how satisfied or dissatisfied are you with {s}?",
            .answers = A::satisfaction},
    recommend,
    recommend_reason,
    Pattern{.priority = 2,
            .kind = K::single_choice,
            .text = "How is the pace of {s} for you?",
            .answers = A::pace},
    Pattern{.priority = 2,
            .kind = K::rating,
            .text = "How useful {is} {s} for what you want to do?",
            .answers = A::usefulness},
    Pattern{.priority = 3,
            .kind = K::rating,
            .text = "How clear or unclear are the explanations in {s}?",
            .answers = A::quality},
    Pattern{.priority = 2, .text = "Which topic, if any, should get more time?"},
    Pattern{.priority = 4,
            .kind = K::rating,
            .text = "How easy or difficult {is} {s} for you?",
            .answers = A::ease},
    Pattern{.priority = 5, .text = "What, if anything, have you used from {s} so far?"}};

constexpr std::array market{
    Pattern{.key = "known",
            .priority = 1,
            .kind = K::yes_no,
            .text = "Before today, had you heard of {s}?",
            .answers = A::yes_no},
    Pattern{.priority = 4,
            .kind = K::single_choice,
            .text = "How did you first hear about {s}?",
            .answers = A::source,
            .follows = "known",
            .condition = "{q} == 'yes'"},
    Pattern{.priority = 1,
            .kind = K::rating,
            .text = "How interested or uninterested are you in {s}?",
            .answers = A::interest},
    Pattern{.priority = 2,
            .kind = K::single_choice,
            .text = "Which of these do you use for the same purpose today?",
            .answers = A::alternatives},
    Pattern{.priority = 2, .text = "What, if anything, is hard about the way you do this today?"},
    Pattern{.priority = 2,
            .kind = K::rating,
            .text = "How likely or unlikely are you to try {s} in the next 6 months?",
            .answers = A::likelihood},
    Pattern{.priority = 3, .text = "What, if anything, would keep you from trying {s}?"},
    Pattern{.priority = 3,
            .kind = K::number,
            .text = "At what price would you consider {s} a bargain?"}};

constexpr std::array support{
    Pattern{.priority = 1,
            .kind = K::csat,
            .text = "Overall, how satisfied or dissatisfied are you with {s}?",
            .answers = A::satisfaction},
    Pattern{.key = "solved",
            .priority = 1,
            .kind = K::yes_no,
            .text = "Was your last request solved?",
            .answers = A::yes_no},
    Pattern{.priority = 2,
            .text = "What, if anything, is still open?",
            .follows = "solved",
            .condition = "{q} == 'no'"},
    Pattern{.priority = 1,
            .kind = K::ces,
            .text = "How easy or difficult was it to get the help you needed?",
            .answers = A::ease},
    Pattern{.priority = 3,
            .kind = K::single_choice,
            .text = "How long did you wait for a first answer to your last request?",
            .answers = A::wait},
    Pattern{.priority = 3,
            .kind = K::single_choice,
            .text = "How did you last get in touch with {s}?",
            .answers = A::contacts},
    Pattern{.priority = 3,
            .kind = K::rating,
            .text = "How clear or unclear was the answer you received?",
            .answers = A::quality},
    Pattern{.priority = 5,
            .kind = K::number,
            .text = "How many messages or calls did your last request take?"}};

constexpr std::array product_market_fit{
    Pattern{.priority = 1,
            .kind = K::single_choice,
            .text = "How would you feel if you could no longer use {s}?",
            .answers = A::disappointment},
    Pattern{.priority = 2, .text = "What, if anything, is the main benefit you get from {s}?"},
    Pattern{.priority = 2, .text = "What kind of people, if any, would get the most from {s}?"},
    recommend,
    recommend_reason,
    used,
    Pattern{.priority = 3,
            .kind = K::single_choice,
            .text = "Which of these would you use if {s} {were} gone?",
            .answers = A::alternatives},
    Pattern{.priority = 5,
            .kind = K::single_choice,
            .text = "How did you first hear about {s}?",
            .answers = A::source}};

constexpr std::array facets_product{Facets("the reliability of {s}"),
                                    Facets("the speed of {s}"),
                                    Facets("the look of {s}"),
                                    Facets("the price of {s}"),
                                    Facets("the help you can get with {s}"),
                                    Facets("the ease of use of {s}"),
                                    Facets("the information about {s}"),
                                    Facets("the range of functions of {s}")};
constexpr std::array facets_general{Facets("the quality of {s}"),
                                    Facets("the information about {s}"),
                                    Facets("the cost of {s}"),
                                    Facets("the way {s} {is} organised"),
                                    Facets("the help you can get with {s}"),
                                    Facets("the reliability of {s}")};
constexpr std::array facets_event{Facets("the programme"),
                                  Facets("the speakers"),
                                  Facets("the venue"),
                                  Facets("the food"),
                                  Facets("the registration"),
                                  Facets("the length of {s}"),
                                  Facets("the chances to meet others"),
                                  Facets("the information before {s}")};
constexpr std::array facets_employee{Facets("your tasks"),
                                     Facets("your workload"),
                                     Facets("the tools you work with"),
                                     Facets("your pay"),
                                     Facets("the way decisions are explained"),
                                     Facets("your chances to learn"),
                                     Facets("the support from your manager"),
                                     Facets("the balance of work with your private life"),
                                     Facets("the way your team works"),
                                     Facets("the recognition you get")};
constexpr std::array facets_course{
    Facets("the material of {s}"), Facets("the exercises in {s}"),
    Facets("the teaching in {s}"), Facets("the feedback on your work"),
    Facets("the length of {s}"),   Facets("the rooms or the platform used"),
    Facets("the choice of topics")};
constexpr std::array facets_support{Facets("the time to the first answer"),
                                    Facets("the time to a solution"),
                                    Facets("the knowledge of the staff"),
                                    Facets("the politeness of the staff"),
                                    Facets("the ways to get in touch"),
                                    Facets("the opening hours"),
                                    Facets("the help pages")};
constexpr std::array common{Facets("the quality of {s}"),
                            Facets("the choice you have with {s}"),
                            Facets("the safety of {s}"),
                            Facets("the way we handle your data"),
                            Facets("the way we keep you informed"),
                            Facets("the way we respond to feedback"),
                            Facets("the time {s} {take} you"),
                            Facets("the availability of {s}"),
                            Facets("the accessibility of {s}"),
                            Facets("the first impression of {s}")};

constexpr std::array plans{
    Plan{Intent::general, "our service", "Your view of {s}", general, facets_general},
    Plan{Intent::satisfaction, "our product", "Your experience with {s}", satisfaction,
         facets_product},
    Plan{Intent::churn, "our product", "Your time with {s}", churn, facets_product},
    Plan{Intent::onboarding, "our product", "Getting started with {s}", onboarding, facets_product},
    Plan{Intent::feature_choice, "our product", "What comes next for {s}", feature_choice,
         facets_product},
    Plan{Intent::pricing, "our product", "The price of {s}", pricing, facets_product},
    Plan{Intent::usability, "our product", "Using {s}", usability, facets_product},
    Plan{Intent::event, "the event", "Your feedback on {s}", event, facets_event},
    Plan{Intent::employee, "your work", "Working with us", employee, facets_employee},
    Plan{Intent::course, "the course", "Your feedback on {s}", course, facets_course},
    Plan{Intent::market, "our product", "Your view of {s}", market, facets_product},
    Plan{Intent::support, "our support", "Your contact with {s}", support, facets_support},
    Plan{Intent::product_market_fit, "our product", "What {s} {do} for you", product_market_fit,
         facets_product}};

constexpr std::array closing{
    Pattern{.existing = true,
            .priority = 2,
            .text = "What is the one thing, if any, that should be improved?",
            .friendly = "What's the one thing, if any, we could do better?",
            .formal = "Which single improvement, if any, would you suggest?"},
    Pattern{.priority = 9,
            .text = "Is there anything else you would like to tell us?",
            .friendly = "Anything else you'd like to tell us?",
            .formal = "Is there anything further you wish to add?"},
    Pattern{.priority = 8,
            .kind = K::single_choice,
            .text = "Which age group are you in?",
            .answers = A::age},
    Pattern{.key = "contact_ok",
            .priority = 10,
            .kind = K::yes_no,
            .text = "May we contact you about your answers?",
            .answers = A::yes_no},
    Pattern{.priority = 11,
            .kind = K::contact,
            .text = "How can we reach you?",
            .follows = "contact_ok",
            .condition = "{q} == 'yes'"}};

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

const Plan& plan_of(Intent intent) {
  return *std::find_if(plans.begin(), plans.end(),
                       [&](const Plan& plan) { return plan.intent == intent; });
}

std::span<const Pattern> closing_patterns() {
  return closing;
}

std::span<const std::string_view> common_facets() {
  return common;
}

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
