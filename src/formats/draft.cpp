#include "formats/draft.hpp"

#include "formats/plain_text.hpp"
#include "formats/readers.hpp"

#include <insightflow/core/utf8.hpp>
#include <insightflow/survey/localise.hpp>
#include <insightflow/survey/rules.hpp>

#include <algorithm>

namespace insightflow::formats {

namespace {

constexpr std::string_view reserved[] = {"end", "hidden",   "and",      "or",   "not",
                                         "in",  "contains", "answered", "true", "false"};

/// Limits of what a file may grow to.
constexpr std::size_t max_spent = 128u << 20, max_text = 1u << 20, per_option = 128;
constexpr std::size_t max_languages = 200;

/// A word of letters, digits, _ and - that begins with a letter.
std::string identifier(std::string_view name, char prefix) {
  std::string out;
  for (const char c : name) {
    const bool fits =
        survey::is_ascii_letter(c) || survey::is_ascii_digit(c) || c == '_' || c == '-';
    if (fits)
      out += c;
    else if (!out.empty() && out.back() != '_')
      out += '_';
    if (out.size() >= 56) break;
  }
  while (out.size() > 1 && out.back() == '_' && !name.ends_with('_')) out.pop_back();
  if (out.empty() || !survey::is_ascii_letter(out.front())) out.insert(out.begin(), prefix);
  return out;
}

std::string option_id(std::string_view code, std::string_view label) {
  std::string out = plain_text_if_html(code.empty() ? label : code);
  for (char& c : out)
    if (c == '\n' || c == '\t') c = ' ';
  if (out.size() > 290) {
    std::size_t end = 290;
    while (end > 0 && (static_cast<unsigned char>(out[end]) & 0xC0) == 0x80) --end;
    out.resize(end);
    out = std::string(survey::trimmed(out));
  }
  return out.empty() ? "option" : out;
}

std::string unique(std::string id, std::set<std::string, std::less<>>& taken) {
  if (taken.insert(id).second) return id;
  for (std::size_t n = taken.size();; ++n)
    if (std::string next = id + "_" + std::to_string(n); taken.insert(next).second) return next;
}

bool is_scale_of_numbers(const std::vector<Option>& options) {
  std::int64_t before = 0;
  for (std::size_t i = 0; i < options.size(); ++i) {
    std::int64_t value = 0;
    const std::string& id = options[i].id;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), value);
    if (error != std::errc() || end != id.data() + id.size() || (i > 0 && value != before + 1))
      return false;
    before = value;
  }
  return options.size() > 1;
}

survey::Scale scale_from(const std::vector<Option>& options) {
  survey::Scale out;
  out.min = std::atoll(options.front().id.c_str());
  out.max = std::atoll(options.back().id.c_str());
  for (const Option& option : options)
    if (option.label != option.id) out.labels[option.id] = option.label;
  return out;
}

}  // namespace

std::vector<Option> shown_options(const Question& question) {
  std::vector<Option> out = survey::options_of(question);
  const bool scaled = survey::is_scaled(question.kind) || question.kind == Kind::matrix;
  if (!out.empty() || !scaled) return out;
  const survey::Scale scale = survey::scale_of(question);
  if (scale.max < scale.min || scale.max - scale.min > 1000) return out;
  for (std::int64_t value = scale.min; value <= scale.max; ++value) {
    const std::string id = std::to_string(value);
    const auto label = scale.labels.find(id);
    out.push_back({id, label == scale.labels.end() ? id : label->second});
  }
  return out;
}

bool Draft::afford(std::size_t bytes) {
  spent_ += bytes;
  full_ = full_ || spent_ > max_spent;
  return !full_;
}

survey::Translation& Draft::translation(const std::string& tag) {
  auto& all = out_.survey.translations;
  if (const auto known = all.find(tag); known != all.end()) return known->second;
  full_ = full_ || all.size() >= max_languages;
  return full_ ? surplus_ : all[tag];
}

void Draft::lose(std::string place, std::string what, std::string why) {
  if (afford(what.size() + why.size()))
    out_.losses.push_back({std::move(place), std::move(what), std::move(why)});
}

