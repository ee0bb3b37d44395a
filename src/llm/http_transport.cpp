#include "llm/http_transport.hpp"

#include "llm/failure.hpp"

#include <curl/curl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <optional>
#include <string_view>

namespace insightflow::llm {

namespace {

using SteadyClock = std::chrono::steady_clock;
using std::chrono::milliseconds;

/// A call looks at its deadlines this often; a request to stop wakes it at once.
constexpr int longest_wait_ms = 50;
/// How long the end of a body is waited for after all that matters has come: with it the connection
/// can be used again.
constexpr milliseconds farewell{100};
constexpr std::size_t max_head_bytes = 256u << 10;
constexpr std::size_t max_idle_lines = 16;

struct MultiCleanup {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct EasyCleanup {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

/// Header lines for one request. They may hold the key, so their memory is overwritten.
class HeaderList {
 public:
  HeaderList() = default;
  HeaderList(const HeaderList&) = delete;
  HeaderList& operator=(const HeaderList&) = delete;
  ~HeaderList() {
    for (curl_slist* item = list_; item != nullptr; item = item->next)
      std::fill_n(static_cast<volatile char*>(item->data), std::string_view(item->data).size(),
                  '\0');
    curl_slist_free_all(list_);
  }
  void add(const std::string& line) {
    curl_slist* longer = curl_slist_append(list_, line.c_str());
    if (longer != nullptr) list_ = longer;
  }
  curl_slist* get() const { return list_; }

 private:
  curl_slist* list_ = nullptr;
};

/// What the callbacks of one transfer share with the loop that drives it.
struct Transfer {
  explicit Transfer(HttpSink& to) : sink(to) {}

  HttpSink& sink;
  HttpHead head;
  std::size_t head_bytes = 0;
  bool begun = false;  ///< The head is whole.
  SteadyClock::time_point last_byte{};
  std::optional<Error> error;
  std::exception_ptr thrown;

