#include "bias/inspection.hpp"

#include <insightflow/bias/measure.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/survey/expression.hpp>

#include <algorithm>
#include <unordered_map>

namespace insightflow {
template const Type& type_of<bias::Measures>();
}  // namespace insightflow

namespace insightflow::bias {

namespace {

constexpr double seconds_a_word = 0.3;

std::int64_t words_in(std::string_view text) {
  std::int64_t count = 0;
  bool inside = false;
  for (const char c : text) {
    const bool letter = c != ' ' && c != '\n' && c != '\t' && c != '\r';
    count += letter && !inside;
    inside = letter;
  }
  return count;
}

std::int64_t words_in(const survey::Question& question) {
  std::int64_t count = words_in(question.text) + words_in(question.help);
  for (const survey::Option& option : question.options) count += words_in(option.label);
  for (const survey::Option& row : question.rows) count += words_in(row.label);
  return count;
}

double handling(const survey::Question& question) {
  const auto several = [](std::size_t count) {
    return 4.0 * static_cast<double>(std::max<std::size_t>(count, 1));
  };
  switch (question.kind) {
    case Kind::open_text: return 25;
    case Kind::matrix: return several(question.rows.size());
    case Kind::ranking: return several(question.options.size());
    case Kind::multiple_choice: return 7;
    case Kind::contact: return 15;
    case Kind::number:
    case Kind::date: return 6;
    default: return 4;
  }
}

struct Way {
  std::int64_t questions = 0;
  double seconds = 0;
};

/// From the last question to the first: what is the longest way from here to the end?
LongestPath longest_path(const survey::Questionnaire& survey) {
  const std::size_t count = survey.questions.size();
  std::unordered_map<std::string_view, std::size_t> places;
  for (std::size_t i = 0; i < count; ++i) places.try_emplace(survey.questions[i].id, i);
  std::vector<Way> from(count + 1);
  for (std::size_t i = count; i-- > 0;) {
    const survey::Question& question = survey.questions[i];
    std::optional<Way> best;
    const auto offer = [&](const Way& way) {
      if (!best || way.seconds > best->seconds) best = way;
    };
    bool goes_on = true;
    for (const survey::Branch& branch : question.logic) {
      const auto place = places.find(branch.target);
      if (branch.target == "end")
        offer({});
      else if (place != places.end() && place->second > i)
        offer(from[place->second]);
      const auto condition = survey::Expression::parse(branch.condition);
      if (condition && condition.value().always()) {
        goes_on = false;
        break;
      }
    }
    if (goes_on || !best) offer(from[i + 1]);
    from[i] = {best->questions + 1, best->seconds + question_seconds(question)};
  }
  return {from[0].questions, from[0].seconds / 60};
}

bool vowel(char c) {
  return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u' || c == 'y';
}

std::int64_t syllables(std::string_view word) {
  std::int64_t count = 0;
  bool inside = false;
  for (const char c : word) {
    count += vowel(c) && !inside;
    inside = vowel(c);
  }
  // A final e is silent ("scale"), that of "-le" after a consonant is not ("table"); so is that of
  // most "-ed" and "-es".
  const std::size_t size = word.size();
  if (count > 1 && size > 2) {
    const bool silent_e = word.ends_with('e') && !vowel(word[size - 2]) &&
                          !(word.ends_with("le") && size > 3 && !vowel(word[size - 3]));
    const bool silent_ed = word.ends_with("ed") && word[size - 3] != 't' && word[size - 3] != 'd' &&
                           !vowel(word[size - 3]);
    const bool silent_es =
        word.ends_with("es") &&
        std::string_view("sxzhcg").find(word[size - 3]) == std::string_view::npos &&
        !vowel(word[size - 3]);
    count -= silent_e || silent_ed || silent_es;
  }
  return std::max<std::int64_t>(count, 1);
}

struct Prose {
  std::int64_t words = 0, sentences = 0, syllables = 0;

  void add(std::string_view source) {
    // In pieces, so that every word of a long text counts.
    while (!source.empty()) {
      std::size_t size = std::min(source.size(), longest_read);
      if (size < source.size())
        if (const std::size_t blank = source.substr(0, size).find_last_of(" \n");
            blank != source.npos && blank > 0)
          size = blank;
      const Text text = analyse(source.substr(0, size));
      for (const Token& token : text.tokens) syllables += bias::syllables(token.word);
      words += static_cast<std::int64_t>(text.tokens.size());
      sentences += static_cast<std::int64_t>(text.sentences.size());
      source.remove_prefix(size);
    }
  }

  double grade() const {
    if (words == 0 || sentences == 0) return 0;
    const auto ratio = [](std::int64_t a, std::int64_t b) {
      return static_cast<double>(a) / static_cast<double>(b);
    };
    return std::max(0.0, 0.39 * ratio(words, sentences) + 11.8 * ratio(syllables, words) - 15.59);
  }
};

bool english(std::string_view language) {
  return (language.starts_with("en") || language.starts_with("EN")) &&
         (language.size() == 2 || language[2] == '-' || language[2] == '_');
}

}  // namespace

double question_seconds(const survey::Question& question) {
  return static_cast<double>(words_in(question)) * seconds_a_word + handling(question);
}

double predicted_minutes(const survey::Questionnaire& survey) {
  double seconds = static_cast<double>(words_in(survey.description)) * seconds_a_word;
  for (const survey::Question& question : survey.questions) seconds += question_seconds(question);
  return seconds / 60;
}

double reading_grade(std::string_view text) {
  Prose prose;
  prose.add(text);
  return prose.grade();
}

Measures measure(const survey::Questionnaire& survey) {
  Measures out;
  out.questions = static_cast<std::int64_t>(survey.questions.size());
  out.words = words_in(survey.description);
  out.minutes = predicted_minutes(survey);
  std::int64_t open = 0;
  Prose prose;
  std::unordered_map<std::string_view, std::size_t> pages;
  for (const survey::Question& question : survey.questions) {
    open += question.kind == Kind::open_text;
    if (english(survey.language)) prose.add(question.text);
    const auto [page, first] = pages.try_emplace(question.section, out.pages.size());
    if (first) out.pages.push_back({question.section, 0, 0, 0});
    PageBurden& burden = out.pages[page->second];
    ++burden.questions;
    burden.words += words_in(question);
    burden.minutes += question_seconds(question) / 60;
    out.words += words_in(question);
  }
  out.reading_grade = prose.grade();
  if (out.questions > 0)
    out.open_share = static_cast<double>(open) / static_cast<double>(out.questions);
  out.longest_path = longest_path(survey);
  return out;
}

}  // namespace insightflow::bias