void Draft::open_section(std::string_view id, std::string title, std::string description) {
  place_note();
  full_ = full_ || section_ids_.size() >= max_questions;
  if (full_) return;
  section_ = unique(identifier(id, 's'), section_ids_);
  out_.survey.sections.push_back({section_, std::move(title), std::move(description)});
}

void Draft::close_section() {
  place_note();
  section_.clear();
}

std::string Draft::fresh_id(std::string_view name) {
  std::string id = identifier(name, 'q');
  const bool taken = std::find(std::begin(reserved), std::end(reserved), id) != std::end(reserved);
  if (!taken && ids_.insert(id).second) return id;
  for (std::size_t& n = next_suffix_.try_emplace(id, 2).first->second;; ++n)
    if (std::string next = id + "_" + std::to_string(n); ids_.insert(next).second) return next;
}

std::size_t Draft::question(std::string_view name, Kind kind, std::string text, std::string place,
                            Hint hint) {
  full_ = full_ || size() >= max_questions || text.size() > max_text;
  if (full_ && size() > 0) return size() - 1;
  (void)afford(text.size());
  const std::size_t index = size();
  if (!hints_) hint = {};
  place_note();
  Question question;
  question.id = fresh_id(hint.id.empty() ? name : std::string_view(hint.id));
  question.kind = kind;
  question.text = text.empty() ? clean_text(name) : std::move(text);
  question.section = section_;
  out_.survey.questions.push_back(std::move(question));
  entries_.push_back({std::move(place), std::move(hint), {}, {}, {}});
  names_.try_emplace(std::string(name), Target{index, {}, {}});
  for (auto& [words, at] : notes_) {
    Question& asked = out_.survey.questions.back();
    lose(at, "the text '" + std::string(utf8::prefix(words[""], 40)) + "' as a block of its own",
         "there are no texts between questions here; it stands as help of '" + asked.id + "'");
    for (auto& [tag, line] : words) {
      std::string& help = tag.empty() ? asked.help : translation(tag, index).help;
      help += (help.empty() ? "" : "\n") + line;
    }
  }
  notes_.clear();
  return index;
}

std::string Draft::option(std::size_t question, std::string_view code, std::string label,
                          bool other, bool exclusive) {
  if (!afford(per_option + code.size() + label.size())) return "option";
  Entry& entry = entries_[question];
  std::string id = option_id(code, label);
  if (const auto hint = entry.hint.options.find(std::string(code));
      hint != entry.hint.options.end()) {
    if (!hint->second.id.empty()) id = option_id(hint->second.id, {});
    other = other || hint->second.other;
    exclusive = exclusive || hint->second.exclusive;
  }
  id = unique(std::move(id), entry.option_ids);
  entry.values.try_emplace(std::string(code), id);
  auto& options = at(question).options;
  if (other &&
      std::any_of(options.begin(), options.end(), [](const Option& o) { return o.other; })) {
    lose(place(question), "the text field of the option '" + label + "'",
         "only one option of a question can take a text");
    other = false;
  }
  if (label.empty()) label = id;
  options.push_back({id, std::move(label), other, exclusive});
  return id;
}

std::string Draft::row(std::size_t question, std::string_view code, std::string label) {
  if (!afford(per_option + code.size() + label.size())) return "row";
  Entry& entry = entries_[question];
  std::string id = option_id(code, label);
  if (const auto hint = entry.hint.rows.find(std::string(code));
      hint != entry.hint.rows.end() && !hint->second.id.empty())
    id = option_id(hint->second.id, {});
  id = unique(std::move(id), entry.row_ids);
  if (label.empty()) label = id;
  at(question).rows.push_back({id, std::move(label)});
  return id;
}

void Draft::option_words(std::size_t question, const std::string& id, const Words& words) {
  for (const auto& [tag, text] : words)
    if (!tag.empty() && !text.empty() && afford(per_option + text.size()))
      translation(tag, question).options[id] = text;
}
void Draft::row_words(std::size_t question, const std::string& id, const Words& words) {
  for (const auto& [tag, text] : words)
    if (!tag.empty() && !text.empty() && afford(per_option + text.size()))
      translation(tag, question).rows[id] = text;
}
void Draft::question_words(std::size_t question, const Words& text, const Words& help) {
  for (const auto& [tag, words] : text)
    if (!tag.empty() && !words.empty()) translation(tag, question).text = words;
  for (const auto& [tag, words] : help)
    if (!tag.empty() && !words.empty()) translation(tag, question).help = words;
}

