#pragma once

#include <insightflow/report/report.hpp>

#include <report/charts.hpp>
#include <report/markup.hpp>

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace insightflow::report {

std::string_view style_sheet();

/// Builds one page, top to bottom. Used once.
class HtmlPage {
 public:
  HtmlPage(const insight::Findings& findings, const HtmlOptions& options)
      : findings_(findings), options_(options) {}

  std::string build();

 private:
  struct TableColumn {
    std::string head;
    bool number = false;
  };
  using Cells = std::vector<std::string>;

  void head();
  void first_screen();
  void tiles();
  void tile(std::string_view label, std::string_view about, std::string_view value,
            std::string_view below);
  void contents();
  void cross_tabs();
  void cross_tab(const insight::CrossTab& table);
  /// A figure of a cell, with an arrow where the group differs from everybody else.
  void marked(std::string_view value, const insight::CrossTest* test);
  void recommendations();
  void drivers();
  void personas();
  void trends();
  void trend(const insight::Trend& trend);
  void waves();
  void quality();
  void method();

  void question(const insight::QuestionFindings& question, std::size_t number);
  void metrics_line(const insight::QuestionFindings& question);
  void distribution(const insight::QuestionFindings& question);
  void nps(const insight::QuestionFindings& question);
  void rows(const insight::QuestionFindings& question);
  void sentiment(const insight::QuestionFindings& question);
  void themes(const insight::QuestionFindings& question);
  void theme(const insight::Theme& theme, std::int64_t base);
  void keyphrases(const insight::QuestionFindings& question);

  charts::Caption caption(std::string title, std::string description);
  /// A chart under the sentence it shows, with the same figures as a table that unfolds.
  void figure(const std::string& title, std::string_view chart, std::string_view legend,
              std::string_view table_name, std::span<const TableColumn> columns,
              std::span<const Cells> cells);
  void table(std::span<const TableColumn> columns, std::span<const Cells> cells);
  void unfold(std::string_view summary, const std::function<void()>& content);
  /// Quotes, and for bare values the answers they stand in.
  void evidence(std::span<const insight::Evidence> evidence);
  void quotes(std::span<const insight::Evidence> evidence);
  void quote(const insight::Evidence& evidence);
  void notes(std::span<const std::string> notes);

  const insight::Findings& findings_;
  const HtmlOptions& options_;
  Markup page_;
  int charts_ = 0;
  int quotes_ = 0;
};

/// Swatches with words, for the tones of a chart.
struct LegendEntry {
  std::string tone;
  std::string label;
};
std::string legend(std::span<const LegendEntry> entries);

}  // namespace insightflow::report
