#include "bias/inspection.hpp"

#include <cmath>
#include <cstdio>

/// Lists of answers: no overlaps, no gaps, a fit with the question.
namespace insightflow::bias {

namespace {

std::string number_text(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.0f", value);
  return buffer;
}

bool overlap(const Interval& a, const Interval& b) {
  // "None" beside "Less than one hour": who has none takes the first.
  if (a.single && a.low == 0 && !std::isfinite(b.low) && !b.high_closed) return false;
  if (a.low > b.high || b.low > a.high) return false;
  if (a.high == b.low) return a.high_closed && b.low_closed;
  if (b.high == a.low) return b.high_closed && a.low_closed;
  return true;
}

/// Ids and labels may repeat where the author forgot to change a copied line.
void check_duplicates(const Item& item, Sink& sink) {
  const auto& labels = item.list.labels;
  for (std::size_t i = 0; i < labels.size(); ++i)
    for (std::size_t k = i + 1; k < labels.size() && k < i + 60; ++k)
      if (!labels[i].core.empty() && labels[i].source == labels[k].source) {
        sink.option(item, k,
                    {quote(labels[k].core) + " stands twice in the list.",
                     "Delete one of them.",
                     {},
                     Confidence::high});
        return;
      }
}

/// "Please share your thoughts …", "Tell us the story …": an order to tell, not to grade.
std::optional<Hit> telling(const Text& text) {
  for (const Sentence& sentence : text.sentences) {
    std::uint32_t at = sentence.first;
    if (text.word(at) == "please" || text.word(at) == "briefly") ++at;
    if (at >= sentence.last ||
        !is_one_of(text.word(at), {"describe", "explain", "tell", "share", "write", "elaborate",
                                   "comment", "outline", "summarise", "summarize", "discuss"}))
      continue;
    std::uint32_t last = at;
    if (is_one_of(text.word(last + 1), {"us", "me"}) && last + 1 < sentence.last) ++last;
    // "Tell us how often …", "Tell us which …", "describe whether": chosen from a list as well.
    if (text.bears(last + 1, Mark::question_word)) {
      const bool manner = text.word(last + 1) == "how" && text.bears(last + 2, Mark::pronoun);
      if (!manner && !is_one_of(text.word(last + 1), {"why", "what"})) continue;
      ++last;
    }
    if (is_one_of(text.word(last + 1), {"if", "whether", "your", "level", "when"}) &&
        text.word(at) == "tell")
      continue;
    return Hit{Mark::open_request, at, last};
  }
  return std::nullopt;
}

bool choices(const Item& item) {
  return item.listed &&
         (item.kind() == Kind::single_choice || item.kind() == Kind::multiple_choice);
}

}  // namespace

void check_overlapping_options(const Item& item, Sink& sink) {
  if (!item.listed) return;
  check_duplicates(item, sink);
  if (!item.list.ranges || item.kind() == Kind::ranking) return;
  const auto& labels = item.list.labels;
  std::size_t previous = labels.size();
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (!labels[i].interval) continue;
    if (previous < labels.size() && overlap(*labels[previous].interval, *labels[i].interval)) {
      const Interval& a = *labels[previous].interval;
      const Interval& b = *labels[i].interval;
      const double shared = std::max(a.low, b.low);
      // Whole numbers can be repaired by starting the later range one higher.
      std::string fix = "Let each number belong to one option only.";
      if (shared == a.high && std::floor(shared) == shared && b.unit != 1 && !b.single) {
        const std::size_t at = labels[i].source.find(number_text(shared));
        if (at != std::string_view::npos)
          fix = replaced(labels[i].source,
                         {static_cast<std::int64_t>(at),
                          static_cast<std::int64_t>(at + number_text(shared).size())},
                         number_text(shared + 1));
      } else if (b.unit == 1) {
        fix = "Write \"" + std::string(labels[previous].core) +
              "\" as \"… to less than …\", so that the boundary belongs to one option.";
      }
      sink.option(item, i,
                  {quote(labels[previous].core) + " and " + quote(labels[i].core) +
                       " both hold for the same answer.",
                   std::move(fix),
                   {},
                   Confidence::high});
      return;
    }
    previous = i;
  }
}

