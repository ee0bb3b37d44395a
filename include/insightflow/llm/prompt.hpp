#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/core/ids.hpp>
#include <insightflow/core/time.hpp>
#include <insightflow/storage/database.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What models are told. Each task has a prompt of its own name; the texts come with the library
/// (src/llm/prompts/NAME.md) and a workspace may put its own in their place.
namespace insightflow::llm {

struct Prompt {
  std::string name;     ///< The task it is for, e.g. "summarize".
  std::string version;  ///< "1", "2", … of the library; "w1", "w2", … of the workspace.
  std::string text;     ///< Instructions alone; the frame around the data is always ours.
  bool own = false;     ///< The workspace's, not the library's.
  std::optional<Instant> created_at;

  friend bool operator==(const Prompt&, const Prompt&) = default;
};
BOOST_DESCRIBE_STRUCT(Prompt, (), (name, version, text, own, created_at))
inline constexpr std::array prompt_notes{
    Note{.field = "name", .doc = "The task it is for."},
    Note{.field = "version", .doc = "1, 2, … of the library; w1, w2, … of the workspace."},
    Note{.field = "text", .doc = "Instructions; the frame around the data is added to them."},
    Note{.field = "own", .doc = "The workspace's, not the library's."},
    Note{.field = "created_at", .doc = "When the workspace set it."}};
constexpr std::span<const Note> field_notes(const Prompt*) {
  return prompt_notes;
}

struct PromptPage {
  std::vector<Prompt> items;
};
BOOST_DESCRIBE_STRUCT(PromptPage, (), (items))

/// What a workspace says instead of the library.
struct PromptText {
  std::string text;
};
BOOST_DESCRIBE_STRUCT(PromptText, (), (text))
inline constexpr std::array prompt_text_notes{
    Note{.field = "text",
         .doc = "Instructions for the model. Answers and figures are added as data.",
         .required = true,
         .min = 20,
         .max = 20'000}};
constexpr std::span<const Note> field_notes(const PromptText*) {
  return prompt_text_notes;
}

/// The library's prompts, in the order of their names.
std::span<const Prompt> builtin_prompts();

/// A prompt among `prompts`; null when none has the name.
const Prompt* find(std::span<const Prompt> prompts, std::string_view name);

/// The prompts in force in a workspace, in the order of their names.
Result<std::vector<Prompt>> prompts_in_force(storage::Tx& tx, WorkspaceId workspace);

/// The prompts of one workspace. Nothing is overwritten: each text that was set keeps its version,
/// so that a result names what its model was told.
class Prompts {
 public:
  Prompts(storage::Database& db, const Clock& clock, WorkspaceId workspace)
      : db_(db), clock_(clock), workspace_(workspace) {}

  /// Those in force.
  Result<PromptPage> list();

  /// One, with a version or the one in force. Errors: `prompt_unknown`.
  Result<Prompt> get(std::string_view name, std::string_view version = {});

  /// Puts the workspace's own text in force. Errors: `prompt_unknown`, `prompt_malformed` for
  /// fewer than 20 or more than 20,000 characters.
  Result<Prompt> set(std::string_view name, std::string_view text);

  /// Puts the library's text in force again. Errors: `prompt_unknown`.
  Result<Prompt> reset(std::string_view name);

 private:
  Result<Prompt> store(std::string_view name, std::string_view text);

  storage::Database& db_;
  const Clock& clock_;
  WorkspaceId workspace_;
};

}  // namespace insightflow::llm

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<llm::Prompt>();
extern template const Type& type_of<llm::PromptPage>();
extern template const Type& type_of<llm::PromptText>();
}  // namespace insightflow
