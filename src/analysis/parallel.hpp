#pragma once

#include <insightflow/core/ctx.hpp>

#include <cstddef>
#include <functional>

/// Work that is shared by threads and comes to the same bytes however many they are.
namespace insightflow::analysis {

/// Who does a piece of work: so many threads, stopped by the context and telling it how far they
/// are. The context must outlive them.
struct Hands {
  std::size_t threads;
  const Ctx& ctx;
};

/// Runs `work(first, last)` over [0, total) in blocks on up to `threads` threads.
void in_blocks(std::size_t total, std::size_t threads,
               const std::function<void(std::size_t, std::size_t)>& work);

/// Runs `work(i, alone)` for every i below `total`, the last ones first, each by one thread; the
/// progress told is how many were begun, under `stage`. Ends early at the first error, which is
/// returned.
Result<void> each_alone(std::string_view stage, std::size_t total, const Hands& hands,
                        const std::function<Result<void>(std::size_t, const Hands&)>& work);

}  // namespace insightflow::analysis
