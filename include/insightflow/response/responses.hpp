#pragma once

#include <insightflow/identity/actor.hpp>
#include <insightflow/response/response.hpp>

#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace insightflow::response {

struct ResponsePage {
  std::vector<Response> items;
  std::optional<std::string> next;
};
BOOST_DESCRIBE_STRUCT(ResponsePage, (), (items, next))

/// Stored responses, for the members of a workspace. Needs `Permission::response_read` in the
/// workspace, or by a grant on the survey or its project.
class Responses {
 public:
  explicit Responses(identity::Scope scope) : scope_(scope) {}

  /// In the order in which they came in. Errors: `survey_unknown`, `cursor_unknown`.
  Result<ResponsePage> list(SurveyId survey, std::int64_t limit, std::string_view after);

  /// Errors: `response_unknown`.
  Result<Response> get(ResponseId id);

 private:
  identity::Scope scope_;
};

/// A stretch of the responses of a survey, by sequence number: behind `after`, up to `last`.
struct Stretch {
  std::int64_t after = 0;
  std::int64_t last = std::numeric_limits<std::int64_t>::max();
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
};

/// Calls `visit` for each response of a stretch with its sequence number, in the order in which
/// they came in, one at a time. The caller has made sure that the survey is the actor's.
Result<void> each_response(storage::Tx& tx, SurveyId survey, const Stretch& stretch,
                           FunctionRef<Result<void>(std::int64_t sequence, Response&&)> visit);

/// What one respondent of a survey sent, or nothing; `id` may be any text.
Result<std::optional<Submission>> find_submission(storage::Tx& tx, SurveyId survey,
                                                  std::string_view id);

}  // namespace insightflow::response

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<response::ResponsePage>();
}  // namespace insightflow
