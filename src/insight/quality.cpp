#include "insight/quality.hpp"

#include "insight/closed.hpp"
#include "insight/fields.hpp"

#include <insightflow/analysis/duplicates.hpp>

#include <algorithm>
#include <cmath>
#include <unordered_set>

namespace insightflow::insight {

namespace {

constexpr std::size_t most_ids = 20;
constexpr std::int64_t least_durations = 100;
constexpr std::size_t least_rows = 5;  // of a matrix, for a straight line to mean something
constexpr std::size_t check_every = 4096;

enum Flag { speeder, straight_liner, duplicate, gibberish, contradiction, flag_count };
constexpr std::array<std::string_view, flag_count> flag_names{
    "speeder", "straight_liner", "duplicate", "gibberish", "contradiction"};
constexpr std::array<std::string_view, flag_count> flag_reasons{
    "Answered faster than the mean by more than two standard deviations (on a logarithmic scale).",
    "The same answer in every row of a matrix.",
    "All answers, or an open answer of eight words or more, are nearly those of an earlier "
    "response.",
    "An open answer whose letters are mostly in words that nobody means.",
    "Two scores that go together elsewhere are at opposite ends, or the words say the opposite of "
    "the score."};

constexpr std::int64_t least_pairs = 100;  // of two scores, to say that they go together
constexpr double together = 0.5;           // a large correlation (Cohen 1988)
constexpr std::size_t most_scores = 20;
constexpr double high_end = 0.8, low_end = 0.2;

bool is_score(const Question& question) {
  return is_numeric(question) && (question.kind == Kind::nps || question.kind == Kind::csat ||
                                  question.kind == Kind::rating);
}

/// Where a score stands on its scale, in [0, 1]; nothing for what is no score of approval.
std::optional<double> standing(const Dataset& dataset, const Question& question,
                               std::size_t record) {
  if (!is_score(question)) return std::nullopt;
  const auto* answer = answer_of(dataset, record, question.id);
  const auto* value = answer ? std::get_if<double>(&answer->value) : nullptr;
  const survey::Scale scale = survey::scale_of(question);
  if (value == nullptr || scale.max <= scale.min) return std::nullopt;
  return (*value - static_cast<double>(scale.min)) / static_cast<double>(scale.max - scale.min);
}

bool straight(const Dataset& dataset, const Question& question, std::size_t record, bool& looked) {
  const auto* answer = answer_of(dataset, record, question.id);
  const auto* cells =
      answer ? std::get_if<std::map<std::string, std::string>>(&answer->value) : nullptr;
  if (cells == nullptr || cells->size() < least_rows) return false;
  looked = true;
  return std::all_of(cells->begin(), cells->end(),
                     [&](const auto& cell) { return cell.second == cells->begin()->second; });
}

class Look {
 public:
  Look(const Dataset& dataset, const Readings& readings, const Settings& settings, const Ctx& ctx)
      : dataset_(dataset), readings_(readings), settings_(settings), ctx_(ctx) {}

  Result<ResponseQuality> all() {
    speeders();
    find_pairs();
    find_repeats();
    for (std::size_t record = 0; record < dataset_.records.size(); ++record) {
      if (record % check_every == 0) {
        BOOST_OUTCOME_TRY(ctx_.check());
        ctx_.report("quality", static_cast<std::int64_t>(record),
                    static_cast<std::int64_t>(dataset_.records.size()));
      }
      one(record);
    }
    for (std::size_t f = 0; f < flag_count; ++f)
      if (found_[f].count > 0) {
        found_[f].kind = flag_names[f];
        found_[f].reason = flag_reasons[f];
        out_.flags.push_back(std::move(found_[f]));
      }
    return std::move(out_);
  }

 private:
  void raise(Flag flag, std::size_t record) {
    QualityFlag& found = found_[flag];
    ++found.count;
    if (found.response_ids.size() < most_ids)
      found.response_ids.push_back(dataset_.records[record].id);
    if (out_.of_record.empty()) out_.of_record.resize(dataset_.records.size());
    out_.of_record[record] |= static_cast<RecordFlags::value_type>(1u << flag);
  }

  void speeders() {
    if (settings_.duration.empty()) return;
    // Durations are skewed to the right; on a logarithmic scale two deviations mean the same
    // whatever the length of the questionnaire. Sums are of whole numbers.
    std::vector<std::int64_t> logs(dataset_.records.size(), INT64_MIN);
    std::int64_t n = 0, sum = 0;
    for (std::size_t record = 0; record < logs.size(); ++record) {
      const auto seconds = field_number(dataset_, record, settings_.duration);
      if (!seconds || !(*seconds > 0)) continue;
      logs[record] = std::llround(std::log(*seconds) * 1e6);
      sum += logs[record];
      ++n;
    }
    if (n < least_durations) {
      out_.notes.push_back("Fast answers were not looked for: " + std::to_string(n) +
                           " durations are known, and it takes " + std::to_string(least_durations) +
                           ".");
      return;
    }
    const double mean = static_cast<double>(sum) / static_cast<double>(n);
    double squares = 0;
    for (const std::int64_t log : logs)
      if (log != INT64_MIN)
        squares += (static_cast<double>(log) - mean) * (static_cast<double>(log) - mean);
    const double limit = mean - 2 * std::sqrt(squares / static_cast<double>(n - 1));
    found_[speeder].base = n;
    for (std::size_t record = 0; record < logs.size(); ++record)
      if (logs[record] != INT64_MIN && static_cast<double>(logs[record]) < limit)
        raise(speeder, record);
  }

