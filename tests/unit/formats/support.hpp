#pragma once

#include "formats/workbook.hpp"

#include <insightflow/core/rng.hpp>
#include <insightflow/formats/formats.hpp>

#include <string>
#include <vector>

namespace insightflow::test {

/// A written file as another program saves it: without the copy that is for this library alone.
inline std::string without_copy(std::string bytes, formats::Format format) {
  if (format == formats::Format::xlsx) {
    formats::Workbook book = formats::read_xlsx_workbook(bytes).value();
    std::erase_if(book.sheets, [](const auto& sheet) { return sheet.name == "insightflow"; });
    return formats::write_xlsx_workbook(book);
  }
  // The copy begins with a digest of 64 characters.
  const auto digit = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  std::size_t run = 0;
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    run = digit(bytes[at]) ? run + 1 : 0;
    if (run == 64) bytes[at] = bytes[at] == '0' ? '1' : '0';
  }
  return bytes;
}

/// A questionnaire made up from a seed: every kind, sections, logic, piping, a second language.
inline survey::Questionnaire made_up_survey(std::uint64_t seed) {
  using survey::Kind;
  Rng rng(seed);
  survey::Questionnaire out;
  out.title = "Survey <" + std::to_string(seed) + "> & more";
  if (rng.below(2)) out.description = "What it is about.\nTwo lines, \"quoted\".";
  if (rng.below(2)) out.closing = "Thank you; it's over.";
  if (rng.below(2)) out.hidden = {"plan", "source"};
  const bool german = rng.below(2);
  const std::size_t sections = rng.below(3);
  for (std::size_t i = 0; i < sections; ++i)
    out.sections.push_back({"part" + std::to_string(i), "Part " + std::to_string(i),
                            rng.below(2) ? "About this part." : ""});
  const std::size_t count = 3 + rng.below(14);
  static constexpr std::string_view words[] = {
      "Speed", "The price",      "Très bien", "a < b & c",
      "50%",   "Naïve — choice", "日本語",    "it's \"quoted\""};
  for (std::size_t i = 0; i < count; ++i) {
    survey::Question q;
    q.id = "q" + std::to_string(i) + (rng.below(3) ? "" : "_x-y");
    q.kind = static_cast<Kind>(rng.below(15));
    q.text = "Question " + std::to_string(i) + ", with 2 < 3 & {braces}?";
    if (rng.below(4) == 0) q.help = "Help " + std::to_string(i) + ".";
    if (sections > 0) q.section = out.sections[i * sections / count].id;
    q.required = rng.below(2);
    const bool choice =
        q.kind == Kind::single_choice || q.kind == Kind::multiple_choice || q.kind == Kind::ranking;
    const bool listed = survey::is_scaled(q.kind) && rng.below(3) == 0;
    if (choice || listed || q.kind == Kind::matrix) {
      const std::size_t options = 2 + rng.below(5);
      for (std::size_t o = 0; o < options; ++o) {
        const std::string label(words[(o + seed) % std::size(words)]);
        q.options.push_back({rng.below(2) ? label : "o" + std::to_string(o), label});
      }
      if (q.kind != Kind::matrix && q.kind != Kind::ranking && rng.below(3) == 0) {
        q.options.push_back({"other", "Something else"});
        q.options.back().other = true;
      }
      if (q.kind == Kind::multiple_choice && rng.below(3) == 0) {
        q.options.insert(q.options.begin(), {"none", "None of these"});
        q.options.front().exclusive = true;
      }
      if (choice) q.randomize = rng.below(3) == 0;
    }
    if (q.kind == Kind::matrix)
      for (std::size_t r = 0; r < 1 + rng.below(4); ++r)
        q.rows.push_back({"r" + std::to_string(r), std::string(words[(r + 3) % std::size(words)])});
    if (q.kind == Kind::multiple_choice && rng.below(2)) q.min_choices = 1;
    if (q.kind == Kind::multiple_choice && rng.below(2)) q.max_choices = 2;
    if (q.kind == Kind::number && rng.below(2)) q.scale = survey::Scale{0, 120, {}};
    if (survey::is_scaled(q.kind) && !listed && q.kind != Kind::nps && rng.below(2))
      q.scale = survey::Scale{1, 7, {{"1", "Very poor"}, {"7", "Very good"}}};
    if (q.kind == Kind::open_text && rng.below(2)) q.max_length = 200;
    // What has been asked so far can be a condition and be piped in.
    if (i > 0 && rng.below(2)) {
      const survey::Question& before = out.questions[rng.below(i)];
      const std::string first = before.options.empty() ? "" : before.options.front().id;
      std::string quoted = "'";
      for (const char c : first) quoted += (c == '\'' ? std::string("\\'") : std::string(1, c));
      quoted += "'";
      switch (before.kind) {
        case Kind::single_choice: q.show_if = before.id + " == " + quoted; break;
        case Kind::multiple_choice: q.show_if = before.id + " contains " + quoted; break;
        case Kind::yes_no: q.show_if = before.id + " == 'no'"; break;
        case Kind::nps:
          q.show_if = first.empty() ? before.id + " <= 6" : before.id + " != " + quoted;
          break;
        case Kind::number: q.show_if = before.id + " >= 18 and " + before.id + " < 65"; break;
        case Kind::open_text: q.show_if = "answered(" + before.id + ")"; break;
        case Kind::matrix:
          q.show_if = before.id + "." + before.rows.front().id + " == " + quoted;
          break;
        default: break;
      }
      if (!out.hidden.empty() && rng.below(4) == 0) q.show_if = "hidden.plan == 'pro'";
      if (before.kind == Kind::single_choice && rng.below(2))
        q.text = "You said {{" + before.id + "}}: why?";
    }
    if (german && rng.below(3)) {
      auto& own = out.translations["de"].questions[q.id];
      own.text = "Frage " + std::to_string(i) + "?";
      if (!q.help.empty()) own.help = "Hilfe.";
      if (!q.options.empty()) own.options[q.options.front().id] = "Erste Wahl";
      for (const auto& row : q.rows) own.rows[row.id] = "Zeile " + row.id;
    }
    out.questions.push_back(std::move(q));
  }
  if (german) {
    out.translations["de"].title = "Umfrage";
    if (!out.closing.empty()) out.translations["de"].closing = "Danke.";
  }
  return out;
}

}  // namespace insightflow::test
