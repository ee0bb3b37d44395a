#pragma once

#include <insightflow/insight/findings.hpp>

#include <cmath>
#include <string>
#include <utility>
#include <vector>

/// Findings written by hand that hold everything a report can meet: all kinds of question, themes,
/// quotes, cross-tabs, and texts of people who mean no good.
namespace insightflow::test {

inline analysis::Interval wilson(std::int64_t n, std::int64_t base) {
  if (base == 0) return {0, 1};
  const double z = 1.959963984540054, all = static_cast<double>(base);
  const double p = static_cast<double>(n) / all;
  const double middle = (p + z * z / (2 * all)) / (1 + z * z / all);
  const double half =
      z * std::sqrt(p * (1 - p) / all + z * z / (4 * all * all)) / (1 + z * z / all);
  // Rounded so that golden files do not depend on the last bits of a square root.
  const auto rounded = [](double x) { return std::round(x * 1e6) / 1e6 + 0.0; };
  return {rounded(middle - half), rounded(middle + half)};
}

inline analysis::Share share(std::string id, std::string label, std::int64_t n, std::int64_t base) {
  const double part = base > 0 ? static_cast<double>(n) / static_cast<double>(base) : 0;
  return {std::move(id), std::move(label), n, std::round(part * 1e6) / 1e6, wilson(n, base)};
}

inline std::vector<analysis::Share> scale(std::int64_t first,
                                          const std::vector<std::int64_t>& counts,
                                          std::string low = {}, std::string high = {}) {
  std::int64_t base = 0;
  for (const std::int64_t n : counts) base += n;
  std::vector<analysis::Share> out;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const std::string id = std::to_string(first + static_cast<std::int64_t>(i));
    out.push_back(share(id, id, counts[i], base));
  }
  if (!low.empty()) out.front().label = std::move(low);
  if (!high.empty()) out.back().label = std::move(high);
  return out;
}

inline insight::Evidence evidence(std::string response, std::string question, std::string quote) {
  const auto end = static_cast<std::int64_t>(quote.size());
  return {std::move(response), std::move(question), 0, end, std::string(64, 'a'), std::move(quote)};
}

inline insight::Theme theme(int number, std::string label, std::vector<std::string> terms,
                            std::int64_t size, std::int64_t base, analysis::SentimentMix mix,
                            std::vector<insight::Evidence> quotes) {
  const auto part = share("", "", size, base);
  return {.id = "t" + std::to_string(number),
          .label = std::move(label),
          .terms = std::move(terms),
          .size = size,
          .share = part.share,
          .interval = part.interval,
          .sentiment = mix,
          .quotes = std::move(quotes)};
}

