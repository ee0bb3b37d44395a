#pragma once

#include <insightflow/core/rng.hpp>
#include <insightflow/survey/expression.hpp>
#include <insightflow/survey/words.hpp>

#include <cmath>

namespace insightflow::survey {

/// The language of the questionnaire that serves a respondent best: the tag itself, else the same
/// main language ("de-AT" is served by "de", "pt" by "pt-BR"), else none. Case does not matter.
inline std::optional<std::string> served_language(const Questionnaire& survey,
                                                  std::string_view tag) {
  std::vector<std::string_view> tags{survey.language};
  for (const auto& [language, translation] : survey.translations) tags.push_back(language);
  const auto main = [](std::string_view t) { return t.substr(0, t.find('-')); };
  for (const std::string_view candidate : tags)
    if (equal_ignoring_case(candidate, tag)) return std::string(candidate);
  for (const std::string_view candidate : tags)
    if (equal_ignoring_case(candidate, main(tag))) return std::string(candidate);
  for (const std::string_view candidate : tags)
    if (equal_ignoring_case(main(candidate), main(tag))) return std::string(candidate);
  return std::nullopt;
}

/// The questionnaire with its texts in another language; what is not translated, and everything
/// when the language is unknown, stays in the main one. Ids and logic never change. `language` of
/// the result says which one it is.
inline Questionnaire localise(Questionnaire survey, std::string_view language) {
  const auto tag = served_language(survey, language);
  const auto found = tag ? survey.translations.find(*tag) : survey.translations.end();
  if (found == survey.translations.end()) return survey;
  const Translation words = found->second;
  const auto put = [](std::string& target, const std::string& text) {
    if (!text.empty()) target = text;
  };
  survey.language = *tag;
  put(survey.title, words.title);
  put(survey.description, words.description);
  put(survey.closing, words.closing);
  for (Question& question : survey.questions) {
    const auto entry = words.questions.find(question.id);
    if (entry == words.questions.end()) continue;
    const QuestionTranslation& own = entry->second;
    put(question.text, own.text);
    put(question.help, own.help);
    if (!own.options.empty()) question.options = options_of(question);
    const auto relabel = [&](std::vector<Option>& options, const auto& labels) {
      for (Option& option : options)
        if (const auto label = labels.find(option.id); label != labels.end())
          put(option.label, label->second);
    };
    relabel(question.options, own.options);
    relabel(question.rows, own.rows);
    if (!own.labels.empty()) {
      question.scale = scale_of(question);
      for (const auto& [value, label] : own.labels) put(question.scale->labels[value], label);
    }
  }
  return survey;
}

/// The names in {{…}} of a text, in order. An empty name marks a place that is malformed: opened
/// and not closed, or not a name. `position` is the byte where the braces open.
inline std::vector<Reference> piped(std::string_view text) {
  std::vector<Reference> out;
  for (std::size_t at = 0; (at = text.find("{{", at)) != text.npos;) {
    Reference reference;
    reference.position = at;
    const std::size_t end = text.find("}}", at + 2);
    if (end != text.npos) {
      std::string_view name = trimmed(text.substr(at + 2, end - at - 2));
      if (name.starts_with("hidden.")) {
        reference.hidden = true;
        name.remove_prefix(7);
      } else if (const std::size_t dot = name.find('.'); dot != name.npos) {
        reference.part = name.substr(dot + 1);
        name = name.substr(0, dot);
      }
      if (is_identifier(name)) reference.name = name;
    }
    out.push_back(std::move(reference));
    at = end == text.npos ? text.size() : end + 2;
  }
  return out;
}

/// A number as people write it: whole without a point, else the shortest form that reads back.
inline std::string number_text(double value) {
  char out[32];
  const auto end = std::abs(value) < 0x1p53 && std::floor(value) == value
                       ? std::to_chars(out, out + sizeof out, static_cast<std::int64_t>(value))
                       : std::to_chars(out, out + sizeof out, value);
  return {out, end.ptr};
}

/// Puts earlier answers into a text: labels of options, the words behind a chosen "other", numbers,
/// hidden fields; "…" where there is no answer. `lookup(const Reference&)` returns a `Given`; it is
/// asked for the part "other" too. The result is plain text: escape it for HTML afterwards.
template <class Lookup>
std::string pipe(const Questionnaire& survey, std::string_view text, const Lookup& lookup) {
  std::string out;
  std::size_t from = 0;
  for (Reference& reference : piped(text)) {
    if (reference.name.empty()) continue;
    const Question* question = reference.hidden ? nullptr : find(survey, reference.name);
    std::vector<Option> options;
    if (question) {
      reference.question = static_cast<std::size_t>(question - survey.questions.data());
      options = options_of(*question);
    }
    const auto label = [&](std::string_view id) {
      for (const Option& option : options) {
        if (option.id != id) continue;
        Reference words = reference;
        words.part = "other";
        const Given typed = option.other ? Given(lookup(words)) : Given{};
        const auto* own = std::get_if<std::string_view>(&typed);
        return std::string(own && !own->empty() ? *own : std::string_view(option.label));
      }
      return std::string(id);
    };
    std::string shown;
    const Given given = lookup(reference);
    if (const auto* word = std::get_if<std::string_view>(&given)) shown = label(*word);
    if (const double* number = std::get_if<double>(&given)) shown = number_text(*number);
    if (const auto* list = std::get_if<std::span<const std::string>>(&given))
      for (const std::string& id : *list) shown += (shown.empty() ? "" : ", ") + label(id);
    if (shown.empty()) shown = "…";
    out += text.substr(from, reference.position - from);
    out += shown;
    from = text.find("}}", reference.position) + 2;
  }
  out += text.substr(from);
  return out;
}

/// The order in which to show options, as indexes: shuffled by the seed where the question asks for
/// it, "other" and exclusive ones last and in place. The same seed gives the same order everywhere.
inline std::vector<std::size_t> arrange(const Question& question, std::uint64_t seed) {
  const std::vector<Option> options = options_of(question);
  std::vector<std::size_t> order, last;
  for (std::size_t i = 0; i < options.size(); ++i) {
    const bool fixed = question.randomize && (options[i].other || options[i].exclusive);
    (fixed ? last : order).push_back(i);
  }
  if (question.randomize) {
    for (const char c : question.id)  // FNV-1a, so that questions are shuffled apart
      seed = (seed ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
    Rng(seed).shuffle(std::span(order));
  }
  order.insert(order.end(), last.begin(), last.end());
  return order;
}

}  // namespace insightflow::survey
