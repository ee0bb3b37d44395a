#include "insight/claims.hpp"

#include <insightflow/insight/wording.hpp>

#include <algorithm>
#include <set>

namespace insightflow::insight {

using llm::Drops;

namespace {

constexpr std::size_t quotes_of_theme = 3;

template <class T>
const T* by_id(const std::vector<T>& list, std::string_view id) {
  const auto at = std::ranges::find(list, id, &T::id);
  return at == list.end() ? nullptr : &*at;
}

/// Keeps the items that `judge` finds no fault with, each id once.
template <class T, class Judge>
void sift(std::vector<T>& items, Drops& drops, const Judge& judge) {
  std::set<std::string> seen;
  std::erase_if(items, [&](T& item) {
    const std::string_view fault =
        seen.insert(item.id).second ? std::string_view(judge(item)) : "id_repeated";
    if (!fault.empty()) drops.add(fault);
    return !fault.empty();
  });
}

template <class T>
std::pair<std::vector<T>, std::vector<T>> halves(const std::vector<T>& list) {
  const auto middle = list.begin() + static_cast<std::ptrdiff_t>(list.size() / 2);
  return {{list.begin(), middle}, {middle, list.end()}};
}

template <class T>
std::vector<T> joined(const std::vector<const std::vector<T>*>& lists) {
  std::vector<T> out;
  for (const auto* list : lists) out.insert(out.end(), list->begin(), list->end());
  return out;
}

// Themes

/// What a theme is known to be about.
std::string known_of(const ThemesIn& in, const ThemeSample& theme) {
  std::string out = in.question + " " + theme.label;
  for (const std::string& term : theme.terms) (out += ' ') += term;
  return out;
}

std::string_view fault_of_theme(const ThemesIn& in, ThemeWords& out, Drops& drops) {
  const ThemeSample* theme = by_id(in.themes, out.id);
  if (theme == nullptr) return "id_unknown";
  std::erase_if(out.quotes, [&](const CitedAnswer& cited) {
    const SampleAnswer* answer = by_id(theme->answers, cited.answer_id);
    const bool stands = answer != nullptr && answer->text.find(cited.quote) != std::string::npos;
    if (!stands) drops.add(answer == nullptr ? "id_unknown" : "quote_unknown");
    return !stands;
  });
  const std::string known = known_of(in, *theme);
  std::string texts = known;
  for (const SampleAnswer& answer : theme->answers) (texts += ' ') += answer.text;
  std::vector<std::string_view> cited;
  for (const CitedAnswer& one : out.quotes) cited.push_back(one.quote);
  // Figures are those of the question and of the quotes; words that turn a sentence around cannot
  // be held against a list of terms.
  for (const std::string* text : {&out.label, &out.description})
    if (const auto fault = fault_of(*text, known, cited);
        !fault.empty() && fault != "direction_changed")
      return fault;
  if (!shares_word(out.label, texts)) return "label_unfounded";
  // Descriptions speak of what answers share; whole sentences of somebody are quotes.
  for (const ThemeSample& other : in.themes)
    for (const SampleAnswer& answer : other.answers) {
      const bool quoted = &other == theme && std::ranges::any_of(out.quotes, [&](const auto& one) {
        return one.answer_id == answer.id;
      });
      if (!quoted && (repeats(out.description, answer.text) || repeats(out.label, answer.text)))
        return "answer_leaked";
    }
  return {};
}

Result<ThemesOut> local_themes(const ThemesIn& in, const Ctx&) {
  ThemesOut out;
  for (const ThemeSample& theme : in.themes) out.themes.push_back({theme.id, theme.label, {}, {}});
  return out;
}

Result<void> check_themes(const ThemesIn& in, ThemesOut& out, Drops& drops) {
  sift(out.themes, drops, [&](ThemeWords& one) { return fault_of_theme(in, one, drops); });
  return success();
}

std::vector<ThemesIn> halve_themes(const ThemesIn& in) {
  ThemesIn first = in, second = in;
  if (in.themes.size() > 1) {
    std::tie(first.themes, second.themes) = halves(in.themes);
    return {std::move(first), std::move(second)};
  }
  if (in.themes.empty() || in.themes.front().answers.size() < 2) return {};
  std::tie(first.themes.front().answers, second.themes.front().answers) =
      halves(in.themes.front().answers);
  return {std::move(first), std::move(second)};
}

/// A theme whose answers were divided has the words of its first part, with all quotes.
ThemesOut merge_themes(const ThemesIn&, std::vector<ThemesOut> parts) {
  ThemesOut out;
  for (ThemesOut& part : parts)
    for (ThemeWords& one : part.themes) {
      const auto known = std::ranges::find(out.themes, one.id, &ThemeWords::id);
      if (known == out.themes.end()) {
        out.themes.push_back(std::move(one));
        continue;
      }
      for (CitedAnswer& quote : one.quotes)
        if (known->quotes.size() < quotes_of_theme) known->quotes.push_back(std::move(quote));
    }
  return out;
}

// Groups

Result<GroupsOut> local_groups(const GroupsIn& in, const Ctx&) {
  GroupsOut out;
  for (const GroupIn& group : in.groups) out.groups.push_back({group.id, group.name, {}});
  return out;
}

Result<void> check_groups(const GroupsIn& in, GroupsOut& out, Drops& drops) {
  sift(out.groups, drops, [&](const GroupWords& one) -> std::string_view {
    const GroupIn* group = by_id(in.groups, one.id);
    if (group == nullptr) return "id_unknown";
    std::string known = group->name + " " + group->share;
    for (const std::string& trait : group->traits) (known += ". ") += trait;
    if (const auto fault = fault_of(one.name, known); !fault.empty()) return fault;
    if (const auto fault = fault_of(one.description, known); !fault.empty()) return fault;
    return shares_word(one.name, known) ? "" : "label_unfounded";
  });
  return success();
}

std::vector<GroupsIn> halve_groups(const GroupsIn& in) {
  if (in.groups.size() < 2) return {};
  auto [first, second] = halves(in.groups);
  return {GroupsIn{in.language, std::move(first)}, GroupsIn{in.language, std::move(second)}};
}

GroupsOut merge_groups(const GroupsIn&, std::vector<GroupsOut> parts) {
  std::vector<const std::vector<GroupWords>*> lists;
  for (const GroupsOut& part : parts) lists.push_back(&part.groups);
  return {joined(lists)};
}

// Sentences

Result<Wordings> same_wordings(const Wordings& in, const Ctx&) {
  return in;
}

Result<void> check_wordings(const Wordings& in, Wordings& out, Drops& drops) {
  sift(out.items, drops, [&](const Wording& one) -> std::string_view {
    const Wording* source = by_id(in.items, one.id);
    return source == nullptr ? "id_unknown" : fault_of(one.text, source->text);
  });
  return success();
}

std::vector<Wordings> halve_wordings(const Wordings& in) {
  if (in.items.size() < 2) return {};
  auto [first, second] = halves(in.items);
  return {Wordings{std::move(first)}, Wordings{std::move(second)}};
}

Wordings merge_wordings(const Wordings&, std::vector<Wordings> parts) {
  std::vector<const std::vector<Wording>*> lists;
  for (const Wordings& part : parts) lists.push_back(&part.items);
  return {joined(lists)};
}

// Outline

/// Where a part stands in our own reports.
std::string_view section_of(std::string_view part) {
  constexpr std::pair<std::string_view, std::string_view> table[] = {
      {"summary", "In short"},
      {"recommendations", "What to do"},
      {"question:", "What people answered"},
      {"groups", "Groups compared"},
      {"drivers", "What goes with the scores"},
      {"personas", "Groups that answer alike"},
      {"changes", "Changes over time"},
      {"quality", "How far the answers can be trusted"}};
  for (const auto& [prefix, title] : table)
    if (part.starts_with(prefix)) return title;
  return "More";
}

Result<Outline> local_outline(const OutlineIn& in, const Ctx&) {
  Outline out;
  for (const ReportPart& part : in.parts) {
    const std::string_view title = section_of(part.id);
    if (out.sections.empty() || out.sections.back().title != title)
      out.sections.push_back({std::string(title), {}});
    out.sections.back().parts.push_back(part.id);
  }
  return out;
}

/// Parts that the model forgot come last, so that none is lost.
Result<void> check_outline(const OutlineIn& in, Outline& out, Drops& drops) {
  std::set<std::string> placed;
  std::string known = in.title;
  for (const ReportPart& part : in.parts) (known += ' ') += part.about;
  std::erase_if(out.sections, [&](OutlineSection& section) {
    const auto fault = fault_of(section.title, known);
    if (!fault.empty() && fault != "direction_changed") {
      drops.add(fault);
      return true;
    }
    std::erase_if(section.parts, [&](const std::string& id) {
      if (by_id(in.parts, id) == nullptr) return drops.add("id_unknown"), true;
      if (!placed.insert(id).second) return drops.add("id_repeated"), true;
      return false;
    });
    return section.parts.empty();
  });
  OutlineSection rest{"More", {}};
  for (const ReportPart& part : in.parts)
    if (!placed.contains(part.id)) rest.parts.push_back(part.id);
  if (rest.parts.size() == in.parts.size() && !in.parts.empty())
    return fail(Code::invalid, "outline_empty", "No section holds a part that exists.",
                "/sections");
  if (!rest.parts.empty()) out.sections.push_back(std::move(rest));
  return success();
}

}  // namespace

const llm::Task<ThemesIn, ThemesOut> analyze_responses{.name = "analyze_responses",
                                                       .max_output_tokens = 4096,
                                                       .local = local_themes,
                                                       .check = check_themes,
                                                       .halve = halve_themes,
                                                       .merge = merge_themes,
                                                       .refine = true};

const llm::Task<GroupsIn, GroupsOut> build_personas{.name = "build_personas",
                                                    .max_output_tokens = 2048,
                                                    .local = local_groups,
                                                    .check = check_groups,
                                                    .halve = halve_groups,
                                                    .merge = merge_groups};

const llm::Task<OutlineIn, Outline> generate_report_outline{.name = "generate_report_outline",
                                                            .tier = llm::Tier::economy,
                                                            .max_output_tokens = 2048,
                                                            .local = local_outline,
                                                            .check = check_outline};

const llm::Task<Wordings, Wordings> summarize{.name = "summarize",
                                              .max_output_tokens = 4096,
                                              .local = same_wordings,
                                              .check = check_wordings,
                                              .halve = halve_wordings,
                                              .merge = merge_wordings};

const llm::Task<Wordings, Wordings> recommend_wording{.name = "recommend",
                                                      .max_output_tokens = 4096,
                                                      .local = same_wordings,
                                                      .check = check_wordings,
                                                      .halve = halve_wordings,
                                                      .merge = merge_wordings};

}  // namespace insightflow::insight

namespace insightflow {
template const Type& type_of<insight::ThemesIn>();
template const Type& type_of<insight::ThemesOut>();
template const Type& type_of<insight::GroupsIn>();
template const Type& type_of<insight::GroupsOut>();
template const Type& type_of<insight::OutlineIn>();
template const Type& type_of<insight::Wordings>();
}  // namespace insightflow
