#include "http/reader.hpp"

#include "http/url.hpp"

#include <insightflow/core/utf8.hpp>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <array>
#include <optional>

namespace insightflow::http {
namespace beast = boost::beast;
using beast::error_code;

namespace {
namespace refuse {
constexpr Rejection malformed{400, "request_malformed", "The request is not well-formed HTTP/1.1."};
constexpr Rejection target{400, "target_malformed",
                           "The request target is not a well-formed path and query."};
constexpr Rejection host{400, "host_missing", "A request has exactly one Host field."};
constexpr Rejection length{400, "length_ambiguous",
                           "The length of the body is given twice or in two ways."};
constexpr Rejection chunk{400, "chunk_malformed", "The chunked body is not well formed."};
constexpr Rejection too_large{413, "body_too_large", "The body is larger than this route takes."};
constexpr Rejection expectation{417, "expectation_unknown",
                                "The only expectation known here is 100-continue."};
constexpr Rejection header{431, "headers_too_large",
                           "The request line and fields are too long or too many."};
constexpr Rejection coding{501, "coding_unknown",
                           "The only transfer coding implemented is chunked."};
constexpr Rejection version{505, "version_unsupported", "Only HTTP/1.0 and HTTP/1.1 are spoken."};
}  // namespace refuse

/// No rest of a chunked body is shorter: "0" and two line ends. Beast 1.81 asserts that a last
/// chunk which is also the first does not come in smaller pieces, so a client could end a debug
/// build.
constexpr std::size_t least_chunked = 5;

/// Longest line of a chunk's size with its extensions, and longest block of trailers.
constexpr std::size_t max_chunk_line = 8 << 10;

bool well_formed_id(std::string_view id) {
  constexpr auto allowed = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c == '-';
  };
  return !id.empty() && id.size() <= 64 && std::all_of(id.begin(), id.end(), allowed);
}

/// "HTTP/2.0" is a version we do not speak; "HTTP/x" is not a version.
bool names_a_version(std::string_view head) {
  const std::string_view line = head.substr(0, head.find('\r'));
  const auto digit = [](char c) { return c >= '0' && c <= '9'; };
  if (line.size() < 9) return false;
  const std::string_view tail = line.substr(line.size() - 9);
  return tail.starts_with(" HTTP/") && digit(tail[6]) && tail[7] == '.' && digit(tail[8]);
}
}  // namespace

struct RequestReader::Parser {
  struct Sink final : beast::http::basic_parser<true> {
    explicit Sink(RequestReader& to) : reader(to) {
      header_limit(std::numeric_limits<std::uint32_t>::max());
      body_limit(boost::none);
      eager(false);
    }

    void on_request_impl(beast::http::verb, beast::string_view method, beast::string_view target,
                         int version, error_code&) override {
      Request& request = reader.request_;
      request.method.assign(method.data(), method.size());
      raw_target.assign(target.data(), target.size());
      reader.http_1_0_ = version == 10;
    }
    void on_response_impl(int, beast::string_view, int, error_code&) override {}
    void on_field_impl(beast::http::field field, beast::string_view name, beast::string_view value,
                       error_code& ec) override {
      if (header_done) return;  // Trailers: nothing here has a use for them.
      const std::string_view text(value.data(), value.size());
      if (reader.request_.headers.size() == reader.limits_.max_fields)
        return refuse_with(refuse::header, ec);
      reader.request_.headers.add({name.data(), name.size()}, text);
      switch (field) {
        case beast::http::field::host: ++hosts; break;
        case beast::http::field::content_length:
          ++lengths;
          if (text.find_first_not_of("0123456789") != std::string_view::npos)
            return refuse_with(refuse::length, ec);
          break;
        case beast::http::field::transfer_encoding:
          ++codings;
          if (!equal_fold(text, "chunked")) return refuse_with(refuse::coding, ec);
          break;
        case beast::http::field::expect:
          if (!equal_fold(text, "100-continue")) return refuse_with(refuse::expectation, ec);
          expects = true;
          break;
        default: break;
      }
    }
    void on_header_impl(error_code&) override { header_done = true; }
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
    std::size_t on_body_impl(beast::string_view body, error_code& ec) override {
      std::string& to = reader.request_.body;
      if (body.size() > limit - std::min(limit, to.size())) {
        refuse_with(refuse::too_large, ec);
        return 0;
      }
      to.append(body.data(), body.size());
      return body.size();
    }
    void on_chunk_header_impl(std::uint64_t size, beast::string_view, error_code& ec) override {
      if (size > limit - std::min(limit, reader.request_.body.size()))
        refuse_with(refuse::too_large, ec);
    }
    std::size_t on_chunk_body_impl(std::uint64_t, beast::string_view body,
                                   error_code& ec) override {
      return on_body_impl(body, ec);
    }
    void on_finish_impl(error_code&) override {}

    void refuse_with(const Rejection& rejection, error_code& ec) {
      refused = rejection;
      ec = beast::http::error::bad_value;
    }

    RequestReader& reader;
    std::string raw_target;
    std::optional<Rejection> refused;
    std::size_t limit = 0;
    int hosts = 0, lengths = 0, codings = 0;
    bool expects = false, header_done = false;
  };
  std::optional<Sink> sink;
};

RequestReader::RequestReader(const ReaderLimits& limits)
    : limits_(limits), parser_(std::make_unique<Parser>()) {
  reset();
}
RequestReader::~RequestReader() = default;

