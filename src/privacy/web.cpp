#include "privacy/identifiers.hpp"

#include <algorithm>
#include <array>

namespace insightflow::privacy {

namespace {

constexpr std::size_t longest_local_part = 24;  // tokens
constexpr std::size_t longest_host = 32;        // tokens

bool contains(std::string_view words, std::string_view word) {
  for (std::size_t at = words.find(word); at != words.npos; at = words.find(word, at + 1))
    if ((at == 0 || words[at - 1] == ' ') &&
        (at + word.size() == words.size() || words[at + word.size()] == ' '))
      return true;
  return false;
}

/// Ends of names that are seldom anything else; IANA's list has over a thousand more.
constexpr std::string_view plain_endings =
    "com org net edu gov mil int info biz io dev app ai co tv eu uk de fr nl ch jp cn ru br au ca "
    "mx es pt pl se fi dk cz sk hu ro bg gr tr ua kr tw hk sg nz za ie ee lt lv si hr lu cl ar "
    "pe ve xyz online shop store blog tech cloud club mobi asia jobs travel kz ge am th vn ph pk "
    "ng ke gh eg ma tn ir";
/// Ends that are words, or file names, too: believed only beside "www", a path or another dot.
constexpr std::string_view doubtful_endings =
    "it is me in at be so to no my us as do id al il fm ly gl by la li tk ws cc rs site name news "
    "page space world live life today email work one top pro agency";

bool all_lower(std::string_view word) {
  return std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; });
}

/// The token behind a host that starts with token `i`: labels of letters, digits and hyphens
/// between dots. `labels` counts them, `last` is the token of the last label.
std::size_t host_end(const Page& page, std::size_t i, std::size_t& labels, std::size_t& last) {
  labels = 1;
  last = i;
  std::size_t end = i + 1;
  for (std::size_t k = i + 1; k < page.size() && k - i < longest_host; ++k) {
    if (!page.touches(k)) break;
    if (page.is_mark(k, '.') && page.wordlike(k + 1) && page.touches(k + 1)) {
      ++labels;
      last = k + 1;
    } else if (page.is_mark(k, '-') && page.wordlike(k + 1) && page.touches(k + 1)) {
      continue;
    } else if (!page.wordlike(k)) {
      break;
    }
    end = k + 1;
    if (page.wordlike(k + 1) && page.touches(k + 1)) end = k + 2;
  }
  return end;
}

bool ends_url(unsigned char c) {
  return c <= ' ' || c == '"' || c == '<' || c == '>' || c == '`' || c == '|' || c == '\\' ||
         c == '^' || c == '{' || c == '}';
}

/// The byte behind a URL: to the next blank or bracket, without the punctuation of the sentence.
std::size_t url_end(std::string_view text, std::size_t at) {
  const std::size_t start = at;
  bool open = false;
  while (at < text.size() && !ends_url(static_cast<unsigned char>(text[at])))
    open |= text[at++] == '(';
  static constexpr std::string_view closing = ".,;:!?'\"]*";
  while (at > start &&
         (closing.find(text[at - 1]) != closing.npos || (text[at - 1] == ')' && !open)))
    --at;
  return at;
}

constexpr std::string_view schemes =
    "http https ftp ftps sftp ssh ws wss git svn file ldap smb rtsp postgres postgresql mysql "
    "mongodb redis amqp s3 jdbc";

}  // namespace

std::optional<Found> find_mail_or_handle(const Page& page, std::size_t i) {
  // The part before the mark.
  std::size_t first = i;
  while (first > 0 && i - first < longest_local_part && page.touches(first)) {
    const std::size_t k = first - 1;
    const bool mark =
        page[k].kind == Kind::mark &&
        std::string_view("._%+-'&").find(static_cast<char>(page[k].byte)) != std::string_view::npos;
    if (!mark && !page.wordlike(k)) break;
    first = k;
  }
  while (first < i && page[first].kind == Kind::mark) ++first;
  if (first < i && page.wordlike(i + 1) && page.touches(i + 1)) {
    std::size_t labels = 0, last = 0;
    const std::size_t end = host_end(page, i + 1, labels, last);
    if (labels > 1 && page[last].kind == Kind::word && page[last].end - page[last].begin > 1)
      return Found{EntityType::email_address, page[first].begin, page[end - 1].end, 0.99};
    return std::nullopt;
  }
  // "@handle", not inside of a word.
  if (first < i || !page.touches(i + 1) || (i > 0 && page.touches(i) && page.wordlike(i - 1)))
    return std::nullopt;
  std::size_t end = i + 1;
  while (end < page.size() && end - i < 8 && page.touches(end) &&
         (page.wordlike(end) || (page.is_mark(end, '_') && page.touches(end + 1))))
    ++end;
  const std::size_t length = page[end - 1].end - page[i].end;
  if (end == i + 1 || page[i + 1].kind == Kind::number || length < 2 || length > 40)
    return std::nullopt;
  return Found{EntityType::username, page[i].begin, page[end - 1].end, 0.8};
}