  /// Scores that go together: people who give one high give the other high. Sums are of whole
  /// numbers.
  void find_pairs() {
    for (const Question& question : dataset_.questionnaire.questions)
      if (is_score(question) && scores_.size() < most_scores) scores_.push_back(&question);
    struct Sums {
      std::int64_t n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    };
    const std::size_t size = scores_.size();
    std::vector<Sums> sums(size * size);
    std::vector<std::optional<std::int64_t>> given(size);
    for (std::size_t record = 0; record < dataset_.records.size() && size > 1; ++record) {
      for (std::size_t s = 0; s < size; ++s) {
        const auto where = standing(dataset_, *scores_[s], record);
        given[s] = where ? std::optional(std::llround(*where * 1000)) : std::nullopt;
      }
      for (std::size_t a = 0; a < size; ++a)
        for (std::size_t b = a + 1; b < size; ++b) {
          if (!given[a] || !given[b]) continue;
          const std::int64_t x = *given[a], y = *given[b];
          Sums& pair = sums[a * size + b];
          ++pair.n;
          pair.x += x, pair.y += y, pair.xx += x * x, pair.yy += y * y, pair.xy += x * y;
        }
    }
    for (std::size_t a = 0; a < size; ++a)
      for (std::size_t b = a + 1; b < size; ++b) {
        const Sums& pair = sums[a * size + b];
        if (pair.n < least_pairs) continue;
        const auto n = static_cast<double>(pair.n);
        const auto covariance = [n](std::int64_t product, std::int64_t one, std::int64_t other) {
          return static_cast<double>(product) / n -
                 static_cast<double>(one) / n * (static_cast<double>(other) / n);
        };
        const double xx = covariance(pair.xx, pair.x, pair.x);
        const double yy = covariance(pair.yy, pair.y, pair.y);
        if (xx > 0 && yy > 0 &&
            covariance(pair.xy, pair.x, pair.y) >= together * std::sqrt(xx * yy))
          pairs_.emplace_back(scores_[a], scores_[b]);
      }
  }

  bool at_opposite_ends(std::size_t record) const {
    return std::any_of(pairs_.begin(), pairs_.end(), [&](const auto& pair) {
      const auto a = standing(dataset_, *pair.first, record);
      const auto b = standing(dataset_, *pair.second, record);
      return a && b && std::max(*a, *b) >= high_end && std::min(*a, *b) <= low_end;
    });
  }

  /// Texts that an earlier response gave to the same question, and all answers alike.
  void find_repeats() {
    repeated_.resize(dataset_.records.size());
    for (std::size_t q = 0; q < dataset_.questionnaire.questions.size(); ++q) {
      const auto of_question = [&](const LongText& text) {
        return text.question == static_cast<std::int64_t>(q);
      };
      const auto size = static_cast<std::size_t>(
          std::count_if(readings_.long_texts.begin(), readings_.long_texts.end(), of_question));
      std::vector<analysis::Sketch> sketches;
      std::vector<std::int64_t> records;
      sketches.reserve(size);
      records.reserve(size);
      for (const LongText& text : readings_.long_texts) {
        if (!of_question(text)) continue;
        sketches.push_back(text.sketch);
        records.push_back(text.record);
      }
      const auto repeats = analysis::repeats_among(sketches);
      for (std::size_t i = 0; i < repeats.size(); ++i)
        if (repeats[i]) repeated_[static_cast<std::size_t>(records[i])] = 1;
    }
    std::unordered_set<std::int64_t> known;  // Asked, never walked through.
    for (const RecordSigns& one : readings_.records)
      if (one.whole != 0 && !known.insert(one.whole).second)
        repeated_[static_cast<std::size_t>(one.record)] = 1;
  }

  void one(std::size_t record) {
    bool looked = false, lined = false;
    double high = -1, low = 2;
    for (const Question& question : dataset_.questionnaire.questions) {
      if (question.kind == Kind::matrix) lined |= straight(dataset_, question, record, looked);
      if (const auto where = standing(dataset_, question, record)) {
        high = std::max(high, *where);
        low = std::min(low, *where);
      }
    }
    const RecordSigns& read = readings_.records[record];
    const auto has = [&](Sign sign) { return (read.signs & sign) != 0; };
    found_[duplicate].base += has(spoke) || read.whole != 0;
    found_[straight_liner].base += looked;
    found_[gibberish].base += has(spoke);
    const bool scored = high >= 0;
    found_[contradiction].base += scored;
    if (lined) raise(straight_liner, record);
    if (repeated_[record]) raise(duplicate, record);
    if (has(senseless)) raise(gibberish, record);
    const bool torn = high >= high_end && low <= low_end && at_opposite_ends(record);
    const bool against_words =
        scored && ((low >= high_end && has(sounds_negative) && !has(sounds_positive)) ||
                   (high <= low_end && has(sounds_positive) && !has(sounds_negative)));
    if (torn || against_words) raise(contradiction, record);
  }

  const Dataset& dataset_;
  const Readings& readings_;
  const Settings& settings_;
  const Ctx& ctx_;
  ResponseQuality out_;
  std::array<QualityFlag, flag_count> found_;
  std::vector<const Question*> scores_;
  std::vector<std::pair<const Question*, const Question*>> pairs_;
  std::vector<char> repeated_;
};

}  // namespace

std::vector<std::string> names_of(RecordFlags::value_type flags) {
  std::vector<std::string> out;
  for (std::size_t f = 0; f < flag_count; ++f)
    if ((flags >> f & 1) != 0) out.emplace_back(flag_names[f]);
  return out;
}

Result<ResponseQuality> look_at_quality(const Dataset& dataset, const Readings& readings,
                                        const Settings& settings, const Ctx& ctx) {
  return Look(dataset, readings, settings, ctx).all();
}

}  // namespace insightflow::insight
