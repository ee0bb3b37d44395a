#include "survey/logic_rules.hpp"

#include <insightflow/survey/words.hpp>

#include <set>

namespace insightflow::survey {

namespace {

constexpr std::string_view contact_parts[] = {"name", "email", "phone"};

std::size_t index_of(const Questionnaire& survey, const Question& question) {
  return static_cast<std::size_t>(&question - survey.questions.data());
}

bool has_other(const Question& question) {
  return std::any_of(question.options.begin(), question.options.end(),
                     [](const Option& option) { return option.other; });
}

/// What the answer to a name looks like, as far as comparisons care.
enum class Sort { whole, choice, choices, number, text, date, flag };

Sort sort_of(const Question& question, std::string_view part) {
  switch (question.kind) {
    case Kind::matrix:
      if (part.empty()) return Sort::whole;
      return question.options.empty() ? Sort::number : Sort::choice;
    case Kind::contact: return part.empty() ? Sort::whole : Sort::text;
    default: break;
  }
  if (!part.empty()) return Sort::text;
  switch (question.kind) {
    case Kind::multiple_choice:
    case Kind::ranking: return Sort::choices;
    case Kind::number: return Sort::number;
    case Kind::date: return Sort::date;
    case Kind::open_text: return Sort::text;
    case Kind::consent: return Sort::flag;
    default: return options_of(question).empty() ? Sort::number : Sort::choice;
  }
}

/// Which comparisons make sense for a sort, and what to say when one does not.
struct Fit {
  Sort sort;
  bool equality, ordering, contains, in;
  const char* advice;
};
constexpr Fit fits[] = {
    {Sort::whole, false, false, false, false, "Name a part, such as q4.row, or use answered()."},
    {Sort::choice, true, false, false, true, "Compare a choice with ==, != or in."},
    {Sort::choices, true, false, true, true, "Ask a list of choices with contains or in."},
    {Sort::number, true, true, false, true, "Compare a number with ==, !=, <, <=, >, >= or in."},
    {Sort::text, true, false, true, true, "Compare a text with ==, !=, contains or in."},
    {Sort::date, true, true, false, true, "Compare a date with ==, !=, <, <=, >, >= or in."},
    {Sort::flag, true, false, false, false, "Compare consent with == true or == false."}};

bool fits_comparison(const Fit& fit, Comparison comparison) {
  switch (comparison) {
    case Comparison::equal:
    case Comparison::unequal: return fit.equality;
    case Comparison::contains: return fit.contains;
    case Comparison::in: return fit.in;
    default: return fit.ordering;
  }
}

class LogicChecker {
 public:
  LogicChecker(const Questionnaire& survey, std::vector<Problem>& problems)
      : survey_(survey), problems_(problems) {}

  void run() {
    const std::size_t count = survey_.questions.size();
    std::vector<char> reachable(count + 1, 0);
    if (count > 0) reachable[0] = 1;
    for (std::size_t i = 0; i < count; ++i) {
      const Question& question = survey_.questions[i];
      const std::string at = "/questions/" + std::to_string(i);
      if (!reachable[i])
        add(at, "question_unreachable", "No path through the logic leads to this question.");
      // What follows an unreachable question is judged as if it could be reached, so that one
      // mistake is reported once.
      bool goes_on = true;
      if (!question.show_if.empty()) {
        if (const auto shown = expression(question.show_if, i, at + "/show_if");
            shown && !shown->evaluate([](const Reference&) { return Given{}; }) &&
            shown->tests().empty())
          add(at + "/show_if", "question_unreachable", "This condition never holds.");
      }
      std::set<std::string> covered;
      bool always = false;
      for (std::size_t b = 0; b < question.logic.size(); ++b) {
        const Branch& branch = question.logic[b];
        const std::string pointer = at + "/logic/" + std::to_string(b);
        if (always)
          add(pointer, "branch_unreachable", "An earlier branch of this question always holds.");
        if (const auto target = target_of(branch, i, pointer + "/goto")) reachable[*target] = 1;
        if (const auto condition = expression(branch.condition, i + 1, pointer + "/if")) {
          always = always || condition->always();
          cover(*condition, i, covered);
        }
      }
      if (question.show_if.empty() && (always || all_covered(question, covered))) goes_on = false;
      if (goes_on) reachable[i + 1] = 1;
    }
  }

 private:
  void add(std::string pointer, std::string_view reason, std::string detail) {
    problems_.push_back({std::move(pointer), reason, std::move(detail)});
  }

  std::optional<std::size_t> target_of(const Branch& branch, std::size_t from,
                                       std::string pointer) {
    if (branch.target == "end") return survey_.questions.size();
    const Question* target = find(survey_, branch.target);
    if (!target) {
      add(std::move(pointer), "target_unknown",
          "No question has the id '" + branch.target + "'; \"end\" finishes the survey.");
      return std::nullopt;
    }
    const std::size_t index = index_of(survey_, *target);
    if (index <= from) {
      add(std::move(pointer), "logic_cycle",
          "'" + branch.target + "' does not come later; going back would ask in a circle.");
      return std::nullopt;
    }
    return index;
  }

