#include "bias/inspection.hpp"

#include <array>

namespace insightflow::bias {

namespace {

constexpr auto wording = Level::wording;
constexpr auto options = Level::options;
constexpr auto questionnaire = Level::questionnaire;
constexpr auto note = Severity::note;
constexpr auto warning = Severity::warning;
constexpr auto error = Severity::error;

constexpr std::array table{
    Rule{
        "double-barrelled", wording, warning, "Two questions, one answer",
        "Whoever thinks differently of the two parts cannot answer, and nobody can tell which part "
        "an answer is about.",
        "Choi & Pak 2005; QAS-99 4c", "en", check_double_barrelled},
    Rule{"leading", wording, warning, "The wording suggests an answer",
         "Respondents lean towards the answer they believe is wanted.",
         "Choi & Pak 2005; Krosnick & Presser 2010", "en", check_leading},
    Rule{"loaded-language", wording, warning, "Emotive words judge before the respondent does",
         "A word with praise or blame in it moves answers by itself.",
         "Choi & Pak 2005; Krosnick & Presser 2010", "en", check_loaded_language},
    Rule{"priming-preamble", wording, warning, "An opinion stands before the question",
         "What is read just before the question becomes the frame in which it is answered.",
         "Choi & Pak 2005; Dillman, Smyth & Christian 2014", "en", check_priming_preamble},
    Rule{"presupposition", wording, warning, "Assumes a fact nobody asked about",
         "Those for whom the assumption is false must answer falsely or leave.",
         "Graesser et al. 2006 (QUAID); QAS-99 4a", "en", check_presupposition},
    Rule{"social-desirability", wording, warning, "A norm answers the question",
         "Naming the expected behaviour makes people report more of it than they show.",
         "Choi & Pak 2005; Tourangeau & Yan 2007", "en", check_social_desirability},
    Rule{
        "vague-quantifier", wording, warning, "A word of degree without a measure",
        "\"Often\" is daily to one and monthly to another, so equal answers mean different things.",
        "Choi & Pak 2005; QUAID; QAS-99 3c", "en", check_vague_quantifier},
    Rule{"negation", wording, warning, "A negated question",
         "Saying yes to a no takes a step that a part of the respondents miss, and they answer the "
         "opposite of what they mean.",
         "Krosnick & Presser 2010; Choi & Pak 2005", "en", check_negation},
    Rule{"absolute", wording, warning, "All or nothing",
         "Few things hold always or never, so people reject the wording and not the substance.",
         "Choi & Pak 2005", "en", check_absolute},
    Rule{"hypothetical", wording, note, "Asks for conjecture",
         "What people say they would do predicts poorly what they do.",
         "Choi & Pak 2005; QAS-99 5a", "en", check_hypothetical},
    Rule{"missing-reference-period", wording, warning, "How often, but in which time?",
         "Each respondent picks a period, and the counts cannot be compared.",
         "Choi & Pak 2005; QAS-99 3d", "en", check_missing_reference_period},
    Rule{"distant-recall", wording, warning, "A count of everyday acts over a long time",
         "Small acts are not remembered one by one beyond days or weeks; the answer is a guess.",
         "QAS-99 5c; Tourangeau, Rips & Rasinski 2000", "en", check_distant_recall},
    Rule{"agree-disagree", wording, note, "Agreement with a statement",
         "Some respondents agree with whatever is put to them; a scale for the thing itself "
         "measures better.",
         "Krosnick & Presser 2010; Saris et al. 2010", "en", check_agree_disagree},
    Rule{"jargon", wording, warning, "An abbreviation nobody spelt out",
         "Those who do not know it guess, and do not say so.", "Choi & Pak 2005; QUAID; QAS-99 3b",
         "en", check_jargon},
    Rule{"too-long", wording, warning, "Too many words",
         "By the end of a long question its beginning is forgotten.",
         "Choi & Pak 2005; Lenzner et al. 2010", "en", check_too_long},
    Rule{"sensitive-required", wording, warning, "A private matter with no way out",
         "People who may not decline leave the survey or do not tell the truth.",
         "Choi & Pak 2005; QAS-99 6a; Tourangeau & Yan 2007", "en", check_sensitive_required},

    Rule{"unbalanced-scale", options, warning, "More room on one side of the scale",
         "Answers follow the labels on offer, so the longer side gains.",
         "Krosnick & Presser 2010; Saris & Gallhofer 2014", "en", check_unbalanced_scale},
    Rule{"overlapping-options", options, error, "Two options hold at once",
         "Whoever stands on the boundary picks either, and the counts cannot be repaired.",
         "Choi & Pak 2005; QAS-99 7e", "", check_overlapping_options},
    Rule{"non-exhaustive-options", options, warning, "Some respondents have no option",
         "They pick a wrong answer or leave, and the list looks complete in the results.",
         "Choi & Pak 2005; QAS-99 7f", "en", check_non_exhaustive_options},
    Rule{"scale-points", options, warning, "Too many or too few points",
         "Reliability grows up to five to seven points; beyond eleven people round.",
         "Krosnick & Presser 2010; Saris & Gallhofer 2014", "", check_scale_points},
    Rule{"scale-labels", options, warning, "Numbers without meaning",
         "A bare number means what each respondent makes of it, some even reverse the scale.",
         "Krosnick & Presser 2010; Saris & Gallhofer 2014", "", check_scale_labels},
    Rule{"illogical-order", options, warning, "Ordered answers out of order",
         "Respondents read the place in the list as part of the meaning.",
         "QAS-99 7g; Dillman, Smyth & Christian 2014", "en", check_illogical_order},
    Rule{"stem-option-mismatch", options, warning, "The answers do not fit the question",
         "A question about one thing with answers about another measures neither.",
         "QAS-99 7b; Saris & Gallhofer 2014", "en", check_stem_option_mismatch},
    Rule{"long-select-all", options, warning, "A long list to tick",
         "Attention drops down the list, so what stands first is ticked more.",
         "Dillman, Smyth & Christian 2014", "", check_long_select_all},

    Rule{"order-effect", questionnaire, warning, "The overall question after its parts",
         "Having judged the parts, people leave them out of the whole or repeat them.",
         "Krosnick & Presser 2010; Tourangeau, Rips & Rasinski 2000", "en", nullptr,
         check_order_effect},
    Rule{"matrix-size", questionnaire, warning, "A grid too large to answer with care",
         "Large grids bring straight-lining and break-offs, most of all on phones.",
         "Choi & Pak 2005; Dillman, Smyth & Christian 2014", "", check_matrix_size},
    Rule{"survey-fatigue", questionnaire, warning, "Too long",
         "Later answers are shorter, more alike and more often missing.",
         "Choi & Pak 2005; Galesic & Bosnjak 2009", "", nullptr, check_survey_fatigue},
    Rule{"early-demographics", questionnaire, warning, "Personal data first",
         "Personal questions before the topic cost answers and trust, and remind people of their "
         "group.",
         "Dillman, Smyth & Christian 2014", "en", nullptr, check_early_demographics},
};

}  // namespace

std::span<const Rule> rules() {
  return table;
}

}  // namespace insightflow::bias
