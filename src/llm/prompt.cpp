#include "llm/prompt_files.hpp"

#include <insightflow/llm/prompt.hpp>

#include <algorithm>
#include <charconv>

namespace insightflow::llm {

namespace {

struct PromptRow {
  std::string name;
  std::int64_t number = 0;
  std::string text;
  Instant created_at;
};
BOOST_DESCRIBE_STRUCT(PromptRow, (), (name, number, text, created_at))

/// A file begins with "version: N" and an empty line.
Prompt read_file(const PromptFile& file) {
  constexpr std::string_view key = "version: ";
  std::string_view text = file.text;
  const std::size_t end = text.find('\n');
  Prompt out{.name = std::string(file.name)};
  if (text.starts_with(key)) {
    out.version = text.substr(key.size(), end - key.size());
    text.remove_prefix(std::min(text.size(), end + 2));
  }
  while (text.ends_with('\n')) text.remove_suffix(1);
  out.text = text;
  return out;
}

Prompt own(PromptRow row) {
  return {.name = std::move(row.name),
          .version = "w" + std::to_string(row.number),
          .text = std::move(row.text),
          .own = true,
          .created_at = row.created_at};
}

Error unknown_prompt(std::string_view name) {
  std::string known;
  for (const Prompt& prompt : builtin_prompts()) known += (known.empty() ? "" : ", ") + prompt.name;
  return fail(Code::not_found, "prompt_unknown",
              "There is no prompt '" + std::string(name) + "'; there are " + known + ".");
}

}  // namespace

std::span<const Prompt> builtin_prompts() {
  static const std::vector<Prompt> all = [] {
    std::vector<Prompt> out;
    for (const PromptFile& file : prompt_files()) out.push_back(read_file(file));
    std::ranges::sort(out, {}, &Prompt::name);
    return out;
  }();
  return all;
}

const Prompt* find(std::span<const Prompt> prompts, std::string_view name) {
  const auto at = std::ranges::find(prompts, name, &Prompt::name);
  return at == prompts.end() ? nullptr : &*at;
}

Result<std::vector<Prompt>> prompts_in_force(storage::Tx& tx, WorkspaceId workspace) {
  const auto known = builtin_prompts();
  std::vector<Prompt> out(known.begin(), known.end());
  BOOST_OUTCOME_TRY(
      auto rows,
      tx.list<PromptRow>("SELECT name, number, text, created_at FROM prompts p WHERE workspace_id "
                         "= ?1 AND number = (SELECT max(number) FROM prompts WHERE workspace_id = "
                         "?1 AND name = p.name) ORDER BY name",
                         {workspace}));
  for (PromptRow& row : rows)
    for (Prompt& prompt : out)
      if (prompt.name == row.name && !row.text.empty()) {
        prompt = own(std::move(row));
        break;
      }
  return out;
}

Result<PromptPage> Prompts::list() {
  return db_.read([&](storage::Tx& tx) -> Result<PromptPage> {
    BOOST_OUTCOME_TRY(auto prompts, prompts_in_force(tx, workspace_));
    return PromptPage{std::move(prompts)};
  });
}

Result<Prompt> Prompts::get(std::string_view name, std::string_view version) {
  const Prompt* known = find(builtin_prompts(), name);
  if (known == nullptr) return unknown_prompt(name);
  if (version == known->version) return *known;
  if (version.empty()) {
    BOOST_OUTCOME_TRY(const auto in_force, list());
    return *find(in_force.items, name);
  }
  std::int64_t number = 0;
  if (version.starts_with('w'))
    std::from_chars(version.data() + 1, version.data() + version.size(), number);
  return db_.read([&](storage::Tx& tx) -> Result<Prompt> {
    BOOST_OUTCOME_TRY(auto row,
                      tx.find<PromptRow>("SELECT name, number, text, created_at FROM prompts WHERE "
                                         "workspace_id = ?1 AND name = ?2 AND number = ?3",
                                         {workspace_, name, number}));
    if (!row || row->text.empty())
      return fail(
          Code::not_found, "prompt_unknown",
          "The prompt '" + std::string(name) + "' has no version '" + std::string(version) + "'.");
    return own(std::move(*row));
  });
}

Result<Prompt> Prompts::store(std::string_view name, std::string_view text) {
  if (find(builtin_prompts(), name) == nullptr) return unknown_prompt(name);
  const Instant now = clock_.now();
  BOOST_OUTCOME_TRY(db_.write([&](storage::Tx& tx) {
    return tx.execute(
        "INSERT INTO prompts (workspace_id, name, number, text, created_at) SELECT ?1, ?2, "
        "coalesce(max(number), 0) + 1, ?3, ?4 FROM prompts WHERE workspace_id = ?1 AND name = ?2",
        {workspace_, name, text, now});
  }));
  return get(name);
}

Result<Prompt> Prompts::set(std::string_view name, std::string_view text) {
  constexpr std::size_t least = 20, most = 20'000;
  if (text.size() < least || text.size() > most)
    return fail(Code::invalid, "prompt_malformed",
                "A prompt has " + std::to_string(least) + " to " + std::to_string(most) +
                    " characters; this one has " + std::to_string(text.size()) + ".",
                "/text");
  return store(name, text);
}

Result<Prompt> Prompts::reset(std::string_view name) {
  return store(name, {});
}

}  // namespace insightflow::llm

namespace insightflow {
template const Type& type_of<llm::Prompt>();
template const Type& type_of<llm::PromptPage>();
template const Type& type_of<llm::PromptText>();
}  // namespace insightflow