  std::optional<Expression> expression(std::string_view text, std::size_t before,
                                       const std::string& pointer) {
    auto parsed = Expression::parse(text);
    if (!parsed) {
      add(pointer, parsed.error().reason, parsed.error().detail);
      return std::nullopt;
    }
    Expression out = std::move(parsed).value();
    out.bind(survey_);
    for (const Test& test : out.tests()) {
      check_reference(survey_, test.reference, before, pointer, problems_);
      if (test.reference.question != no_question && !test.answered) comparison(test, pointer);
    }
    return out;
  }

  void comparison(const Test& test, const std::string& pointer) {
    const Question& question = survey_.questions[test.reference.question];
    const std::string where = "At byte " + std::to_string(test.reference.position) + ": ";
    const Sort sort = sort_of(question, test.reference.part);
    const Fit& fit = *std::find_if(std::begin(fits), std::end(fits),
                                   [&](const Fit& f) { return f.sort == sort; });
    if (!fits_comparison(fit, test.comparison)) {
      const bool whole = sort == Sort::whole;
      add(pointer, whole ? "part_missing" : "comparison_unfit", where + fit.advice);
      return;
    }
    const std::vector<Option> options = options_of(question);
    const Scale scale = scale_of(question);
    const bool bounded = question.kind != Kind::number || question.scale;
    for (const Literal& literal : test.literals) {
      const auto is_option = [&](const Option& option) {
        return detail::compare(std::string_view(option.id), Comparison::equal, literal);
      };
      const auto* word = std::get_if<std::string>(&literal);
      const double* written = std::get_if<double>(&literal);
      const auto number = written ? std::optional(*written)
                          : word  ? detail::number_of(*word)
                                  : std::nullopt;
      const bool pinned = test.comparison == Comparison::equal ||
                          test.comparison == Comparison::unequal ||
                          test.comparison == Comparison::in;
      bool known = true;
      const char* advice = "";
      switch (sort) {
        case Sort::choice:
        case Sort::choices:
          known = std::any_of(options.begin(), options.end(), is_option);
          advice = "this is not an option of the question.";
          break;
        case Sort::number:
          known = number && (!pinned || !bounded ||
                             (*number >= static_cast<double>(scale.min) &&
                              *number <= static_cast<double>(scale.max)));
          advice = "write a number that the scale of the question has.";
          break;
        case Sort::date:
          known = word && is_calendar_date(*word);
          advice = "write a date as 'YYYY-MM-DD'.";
          break;
        case Sort::text:
          known = word != nullptr;
          advice = "write a text in quotes.";
          break;
        case Sort::flag:
          known = std::holds_alternative<bool>(literal);
          advice = "write true or false.";
          break;
        case Sort::whole: break;
      }
      if (!known) add(pointer, "literal_unknown", where + advice);
    }
  }

  /// Notes the options of question `index` for which a branch surely is taken.
  void cover(const Expression& condition, std::size_t index, std::set<std::string>& covered) const {
    const Question& question = survey_.questions[index];
    if (sort_of(question, "") != Sort::choice) return;
    for (const Option& option : options_of(question)) {
      const auto only_own = [&](const Test& test) {
        return test.reference.question == index && test.reference.part.empty();
      };
      if (std::all_of(condition.tests().begin(), condition.tests().end(), only_own) &&
          condition.evaluate(
              [&](const Reference&) -> Given { return std::string_view(option.id); }))
        covered.insert(option.id);
    }
  }
  static bool all_covered(const Question& question, const std::set<std::string>& covered) {
    return question.required && !covered.empty() && covered.size() == options_of(question).size();
  }

  const Questionnaire& survey_;
  std::vector<Problem>& problems_;
};

}  // namespace

void check_logic(const Questionnaire& survey, std::vector<Problem>& problems) {
  LogicChecker(survey, problems).run();
}

void check_reference(const Questionnaire& survey, const Reference& reference, std::size_t before,
                     const std::string& pointer, std::vector<Problem>& problems) {
  const std::string where = "At byte " + std::to_string(reference.position) + ": ";
  if (reference.hidden) {
    if (std::find(survey.hidden.begin(), survey.hidden.end(), reference.name) ==
        survey.hidden.end())
      problems.push_back({pointer, "reference_unknown",
                          where + "no hidden field is called '" + reference.name + "'."});
    return;
  }
  const Question* question = find(survey, reference.name);
  if (!question) {
    problems.push_back(
        {pointer, "reference_unknown", where + "no question has the id '" + reference.name + "'."});
    return;
  }
  if (index_of(survey, *question) >= before)
    problems.push_back({pointer, "reference_not_earlier",
                        where + "'" + reference.name + "' is not answered before this point."});
  if (reference.part.empty()) return;
  const bool known = question->kind == Kind::matrix
                         ? detail::match(question->rows, reference.part) != nullptr
                     : question->kind == Kind::contact
                         ? std::find(std::begin(contact_parts), std::end(contact_parts),
                                     reference.part) != std::end(contact_parts)
                         : reference.part == "other" && has_other(*question);
  if (!known)
    problems.push_back(
        {pointer, "part_unknown",
         where + "'" + reference.name + "' has no part '" + reference.part +
             "'; there are the rows of a matrix, name, email and phone of a contact, and other."});
}

}  // namespace insightflow::survey
