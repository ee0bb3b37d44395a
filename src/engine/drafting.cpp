#include <insightflow/core/json.hpp>
#include <insightflow/drafting.hpp>
#include <insightflow/insight/job_memory.hpp>
#include <insightflow/survey/rules.hpp>

#include <algorithm>
#include <set>

namespace insightflow {

namespace {

constexpr std::size_t least_questions = 3;
constexpr std::size_t reviewed_at_most = 20;  // findings of a model

using llm::Drops;

bool has_options(survey::Kind kind) {
  using enum survey::Kind;
  constexpr std::array kinds{single_choice, multiple_choice, ranking, matrix};
  return std::ranges::find(kinds, kind) != kinds.end();
}

// Writing questionnaires

Result<QuestionnaireDraft> local_draft(const survey::Brief& brief, const Ctx&) {
  // What the generator writes has more than a draft can say (logic, scales); see `generate`.
  BOOST_OUTCOME_TRY(const auto made, survey::generate(brief));
  QuestionnaireDraft out{made.title, made.description, {}};
  for (const survey::Question& question : made.questions) {
    QuestionDraft& draft =
        out.questions.emplace_back(QuestionDraft{question.kind, question.text, {}});
    for (const survey::Option& option : question.options) draft.options.push_back(option.label);
  }
  return out;
}

/// Kinds that a draft cannot say all of.
bool writable(survey::Kind kind) {
  using enum survey::Kind;
  constexpr std::array kinds{matrix, consent, contact, date, number};
  return std::ranges::find(kinds, kind) == kinds.end();
}

Result<void> check_draft(const survey::Brief& brief, QuestionnaireDraft& draft, Drops& drops) {
  const auto& must = brief.constraints.must_ask;
  const auto& kinds = brief.constraints.kinds;
  const auto is_must = [&](const std::string& text) {
    return std::ranges::find(must, text) != must.end();
  };
  std::set<std::string> seen;
  std::erase_if(draft.questions, [&](QuestionDraft& one) {
    if (!has_options(one.kind)) one.options.clear();
    const bool allowed = kinds.empty() || std::ranges::find(kinds, one.kind) != kinds.end();
    const std::string_view fault = !writable(one.kind)              ? "kind_unfit"
                                   : !allowed && !is_must(one.text) ? "kind_unfit"
                                   : !seen.insert(one.text).second  ? "question_repeated"
                                                                    : "";
    if (!fault.empty()) drops.add(fault);
    return !fault.empty();
  });
  // What the linter calls unusable is left out, unless it was asked for word for word.
  const auto report = bias::lint(questionnaire_of(draft, brief));
  std::set<std::string> unusable;
  for (const bias::Finding& finding : report.findings)
    if (finding.severity == bias::Severity::error) unusable.insert(finding.question_id);
  std::size_t position = 0;
  std::erase_if(draft.questions, [&](const QuestionDraft& one) {
    const bool drop = unusable.contains("q" + std::to_string(++position)) && !is_must(one.text);
    if (drop) drops.add("linter_error");
    return drop;
  });
  std::vector<Problem> problems;
  for (const std::string& text : must)
    if (std::ranges::find(draft.questions, text, &QuestionDraft::text) == draft.questions.end())
      problems.push_back({"/questions", "must_ask_missing",
                          "A question that must be asked word for word is missing."});
  if (draft.questions.size() < least_questions)
    problems.push_back({"/questions", "questions_missing",
                        "There are fewer than three questions of the kinds that are allowed."});
  const auto most = static_cast<std::size_t>(brief.constraints.count) + 2;
  if (draft.questions.size() > most)
    problems.push_back(
        {"/questions", "questions_many", "There are more questions than were asked for."});
  if (problems.empty()) problems = survey::check(questionnaire_of(draft, brief));
  if (!problems.empty()) return invalid(std::move(problems));
  return success();
}

// Looking for bias

struct Place {
  std::string field;
  std::size_t start = 0;
};

/// Where words stand in a question.
std::optional<Place> find_words(const survey::Question& question, const std::string& words) {
  if (const auto at = question.text.find(words); at != std::string::npos) return Place{"text", at};
  for (std::size_t i = 0; i < question.options.size(); ++i)
    if (const auto at = question.options[i].label.find(words); at != std::string::npos)
      return Place{"options/" + std::to_string(i) + "/label", at};
  return std::nullopt;
}

Result<BiasOut> nothing_more(const BiasIn&, const Ctx&) {
  return BiasOut{};
}

bool fit(std::string_view text) {
  return std::ranges::none_of(text,
                              [](char c) {
                                return static_cast<unsigned char>(c) < 0x20 || c == '<' ||
                                       c == '>' || c == 0x7F;
                              }) &&
         text.find("://") == text.npos;
}

Result<void> check_claims(const BiasIn& in, BiasOut& out, Drops& drops) {
  std::set<std::pair<std::string, std::string>> seen;
  std::erase_if(out.findings, [&](const BiasClaim& claim) {
    const auto question = std::ranges::find(in.questions, claim.question_id, &WordedQuestion::id);
    const auto holds = [&](const std::string& text) { return text.find(claim.words) != text.npos; };
    const std::string_view fault =
        question == in.questions.end()                                             ? "id_unknown"
        : !holds(question->text) && std::ranges::none_of(question->options, holds) ? "quote_unknown"
        : !fit(claim.message) || !fit(claim.suggestion)                            ? "text_unfit"
        : !seen.emplace(claim.question_id, claim.words).second                     ? "id_repeated"
        : seen.size() > reviewed_at_most                                           ? "too_many"
                                                                                   : "";
    if (!fault.empty()) drops.add(fault);
    return !fault.empty();
  });
  return success();
}

std::vector<BiasIn> halve_questions(const BiasIn& in) {
  if (in.questions.size() < 2) return {};
  BiasIn first{in.language, {}, {}}, second{in.language, {}, {}};
  for (std::size_t i = 0; i < in.questions.size(); ++i) {
    BiasIn& half = i < in.questions.size() / 2 ? first : second;
    half.questions.push_back(in.questions[i]);
    for (const KnownProblem& known : in.known)
      if (known.question_id == in.questions[i].id) half.known.push_back(known);
  }
  return {std::move(first), std::move(second)};
}

BiasOut all_claims(const BiasIn&, std::vector<BiasOut> parts) {
  BiasOut out;
  for (BiasOut& part : parts)
    std::move(part.findings.begin(), part.findings.end(), std::back_inserter(out.findings));
  return out;
}

bool overlaps(const bias::Finding& a, const bias::Finding& b) {
  return a.question_id == b.question_id && a.field == b.field && a.span.start < b.span.end &&
         b.span.start < a.span.end;
}

}  // namespace

survey::Questionnaire questionnaire_of(const QuestionnaireDraft& draft,
                                       const survey::Brief& brief) {
  survey::Questionnaire out;
  out.title = draft.title;
  out.description = draft.intro;
  out.language = brief.language;
  for (const QuestionDraft& one : draft.questions) {
    survey::Question& question = out.questions.emplace_back();
    question.id = "q" + std::to_string(out.questions.size());
    question.kind = one.kind;
    question.text = one.text;
    for (const std::string& label : one.options) question.options.push_back({label, label});
  }
  return out;
}

const llm::Task<survey::Brief, QuestionnaireDraft> generate_questions{.name = "generate_questions",
                                                                      .tier = llm::Tier::best,
                                                                      .max_output_tokens = 6000,
                                                                      .local = local_draft,
                                                                      .check = check_draft};

const llm::Task<BiasIn, BiasOut> detect_bias{.name = "detect_bias",
                                             .max_output_tokens = 4096,
                                             .local = nothing_more,
                                             .check = check_claims,
                                             .halve = halve_questions,
                                             .merge = all_claims};

Result<Review> review(const survey::Questionnaire& questionnaire, const bias::Options& options,
                      const llm::Run& run, const Ctx& ctx) {
  Review out{bias::lint(questionnaire, options), {}};
  BiasIn in{questionnaire.language, {}, {}};
  for (const survey::Question& question : questionnaire.questions) {
    WordedQuestion& worded =
        in.questions.emplace_back(WordedQuestion{question.id, question.text, {}});
    for (const survey::Option& option : question.options) worded.options.push_back(option.label);
  }
  for (const bias::Finding& finding : out.report.findings)
    in.known.push_back({finding.question_id, finding.message});
  BOOST_OUTCOME_TRY(auto done, llm::run(detect_bias, in, run, ctx));
  out.spoken = std::move(done.spoken);
  if (options.least > bias::Severity::note) return out;
  Drops drops;
  for (const llm::Dropped& one : out.spoken.dropped) drops.add(one.reason, one.count);
  for (BiasClaim& claim : done.value.findings) {
    const auto question =
        std::ranges::find(questionnaire.questions, claim.question_id, &survey::Question::id);
    const auto place = find_words(*question, claim.words);
    bias::Finding finding{
        .rule = std::string(reviewed_rule),
        .severity = bias::Severity::note,
        .confidence = bias::Confidence::low,
        .question_id = claim.question_id,
        .field = place->field,
        .pointer = "/questions/" + std::to_string(question - questionnaire.questions.begin()) +
                   "/" + place->field,
        .span = {static_cast<std::int64_t>(place->start),
                 static_cast<std::int64_t>(place->start + claim.words.size())},
        .message = std::move(claim.message),
        .suggestion = std::move(claim.suggestion),
        .source = out.spoken.engine + ", prompt detect_bias " + out.spoken.prompt_version};
    if (std::ranges::any_of(out.report.findings,
                            [&](const bias::Finding& known) { return overlaps(known, finding); })) {
      drops.add("found_already");
      continue;
    }
    out.report.findings.push_back(std::move(finding));
    ++out.report.counts.notes;
  }
  out.spoken.dropped = drops.all();
  return out;
}

Result<jobs::JobHistory> start_generation(const identity::Scope& scope, const survey::Brief& brief,
                                          std::string_view key, const llm::Voice* voice) {
  BOOST_OUTCOME_TRY(scope.require(identity::Permission::survey_edit));
  // A brief that nobody could serve is refused at once, not by a job.
  const bool model = voice != nullptr && voice->client != nullptr;
  if (const auto made = survey::generate(brief);
      !made && !(model && made.error().reason == "language_unsupported"))
    return made.error();
  jobs::Queue queue(scope.db, scope.clock, scope.ids, scope.origin);
  return scope.db.write([&](storage::Tx& tx) -> Result<jobs::JobHistory> {
    BOOST_OUTCOME_TRY(const auto id, queue.enqueue(tx,
                                                   {.workspace_id = scope.actor.workspace,
                                                    .kind = std::string(generation_job),
                                                    .priority = jobs::Priority::high,
                                                    .unique_key = std::string(key)},
                                                   to_json_text(brief)));
    return queue.get(tx, scope.actor.workspace, id);
  });
}

jobs::Handler generation_handler(storage::Database& db, const Clock& clock, IdSource& ids,
                                 const llm::Voice* voice) {
  return [&db, &clock, &ids, voice](const jobs::Job& job, const Ctx& ctx) -> Result<void> {
    jobs::Queue queue(db, clock, ids);
    BOOST_OUTCOME_TRY(const auto input, queue.input(job));
    BOOST_OUTCOME_TRY(const auto brief, from_json_text<survey::Brief>(input, Audience::storage));
    ctx.report("writing_questions", 0, 1);
    llm::Run speaker{.workspace = job.workspace_id, .origin = "job " + job.id.str()};
    std::unique_ptr<llm::Client> memory;
    if (voice != nullptr && voice->client != nullptr) {
      speaker.voice = *voice;
      BOOST_OUTCOME_TRY(speaker.prompts, db.read([&](storage::Tx& tx) {
        return llm::prompts_in_force(tx, job.workspace_id);
      }));
      BOOST_OUTCOME_TRY(memory, insight::job_memory(queue, job, *voice->client));
      speaker.voice.client = memory.get();
    }
    BOOST_OUTCOME_TRY(const auto done, llm::run(generate_questions, brief, speaker, ctx));
    survey::Survey survey;
    if (done.spoken.engine == "local") {
      BOOST_OUTCOME_TRY(static_cast<survey::Questionnaire&>(survey), survey::generate(brief));
    } else {
      static_cast<survey::Questionnaire&>(survey) = questionnaire_of(done.value, brief);
    }
    BOOST_OUTCOME_TRY(ctx.check());
    // The worker acts for the workspace that asked.
    survey::Surveys surveys(
        {db, clock, ids, {job.workspace_id, identity::Role::editor}, ctx.origin});
    return db.write([&](storage::Tx& tx) -> Result<void> {
      BOOST_OUTCOME_TRY(const auto made, surveys.create(tx, survey));
      return queue.complete(tx, job, {made.id.str(), done.spoken.engine, done.spoken.fallback});
    });
  };
}

}  // namespace insightflow

namespace insightflow {
template const Type& type_of<Review>();
template const Type& type_of<QuestionnaireDraft>();
template const Type& type_of<BiasIn>();
template const Type& type_of<BiasOut>();
}  // namespace insightflow
