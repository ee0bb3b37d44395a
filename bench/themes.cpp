#include <insightflow/analysis/keyphrases.hpp>
#include <insightflow/analysis/summary.hpp>
#include <insightflow/analysis/themes.hpp>
#include <insightflow/core/rng.hpp>

#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <thread>

/// bench_themes [ANSWERS]…    what themes, keyphrases and a summary cost from five hundred to a
/// million made-up answers of one or two sentences.
namespace {
using namespace insightflow;

constexpr const char* subjects[] = {
    "calendar sync", "mobile app",    "customer support", "price",
    "search",        "loading time",  "export",           "login",
    "onboarding",    "dashboard",     "file attachments", "permissions",
    "notifications", "documentation", "billing page",     "dark mode"};
constexpr const char* verdicts[] = {"is great and saves me time",   "is far too slow",
                                    "keeps breaking after updates", "works well enough",
                                    "needs a complete rethink",     "was easy to set up"};
constexpr const char* details[] = {"especially on Mondays",     "when our whole team is online",
                                   "compared with other tools", "since the last release",
                                   "for large projects",        "on my phone"};
constexpr const char* syllables[] = {"ba",  "ko", "ri", "tel", "mun", "sa", "vor", "el",
                                     "qui", "da", "ne", "lo",  "fra", "pi", "zu",  "stan"};

/// A thousand words of which some are frequent and most are rare.
std::string rare_word(Rng& rng) {
  const std::uint64_t rank = rng.below(1 + rng.below(1000));
  Rng own(rank + 99);
  std::string out;
  for (int i = 0; i < 3; ++i) out += syllables[own.below(std::size(syllables))];
  return out;
}

std::string answer(std::uint64_t i) {
  Rng rng(i + 1);
  const auto pick = [&](auto& list) { return std::string(list[rng.below(std::size(list))]); };
  std::string out = "The " + pick(subjects) + " " + pick(verdicts) + " " + pick(details) +
                    ", says " + rare_word(rng) + " of " + rare_word(rng) + ".";
  if (rng.below(3) == 0)
    out += " And the " + pick(subjects) + " " + pick(verdicts) + ", " + rare_word(rng) + ".";
  return out;
}

double peak_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024;
}

template <class Work>
double seconds(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace

int main(int count, char** arguments) {
  std::vector<std::size_t> sizes;
  for (int i = 1; i < count; ++i) sizes.push_back(std::strtoull(arguments[i], nullptr, 10));
  if (sizes.empty()) sizes = {500, 10'000, 100'000, 1'000'000};
  for (const std::size_t size : sizes) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < size; ++i) texts.push_back(answer(i));
    const std::vector<std::string_view> views(texts.begin(), texts.end());
    analysis::ThemeOptions options;
    options.threads = std::max(1u, std::thread::hardware_concurrency());
    options.most = 20;
    std::map<std::string, double> stages;
    std::string stage;
    auto since = std::chrono::steady_clock::now();
    Ctx ctx;
    ctx.on_progress = [&](const Progress& progress) {
      if (progress.stage == stage) return;
      const auto now = std::chrono::steady_clock::now();
      stages[stage] += std::chrono::duration<double>(now - since).count();
      stage = progress.stage;
      since = now;
    };
    std::size_t themes = 0;
    const double in_themes = seconds([&] {
      const auto found = analysis::find_themes(views, options, ctx);
      if (!found) std::exit(1);
      themes = found.value().themes.size();
    });
    ctx.report("end", 0);
    const double in_phrases = seconds([&] { (void)analysis::find_keyphrases(views).value(); });
    const double in_summary = seconds([&] { (void)analysis::summarise(views).value(); });
    std::printf(
        "{\"answers\":%zu,\"themes\":%zu,\"themes_s\":%.3f,\"keyphrases_s\":%.3f,"
        "\"summary_s\":%.3f,\"peak_mib\":%.0f",
        size, themes, in_themes, in_phrases, in_summary, peak_mib());
    for (const auto& [name, took] : stages)
      if (!name.empty()) std::printf(",\"%s_s\":%.3f", name.c_str(), took);
    std::printf("}\n");
    std::fflush(stdout);
  }
}
