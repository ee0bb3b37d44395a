#include "insight/advice.hpp"

#include "insight/figures.hpp"
#include "insight/summary.hpp"

#include <insightflow/analysis/statistics.hpp>

#include <cmath>

namespace insightflow::insight {

namespace {

constexpr std::size_t most = 6;
constexpr std::int64_t least_answers = 30;  // of answers, for advice to rest on
constexpr std::int64_t least_size = 10;     // of a theme
constexpr double low_standing = 0.7;        // of a scale, below which a rating has room to rise

std::string number(double value) {
  const auto tenths = std::lround(value * 10);
  std::string out = (tenths < 0 ? "-" : "") + std::to_string(std::labs(tenths) / 10);
  return tenths % 10 == 0 ? out : out + "." + std::to_string(std::labs(tenths) % 10);
}

class Advice {
 public:
  Advice(const Findings& findings, const Dataset& dataset)
      : findings_(findings), dataset_(dataset) {}

  std::vector<Recommendation> all() {
    for (const QuestionFindings& question : findings_.questions)
      if (question.used >= least_answers && question.kind == survey::Kind::open_text)
        for (const Theme& theme : question.themes)
          if (theme.size >= least_size) about(question, theme);
    for (const DriverFindings& model : findings_.drivers) raise(model);
    std::stable_sort(out_.begin(), out_.end(),
                     [](const auto& a, const auto& b) { return a.priority > b.priority; });
    if (out_.size() > most) out_.resize(most);
    for (std::size_t i = 0; i < out_.size(); ++i) out_[i].id = "r" + std::to_string(i + 1);
    return std::move(out_);
  }

 private:
  const QuestionFindings* question_of(std::string_view id) const {
    for (const QuestionFindings& question : findings_.questions)
      if (question.question_id == id) return &question;
    return nullptr;
  }

  /// The effect of something on the first rating it is told from chance for.
  const analysis::Driver* effect_of(const std::string& id, std::string& rating) const {
    for (const DriverFindings& model : findings_.drivers)
      for (const analysis::Driver& driver : model.drivers)
        if (driver.id == id && driver.told_from_chance &&
            (driver.effect_interval.low > 0 || driver.effect_interval.high < 0)) {
          rating = model.question_id;
          return &driver;
        }
    return nullptr;
  }

  /// Where a theme is named most beyond the rest, so far as it can be told from chance.
  void add_segment(const QuestionFindings& question, const Theme& theme, Recommendation& out) {
    const CrossTest* best = nullptr;
    const CrossTab* table = nullptr;
    for (const CrossTab& tab : findings_.cross_tabs)
      if (tab.question_id == question.question_id)
        for (const CrossTest& test : tab.tests)
          if (test.item == theme.id && test.verdict.significant && test.difference > 0 &&
              (best == nullptr || test.difference > best->difference))
            best = &test, table = &tab;
    if (best == nullptr) return;
    for (const Breakdown& segment : table->segments) {
      if (segment.id != best->segment) continue;
      for (const analysis::Share& share : segment.distribution) {
        if (share.id != theme.id) continue;
        out.text += " Begin with " + quoted(segment.label.empty() ? segment.id : segment.label) +
                    ": " + percent(share.share) + " belong to it there, " +
                    percent(share.share - best->difference) + " elsewhere.";
        out.figures.push_back({"share_in_segment", share.share, share.interval, segment.base});
      }
    }
  }

