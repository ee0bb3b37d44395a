#include "http/pages.hpp"

#include "http/page_question.hpp"
#include "http/page_words.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/survey/flow.hpp>
#include <insightflow/survey/localise.hpp>

#include <charconv>

namespace insightflow::http {

namespace {

using response::Submission;
using response::Validator;
using survey::Kind;
using survey::Question;
using survey::Questionnaire;

constexpr std::string_view right_to_left[] = {"ar", "dv", "fa", "he", "ps", "ur", "yi"};

std::optional<std::size_t> index_in(std::string_view text) {
  std::size_t out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return out;
}

/// "a.q4.2" is the kind of field 'a', the question "q4" and its part "2".
struct FieldName {
  char sort = 0;
  std::string_view question;
  std::string_view part;
};
std::optional<FieldName> split_name(std::string_view name) {
  if (name.size() < 3 || name[1] != '.') return std::nullopt;
  FieldName out{name[0], name.substr(2), {}};
  if (const std::size_t dot = out.question.find('.'); dot != out.question.npos) {
    out.part = out.question.substr(dot + 1);
    out.question = out.question.substr(0, dot);
  }
  return out;
}

/// A number as people type it, with a comma for the point perhaps; else the text as it is.
response::Value number_or_text(const std::string& text) {
  std::string plain(survey::trimmed(text));
  if (plain.find('.') == plain.npos && std::count(plain.begin(), plain.end(), ',') == 1)
    plain[plain.find(',')] = '.';
  if (const auto number = survey::detail::number_of(plain)) return *number;
  return text;
}

/// Places and options by question id.
using Ranks = std::map<std::string, std::vector<std::pair<std::size_t, std::string>>>;

void put(Submission& submission, const Question& question, std::string_view part,
         const std::string& text, Ranks& ranks) {
  using Parts = std::map<std::string, std::string>;
  response::Value& value = submission.answers[question.id].value;
  switch (question.kind) {
    case Kind::multiple_choice: {
      if (!std::holds_alternative<std::vector<std::string>>(value))
        value = std::vector<std::string>{};
      std::get<std::vector<std::string>>(value).push_back(text);
      return;
    }
    case Kind::ranking: {
      const auto option = index_in(part), place = index_in(survey::trimmed(text));
      if (!option || *option >= question.options.size() || !place || *place == 0 || *place > 500)
        return;
      ranks[question.id].emplace_back(*place, question.options[*option].id);
      return;
    }
    case Kind::matrix:
    case Kind::contact: {
      if (!std::holds_alternative<Parts>(value)) value = Parts{};
      const auto row = index_in(part);
      if (question.kind == Kind::contact)
        std::get<Parts>(value)[std::string(part)] = text;
      else if (row && *row < question.rows.size())
        std::get<Parts>(value)[question.rows[*row].id] = text;
      return;
    }
    case Kind::consent: value = text == "true"; return;
    case Kind::number: value = number_or_text(text); return;
    default:
      if (survey::is_scaled(question.kind) && question.options.empty())
        value = number_or_text(text);
      else
        value = text;
  }
}

auto lookup_in(const Submission& submission) {
  return [&](const survey::Reference& reference) { return response::given(submission, reference); };
}

/// Indexes of the pages that have something to ask, and the submission without answers that are no
/// longer asked for.
struct PagePath {
  Submission submission;
  std::vector<std::size_t> asked;
  std::vector<std::size_t> pages;
};

PagePath path_through(const Validator& validator, Submission submission) {
  const Questionnaire& survey = validator.questionnaire();
  const auto& pages = validator.flow().pages();
  PagePath out;
  out.asked = validator.flow().asked(lookup_in(submission));
  const auto is_asked = [&](const std::string& id) {
    const Question* question = survey::find(survey, id);
    return question &&
           std::binary_search(out.asked.begin(), out.asked.end(),
                              static_cast<std::size_t>(question - survey.questions.data()));
  };
  std::erase_if(submission.answers, [&](const auto& entry) { return !is_asked(entry.first); });
  std::erase_if(submission.other, [&](const auto& entry) {
    // Words typed before another option was chosen are dropped with the option.
    const auto answer = submission.answers.find(entry.first);
    const Question* question = survey::find(survey, entry.first);
    if (answer == submission.answers.end() || !question) return true;
    const auto* text = std::get_if<std::string>(&answer->second.value);
    const auto* list = std::get_if<std::vector<std::string>>(&answer->second.value);
    return std::none_of(question->options.begin(), question->options.end(), [&](const auto& o) {
      return o.other && ((text && *text == o.id) ||
                         (list && std::find(list->begin(), list->end(), o.id) != list->end()));
    });
  });
  out.submission = std::move(submission);
  for (std::size_t i = 0; i < pages.size(); ++i)
    if (std::any_of(out.asked.begin(), out.asked.end(), [&](std::size_t question) {
          return question >= pages[i].first && question < pages[i].last;
        }))
      out.pages.push_back(i);
  return out;
}

/// The id of the question a problem is about; empty where it is about none.
std::string_view question_of(const Problem& problem) {
  for (const std::string_view prefix : {"/answers/", "/other/"})
    if (problem.pointer.starts_with(prefix)) {
      const std::string_view rest = std::string_view(problem.pointer).substr(prefix.size());
      return rest.substr(0, rest.find('/'));
    }
  return {};
}

std::optional<std::size_t> page_of(const Validator& validator, std::string_view id) {
  const Questionnaire& survey = validator.questionnaire();
  const Question* question = survey::find(survey, id);
  if (!question) return std::nullopt;
  const auto index = static_cast<std::size_t>(question - survey.questions.data());
  const auto& pages = validator.flow().pages();
  for (std::size_t i = 0; i < pages.size(); ++i)
    if (index >= pages[i].first && index < pages[i].last) return i;
  return std::nullopt;
}

std::uint64_t seed_of(std::string_view token) {
  std::uint64_t out = 0xcbf29ce484222325u;  // FNV-1a
  for (const char c : token) out = (out ^ static_cast<unsigned char>(c)) * 0x100000001b3u;
  return out;
}

/// A field that only machines fill in. Browsers do not complete it, and what reads pages aloud is
/// told to leave it out; who sees it all the same can read what to do.
std::string trap(const PageWords& words) {
  return "<div class=\"apart\" aria-hidden=\"true\"><label>" + escape_html(words.leave_empty) +
         "<input name=\"" + std::string(trap_field) +
         "\" value=\"\" tabindex=\"-1\" autocomplete=\"off\"></label></div>";
}

std::string_view fault_text(FormFault fault, const PageWords& words) {
  switch (fault) {
    case FormFault::trapped: return words.fault_trapped;
    case FormFault::hurried: return words.fault_hurried;
    case FormFault::expired:
    case FormFault::forged: return words.fault_renewed;
    case FormFault::replayed: return words.fault_replayed;
    case FormFault::unworked: return words.fault_unworked;
    case FormFault::foreign: return words.fault_foreign;
  }
  return words.fault_renewed;
}

}  // namespace

std::string render_document(std::string_view language, const std::string& title,
                            const std::string& body, const PageFrame& frame) {
  const std::string_view main = language.substr(0, language.find('-'));
  const bool mirrored = std::find(std::begin(right_to_left), std::end(right_to_left), main) !=
                        std::end(right_to_left);
  std::string out = "<!doctype html>\n<html lang=\"" + escape_html(language) + "\" dir=\"" +
                    (mirrored ? "rtl" : "ltr") +
                    "\"><head><meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                    "<meta name=\"robots\" content=\"noindex\"><title>" +
                    escape_html(title) + "</title><style";
  if (!frame.nonce.empty()) out += " nonce=\"" + escape_html(frame.nonce) + "\"";
  out += ">";
  out += page_style();
  return out + "</style></head><body>" + body + "</body></html>\n";
}

std::string field_value(const FormFields& fields, std::string_view name) {
  for (const auto& [key, value] : fields)
    if (key == name) return value;
  return {};
}

std::string hidden_input(std::string_view name, std::string_view value) {
  return "<input type=\"hidden\" name=\"" + escape_html(name) + "\" value=\"" + escape_html(value) +
         "\">";
}

std::string notice_body(std::string_view mark, const std::string& title, const std::string& text) {
  return "<main><div class=\"notice\"><div class=\"tick\" aria-hidden=\"true\">" +
         std::string(mark) + "</div><h1>" + escape_html(title) + "</h1><p>" + escape_html(text) +
         "</p></div></main>";
}

PageState first_page(const Validator& validator, const FormFields& query,
                     std::string_view accept_language, std::string token) {
  const Questionnaire& survey = validator.questionnaire();
  PageState out;
  out.token = std::move(token);
  for (const std::string& name : survey.hidden)
    if (const std::string value = field_value(query, name); !value.empty())
      out.fields.push_back({"h." + name, value});
  // The order of an Accept-Language header stands for its weights, as browsers write it.
  std::string wishes = field_value(query, "lang") + "," + std::string(accept_language);
  for (std::size_t at = 0; at < wishes.size() && out.language.empty();) {
    const std::size_t end = std::min(wishes.find(',', at), wishes.size());
    const std::string_view entry = std::string_view(wishes).substr(at, end - at);
    const std::string_view tag = survey::trimmed(entry.substr(0, entry.find(';')));
    if (!tag.empty()) out.language = survey::served_language(survey, tag).value_or("");
    at = end + 1;
  }
  if (out.language.empty()) out.language = survey.language;
  const PagePath way = path_through(validator, read_form(survey, out.fields));
  if (!way.pages.empty()) out.page = way.pages.front();
  return out;
}

Submission read_form(const Questionnaire& survey, const FormFields& fields) {
  Submission out;
  Ranks ranks;
  for (const auto& [name, value] : fields) {
    const auto parts = split_name(name);
    if (!parts) continue;
    if (parts->sort == 'h') {
      if (std::find(survey.hidden.begin(), survey.hidden.end(), parts->question) !=
          survey.hidden.end())
        out.hidden[std::string(parts->question)] = value;
      continue;
    }
    const Question* question = survey::find(survey, parts->question);
    if (!question || survey::is_blank(value)) continue;
    if (parts->sort == 'a') put(out, *question, parts->part, value, ranks);
    if (parts->sort == 'o') out.other[question->id] = value;
  }
  for (auto& [id, places] : ranks) {
    std::sort(places.begin(), places.end());
    // Two options at one place are listed as one twice, which the validator refuses.
    for (std::size_t i = 1; i < places.size(); ++i)
      if (places[i].first == places[i - 1].first) places[i].second = places[i - 1].second;
    std::vector<std::string> ranked;
    for (auto& place : places) ranked.push_back(std::move(place.second));
    out.answers[id].value = std::move(ranked);
  }
  std::erase_if(out.answers,
                [](const auto& entry) { return response::is_empty(entry.second.value); });
  return out;
}

Advance advance(const Validator& validator, const FormFields& fields) {
  const Questionnaire& survey = validator.questionnaire();
  Advance out;
  PageState& state = out.state;
  for (const auto& entry : fields)
    if (split_name(entry.name)) state.fields.push_back(entry);
  state.token = field_value(fields, "token");
  state.work = field_value(fields, work_field);
  const std::string switched = field_value(fields, "lang");
  state.language =
      survey::served_language(survey, switched.empty() ? field_value(fields, "language") : switched)
          .value_or(survey.language);
  PagePath way = path_through(validator, read_form(survey, state.fields));
  way.submission.language = state.language;
  const auto wanted = index_in(field_value(fields, "page"));
  state.page = wanted && *wanted < validator.flow().pages().size() ? *wanted : 0;
  if (!switched.empty()) return out;

  const auto next = std::upper_bound(way.pages.begin(), way.pages.end(), state.page);
  if (field_value(fields, "go") == "back") {
    const auto here = std::lower_bound(way.pages.begin(), way.pages.end(), state.page);
    if (here != way.pages.begin()) state.page = *std::prev(here);
    return out;
  }
  auto checked = validator.check(way.submission);
  if (checked && next == way.pages.end()) {
    out.complete = true;
    out.submission = std::move(checked).value();
    return out;
  }
  // Nothing on pages still to come counts yet.
  std::optional<std::size_t> first_wrong;
  std::vector<Problem> problems;
  if (!checked) problems = checked.error().problems;
  for (const Problem& problem : problems) {
    const std::size_t page = page_of(validator, question_of(problem)).value_or(0);
    if (page <= state.page || next == way.pages.end())
      first_wrong = std::min(first_wrong.value_or(page), page);
  }
  if (!first_wrong) {
    state.page = *next;
    return out;
  }
  state.page = *first_wrong;
  for (Problem& problem : problems)
    if (page_of(validator, question_of(problem)).value_or(state.page) == state.page)
      state.problems.push_back(std::move(problem));
  const auto place = [&](const Problem& problem) {
    return survey::find(survey, question_of(problem));
  };
  std::stable_sort(state.problems.begin(), state.problems.end(),
                   [&](const Problem& a, const Problem& b) { return place(a) < place(b); });
  return out;
}

std::string render_page(const Validator& validator, const PageState& state,
                        const PageFrame& frame) {
  const Questionnaire survey = survey::localise(validator.questionnaire(), state.language);
  const PageWords& words = page_words(survey.language);
  const PagePath way = path_through(validator, read_form(survey, state.fields));
  const auto& pages = validator.flow().pages();
  const survey::Page page = state.page < pages.size() ? pages[state.page] : survey::Page{};
  const auto lookup = lookup_in(way.submission);
  const auto here = std::lower_bound(way.pages.begin(), way.pages.end(), state.page);
  const bool first = here == way.pages.begin();
  const bool last = here == way.pages.end() || std::next(here) == way.pages.end();

  std::string questions;
  std::vector<std::string_view> shown;
  for (const std::size_t i : way.asked) {
    if (i < page.first || i >= page.last) continue;
    const Question& question = survey.questions[i];
    shown.push_back(question.id);
    std::vector<Problem> own;
    for (const Problem& problem : state.problems)
      if (question_of(problem) == question.id) own.push_back(problem);
    questions += render_question({question, survey::pipe(survey, question.text, lookup),
                                  survey::pipe(survey, question.help, lookup), state.fields,
                                  std::move(own), words, seed_of(state.token)});
  }

  std::string body = "<a class=\"skip\" href=\"#questions\">" + escape_html(words.skip) +
                     "</a><main><h1>" + escape_html(survey.title) + "</h1>";
  if (first && !survey.description.empty())
    body += "<p class=\"intro\">" + escape_html(survey.description) + "</p>";
  if (way.pages.size() > 1) {
    const auto number = std::to_string(here - way.pages.begin() + 1);
    const auto total = std::to_string(way.pages.size());
    const std::string said =
        filled(validator.flow().branches() ? words.page_about : words.page, {number, total});
    body += "<div class=\"progress\"><span>" + escape_html(said) +
            "</span><progress aria-hidden=\"true\" max=\"" + total + "\" value=\"" + number +
            "\"></progress></div>";
  }
  if (!state.problems.empty()) {
    body += "<div class=\"summary\" role=\"alert\" tabindex=\"-1\" autofocus><h2>" +
            escape_html(words.problem_title) + "</h2><ul>";
    std::vector<std::string_view> linked;
    for (const Problem& problem : state.problems) {
      const std::string_view id = question_of(problem);
      const Question* question = survey::find(survey, id);
      if (question && std::find(linked.begin(), linked.end(), id) != linked.end()) continue;
      linked.push_back(id);
      const std::string text = escape_html(problem_text(problem, words));
      body += question ? "<li><a href=\"#i-" + std::string(id) + "\">" +
                             escape_html(survey::pipe(survey, question->text, lookup)) + "</a> " +
                             text + "</li>"
                       : "<li>" + text + "</li>";
    }
    body += "</ul></div>";
  }
  if (frame.fault)
    body += "<div class=\"summary\" role=\"alert\" tabindex=\"-1\" autofocus><h2>" +
            escape_html(words.fault_title) + "</h2><p>" +
            escape_html(fault_text(*frame.fault, words)) + "</p></div>";
  if (frame.work_bits > 0)
    body += "<noscript><div class=\"summary\" role=\"alert\"><p>" + escape_html(words.no_script) +
            "</p></div></noscript>";
  for (const survey::Section& section : survey.sections) {
    if (page.first >= survey.questions.size() ||
        survey.questions[page.first].section != section.id || section.title.empty())
      continue;
    body += "<h2>" + escape_html(section.title) + "</h2>";
    if (!section.description.empty())
      body += "<p class=\"intro\">" + escape_html(section.description) + "</p>";
  }
  body += "<form method=\"post\" action=\"" + escape_html(frame.action) +
          "\" accept-charset=\"utf-8\" novalidate id=\"questions\"" +
          (frame.work_bits > 0 ? " data-work=\"" + std::to_string(frame.work_bits) + "\"" : "") +
          ">" + questions;
  for (const auto& [name, value] : state.fields) {
    const auto parts = split_name(name);
    if (parts && (parts->sort == 'h' ||
                  std::find(shown.begin(), shown.end(), parts->question) == shown.end()))
      body += hidden_input(name, value);
  }
  body += hidden_input("page", std::to_string(state.page)) +
          hidden_input("language", survey.language) + hidden_input("token", state.token);
  if (frame.work_bits > 0)
    body += hidden_input(work_field, state.work) +
            "<p id=\"work\" class=\"intro\" role=\"status\" hidden>" + escape_html(words.working) +
            "</p>";
  // The first button in the form is what Enter presses.
  body += "<div class=\"actions\"><button class=\"main\" name=\"go\" value=\"next\"" +
          std::string(last ? " data-last=\"1\"" : "") + ">" +
          escape_html(last ? words.submit : words.next) + "</button>";
  if (!first) body += "<button name=\"go\" value=\"back\">" + escape_html(words.back) + "</button>";
  body += "</div>";
  if (!survey.translations.empty()) {
    std::vector<std::string> languages{validator.questionnaire().language};
    for (const auto& [language, translation] : survey.translations) languages.push_back(language);
    body += "<div class=\"languages\" role=\"group\" aria-label=\"" + escape_html(words.languages) +
            "\"><span>" + escape_html(words.languages) + "</span>";
    for (const std::string& language : languages)
      body += "<button name=\"lang\" value=\"" + escape_html(language) + "\" lang=\"" +
              escape_html(language) + "\"" +
              (language == survey.language ? " aria-current=\"true\"" : "") + ">" +
              std::string(escape_html(language_name(language))) + "</button>";
    body += "</div>";
  }
  body += trap(words) + "</form></main>";
  if (frame.work_bits > 0)
    body += "<script nonce=\"" + escape_html(frame.nonce) + "\">" + std::string(work_script()) +
            "</script>";
  const std::string mark =
      state.problems.empty() && !frame.fault ? "" : std::string(words.error) + " ";
  return render_document(survey.language, mark + survey.title, body, frame);
}

std::string render_thanks(const Validator& validator, const Submission& submission,
                          const PageFrame& frame) {
  const Questionnaire survey = survey::localise(validator.questionnaire(), submission.language);
  const PageWords& words = page_words(survey.language);
  const std::string text = survey.closing.empty()
                               ? std::string(words.thanks)
                               : survey::pipe(survey, survey.closing, lookup_in(submission));
  return render_document(survey.language, std::string(words.thanks_title) + " – " + survey.title,
                         notice_body("✓", std::string(words.thanks_title), text), frame);
}

std::string render_notice(Notice notice, std::string_view title, std::string_view language,
                          const PageFrame& frame) {
  const PageWords& words = page_words(language);
  const std::pair<std::string_view, std::string_view> said[] = {
      {words.closed_title, words.closed},
      {words.not_open_title, words.not_open},
      {words.full_title, words.full},
      {words.unknown_title, words.unknown},
      {words.failed_title, words.failed}};
  const auto& [heading, text] = said[static_cast<std::size_t>(notice)];
  const std::string tab =
      title.empty() ? std::string(heading) : std::string(heading) + " – " + std::string(title);
  return render_document(
      words.language, tab,
      notice_body(notice == Notice::failed ? "!" : "i", std::string(heading), std::string(text)),
      frame);
}

}  // namespace insightflow::http