void check_non_exhaustive_options(const Item& item, Sink& sink) {
  if (!item.listed || item.list.has_other) return;
  const auto& labels = item.list.labels;
  if (item.list.ranges) {
    double reach = -INFINITY, top = -INFINITY, bottom = INFINITY;
    std::size_t last = labels.size();
    bool units = false;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      if (!labels[i].interval) continue;
      const Interval& each = *labels[i].interval;
      if (last < labels.size() && each.unit != 1 && each.unit != 2 && each.low > reach + 1 &&
          std::floor(reach) == reach && std::isfinite(each.low)) {
        sink.option(item, i,
                    {"Nothing covers the numbers between " + quote(labels[last].core) + " and " +
                         quote(labels[i].core) + ".",
                     "Start it at " + number_text(reach + 1) + ".",
                     {},
                     Confidence::high});
        return;
      }
      units = units || each.unit == 1;
      reach = each.high;
      top = std::max(top, each.high);
      bottom = std::min(bottom, each.low);
      last = i;
    }
    // Days of a week and hours of a day end by themselves, and so does a named number of things.
    const Text& text = item.text;
    bool counts_time = false, counts_things = false;
    for (std::uint32_t i = 0; i + 2 < text.tokens.size(); ++i) {
      if (text.word(i) != "how" || text.word(i + 1) != "many") continue;
      counts_time = text.bears(i + 2, Mark::time_unit);
      counts_things = !counts_time && text.word(i + 2) != "of" && text.word(i + 2) != "people";
    }
    const bool bounded =
        item.list.has_none || (item.text.has(Mark::time_unit) && (counts_time || !counts_things));
    const bool percent = top == 100 && (bottom <= 0 || item.text.has(Mark::share));
    // What stands behind the last number may open the list in words we do not know.
    const bool unread =
        last < labels.size() && labels[last].interval->single && labels[last].interval->unit == 3;
    if (std::isfinite(top) && !unread && !percent && !(bounded && (units || top <= 31)) &&
        (top > 7 || (counts_things && bottom >= 0)) && last + 1 >= item.list.substantive) {
      sink.option(item, last,
                  {"Nobody above " + quote(labels[last].core) + " has an answer.",
                   "Add an open end, e.g. \"More than " + number_text(units ? 0 : top) + "\".",
                   {},
                   Confidence::medium});
      if (units) return;
    }
    return;
  }
  if (!choices(item) || item.list.numeric || item.list.construct != Construct::none ||
      item.list.has_none || item.list.has_uncertain || item.rating_scale)
    return;
  // Nominal answers to "what" or "which": the author cannot have thought of everything.
  const Text& text = item.text;
  if (text.tokens.empty() || labels.size() < 2) return;
  bool asks_which = false;
  for (std::uint32_t i = 0; i < text.tokens.size() && i < 8; ++i)
    asks_which = asks_which ||
                 is_one_of(text.tokens[i].word, {"what", "which", "where", "why", "who", "how"});
  bool degree = false, range = false;
  for (const Label& label : labels) {
    degree = degree || label.ranked;
    range = range || (label.interval && label.core.find_first_of("0123456789") != label.core.npos);
  }
  const std::string& first = text.tokens[0].word;
  if (!asks_which && !text.is_question()) return;
  // "How did you hear of us?" asks for a way; "How old …", "How well …" for a degree.
  const auto manner = [&](std::uint32_t at) {
    return is_one_of(text.word(at + 1), {"do", "did", "will", "have"}) &&
           text.word(at + 2) == "you" &&
           !is_one_of(text.word(at + 3), {"feel", "rate", "find", "like", "think", "see", "view",
                                          "judge", "assess", "describe", "identify"});
  };
  if (degree || range || (first == "how" && !manner(0))) return;
  for (std::uint32_t i = 0; i + 1 < text.tokens.size(); ++i)
    if ((text.tokens[i].word == "how" && !manner(i)) ||
        (text.tokens[i].word == "best" && text.tokens[i + 1].word.starts_with("describe")))
      return;
  if (!asks_which) return;
  sink.field(item, "options",
             {"A respondent to whom none of " + quote(labels.front().core) + " to " +
                  quote(labels.back().core) + " applies has no answer.",
              "Add \"Other (please specify)\", or \"None of these\"."});
}

