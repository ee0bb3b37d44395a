#include <insightflow/core/utf8.hpp>
#include <insightflow/observe/metrics.hpp>

#include <algorithm>
#include <vector>

namespace insightflow::observe {

namespace {

constexpr std::size_t most_series = 1000;
constexpr std::size_t longest_value = 100;
constexpr std::string_view overflow = "other";
constexpr auto relaxed = std::memory_order_relaxed;

std::size_t label_count(const Metric& metric) {
  return static_cast<std::size_t>(std::ranges::find(metric.labels, "") - metric.labels.begin());
}

/// As much of a label value as is kept: whole characters.
std::string_view kept(std::string_view value) {
  if (value.size() <= longest_value) return value;
  std::size_t end = longest_value;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return value.substr(0, end);
}

/// A whole number of units as a decimal fraction, exactly.
void append_scaled(std::string& to, std::int64_t value, std::int64_t unit) {
  if (value < 0) to += '-';
  const std::uint64_t magnitude =
      value < 0 ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  const auto scale = static_cast<std::uint64_t>(unit);
  to += std::to_string(magnitude / scale);
  const std::uint64_t rest = magnitude % scale;
  if (rest == 0) return;
  std::string digits = std::to_string(rest + scale).substr(1);  // unit is a power of ten
  digits.erase(digits.find_last_not_of('0') + 1);
  to.append(".").append(digits);
}

void append_escaped(std::string& to, std::string_view text, bool quotes) {
  for (const char c : text) {
    if (c == '\\' || (quotes && c == '"')) to += '\\';
    if (c == '\n')
      to += "\\n";
    else
      to += c;
  }
}

void append_label(std::string& to, char before, std::string_view name, std::string_view value) {
  to.append(1, before).append(name).append("=\"");
  append_escaped(to, value, true);
  to += '"';
}

constexpr std::string_view type_words[] = {"counter", "gauge", "histogram"};

}  // namespace

Series::Series(const Metric& metric, std::span<const std::string_view> values) : metric_(&metric) {
  for (std::size_t i = 0; i < std::min(values.size(), labels_.size()); ++i) labels_[i] = values[i];
  if (metric.type == MetricType::histogram)
    buckets_ = std::make_unique<std::atomic<std::int64_t>[]>(metric.bounds.size() + 1);
}

void Series::record(std::int64_t n) noexcept {
  if (!buckets_) return;
  n = std::max<std::int64_t>(n, 0);
  const auto bounds = metric_->bounds;
  const auto bucket = std::ranges::lower_bound(bounds, n) - bounds.begin();
  buckets_[static_cast<std::size_t>(bucket)].fetch_add(1, relaxed);
  value_.fetch_add(n, relaxed);
}

std::int64_t Series::count() const noexcept {
  std::int64_t out = 0;
  for (std::size_t i = 0; buckets_ && i <= metric_->bounds.size(); ++i)
    out += buckets_[i].load(relaxed);
  return out;
}

/// The series of one metric: a list that only grows at its head, so that it is read without a lock.
struct Metrics::Family {
  std::atomic<Series*> first{nullptr};
  std::size_t size = 0;           ///< Guarded by `growing_`.
  std::unique_ptr<Series> owned;  ///< What `first` points to; guarded by `growing_`.
};

Metrics::Metrics() : families_(std::make_unique<Family[]>(metric_table().size())) {
  // Counters without labels are there from the start, at 0.
  for (std::size_t i = 0; i < metric_table().size(); ++i)
    if (metric_table()[i].labels[0].empty()) find(static_cast<Measure>(i), {});
}

Metrics::~Metrics() {
  // Link by link: a long list must not be deep recursion.
  for (std::size_t i = 0; i < metric_table().size(); ++i)
    for (auto one = std::move(families_[i].owned); one;) one = std::move(one->next_);
}

Series& Metrics::find(Measure measure, std::span<const std::string_view> values) {
  Family& family = families_[static_cast<std::size_t>(measure)];
  std::array<std::string_view, 4> wanted{};
  const Metric& metric = metric_table()[static_cast<std::size_t>(measure)];
  const std::size_t labels = label_count(metric);
  for (std::size_t i = 0; i < std::min(labels, values.size()); ++i) wanted[i] = kept(values[i]);
  const auto known = [&]() -> Series* {
    for (Series* one = family.first.load(std::memory_order_acquire); one; one = one->next_.get())
      if (std::ranges::equal(one->labels_, wanted)) return one;
    return nullptr;
  };
  if (Series* found = known()) return *found;
  const std::lock_guard lock(growing_);
  if (family.size >= most_series) {
    std::fill_n(wanted.begin(), labels, overflow);
  } else {
    for (std::string_view& value : wanted)
      if (utf8::first_invalid(value)) value = overflow;
  }
  if (Series* found = known()) return *found;
  auto made = std::make_unique<Series>(metric, wanted);
  made->next_ = std::move(family.owned);
  family.owned = std::move(made);
  ++family.size;
  family.first.store(family.owned.get(), std::memory_order_release);
  return *family.owned;
}

void Metrics::clear(Measure measure) noexcept {
  const Family& family = families_[static_cast<std::size_t>(measure)];
  for (Series* one = family.first.load(std::memory_order_acquire); one; one = one->next_.get())
    one->set(0);
}

std::string Metrics::text() const {
  std::string out;
  std::vector<const Series*> series;
  for (std::size_t row = 0; row < metric_table().size(); ++row) {
    const Metric& metric = metric_table()[row];
    series.clear();
    for (const Series* one = families_[row].first.load(std::memory_order_acquire); one;
         one = one->next_.get())
      series.push_back(one);
    if (series.empty()) continue;
    std::ranges::sort(
        series, {}, [](const Series* one) -> const auto& { return one->labels_; });
    out.append("# HELP ").append(metric.name).append(" ");
    append_escaped(out, metric.help, false);
    out.append("\n# TYPE ").append(metric.name).append(" ");
    out.append(type_words[static_cast<std::size_t>(metric.type)]).append("\n");
    const std::size_t labels = label_count(metric);
    const auto sample = [&](const Series& one, std::string_view suffix, const std::string* bound,
                            std::int64_t value, std::int64_t unit) {
      out.append(metric.name).append(suffix);
      char before = '{';
      for (std::size_t i = 0; i < labels; ++i, before = ',')
        append_label(out, before, metric.labels[i], one.labels_[i]);
      if (bound) append_label(out, std::exchange(before, ','), "le", *bound);
      out += before == ',' ? "} " : " ";
      append_scaled(out, value, unit);
      out += '\n';
    };
    for (const Series* one : series) {
      if (metric.type != MetricType::histogram) {
        sample(*one, "", nullptr, one->value(), metric.unit);
        continue;
      }
      std::int64_t so_far = 0;
      for (std::size_t i = 0; i <= metric.bounds.size(); ++i) {
        std::string bound = "+Inf";
        if (i < metric.bounds.size()) append_scaled(bound = {}, metric.bounds[i], metric.unit);
        sample(*one, "_bucket", &bound, so_far += one->buckets_[i].load(relaxed), 1);
      }
      sample(*one, "_sum", nullptr, one->value(), metric.unit);
      sample(*one, "_count", nullptr, so_far, 1);
    }
  }
  return out;
}

}  // namespace insightflow::observe
