#include <insightflow/draft.hpp>
#include <insightflow/survey/rules.hpp>

namespace insightflow {

Draft draft_of(survey::Survey survey, const bias::Options& options) {
  Draft out;
  for (Problem& problem : survey::check(survey))
    out.problems.push_back(
        {std::move(problem.pointer), std::string(problem.reason), std::move(problem.detail)});
  out.lint = bias::lint(survey, options);
  out.fixes = bias::fixes(survey, out.lint, options);
  out.survey = std::move(survey);
  return out;
}

template const Type& type_of<Draft>();

}  // namespace insightflow
