#include <insightflow/core/id_source.hpp>
#include <insightflow/core/time.hpp>
#include <insightflow/core/utf8.hpp>

#include <chrono>
#include <cstdio>
#include <random>

namespace insightflow {

namespace {

constexpr std::int64_t ms_per_day = 86'400'000;

/// Days since 1970-01-01 of a proleptic Gregorian date, and back (Hinnant, "chrono-Compatible
/// Low-Level Date Algorithms"), by way of std::chrono.
std::int64_t days_of(int year, unsigned month, unsigned day) {
  return std::chrono::sys_days{std::chrono::year{year} / std::chrono::month{month} /
                               std::chrono::day{day}}
      .time_since_epoch()
      .count();
}

constexpr Instant earliest{-62'167'219'200'000}, latest{253'402'300'799'999};  // years 0 to 9999

/// Reads fixed-width digits; -1 when one is missing.
int digits(std::string_view text, std::size_t at, std::size_t count) {
  if (at + count > text.size()) return -1;
  int out = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return -1;
    out = out * 10 + (text[i] - '0');
  }
  return out;
}

Error malformed_instant() {
  return fail(Code::invalid, "instant_malformed",
              "Not a time in RFC 3339, such as 2026-01-31T08:05:00Z.");
}

}  // namespace

std::string Instant::str() const {
  const std::int64_t days = (ms >= 0 ? ms : ms - (ms_per_day - 1)) / ms_per_day;
  const auto rest = static_cast<int>(ms - days * ms_per_day);
  const std::chrono::year_month_day date{
      std::chrono::sys_days{std::chrono::days{static_cast<int>(days)}}};
  char out[48];
  std::snprintf(out, sizeof out, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), rest / 3'600'000, rest / 60'000 % 60,
                rest / 1000 % 60, rest % 1000);
  return out;
}

Result<Instant> Instant::parse(std::string_view text) {
  const int year = digits(text, 0, 4), month = digits(text, 5, 2), day = digits(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-')
    return malformed_instant();
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) return malformed_instant();
  Instant out{days_of(year, static_cast<unsigned>(month), static_cast<unsigned>(day)) * ms_per_day};
  if (text.size() == 10) return out;
  const int hour = digits(text, 11, 2), minute = digits(text, 14, 2), second = digits(text, 17, 2);
  if ((text[10] != 'T' && text[10] != 't' && text[10] != ' ') || hour < 0 || hour > 23 ||
      minute < 0 || minute > 59 || second < 0 || second > 60 || text[13] != ':' || text[16] != ':')
    return malformed_instant();
  out.ms += ((hour * 60LL + minute) * 60 + second) * 1000;
  std::size_t at = 19;
  if (at < text.size() && text[at] == '.') {
    if (digits(text, at + 1, 1) < 0) return malformed_instant();
    int scale = 100;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, scale /= 10)
      out.ms += (text[at] - '0') * scale;
  }
  if (text.substr(at) == "Z" || text.substr(at) == "z")
    return out <= latest ? Result<Instant>(out) : malformed_instant();
  const int off_hour = digits(text, at + 1, 2), off_minute = digits(text, at + 4, 2);
  if (text.size() != at + 6 || (text[at] != '+' && text[at] != '-') || text[at + 3] != ':' ||
      off_hour < 0 || off_hour > 23 || off_minute < 0 || off_minute > 59)
    return malformed_instant();
  const std::int64_t offset = (off_hour * 60LL + off_minute) * 60'000;
  out.ms += text[at] == '-' ? offset : -offset;
  if (out < earliest || out > latest) return malformed_instant();
  return out;
}

const Clock& system_clock() {
  struct System final : Clock {
    Instant now() const override {
      return {std::chrono::duration_cast<std::chrono::milliseconds>(
                  std::chrono::system_clock::now().time_since_epoch())
                  .count()};
    }
  };
  static const System clock;
  return clock;
}

std::string Uuid::str() const {
  static constexpr char hex[] = "0123456789abcdef";
  std::string out;
  out.reserve(36);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) out += '-';
    out += hex[bytes[i] >> 4];
    out += hex[bytes[i] & 15];
  }
  return out;
}

Result<Uuid> Uuid::parse(std::string_view text) {
  const auto malformed = [] {
    return fail(Code::invalid, "id_malformed",
                "Not an id: 36 characters such as 0190a3c2-7b1e-7c3d-8f00-0123456789ab.");
  };
  if (text.size() != 36) return malformed();
  Uuid out;
  std::size_t nibble = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (c != '-') return malformed();
      continue;
    }
    const int value = c >= '0' && c <= '9'   ? c - '0'
                      : c >= 'a' && c <= 'f' ? c - 'a' + 10
                      : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                             : -1;
    if (value < 0) return malformed();
    out.bytes[nibble / 2] = static_cast<std::uint8_t>(out.bytes[nibble / 2] << 4 | value);
    ++nibble;
  }
  return out;
}

IdSource::IdSource(const Clock& clock)
    : IdSource(clock, (static_cast<std::uint64_t>(std::random_device{}()) << 32) ^
                          std::random_device{}()) {}

IdSource::IdSource(const Clock& clock, std::uint64_t seed) : clock_(clock), rng_(seed) {}

Uuid IdSource::next_uuid() {
  const std::int64_t now = clock_.now().ms;
  const std::lock_guard lock(mutex_);
  // A clock that steps back, or more than 2^18 ids in a millisecond, borrows from the future.
  if (now > last_ms_) {
    last_ms_ = now;
    counter_ = static_cast<std::uint32_t>(rng_.next() & 0xFFFF);
  } else if (++counter_ >= 1u << 18) {
    ++last_ms_;
    counter_ = 0;
  }
  const std::uint64_t random = rng_.next();
  Uuid id;
  for (int i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(last_ms_ >> (40 - 8 * i));
  // rand_a and the first bits of rand_b hold the counter (RFC 9562, section 6.2, method 1).
  id.bytes[6] = static_cast<std::uint8_t>(0x70 | counter_ >> 14);
  id.bytes[7] = static_cast<std::uint8_t>(counter_ >> 6);
  id.bytes[8] = static_cast<std::uint8_t>(0x80 | (counter_ & 0x3F));
  for (int i = 0; i < 7; ++i) id.bytes[9 + i] = static_cast<std::uint8_t>(random >> (8 * i));
  return id;
}

namespace utf8 {

Result<void> check(std::string_view text, std::string_view pointer) {
  if (const auto at = first_invalid(text))
    return fail(Code::invalid, "utf8_invalid",
                "The text is not valid UTF-8 at byte " + std::to_string(*at) + ".",
                std::string(pointer));
  return success();
}

}  // namespace utf8
}  // namespace insightflow
