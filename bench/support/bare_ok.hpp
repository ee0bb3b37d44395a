#pragma once

#include <cstdint>
#include <functional>

namespace bench {

/// The yardstick: Beast's own asynchronous server pattern with nothing in it. It answers "ok" to
/// every request, checks nothing and has no timeouts. Listens on a free port of 127.0.0.1, tells it
/// to `ready`, and never returns; run it in a process of its own.
[[noreturn]] void serve_bare_ok(int threads, const std::function<void(std::uint16_t)>& ready);

}  // namespace bench
