#include "privacy/names.hpp"

#include <algorithm>

namespace insightflow::privacy {

namespace {

/// Sums for all tags at once, in one register.
using Sums = std::int16_t __attribute__((vector_size(16)));
using Weights = std::int8_t __attribute__((vector_size(8)));

/// Some bytes of a word, ASCII letters in lower case.
std::uint32_t bytes_of(std::string_view word) {
  std::uint32_t out = 0;
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    out = (out << 8) | (byte >= 'A' && byte <= 'Z' ? byte | 0x20u : byte);
  }
  return out;
}

constexpr std::array entity_of_tag{EntityType::person, EntityType::person,
                                   EntityType::street_address, EntityType::place,
                                   EntityType::organization};

constexpr bool is_entity(Tag tag) {
  return tag != Tag::none && tag <= Tag::organization;
}

/// The weight of a token's decision as a probability that it is no ordinary text.
double probability(double margin_sum, int count, int scale) {
  const double mean = margin_sum / (static_cast<double>(count) * scale);
  const double p = 1 / (1 + std::exp(-mean));
  return std::round(p * 1000) / 1000;
}

}  // namespace

void set_key(const Token& token, Seen& seen) {
  const auto shape = static_cast<Shape>(seen.shape);
  switch (shape) {
    case Shape::mark: seen.key = token.hash; break;
    case Shape::lower:
    case Shape::capitalised:
    case Shape::upper:
    case Shape::single_upper:
    case Shape::camel:
      seen.key = (seen.word & word_common) >= 2 || (seen.word & (word_street | word_title)) != 0
                     ? token.hash
                     : 16u + seen.shape * 1024u + (seen.word & 0x3FCu);
      break;
    default: seen.key = 1u + seen.shape; break;
  }
}

Letters see(const Page& page, std::span<const Found> taken, std::span<const std::uint32_t> lexicon,
            std::vector<Seen>& out) {
  const std::size_t size = page.size();
  Seen nothing;
  nothing.shape = static_cast<std::uint8_t>(Shape::outside);
  nothing.key = 1;
  out.assign(size + 2 * margin, nothing);
  std::size_t lowers = 0, capitals = 0, words = 0;
  auto next = taken.begin();
  for (std::size_t i = 0; i < size; ++i) {
    const Token& token = page[i];
    Seen& seen = out[i + margin];
    seen.shape = static_cast<std::uint8_t>(token.shape);
    while (next != taken.end() && next->end <= token.begin) ++next;
    if (next != taken.end() && next->begin < token.end) {
      seen.shape = static_cast<std::uint8_t>(Shape::taken);
      seen.key = 64u + static_cast<std::uint32_t>(next->type);
      continue;
    }
    // The end of a file's or a page's name.
    if (token.shape == Shape::lower && i > 1 && page.touches(i) && page.is_mark(i - 1, '.') &&
        page.touches(i - 1) && page.wordlike(i - 2)) {
      seen.shape = static_cast<std::uint8_t>(Shape::taken);
      seen.key = 63;
      continue;
    }
    if (token.kind == Kind::word) {
      seen.word = look_up(lexicon, token.hash);
      ++words;
      lowers += token.shape == Shape::lower;
      capitals += token.shape == Shape::upper || token.shape == Shape::single_upper;
      if (token.shape == Shape::capitalised || token.shape == Shape::camel) words += size;
    }
    set_key(token, seen);
  }
  if (words > 2 && words == lowers) return Letters::all_lower;
  if (words > 2 && words == capitals) return Letters::all_upper;
  return Letters::usual;
}

