#include <insightflow/identity/mail.hpp>
#include <insightflow/security/tokens.hpp>

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <filesystem>
#include <fstream>

namespace insightflow::identity {

namespace {

constexpr std::size_t longest_line = 990;  // RFC 5322 allows 998

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > 0; });
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

/// Base64 with padding, in lines of 76 characters.
std::string base64_lines(std::string_view bytes, std::string_view line_end) {
  static constexpr char alphabet[] =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    if (i > 0 && i % 57 == 0) out += line_end;
    std::uint32_t bits = 0;
    const std::size_t have = std::min<std::size_t>(3, bytes.size() - i);
    for (std::size_t j = 0; j < 3; ++j)
      bits = (bits << 8) | (j < have ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      out += j <= have ? alphabet[(bits >> (18 - 6 * j)) & 63] : '=';
  }
  return out;
}

/// "Fri, 02 Jan 2026 08:05:00 +0000", without a locale.
std::string mail_date(Instant at) {
  static constexpr const char* days[] = {"Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::string iso = at.str();
  const auto day = static_cast<std::size_t>(at.ms / 86'400'000 % 7);
  const auto month = static_cast<std::size_t>((iso[5] - '0') * 10 + (iso[6] - '0') - 1);
  return std::string(days[day]) + ", " + iso.substr(8, 2) + " " + months[month] + " " +
         iso.substr(0, 4) + " " + iso.substr(11, 8) + " +0000";
}

class FolderMailer final : public Mailer {
 public:
  FolderMailer(std::string folder, std::string from, const Clock& clock)
      : folder_(std::move(folder)), from_(std::move(from)), clock_(clock) {}

  Result<void> send(const Mail& mail) override {
    const Instant now = clock_.now();
    const std::string name = std::to_string(now.ms) + "-" + security::random_token("", 10);
    BOOST_OUTCOME_TRY(const std::string bytes, format_mail(mail, from_, now, name));
    const std::filesystem::path path = std::filesystem::path(folder_) / (name + ".eml");
    std::error_code error;
    // What is in there lets people in: it is nobody else's to read.
    if (std::filesystem::create_directories(folder_, error))
      std::filesystem::permissions(folder_, std::filesystem::perms::owner_all, error);
    std::ofstream out(path, std::ios::binary);
    out << bytes;
    out.close();
    if (out) return success();
    return fail(Code::unavailable, "mail_unavailable",
                "The folder for mail, '" + folder_ + "', cannot be written.");
  }

 private:
  std::string folder_, from_;
  const Clock& clock_;
};

struct Upload {
  std::string_view left;
  static std::size_t read(char* to, std::size_t size, std::size_t count, void* self) {
    auto& left = static_cast<Upload*>(self)->left;
    const std::size_t take = std::min(size * count, left.size());
    std::memcpy(to, left.data(), take);
    left.remove_prefix(take);
    return take;
  }
};

class SmtpMailer final : public Mailer {
 public:
  SmtpMailer(SmtpOptions options, const Clock& clock)
      : options_(std::move(options)), clock_(clock) {
    static const CURLcode ready = curl_global_init(CURL_GLOBAL_DEFAULT);
    (void)ready;
  }

  Result<void> send(const Mail& mail) override {
    BOOST_OUTCOME_TRY(const std::string bytes, format_mail(mail, options_.from, clock_.now(),
                                                           security::random_token("", 26)));
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(curl_easy_init(),
                                                                   &curl_easy_cleanup);
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> to(
        curl_slist_append(nullptr, ("<" + mail.to + ">").c_str()), &curl_slist_free_all);
    if (!curl || !to) return fail(Code::unavailable, "mail_unavailable", "Out of memory.");
    Upload upload{bytes};
    CURL* handle = curl.get();
    curl_easy_setopt(handle, CURLOPT_URL, options_.url.c_str());
    curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    curl_easy_setopt(handle, CURLOPT_USE_SSL,
                     static_cast<long>(options_.require_tls ? CURLUSESSL_ALL : CURLUSESSL_TRY));
    if (!options_.user.empty()) {
      curl_easy_setopt(handle, CURLOPT_USERNAME, options_.user.c_str());
      curl_easy_setopt(handle, CURLOPT_PASSWORD, options_.password.c_str());
    }
    curl_easy_setopt(handle, CURLOPT_MAIL_FROM, ("<" + options_.from + ">").c_str());
    curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, to.get());
    curl_easy_setopt(handle, CURLOPT_READFUNCTION, &Upload::read);
    curl_easy_setopt(handle, CURLOPT_READDATA, &upload);
    curl_easy_setopt(handle, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle, CURLOPT_TIMEOUT, options_.timeout_seconds);
    curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
    const CURLcode code = curl_easy_perform(handle);
    if (code == CURLE_OK) return success();
    long status = 0;
    curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
    if (status >= 500)
      return fail(
          Code::invalid, "mail_refused",
          "The mail server refused a mail for good, with status " + std::to_string(status) + ".");
    return fail(
        Code::unavailable, "mail_unavailable",
        std::string("The mail server did not take a mail: ") + curl_easy_strerror(code) + ".");
  }

 private:
  SmtpOptions options_;
  const Clock& clock_;
};

}  // namespace

