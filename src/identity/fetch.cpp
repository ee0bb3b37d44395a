#include <insightflow/identity/oidc.hpp>

#include <curl/curl.h>

namespace insightflow::identity {

namespace {

constexpr std::size_t most_bytes = 1u << 20;
constexpr long most_seconds = 15, connect_seconds = 5;

std::size_t append(char* data, std::size_t size, std::size_t count, void* to) {
  auto& body = *static_cast<std::string*>(to);
  if (body.size() + size * count > most_bytes) return 0;  // ends the transfer
  body.append(data, size * count);
  return size * count;
}

class CurlFetcher final : public Fetcher {
 public:
  CurlFetcher() {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)ready;
  }

  Result<Answer> fetch(const Request& request) override {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   &curl_easy_cleanup);
    if (!curl) return fail(Code::unavailable, "fetch_failed", "Out of memory.");
    CURL* handle = curl.get();
    Answer out;
    curl_easy_setopt(handle, CURLOPT_URL, request.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, most_seconds);
    curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, connect_seconds);
    curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, &append);
    curl_easy_setopt(handle, CURLOPT_WRITEDATA, &out.body);
    if (!request.form.empty()) {
      curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE, static_cast<long>(request.form.size()));
      curl_easy_setopt(handle, CURLOPT_POSTFIELDS, request.form.c_str());
    }
    if (!request.user.empty()) {
      curl_easy_setopt(handle, CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
      curl_easy_setopt(handle, CURLOPT_USERNAME, request.user.c_str());
      curl_easy_setopt(handle, CURLOPT_PASSWORD, request.password.c_str());
    }
    const CURLcode code = curl_easy_perform(handle);
    if (code != CURLE_OK)
      return fail(Code::unavailable, "fetch_failed",
                  std::string("Another server did not answer: ") + curl_easy_strerror(code) + ".");
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    out.status = static_cast<int>(status);
    return out;
  }
};

}  // namespace

std::unique_ptr<Fetcher> curl_fetcher() {
  return std::make_unique<CurlFetcher>();
}

}  // namespace insightflow::identity
