#pragma once

#include "http/message.hpp"

#include <insightflow/observe/observer.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace insightflow::http {

/// Counts and logs what a server answers. The series of a route are found at its first answer; from
/// then on one costs six atomic additions, and a line where the log wants one. Thread-safe.
class Watch {
 public:
  /// `routes` is `Application::route_names`; `access_log` says whether answers are logged. The
  /// observer must outlive this.
  Watch(observe::Observer& observer, std::vector<std::string_view> routes, bool access_log);

  /// Holds a request among those in flight while its handler runs.
  class InFlight {
   public:
    explicit InFlight(observe::Series& series) : series_(series) { series_.add(1); }
    ~InFlight() { series_.add(-1); }
    InFlight(const InFlight&) = delete;
    InFlight& operator=(const InFlight&) = delete;

   private:
    observe::Series& series_;
  };
  InFlight in_flight() { return InFlight(in_flight_); }

  void answered(const Request& request, const Answered& answered);

 private:
  /// The series of one route: those of all classes begin at 0, so that a first failure is a step.
  struct Route {
    Route(observe::Metrics& metrics, std::string_view name);
    std::array<observe::Series*, 5> by_class;
    observe::Series& duration;
    observe::Series& bytes;
  };
  const Route& route(std::size_t place);

  observe::Observer& observer_;
  std::vector<std::string_view> names_;
  std::vector<std::atomic<Route*>> routes_;
  std::mutex finding_;
  std::vector<std::unique_ptr<Route>> found_;  ///< Guarded by `finding_`.
  observe::Series& in_flight_;
  bool access_log_;
};

}  // namespace insightflow::http
