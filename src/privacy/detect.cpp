#include "privacy/names.hpp"

#include <insightflow/privacy/detect.hpp>

#include <algorithm>

namespace insightflow::privacy {

namespace {

/// A long text is read in stretches, so that memory and what lies in the caches stay small.
constexpr std::size_t usual_stretch = 8192;
constexpr std::size_t longest_stretch = 2 * usual_stretch;

/// The byte behind the stretch that starts at `at`: an empty line if there is one, else a line end,
/// else a blank, else wherever the limit falls between two characters.
std::size_t stretch_end(std::string_view text, std::size_t at) {
  if (text.size() - at <= longest_stretch) return text.size();
  const std::size_t limit = at + usual_stretch;
  for (const std::string_view cut : {"\n\n", "\n", ". ", " "}) {
    const std::string_view behind = text.substr(limit, usual_stretch);
    if (const std::size_t found = behind.find(cut); found != behind.npos)
      return limit + found + cut.size();
  }
  std::size_t end = at + longest_stretch;
  while (end > limit && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return end;
}

/// Counts code points on the way from one byte to the next.
struct Counter {
  std::string_view text;
  std::size_t byte = 0, character = 0;

  std::size_t to(std::size_t end) {
    for (; byte < end; ++byte) character += (static_cast<unsigned char>(text[byte]) & 0xC0) != 0x80;
    return character;
  }
};

struct Wanted {
  std::array<bool, entity_types> types{};
  bool names = false;

  explicit Wanted(const DetectOptions& options) {
    types.fill(options.types.empty());
    for (const EntityType type : options.types) types[static_cast<std::size_t>(type)] = true;
    for (const EntityType type : {EntityType::person, EntityType::street_address, EntityType::place,
                                  EntityType::organization})
      names |= (*this)(type);
  }
  bool operator()(EntityType type) const { return types[static_cast<std::size_t>(type)]; }
};

}  // namespace

std::vector<Entity> detect(std::string_view text, const DetectOptions& options) {
  const Wanted wanted(options);
  std::vector<Entity> out;
  std::vector<Token> tokens;
  std::vector<Found> identifiers, names;
  std::vector<Seen> seen;
  Counter counter{text};
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = stretch_end(text, start);
    const std::string_view stretch = text.substr(start, end - start);
    tokenize(stretch, tokens);
    const Page page{stretch, tokens};
    find_identifiers(page, identifiers);
    names.clear();
    if (wanted.names) find_names(page, identifiers, options.least_score, seen, names);
    auto name = names.begin();
    const auto add = [&](const Found& found) {
      if (!wanted(found.type) || found.score < options.least_score) return;
      Entity entity{found.type, start + found.begin, start + found.end, 0, 0, found.score};
      entity.begin_character = counter.to(entity.begin);
      entity.end_character = counter.to(entity.end);
      out.push_back(entity);
    };
    for (const Found& identifier : identifiers) {
      while (name != names.end() && name->begin < identifier.begin) add(*name++);
      add(identifier);
    }
    while (name != names.end()) add(*name++);
    start = end;
  }
  return out;
}

}  // namespace insightflow::privacy
