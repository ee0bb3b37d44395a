#include <insightflow/bias/fix.hpp>

#include <algorithm>
#include <vector>

namespace insightflow::bias {

namespace {

using Lines = std::vector<std::string_view>;

Lines lines_of(std::string_view text) {
  Lines out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
    out.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
  return out;
}

/// One line of the script: kept in both, or on one side alone.
struct ScriptLine {
  char mark;  ///< ' ', '-' or '+'.
  std::string_view line;
};

/// Myers 1986. Texts that share almost nothing are shown as one replacement, so that the cost stays
/// bounded.
constexpr int most_edits = 2000;

/// The shortest way from `a` to `b`, or the plain replacement when it is longer than `most_edits`.
std::vector<ScriptLine> script(const Lines& a, const Lines& b) {
  const int n = static_cast<int>(a.size()), m = static_cast<int>(b.size());
  const int most = std::min(n + m, most_edits);
  std::vector<int> reach(static_cast<std::size_t>(2 * most + 3), 0);
  std::vector<std::vector<int>> history;
  const auto at = [&](int diagonal) -> int& {
    return reach[static_cast<std::size_t>(diagonal + most + 1)];
  };
  int edits = -1;
  for (int d = 0; d <= most && edits < 0; ++d) {
    history.emplace_back(reach.begin() + (most + 1 - d - 1), reach.begin() + (most + 1 + d + 2));
    for (int k = -d; k <= d; k += 2) {
      int x = k == -d || (k != d && at(k - 1) < at(k + 1)) ? at(k + 1) : at(k - 1) + 1;
      while (x < n && x - k < m &&
             a[static_cast<std::size_t>(x)] == b[static_cast<std::size_t>(x - k)])
        ++x;
      at(k) = x;
      if (x >= n && x - k >= m) {
        edits = d;
        break;
      }
    }
  }
  std::vector<ScriptLine> rows;
  if (edits < 0) {
    for (const std::string_view line : a) rows.push_back({'-', line});
    for (const std::string_view line : b) rows.push_back({'+', line});
    return rows;
  }
  int x = n, y = m;
  for (int d = edits; d > 0; --d) {
    const std::vector<int>& before = history[static_cast<std::size_t>(d)];
    const auto was = [&](int diagonal) {
      return before[static_cast<std::size_t>(diagonal + d + 1)];
    };
    const int k = x - y;
    const bool down = k == -d || (k != d && was(k - 1) < was(k + 1));
    const int from = down ? was(k + 1) : was(k - 1);
    const int start = down ? from : from + 1;
    for (; x > start; --x, --y) rows.push_back({' ', a[static_cast<std::size_t>(x - 1)]});
    if (down)
      rows.push_back({'+', b[static_cast<std::size_t>(--y)]});
    else
      rows.push_back({'-', a[static_cast<std::size_t>(--x)]});
  }
  for (; x > 0; --x) rows.push_back({' ', a[static_cast<std::size_t>(x - 1)]});
  std::reverse(rows.begin(), rows.end());
  return rows;
}

void append_row(std::string& out, const ScriptLine& row) {
  out += row.mark;
  out += row.line;
  if (!row.line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

/// "12,3"; an empty range names the line before it.
std::string range(std::size_t start, std::size_t length) {
  return std::to_string(length == 0 ? start : start + 1) +
         (length == 1 ? std::string() : "," + std::to_string(length));
}

}  // namespace

std::string unified_diff(std::string_view before, std::string_view after, std::string_view name) {
  if (before == after) return {};
  constexpr std::size_t context = 3;
  const Lines all_a = lines_of(before), all_b = lines_of(after);
  // What is equal at both ends is no part of the search.
  std::size_t front = 0, back = 0;
  while (front < all_a.size() && front < all_b.size() && all_a[front] == all_b[front]) ++front;
  while (back < all_a.size() - front && back < all_b.size() - front &&
         all_a[all_a.size() - 1 - back] == all_b[all_b.size() - 1 - back])
    ++back;
  const auto middle = [&](const Lines& lines) {
    return Lines(lines.begin() + static_cast<std::ptrdiff_t>(front),
                 lines.end() - static_cast<std::ptrdiff_t>(back));
  };
  const std::size_t lead = std::min(front, context);
  std::vector<ScriptLine> rows;
  for (std::size_t i = front - lead; i < front; ++i) rows.push_back({' ', all_a[i]});
  for (const ScriptLine& row : script(middle(all_a), middle(all_b))) rows.push_back(row);
  for (std::size_t i = 0; i < std::min(back, context); ++i)
    rows.push_back({' ', all_a[all_a.size() - back + i]});

  std::string out = "--- a/" + std::string(name) + "\n+++ b/" + std::string(name) + "\n";
  std::size_t line_a = front - lead, line_b = front - lead;
  for (std::size_t at = 0; at < rows.size();) {
    // A hunk begins `context` lines before a change and ends where as many follow the last one.
    std::size_t first = at;
    while (first < rows.size() && rows[first].mark == ' ') ++first;
    if (first == rows.size()) break;
    const std::size_t start = std::max(at, first - std::min(first, context));
    line_a += start - at;
    line_b += start - at;
    std::size_t end = first, quiet = 0;
    for (std::size_t i = first; i < rows.size() && quiet <= 2 * context; ++i) {
      quiet = rows[i].mark == ' ' ? quiet + 1 : 0;
      if (quiet == 0) end = i + 1;
    }
    const std::size_t stop = std::min(end + context, rows.size());
    std::size_t length_a = 0, length_b = 0;
    std::string body;
    for (std::size_t i = start; i < stop; ++i) {
      length_a += rows[i].mark != '+';
      length_b += rows[i].mark != '-';
      append_row(body, rows[i]);
    }
    out += "@@ -" + range(line_a, length_a) + " +" + range(line_b, length_b) + " @@\n" + body;
    line_a += length_a;
    line_b += length_b;
    at = stop;
  }
  return out;
}

}  // namespace insightflow::bias
