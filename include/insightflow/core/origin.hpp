#pragma once

#include <string>

namespace insightflow {

/// What set a piece of work off. It travels from a request through the jobs it queues to the calls
/// they make, so that one id finds all of it in logs and traces. Both are empty where nobody asked.
struct Origin {
  std::string request_id;   ///< At most 64 of A-Z a-z 0-9 _ . -
  std::string traceparent;  ///< W3C Trace Context, version 00: "00-TRACE-SPAN-FLAGS".
};

}  // namespace insightflow
