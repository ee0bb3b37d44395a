#pragma once

#include <insightflow/analysis/figures.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Charts as SVG text. All horizontal places are percentages and all type sizes are fixed, so a
/// chart is as readable at 320 pixels as at 900; colours are classes that the page's style sheet
/// defines for dark and light. Each chart is one image to a screen reader, with the title and
/// description given; the page puts the same figures into a table beside it.
namespace insightflow::report::charts {

/// What a screen reader says.
struct Caption {
  std::string id;  ///< Unique in the page.
  std::string title;
  std::string description;
};

/// A coloured piece of a bar. `tone` is a class: "accent", "negative", "neutral", "positive",
/// "step0" … "step4" (from worst to best).
struct Piece {
  std::string tone;
  double share = 0;   ///< Of the bar's full scale.
  std::string label;  ///< Written into the piece where it fits.
};

struct Row {
  std::string label;
  std::string value;
  std::vector<Piece> pieces;
  std::optional<analysis::Interval> whisker;
};

/// Where the axis of horizontal bars ends: the smallest of 10, 20, 40, 60, 80 and 100 % that holds
/// all, so that the middle is a round number as well.
double axis_end(std::span<const Row> rows);

/// Horizontal bars, one below the other, each under its label; whiskers show the intervals.
/// With `axis` below 1 the scale ends there, and ticks say so.
std::string bars(const Caption& caption, std::span<const Row> rows, double axis);

/// Columns along a numeric scale.
struct Column {
  std::string label;
  double share = 0;
  std::string tone = "accent";
};
std::string histogram(const Caption& caption, std::span<const Column> columns);

/// A figure over time: one point for each period, the first and the last with words.
struct CoursePoint {
  std::string label;            ///< Of the period.
  std::string words;            ///< Of the value.
  std::optional<double> value;  ///< Nothing for a period without answers.
  std::optional<analysis::Interval> interval;
};
struct Course {
  std::vector<CoursePoint> points;
  double low = 0;
  double high = 1;
};
std::string course(const Caption& caption, const Course& course);

/// A value with its interval on a line from `low` to `high`, with a mark at zero where it is
/// inside.
struct Gauge {
  double value = 0;
  std::optional<analysis::Interval> interval;
  double low = 0;
  double high = 1;
  std::string low_label;
  std::string high_label;
  std::string value_label;
};
std::string gauge(const Caption& caption, const Gauge& gauge);

}  // namespace insightflow::report::charts
