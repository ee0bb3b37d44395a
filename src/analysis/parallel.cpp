#include "analysis/parallel.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace insightflow::analysis {

namespace {

constexpr std::size_t block = 256;

}  // namespace

void in_blocks(std::size_t total, std::size_t threads,
               const std::function<void(std::size_t, std::size_t)>& work) {
  const std::size_t blocks = (total + block - 1) / block;
  threads = std::clamp<std::size_t>(threads, 1, std::max<std::size_t>(blocks, 1));
  const std::size_t share = (blocks + threads - 1) / threads * block;
  std::vector<std::jthread> helpers;
  for (std::size_t t = 1; t < threads; ++t)
    if (t * share < total)
      helpers.emplace_back(
          [&work, t, share, total] { work(t * share, std::min(total, (t + 1) * share)); });
  work(0, std::min(total, share));
}

Result<void> each_alone(std::string_view stage, std::size_t total, const Hands& hands,
                        const std::function<Result<void>(std::size_t, const Hands&)>& work) {
  Ctx silent = hands.ctx;
  silent.on_progress = nullptr;
  const auto all = static_cast<std::int64_t>(total);
  std::atomic<std::int64_t> left{all};
  std::mutex mutex;
  std::optional<Error> failed;
  const auto take = [&](bool tells) {
    for (std::int64_t i = --left; i >= 0; i = --left) {
      if (tells) hands.ctx.report(stage, all - 1 - i, all);
      const auto done = work(static_cast<std::size_t>(i), {1, silent});
      if (done) continue;
      left = 0;
      const std::lock_guard guard(mutex);
      failed = done.error();
    }
  };
  {
    std::vector<std::jthread> helpers;
    for (std::size_t t = 1; t < std::min(hands.threads, total); ++t)
      helpers.emplace_back([&take] { take(false); });
    take(true);
  }
  if (failed) return *failed;
  return success();
}

}  // namespace insightflow::analysis