Result<std::string> format_mail(const Mail& mail, std::string_view from, Instant at,
                                std::string_view message_id) {
  for (const std::string_view address : {std::string_view(mail.to), from})
    if (address.empty() || has_control(address) ||
        address.find_first_of(" <>,;\"()") != address.npos || address.find('@') == address.npos)
      return fail(Code::invalid, "mail_malformed", "A mail address is not one.");
  if (has_control(mail.subject) || has_control(message_id))
    return fail(Code::invalid, "mail_malformed", "A mail's subject holds a control character.");
  std::string text;
  std::size_t longest = 0, line = 0;
  for (const char c : mail.text) {
    if (c == '\r' || c == '\0') continue;
    line = c == '\n' ? 0 : line + 1;
    longest = std::max(longest, line);
    text += c == '\n' ? std::string("\r\n") : std::string(1, c);
  }
  const bool plain = is_ascii(text) && longest <= longest_line;
  const std::string domain(from.substr(from.find('@')));
  std::string out = "From: <" + std::string(from) + ">\r\nTo: <" + mail.to + ">\r\nSubject: ";
  // An encoded word has at most 75 characters; 42 bytes of text fit. Cuts lie between characters.
  if (is_ascii(mail.subject)) {
    out += mail.subject;
  } else {
    for (std::size_t begin = 0; begin < mail.subject.size();) {
      std::size_t end = std::min(begin + 42, mail.subject.size());
      while (end < mail.subject.size() &&
             (static_cast<unsigned char>(mail.subject[end]) & 0xC0) == 0x80)
        --end;
      out += (begin ? "\r\n " : "") +
             ("=?UTF-8?B?" +
              base64_lines(std::string_view(mail.subject).substr(begin, end - begin), "")) +
             "?=";
      begin = end;
    }
  }
  out += "\r\nDate: " + mail_date(at) + "\r\nMessage-ID: <" + std::string(message_id) + domain +
         ">\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n"
         "Auto-Submitted: auto-generated\r\nContent-Transfer-Encoding: ";
  out += plain ? "7bit\r\n\r\n" + text : "base64\r\n\r\n" + base64_lines(text, "\r\n");
  if (!out.ends_with("\r\n")) out += "\r\n";
  return out;
}

std::unique_ptr<Mailer> folder_mailer(std::string folder, std::string from, const Clock& clock) {
  return std::make_unique<FolderMailer>(std::move(folder), std::move(from), clock);
}

std::unique_ptr<Mailer> smtp_mailer(SmtpOptions options, const Clock& clock) {
  return std::make_unique<SmtpMailer>(std::move(options), clock);
}

}  // namespace insightflow::identity
