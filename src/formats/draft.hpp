#pragma once

#include "formats/conditions.hpp"
#include "formats/readers.hpp"

#include <insightflow/core/json.hpp>

#include <map>
#include <set>

/// What the readers share: a questionnaire that grows question by question under foreign names, and
/// is settled when all names are known.
namespace insightflow::formats {

inline constexpr std::size_t max_questions = 5000;

/// What a written file says to this program alone, beside what the format itself says.
struct OptionHint {
  std::string id;
  bool other = false, exclusive = false;
};
struct Hint {
  std::optional<Kind> kind;
  bool scale = false;  ///< The numbered choices are the values of a scale.
  std::string id;
  std::optional<std::string> section;
  std::map<std::string, OptionHint> options, rows;  ///< By the code in the file.

  bool empty() const {
    return !kind && !scale && id.empty() && !section && options.empty() && rows.empty();
  }
};
Hint hint_of(const json::value& from);
Hint hint_of_text(std::string_view text);
json::object to_object(const Hint& hint);
std::string to_text(const Hint& hint);
/// For a question that the format would read back as `native`, in the section `container`, by the
/// name `name`.
Hint hint_for(const Question& question, Kind native, std::string_view container,
              std::string_view name);

/// "de", "pt-BR", "zh-Hans" from what formats and their users write; empty where it is none.
std::string language_tag(std::string_view text);

/// The choices a respondent sees: the options, or a scale as numbered options.
std::vector<Option> shown_options(const Question& question);

/// Texts in several languages, by tag; the main one under "".
using Words = std::map<std::string, std::string>;

struct Target {
  std::size_t question = 0;
  std::string part;    ///< Row of a matrix, or "other".
  std::string option;  ///< The name stands for one choice of the question.
};

/// How a format writes an answer in a text: "${name}" opens with "${".
struct Piping {
  std::string_view open{};
  /// The foreign name in what stands between the brackets; empty where it is something else.
  std::string_view (*name)(std::string_view inner) = nullptr;
};

class Draft {
 public:
  Draft(Format format, bool hints) : hints_(hints) { out_.format = format; }

  /// What a writer of this program left in the file.
  std::string copy;

  survey::Questionnaire& survey() { return out_.survey; }
  const std::string& language() const { return out_.survey.language; }
  survey::Translation& translation(const std::string& tag);
  survey::QuestionTranslation& translation(const std::string& tag, std::size_t question) {
    return translation(tag).questions[out_.survey.questions[question].id];
  }

  void lose(std::string place, std::string what, std::string why);

  /// True when the file asks for more than is read; what is added from then on is dropped, and
  /// `finish` says so. A reader whose next step is expensive looks here first.
  bool full() const { return full_; }

  void open_section(std::string_view id, std::string title, std::string description = {});
  void close_section();

  /// Adds a question in the open section and knows it by its foreign name. The text falls back on
  /// the name where it is blank.
  std::size_t question(std::string_view name, Kind kind, std::string text, std::string place,
                       Hint hint = {});
  Question& at(std::size_t question) { return out_.survey.questions[question]; }
  const std::string& place(std::size_t question) const { return entries_[question].place; }
  std::size_t size() const { return out_.survey.questions.size(); }
  /// Adds an option or a row under the code by which conditions name it; returns its id.
  std::string option(std::size_t question, std::string_view code, std::string label,
                     bool other = false, bool exclusive = false);
  std::string row(std::size_t question, std::string_view code, std::string label);
  /// What is known of an option before it is added.
  void remark(std::size_t question, std::string_view code, OptionHint hint) {
    entries_[question].hint.options.insert_or_assign(std::string(code), std::move(hint));
  }
  /// The numbered choices of the question are the values of its scale.
  void remark_scale(std::size_t question) { entries_[question].hint.scale = true; }
  /// Words of the last option or row in other languages.
  void option_words(std::size_t question, const std::string& id, const Words& words);
  void row_words(std::size_t question, const std::string& id, const Words& words);
  void question_words(std::size_t question, const Words& text, const Words& help);

  void hidden(std::string_view name);
  void know(std::string name, Target target);
  /// A text between questions: the introduction, a section's description, help of the next
  /// question or, behind the last, words of thanks.
  void note(Words words, std::string place);

  /// What must hold for the question to be asked; several are joined by `and`.
  void condition(std::size_t question, Language language, std::string_view text, std::string place);
  void condition(std::size_t question, Condition condition, std::string place);
  void branch(std::size_t question, Condition condition, std::string target, std::string place);

  /// "{{id}}", "{{id.part}}" or nothing for a foreign name.
  std::string piped_name(std::string_view name) const;
  const Target* target(std::string_view name) const;

  Result<Found> finish(const Piping& piping = {});

 private:
  struct Entry {
    std::string place;
    Hint hint;
    std::map<std::string, std::string, std::less<>> values;  ///< Option id by foreign code.
    std::set<std::string, std::less<>> option_ids, row_ids;
  };
  struct Pending {
    std::size_t question;
    Condition condition;
    std::string target;  ///< Of a branch; empty for show_if.
    std::string place;
  };

  std::string fresh_id(std::string_view name);
  void settle_kind(std::size_t question);
  void settle_conditions();
  void settle_sections();
  void drop_refused();
  void pipe_texts(const Piping& piping);
  void pipe(const Piping& piping, std::string& text, const std::string& place,
            const std::string& of, bool pipes = true);
  bool resolve(Condition& condition, std::string& why) const;
  bool resolve_leaf(Condition& leaf, std::string& why) const;
  void place_note();
  /// Counts what a file makes grow beyond its own size, such as a list that many questions share.
  bool afford(std::size_t bytes);

  bool hints_, full_ = false;
  std::size_t spent_ = 0;
  survey::Translation surplus_;
  Found out_;
  std::vector<Entry> entries_;
  std::vector<Pending> pending_;
  std::map<std::string, Target, std::less<>> names_;
  std::map<std::string, std::string, std::less<>> hidden_;
  std::set<std::string, std::less<>> ids_;
  std::map<std::string, std::size_t, std::less<>> next_suffix_;
  std::set<std::string, std::less<>> section_ids_;
  std::string section_;
  std::vector<std::pair<Words, std::string>> notes_;
};

}  // namespace insightflow::formats
