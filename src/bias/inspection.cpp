#include "bias/inspection.hpp"

#include <insightflow/core/json.hpp>

#include <algorithm>

namespace insightflow::bias {

namespace {

bool is_closed(const survey::Question& question) {
  switch (question.kind) {
    case Kind::open_text:
    case Kind::number:
    case Kind::date:
    case Kind::contact: return false;
    default: return true;
  }
}

void read_answers(Item& item) {
  const survey::Question& question = *item.question;
  std::vector<std::string_view> labels;
  item.closed = is_closed(question);
  item.listed = !question.options.empty();
  if (item.listed)
    for (const survey::Option& option : question.options) labels.push_back(option.label);
  else if (question.scale && item.closed)
    for (std::int64_t value = question.scale->min;
         value <= question.scale->max && labels.size() < 101; ++value) {
      const auto label = question.scale->labels.find(std::to_string(value));
      labels.push_back(label == question.scale->labels.end() ? std::string_view()
                                                             : std::string_view(label->second));
    }
  item.list = read_labels(labels);
  if (item.listed)
    for (const survey::Option& option : question.options) {
      item.list.has_other = item.list.has_other || option.other;
      item.list.has_none = item.list.has_none || option.exclusive;
    }
  if (question.kind == Kind::multiple_choice || question.kind == Kind::ranking ||
      question.kind == Kind::yes_no || question.kind == Kind::consent)
    return;
  if (!item.listed) {
    item.rating_scale = survey::is_scaled(question.kind);
    const survey::Scale scale = survey::scale_of(question);
    item.points = scale.max - scale.min + 1;
    return;
  }
  const bool counts = item.list.numeric && item.text.has(Mark::count_stem);
  item.rating_scale = !counts && item.list.construct != Construct::yes_no &&
                      (item.list.numeric || item.list.ordinal);
  item.points = static_cast<std::int64_t>(item.list.substantive);
}

/// "Net Promoter Score (NPS)" and "NPS (Net Promoter Score)" spell the term out for all that
/// follows.
void learn_terms(const Text& text, std::set<std::string, std::less<>>& terms) {
  for (std::size_t i = 0; i < text.tokens.size(); ++i) {
    const Token& token = text.tokens[i];
    if (!token.acronym) continue;
    const bool follows_words = token.bracketed && i > 0 && !text.tokens[i - 1].bracketed;
    const bool words_follow = !token.bracketed && i + 1 < text.tokens.size() &&
                              text.tokens[i + 1].bracketed && text.tokens[i + 1].before == '(';
    if (follows_words || words_follow) terms.insert(token.word);
  }
}

/// The names in a condition, without parsing it: words outside quotation marks.
void learn_names(std::string_view condition, std::set<std::string, std::less<>>& names) {
  const auto part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  char quoted = 0;
  for (std::size_t at = 0; at < condition.size();) {
    const char c = condition[at];
    if (quoted || !part(c)) {
      if (quoted ? c == quoted : c == '\'' || c == '"') quoted = quoted ? '\0' : c;
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < condition.size() && part(condition[end])) ++end;
    names.emplace(condition.substr(at, end - at));
    at = end;
  }
}

}  // namespace

void inspect(const survey::Questionnaire& survey, const Options& options, Inspection& out) {
  out.survey = &survey;
  out.options = &options;
  for (const std::string& term : options.jargon) out.known_terms.insert(lower(term));
  learn_terms(analyse(survey.title), out.known_terms);
  learn_terms(analyse(survey.description), out.known_terms);
  out.items.reserve(survey.questions.size());
  for (std::size_t i = 0; i < survey.questions.size(); ++i) {
    Item item;
    item.question = &survey.questions[i];
    item.index = i;
    item.survey = &out;
    item.text = analyse(item.question->text);
    learn_terms(item.text, out.known_terms);
    learn_names(item.question->show_if, out.decisive);
    for (const survey::Branch& branch : item.question->logic) {
      out.branched_to.insert(branch.target);
      learn_names(branch.condition, out.decisive);
    }
    if (!item.question->help.empty()) learn_terms(analyse(item.question->help), out.known_terms);
    read_answers(item);
    out.items.push_back(std::move(item));
  }
}

void Sink::add(const Item* item, std::string field, std::string pointer, Span span, Remark remark) {
  Finding finding;
  finding.rule = rule_.id;
  finding.severity = remark.severity.value_or(rule_.severity);
  finding.confidence = remark.confidence;
  if (item) finding.question_id = item->question->id;
  finding.field = std::move(field);
  finding.pointer = std::move(pointer);
  finding.span = span;
  finding.message = std::move(remark.message);
  finding.suggestion = std::move(remark.suggestion);
  finding.source = rule_.source;
  if (finding.severity >= inspection_.options->least) findings_.push_back(std::move(finding));
}

void Sink::text(const Item& item, Span span, Remark remark) {
  add(&item, "text", "/questions/" + std::to_string(item.index) + "/text", span, std::move(remark));
}

void Sink::option(const Item& item, std::size_t option, Remark remark) {
  const std::string at = std::to_string(option);
  const auto length = static_cast<std::int64_t>(item.list.labels[option].source.size());
  const std::string base = "/questions/" + std::to_string(item.index);
  if (item.listed) {
    add(&item, "options/" + at + "/label", base + "/options/" + at, {0, length}, std::move(remark));
    return;
  }
  const std::string value = std::to_string(item.question->scale->min + std::int64_t(option));
  add(&item, "scale/labels/" + value, base + "/scale/labels/" + value, {0, length},
      std::move(remark));
}

void Sink::field(const Item& item, std::string_view field, Remark remark) {
  add(&item, std::string(field),
      "/questions/" + std::to_string(item.index) + "/" + std::string(field), {}, std::move(remark));
}

void Sink::whole(std::string_view field, Remark remark) {
  add(nullptr, std::string(field), "/" + std::string(field), {}, std::move(remark));
}

Span span_of(const Text& text, std::uint32_t first, std::uint32_t last) {
  return {text.tokens[first].start, text.tokens[last].end};
}

Span whole_text(const Item& item) {
  return {0, static_cast<std::int64_t>(item.question->text.size())};
}

std::string quote(std::string_view words) {
  return "\"" + std::string(words) + "\"";
}

std::string replaced(std::string_view text, Span span, std::string_view by) {
  std::string out(text.substr(0, static_cast<std::size_t>(span.start)));
  out += by;
  out += text.substr(static_cast<std::size_t>(span.end));
  std::string tidy;
  for (const char c : out) {
    const bool closes = c == ' ' || c == '?' || c == '.' || c == ',';
    if (closes && !tidy.empty() && tidy.back() == ' ') tidy.pop_back();
    if (c == ' ' && tidy.empty()) continue;
    tidy += c;
  }
  if (!tidy.empty() && tidy[0] >= 'a' && tidy[0] <= 'z') tidy[0] = static_cast<char>(tidy[0] - 32);
  return tidy;
}

bool plain(const Text& text, const Hit& hit) {
  return !text.tokens[hit.first].quoted && !text.tokens[hit.first].bracketed;
}

bool yes_or_no(const Item& item) {
  return item.kind() == Kind::yes_no || item.list.construct == Construct::yes_no;
}

}  // namespace insightflow::bias
