#include "http/reader.hpp"
#include "target.hpp"

#include <insightflow/core/utf8.hpp>

#include <algorithm>
#include <string>
#include <vector>

using namespace insightflow;
using fuzz::require;
using http::RequestReader;

namespace {

/// What a connection would have made of the bytes.
struct Outcome {
  std::vector<std::string> requests;  ///< Each whole one as text.
  bool rejected = false;              ///< Which reason comes first depends on what had arrived.
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::string describe(const http::Request& request) {
  std::string out = request.method + '\n' + request.path + '\n' + request.query + '\n';
  for (const std::string& segment : request.segments) out += segment + '\n';
  for (const http::Parameter& parameter : request.parameters)
    out += parameter.name + '=' + parameter.value + '\n';
  for (std::size_t i = 0; i < request.headers.size(); ++i) {
    const auto header = request.headers[i];
    out.append(header.name).append(": ").append(header.value) += '\n';
  }
  return out + (request.keep_alive ? "stay\n" : "close\n") + request.body;
}

/// Presents the bytes as a socket would, `step` at a time.
Outcome read(std::string_view bytes, const http::ReaderLimits& limits, std::size_t step) {
  RequestReader reader(limits);
  Outcome out;
  std::string waiting;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    waiting += bytes.substr(at, step);
    for (;;) {
      const std::size_t taken = reader.put(waiting);
      require(taken <= waiting.size(), "no more is taken than there is");
      waiting.erase(0, taken);
      if (reader.state() == RequestReader::State::rejected) {
        require(reader.rejection().status >= 400, "a rejection has a status");
        require(!reader.rejection().code.empty(), "and a reason");
        out.rejected = true;
        return out;
      }
      if (reader.state() != RequestReader::State::complete) break;
      const http::Request& request = reader.request();
      require(request.body.size() <= limits.max_body, "the body keeps its limit");
      require(request.headers.size() <= limits.max_fields, "the fields keep theirs");
      for (const std::string& segment : request.segments)
        require(!utf8::first_invalid(segment), "a segment is UTF-8");
      out.requests.push_back(describe(request));
      reader.reset();
      if (waiting.empty()) break;
    }
  }
  return out;
}

}  // namespace

/// Requests do not depend on how the bytes arrive. The first byte chooses the limits.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  http::ReaderLimits limits;
  if (data[0] >= 128) limits = {256, 6, 32, {}};
  const std::string_view bytes = fuzz::text_of(data + 1, size - 1);
  const Outcome whole = read(bytes, limits, std::max<std::size_t>(bytes.size(), 1));
  for (const std::size_t step : {1, 2, 5, 13, 100})
    require(read(bytes, limits, step) == whole, "pieces give the same requests");
  return 0;
}