  /// Runs something of the sink; false ends the transfer. Nothing may fly through libcurl.
  template <class Call>
  bool guarded(Call call) {
    try {
      if (Result<void> done = call(); !done) error = done.error();
    } catch (...) {
      thrown = std::current_exception();
    }
    return !error && !thrown;
  }
  void read_line(std::string_view line);
};

void Transfer::read_line(std::string_view line) {
  if (line.starts_with("HTTP/")) {  // also what comes after "100 Continue"
    head = {};
    const std::size_t space = line.find(' ');
    for (std::size_t i = space + 1; space != line.npos && i < line.size() && i < space + 4; ++i)
      if (line[i] >= '0' && line[i] <= '9') head.status = head.status * 10 + (line[i] - '0');
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == line.npos) return;
  std::string_view value = line.substr(colon + 1);
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  head.headers.push_back({std::string(line.substr(0, colon)), std::string(value)});
}

std::size_t on_header(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.last_byte = SteadyClock::now();
  transfer.head_bytes += size;
  if (transfer.begun) return size;  // trailers
  if (transfer.head_bytes > max_head_bytes) return 0;
  std::string_view line(data, size);
  while (line.ends_with('\n') || line.ends_with('\r')) line.remove_suffix(1);
  const bool ok = transfer.guarded([&]() -> Result<void> {
    if (!line.empty()) {
      transfer.read_line(line);
    } else if (transfer.head.status >= 200) {
      transfer.begun = true;
      return transfer.sink.head(transfer.head);
    }
    return success();
  });
  return ok ? size : 0;
}

std::size_t on_body(char* data, std::size_t, std::size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.last_byte = SteadyClock::now();
  return transfer.guarded([&] { return transfer.sink.body({data, size}); }) ? size : 0;
}

/// Lets no key leave for an address outside, whatever a name resolves to.
curl_socket_t open_private_socket(void*, curlsocktype, curl_sockaddr* address) {
  std::string_view bytes;
  if (address->family == AF_INET)
    bytes = {reinterpret_cast<const char*>(
                 &reinterpret_cast<const sockaddr_in*>(&address->addr)->sin_addr),
             4};
  else if (address->family == AF_INET6)
    bytes = {reinterpret_cast<const char*>(
                 &reinterpret_cast<const sockaddr_in6*>(&address->addr)->sin6_addr),
             16};
  if (!is_private_address(bytes)) return CURL_SOCKET_BAD;
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void start_library() {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  (void)started;
}

}  // namespace

std::string_view HttpHead::find(std::string_view name) const {
  const auto same = [](char a, char b) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(a) == lower(b);
  };
  for (const Header& header : headers)
    if (std::equal(header.name.begin(), header.name.end(), name.begin(), name.end(), same))
      return header.value;
  return {};
}

/// One connection (or more, where a server closed some) and what drives it.
class HttpTransport::Line {
 public:
  std::unique_ptr<CURLM, MultiCleanup> multi{curl_multi_init()};
  std::unique_ptr<CURL, EasyCleanup> easy{curl_easy_init()};
};

struct HttpTransport::Lines {
  std::mutex mutex;
  std::vector<std::unique_ptr<Line>> idle;  ///< The last one used is the next one used.
};

class HttpTransport::Lease {
 public:
  explicit Lease(Lines& lines) : lines_(lines) {
    const std::lock_guard lock(lines_.mutex);
    if (lines_.idle.empty()) return;
    line_ = std::move(lines_.idle.back());
    lines_.idle.pop_back();
  }
  ~Lease() {
    if (line_ == nullptr) return;
    curl_multi_remove_handle(line_->multi.get(), line_->easy.get());
    curl_easy_reset(line_->easy.get());
    const std::lock_guard lock(lines_.mutex);
    if (lines_.idle.size() < max_idle_lines) lines_.idle.push_back(std::move(line_));
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  /// Null where the library has no memory.
  Line* get() {
    if (line_ == nullptr) line_ = std::make_unique<Line>();
    return line_->multi != nullptr && line_->easy != nullptr ? line_.get() : nullptr;
  }

 private:
  Lines& lines_;
  std::unique_ptr<Line> line_;
};

HttpTransport::HttpTransport(Provider provider, Endpoint endpoint, std::string_view key_header,
                             std::string_view key_prefix)
    : provider_(std::move(provider)),
      endpoint_(std::move(endpoint)),
      lines_(std::make_unique<Lines>()) {
  start_library();
  if (!endpoint_.key.empty())
    key_line_.append(key_header).append(": ").append(key_prefix).append(endpoint_.key);
}

HttpTransport::~HttpTransport() = default;

Result<void> HttpTransport::post(const HttpRequest& request, const Ctx& ctx, HttpSink& sink) {
  BOOST_OUTCOME_TRY(ctx.check());
  HeaderList headers;
  headers.add("Content-Type: application/json");
  headers.add(request.stream ? "Accept: text/event-stream, application/x-ndjson, application/json"
                             : "Accept: application/json");
  headers.add("Expect:");
  if (!key_line_.empty()) headers.add(key_line_);
  for (const Header& header : request.headers) headers.add(header.name + ": " + header.value);
  if (!ctx.origin.request_id.empty()) headers.add("X-Request-Id: " + ctx.origin.request_id);
  if (!ctx.origin.traceparent.empty()) headers.add("traceparent: " + ctx.origin.traceparent);

  Transfer transfer(sink);
  Lease lease(*lines_);
  Line* line = lease.get();
  if (line == nullptr)
    return failure(Failure::unreachable, provider_.name, "There is no memory for a connection.");
  CURL* const easy = line->easy.get();
  CURLM* const multi = line->multi.get();
  const std::string url = endpoint_.base + request.path;
  const auto set = [easy](CURLoption option, auto value) { curl_easy_setopt(easy, option, value); };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_POST, 1L);
  set(CURLOPT_POSTFIELDS, request.body.data());
  set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  set(CURLOPT_HTTPHEADER, headers.get());
  set(CURLOPT_HEADERFUNCTION, &on_header);
  set(CURLOPT_HEADERDATA, &transfer);
  set(CURLOPT_WRITEFUNCTION, &on_body);
  set(CURLOPT_WRITEDATA, &transfer);
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_NOPROGRESS, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_PATH_AS_IS, 1L);
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS));
  set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_QUICK_EXIT, 1L);  // a slow resolver must not hold up a request to stop
  set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(provider_.connect_timeout_ms));
  // A compressor may hold pieces back.
  if (!request.stream) set(CURLOPT_ACCEPT_ENCODING, "");
  if (!provider_.ca_file.empty()) set(CURLOPT_CAINFO, provider_.ca_file.c_str());
  if (!provider_.proxy.empty()) set(CURLOPT_PROXY, provider_.proxy.c_str());
  if (endpoint_.guarded()) {
    if (provider_.proxy.empty()) set(CURLOPT_NOPROXY, "*");
    set(CURLOPT_OPENSOCKETFUNCTION, &open_private_socket);
  }

  const SteadyClock::time_point start = SteadyClock::now();
  transfer.last_byte = start;
  if (curl_multi_add_handle(multi, easy) != CURLM_OK)
    return failure(Failure::unreachable, provider_.name, "The transfer could not be started.");
  const std::stop_callback wake(ctx.stop, [multi] { curl_multi_wakeup(multi); });
  std::optional<SteadyClock::time_point> complete_since;
  for (;;) {
    int running = 0;
    const CURLMcode driven = curl_multi_perform(multi, &running);
    if (transfer.thrown) std::rethrow_exception(transfer.thrown);
    if (transfer.error) return *transfer.error;
    if (driven != CURLM_OK)
      return failure(Failure::unreachable, provider_.name, curl_multi_strerror(driven));
    if (running == 0) break;
    BOOST_OUTCOME_TRY(ctx.check());
    const SteadyClock::time_point now = SteadyClock::now();
    if (sink.complete()) {
      if (!complete_since) complete_since = now;
      if (now - *complete_since >= farewell) return success();
    }
    const auto spent = [&](SteadyClock::time_point since, std::int64_t allowed) {
      return now - since >= milliseconds(allowed);
    };
    const auto timed_out = [&](std::string_view what) {
      return failure(Failure::timed_out, provider_.name, what);
    };
    if (spent(start, provider_.total_timeout_ms))
      return timed_out("The answer did not end in time.");
    if (transfer.head_bytes == 0) {
      if (spent(start, provider_.first_byte_timeout_ms))
        return timed_out("The answer did not begin in time.");
    } else if (spent(transfer.last_byte, provider_.idle_timeout_ms)) {
      return timed_out("The next piece of the answer did not come in time.");
    }
    curl_multi_poll(multi, nullptr, 0, longest_wait_ms, nullptr);
  }
  int left = 0;
  CURLcode result = CURLE_FAILED_INIT;
  while (const CURLMsg* message = curl_multi_info_read(multi, &left))
    if (message->msg == CURLMSG_DONE) result = message->data.result;
  if (result == CURLE_OK || sink.complete()) return success();
  if (result == CURLE_OPERATION_TIMEDOUT)
    return failure(Failure::timed_out, provider_.name, "The connection was not made in time.");
  if (result == CURLE_PEER_FAILED_VERIFICATION)
    return failure(Failure::unreachable, provider_.name,
                   "Its certificate is not believed: it has run out, is for another name, or is of "
                   "an authority that only `ca_file` can make known.");
  return failure(Failure::unreachable, provider_.name,
                 std::string("The network says: ") + curl_easy_strerror(result) + ".");
}

}  // namespace insightflow::llm
