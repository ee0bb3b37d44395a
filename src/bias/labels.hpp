#pragma once

#include "bias/language.hpp"

#include <optional>
#include <string_view>
#include <vector>

/// What a list of answers is: the kind of scale, the side and strength of each label, and the
/// numbers it covers.
namespace insightflow::bias {

enum class Construct : std::uint8_t {
  none,
  frequency,
  agreement,
  satisfaction,
  quality,
  likelihood,
  importance,
  ease,
  concern,
  usefulness,
  support,
  clarity,
  fairness,
  trust,
  degree,
  yes_no,
  sentiment
};

/// The name of a construct as one would say it: "frequency".
std::string_view name_of(Construct construct);

/// A numeric range a label covers.
struct Interval {
  double low = 0, high = 0;  ///< Infinite where open.
  bool low_closed = true, high_closed = true;
  bool single = false;  ///< One number, not a range.
  int unit = 0;         ///< 0 none, 1 time (values in minutes), 2 percent, 3 other.
};

struct Label {
  std::string_view source;
  std::string_view core;  ///< Without a leading "3 = ".
  Construct construct = Construct::none;
  int rank = 0;  ///< Side (sign) and strength of the label.
  bool ranked = false;
  bool negative = false, positive = false, middle = false;
  bool denied = false;   ///< "Not useful": the head negated.
  bool zero = false;     ///< "Not at all …": the floor of a one-sided scale.
  bool outside = false;  ///< "Don't know", "Prefer not to say": no part of the scale.
  bool other = false, opt_out = false, none = false;
  bool bare_number = false;
  std::optional<Interval> interval;
};

Label read_label(std::string_view source);
std::optional<Interval> read_interval(std::string_view label);

/// "Do you agree …", "agree or disagree": not "Experts agree …".
const Hit* agreement_request(const Text& text);

/// The construct a question asks about ("How often …" is frequency), or none.
Construct asked_construct(const Text& text);

struct LabelList {
  std::vector<Label> labels;
  Construct construct = Construct::none;  ///< Borne by most labels of the scale.
  std::size_t substantive = 0;            ///< Labels that are part of the scale.
  bool numeric = false;                   ///< All substantive labels are bare numbers.
  bool ordinal = false;                   ///< All substantive labels are ranked.
  bool ranges = false;                    ///< All substantive labels are intervals, comparable.
  bool has_other = false, has_opt_out = false, has_none = false, has_uncertain = false;
};

LabelList read_labels(const std::vector<std::string_view>& labels);

}  // namespace insightflow::bias
