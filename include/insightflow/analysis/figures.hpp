#pragma once

#include <insightflow/core/fields.hpp>

#include <cstdint>
#include <optional>
#include <string>

/// The small result types that every part of the analysis shares.
namespace insightflow::analysis {

/// A confidence interval, both ends included. The level is 95 % unless stated beside it.
struct Interval {
  double low = 0;
  double high = 0;
  friend bool operator==(const Interval&, const Interval&) = default;
};
BOOST_DESCRIBE_STRUCT(Interval, (), (low, high))

/// How often something was chosen. `share` is `count` over the base it stands under, in [0, 1],
/// with a Wilson interval (Wilson 1927).
struct Share {
  std::string id;     ///< Option id, scale value or segment value.
  std::string label;  ///< For people.
  std::int64_t count = 0;
  double share = 0;
  Interval interval;
  friend bool operator==(const Share&, const Share&) = default;
};
BOOST_DESCRIBE_STRUCT(Share, (), (id, label, count, share, interval))

/// One computed figure: "nps" in points from -100 to 100, "csat" as a share in [0, 1]; "ces",
/// "mean", "median", "standard_deviation" and "mean_rank" in the units of the question.
struct Metric {
  std::string name;
  double value = 0;
  std::optional<Interval> interval;
  std::int64_t base = 0;  ///< Answers it rests on.
  friend bool operator==(const Metric&, const Metric&) = default;
};
BOOST_DESCRIBE_STRUCT(Metric, (), (name, value, interval, base))

enum class Sentiment { negative, neutral, positive };
BOOST_DESCRIBE_ENUM(Sentiment, negative, neutral, positive)

/// The mood of one text. `score` is the probability of the label, in [1/3, 1].
struct Mood {
  Sentiment label = Sentiment::neutral;
  double score = 0;
  friend bool operator==(const Mood&, const Mood&) = default;
};
BOOST_DESCRIBE_STRUCT(Mood, (), (label, score))

/// How many texts are of which mood.
struct SentimentMix {
  std::int64_t negative = 0;
  std::int64_t neutral = 0;
  std::int64_t positive = 0;
  friend bool operator==(const SentimentMix&, const SentimentMix&) = default;
};
BOOST_DESCRIBE_STRUCT(SentimentMix, (), (negative, neutral, positive))

}  // namespace insightflow::analysis

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<analysis::Mood>();
}  // namespace insightflow