void Draft::hidden(std::string_view name) {
  full_ = full_ || hidden_.size() >= max_questions;
  if (full_) return;
  const std::string id = identifier(name, 'h');
  if (!hidden_.try_emplace(std::string(name), id).second) return;
  auto& all = out_.survey.hidden;
  if (std::find(all.begin(), all.end(), id) == all.end()) all.push_back(id);
}

void Draft::know(std::string name, Target target) {
  names_.insert_or_assign(std::move(name), std::move(target));
}

const Target* Draft::target(std::string_view name) const {
  const auto found = names_.find(name);
  return found == names_.end() ? nullptr : &found->second;
}

void Draft::note(Words words, std::string place) {
  if (!words[""].empty() && afford(words[""].size()))
    notes_.emplace_back(std::move(words), std::move(place));
}

/// Notes at the beginning of the survey or of a section are their introduction.
void Draft::place_note() {
  if (notes_.empty()) return;
  auto& survey = out_.survey;
  const auto& asked = survey.questions;
  const bool opens_section =
      !section_.empty() && (asked.empty() || asked.back().section != section_);
  const bool opens_survey = section_.empty() && survey.sections.empty() && asked.empty();
  if (!opens_section && !opens_survey) return;
  for (auto& [words, at] : notes_)
    for (const auto& [tag, text] : words) {
      if (opens_section && !tag.empty()) {
        lose(at, "the text in '" + tag + "'", "descriptions of sections have one language");
        continue;
      }
      std::string& target = opens_section ? survey.sections.back().description
                            : tag.empty() ? survey.description
                                          : translation(tag).description;
      target += (target.empty() ? "" : "\n") + text;
    }
  notes_.clear();
}

void Draft::condition(std::size_t question, Language language, std::string_view text,
                      std::string place) {
  if (survey::is_blank(text)) return;
  std::string why;
  auto parsed = parse_condition(language, text, why);
  if (!parsed) {
    lose(std::move(place), "the condition " + clean_text(text), why);
    return;
  }
  condition(question, std::move(*parsed), std::move(place));
}
void Draft::condition(std::size_t question, Condition condition, std::string place) {
  if (condition.kind != Clause::yes)
    pending_.push_back({question, std::move(condition), {}, std::move(place)});
}
void Draft::branch(std::size_t question, Condition condition, std::string target,
                   std::string place) {
  pending_.push_back({question, std::move(condition), std::move(target), std::move(place)});
}

/// Gives the question the kind its writer meant, where what was read is of such a shape.
void Draft::settle_kind(std::size_t index) {
  Question& question = at(index);
  const Hint& hint = entries_[index].hint;
  const Kind kind = hint.kind.value_or(question.kind);
  if (hint.scale && is_scale_of_numbers(question.options)) {
    question.scale = scale_from(question.options);
    for (auto& [tag, words] : out_.survey.translations)
      if (const auto own = words.questions.find(question.id); own != words.questions.end())
        own->second.labels = std::exchange(own->second.options, {});
    question.options.clear();
  }
  if (kind == question.kind) return;
  const bool choice = question.kind == Kind::single_choice || question.kind == Kind::yes_no;
  const bool scaled = question.scale && (choice || survey::is_scaled(question.kind));
  const bool fits = kind == Kind::single_choice ? choice
                    : survey::is_scaled(kind)   ? choice || scaled
                    : kind == Kind::yes_no      ? choice && question.options.size() <= 2
                    : kind == Kind::consent     ? choice || question.kind == Kind::multiple_choice
                    : kind == Kind::contact     ? question.kind == Kind::open_text
                                                : false;
  if (!fits) return;
  question.kind = kind;
  if (kind == Kind::consent) {
    question.options.clear();
    for (auto& [tag, words] : out_.survey.translations)
      if (const auto own = words.questions.find(question.id); own != words.questions.end())
        own->second.options.clear();
  }
}

