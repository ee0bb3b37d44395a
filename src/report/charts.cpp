#include <report/charts.hpp>
#include <report/format.hpp>
#include <report/markup.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace insightflow::report::charts {

namespace {

constexpr int line_height = 19;
constexpr int bar_height = 16;
constexpr int whisker_height = 7;
constexpr int row_gap = 12;
constexpr std::size_t label_columns = 38;
constexpr std::size_t label_lines = 3;

/// Two decimals are a hundredth of a pixel or so; more would only make the page longer.
std::string place(double fraction) {
  const double hundredths = std::isfinite(fraction) ? std::round(fraction * 10000) : 0;
  return exact(std::clamp(hundredths, 0.0, 10000.0) / 100) + "%";
}

std::string px(int value) {
  return std::to_string(value);
}

int height_of_bar(const Row& row) {
  return bar_height + (row.whisker ? whisker_height : 0);
}

/// Opens the image; the scope must outlive what is drawn.
Markup::Scope open_image(Markup& svg, const Caption& caption, int height) {
  return svg.open("svg", {{"xmlns", "http://www.w3.org/2000/svg"},
                          {"class", "chart"},
                          {"role", "img"},
                          {"width", "100%"},
                          {"height", px(height)},
                          {"aria-labelledby", caption.id + "-t " + caption.id + "-d"}});
}

void describe(Markup& svg, const Caption& caption) {
  svg.element("title", {{"id", caption.id + "-t"}}, caption.title);
  svg.element("desc", {{"id", caption.id + "-d"}}, caption.description);
}

void line(Markup& svg, std::string_view tone, double x1, double x2, int y1, int y2) {
  svg.leaf("line", {{"class", std::string(tone)},
                    {"x1", place(x1)},
                    {"x2", place(x2)},
                    {"y1", px(y1)},
                    {"y2", px(y2)}});
}

void text(Markup& svg, std::string_view tone, std::string x, int y, std::string_view words) {
  svg.element("text", {{"class", std::string(tone)}, {"x", std::move(x)}, {"y", px(y)}}, words);
}

/// Under the bar, so that it is as clear on every colour.
void whisker(Markup& svg, const analysis::Interval& interval, double axis, int top) {
  const double low = interval.low / axis;
  const double high = interval.high / axis;
  const int middle = top + whisker_height / 2 + 1;
  line(svg, "whisker", low, high, middle, middle);
  line(svg, "whisker", low, low, middle - 3, middle + 3);
  line(svg, "whisker", high, high, middle - 3, middle + 3);
}

}  // namespace

double axis_end(std::span<const Row> rows) {
  double most = 0;
  for (const Row& row : rows) {
    double sum = 0;
    for (const Piece& piece : row.pieces) sum += piece.share;
    most = std::max({most, sum, row.whisker ? row.whisker->high : 0.0});
  }
  constexpr std::array ends{0.1, 0.2, 0.4, 0.6, 0.8};
  const auto* end = std::find_if(ends.begin(), ends.end(), [&](double e) { return most <= e; });
  return end == ends.end() ? 1.0 : *end;
}

std::string bars(const Caption& caption, std::span<const Row> rows, double axis) {
  std::vector<std::vector<std::string>> labels;
  int height = 0;
  for (const Row& row : rows) {
    const bool bare = row.label.empty() && row.value.empty();
    labels.push_back(bare ? std::vector<std::string>{}
                          : wrap(row.label, label_columns, label_lines));
    height += static_cast<int>(labels.back().size()) * line_height + height_of_bar(row) + row_gap;
  }
  const int plot = height - row_gap + 4;
  const bool ticks = axis < 1;

  Markup svg;
  {
    const auto image = open_image(svg, caption, ticks ? plot + 20 : plot);
    describe(svg, caption);
    int y = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const Row& row = rows[i];
      if (!row.value.empty()) text(svg, "value", "100%", y + 14, row.value);
      for (const std::string& words : labels[i]) {
        text(svg, "label", "0", y + 14, words);
        y += line_height;
      }
      svg.leaf("rect", {{"class", "track"},
                        {"x", "0"},
                        {"y", px(y)},
                        {"width", "100%"},
                        {"height", px(bar_height)},
                        {"rx", "2"}});
      double from = 0;
      for (const Piece& piece : row.pieces) {
        const double wide = piece.share / axis;
        if (wide <= 0) continue;
        svg.leaf("rect", {{"class", piece.tone},
                          {"x", place(from)},
                          {"y", px(y)},
                          {"width", place(wide)},
                          {"height", px(bar_height)}});
        if (!piece.label.empty() && wide >= 0.12)
          text(svg, "inside on-" + piece.tone, place(from + wide / 2), y + 12, piece.label);
        from += wide;
      }
      if (row.whisker) whisker(svg, *row.whisker, axis, y + bar_height);
      y += height_of_bar(row) + row_gap;
    }
    if (ticks) {
      line(svg, "tick", 0, 1, plot, plot);
      text(svg, "axis", "0", plot + 15, percent(0));
      text(svg, "axis middle", "50%", plot + 15, percent(axis / 2));
      text(svg, "axis end", "100%", plot + 15, percent(axis));
    }
  }
  return svg.take();
}

