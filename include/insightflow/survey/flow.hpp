#pragma once

#include <insightflow/survey/expression.hpp>
#include <insightflow/survey/localise.hpp>

#include <vector>

namespace insightflow::survey {

/// Questions that are shown together, as indexes: [first, last).
struct Page {
  std::size_t first = 0;
  std::size_t last = 0;
};

/// The logic of one questionnaire, parsed once. Immutable: safe to use from several threads. Does
/// not keep the questionnaire.
class Flow {
 public:
  /// Errors: those of `Expression::parse`, with the pointer of the expression. Targets that are
  /// unknown or lie behind are passed over; `check` in rules.hpp refuses them at publishing.
  static Result<Flow> build(const Questionnaire& survey) {
    Flow flow;
    flow.steps_.resize(survey.questions.size());
    for (std::size_t i = 0; i < survey.questions.size(); ++i) {
      const Question& question = survey.questions[i];
      const std::string pointer = "/questions/" + std::to_string(i);
      Step& step = flow.steps_[i];
      if (!question.show_if.empty()) {
        BOOST_OUTCOME_TRY(auto shown, compile(survey, question.show_if, pointer + "/show_if"));
        step.show_if.push_back(std::move(shown));
      }
      for (std::size_t b = 0; b < question.logic.size(); ++b) {
        const Branch& branch = question.logic[b];
        BOOST_OUTCOME_TRY(auto condition, compile(survey, branch.condition,
                                                  pointer + "/logic/" + std::to_string(b) + "/if"));
        std::size_t target = survey.questions.size();
        if (branch.target != "end") {
          const Question* found = find(survey, branch.target);
          target = found ? static_cast<std::size_t>(found - survey.questions.data()) : 0;
        }
        if (target > i) step.branches.push_back({std::move(condition), target});
      }
    }
    flow.set_pages(survey);
    return flow;
  }

  /// Indexes of the questions that are really asked, given the answers so far, in order. An answer
  /// to a question that is not asked counts as none. `lookup(const Reference&)` returns a `Given`;
  /// see `Expression::evaluate`. Linear in the questionnaire.
  template <class Lookup>
  std::vector<std::size_t> asked(const Lookup& lookup) const {
    std::vector<std::size_t> path;
    path.reserve(steps_.size());
    std::vector<char> on_path(steps_.size(), 0);
    const auto visible = [&](const Reference& reference) -> Given {
      if (!reference.hidden && reference.question != no_question && !on_path[reference.question])
        return {};
      return lookup(reference);
    };
    for (std::size_t i = 0; i < steps_.size();) {
      const Step& step = steps_[i];
      std::size_t next = i + 1;
      if (step.show_if.empty() || step.show_if.front().evaluate(visible)) {
        path.push_back(i);
        on_path[i] = 1;
        for (const Jump& jump : step.branches)
          if (jump.condition.evaluate(visible)) {
            next = jump.target;
            break;
          }
      }
      i = next;
    }
    return path;
  }

  /// False where every question is asked of everybody.
  bool branches() const noexcept {
    return std::any_of(steps_.begin(), steps_.end(), [](const Step& step) {
      return !step.show_if.empty() || !step.branches.empty();
    });
  }

  /// The questionnaire cut so that a server which shows page by page can follow the logic: a page
  /// ends with its section, behind a question with branches, and before a question whose condition
  /// or piped text needs an answer from the same page.
  const std::vector<Page>& pages() const noexcept { return pages_; }

 private:
  struct Jump {
    Expression condition;
    std::size_t target;
  };
  struct Step {
    std::vector<Expression> show_if;  ///< None or one.
    std::vector<Jump> branches;
  };

  static Result<Expression> compile(const Questionnaire& survey, std::string_view text,
                                    std::string pointer) {
    auto expression = Expression::parse(text);
    if (!expression) {
      Error error = std::move(expression).error();
      error.pointer = std::move(pointer);
      return error;
    }
    expression.value().bind(survey);
    return expression;
  }

  void set_pages(const Questionnaire& survey) {
    Page page;
    const auto on_page = [&](std::size_t question) {
      return question != no_question && question >= page.first && question < page.last;
    };
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      const Question& question = survey.questions[i];
      const auto names_page = [&](const Reference& reference) {
        const Question* found = reference.hidden ? nullptr : find(survey, reference.name);
        return found && on_page(static_cast<std::size_t>(found - survey.questions.data()));
      };
      bool cut = i > 0 && (question.section != survey.questions[i - 1].section ||
                           !steps_[i - 1].branches.empty());
      for (const Expression& shown : steps_[i].show_if)
        for (const Test& test : shown.tests()) cut = cut || on_page(test.reference.question);
      for (const std::string* text : {&question.text, &question.help})
        for (const Reference& reference : piped(*text)) cut = cut || names_page(reference);
      if (cut) {
        pages_.push_back(page);
        page.first = i;
      }
      page.last = i + 1;
    }
    if (page.last > page.first) pages_.push_back(page);
  }

  std::vector<Step> steps_;
  std::vector<Page> pages_;
};

}  // namespace insightflow::survey
