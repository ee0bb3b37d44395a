#pragma once

#include <insightflow/core/fields.hpp>
#include <insightflow/llm/client.hpp>

#include <string>
#include <vector>

/// Who spoke in a result.
namespace insightflow::llm {

/// Statements of a model that were left out, by what was wrong with them.
struct Dropped {
  std::string reason;  ///< "quote_unknown", "number_unknown", "id_unknown", …
  std::int64_t count = 0;

  friend bool operator==(const Dropped&, const Dropped&) = default;
};
BOOST_DESCRIBE_STRUCT(Dropped, (), (reason, count))

/// Who spoke in a result, and what it took.
struct Spoken {
  std::string part;              ///< The task.
  std::string engine = "local";  ///< "local", or the model.
  std::string provider;          ///< The configured name; empty for the local engine.
  std::string prompt_version;    ///< Of the prompt the model was given.
  std::int64_t calls = 0;        ///< Answers that were asked for.
  std::int64_t repairs = 0;      ///< Of those, because the one before was unusable.
  Usage usage;
  std::vector<Dropped> dropped;  ///< In the order of their reasons.
  std::string fallback;          ///< Why the local engine spoke although there was a model.

  friend bool operator==(const Spoken&, const Spoken&) = default;
};
BOOST_DESCRIBE_STRUCT(Spoken, (),
                      (part, engine, provider, prompt_version, calls, repairs, usage, dropped,
                       fallback))
inline constexpr std::array spoken_notes{
    Note{.field = "part", .doc = "The task."},
    Note{.field = "engine", .doc = "\"local\", or the model that spoke."},
    Note{.field = "provider", .doc = "Where the model runs.", .omit_empty = true},
    Note{.field = "prompt_version", .doc = "Of the prompt it was given.", .omit_empty = true},
    Note{.field = "calls", .doc = "Answers that were asked for."},
    Note{.field = "repairs", .doc = "Of those, because the one before was unusable."},
    Note{.field = "dropped",
         .doc = "Statements of the model that did not pass the checks, by reason.",
         .omit_empty = true},
    Note{.field = "fallback",
         .doc = "Why the local engine spoke although a model is configured.",
         .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Spoken*) {
  return spoken_notes;
}

}  // namespace insightflow::llm

// Their field tables are instantiated once, in this room's library.
namespace insightflow {
extern template const Type& type_of<llm::Spoken>();
}  // namespace insightflow
