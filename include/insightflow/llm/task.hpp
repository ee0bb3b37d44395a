#pragma once

#include <insightflow/core/json.hpp>
#include <insightflow/llm/client.hpp>
#include <insightflow/llm/prompt.hpp>
#include <insightflow/llm/spoken.hpp>

#include <boost/json/fwd.hpp>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

/// An AI task is a value: a name, which is that of its prompt, what goes in, what comes out (hence
/// the schema), an implementation that needs no model, and a check of what a model says. See
/// docs/llm.md for how to add one.
namespace insightflow::llm {

/// Counts what a check leaves out.
class Drops {
 public:
  void add(std::string_view reason, std::int64_t count = 1);
  std::int64_t count() const;
  const std::vector<Dropped>& all() const { return all_; }

 private:
  std::vector<Dropped> all_;
};

/// Told of every answer of a model, so that a router learns: whether it could be used, after how
/// many repairs, and how many of its statements were dropped.
struct Fate {
  bool usable = false;
  std::int64_t repairs = 0;
  std::int64_t statements = 0;  ///< Items of the answer's lists.
  std::int64_t dropped = 0;
};
using OnFate = std::function<void(const Request&, const Reply&, const Fate&)>;

/// Who speaks. A default one is the local engine. What it points to must outlive the runs.
struct Voice {
  Client* client = nullptr;
  std::string settings;      ///< Digest of the settings that answers depend on; for cache keys.
  std::int64_t repairs = 2;  ///< How often an unusable answer is asked for again.

  /// Input and output together of the smallest model that may be asked; empty: 32,768.
  std::function<std::int64_t(std::string_view task, Tier tier)> context_tokens;
  /// How many tokens a text has; empty: an estimate.
  std::function<std::int64_t(std::string_view text)> count_tokens;
  OnFate on_fate;

  /// Who is told the answer to a request as it comes. Where this is empty or gives nothing, the
  /// answer comes as a whole. What is told is what the model writes, before any check of it.
  std::function<OnText(const Request&)> listener;
};

class Gateway;

/// The models behind a gateway, which must outlive the voice; it is told how their answers fared.
Voice voice_of(Gateway& gateway);

/// A voice in one workspace, at one time.
struct Run {
  Voice voice;
  WorkspaceId workspace;
  std::vector<Prompt> prompts;  ///< In force; empty: the library's.
  std::string origin;           ///< The job or the HTTP request that asks.
};

/// All that answers to these tasks depend on beside their input: empty without a client.
std::string signature(const Run& run, std::initializer_list<std::string_view> tasks);

template <class Out>
struct Done {
  Out value;
  Spoken spoken;
};

template <class In, class Out>
struct Task {
  std::string_view name;  ///< Of its prompt too.
  Tier tier = Tier::standard;
  std::int64_t max_output_tokens = 4096;

  /// The answer without a model. Deterministic.
  Result<Out> (*local)(const In&, const Ctx&) = nullptr;

  /// Leaves out what a model may not say and counts it. An error means that nothing of the answer
  /// can be used; its detail is told to the model. Deterministic.
  Result<void> (*check)(const In&, Out&, Drops&) = nullptr;

  /// The two halves of an input that is too large for one call; empty when it has none.
  std::vector<In> (*halve)(const In&) = nullptr;

  /// One answer of the answers to the parts, in order. Not empty.
  Out (*merge)(const In&, std::vector<Out>) = nullptr;

