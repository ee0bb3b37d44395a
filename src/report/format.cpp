#include <insightflow/core/utf8.hpp>

#include <report/format.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace insightflow::report {

namespace {

constexpr std::string_view minus = "\u2212";
constexpr std::string_view en_dash = "\u2013";
constexpr std::string_view replacement = "\ufffd";

std::string fixed(double value, int decimals) {
  std::array<char, 400> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value,
                                 std::chars_format::fixed, decimals);
  return {buffer.data(), end.ptr};
}

/// Half away from zero, and never "-0": what reads well beside other rounded figures.
double rounded(double value) {
  return std::round(value) + 0.0;
}

bool steers_direction(char32_t point) {
  return point == 0x61C || point == 0x200E || point == 0x200F ||
         (point >= 0x202A && point <= 0x202E) || (point >= 0x2066 && point <= 0x2069);
}

/// Calls `write(code point, its bytes)`; bytes that are not UTF-8 arrive as U+FFFD.
template <class Write>
void each_point(std::string_view text, Write write) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t start = at;
    const char32_t point = utf8::decode(text, at);
    if (point == utf8::invalid_code_point)
      write(char32_t{0xFFFD}, replacement);
    else
      write(point, text.substr(start, at - start));
  }
}

struct Entity {
  char32_t point;
  std::string_view text;
};
constexpr std::array html_entities{Entity{U'&', "&amp;"}, Entity{U'<', "&lt;"},
                                   Entity{U'>', "&gt;"}, Entity{U'"', "&quot;"},
                                   Entity{U'\'', "&#39;"}};

std::string escape(std::string_view text, bool keep_direction) {
  std::string out;
  out.reserve(text.size() + text.size() / 8);
  each_point(text, [&](char32_t point, std::string_view bytes) {
    const auto* entity = std::find_if(html_entities.begin(), html_entities.end(),
                                      [&](const Entity& e) { return e.point == point; });
    if (entity != html_entities.end()) {
      out += entity->text;
    } else if (point == '\n' || point == '\t') {
      out += bytes;
    } else if (point < 0x20) {  // The "control pictures" of Unicode: U+2400 and following.
      out += "\xe2\x90";
      out += static_cast<char>(0x80 + point);
    } else if (point >= 0x7F && point < 0xA0) {
      out += replacement;
    } else if ((point & 0xFFFE) == 0xFFFE || (point >= 0xFDD0 && point <= 0xFDEF)) {
      out += replacement;
    } else if (keep_direction || !steers_direction(point)) {
      out += bytes;
    }
  });
  return out;
}

std::size_t columns_of(char32_t point) {
  return point >= 0x1100 && (point < 0x2000 || point > 0x2BFF) ? 2 : 1;
}

/// `tenths` always shows one place, so that figures side by side are of one kind.
enum class Unit { plain, points, share, tenths };

struct MetricName {
  std::string_view name;
  std::string_view label;
  Unit unit;
};
constexpr std::array metric_names{
    MetricName{"nps", "Net Promoter Score", Unit::points},
    MetricName{"csat", "Satisfied (CSAT)", Unit::share},
    MetricName{"ces", "Customer effort (CES)", Unit::tenths},
    MetricName{"mean", "Mean", Unit::tenths},
    MetricName{"median", "Median", Unit::plain},
    MetricName{"standard_deviation", "Standard deviation", Unit::tenths},
    MetricName{"mean_rank", "Mean rank", Unit::tenths},
    MetricName{"share", "Share", Unit::share},
    MetricName{"negative", "Negative", Unit::share},
    MetricName{"positive", "Positive", Unit::share},
    MetricName{"share_in_segment", "Share in the group", Unit::share},
    MetricName{"effect", "Difference in the score", Unit::tenths},
    MetricName{"weight", "Part of what explains the score", Unit::share},
    MetricName{"minimum", "Lowest", Unit::plain},
    MetricName{"maximum", "Highest", Unit::plain}};

std::string in_unit(double value, Unit unit) {
  if (unit == Unit::points) return points(value);
  if (unit == Unit::share) return percent(value);
  const bool small = std::abs(value) < 100;
  std::string out = decimal(value, small ? 1 : 0);
  if (unit == Unit::tenths && small && std::isfinite(value) && out.find('.') == out.npos)
    out += ".0";
  return out;
}

}  // namespace

std::string decimal(double value, int decimals) {
  if (!std::isfinite(value)) return std::string(en_dash);
  std::string out = fixed(std::abs(value), decimals);
  if (out.find('.') != out.npos) {
    out.erase(out.find_last_not_of('0') + 1);
    if (out.back() == '.') out.pop_back();
  }
  return value < 0 && out != "0" ? std::string(minus) + out : out;
}

std::string exact(double value) {
  if (!std::isfinite(value)) return {};
  std::array<char, 32> buffer;
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value + 0.0);
  return {buffer.data(), end.ptr};
}

std::string count(std::int64_t value) {
  std::string digits = std::to_string(value);
  const std::size_t first = value < 0 ? 1 : 0;
  for (std::size_t at = digits.size(); at > first + 3;) digits.insert(at -= 3, ",");
  return digits;
}

