#include <insightflow/observe/metrics.hpp>

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace insightflow::observe {

namespace {

/// The numbers of a line of /proc that begin at field `from`, counted from 1, as proc(5) does.
/// The second field, the name in parentheses, may hold anything.
std::vector<std::int64_t> stat_fields() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const std::size_t name_end = line.rfind(')');
  std::vector<std::int64_t> out(3, 0);  // pid, name and state are not asked for
  if (name_end == std::string::npos || line.size() < name_end + 4) return {};
  std::istringstream rest(line.substr(name_end + 4));
  for (std::int64_t value = 0; rest >> value;) out.push_back(value);
  return out;
}

std::int64_t boot_seconds() {
  std::ifstream file("/proc/stat");
  for (std::string word; file >> word;)
    if (std::int64_t seconds = 0; word == "btime" && file >> seconds) return seconds;
  return 0;
}

}  // namespace

void Metrics::read_process() {
  constexpr std::size_t user_time = 14, system_time = 15, start_time = 22, resident = 24;
  const auto fields = stat_fields();
  if (fields.size() >= resident) {
    const std::int64_t ticks = ::sysconf(_SC_CLK_TCK);
    const auto field = [&](std::size_t number) { return fields[number - 1]; };
    set(Measure::process_cpu, {}, (field(user_time) + field(system_time)) * 1000 / ticks);
    set(Measure::process_start_time, {}, boot_seconds() * 1000 + field(start_time) * 1000 / ticks);
    set(Measure::process_resident_memory, {}, field(resident) * ::sysconf(_SC_PAGESIZE));
  }
  std::error_code error;
  std::int64_t open = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", error), end; !error && at != end;
       at.increment(error))
    ++open;
  set(Measure::process_open_fds, {}, open);
  rlimit most{};
  if (::getrlimit(RLIMIT_NOFILE, &most) == 0)
    set(Measure::process_max_fds, {}, static_cast<std::int64_t>(most.rlim_cur));
}

}  // namespace insightflow::observe
