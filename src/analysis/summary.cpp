#include "analysis/check_every.hpp"
#include "analysis/hash.hpp"
#include "analysis/phrases.hpp"

#include <insightflow/analysis/summary.hpp>

#include <algorithm>
#include <queue>
#include <unordered_map>
#include <unordered_set>

namespace insightflow::analysis {

namespace {

constexpr std::size_t least_words = 3;
/// A shorter sentence gains nothing from being short.
constexpr std::size_t short_words = 8;
/// What a word without a subject of its own counts, compared with one that has.
constexpr double plain_word = 0.3;
/// What is left of a word once a sentence said it.
constexpr double said = 0.1;

/// Words and word pairs of one sentence, each once.
struct Features {
  std::vector<std::uint64_t> keys;
  std::size_t words = 0;
  std::uint64_t wording = 0;
};

class SentenceReader {
 public:
  void read(const TokenizedText& text, const Sentence& sentence, Features& out) {
    out.keys.clear();
    out.words = 0;
    out.wording = 0;
    seen_.clear();
    std::uint64_t before = 0;
    bool content_before = false;
    for (std::uint32_t i = sentence.first; i < sentence.last; ++i) {
      const Token& token = text.tokens[i];
      if (token.kind != TokenKind::word && token.kind != TokenKind::number &&
          token.kind != TokenKind::hashtag)
        continue;
      const bool content = is_content(text, token);
      // The lowest bit tells what counts in full.
      const std::uint64_t key = (hash(text.form(token)) & ~std::uint64_t{1}) | (content ? 1 : 0);
      add(key, out);
      if (before != 0 && (content || content_before)) add(combine(before, key) | 1, out);
      out.wording = combine(out.wording, key);
      before = key;
      content_before = content;
      ++out.words;
    }
  }

 private:
  void add(std::uint64_t key, Features& out) {
    if (seen_.insert(key).second) out.keys.push_back(key);
  }
  std::unordered_set<std::uint64_t> seen_;
};

struct Candidate {
  double worth;
  std::uint32_t answer;
  std::uint32_t start;
  std::uint32_t end;
};
struct LessWorth {
  bool operator()(const Candidate& a, const Candidate& b) const {
    if (a.worth != b.worth) return a.worth < b.worth;
    return a.answer != b.answer ? a.answer > b.answer : a.start > b.start;
  }
};

class Summary {
 public:
  explicit Summary(std::span<const std::string_view> texts) : texts_(texts) {}

  Result<void> count(const Ctx& ctx) {
    return each_sentence(ctx, "read", [&](std::uint32_t, const Sentence&) {
      for (const std::uint64_t key : features_.keys) ++counts_[key].sentences;
    });
  }

  Result<std::vector<SummarySentence>> choose(std::size_t wanted, const Ctx& ctx) {
    std::vector<Candidate> all;
    std::unordered_set<std::uint64_t> wordings;
    BOOST_OUTCOME_TRY(
        each_sentence(ctx, "summarise", [&](std::uint32_t answer, const Sentence& sentence) {
          if (features_.words >= least_words && wordings.insert(features_.wording).second)
            all.push_back({worth(), answer, sentence.start, sentence.end});
        }));
    // A worth only ever falls, so that the first that is still worth what it was is the best.
    std::priority_queue<Candidate, std::vector<Candidate>, LessWorth> queue(LessWorth(),
                                                                            std::move(all));
    std::vector<SummarySentence> out;
    std::size_t steps = 0;
    while (out.size() < wanted && !queue.empty()) {
      if (steps++ % check_every == 0) {
        BOOST_OUTCOME_TRY(ctx.check());
      }
      Candidate best = queue.top();
      queue.pop();
      tokenize(texts_[best.answer].substr(best.start, best.end - best.start), tokens_);
      reader_.read(tokens_, {.last = static_cast<std::uint32_t>(tokens_.tokens.size())}, features_);
      const double now = worth();
      if (now < best.worth) {
        best.worth = now;
        queue.push(best);
        continue;
      }
      out.push_back({best.answer, best.start, best.end});
      for (const std::uint64_t key : features_.keys) counts_[key].left *= said;
    }
    return out;
  }

 private:
  struct Count {
    std::int64_t sentences = 0;
    double left = 1;
  };

  template <class Work>
  Result<void> each_sentence(const Ctx& ctx, const char* stage, const Work& work) {
    for (std::uint32_t answer = 0; answer < texts_.size(); ++answer) {
      if (answer % check_every == 0) {
        BOOST_OUTCOME_TRY(ctx.check());
        ctx.report(stage, answer, static_cast<std::int64_t>(texts_.size()));
      }
      tokenize(texts_[answer], tokens_);
      for (const Sentence& sentence : tokens_.sentences) {
        reader_.read(tokens_, sentence, features_);
        work(answer, sentence);
      }
    }
    return success();
  }

  /// Of the sentence that was read last.
  double worth() const {
    double sum = 0;
    for (const std::uint64_t key : features_.keys) {
      const auto at = counts_.find(key);
      if (at == counts_.end()) continue;
      const Count& count = at->second;
      sum += static_cast<double>(count.sentences) * count.left * (key % 2 == 1 ? 1 : plain_word);
    }
    return sum / static_cast<double>(std::max(features_.words, short_words));
  }

  std::span<const std::string_view> texts_;
  TokenizedText tokens_;
  SentenceReader reader_;
  Features features_;
  std::unordered_map<std::uint64_t, Count> counts_;
};

}  // namespace

Result<std::vector<SummarySentence>> summarise(std::span<const std::string_view> texts,
                                               const SummaryOptions& options, const Ctx& ctx) {
  if (options.sentences < 1 || options.sentences > 1000)
    return fail(Code::invalid, "sentences_out_of_range",
                "The number of sentences must lie between 1 and 1000.", "/sentences");
  Summary summary(texts);
  BOOST_OUTCOME_TRY(summary.count(ctx));
  return summary.choose(static_cast<std::size_t>(options.sentences), ctx);
}

}  // namespace insightflow::analysis
