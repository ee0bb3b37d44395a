#include "insight/advice.hpp"
#include "insight/figures.hpp"
#include "insight/summary.hpp"

#include <insightflow/insight/wording.hpp>
#include <insightflow/security/digest.hpp>

#include <algorithm>
#include <cmath>

namespace insightflow::insight {

namespace {

constexpr std::size_t themes_named = 40;  // of each question, the largest; others keep their labels
constexpr std::size_t answers_shown = 12;    // of each theme, to the model
constexpr std::size_t longest_answer = 600;  // bytes of it
constexpr std::size_t quotes_kept = 4;       // of each theme

/// The beginning of a text, to the end of a character.
std::string_view beginning(std::string_view text) {
  if (text.size() <= longest_answer) return text;
  std::size_t end = longest_answer;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return text.substr(0, end);
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  if (from.empty()) return;
  for (std::size_t at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

/// Where a theme's name stands beside the theme itself.
void rename_theme(Findings& findings, const std::string& question, const std::string& id,
                  const std::string& from, const std::string& to) {
  const auto same = [&](std::string_view key) {
    return key == question + "/" + id || key == question + "/other/" + id;
  };
  for (CrossTab& table : findings.cross_tabs)
    if (table.question_id == question || table.question_id == question + "/other")
      for (Breakdown& segment : table.segments)
        for (analysis::Share& share : segment.distribution)
          if (share.id == id && share.label == from) share.label = to;
  for (Trend& trend : findings.trends)
    if (trend.item == id && trend.label == from &&
        (trend.question_id == question || trend.question_id == question + "/other"))
      trend.label = to;
  for (DriverFindings& model : findings.drivers)
    for (analysis::Driver& driver : model.drivers)
      if (same(driver.id)) replace_all(driver.label, from, to);
  if (!findings.personas) return;
  for (Persona& persona : findings.personas->personas)
    for (analysis::Trait& trait : persona.traits)
      if (same(trait.id)) {
        replace_all(trait.label, from, to);
        replace_all(persona.name, from, to);
      }
}

class Rewording {
 public:
  Rewording(Findings& findings, const Dataset& dataset, const llm::Run& run, const Ctx& ctx)
      : findings_(findings), dataset_(dataset), run_(run), ctx_(ctx) {}

  Result<void> themes(const ThemeRecords& records) {
    std::int64_t done = 0;
    for (QuestionFindings& question : findings_.questions) {
      ctx_.report("naming_themes", done++, static_cast<std::int64_t>(findings_.questions.size()));
      if (question.themes.empty()) continue;
      BOOST_OUTCOME_TRY(name_themes(question, records));
    }
    return success();
  }

  Result<void> groups() {
    if (!findings_.personas || findings_.personas->personas.empty()) return success();
    ctx_.report("naming_groups", 0, 1);
    GroupsIn in{findings_.language, {}};
    for (const Persona& persona : findings_.personas->personas) {
      GroupIn group{persona.id, persona.name, percent(persona.share), {}};
      for (const analysis::Trait& trait : persona.traits)
        group.traits.push_back(trait.label + (trait.value.empty() ? "" : ": " + trait.value) +
                               " (" + shown(trait, trait.here) + " here, " +
                               shown(trait, trait.elsewhere) + " elsewhere)");
      in.groups.push_back(std::move(group));
    }
    BOOST_OUTCOME_TRY(const auto done, speak(build_personas, in));
    for (const GroupWords& words : done.groups)
      for (Persona& persona : findings_.personas->personas)
        if (persona.id == words.id) {
          persona.name = words.name;
          persona.description = words.description;
        }
    return success();
  }

  Result<void> summary() {
    if (findings_.summary.empty()) return success();
    ctx_.report("writing_summary", 0, 1);
    Wordings in;
    for (std::size_t i = 0; i < findings_.summary.size(); ++i)
      in.items.push_back({"s" + std::to_string(i + 1), findings_.summary[i].text});
    BOOST_OUTCOME_TRY(const auto done, speak(summarize, in));
    for (const Wording& one : done.items)
      for (std::size_t i = 0; i < in.items.size(); ++i)
        if (in.items[i].id == one.id) findings_.summary[i].text = one.text;
    return success();
  }

  Result<void> recommendations() {
    if (findings_.recommendations.empty()) return success();
    ctx_.report("writing_recommendations", 0, 1);
    Wordings in;
    for (const Recommendation& one : findings_.recommendations)
      in.items.push_back({one.id, one.text});
    BOOST_OUTCOME_TRY(const auto done, speak(recommend_wording, in));
    for (const Wording& one : done.items)
      for (Recommendation& known : findings_.recommendations)
        if (known.id == one.id) known.text = one.text;
    return success();
  }

  Result<void> outline() {
    ctx_.report("ordering_report", 0, 1);
    BOOST_OUTCOME_TRY(auto done, speak(generate_report_outline, parts_of(findings_)));
    findings_.outline = std::move(done);
    return success();
  }

  static OutlineIn parts_of(const Findings& findings) {
    OutlineIn in{findings.title, findings.language, {}};
    const auto add = [&](bool there, std::string id, std::string about) {
      if (there) in.parts.push_back({std::move(id), std::move(about)});
    };
    add(!findings.summary.empty(), "summary", "The findings in short");
    add(!findings.recommendations.empty(), "recommendations", "What to do");
    for (const QuestionFindings& question : findings.questions)
      add(true, "question:" + question.question_id, question.text);
    add(!findings.cross_tabs.empty(), "groups", "Groups of respondents compared");
    add(!findings.drivers.empty(), "drivers", "What goes together with the scores");
    add(findings.personas.has_value(), "personas", "Groups that answer alike");
    add(!findings.trends.empty() || !findings.waves.empty(), "changes", "Changes over time");
    add(!findings.quality.empty(), "quality", "How far the answers can be trusted");
    return in;
  }

 private:
  static std::string shown(const analysis::Trait& trait, double value) {
    if (!trait.number) return percent(value);
    const auto tenths = std::lround(value * 10);
    return (tenths < 0 ? "-" : "") + std::to_string(std::labs(tenths) / 10) + "." +
           std::to_string(std::labs(tenths) % 10);
  }

  /// Runs a task and remembers who spoke.
  template <class In, class Out>
  Result<Out> speak(const llm::Task<In, Out>& task, const In& in) {
    BOOST_OUTCOME_TRY(auto done, llm::run(task, in, run_, ctx_));
    findings_.spoken.push_back(std::move(done.spoken));
    return std::move(done.value);
  }

  Result<void> name_themes(QuestionFindings& question, const ThemeRecords& records) {
    // Answers evenly from first to last; their ids are ours, "a1", "a2", ….
    struct Source {
      std::uint32_t record;
      std::string evidence_id;
      std::string text;
    };
    std::vector<Source> sources;
    ThemesIn in{question.text, findings_.language, {}};
    for (const Theme& theme : question.themes) {
      if (in.themes.size() == themes_named) break;
      ThemeSample& sample =
          in.themes.emplace_back(ThemeSample{theme.id, theme.label, theme.terms, {}});
      for (const std::string& evidence_id :
           {question.question_id, question.question_id + "/other"}) {
        const auto of_question = records.find(evidence_id);
        if (of_question == records.end()) continue;
        const auto of_theme = of_question->second.find(theme.id);
        if (of_theme == of_question->second.end()) continue;
        const auto& all = of_theme->second;
        const std::size_t shown = std::min(all.size(), answers_shown);
        for (std::size_t i = 0; i < shown; ++i) {
          const std::uint32_t record = all[i * all.size() / shown];
          auto text = evidence_text(dataset_.records[record].submission, evidence_id);
          if (!text) continue;
          sources.push_back({record, evidence_id, std::move(*text)});
          sample.answers.push_back(
              {"a" + std::to_string(sources.size()), std::string(beginning(sources.back().text))});
        }
      }
    }
    BOOST_OUTCOME_TRY(const auto done, speak(analyze_responses, in));
    for (const ThemeWords& words : done.themes)
      for (Theme& theme : question.themes) {
        if (theme.id != words.id) continue;
        rename_theme(findings_, question.question_id, theme.id, theme.label, words.label);
        theme.label = words.label;
        theme.summary = words.description;
        for (const CitedAnswer& cited : words.quotes) {
          const Source& source =
              sources[static_cast<std::size_t>(std::stoul(cited.answer_id.substr(1))) - 1];
          add_quote(theme, source.record, source.evidence_id, source.text, cited.quote);
        }
      }
    return success();
  }

  void add_quote(Theme& theme, std::uint32_t record, const std::string& evidence_id,
                 const std::string& text, const std::string& quote) const {
    const std::string& response = dataset_.records[record].id;
    const bool known = std::ranges::any_of(theme.quotes, [&](const Evidence& one) {
      return one.response_id == response && one.question_id == evidence_id;
    });
    if (known || theme.quotes.size() >= quotes_kept) return;
    const std::size_t start = text.find(quote);
    theme.quotes.push_back({.response_id = response,
                            .question_id = evidence_id,
                            .start = static_cast<std::int64_t>(start),
                            .end = static_cast<std::int64_t>(start + quote.size()),
                            .digest = security::sha256(text),
                            .quote = quote});
  }

  Findings& findings_;
  const Dataset& dataset_;
  const llm::Run& run_;
  const Ctx& ctx_;
};

/// "local", or with the models that worded parts of it.
std::string engine_of(const std::vector<llm::Spoken>& spoken) {
  std::string models;
  for (const llm::Spoken& one : spoken)
    if (one.engine != "local" && (", " + models + ",").find(", " + one.engine + ",") == models.npos)
      models += (models.empty() ? "" : ", ") + one.engine;
  return models.empty() ? "local" : "local, worded by " + models;
}

}  // namespace

OnCodedText collect(ThemeRecords& records) {
  return [&records](std::size_t record, const CodedText& coded) {
    if (coded.themes.empty()) return;
    records[coded.question_id][coded.themes.front()].push_back(static_cast<std::uint32_t>(record));
  };
}

Outline outline_of(const Findings& findings) {
  return generate_report_outline.local(Rewording::parts_of(findings), {}).value();
}

Result<void> reword(Findings& findings, const Dataset& dataset, const Settings& settings,
                    const ThemeRecords& records, const llm::Run& run, const Ctx& ctx) {
  if (run.voice.client == nullptr) return success();
  Rewording rewording(findings, dataset, run, ctx);
  BOOST_OUTCOME_TRY(rewording.themes(records));
  BOOST_OUTCOME_TRY(rewording.groups());
  // These speak of themes by name.
  findings.recommendations = recommend(findings, dataset);
  findings.summary = summarise(findings, dataset, settings);
  BOOST_OUTCOME_TRY(rewording.recommendations());
  BOOST_OUTCOME_TRY(rewording.summary());
  BOOST_OUTCOME_TRY(rewording.outline());
  findings.manifest.engine = engine_of(findings.spoken);
  return success();
}

}  // namespace insightflow::insight
