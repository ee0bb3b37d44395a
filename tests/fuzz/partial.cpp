#include "target.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/insight/partial.hpp>

using namespace insightflow;
using fuzz::require;

namespace {

const insight::Dataset& frame() {
  static const auto out = [] {
    insight::Dataset dataset;
    dataset.questionnaire =
        from_json_text<survey::Questionnaire>(R"json({"title":"F","language":"en","questions":[
          {"id":"score","kind":"nps","text":"?"},{"id":"why","kind":"open_text","text":"?"}]})json")
            .value();
    return dataset;
  }();
  return out;
}

/// A plan that fits what a partial claims to have been read with.
insight::Plan plan_for(const insight::Partial& partial) {
  insight::Plan plan;
  for (const auto& texts : partial.readings.texts) {
    auto& planned = plan.texts[texts.question == 1 ? "why" : "score/other"];
    planned.codebook.themes.resize(texts.counts.sizes.size());
    planned.phrases.resize(texts.phrases.size());
  }
  plan.settings = insight::sample_part(frame(), 0, {}).value().settings;
  return plan;
}

}  // namespace

/// Samples, plans and partials from elsewhere: what is accepted prints as the same, can be merged
/// and finished without harm; all else is refused with a reason.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text = fuzz::text_of(data, size);
  const auto refused = [](const auto& result) {
    if (result) return false;
    require(!result.error().reason.empty() && !result.error().detail.empty(), "a refusal says why");
    return true;
  };
  if (const auto sample = insight::parse_sample(text); !refused(sample)) {
    require(insight::parse_sample(insight::serialise(sample.value())).value() == sample.value(),
            "a sample reads back as the same");
    insight::Sample twice = sample.value();
    (void)insight::merge(twice, sample.value());
    (void)insight::make_plan(twice, {});
  }
  if (const auto plan = insight::parse_plan(text); !refused(plan))
    (void)insight::Partial::of(frame(), 0, plan.value(), {});
  const auto partial = insight::parse_partial(text);
  if (refused(partial)) return 0;
  require(insight::parse_partial(insight::serialise(partial.value())).value() == partial.value(),
          "a partial reads back as the same");
  insight::Partial twice = partial.value();
  (void)insight::merge(twice, partial.value());
  insight::Partial fitting = partial.value();
  const insight::Plan plan = plan_for(fitting);
  fitting.plan = insight::Partial::of(frame(), 0, plan, {}).value().plan;
  (void)insight::finish(fitting, plan, frame(), {});
  return 0;
}