bool Draft::resolve_leaf(Condition& leaf, std::string& why) const {
  if (const auto field = hidden_.find(leaf.name);
      field != hidden_.end() && !names_.contains(leaf.name)) {
    leaf.hidden = true;
    leaf.name = field->second;
    return true;
  }
  const auto found = names_.find(leaf.name);
  if (found == names_.end()) {
    why = "'" + leaf.name + "' is no question";
    return false;
  }
  const Target& target = found->second;
  const Question& question = out_.survey.questions[target.question];
  const auto& values = entries_[target.question].values;
  leaf.name = question.id;
  if (!target.part.empty()) leaf.part = target.part;
  if (!target.option.empty()) {
    // The name is one box of the question: whether it is ticked is the question.
    bool ticked = true;
    if (leaf.kind == Clause::test) {
      const Literal& literal = leaf.literals.front();
      const auto* word = std::get_if<std::string>(&literal);
      const auto* number = std::get_if<double>(&literal);
      const auto* flag = std::get_if<bool>(&literal);
      const bool yes = flag     ? *flag
                       : number ? *number == 1
                                : *word == "Y" || *word == "1" || *word == target.option;
      if (leaf.comparison == Comparison::unequal)
        ticked = !yes;
      else if (leaf.comparison == Comparison::equal)
        ticked = yes;
      else
        return why = "it compares whether a box is ticked", false;
    }
    Condition box{.kind = Clause::test, .name = question.id};
    box.comparison = question.kind == Kind::multiple_choice ? Comparison::in : Comparison::equal;
    box.literals = {target.option};
    if (const auto number = survey::detail::number_of(target.option);
        number && question.options.empty())
      box.literals = {*number};
    leaf = ticked ? box : negated(box);
    return true;
  }
  if (leaf.kind == Clause::answered || leaf.part == "other") return true;
  if (question.kind == Kind::consent) {
    const auto truth = [](const Literal& literal) {
      if (const bool* flag = std::get_if<bool>(&literal)) return *flag;
      if (const double* number = std::get_if<double>(&literal)) return *number != 0;
      const auto& word = std::get<std::string>(literal);
      return word == "OK" || word == "Y" || word == "yes" || word == "1" || word == "true" ||
             word == "agree";
    };
    for (Literal& literal : leaf.literals) literal = truth(literal);
    return true;
  }
  const bool list = question.kind == Kind::multiple_choice || question.kind == Kind::ranking;
  const bool choice = list || !question.options.empty() || question.kind == Kind::yes_no;
  if (!choice) {
    for (Literal& literal : leaf.literals) {
      const auto* word = std::get_if<std::string>(&literal);
      const bool numeric = survey::is_scaled(question.kind) || question.kind == Kind::number ||
                           question.kind == Kind::matrix;
      if (const auto number = word && numeric ? survey::detail::number_of(*word) : std::nullopt)
        literal = *number;
      else if (const double* value = std::get_if<double>(&literal); value && !numeric)
        literal = survey::number_text(*value);
      else if (const bool* flag = std::get_if<bool>(&literal); flag && !numeric)
        literal = *flag ? "true" : "false";
    }
    if (leaf.comparison == Comparison::contains && question.kind != Kind::open_text)
      leaf.comparison = Comparison::equal;
    return true;
  }
  const auto id_of = [&](const Literal& literal) {
    std::string code =
        std::holds_alternative<bool>(literal)     ? std::get<bool>(literal) ? "true" : "false"
        : std::holds_alternative<double>(literal) ? survey::number_text(std::get<double>(literal))
                                                  : std::get<std::string>(literal);
    const auto value = values.find(code);
    if (value == values.end() && question.kind == Kind::yes_no &&
        std::holds_alternative<bool>(literal))
      return std::string(std::get<bool>(literal) ? "yes" : "no");
    return value == values.end() ? code : value->second;
  };
  const bool ordered = leaf.comparison != Comparison::equal &&
                       leaf.comparison != Comparison::unequal &&
                       leaf.comparison != Comparison::contains && leaf.comparison != Comparison::in;
  if (ordered) {
    // Choices have no order, but those with numbers for codes can be counted out.
    std::vector<Literal> fitting;
    for (const auto& [code, id] : values) {
      const auto number = survey::detail::number_of(code);
      if (number && survey::detail::compare(*number, leaf.comparison, leaf.literals.front()))
        fitting.push_back(id);
    }
    if (fitting.empty()) return why = "it orders choices that have no numbers", false;
    leaf.comparison = Comparison::in;
    leaf.literals = std::move(fitting);
    return true;
  }
  for (Literal& literal : leaf.literals) literal = id_of(literal);
  if (leaf.comparison == Comparison::contains)
    leaf.comparison = list ? Comparison::in : Comparison::equal;
  return true;
}