  void about(const QuestionFindings& question, const Theme& theme) {
    const auto moods =
        theme.sentiment.negative + theme.sentiment.neutral + theme.sentiment.positive;
    const auto part = [&](std::int64_t n) { return analysis::share_of("", "", n, moods); };
    const analysis::Share negative = part(theme.sentiment.negative);
    const analysis::Share positive = part(theme.sentiment.positive);
    std::string rating;
    const auto* driver = effect_of(question.question_id + "/" + theme.id, rating);
    const bool lowers = driver != nullptr && driver->effect < 0;
    const bool raises = driver != nullptr && driver->effect > 0;
    const bool bad =
        moods > 0 && negative.interval.low > 1.0 / 3 && negative.share > positive.share;
    const bool good = moods > 0 && positive.interval.low > 0.5;
    if ((!bad && !lowers && !good) || (bad && raises)) return;
    const bool fix = bad || lowers;
    Recommendation out{.rule = fix ? "fix_theme" : "keep_theme"};
    out.question_id = question.question_id;
    out.item = theme.id;
    const double mood = fix ? negative.share : positive.share;
    out.text = (fix ? "Look into " : "Keep what people praise: ") + quoted(theme.label) + ". " +
               percent(theme.share) + " of " + grouped(question.used) + " texts belong to it";
    out.figures.push_back({"share", theme.share, theme.interval, question.used});
    if (moods > 0) {
      out.text += ", " + percent(mood) + " of what they say is " + (fix ? "negative" : "positive");
      out.figures.push_back({fix ? "negative" : "positive", mood,
                             fix ? negative.interval : positive.interval, moods});
    }
    out.priority = theme.share * (moods > 0 ? mood : 0.5);
    if (driver != nullptr && (lowers || !fix)) {
      const auto* score = question_of(rating);
      out.text += ", and those whose text does score " + number(std::fabs(driver->effect)) +
                  (lowers ? " lower" : " higher") + " in " +
                  quoted(score != nullptr ? score->text : rating);
      out.figures.push_back({"effect", driver->effect, driver->effect_interval, driver->base});
      out.priority *= 1 + driver->weight;
    }
    out.text += ".";
    if (fix) add_segment(question, theme, out);
    if (!fix) out.priority *= 0.5;  // What works can wait.
    const std::size_t cited = std::min<std::size_t>(theme.quotes.size(), 2);
    out.evidence.assign(theme.quotes.begin(),
                        theme.quotes.begin() + static_cast<std::ptrdiff_t>(cited));
    out_.push_back(std::move(out));
  }

  /// The mean of a rating or of one row of a matrix.
  const analysis::Metric* mean_of(const std::string& id) const {
    for (const QuestionFindings& question : findings_.questions) {
      const auto find = [](const std::vector<analysis::Metric>& metrics) {
        for (const analysis::Metric& metric : metrics)
          if (metric.name == "mean" || metric.name == "ces") return &metric;
        return static_cast<const analysis::Metric*>(nullptr);
      };
      if (question.question_id == id) return find(question.metrics);
      for (const Breakdown& row : question.rows)
        if (question.question_id + "/" + row.id == id) return find(row.metrics);
    }
    return nullptr;
  }

  void raise(const DriverFindings& model) {
    const auto* score = question_of(model.question_id);
    for (const analysis::Driver& driver : model.drivers) {
      const auto* question =
          survey::find(dataset_.questionnaire, driver.id.substr(0, driver.id.find('/')));
      const auto* mean = mean_of(driver.id);
      if (question == nullptr || mean == nullptr || !driver.told_from_chance ||
          driver.effect_interval.low <= 0)
        continue;
      const bool scaled =
          survey::is_scaled(question->kind) || question->kind == survey::Kind::matrix;
      const survey::Scale scale = survey::scale_of(*question);
      const double standing = (mean->value - static_cast<double>(scale.min)) /
                              static_cast<double>(std::max<std::int64_t>(1, scale.max - scale.min));
      if (!scaled || standing > low_standing) continue;
      if (std::any_of(out_.begin(), out_.end(),
                      [&](const Recommendation& one) { return one.item == driver.id; }))
        continue;
      Recommendation out{.rule = "raise_driver"};
      out.question_id = model.question_id;
      out.item = driver.id;
      out.text = "Raise " + quoted(driver.label) + ". It is rated " + number(mean->value) +
                 " on a scale to " + std::to_string(scale.max) + "; one point more goes with " +
                 number(driver.effect) + " more in " +
                 quoted(score != nullptr ? score->text : model.question_id) + ", " +
                 percent(driver.weight) + " of what explains that score.";
      out.figures = {{"mean", mean->value, mean->interval, mean->base},
                     {"effect", driver.effect, driver.effect_interval, driver.base},
                     {"weight", driver.weight, driver.weight_interval, model.base}};
      out.priority = driver.weight * (1 - standing);
      out.evidence = cited(dataset_, question->id);
      out_.push_back(std::move(out));
    }
  }

  const Findings& findings_;
  const Dataset& dataset_;
  std::vector<Recommendation> out_;
};

}  // namespace

std::vector<Recommendation> recommend(const Findings& findings, const Dataset& dataset) {
  return Advice(findings, dataset).all();
}

}  // namespace insightflow::insight
