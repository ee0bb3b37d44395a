#pragma once

#include "http/form_guard.hpp"
#include "http/message.hpp"

#include <insightflow/engine.hpp>

namespace insightflow::http {

/// The public survey below /s/: shows its pages and takes the answers. A form carries no authority
/// of its own (there are no cookies), so one that another site sends gains nothing; it is shown
/// again all the same, because its answers may not be the respondent's. Thread-safe; what it is
/// made from must outlive it.
class SurveyPage {
 public:
  SurveyPage(Engine& engine, const FormGuard& guard, const Clock& clock);

  /// GET, HEAD or POST of /s/{slug}.
  Response answer(const Request& request) const;

  /// Counts answers that were not taken.
  void count(FormFault fault) const;

 private:
  Engine& engine_;
  const FormGuard& guard_;
  const Clock& clock_;
};

/// Whether the form was sent by a page of another origin, as far as the browser tells.
bool is_foreign(const Request& request);

}  // namespace insightflow::http