void check_long_select_all(const Item& item, Sink& sink) {
  if (item.kind() != Kind::multiple_choice) return;
  const std::size_t count = item.question->options.size();
  if (count <= 10) return;
  sink.field(
      item, "options",
      {"A list of " + std::to_string(count) + " options to tick is not read to its end.",
       item.question->randomize ? "Split it by topic, at most ten a list."
                                : "Split it by topic, at most ten a list, and shuffle them.",
       item.question->randomize ? std::optional(Severity::note) : std::nullopt, Confidence::high});
}

void check_stem_option_mismatch(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (!item.closed) return;
  std::optional<Hit> open;
  if (const Hit* known = text.first(Mark::open_request))
    open = *known;
  else
    open = telling(text);
  // "Describe how you feel" asks for words even where the answers grade a feeling.
  const bool plain_request =
      open && (item.list.construct == Construct::none || item.list.construct == Construct::yes_no ||
               (open->first == 0 && is_one_of(text.word(open->last), {"how", "why"})));
  if (plain_request && item.listed && !text.tokens[open->first].bracketed &&
      item.kind() != Kind::matrix) {
    sink.text(
        item, span_of(text, *open),
        {quote(text.words(*open)) + " asks for words of one's own, but the answers are given.",
         "Make it an open question, or ask which of the answers applies.",
         {},
         Confidence::high});
    return;
  }
  const Construct asked = asked_construct(text);
  const Construct given = item.list.construct;
  // "Is it good or bad?" with "Good" and "Very good".
  if (const Hit* both = text.first(Mark::antonym);
      both && item.listed && given != Construct::none) {
    int positive = 0, negative = 0;
    for (const Label& label : item.list.labels) {
      positive += label.positive;
      negative += label.negative || label.zero;
    }
    if ((positive == 0) != (negative == 0) && positive + negative >= 2) {
      sink.field(item, "options",
                 {"The question asks " + quote(text.words(*both)) + ", but no answer says " +
                      std::string(positive ? "the negative." : "the positive."),
                  "Offer answers for both."});
      return;
    }
  }
  if (asked == Construct::none || given == Construct::none || asked == given) return;
  if (asked == Construct::agreement && given == Construct::yes_no) return;
  // Degrees ("very", "a little") and judgements of quality fit many questions; and these are one.
  static constexpr std::array<std::pair<Construct, Construct>, 9> kin{{
      {Construct::satisfaction, Construct::quality},
      {Construct::satisfaction, Construct::sentiment},
      {Construct::concern, Construct::sentiment},
      {Construct::trust, Construct::quality},
      {Construct::fairness, Construct::quality},
      {Construct::clarity, Construct::quality},
      {Construct::usefulness, Construct::quality},
      {Construct::quality, Construct::sentiment},
      {Construct::ease, Construct::quality},
  }};
  if (given == Construct::degree && asked != Construct::frequency) return;
  if (asked == Construct::frequency && given == Construct::degree) return;
  for (const auto& [a, b] : kin)
    if ((asked == a && given == b) || (asked == b && given == a)) return;
  if (given == Construct::yes_no) {
    sink.field(item, "options",
               {"The question asks for a degree of " + std::string(name_of(asked)) +
                    ", the answers are yes and no.",
                "Offer graded answers, or ask a yes-or-no question."});
    return;
  }
  sink.field(item, "options",
             {"The question asks about " + std::string(name_of(asked)) +
                  ", the answers are about " + std::string(name_of(given)) + ".",
              "Offer answers of " + std::string(name_of(asked)) + ".",
              {},
              Confidence::high});
}

}  // namespace insightflow::bias
