#include <report/html_page.hpp>
#include <report/words.hpp>

#include <algorithm>

/// One question of the page: which charts its findings call for, and their tables.
namespace insightflow::report {

namespace {

using charts::Piece;
using insight::QuestionFindings;

constexpr std::size_t most_columns = 15;

double part_of(std::int64_t n, std::int64_t all) {
  return all > 0 ? static_cast<double>(n) / static_cast<double>(all) : 0;
}

/// The three moods as pieces of a bar that is `width` of the scale long.
std::vector<Piece> mood_pieces(const analysis::SentimentMix& mix, double width, bool labelled) {
  const std::int64_t all = words::total(mix);
  if (all == 0) return {{"neutral", width, ""}};
  std::vector<Piece> pieces;
  const auto add = [&](const char* tone, std::int64_t n) {
    const double share = part_of(n, all);
    pieces.push_back({tone, share * width, labelled ? percent(share) : ""});
  };
  add("negative", mix.negative);
  add("neutral", mix.neutral);
  add("positive", mix.positive);
  return pieces;
}

const std::vector<LegendEntry> mood_legend{
    {"negative", "negative"}, {"neutral", "neutral"}, {"positive", "positive"}};

/// Five steps from worst to best, spread over `count` ordered values.
std::string step_tone(std::size_t index, std::size_t count) {
  const std::size_t step = count < 2 ? 2 : (index * 8 + (count - 1)) / (2 * (count - 1));
  return "step" + std::to_string(std::min<std::size_t>(step, 4));
}

std::string nps_tone(const analysis::Share& share) {
  return share.id == "9" || share.id == "10"  ? "positive"
         : share.id == "7" || share.id == "8" ? "neutral"
                                              : "negative";
}

std::vector<std::string> share_cells(const analysis::Share& share) {
  return {words::full_name(share), count(share.count), percent(share.share),
          percent_range(share.interval)};
}

}  // namespace

std::string legend(std::span<const LegendEntry> entries) {
  Markup out;
  {
    const auto list = out.open("ul", {{"class", "legend"}});
    for (const LegendEntry& entry : entries) {
      const auto item = out.open("li");
      {
        const auto swatch = out.open(
            "svg",
            {{"class", "swatch"}, {"width", "12"}, {"height", "12"}, {"aria-hidden", "true"}});
        out.leaf("rect", {{"class", entry.tone}, {"width", "12"}, {"height", "12"}, {"rx", "2"}});
      }
      out.foreign(entry.label);
    }
  }
  return out.take();
}

void HtmlPage::metrics_line(const QuestionFindings& question) {
  if (question.metrics.empty()) return;
  const auto list = page_.open("dl", {{"class", "metrics"}});
  for (const analysis::Metric& metric : question.metrics) {
    const MetricWords words = words_of(metric);
    const auto pair = page_.open("div");
    page_.element("dt", {}, words.label);
    const auto value = page_.open("dd");
    page_.element("b", {}, words.value);
    if (!words.interval.empty()) page_.plain(" (" + words.interval + ")");
  }
}

void HtmlPage::nps(const QuestionFindings& question) {
  const auto groups = words::nps_groups(question);
  const auto* nps = words::find(question.metrics, "nps");
  if (!groups || nps == nullptr || question.answered == 0) return;
  const MetricWords words = words_of(*nps);
  const std::string title = words::distribution(question);

  charts::Gauge gauge{nps->value, nps->interval, -100, 100, "\u2212100", "+100", words.value};
  std::string drawing =
      charts::gauge(caption("Net Promoter Score " + words.value,
                            words.interval.empty()
                                ? "On a line from minus 100 to plus 100."
                                : "On a line from minus 100 to plus 100; the 95 % interval is " +
                                      words.interval + "."),
                    gauge);
  const charts::Row row{"",
                        "",
                        {{"negative", groups->detractors, percent(groups->detractors)},
                         {"neutral", groups->passives, percent(groups->passives)},
                         {"positive", groups->promoters, percent(groups->promoters)}},
                        {}};
  const charts::Row rows[] = {row};
  drawing += charts::bars(caption(title, "Passives: " + percent(groups->passives) + "."), rows, 1);
  const std::vector<LegendEntry> entries{{"negative", "detractors, 0 to 6"},
                                         {"neutral", "passives, 7 and 8"},
                                         {"positive", "promoters, 9 and 10"}};
  const std::vector<TableColumn> columns{{"Group", false}, {"Share", true}};
  const std::vector<Cells> cells{{"Detractors (0 to 6)", percent(groups->detractors)},
                                 {"Passives (7, 8)", percent(groups->passives)},
                                 {"Promoters (9, 10)", percent(groups->promoters)}};
  figure(title, drawing, legend(entries), "Groups as a table", columns, cells);
}

void HtmlPage::distribution(const QuestionFindings& question) {
  if (question.distribution.empty()) return;
  const auto& shares = question.distribution;
  const bool nps = words::nps_groups(question).has_value();
  const bool scale = words::on_scale(shares) && shares.size() <= most_columns;
  const std::string title =
      nps ? "How the answers spread from 0 to 10" : words::distribution(question);
  std::string description = "Base: " + counted(question.answered, "answer") + ". ";
  for (std::size_t i = 0; i < std::min(shares.size(), options_.bars); ++i)
    description += std::string(words::name(shares[i])) + ": " + percent(shares[i].share) + "; ";

  std::string drawing;
  if (scale) {
    std::vector<charts::Column> columns;
    for (const analysis::Share& share : shares)
      columns.push_back({share.id, share.share, nps ? nps_tone(share) : "accent"});
    drawing = charts::histogram(caption(title, description), columns);
    // The words for the ends of the scale stand below it.
    const auto& low = shares.front();
    const auto& high = shares.back();
    if (words::name(low) != low.id || words::name(high) != high.id) {
      Markup ends;
      {
        const auto line = ends.open("p", {{"class", "ends"}});
        {
          const auto first = ends.open("span");
          ends.foreign(words::name(low));
        }
        const auto last = ends.open("span");
        ends.foreign(words::name(high));
      }
      drawing += ends.take();
    }
  } else {
    std::vector<charts::Row> rows;
    for (const analysis::Share& share : shares) {
      if (rows.size() == options_.bars) break;
      rows.push_back({std::string(words::name(share)),
                      percent(share.share),
                      {{"accent", share.share, ""}},
                      share.interval});
    }
    drawing = charts::bars(caption(title, description), rows, charts::axis_end(rows));
  }
  const std::vector<TableColumn> columns{
      {"Answer", false}, {"Count", true}, {"Share", true}, {"95 % interval", true}};
  std::vector<Cells> cells;
  for (const analysis::Share& share : shares) cells.push_back(share_cells(share));
  figure(title, drawing, "",
         shares.size() > options_.bars && !scale
             ? "All " + std::to_string(shares.size()) + " as a table"
             : "Figures as a table",
         columns, cells);
}

void HtmlPage::rows(const QuestionFindings& question) {
  if (question.rows.empty()) return;
  const std::string title = words::rows(question);
  std::vector<charts::Row> rows;
  std::vector<LegendEntry> entries;
  std::vector<TableColumn> columns{{"Row", false}, {"Answers", true}};
  std::vector<Cells> cells;
  std::string description;
  for (const analysis::Metric& metric : question.rows.front().metrics)
    columns.push_back({words_of(metric).label, true});
  for (const analysis::Share& share : question.rows.front().distribution)
    columns.push_back({std::string(words::name(share)), true});
  for (const insight::Breakdown& part : question.rows) {
    charts::Row row{std::string(words::name(part)), "n = " + count(part.base), {}, {}};
    Cells line{row.label, count(part.base)};
    if (!part.metrics.empty()) row.value = words_of(part.metrics.front()).value;
    for (const analysis::Metric& metric : question.rows.front().metrics) {
      const auto* found = words::find(part.metrics, metric.name);
      line.push_back(found != nullptr ? words_of(*found).value : "\u2013");
    }
    const std::size_t values = part.distribution.size();
    for (std::size_t i = 0; i < values; ++i) {
      const analysis::Share& share = part.distribution[i];
      row.pieces.push_back({step_tone(i, values), share.share, percent(share.share)});
    }
    for (const analysis::Share& share : question.rows.front().distribution) {
      const auto* found = words::find(part.distribution, share.id);
      line.push_back(found != nullptr ? percent(found->share) : "\u2013");
    }
    description += row.label + ": " + row.value + "; ";
    rows.push_back(std::move(row));
    cells.push_back(std::move(line));
  }
  const auto& values = question.rows.front().distribution;
  for (std::size_t i = 0; i < values.size(); ++i)
    entries.push_back({step_tone(i, values.size()), std::string(words::name(values[i]))});
  figure(title, charts::bars(caption(title, description), rows, 1), legend(entries),
         "Figures as a table", columns, cells);
}

void HtmlPage::sentiment(const QuestionFindings& question) {
  if (!question.sentiment || words::total(*question.sentiment) == 0) return;
  const analysis::SentimentMix& mix = *question.sentiment;
  const std::string title = words::sentiment(mix);
  const charts::Row rows[] = {{"", "", mood_pieces(mix, 1, true), {}}};
  const std::vector<TableColumn> columns{{"Mood", false}, {"Answers", true}, {"Share", true}};
  const std::int64_t all = words::total(mix);
  const std::vector<Cells> cells{
      {"Negative", count(mix.negative), percent(part_of(mix.negative, all))},
      {"Neutral", count(mix.neutral), percent(part_of(mix.neutral, all))},
      {"Positive", count(mix.positive), percent(part_of(mix.positive, all))}};
  figure(title, charts::bars(caption(title, words::mix(mix)), rows, 1), legend(mood_legend),
         "Moods as a table", columns, cells);
}

void HtmlPage::themes(const QuestionFindings& question) {
  if (question.themes.empty()) return;
  const std::string title = words::themes(question);
  const std::size_t shown = std::min(question.themes.size(), options_.themes);
  std::vector<charts::Row> rows;
  std::vector<Cells> cells;
  std::string description;
  for (const insight::Theme& theme : question.themes) {
    cells.push_back({theme.label, count(theme.size), percent(theme.share),
                     percent_range(theme.interval), count(theme.sentiment.negative),
                     count(theme.sentiment.neutral), count(theme.sentiment.positive)});
    if (rows.size() == shown) continue;
    rows.push_back({theme.label, percent(theme.share),
                    mood_pieces(theme.sentiment, theme.share, false), theme.interval});
    description += theme.label + ": " + percent(theme.share) + "; ";
  }
  const std::vector<TableColumn> columns{
      {"Theme", false},   {"Answers", true}, {"Share", true},   {"95 % interval", true},
      {"Negative", true}, {"Neutral", true}, {"Positive", true}};
  figure(title, charts::bars(caption(title, description), rows, charts::axis_end(rows)),
         legend(mood_legend),
         rows.size() < question.themes.size()
             ? "All " + std::to_string(question.themes.size()) + " themes as a table"
             : "Themes as a table",
         columns, cells);

  const auto list = page_.open("div", {{"class", "themes"}});
  for (std::size_t i = 0; i < shown; ++i) theme(question.themes[i], question.used);
  if (shown < question.themes.size())
    unfold(counted(static_cast<std::int64_t>(question.themes.size() - shown), "more theme"), [&] {
      for (std::size_t i = shown; i < question.themes.size(); ++i)
        theme(question.themes[i], question.used);
    });
  if (question.unthemed > 0)
    page_.element("p", {{"class", "meta"}},
                  counted(question.unthemed, "answer belongs", "answers belong") + " to no theme.");
}

void HtmlPage::theme(const insight::Theme& theme, std::int64_t base) {
  const auto article = page_.open("article", {{"class", "theme"}});
  {
    const auto heading = page_.open("h4");
    page_.foreign(theme.label);
  }
  const std::string moods = words::mix(theme.sentiment);
  page_.element("p", {{"class", "meta"}},
                words::theme_size(theme, base) + (moods.empty() ? "" : " \u00b7 " + moods));
  if (const std::string& about = words::about(theme); !about.empty()) {
    const auto paragraph = page_.open("p");
    page_.foreign(about);
  }
  quotes(theme.quotes);
  if (theme.terms.empty()) return;
  const auto terms = page_.open("p", {{"class", "terms"}});
  page_.plain("Typical words: ");
  for (std::size_t i = 0; i < theme.terms.size(); ++i) {
    if (i > 0) page_.plain(", ");
    page_.foreign(theme.terms[i]);
  }
}

void HtmlPage::keyphrases(const QuestionFindings& question) {
  if (question.keyphrases.empty()) return;
  unfold("Keyphrases", [&] {
    const std::vector<TableColumn> columns{
        {"Phrase", false}, {"Answers", true}, {"Example", false}};
    std::vector<Cells> cells;
    for (const insight::Keyphrase& phrase : question.keyphrases)
      cells.push_back({phrase.text, count(phrase.count), phrase.example.quote});
    table(columns, cells);
  });
}

}  // namespace insightflow::report