void feature_buckets(const Page& page, const std::vector<Seen>& seen, std::size_t at,
                     Letters letters, std::array<std::uint32_t, features>& out) {
  const Seen& here = seen[at];
  const Seen &p1 = seen[at - 1], &p2 = seen[at - 2], &p3 = seen[at - 3];
  const Seen &n1 = seen[at + 1], &n2 = seen[at + 2];
  const std::string_view text = page.text_of(at - margin);
  const std::uint64_t s = here.shape, w = here.word;
  const std::uint64_t last3 =
      bytes_of(text.substr(text.size() - std::min<std::size_t>(text.size(), 3)));
  const std::uint64_t last4 =
      bytes_of(text.substr(text.size() - std::min<std::size_t>(text.size(), 4)));
  const std::uint64_t first3 = bytes_of(text.substr(0, 3));
  const auto t1 = static_cast<std::uint64_t>(p1.tag), t2 = static_cast<std::uint64_t>(p2.tag);
  const auto mode = static_cast<std::uint64_t>(letters);
  const bool open = p1.shape == static_cast<std::uint8_t>(Shape::outside) ||
                    p1.key == word_hash(".") ||
                    p1.shape == static_cast<std::uint8_t>(Shape::line) ||
                    p1.shape == static_cast<std::uint8_t>(Shape::blank_line);
  std::size_t n = 0;
  const auto add = [&](std::uint64_t a, std::uint64_t b, std::uint64_t c) {
    const std::uint64_t kind = n + 1;
    const std::uint64_t x = mix(mix(mix(a + kind * 0x632BE59BD9B4E019u) + b) + c);
    out[n++] = static_cast<std::uint32_t>(x >> 24) & (buckets - 1);
  };
  const std::uint64_t k0 = here.key, k1 = p1.key, k2 = p2.key, k3 = p3.key, m1 = n1.key,
                      m2 = n2.key;
  add(k0, s, 0);
  add(last3, s, 0);
  add(last4, w & word_common, 0);
  add(first3, s, 0);
  add(w, s, open);
  add(k1, s, 0);
  add(m1, s, 0);
  add(k1, k2, s);
  add(m1, m2, s);
  add(p1.shape, s, n1.shape);
  add(p1.word & 0x3FC, w, s);
  add(w, n1.word & 0x3FC, n1.shape);
  add(t1, t2, s);
  add(t1, k1, s);
  add(t1, w, s);
  add(t1, k0, 0);
  add(k1, w, s);
  add(m1, w, t1);
  add(k2, k3, s);
  add(mode, w, s);
  add(s, n1.shape, n2.shape);
  add(k1, k2, k3);
  add(t1, last3, s);
  add(t1, mode, k1);
}

void find_names(const Page& page, std::span<const Found> taken, double least,
                std::vector<Seen>& seen, std::vector<Found>& out) {
  out.clear();
  const NamesModel model = names_model();
  const Letters letters = see(page, taken, model.lexicon, seen);
  const int scale = model.header.scale;
  // The bias moves with the probability that is asked for.
  const double asked = std::clamp(least, 0.001, 0.999);
  const int bias =
      model.header.bias - static_cast<int>(std::lround(std::log(asked / (1 - asked)) * scale));

  std::array<std::uint32_t, features> at;
  Found open;
  Tag open_tag = Tag::none;
  double sum = 0;
  int count = 0;
  bool letters_seen = false;
  const auto close = [&] {
    if (is_entity(open_tag) && letters_seen) {
      open.type = entity_of_tag[static_cast<std::size_t>(open_tag)];
      open.score = std::max(probability(sum, count, scale), asked);
      out.push_back(open);
    }
    open_tag = Tag::none;
  };
  for (std::size_t i = 0; i < page.size(); ++i) {
    Seen& here = seen[i + margin];
    const Tag before = seen[i + margin - 1].tag;
    if (plain(here, before)) {
      if (open_tag != Tag::none) close();
      continue;
    }
    feature_buckets(page, seen, i + margin, letters, at);
    Sums sums{};
    for (const std::uint32_t bucket : at) {
      Weights weights;
      std::memcpy(&weights, model.weights.data() + std::size_t{bucket} * tags, sizeof weights);
      sums += __builtin_convertvector(weights, Sums);
    }
    std::size_t best = 0;
    int most = sums[0] - bias;
    int entity_most = -32768;
    for (std::size_t t = 1; t < tags; ++t) {
      if (t <= static_cast<std::size_t>(Tag::organization))
        entity_most = std::max<int>(entity_most, sums[t]);
      if (sums[t] > most) {
        most = sums[t];
        best = t;
      }
    }
    here.tag = static_cast<Tag>(best);
    if (here.tag != open_tag) close();
    if (!is_entity(here.tag)) continue;
    const bool letter_or_digit = page[i].kind != Kind::mark && page[i].kind != Kind::line;
    if (open_tag == Tag::none) {
      if (!letter_or_digit) continue;
      open_tag = here.tag;
      open.begin = page[i].begin;
      sum = 0;
      count = 0;
      letters_seen = false;
    }
    letters_seen |= page[i].kind == Kind::word || page[i].kind == Kind::mixed;
    if (letter_or_digit) open.end = page[i].end;
    sum += entity_most - (sums[0] - model.header.bias);
    ++count;
  }
  close();
  std::erase_if(out, [](const Found& found) { return found.end <= found.begin; });
}

}  // namespace insightflow::privacy