bool Draft::resolve(Condition& condition, std::string& why) const {
  if (condition.kind == Clause::test || condition.kind == Clause::answered)
    return resolve_leaf(condition, why);
  for (Condition& part : condition.parts)
    if (!resolve(part, why)) return false;
  return true;
}

void Draft::settle_conditions() {
  std::vector<Condition> shown(size());
  for (Pending& pending : pending_) {
    std::string why;
    const std::string written = to_expression(pending.condition);
    if (!resolve(pending.condition, why)) {
      lose(pending.place, "the condition " + written, why);
      continue;
    }
    Question& question = at(pending.question);
    if (pending.target.empty()) {
      shown[pending.question] =
          both(std::move(shown[pending.question]), std::move(pending.condition));
      continue;
    }
    std::string target = pending.target;
    if (target != "end") {
      const auto found = names_.find(target);
      if (found == names_.end()) {
        lose(pending.place, "the jump to '" + target + "'", "there is no such question");
        continue;
      }
      target = out_.survey.questions[found->second.question].id;
    }
    question.logic.push_back({to_expression(simplified(std::move(pending.condition))), target});
  }
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const Condition condition = simplified(std::move(shown[i]));
    if (condition.kind != Clause::yes) at(i).show_if = to_expression(condition);
  }
}

/// What the rules refuse in conditions is listed and left out, so that the draft can be published.
void Draft::drop_refused() {
  auto& questions = out_.survey.questions;
  for (int round = 0; round < 8; ++round) {
    std::set<std::pair<std::size_t, std::size_t>> bad;  // question, branch + 1 (0: show_if)
    std::map<std::pair<std::size_t, std::size_t>, std::string> reasons;
    for (const Problem& problem : survey::check(out_.survey)) {
      std::string_view rest = problem.pointer;
      if (!rest.starts_with("/questions/")) continue;
      rest.remove_prefix(11);
      const auto number = [&] {
        std::size_t value = 0;
        const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (error == std::errc()) rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
        return value;
      };
      const std::size_t index = number();
      std::size_t which = 0;
      if (rest.starts_with("/logic/")) {
        rest.remove_prefix(7);
        which = number() + 1;
      } else if (rest != "/show_if") {
        continue;
      }
      if (bad.emplace(index, which).second) reasons[{index, which}] = problem.detail;
    }
    if (bad.empty()) return;
    for (auto at = bad.rbegin(); at != bad.rend(); ++at) {
      Question& question = questions[at->first];
      if (at->second == 0) {
        lose(place(at->first), "the condition " + question.show_if, reasons[*at]);
        question.show_if.clear();
      } else if (at->second <= question.logic.size()) {
        const auto branch = question.logic.begin() + static_cast<std::ptrdiff_t>(at->second - 1);
        lose(place(at->first), "the jump to '" + branch->target + "' if " + branch->condition,
             reasons[*at]);
        question.logic.erase(branch);
      }
    }
  }
}

void Draft::settle_sections() {
  std::set<std::string> used;
  auto& survey = out_.survey;
  for (std::size_t i = 0; i < size(); ++i) {
    const Hint& hint = entries_[i].hint;
    if (!hint.section) continue;
    const std::string from = survey.questions[i].section;
    if (hint.section->empty()) {
      survey.questions[i].section.clear();
      continue;
    }
    const std::string to = identifier(*hint.section, 's');
    if (from.empty() || from == to) continue;
    const bool known = std::any_of(survey.sections.begin(), survey.sections.end(),
                                   [&](const auto& s) { return s.id == to; });
    if (known) continue;
    for (auto& section : survey.sections)
      if (section.id == from) section.id = to;
    for (auto& question : survey.questions)
      if (question.section == from) question.section = to;
  }
  for (const auto& question : survey.questions) used.insert(question.section);
  std::erase_if(survey.sections, [&](const auto& section) {
    return section.title.empty() && section.description.empty() && !used.contains(section.id);
  });
}

