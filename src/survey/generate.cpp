#include "survey/generate_parts.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/survey/generate.hpp>

#include <algorithm>
#include <set>

namespace insightflow::survey {

namespace {

using generation::Answers;
using generation::closing_patterns;
using generation::common_facets;
using generation::give_answers;
using generation::Pattern;
using generation::Plan;
using generation::plan_of;

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == text.npos;
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return out;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 32);
  return text;
}

std::string filled(std::string_view pattern, const Reading& reading) {
  const std::pair<std::string_view, std::string_view> slots[] = {
      {"{s}", reading.subject},
      {"{is}", reading.plural ? "are" : "is"},
      {"{was}", reading.plural ? "were" : "was"},
      {"{were}", "were"},
      {"{do}", reading.plural ? "do" : "does"},
      {"{take}", reading.plural ? "take" : "takes"}};
  std::string out;
  while (!pattern.empty()) {
    const std::size_t open = pattern.find('{');
    out += pattern.substr(0, open);
    if (open == pattern.npos) break;
    pattern.remove_prefix(open);
    bool known = false;
    for (const auto& [slot, words] : slots)
      if (pattern.starts_with(slot)) {
        out += words;
        pattern.remove_prefix(slot.size());
        known = true;
        break;
      }
    if (!known) {
      out += pattern.front();
      pattern.remove_prefix(1);
    }
  }
  return capitalised(std::move(out));
}

/// A question that may be asked; `order` is its place, `priority` how long it is kept.
struct Candidate {
  Question question;
  int order = 0;
  int priority = 0;
  std::string key, follows, condition;
  bool chosen = false;
};

struct Opening {
  std::string_view words;
  Kind kind;
  Answers answers;
};
/// How a question given word for word begins tells what it is.
constexpr std::array openings{
    Opening{"how satisfied ", Kind::csat, Answers::satisfaction},
    Opening{"overall, how satisfied ", Kind::csat, Answers::satisfaction},
    Opening{"how likely are you to recommend", Kind::nps, Answers::recommend},
    Opening{"how likely is it that you would recommend", Kind::nps, Answers::recommend},
    Opening{"how likely ", Kind::rating, Answers::likelihood},
    Opening{"how easy ", Kind::ces, Answers::ease},
    Opening{"how difficult ", Kind::ces, Answers::ease},
    Opening{"how important ", Kind::rating, Answers::importance},
    Opening{"how useful ", Kind::rating, Answers::usefulness},
    Opening{"how clear ", Kind::rating, Answers::quality},
    Opening{"how interested ", Kind::rating, Answers::interest},
    Opening{"how many ", Kind::number, Answers::none},
    Opening{"do ", Kind::yes_no, Answers::yes_no},
    Opening{"does ", Kind::yes_no, Answers::yes_no},
    Opening{"did ", Kind::yes_no, Answers::yes_no},
    Opening{"is ", Kind::yes_no, Answers::yes_no},
    Opening{"are ", Kind::yes_no, Answers::yes_no},
    Opening{"was ", Kind::yes_no, Answers::yes_no},
    Opening{"were ", Kind::yes_no, Answers::yes_no},
    Opening{"has ", Kind::yes_no, Answers::yes_no},
    Opening{"have ", Kind::yes_no, Answers::yes_no},
    Opening{"can ", Kind::yes_no, Answers::yes_no},
    Opening{"will ", Kind::yes_no, Answers::yes_no},
    Opening{"would ", Kind::yes_no, Answers::yes_no},
    Opening{"should ", Kind::yes_no, Answers::yes_no}};

Question must_ask_question(const std::string& text) {
  Question question;
  question.text = text;
  const std::string start =
      lower(text.substr(std::min(text.find_first_not_of(" \t"), text.size())));
  for (const Opening& opening : openings)
    if (start.starts_with(opening.words)) {
      question.kind = opening.kind;
      give_answers(question, opening.answers);
      return question;
    }
  question.kind = Kind::open_text;
  return question;
}

class Maker {
 public:
  Maker(const Brief& brief, Reading reading)
      : brief_(brief), reading_(std::move(reading)), plan_(plan_of(reading_.intent)) {}

  /// An idea or a market is asked about before anybody has used the thing.
  bool concept_only() const {
    return reading_.intent == Intent::market || reading_.subject.starts_with("a ") ||
           reading_.subject.starts_with("an ");
  }

  /// Nobody has been on trial for a year.
  bool on_trial() const {
    return lower(brief_.audience).find("trial") != std::string::npos ||
           lower(brief_.goal).find("trial user") != std::string::npos;
  }

  void patterns(std::span<const Pattern> patterns, int order) {
    for (const Pattern& pattern : patterns) {
      ++order;
      if (pattern.existing && concept_only()) continue;
      const std::string_view toned = brief_.tone == Tone::friendly ? pattern.friendly
                                     : brief_.tone == Tone::formal ? pattern.formal
                                                                   : std::string_view();
      Candidate candidate;
      candidate.question.kind = pattern.kind;
      candidate.question.text = filled(toned.empty() ? pattern.text : toned, reading_);
      give_answers(candidate.question, pattern.answers == Answers::tenure && on_trial()
                                           ? Answers::trial_tenure
                                           : pattern.answers);
      candidate.order = order;
      candidate.priority = pattern.priority;
      candidate.key = pattern.key;
      candidate.follows = pattern.follows;
      candidate.condition = pattern.condition;
      add(std::move(candidate));
    }
  }

