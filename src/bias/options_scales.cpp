#include "bias/inspection.hpp"

#include <algorithm>
#include <cstdlib>

/// Rating scales: balance, points, labels, order.
namespace insightflow::bias {

namespace {

/// "from 1 (very poor) to 5 (very good)", "where 0 means not at all": the stem labels the ends.
bool stem_labels_ends(const Text& text) {
  int labelled = 0;
  for (std::uint32_t i = 0; i + 1 < text.tokens.size(); ++i) {
    const std::string& word = text.tokens[i].word;
    if (word.find_first_not_of("0123456789") != std::string::npos) continue;
    const Token& next = text.tokens[i + 1];
    labelled += next.before == '(' || next.before == '=' || next.before == ':' ||
                is_one_of(next.word, {"means", "meaning", "is", "being", "as", "for", "indicates",
                                      "stands", "equals"});
  }
  return labelled >= 2;
}

struct TextScale {
  std::uint32_t first, last;  ///< Tokens of "0 to 100".
  int points;
};

/// "… on a scale from 0 to 100" that stands in the question alone, without answers to choose.
std::optional<TextScale> scale_in_text(const Item& item) {
  const Text& text = item.text;
  if (item.listed || item.question->scale) return std::nullopt;
  const auto number = [&](std::uint32_t at) {
    const std::string& word = text.tokens[at].word;
    return word.find_first_not_of("0123456789") == std::string::npos && word.size() < 7
               ? std::stoi(word)
               : -1;
  };
  for (std::uint32_t i = 0; i + 3 < text.tokens.size(); ++i) {
    if (text.tokens[i].word != "scale") continue;
    const std::uint32_t low = is_one_of(text.tokens[i + 1].word, {"from", "of"}) ? i + 2 : i + 1;
    if (low + 2 >= text.tokens.size() || text.tokens[low + 1].word != "to") continue;
    const int points = number(low + 2) - number(low) + 1;
    if (number(low) >= 0 && points > 1) return TextScale{low, low + 2, points};
  }
  return std::nullopt;
}

}  // namespace

void check_unbalanced_scale(const Item& item, Sink& sink) {
  if (item.kind() == Kind::multiple_choice || item.kind() == Kind::ranking) return;
  int positive = 0, negative = 0, ranked = 0, zero = 0;
  bool fair = false;
  for (const Label& label : item.list.labels) {
    if (label.outside || label.construct == Construct::frequency ||
        label.construct == Construct::degree || label.construct == Construct::yes_no)
      continue;
    ranked += label.ranked;
    // Beside "Good", people place "Fair" a little below the middle (Myers & Warner 1968).
    const bool lower_half = label.core == "Fair" || label.core == "fair";
    fair = fair || lower_half;
    positive += label.positive && !lower_half;
    negative += label.negative || lower_half;
    zero += label.zero;
  }
  const bool both_asked = item.text.has(Mark::antonym);
  if (both_asked && ranked >= 2 && (positive == 0) != (negative == 0)) {
    sink.field(item, item.listed ? "options" : "scale",
               {"The question names both sides, but every answer is " +
                    std::string(positive ? "positive" : "negative") + ".",
                "Offer as many answers on the other side.",
                {},
                Confidence::high});
    return;
  }
  if (ranked < 3 || zero > 0 || item.list.substantive < 4) return;
  if (ranked * 5 < static_cast<int>(item.list.substantive) * 4) return;
  if (positive == negative) return;
  // "Very poor, Poor, Fair, Good, Very good": here it is the middle.
  if (fair && positive == negative - 1) return;
  // "Not important, slightly important, very important": a single bare denial is the floor of a
  // one-sided scale, if its low steps are there.
  int denials = 0;
  bool low_step = false;
  bool middle = false;
  for (const Label& label : item.list.labels) {
    denials += label.negative && label.denied;
    low_step = low_step || (label.positive && label.rank <= 3);
    middle = middle || label.middle;
  }
  if (negative == 1 && denials == 1 && !middle && positive >= 2 && low_step) return;
  // Excellent to Poor over Fair is the usual list of health surveys: lopsided, but known.
  const bool usual = fair && positive == 3 && negative == 2;
  const std::string more = positive > negative ? "positive" : "negative";
  sink.field(
      item, item.listed ? "options" : "scale",
      {std::to_string(positive) + " positive answers against " + std::to_string(negative) +
           (fair ? " from \"Fair\" down: the " : " negative: the ") + more + " side has more room.",
       "Offer as many " + std::string(positive > negative ? "negative" : "positive") +
           " answers, word for word the opposites.",
       usual ? std::optional(Severity::note) : std::nullopt,
       usual ? Confidence::medium : Confidence::high});
}

void check_scale_points(const Item& item, Sink& sink) {
  const Text& text = item.text;
  if (const auto scale = scale_in_text(item); scale && scale->points > 11) {
    sink.text(item, span_of(text, scale->first, scale->last),
              {"A scale from " + quote(text.words(scale->first, scale->last)) +
                   " has more points than people can tell apart.",
               "Use five or seven labelled points, or 0 to 10.",
               {},
               Confidence::high});
    return;
  }
  if (!item.rating_scale || item.kind() == Kind::matrix) return;
  if (item.points > 11) {
    sink.field(item, item.listed ? "options" : "scale",
               {"The scale has " + std::to_string(item.points) +
                    " points; people cannot tell so many apart.",
                "Use five or seven labelled points, or 0 to 10.",
                {},
                Confidence::high});
    return;
  }
  if (item.points >= 4 || item.points < 2 || item.list.ranges) return;
  if (item.listed && item.list.construct == Construct::none) return;
  sink.field(item, item.listed ? "options" : "scale",
             {"The scale has only " + std::to_string(item.points) + " points.",
              "Five labelled points tell more at the same effort.", Severity::note});
}

void check_scale_labels(const Item& item, Sink& sink) {
  if (const auto scale = scale_in_text(item);
      scale && !item.closed && !stem_labels_ends(item.text) && item.text.is_question()) {
    sink.text(item, span_of(item.text, scale->first, scale->last),
              {"What the ends of the scale from " +
                   quote(item.text.words(scale->first, scale->last)) + " mean is not said.",
               "Say it, as in \"from 0 (very poor) to 10 (very good)\".",
               {},
               Confidence::high});
    return;
  }
  if (!item.rating_scale || item.kind() == Kind::nps || item.kind() == Kind::matrix) return;
  if (item.points < 3 || stem_labels_ends(item.text) || item.text.has(Mark::count_stem)) return;
  if (item.listed) {
    if (!item.list.numeric || item.list.substantive < 3) return;
    sink.field(item, "options",
               {"The answers are bare numbers from " + quote(item.list.labels.front().core) +
                    " on; what they mean is not said.",
                "Label at least both ends, better every point.",
                {},
                Confidence::high});
    return;
  }
  const survey::Scale scale = survey::scale_of(*item.question);
  const bool low = scale.labels.count(std::to_string(scale.min)) != 0;
  const bool high = scale.labels.count(std::to_string(scale.max)) != 0;
  if (low && high) return;
  sink.field(
      item, "scale",
      {"Of the scale from " + std::to_string(scale.min) + " to " + std::to_string(scale.max) +
           ", " + (low || high ? "one end" : "neither end") + " is labelled.",
       "Label at least both ends, better every point.",
       {},
       Confidence::high});
}

void check_illogical_order(const Item& item, Sink& sink) {
  if (item.kind() == Kind::multiple_choice || item.kind() == Kind::ranking) return;
  const auto& labels = item.list.labels;
  if (item.question->randomize && item.list.ordinal && labels.size() >= 3 && item.listed) {
    sink.field(item, "options",
               {"The answers have an order but are shuffled.",
                "Do not randomise an ordered scale.",
                {},
                Confidence::high});
    return;
  }
  struct Point {
    double rank;
    std::size_t at;
  };
  std::vector<Point> points;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].outside || labels[i].other) continue;
    if (item.list.ranges) {
      const auto& range = labels[i].interval;
      if (range) points.push_back({std::max(range->low, std::min(0.0, range->high)), i});
    } else if (labels[i].ranked) {
      points.push_back({static_cast<double>(labels[i].rank), i});
    }
  }
  if (points.size() < 3 || (!item.list.ranges && points.size() < item.list.substantive)) return;
  if (!item.list.ranges && item.list.construct == Construct::none) return;
  const double direction = points.back().rank >= points.front().rank ? 1 : -1;
  for (std::size_t i = 1; i < points.size(); ++i) {
    // Neighbouring words of middling strength ("somewhat", "fairly") have no agreed order.
    const bool middling = std::abs(points[i].rank) <= 3 && std::abs(points[i - 1].rank) <= 3;
    const bool soft =
        !item.list.ranges && (middling || item.list.construct == Construct::frequency);
    if ((points[i].rank - points[i - 1].rank) * direction >= (soft ? -1 : 0)) continue;
    sink.option(item, points[i].at,
                {quote(labels[points[i].at].core) + " after " +
                     quote(labels[points[i - 1].at].core) + " breaks the order of the list.",
                 "Sort the answers from one end to the other.",
                 {},
                 Confidence::high});
    return;
  }
}

}  // namespace insightflow::bias