inline insight::Findings sample_findings() {
  using survey::Kind;
  const auto response = [](int n) {
    return "0190a3c2-7b1e-7c3d-8f00-0000000" + std::to_string(10000 + n);
  };
  insight::Findings out;
  out.title = "Trial feedback: why people stay or leave";
  out.language = "en";
  out.responses_total = 415;
  out.responses_used = 412;
  out.summary = {
      {"Price is the most frequent theme: 34 % of 318 answers name it, mostly in a critical tone.",
       "why",
       {evidence(response(1), "why",
                 "Great app, but 18 a month per seat is a lot for three people."),
        evidence(response(2), "why", "too expensive for what it does"),
        evidence(response(3), "why", "PRICE. that is all.")}},
      {"People who praise the product praise the support team.",
       "why",
       {evidence(response(4), "why", "Support answered in ten minutes, on a Sunday!")}},
      {"The mobile app scores lowest of all aspects (2.4 of 5).", "aspects", {}}};

  insight::QuestionFindings nps;
  nps.question_id = "nps";
  nps.text = "How likely are you to recommend the app to a colleague?";
  nps.kind = Kind::nps;
  nps.asked = 412, nps.answered = 401;
  nps.distribution =
      scale(0, {8, 4, 9, 12, 14, 30, 41, 58, 78, 87, 60}, "Not at all likely", "Extremely likely");
  nps.metrics = {{"nps", 7.2, analysis::Interval{-0.7, 15.1}, 401},
                 {"mean", 7.13, analysis::Interval{6.88, 7.38}, 401},
                 {"median", 8, {}, 401}};
  out.questions.push_back(nps);

  insight::QuestionFindings csat;
  csat.question_id = "csat";
  csat.text = "Overall, how satisfied are you with the trial?";
  csat.kind = Kind::csat;
  csat.asked = 412, csat.answered = 409;
  csat.distribution = scale(1, {21, 48, 97, 166, 77}, "Very dissatisfied", "Very satisfied");
  csat.metrics = {{"csat", 0.594, analysis::Interval{0.546, 0.641}, 409},
                  {"mean", 3.56, analysis::Interval{3.46, 3.66}, 409},
                  {"standard_deviation", 1.08, {}, 409}};
  out.questions.push_back(csat);

  insight::QuestionFindings reason;
  reason.question_id = "reason";
  reason.text = "What is the main reason you would not continue?";
  reason.kind = Kind::single_choice;
  reason.asked = 210, reason.answered = 204;
  reason.distribution = {
      share("price", "Too expensive", 71, 204),
      share("missing", "Misses a feature I need", 52, 204),
      share("slow", "Too slow, especially on a phone or with a weak connection in a train", 33,
            204),
      share("hard", "Hard to learn", 29, 204),
      share("other", "Other", 19, 204),
      share("evil", "<script>alert(1)</script> & \"quotes\" | pipes", 0, 204)};
  reason.notes = {
      "19 people wrote a reason of their own; their words are part of the text themes."};
  out.questions.push_back(reason);

  insight::QuestionFindings aspects;
  aspects.question_id = "aspects";
  aspects.text = "How do you rate these parts of the app?";
  aspects.kind = Kind::matrix;
  aspects.asked = 412, aspects.answered = 398;
  const auto aspect = [](std::string id, std::string label,
                         const std::vector<std::int64_t>& counts) {
    insight::Breakdown row{std::move(id), std::move(label), 0, scale(1, counts), {}};
    row.distribution[0].label = "Very poor", row.distribution[1].label = "Poor";
    row.distribution[2].label = "Fair", row.distribution[3].label = "Good";
    row.distribution[4].label = "Very good";
    double sum = 0;
    for (std::size_t i = 0; i < counts.size(); ++i) {
      row.base += counts[i];
      sum += static_cast<double>(counts[i]) * static_cast<double>(i + 1);
    }
    const auto tidy = [](double x) { return std::round(x * 1e4) / 1e4; };
    const double mean = tidy(sum / static_cast<double>(row.base));
    row.metrics = {
        {"mean", mean, analysis::Interval{tidy(mean - 0.1), tidy(mean + 0.1)}, row.base}};
    return row;
  };
  aspects.rows = {aspect("support", "Support", {6, 14, 41, 120, 214}),
                  aspect("ease", "Ease of use", {18, 37, 88, 160, 92}),
                  aspect("calendar", "Calendar and time lines", {44, 82, 120, 101, 46}),
                  aspect("mobile", "Mobile app", {98, 130, 96, 51, 18})};
  out.questions.push_back(aspects);

  insight::QuestionFindings why;
  why.question_id = "why";
  why.text = "In your own words: why did you give this rating?";
  why.kind = Kind::open_text;
  why.asked = 412, why.answered = 331, why.used = 318;
  why.sentiment = analysis::SentimentMix{148, 61, 109};
  why.themes = {
      theme(1, "Price", {"price", "expensive", "per seat", "cost"}, 108, 318, {79, 17, 12},
            {evidence(response(1), "why",
                      "Great app, but 18 a month per seat is a lot for three people."),
             evidence(response(2), "why", "too expensive for what it does"),
             evidence(response(5), "why", "Worth every cent for us.")}),
      theme(2, "Mobile app", {"mobile", "slow", "phone", "crash"}, 74, 318, {66, 5, 3},
            {evidence(response(6), "why",
                      "the mobile app takes ages to open on my phone \xF0\x9F\x98\xA1")}),
      theme(3, "Calendar sync", {"calendar", "sync", "google", "outlook"}, 51, 318, {36, 11, 4},
            {evidence(response(7), "why",
                      "No two-way sync with Google Calendar, a deal breaker.\nSorry.")}),
      theme(4, "Support", {"support", "quick", "helpful"}, 44, 318, {4, 3, 37},
            {evidence(response(4), "why", "Support answered in ten minutes, on a Sunday!")}),
      theme(5,
            "Hostile <b>words</b> \xE2\x80\xAE"
            "gnorw",
            {"</bdi>", "=1+1"}, 9, 318, {3, 3, 3},
            {evidence("row:17", "why",
                      "<script>alert('x')</script> \xE2\x80\xAE"
                      "desrever \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D ]]> --> </style>"),
             evidence("row:18", "why", std::string(180, 'W')),
             evidence("row:19", "why",
                      "=HYPERLINK(\"http://example.com\")\x01 \xFF |pipe| [link](x) *b*")})};
  why.unthemed = 61;
  why.keyphrases = {{"per seat", 31, evidence(response(1), "why", "18 a month per seat")},
                    {"+cheap", 3, evidence(response(2), "why", "+cheap")}};
  why.notes = {"13 answers were left out: 9 were empty, 4 were duplicates."};
  out.questions.push_back(why);

  insight::QuestionFindings features;
  features.question_id = "features";
  features.text = "Which of these did you use?";
  features.kind = Kind::multiple_choice;
  features.asked = 412, features.answered = 407;
  features.distribution = {share("Boards", "Boards", 342, 407),
                           share("Gantt", "Gantt chart", 207, 407),
                           share("Reports", "Reports", 121, 407), share("API", "API", 38, 407)};
  out.questions.push_back(features);

  struct Small {
    Kind kind;
    const char* id;
    std::vector<analysis::Share> distribution;
    std::vector<analysis::Metric> metrics;
  };
  const std::vector<Small> small{
      {Kind::rating, "rating", scale(1, {2, 3, 9, 11, 4}), {{"mean", 3.41, {}, 29}}},
      {Kind::ces,
       "ces",
       scale(1, {1, 2, 2, 4, 8, 9, 3}),
       {{"ces", 5.03, analysis::Interval{4.5, 5.6}, 29}}},
      {Kind::likert,
       "likert",
       {share("agree", "Agree", 20, 29), share("disagree", "Disagree", 9, 29)},
       {}},
      {Kind::ranking,
       "ranking",
       {share("a", "Speed", 15, 29), share("b", "Price", 14, 29)},
       {{"mean_rank", 1.5, {}, 29}}},
      {Kind::yes_no, "yes_no", {share("yes", "Yes", 14, 28), share("no", "No", 14, 28)}, {}},
      {Kind::number,
       "team_size",
       {},
       {{"mean", 14.25, analysis::Interval{9.5, 19.0}, 28}, {"median", 6, {}, 28}}},
      {Kind::date, "start", {}, {}},
      {Kind::consent, "consent", {share("true", "Agreed", 29, 29)}, {}},
      {Kind::contact, "contact", {}, {}}};
  for (const Small& one : small) {
    insight::QuestionFindings question;
    question.question_id = one.id;
    question.text = std::string("A question of the kind ") + one.id;
    question.kind = one.kind;
    question.asked = 30, question.answered = 29;
    question.distribution = one.distribution;
    question.metrics = one.metrics;
    question.notes = {"Small base: fewer than 30 answers."};
    out.questions.push_back(std::move(question));
  }

  const auto segment = [](std::string id, std::string label, std::int64_t base,
                          const std::vector<std::int64_t>& counts) {
    const char* labels[] = {"Price", "Mobile app", "Calendar sync", "Support"};
    insight::Breakdown part{id, std::move(label), base, {}, {}};
    for (std::size_t i = 0; i < counts.size(); ++i)
      part.distribution.push_back(share("t" + std::to_string(i + 1), labels[i], counts[i], base));
    return part;
  };
  out.cross_tabs = {
      {"why",
       "plan",
       {segment("free", "Free", 170, {81, 38, 22, 9}), segment("pro", "Pro", 124, {25, 30, 21, 25}),
        segment("team", "Team <i>&", 24, {2, 6, 8, 10})}},
      {"nps",
       "plan",
       {{"free", "Free", 211, {}, {{"nps", -9, analysis::Interval{-19, 1}, 211}}},
        {"pro", "Pro", 150, {}, {{"nps", 22, analysis::Interval{10, 34}, 150}}},
        {"team", "Team", 40, {}, {{"nps", 38, analysis::Interval{14, 62}, 40}}}}}};
  const auto beyond = [](analysis::Method method, double p) {
    return insight::Verdict{method, p, p * 4, p * 4 < 0.05};
  };
  out.cross_tabs[0].tests = {{"t1", "free", 0.291, analysis::Interval{0.19, 0.38},
                              beyond(analysis::Method::two_proportions, 1e-7)},
                             {"t4", "free", -0.183, analysis::Interval{-0.26, -0.11},
                              beyond(analysis::Method::two_proportions, 2e-5)},
                             {"t2", "pro", 0.02, analysis::Interval{-0.07, 0.11},
                              beyond(analysis::Method::two_proportions, 0.24)}};
  out.cross_tabs[1].tests = {{"nps", "free", -34.3, analysis::Interval{-49.1, -19.4},
                              beyond(analysis::Method::welch, 1e-5)}};
  out.tests = 4;
  out.recommendations = {
      {"r1",
       "fix_theme",
       "Look into \u201cPrice\u201d. 34 % of 318 texts name it, 73 % of what they say about it is "
       "negative.",
       "why",
       "t1",
       0.4,
       {{"share", 0.34, analysis::Interval{0.29, 0.39}, 318},
        {"negative", 0.73, analysis::Interval{0.64, 0.81}, 108},
        {"effect", -2.1, analysis::Interval{-2.7, -1.4}, 318}},
       {evidence(response(2), "why", "too expensive for what it does")}},
      {"r2",
       "raise_driver",
       "Raise \u201cMobile app\u201d <now>.",
       "nps",
       "aspects/mobile",
       0.1,
       {{"mean", 2.4, {}, 393}},
       {}}};
  out.drivers = {{"nps",
                  401,
                  0.41,
                  0.4,
                  {{"why/t1", "Price", 0.6, {0.45, 0.7}, -2.1, {-2.7, -1.4}, 318, true},
                   {"aspects/mobile", "Mobile app", 0.3, {0.2, 0.4}, 0.8, {0.5, 1.1}, 393, true},
                   {"why/t3", "Calendar | sync", 0.1, {0, 0.2}, -0.3, {-0.9, 0.3}, 318, false}},
                  ""},
                 {"csat", 12, 0, 0, {}, "Only 12 ratings: too few."}};
  out.trends = {{"nps",
                 "",
                 "",
                 "nps",
                 "week",
                 {{"2026-03-02", 120, 18, {6, 30}},
                  {"2026-03-09", 0, 0, {0, 0}},
                  {"2026-03-16", 140, 9, {-3, 21}},
                  {"2026-03-23", 141, -4, {-16, 8}}},
                 -7.2,
                 beyond(analysis::Method::linear_trend, 0.004)},
                {"why",
                 "t1",
                 "Price",
                 "share",
                 "week",
                 {{"2026-03-02", 90, 0.3, {0.22, 0.4}}, {"2026-03-16", 101, 0.34, {0.26, 0.44}}},
                 0.02,
                 beyond(analysis::Method::linear_trend, 0.4)}};
  out.waves = {{"nps",
                "",
                "",
                "nps",
                15,
                7.2,
                380,
                401,
                -7.8,
                {-18.4, 2.8},
                beyond(analysis::Method::welch, 0.15)},
               {"features",
                "Gantt",
                "Gantt chart",
                "share",
                0.4,
                0.509,
                390,
                407,
                0.109,
                {0.04, 0.177},
                beyond(analysis::Method::two_proportions, 0.002)}};
  out.personas = insight::PersonaFindings{
      398,
      0.41,
      {{"p1",
        "Mostly \u201cPro\u201d, rarely \u201cPrice\u201d",
        240,
        0.603,
        {0.554, 0.65},
        {{"plan", "Plan", "Pro", false, 0.7, 0.1}, {"nps", "How likely?", "", true, 8.4, 4.2}},
        {evidence(response(4), "why", "Support answered in ten minutes, on a Sunday!")}},
       {"p2", "Low on \u201c<i>\u201d", 158, 0.397, {0.35, 0.446}, {}, {}}},
      ""};
  out.quality = {{"duplicate",
                  "An earlier response has the same words.",
                  4,
                  331,
                  {"row:17", "row:18", "row:19", response(9)}},
                 {"speeder", "Faster than others.", 30, 412, {"row:<1>"}}};
  out.weighting =
      insight::WeightFindings{"raking", {"hidden.plan"}, 310.4, 1.34, 0.6, 2.1, true, 4, 0, 3, 2};
  out.notes = {"Respondents chose to take part."};
  out.manifest = {"local",
                  "0.1.0",
                  "0190a3c2-7b1e-7c3d-8f00-0123456789ab",
                  2,
                  std::string(64, 'b'),
                  std::string(64, 'c'),
                  415,
                  7,
                  {{"themes.max", "12"}, {"language", "en"}}};
  return out;
}

}  // namespace insightflow::test
