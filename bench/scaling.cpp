#include <insightflow/core/json.hpp>
#include <insightflow/core/rng.hpp>
#include <insightflow/engine.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>

/// Does the cost of one response stay the same from a thousand to a hundred thousand? Import,
/// insight run and export of made-up answers, each in microseconds a response, with the growth of
/// resident memory.
namespace {
using namespace insightflow;

constexpr std::string_view questionnaire = R"({"title":"Scaling","slug":"scaling","questions":[
 {"id":"q1","kind":"nps","text":"How likely are you to recommend us?"},
 {"id":"q2","kind":"single_choice","text":"Which plan?","options":["Free","Pro","Team"]},
 {"id":"q3","kind":"open_text","text":"What should we improve first?"}]})";

constexpr const char* subjects[] = {"the calendar sync", "the mobile app",   "customer support",
                                    "the price",         "the search",       "loading times",
                                    "the export",        "notifications",    "onboarding",
                                    "the dashboard",     "file attachments", "team permissions"};
constexpr const char* verdicts[] = {"is great and saves me time",   "is far too slow",
                                    "keeps breaking after updates", "works well enough",
                                    "needs a complete rethink",     "was easy to set up"};
constexpr const char* details[] = {"especially on Mondays",     "when our whole team is online",
                                   "compared with other tools", "since the last release",
                                   "for large projects",        "on my phone"};

std::string row(std::uint64_t i) {
  Rng rng(i + 1);
  const auto pick = [&](auto& list) { return list[rng.below(std::size(list))]; };
  std::string out = std::to_string(rng.below(11)) + ",";
  out += std::string(std::array{"Free", "Pro", "Team"}[rng.below(3)]) + ",";
  out += std::string(pick(subjects)) + " " + pick(verdicts) + " " + pick(details);
  if (rng.below(3) == 0) out += std::string(" and ") + pick(subjects) + " " + pick(verdicts);
  return out + "\n";
}

/// Rows made as they are read, so that the source takes no memory.
response::ChunkSource rows(std::uint64_t count) {
  return [count, next = std::uint64_t{0},
          piece = std::string()]() mutable -> Result<std::string_view> {
    piece = next == 0 ? "q1,q2,q3\n" : "";
    for (int i = 0; i < 256 && next < count; ++i) piece += row(next++);
    return std::string_view(piece);
  };
}

double resident_mib() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0, resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

struct Cost {
  double microseconds = 0;  ///< A response.
  double grown_mib = 0;
};

template <class Work>
Cost measure(std::uint64_t count, const Work& work) {
  const double before = resident_mib();
  const auto start = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
  return {took.count() / static_cast<double>(count), resident_mib() - before};
}

}  // namespace

int main() {
  std::printf("%10s %14s %12s %14s %14s %12s\n", "responses", "import us", "grown MiB",
              "analysis us", "export us", "grown MiB");
  std::string json;
  for (const std::uint64_t count : {1'000u, 10'000u, 100'000u}) {
    std::string folder =
        (std::filesystem::temp_directory_path() / "insightflow-bench-XXXXXX").string();
    if (::mkdtemp(folder.data()) == nullptr) return 1;
    {
      Engine engine = Engine::open({.database = "sqlite:" + folder + "/bench.db"}).value();
      const auto made = engine.create_workspace("Bench").value();
      const Session me = engine.as({made.workspace.id, identity::Role::owner});
      const auto survey =
          me.surveys().create(from_json_text<survey::Survey>(questionnaire).value()).value();
      (void)me.surveys().publish(survey.id).value();
      const Cost import = measure(count, [&] {
        const auto report = me.transfers()
                                .import(survey.id, rows(count), {},
                                        [](std::string_view) { return Result<void>(success()); })
                                .value();
        if (report.imported != static_cast<std::int64_t>(count)) std::abort();
      });
      const Cost exported = measure(count, [&] {
        auto produce = me.transfers().export_all(survey.id, response::TableFormat::csv).value();
        for (bool more = true; more;) {
          std::string piece;
          more = produce(piece).value();
        }
      });
      const auto run = me.insights().start(survey.id).value();
      const Cost analysis = measure(count, [&] { (void)engine.work_until_idle().value(); });
      if (me.insights().get(run.id).value().state != jobs::State::completed) return 1;
      std::printf("%10llu %14.1f %12.1f %14.1f %14.1f %12.1f\n",
                  static_cast<unsigned long long>(count), import.microseconds, import.grown_mib,
                  analysis.microseconds, exported.microseconds, exported.grown_mib);
      char line[256];
      std::snprintf(
          line, sizeof line,
          "%s{\"responses\":%llu,\"import_us\":%.1f,\"import_mib\":%.1f,\"analysis_us\":%.1f,"
          "\"export_us\":%.1f,\"export_mib\":%.1f}",
          json.empty() ? "" : ",", static_cast<unsigned long long>(count), import.microseconds,
          import.grown_mib, analysis.microseconds, exported.microseconds, exported.grown_mib);
      json += line;
    }
    std::filesystem::remove_all(folder);
  }
  std::printf("{\"bench\":\"scaling\",\"runs\":[%s]}\n", json.c_str());
}