std::string Draft::piped_name(std::string_view name) const {
  if (const auto found = names_.find(name); found != names_.end()) {
    Condition leaf;
    leaf.name = out_.survey.questions[found->second.question].id;
    leaf.part = found->second.part;
    if (found->second.option.empty()) return "{{" + name_text(leaf) + "}}";
  }
  if (const auto found = hidden_.find(name); found != hidden_.end())
    return "{{hidden." + found->second + "}}";
  return {};
}

/// Foreign names become {{id}}; what cannot be looked up stands as it is written, and is listed.
void Draft::pipe(const Piping& piping, std::string& text, const std::string& place,
                 const std::string& of, bool pipes) {
  constexpr std::size_t longest = 300;
  if (text.find(piping.open) == text.npos) return;
  std::string out;
  const std::string_view rest = text;
  for (std::size_t at = 0; at < rest.size();) {
    const bool opens = rest.substr(at).starts_with(piping.open);
    const std::size_t end = opens ? rest.substr(at, longest).find('}') : rest.npos;
    if (end == rest.npos) {
      out += rest[at++];
      continue;
    }
    const std::string_view inner = rest.substr(at + piping.open.size(), end - piping.open.size());
    const std::string name = pipes ? piped_name(piping.name(inner)) : std::string();
    if (!name.empty()) {
      out += name;
      at += end + 1;
      continue;
    }
    if (!inner.empty() && survey::is_ascii_letter(inner.front()))
      lose(place, "'" + std::string(rest.substr(at, end + 1)) + "' in " + of,
           pipes ? "it names no question; it stands as it is written"
                 : "answers stand in texts of questions only; it stands as it is written");
    out += rest[at++];
  }
  text = std::move(out);
}

void Draft::pipe_texts(const Piping& piping) {
  auto& survey = out_.survey;
  const std::string nowhere = entries_.empty() ? std::string() : entries_.front().place;
  pipe(piping, survey.description, nowhere, "the survey's description", false);
  pipe(piping, survey.closing, nowhere, "the words of thanks");
  for (auto& section : survey.sections) {
    pipe(piping, section.title, nowhere, "the title of section '" + section.id + "'", false);
    pipe(piping, section.description, nowhere, "the text of section '" + section.id + "'", false);
  }
  std::map<std::string, std::string> places;
  for (std::size_t i = 0; i < size(); ++i) {
    Question& question = at(i);
    places[question.id] = place(i);
    pipe(piping, question.text, place(i), "the text of '" + question.id + "'");
    pipe(piping, question.help, place(i), "the help of '" + question.id + "'");
  }
  for (auto& [tag, words] : survey.translations) {
    pipe(piping, words.closing, nowhere, "the words of thanks in '" + tag + "'");
    for (auto& [id, own] : words.questions) {
      pipe(piping, own.text, places[id], "the text of '" + id + "' in '" + tag + "'");
      pipe(piping, own.help, places[id], "the help of '" + id + "' in '" + tag + "'");
    }
  }
}

Result<Found> Draft::finish(const Piping& piping) {
  if (full_)
    return fail(Code::too_large, "input_too_large",
                (entries_.empty() ? std::string("At the start") : "At " + entries_.back().place) +
                    ": this is more than is read from one file: at most " +
                    std::to_string(max_questions) + " questions, sections and hidden fields, " +
                    std::to_string(max_languages) +
                    " languages, 1 MiB for one text and 128 MiB for all.");
  out_.copy = std::move(copy);
  place_note();
  auto& survey = out_.survey;
  for (auto& [words, at] : notes_)
    for (auto& [tag, text] : words) {
      std::string& closing = tag.empty() ? survey.closing : translation(tag).closing;
      closing += (closing.empty() ? "" : "\n") + text;
    }
  notes_.clear();
  if (survey.title.empty()) survey.title = "Untitled survey";
  for (std::size_t i = 0; i < size(); ++i) settle_kind(i);
  settle_sections();
  settle_conditions();
  if (piping.name) pipe_texts(piping);
  drop_empty_translations(survey);
  drop_refused();
  return std::move(out_);
}

}  // namespace insightflow::formats
