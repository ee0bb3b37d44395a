#pragma once

#include "bias/labels.hpp"
#include "bias/language.hpp"

#include <insightflow/bias/lint.hpp>

#include <set>

/// What rules see, and where they put what they find.
namespace insightflow::bias {

using survey::Kind;

/// One question, read once for all rules.
struct Item {
  const survey::Question* question = nullptr;
  std::size_t index = 0;
  const Inspection* survey = nullptr;
  Text text;
  LabelList list;             ///< The options, or the labels of the scale where it has no options.
  bool listed = false;        ///< The labels are options (else those of the scale).
  bool closed = false;        ///< Answered by choosing.
  bool rating_scale = false;  ///< Answers are points of one scale, numbers or words.
  std::int64_t points = 0;    ///< Points of the scale.

  Kind kind() const { return question->kind; }
};

struct Inspection {
  const survey::Questionnaire* survey = nullptr;
  const Options* options = nullptr;
  std::vector<Item> items;
  std::set<std::string, std::less<>> known_terms;  ///< Allowed jargon, and acronyms spelt out.
  std::set<std::string, std::less<>> branched_to;  ///< Questions some branch leads to.
  std::set<std::string, std::less<>> decisive;     ///< Names that conditions look at.
};

/// What a rule wants to say; the sink adds the rest.
struct Remark {
  std::string message;
  std::string suggestion{};
  std::optional<Severity> severity{};
  Confidence confidence = Confidence::medium;
};

class Sink {
 public:
  Sink(const Inspection& inspection, const Rule& rule, std::vector<Finding>& findings)
      : inspection_(inspection), rule_(rule), findings_(findings) {}

  void text(const Item& item, Span span, Remark remark);
  void option(const Item& item, std::size_t option, Remark remark);
  /// A whole field of a question that is no text: "options", "scale", "rows".
  void field(const Item& item, std::string_view field, Remark remark);
  /// The questionnaire as a whole.
  void whole(std::string_view field, Remark remark);

 private:
  void add(const Item* item, std::string field, std::string pointer, Span span, Remark remark);

  const Inspection& inspection_;
  const Rule& rule_;
  std::vector<Finding>& findings_;
};

/// Fills `out`, which the items point back to and which must therefore stay where it is.
void inspect(const survey::Questionnaire& survey, const Options& options, Inspection& out);

// Small words the rules share.
Span span_of(const Text& text, std::uint32_t first, std::uint32_t last);
inline Span span_of(const Text& text, const Hit& hit) {
  return span_of(text, hit.first, hit.last);
}
Span whole_text(const Item& item);
std::string quote(std::string_view words);
/// The text with the bytes of the span replaced, blanks tidied and the first letter capital.
std::string replaced(std::string_view text, Span span, std::string_view by);
/// Outside quotations and brackets.
bool plain(const Text& text, const Hit& hit);
bool names_time(const Item& item);  ///< The question or its answers name a period.
bool yes_or_no(const Item& item);   ///< Answered with yes or no.
double question_seconds(const survey::Question& question);  ///< Reading and answering.

// One function per rule, by the file they stand in.
void check_double_barrelled(const Item&, Sink&);  // wording_structure.cpp
void check_negation(const Item&, Sink&);
void check_too_long(const Item&, Sink&);
void check_jargon(const Item&, Sink&);
void check_leading(const Item&, Sink&);  // wording_slant.cpp
void check_loaded_language(const Item&, Sink&);
void check_priming_preamble(const Item&, Sink&);
void check_presupposition(const Item&, Sink&);
void check_social_desirability(const Item&, Sink&);
void check_agree_disagree(const Item&, Sink&);
void check_vague_quantifier(const Item&, Sink&);  // wording_precision.cpp
void check_absolute(const Item&, Sink&);
void check_hypothetical(const Item&, Sink&);
void check_missing_reference_period(const Item&, Sink&);
void check_distant_recall(const Item&, Sink&);
void check_sensitive_required(const Item&, Sink&);
void check_uncommon_word(const Item&, Sink&);  // wording_clarity.cpp
void check_idiom(const Item&, Sink&);
void check_vague_reference(const Item&, Sink&);
void check_ambiguous_syntax(const Item&, Sink&);
void check_complex_syntax(const Item&, Sink&);
void check_memory_overload(const Item&, Sink&);
void check_too_short(const Item&, Sink&);
void check_constant_behaviour(const Item&, Sink&);  // wording_task.cpp
void check_computation(const Item&, Sink&);
void check_proxy_knowledge(const Item&, Sink&);
void check_unbalanced_request(const Item&, Sink&);
void check_overlapping_options(const Item&, Sink&);  // options_lists.cpp
void check_non_exhaustive_options(const Item&, Sink&);
void check_long_select_all(const Item&, Sink&);
void check_stem_option_mismatch(const Item&, Sink&);
void check_unbalanced_scale(const Item&, Sink&);  // options_scales.cpp
void check_scale_points(const Item&, Sink&);
void check_scale_labels(const Item&, Sink&);
void check_illogical_order(const Item&, Sink&);
void check_misplaced_midpoint(const Item&, Sink&);  // options_form.cpp
void check_vague_options(const Item&, Sink&);
void check_long_unordered_list(const Item&, Sink&);
void check_inaccessible_type(const Item&, Sink&);
void check_inconsistent_scales(const Inspection&, Sink&);
void check_order_effect(const Inspection&, Sink&);  // questionnaire.cpp
void check_matrix_size(const Item&, Sink&);
void check_survey_fatigue(const Inspection&, Sink&);
void check_early_demographics(const Inspection&, Sink&);
void check_skip_defect(const Inspection&, Sink&);
void check_hypothesis_guessing(const Inspection&, Sink&);

}  // namespace insightflow::bias