  /// Ratings of the parts, as satisfaction first and as importance where still more is wanted.
  void facets(int order) {
    struct Form {
      Kind kind;
      Answers answers;
      std::string_view text;
      int priority;
    };
    static constexpr Form forms[] = {
        {Kind::csat, Answers::satisfaction, "How satisfied or dissatisfied are you with {f}?", 7},
        {Kind::rating, Answers::importance, "How important or unimportant is {f} to you?", 20},
        {Kind::single_choice, Answers::expectations, "Compared with what you expected, how is {f}?",
         40},
        {Kind::yes_no, Answers::yes_no, "Is there anything you would change about {f}?", 45}};
    for (const Form& form : forms) {
      if (concept_only() && form.answers != Answers::importance) continue;
      int priority = form.priority;
      for (const auto& list : {plan_.facets, common_facets()})
        for (const std::string_view facet : list) {
          const std::string thing = filled(facet, reading_);
          const std::string_view head = std::string_view(thing).substr(0, thing.find(" of "));
          const bool plural = form.answers != Answers::satisfaction &&
                              (head.ends_with("s") || head.find("s to ") != head.npos ||
                               head.find("tools ") != head.npos || head.find("rooms") != head.npos);
          if (plural && form.kind != Kind::yes_no &&
              !std::string_view(thing).starts_with("The way"))
            continue;
          Candidate candidate;
          candidate.question.kind = form.kind;
          std::string text(form.text);
          std::string low = thing;
          low[0] = static_cast<char>(low[0] | 32);
          text.replace(text.find("{f}"), 3, low);
          candidate.question.text = std::move(text);
          give_answers(candidate.question, form.answers);
          candidate.order = order++;
          candidate.priority = priority++;
          add(std::move(candidate));
        }
    }
  }

  Result<void> must_asks(int order) {
    std::set<std::string> seen;
    for (std::size_t i = 0; i < brief_.constraints.must_ask.size(); ++i) {
      const std::string& text = brief_.constraints.must_ask[i];
      if (blank(text))
        return fail(Code::invalid, "must_ask_missing_text",
                    "A question that must be asked has no text; delete it or write it.",
                    "/constraints/must_ask/" + std::to_string(i));
      if (!seen.insert(text).second) continue;
      Candidate candidate;
      candidate.question = must_ask_question(text);
      candidate.order = order++;
      candidate.priority = 0;
      candidate.chosen = true;
      // A pattern with the same words gives way.
      std::erase_if(candidates_, [&](const Candidate& other) {
        return lower(other.question.text) == lower(text);
      });
      candidates_.push_back(std::move(candidate));
      ++chosen_;
    }
    if (chosen_ > brief_.constraints.count)
      return fail(Code::invalid, "must_ask_exceeds_count",
                  std::to_string(chosen_) + " questions must be asked, but the count is " +
                      std::to_string(brief_.constraints.count) + "; raise it or drop some.",
                  "/constraints/count");
    return success();
  }

  void choose() {
    std::vector<std::size_t> by_priority(candidates_.size());
    for (std::size_t i = 0; i < by_priority.size(); ++i) by_priority[i] = i;
    std::stable_sort(by_priority.begin(), by_priority.end(), [&](std::size_t a, std::size_t b) {
      return candidates_[a].priority < candidates_[b].priority;
    });
    // Few write more than a handful of texts; beyond four, one question in four may be open.
    const auto open_limit =
        std::min<std::int64_t>(6, std::max<std::int64_t>(3, brief_.constraints.count / 3));
    std::int64_t open = std::count_if(
        candidates_.begin(), candidates_.end(),
        [](const Candidate& each) { return each.chosen && each.question.kind == Kind::open_text; });
    for (const std::size_t i : by_priority) {
      Candidate& candidate = candidates_[i];
      if (chosen_ >= brief_.constraints.count) break;
      if (candidate.chosen) continue;
      if (candidate.question.kind == Kind::open_text && open >= open_limit) continue;
      if (!candidate.follows.empty() && !parent_of(candidate)) continue;
      candidate.chosen = true;
      ++chosen_;
      open += candidate.question.kind == Kind::open_text;
    }
  }