  /// Whether the model is asked to make one of the merged answers; their JSON is its input.
  bool refine = false;
};

namespace detail {

/// Reads and checks an answer; an error is told to the model.
using Accept = FunctionRef<Result<void>(const boost::json::value&, Drops&)>;

struct Question {
  std::string_view task;
  Tier tier = Tier::standard;
  std::int64_t max_output_tokens = 0;
  const Type& out;
  std::string data;  ///< JSON text.
};

/// Whether the question and its answer fit the smallest model's context.
bool fits(const Run& run, const Question& question);

/// Asks until an answer is accepted. Errors: those of the client; `llm_answer_unusable` when the
/// last repair was no better.
Result<void> converse(const Run& run, const Question& question, Accept accept, Spoken& spoken,
                      const Ctx& ctx);

/// True for what the local engine must not paper over: the caller's stop, a lost lease, the
/// database.
bool final(const Error& error, const Ctx& ctx);

void fall_back(Spoken& spoken, const Error& why);
void tell(Spoken& spoken, const Drops& drops);

template <class In, class Out>
Question question_of(const Task<In, Out>& task, std::string data) {
  return {task.name, task.tier, task.max_output_tokens, type_of<Out>(), std::move(data)};
}

/// {"step":"answer","input":…}, or {"step":"refine","drafts":…}.
std::string data_of(std::string_view step, std::string_view json);

template <class In, class Out>
Result<Out> ask(const Task<In, Out>& task, const In& checked_against, Question question,
                const Run& run, Spoken& spoken, Drops& drops, const Ctx& ctx) {
  Out out{};
  Drops latest;
  BOOST_OUTCOME_TRY(converse(
      run, question,
      [&](const boost::json::value& answer, Drops& told) -> Result<void> {
        Out read{};
        BOOST_OUTCOME_TRY(read_json(type_of<Out>(), &read, answer, Audience::api));
        if (task.check != nullptr) {
          BOOST_OUTCOME_TRY(task.check(checked_against, read, told));
        }
        out = std::move(read);
        latest = told;
        return success();
      },
      spoken, ctx));
  for (const Dropped& one : latest.all()) drops.add(one.reason, one.count);
  return out;
}

/// The answers to an input, cut in halves until each part fits.
template <class In, class Out>
Result<void> answers(const Task<In, Out>& task, const In& input, const Run& run,
                     std::vector<Out>& out, Spoken& spoken, Drops& drops, const Ctx& ctx) {
  BOOST_OUTCOME_TRY(ctx.check());
  Question question = question_of(task, data_of("answer", to_json_text(input)));
  if (!fits(run, question)) {
    const auto halves = task.halve != nullptr ? task.halve(input) : std::vector<In>();
    if (halves.empty())
      return fail(Code::too_large, "llm_input_too_large",
                  "The input does not fit the context of the model, and cannot be divided.");
    for (const In& half : halves) {
      BOOST_OUTCOME_TRY(answers(task, half, run, out, spoken, drops, ctx));
    }
    return success();
  }
  BOOST_OUTCOME_TRY(auto answer, ask(task, input, std::move(question), run, spoken, drops, ctx));
  out.push_back(std::move(answer));
  return success();
}

template <class In, class Out>
Result<Out> with_model(const Task<In, Out>& task, const In& input, const Run& run, Spoken& spoken,
                       Drops& drops, const Ctx& ctx) {
  std::vector<Out> parts;
  BOOST_OUTCOME_TRY(answers(task, input, run, parts, spoken, drops, ctx));
  if (parts.size() == 1) return std::move(parts.front());
  Out merged = task.merge(input, std::move(parts));
  Question question = question_of(task, data_of("refine", to_json_text(merged)));
  if (!task.refine || !fits(run, question)) return merged;
  // What refining makes unusable is not lost: the merged answers stand.
  auto refined = ask(task, input, std::move(question), run, spoken, drops, ctx);
  if (refined) return refined;
  if (final(refined.error(), ctx)) return refined.error();
  drops.add(refined.error().reason);
  return merged;
}

}  // namespace detail

/// Does a task: by the voice's model where there is one and what it says passes the checks, else by
/// the task's own implementation; `spoken` says which, and why. An input that is too large is
/// divided, the answers are merged, and where the task wants it refined by one more question.
/// Errors: those of the local implementation; `cancelled`, `deadline_passed`, `lease_lost` and
/// those of the database, which end the work.
template <class In, class Out>
Result<Done<Out>> run(const Task<In, Out>& task, const In& input, const Run& run,
                      const Ctx& ctx = {}) {
  Done<Out> done;
  done.spoken.part = task.name;
  if (run.voice.client != nullptr) {
    Drops drops;
    auto answer = detail::with_model(task, input, run, done.spoken, drops, ctx);
    detail::tell(done.spoken, drops);
    if (answer) {
      done.value = std::move(answer.value());
      return done;
    }
    if (detail::final(answer.error(), ctx)) return answer.error();
    detail::fall_back(done.spoken, answer.error());
  }
  BOOST_OUTCOME_TRY(done.value, task.local(input, ctx));
  return done;
}

/// A client that remembers: what `recall` knows is not asked for again, and what was answered is
/// given to `keep`. A question is known by the digest of everything the answer depends on. Errors
/// are not remembered; those of `keep` are returned. Safe from several threads as far as the three
/// are.
class Remembering : public Client {
 public:
  using Recall = std::function<Result<std::optional<std::string>>(const std::string& step)>;
  using Keep = std::function<Result<void>(const std::string& step, const std::string& bytes)>;

  Remembering(Client& client, Recall recall, Keep keep)
      : client_(client), recall_(std::move(recall)), keep_(std::move(keep)) {}

  using Client::complete;
  Result<Reply> complete(const Request& request, const Ctx& ctx, const OnText& on_text) override;

 private:
  Client& client_;
  Recall recall_;
  Keep keep_;
};

}  // namespace insightflow::llm
