#pragma once

#include <cstdint>
#include <functional>

namespace bench {

/// A server in a child process, so that it shares with its client no more than the machine. Make
/// it before this process has threads of its own.
class Served {
 public:
  /// `serve` runs in the child: it tells its port to `ready` and does not return.
  using Ready = std::function<void(std::uint16_t)>;
  explicit Served(const std::function<void(const Ready& ready)>& serve);
  ~Served();  ///< Ends the child.
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;

  std::uint16_t port() const noexcept { return port_; }

 private:
  int child_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace bench
