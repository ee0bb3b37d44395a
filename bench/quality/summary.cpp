#include "quality/quality.hpp"

#include <insightflow/analysis/summary.hpp>
#include <insightflow/analysis/text.hpp>
#include <insightflow/core/utf8.hpp>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

/// Two sentences that sum up what reviews say about one aspect, against what people wrote
/// (Opinosis). ROUGE-1 F: words in common, no stemming, stop words counted; "best" and "mean" over
/// the summaries of a topic, "jackknife" as ROUGE 1.5.5 does it with several of them.
namespace bench {

namespace {

using Words = std::map<std::string, int>;

Words words_of(std::string_view text) {
  Words out;
  const auto tokens = insightflow::analysis::tokenize(text);
  for (const auto& token : tokens.tokens)
    if (token.kind == insightflow::analysis::TokenKind::word ||
        token.kind == insightflow::analysis::TokenKind::number)
      ++out[std::string(tokens.form(token))];
  return out;
}

double overlap(const Words& a, const Words& b) {
  double common = 0, size = 0;
  for (const auto& [word, n] : a) {
    size += n;
    if (const auto at = b.find(word); at != b.end()) common += std::min(n, at->second);
  }
  for (const auto& [word, n] : b) size += n;
  return size > 0 ? 2 * common / size : 0;
}

/// Some files are Windows-1252; only typographic marks are lost by reading them as ASCII.
std::string ascii(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) >= 128) c = ' ';
  return text;
}

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

}  // namespace

boost::json::object measure_summary() {
  const auto folder = data_folder() / "opinosis";
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder / "topics"))
    files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  double best = 0, mean = 0, jackknife = 0, length = 0;
  for (const auto& file : files) {
    std::vector<std::string> lines;
    std::istringstream in(ascii(read_text(file)));
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    const std::vector<std::string_view> views(lines.begin(), lines.end());
    std::string summary;
    const auto sentences = insightflow::analysis::summarise(views);
    for (const auto& sentence : sentences.value())
      summary += std::string(
                     views[sentence.answer].substr(sentence.start, sentence.end - sentence.start)) +
                 " ";
    const Words found = words_of(summary);
    for (const auto& [word, n] : found) length += n;

    std::string topic = file.filename().string();
    topic.resize(topic.find(".txt"));
    std::vector<double> scores;
    for (const auto& gold : std::filesystem::directory_iterator(folder / "summaries-gold" / topic))
      scores.push_back(overlap(found, words_of(ascii(read_text(gold.path())))));
    std::sort(scores.begin(), scores.end());
    const auto n = static_cast<double>(scores.size());
    for (const double score : scores) mean += score / n;
    best += scores.back();
    jackknife += scores.size() < 2 ? scores.back()
                                   : (scores.back() * (n - 1) + scores[scores.size() - 2]) / n;
  }
  const auto topics = static_cast<double>(files.size());
  return {{"topics", files.size()},
          {"rouge_1_f", rounded(jackknife / topics)},
          {"best", rounded(best / topics)},
          {"mean", rounded(mean / topics)},
          {"words", rounded(length / topics)}};
}

}  // namespace bench
