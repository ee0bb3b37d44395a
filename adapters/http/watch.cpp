#include "http/watch.hpp"

#include <algorithm>

namespace insightflow::http {

using observe::Level;
using observe::Measure;

namespace {
constexpr std::array<std::string_view, 5> classes{"1xx", "2xx", "3xx", "4xx", "5xx"};
}

Watch::Route::Route(observe::Metrics& metrics, std::string_view name)
    : duration(metrics.series(Measure::http_request_duration, {name})),
      bytes(metrics.series(Measure::http_response_bytes, {name})) {
  for (std::size_t i = 0; i < classes.size(); ++i)
    by_class[i] = &metrics.series(Measure::http_requests, {name, classes[i]});
}

Watch::Watch(observe::Observer& observer, std::vector<std::string_view> routes, bool access_log)
    : observer_(observer),
      names_(std::move(routes)),
      routes_(names_.size()),
      in_flight_(observer.metrics.series(Measure::http_requests_in_flight)),
      access_log_(access_log) {}

const Watch::Route& Watch::route(std::size_t place) {
  if (const Route* known = routes_[place].load(std::memory_order_acquire)) return *known;
  const std::lock_guard lock(finding_);
  if (const Route* known = routes_[place].load(std::memory_order_relaxed)) return *known;
  found_.push_back(std::make_unique<Route>(observer_.metrics, names_[place]));
  routes_[place].store(found_.back().get(), std::memory_order_release);
  return *found_.back();
}

void Watch::answered(const Request& request, const Answered& answered) {
  const std::size_t place = answered.trail.route < names_.size() ? answered.trail.route : 0;
  const Route& counted = route(place);
  counted.by_class[static_cast<std::size_t>(std::clamp(answered.status / 100, 1, 5) - 1)]->add();
  counted.duration.record(answered.took.count());
  counted.bytes.add(static_cast<std::int64_t>(answered.bytes));
  const Level level = answered.status >= 500 ? Level::error : Level::info;
  if (!access_log_ || !observer_.log.enabled(level)) return;
  // The path may hold a slug, never a query: that may hold a respondent's hidden fields.
  observer_.log.write(level, "request",
                      {{"request_id", request.request_id},
                       {"remote", answered.trail.client},
                       {"method", request.method},
                       {"path", request.path},
                       {"route", names_[place]},
                       {"status", answered.status},
                       {"microseconds", answered.took.count()},
                       {"bytes", answered.bytes},
                       {"workspace", answered.trail.workspace},
                       {"reason", answered.trail.reason},
                       {"detail", answered.trail.detail},
                       {"traceparent", answered.trail.traceparent}});
}

}  // namespace insightflow::http
