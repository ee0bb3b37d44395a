#pragma once

#include <insightflow/survey/questionnaire.hpp>

#include <string>
#include <vector>

/// Figures of a questionnaire before anyone has answered it. Pure; linear in the size of the texts
/// and the logic; thread-safe.
namespace insightflow::bias {

/// What one page asks of the respondent, all its questions asked.
struct PageBurden {
  std::string section;  ///< Id; empty for questions outside any section.
  std::int64_t questions = 0;
  std::int64_t words = 0;  ///< Of questions, help, options and rows.
  double minutes = 0;

  friend bool operator==(const PageBurden&, const PageBurden&) = default;
};
BOOST_DESCRIBE_STRUCT(PageBurden, (), (section, questions, words, minutes))
inline constexpr std::array page_burden_notes{
    Note{
        .field = "section", .doc = "Id of the section; left out for the rest.", .omit_empty = true},
    Note{.field = "questions", .doc = "Questions on the page."},
    Note{.field = "words", .doc = "Words to read on the page."},
    Note{.field = "minutes", .doc = "Predicted minutes for the page."}};
constexpr std::span<const Note> field_notes(const PageBurden*) {
  return page_burden_notes;
}

/// The way through the logic that takes longest.
struct LongestPath {
  std::int64_t questions = 0;
  double minutes = 0;

  friend bool operator==(const LongestPath&, const LongestPath&) = default;
};
BOOST_DESCRIBE_STRUCT(LongestPath, (), (questions, minutes))

struct Measures {
  std::int64_t questions = 0;
  std::int64_t words = 0;
  double minutes = 0;
  double reading_grade = 0;
  double open_share = 0;
  std::vector<PageBurden> pages;
  LongestPath longest_path;

  friend bool operator==(const Measures&, const Measures&) = default;
};
BOOST_DESCRIBE_STRUCT(Measures, (),
                      (questions, words, minutes, reading_grade, open_share, pages, longest_path))
inline constexpr std::array measures_notes{
    Note{.field = "questions", .doc = "Questions in the questionnaire."},
    Note{.field = "words", .doc = "Words to read, the introduction included."},
    Note{.field = "minutes", .doc = "Predicted minutes when every question is asked."},
    Note{.field = "reading_grade",
         .doc = "Flesch-Kincaid grade of the questions; 0 where the language is not English."},
    Note{.field = "open_share", .doc = "Share of questions answered in one's own words, 0 to 1."},
    Note{.field = "pages", .doc = "Burden by section, in the order of asking."},
    Note{.field = "longest_path",
         .doc = "The longest way through the branches, conditions taken to hold."}};
constexpr std::span<const Note> field_notes(const Measures*) {
  return measures_notes;
}

/// Figures of a questionnaire.
///
/// Minutes: 0.3 seconds a word (200 words a minute) and a handling time by kind: 4 s to choose or
/// rate, 7 s to tick several, 6 s for a number or date, 15 s for contact details, 25 s for an open
/// answer, 4 s for each row of a matrix and each option of a ranking. The order of magnitude is
/// that of Yan & Tourangeau 2008 (web surveys, response times by item length and kind).
///
/// The longest path follows every branch that may be taken and takes `show_if` to hold; conditions
/// that exclude each other are not compared, so it is an upper bound.
Measures measure(const survey::Questionnaire& survey);

/// `measure(survey).minutes`, alone.
double predicted_minutes(const survey::Questionnaire& survey);

/// Flesch-Kincaid grade level of an English text (Kincaid et al. 1975): 0.39 words a sentence +
/// 11.8 syllables a word - 15.59, at least 0. Syllables are counted by vowel groups. 0 for a text
/// without words.
double reading_grade(std::string_view text);

}  // namespace insightflow::bias

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<bias::Measures>();
}  // namespace insightflow
