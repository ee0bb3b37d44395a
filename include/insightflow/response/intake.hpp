#pragma once

#include <insightflow/core/id_source.hpp>
#include <insightflow/response/validate.hpp>
#include <insightflow/storage/database.hpp>
#include <insightflow/survey/survey.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace insightflow::response {

/// Where a response came in.
enum class Source { api, page, file };
BOOST_DESCRIBE_ENUM(Source, api, page, file)

/// What the respondent is told.
struct Receipt {
  ResponseId id;
  bool repeated = false;  ///< The idempotency key was known: this is the first try's answer.
};
BOOST_DESCRIBE_STRUCT(Receipt, (), (id, repeated))

/// A published survey as respondents meet it.
struct OpenSurvey {
  SurveyId id;
  std::int64_t version = 0;
  Validator validator;
};

/// Takes answers from the public. Knows no actor: whoever has the slug may answer. Safe from
/// several threads; published versions are immutable and kept in memory, so the usual submit costs
/// one shared commit.
class Intake {
 public:
  Intake(storage::Database& db, const Clock& clock, IdSource& ids);
  ~Intake();

  /// The survey behind a slug, if it takes answers now. Errors: `survey_unknown`,
  /// `survey_not_open`, `survey_closed`, `survey_full`.
  Result<OpenSurvey> open(std::string_view slug);

  /// The survey behind a slug, whether or not it takes answers now, unless it `must_be_open`: for
  /// whoever may be repeating an answer that was taken. Errors: `survey_unknown`, and those of
  /// `open`.
  Result<OpenSurvey> find(std::string_view slug, bool must_be_open = false);

  /// Validates and stores one response; durable when it returns. With an `idempotency_key` a second
  /// call with the same content returns the first receipt, and with other content is the error
  /// `idempotency_key_reused`. Errors: those of `open` and of `validate`.
  Result<Receipt> submit(std::string_view slug, const Submission& submission,
                         std::string_view idempotency_key = {}, Source source = Source::api);

 private:
  struct Cache;
  storage::Database& db_;
  const Clock& clock_;
  IdSource& ids_;
  std::unique_ptr<Cache> cache_;
};

}  // namespace insightflow::response

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<response::Receipt>();
}  // namespace insightflow