std::optional<Found> find_url(const Page& page, std::size_t i) {
  const Token& token = page[i];
  const std::size_t length = token.end - token.begin;
  if (length < 2 || length > 10 || page.text.substr(token.end, 3) != "://") return std::nullopt;
  if (!contains(schemes, folded(page.text_of(i)))) return std::nullopt;
  const std::size_t end = url_end(page.text, token.end + 3);
  if (end <= token.end + 3) return std::nullopt;
  return Found{EntityType::url, token.begin, static_cast<std::uint32_t>(end), 0.95};
}

std::optional<Found> find_domain(const Page& page, std::size_t i, std::size_t& looked) {
  std::size_t labels = 0, last = 0;
  const std::size_t end = host_end(page, i, labels, last);
  looked = end;
  if (labels < 2 || page[last].kind != Kind::word || page.is_mark(end, '@') ||
      (i > 0 && page.touches(i) &&
       (page.is_mark(i - 1, '@') || page.is_mark(i - 1, '/') || page.is_mark(i - 1, '_') ||
        page.is_mark(i - 1, '.'))))
    return std::nullopt;
  const std::string_view ending = page.text_of(last);
  if (!all_lower(ending)) return std::nullopt;
  const bool www = page.text_of(i) == "www" || page.text_of(i) == "WWW";
  const bool path = page.is_mark(end, '/') && page.touches(end);
  const bool plain = contains(plain_endings, ending);
  const bool doubtful = !plain && contains(doubtful_endings, ending);
  if (!plain && !(doubtful && (path || labels > 2)) && !(www && labels > 2)) return std::nullopt;
  // "St.co" and other single letters in front of a dot are abbreviations.
  if (labels == 2 && !path && page[last].begin - page[i].begin < 4) return std::nullopt;
  if (path)
    return Found{EntityType::url, page[i].begin,
                 static_cast<std::uint32_t>(url_end(page.text, page[end].begin)),
                 www || plain ? 0.95 : 0.8};
  return Found{EntityType::domain_name, page[i].begin, page[last].end,
               www     ? 0.95
               : plain ? 0.9
                       : 0.7};
}

std::optional<Found> find_hex_address(const Page& page, std::size_t i) {
  const std::size_t begin = page[i].begin;
  if (i > 0 && page.touches(i) && page[i - 1].kind != Kind::mark) return std::nullopt;
  if (i > 0 && page.touches(i) && (page.is_mark(i - 1, ':') || page.is_mark(i - 1, '-')))
    return std::nullopt;
  static constexpr std::size_t longest = 46;
  std::array<int, 16> lengths{};
  std::size_t groups = 0, at = begin;
  bool gap = false;
  char separator = 0;
  const std::string_view text = page.text;
  while (at < text.size() && at - begin < longest && groups < lengths.size()) {
    const char c = text[at];
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')) {
      ++lengths[groups];
      ++at;
      continue;
    }
    if (c != ':' && c != '-') break;
    if (separator != 0 && c != separator) break;
    separator = c;
    ++groups;
    ++at;
    if (c == ':' && at < text.size() && text[at] == ':') {
      if (gap) return std::nullopt;
      gap = true;
      ++at;
    }
  }
  if (groups >= lengths.size()) return std::nullopt;
  std::size_t end = at;
  const bool open = end > begin && (text[end - 1] == ':' || text[end - 1] == '-');
  if (open && !(gap && text.substr(end - 2, 2) == "::")) {
    --end;  // the colon of the sentence
    --groups;
  }
  if (end < text.size()) {
    const std::size_t next = page.token_at(i, end);
    if (next < page.size() && page[next].begin == end && page.wordlike(next)) return std::nullopt;
    if (next > 0 && page[next - 1].end > end) return std::nullopt;
  }
  const std::size_t count = groups + 1;
  const auto all = [&](int least, int most) {
    for (std::size_t k = 0; k < count; ++k)
      if (lengths[k] > most || (lengths[k] < least && !(gap && lengths[k] == 0))) return false;
    return true;
  };
  if (!gap && count == 6 && all(2, 2))
    return Found{EntityType::mac_address, static_cast<std::uint32_t>(begin),
                 static_cast<std::uint32_t>(end), 0.9};
  if (separator != ':') return std::nullopt;
  int digits = 0;
  for (std::size_t k = 0; k < count; ++k) digits += lengths[k];
  if ((gap ? count >= 2 && count <= 8 && digits >= 4 : count == 8) && all(1, 4))
    return Found{EntityType::ip_address, static_cast<std::uint32_t>(begin),
                 static_cast<std::uint32_t>(end), 0.95};
  return std::nullopt;
}

}  // namespace insightflow::privacy