std::string percent(double share) {
  if (!std::isfinite(share)) return std::string(en_dash);
  const double whole = rounded(share * 100);
  std::string out;
  if (share > 0 && whole == 0)
    out = "<" + std::string(no_break_space) + "1";
  else if (share < 1 && whole == 100)
    out = ">" + std::string(no_break_space) + "99";
  else
    out = fixed(whole, 0);
  return out += std::string(no_break_space) + "%";
}

std::string percent_range(const analysis::Interval& interval) {
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) return std::string(en_dash);
  return fixed(rounded(interval.low * 100), 0) + std::string(en_dash) +
         fixed(rounded(interval.high * 100), 0) + std::string(no_break_space) + "%";
}

std::string points(double value) {
  if (!std::isfinite(value)) return std::string(en_dash);
  const double whole = rounded(value);
  return (whole > 0 ? "+" : whole < 0 ? std::string(minus) : "") + fixed(std::abs(whole), 0);
}

std::string counted(std::int64_t n, std::string_view one, std::string_view many) {
  std::string out = count(n) + " ";
  if (n == 1) return out.append(one);
  return many.empty() ? out.append(one) += "s" : out.append(many);
}

MetricWords words_of(const analysis::Metric& metric) {
  const auto* known = std::find_if(metric_names.begin(), metric_names.end(),
                                   [&](const MetricName& m) { return m.name == metric.name; });
  MetricWords out;
  Unit unit = Unit::plain;
  if (known != metric_names.end()) {
    out.label = known->label;
    unit = known->unit;
  } else {
    out.label = metric.name;
    std::replace(out.label.begin(), out.label.end(), '_', ' ');
  }
  out.value = in_unit(metric.value, unit);
  if (metric.interval)
    out.interval = unit == Unit::share ? percent_range(*metric.interval)
                                       : in_unit(metric.interval->low, unit) + " to " +
                                             in_unit(metric.interval->high, unit);
  return out;
}

std::string escape_html(std::string_view text) {
  return escape(text, true);
}

std::string escape_html_plain(std::string_view text) {
  return escape(text, false);
}

std::string escape_markdown(std::string_view text) {
  constexpr std::string_view special = R"(\`*_[]|~$)";
  std::string out;
  bool space = false;
  bool line_start = true;
  each_point(text, [&](char32_t point, std::string_view bytes) {
    if (point <= 0x20 || point == 0x7F || point == 0x85 || point == 0x2028 || point == 0x2029) {
      space = true;
      return;
    }
    if (steers_direction(point)) return;
    if (space && !line_start) out += ' ';
    space = false;
    if (point == '<')
      out += "&lt;";
    else if (point == '>')
      out += "&gt;";
    else if (point == '&')
      out += "&amp;";
    else if (point < 0x80 && special.find(static_cast<char>(point)) != special.npos)
      (out += '\\') += bytes;
    else if (line_start && (point == '-' || point == '=' || point == '+' || point == '#'))
      (out += '\\') += bytes;
    else
      out += bytes;
    line_start = false;
  });
  // "1. " at the start would open a list.
  const std::size_t digits = out.find_first_not_of("0123456789");
  if (digits != 0 && digits != out.npos && (out[digits] == '.' || out[digits] == ')') &&
      (digits + 1 == out.size() || out[digits + 1] == ' '))
    out.insert(digits, "\\");
  return out;
}

std::string escape_csv(std::string_view text) {
  std::string out;
  if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
    out += '\'';
  each_point(text, [&](char32_t, std::string_view bytes) {
    out += bytes;
    if (bytes == "\"") out += '"';
  });
  if (out.find_first_of(",\"\r\n\t") != out.npos) out = "\"" + out + "\"";
  return out;
}

std::vector<std::string> wrap(std::string_view text, std::size_t columns, std::size_t lines) {
  std::vector<std::string> out(1);
  std::size_t used = 0;        // Columns of the current line.
  std::size_t space_at = 0;    // Byte behind the last space of the current line; 0: none.
  std::size_t space_used = 0;  // Columns up to there.
  bool cut = false;
  each_point(text, [&](char32_t point, std::string_view bytes) {
    if (cut || steers_direction(point)) return;
    if (point <= 0x20) {
      if (used == 0 || out.back().back() == ' ') return;
      bytes = " ";
    }
    const std::size_t width = columns_of(point);
    if (used + width > columns) {
      if (out.size() == lines) {
        cut = true;
        return;
      }
      std::string rest;
      if (bytes != " " && space_at > 0) {
        rest = out.back().substr(space_at);
        out.back().resize(space_at);
        used -= space_used;
      } else {
        used = 0;
      }
      out.push_back(std::move(rest));
      space_at = space_used = 0;
      if (bytes == " ") return;
    }
    out.back() += bytes;
    used += width;
    if (bytes == " ") {
      space_at = out.back().size();
      space_used = used;
    }
  });
  for (std::string& line : out)
    while (!line.empty() && line.back() == ' ') line.pop_back();
  if (cut) out.back() += "\u2026";
  return out;
}

}  // namespace insightflow::report