void RequestReader::reset() {
  state_ = State::head;
  searched_ = 0;
  continue_ = http_1_0_ = false;
  request_.method.clear();
  request_.path.clear();
  request_.segments.clear();
  request_.query.clear();
  request_.parameters.clear();
  request_.headers.clear();
  request_.request_id.clear();
  request_.keep_alive = false;
  constexpr std::size_t kept = 16 << 10;
  if (request_.body.capacity() > kept)
    std::string().swap(request_.body);
  else
    request_.body.clear();
  parser_->sink.emplace(*this);
}

void RequestReader::reject(const Rejection& rejection) {
  rejection_ = rejection;
  state_ = State::rejected;
}

std::size_t RequestReader::put(std::string_view input) {
  std::size_t taken = 0;
  if (state_ == State::head) taken = put_head(input);
  if (state_ == State::body) taken += put_body(input.substr(taken));
  return taken;
}

std::size_t RequestReader::put_head(std::string_view input) {
  // A robust server passes over empty lines before the request line (RFC 9112, 2.2): over all of
  // them, or it would depend on how the bytes arrive.
  std::size_t skipped = 0;
  while (input.substr(skipped).starts_with("\r\n")) skipped += 2;
  input.remove_prefix(skipped);
  if (input.empty() || input == "\r") return skipped;
  const std::size_t from = searched_ > 3 ? searched_ - 3 : 0;
  const std::size_t end = input.find("\r\n\r\n", from);
  searched_ = input.size();
  const bool whole = end != std::string_view::npos;
  if ((whole ? end + 4 : input.size()) > limits_.max_header) {
    reject(refuse::header);
    return skipped;
  }
  if (!whole) {
    // Bytes that cannot begin a request (TLS, say) are refused at once, not at the deadline.
    const auto first = static_cast<unsigned char>(input.front());
    if (first <= 0x20 || first >= 0x7F) reject(refuse::malformed);
    return skipped;
  }
  const std::string_view head = input.substr(0, end + 4);
  // Folded fields: Beast unfolds them, others on the way may not.
  for (std::size_t at = head.find('\n'); at + 1 < head.size(); at = head.find('\n', at + 1)) {
    if (head[at + 1] == ' ' || head[at + 1] == '\t') {
      reject(refuse::malformed);
      return skipped;
    }
  }
  Parser::Sink& sink = *parser_->sink;
  error_code ec;
  sink.put(boost::asio::buffer(head.data(), head.size()), ec);
  if (sink.refused)
    reject(*sink.refused);
  else if (ec == beast::http::error::bad_version && names_a_version(head))
    reject(refuse::version);
  else if (ec == beast::http::error::bad_target)
    reject(refuse::target);
  else if (ec == beast::http::error::bad_content_length ||
           ec == beast::http::error::bad_transfer_encoding)
    reject(refuse::length);
  else if (ec || !sink.is_header_done())
    reject(refuse::malformed);
  else
    finish_head();
  return skipped + head.size();
}

void RequestReader::finish_head() {
  Parser::Sink& sink = *parser_->sink;
  if (const auto id = request_.headers.find("X-Request-Id"); id && well_formed_id(*id))
    request_.request_id = *id;
  if (sink.lengths + sink.codings > 1 || (sink.codings > 0 && http_1_0_))
    return reject(refuse::length);
  if (sink.hosts > 1 || (sink.hosts == 0 && !http_1_0_)) return reject(refuse::host);

  std::string_view target = sink.raw_target;
  if (const std::size_t scheme = target.find("://");
      scheme != std::string_view::npos && target.front() != '/') {
    if (!equal_fold(target.substr(0, scheme), "http") &&
        !equal_fold(target.substr(0, scheme), "https"))
      return reject(refuse::target);
    target.remove_prefix(std::min(target.find_first_of("/?", scheme + 3), target.size()));
  }
  const std::size_t mark = std::min(target.find('?'), target.size());
  request_.path = target.substr(0, mark);
  if (request_.path.empty()) request_.path = "/";
  if (mark < target.size()) request_.query = target.substr(mark + 1);
  if (target.find('#') != std::string_view::npos) return reject(refuse::target);
  if (request_.path != "*" || request_.method != "OPTIONS") {
    auto segments = path_segments(request_.path);
    if (!segments) return reject(refuse::target);
    request_.segments = std::move(segments).value();
  }
  if (!request_.query.empty()) {
    auto parameters = parse_form(request_.query);
    if (!parameters) return reject(refuse::target);
    request_.parameters = std::move(parameters).value();
  }
  request_.keep_alive = sink.keep_alive();
  if (sink.is_done()) {
    state_ = State::complete;
    return;
  }
  sink.limit =
      limits_.body_limit ? limits_.body_limit(request_.method, request_.path) : limits_.max_body;
  const auto length = sink.content_length();
  if (length && *length > sink.limit) return reject(refuse::too_large);
  continue_ = sink.expects && !http_1_0_;
  state_ = State::body;
}

std::size_t RequestReader::put_body(std::string_view input) {
  Parser::Sink& sink = *parser_->sink;
  std::size_t taken = 0;
  error_code ec;
  const std::size_t least = sink.chunked() ? least_chunked : 1;
  while (!sink.is_done() && input.size() - taken >= least && !ec)
    taken += sink.put(boost::asio::buffer(input.data() + taken, input.size() - taken), ec);
  if (taken > 0) continue_ = false;
  if (sink.refused)
    reject(*sink.refused);
  else if (sink.is_done())
    state_ = State::complete;
  else if (ec == beast::http::error::need_more ? input.size() - taken > max_chunk_line
                                               : ec.failed())
    reject(refuse::chunk);
  return taken;
}

}  // namespace insightflow::http