  Result<Questionnaire> finish() {
    std::vector<Candidate> asked;
    for (Candidate& candidate : candidates_)
      if (candidate.chosen) asked.push_back(std::move(candidate));
    if (asked.empty())
      return fail(Code::invalid, "kinds_exhausted",
                  "None of the allowed kinds fits this goal; allow one of csat, rating, "
                  "single_choice, yes_no or open_text.",
                  "/constraints/kinds");
    std::stable_sort(asked.begin(), asked.end(),
                     [](const Candidate& a, const Candidate& b) { return a.order < b.order; });
    Questionnaire survey;
    survey.language = brief_.language;
    survey.title = filled(plan_.title, reading_);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      Candidate& candidate = asked[i];
      candidate.question.id = "q" + std::to_string(i + 1);
      for (std::size_t k = 0; k < i && !candidate.follows.empty(); ++k)
        if (asked[k].key == candidate.follows) {
          candidate.question.show_if = candidate.condition;
          candidate.question.show_if.replace(candidate.question.show_if.find("{q}"), 3,
                                             survey.questions[k].id);
        }
      survey.questions.push_back(std::move(candidate.question));
    }
    frame(survey);
    return survey;
  }

 private:
  void add(Candidate candidate) {
    const auto& kinds = brief_.constraints.kinds;
    if (!kinds.empty() &&
        std::find(kinds.begin(), kinds.end(), candidate.question.kind) == kinds.end())
      return;
    for (const Candidate& other : candidates_)
      if (other.question.text == candidate.question.text) return;
    candidates_.push_back(std::move(candidate));
  }

  bool parent_of(const Candidate& candidate) const {
    return std::any_of(candidates_.begin(), candidates_.end(), [&](const Candidate& other) {
      return other.chosen && other.key == candidate.follows;
    });
  }

  void frame(Questionnaire& survey) const {
    struct Words {
      std::string_view opening, time_one, time_more, closing;
    };
    static constexpr Words words[] = {
        {"We would like to hear from {a} about {s}.", "It takes about a minute.",
         "It takes about {n} minutes.", "Thank you for your answers."},
        {"Hi! We'd love to hear from {a} about {s}.", "It only takes a minute.",
         "It takes about {n} minutes.", "Thanks so much for your help!"},
        {"We kindly ask {a} to take part in this survey on {s}.",
         "Completing it takes about one minute.", "Completing it takes about {n} minutes.",
         "We thank you for your participation."}};
    const Words& tone = words[static_cast<std::size_t>(brief_.tone)];
    const std::size_t minutes = (survey.questions.size() * 12 + 59) / 60;
    std::string audience = blank(brief_.audience) ? "you" : brief_.audience;
    while (!audience.empty() && (audience.back() == '.' || audience.back() == ' '))
      audience.pop_back();
    std::string text(tone.opening);
    text.replace(text.find("{a}"), 3, audience);
    survey.description = filled(text, reading_) + " ";
    std::string time(minutes == 1 ? tone.time_one : tone.time_more);
    if (const auto at = time.find("{n}"); at != time.npos)
      time.replace(at, 3, std::to_string(minutes));
    survey.description += time;
    survey.closing = tone.closing;
    name_known_terms(survey);
  }

  /// An abbreviation in the goal is the author's own word for the thing: the linter is told so.
  void name_known_terms(Questionnaire& survey) const {
    std::size_t run = 0;
    for (const char c : reading_.subject + " ") {
      const bool letter = (c >= 'A' && c <= 'Z');
      if (letter) {
        ++run;
        continue;
      }
      if (run >= 2) {
        survey.lint = LintNotes{
            {{"jargon", "The goal uses this abbreviation; check that respondents know it."}}};
        return;
      }
      run = 0;
    }
  }

  const Brief& brief_;
  Reading reading_;
  const Plan& plan_;
  std::vector<Candidate> candidates_;
  std::int64_t chosen_ = 0;
};

}  // namespace

Result<Questionnaire> generate(const Brief& brief) {
  if (blank(brief.goal))
    return fail(
        Code::invalid, "goal_missing",
        "Say in one sentence what you want to find out, e.g. \"Why do trial users leave?\".",
        "/goal");
  BOOST_OUTCOME_TRY(utf8::check(brief.goal, "/goal"));
  BOOST_OUTCOME_TRY(utf8::check(brief.audience, "/audience"));
  const std::string language = lower(brief.language.substr(0, brief.language.find_first_of("-_")));
  if (language != "en")
    return fail(Code::unsupported, "language_unsupported",
                "Surveys are generated in English only; generate one and add translations.",
                "/language");
  if (brief.constraints.count < 3 || brief.constraints.count > 40)
    return fail(Code::invalid, "count_out_of_range",
                "Ask for 3 to 40 questions, not " + std::to_string(brief.constraints.count) + ".",
                "/constraints/count");
  const Reading reading = read_goal(brief.goal);
  Maker maker(brief, reading);
  const Plan& plan = plan_of(reading.intent);
  if (maker.concept_only()) maker.patterns(plan_of(Intent::market).opening, 0);
  maker.patterns(plan.opening, 500);
  maker.facets(2000);
  maker.patterns(closing_patterns(), 3000);
  BOOST_OUTCOME_TRY(maker.must_asks(1000));
  maker.choose();
  return maker.finish();
}

}  // namespace insightflow::survey

namespace insightflow {
template const Type& type_of<survey::Brief>();
}  // namespace insightflow
