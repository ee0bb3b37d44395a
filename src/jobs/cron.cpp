#include <insightflow/jobs/cron.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <string>

namespace insightflow::jobs {

namespace {

struct CronField {
  std::string_view name;
  int least;
  int most;
  std::string_view words;  ///< Three letters each, the first for `first_word`.
  int first_word;
};
constexpr std::array cron_fields{
    CronField{"minute", 0, 59, "", 0}, CronField{"hour", 0, 23, "", 0},
    CronField{"day of the month", 1, 31, "", 0},
    CronField{"month", 1, 12, "JANFEBMARAPRMAYJUNJULAUGSEPOCTNOVDEC", 1},
    CronField{"day of the week", 0, 7, "SUNMONTUEWEDTHUFRISAT", 0}};

struct Nickname {
  std::string_view name;
  std::string_view meaning;
};
constexpr std::array nicknames{Nickname{"@hourly", "0 * * * *"}, Nickname{"@daily", "0 0 * * *"},
                               Nickname{"@weekly", "0 0 * * 0"}, Nickname{"@monthly", "0 0 1 * *"},
                               Nickname{"@yearly", "0 0 1 1 *"}};

constexpr int days_searched = 8 * 366;

Error malformed(std::string_view text, const std::string& why) {
  return fail(Code::invalid, "cron_malformed",
              "'" + std::string(text) + "' is no schedule: " + why +
                  " A schedule has five fields, as in '30 6 * * MON-FRI'.");
}

/// Takes what stands before the separator off the front.
std::string_view cut(std::string_view& rest, char separator) {
  const std::size_t at = rest.find(separator);
  const std::string_view piece = rest.substr(0, at);
  rest = at == rest.npos ? std::string_view() : rest.substr(at + 1);
  return piece;
}

std::optional<int> number(std::string_view text, const CronField& field) {
  if (text.size() == 3 && !field.words.empty()) {
    std::string upper(text);
    for (char& c : upper)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    for (std::size_t at = 0; at < field.words.size(); at += 3)
      if (field.words.substr(at, 3) == upper) return field.first_word + static_cast<int>(at / 3);
  }
  int out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return out;
}

/// Marks what one field allows; false when it cannot be read.
template <std::size_t N>
bool read_field(std::string_view text, const CronField& field, std::bitset<N>& allowed, bool& any) {
  any = text.starts_with('*');
  if (text.empty() || text.back() == ',') return false;
  while (!text.empty()) {
    std::string_view range = cut(text, ',');
    const bool stepped = range.find('/') != range.npos;
    const std::string_view body = cut(range, '/');
    const std::optional<int> step = stepped ? number(range, field) : 1;
    std::optional<int> from = field.least, to = field.most;
    if (body != "*") {
      std::string_view end = body;
      from = number(cut(end, '-'), field);
      if (body.find('-') != body.npos)
        to = number(end, field);
      else if (!stepped)
        to = from;
    }
    if (!from || !to || !step || *step < 1 || *from < field.least || *to > field.most ||
        *from > *to)
      return false;
    for (int value = *from; value <= *to; value += *step)
      // Sunday is 0 and 7.
      allowed.set(static_cast<std::size_t>(field.most == 7 ? value % 7 : value));
  }
  return true;
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  std::string_view rest = text;
  for (const Nickname& nickname : nicknames)
    if (text == nickname.name) rest = nickname.meaning;
  std::array<std::string_view, cron_fields.size()> parts;
  for (std::string_view& part : parts) {
    rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
    part = rest.substr(0, rest.find_first_of(" \t"));
    rest.remove_prefix(part.size());
    if (part.empty()) return malformed(text, "it has too few fields.");
  }
  if (rest.find_first_not_of(" \t") != rest.npos) return malformed(text, "it has too many fields.");
  Cron out;
  bool unused = false;
  const std::array read{read_field(parts[0], cron_fields[0], out.minutes_, unused),
                        read_field(parts[1], cron_fields[1], out.hours_, unused),
                        read_field(parts[2], cron_fields[2], out.days_, out.any_day_),
                        read_field(parts[3], cron_fields[3], out.months_, unused),
                        read_field(parts[4], cron_fields[4], out.weekdays_, out.any_weekday_)};
  for (std::size_t i = 0; i < cron_fields.size(); ++i)
    if (!read[i])
      return malformed(text, "the " + std::string(cron_fields[i].name) + " '" +
                                 std::string(parts[i]) + "' is not within " +
                                 std::to_string(cron_fields[i].least) + " to " +
                                 std::to_string(cron_fields[i].most) + ".");
  return out;
}

bool Cron::day_due(unsigned day, unsigned weekday) const {
  if (any_day_ || any_weekday_) return days_[day] && weekdays_[weekday];
  return days_[day] || weekdays_[weekday];
}

std::optional<Instant> Cron::next(Instant after) const {
  using namespace std::chrono;
  const sys_time<minutes> first =
      floor<minutes>(sys_time<milliseconds>(milliseconds(after.ms))) + minutes(1);
  sys_days day = floor<days>(first);
  for (int i = 0; i < days_searched; ++i, day += days(1)) {
    const year_month_day date(day);
    if (!months_[unsigned(date.month())] ||
        !day_due(unsigned(date.day()), weekday(day).c_encoding()))
      continue;
    auto at = std::max<sys_time<minutes>>(day, first);
    for (; at < day + days(1); at += minutes(1)) {
      const auto into = at - day;
      if (hours_[static_cast<std::size_t>(into.count() / 60)] &&
          minutes_[static_cast<std::size_t>(into.count() % 60)])
        return Instant{duration_cast<milliseconds>(at.time_since_epoch()).count()};
    }
  }
  return std::nullopt;
}

}  // namespace insightflow::jobs