std::string histogram(const Caption& caption, std::span<const Column> columns) {
  constexpr int top = 20;
  constexpr int plot = 110;
  double most = 0;
  for (const Column& column : columns) most = std::max(most, column.share);
  Markup svg;
  {
    const auto image = open_image(svg, caption, top + plot + 22);
    describe(svg, caption);
    const double step = 1.0 / static_cast<double>(std::max<std::size_t>(columns.size(), 1));
    for (std::size_t i = 0; i < columns.size(); ++i) {
      const Column& column = columns[i];
      const double middle = (static_cast<double>(i) + 0.5) * step;
      int high = most > 0 ? static_cast<int>(std::lround(column.share / most * plot)) : 0;
      if (column.share > 0) high = std::max(high, 1);
      svg.leaf("rect", {{"class", column.tone},
                        {"x", place(middle - step * 0.41)},
                        {"y", px(top + plot - high)},
                        {"width", place(step * 0.82)},
                        {"height", px(high)}});
      // The sign is left to the description: eleven columns must fit on a phone.
      std::string share = percent(column.share);
      share.resize(share.size() - no_break_space.size() - 1);
      if (column.share > 0) text(svg, "axis middle", place(middle), top + plot - high - 6, share);
      text(svg, "label middle", place(middle), top + plot + 17, column.label);
    }
    line(svg, "tick", 0, 1, top + plot, top + plot);
  }
  return svg.take();
}

std::string course(const Caption& caption, const Course& course) {
  constexpr int top = 22;
  constexpr int plot = 110;
  Markup svg;
  {
    const auto image = open_image(svg, caption, top + plot + 24);
    describe(svg, caption);
    const double range = course.high > course.low ? course.high - course.low : 1;
    const auto height = [&](double value) {
      const double part = std::clamp((value - course.low) / range, 0.0, 1.0);
      return top + plot - static_cast<int>(std::lround((std::isfinite(part) ? part : 0) * plot));
    };
    // Space for half a label at both ends.
    const std::size_t size = course.points.size();
    const auto across = [&](std::size_t i) {
      return size < 2 ? 0.5 : 0.06 + 0.88 * static_cast<double>(i) / static_cast<double>(size - 1);
    };
    line(svg, "tick", 0, 1, top + plot, top + plot);
    if (course.low < 0 && course.high > 0) line(svg, "tick", 0, 1, height(0), height(0));
    std::optional<std::size_t> before;
    for (std::size_t i = 0; i < size; ++i) {
      const CoursePoint& point = course.points[i];
      if (!point.value) continue;
      if (point.interval)
        line(svg, "whisker", across(i), across(i), height(point.interval->low),
             height(point.interval->high));
      if (before)
        svg.leaf("line", {{"class", "course"},
                          {"x1", place(across(*before))},
                          {"x2", place(across(i))},
                          {"y1", px(height(*course.points[*before].value))},
                          {"y2", px(height(*point.value))}});
      before = i;
    }
    for (std::size_t i = 0; i < size; ++i) {
      const CoursePoint& point = course.points[i];
      if (!point.value) continue;
      svg.leaf("circle", {{"class", "dot small"},
                          {"cx", place(across(i))},
                          {"cy", px(height(*point.value))},
                          {"r", "4"}});
    }
    // Words at the ends alone: all would not fit on a phone.
    for (const std::size_t i : {std::size_t{0}, size - 1}) {
      if (size == 0) break;
      text(svg, i == 0 ? "axis" : "axis end", i == 0 ? "0" : "100%", top + plot + 17,
           course.points[i].label);
      if (course.points[i].value)
        text(svg, "axis middle", place(across(i)),
             std::max(12, height(course.points[i].interval ? course.points[i].interval->high
                                                           : *course.points[i].value) -
                              7),
             course.points[i].words);
      if (size == 1) break;
    }
  }
  return svg.take();
}

std::string gauge(const Caption& caption, const Gauge& gauge) {
  constexpr int middle = 34;
  const auto at = [&](double value) {
    return std::clamp((value - gauge.low) / (gauge.high - gauge.low), 0.0, 1.0);
  };
  Markup svg;
  {
    const auto image = open_image(svg, caption, 66);
    describe(svg, caption);
    svg.leaf("rect", {{"class", "track"},
                      {"x", "0"},
                      {"y", px(middle - 4)},
                      {"width", "100%"},
                      {"height", "8"},
                      {"rx", "4"}});
    if (gauge.low < 0 && gauge.high > 0) {
      line(svg, "tick", at(0), at(0), middle - 10, middle + 10);
      text(svg, "axis middle", place(at(0)), middle + 28, "0");
    }
    if (gauge.interval)
      svg.leaf("rect", {{"class", "range"},
                        {"x", place(at(gauge.interval->low))},
                        {"y", px(middle - 6)},
                        {"width", place(at(gauge.interval->high) - at(gauge.interval->low))},
                        {"height", "12"},
                        {"rx", "6"}});
    svg.leaf("circle",
             {{"class", "dot"}, {"cx", place(at(gauge.value))}, {"cy", px(middle)}, {"r", "7"}});
    text(svg, "value middle", place(std::clamp(at(gauge.value), 0.05, 0.95)), middle - 14,
         gauge.value_label);
    text(svg, "axis", "0", middle + 28, gauge.low_label);
    text(svg, "axis end", "100%", middle + 28, gauge.high_label);
  }
  return svg.take();
}

}  // namespace insightflow::report::charts
