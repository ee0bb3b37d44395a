#include "cli/command.hpp"

#include <insightflow/core/json.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

namespace {

void add_entry_list(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand("list", "Who did what, newest first");
  auto filter = std::make_shared<audit::EntryFilter>();
  command->add_option("--limit", filter->limit, "Entries to list")
      ->check(CLI::Range(1, 200))
      ->capture_default_str();
  command->add_option("--before", filter->before, "Only entries with a smaller number");
  on_call(*command, context, [&context, filter]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto page, session.trail().list(*filter));
    if (context.json) {
      print_as_json(page);
      return insightflow::success();
    }
    for (const audit::Entry& entry : page.items) {
      std::string line = std::to_string(entry.number) + "  " + entry.at.str() + "  " + entry.action;
      for (const std::string& part : {entry.subject, entry.detail})
        line += part.empty() ? "" : "  " + part;
      print(line + (entry.actor.empty() ? "" : "  by " + entry.actor) + "\n");
    }
    if (page.next) remark("There are more: --before " + std::to_string(*page.next));
    return insightflow::success();
  });
}

void add_head(CLI::App& parent, Context& context) {
  auto* command = parent.add_subcommand(
      "head", "Print the end of the chain as JSON; keep it where this program cannot write");
  on_call(*command, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto head, session.trail().head());
    print_as_json(head);
    return insightflow::success();
  });
}

void add_verify(CLI::App& parent, Context& context) {
  auto* command =
      parent.add_subcommand("verify", "Find entries that were changed, removed, moved or cut off");
  auto files = std::make_shared<std::vector<std::string>>();
  command->add_option("--head", *files,
                      "A file that 'audit head' printed earlier; repeat for several");
  on_call(*command, context, [&context, files]() -> Result<void> {
    std::vector<audit::Head> heads;
    for (const std::string& file : *files) {
      BOOST_OUTCOME_TRY(const auto text, read_file(file));
      BOOST_OUTCOME_TRY(auto head, parse_described<audit::Head>(file, text));
      heads.push_back(std::move(head));
    }
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto found, session.trail().verify(heads));
    if (context.json) {
      print_as_json(found);
    } else {
      for (const audit::Fault& fault : found.faults)
        print("entry " + std::to_string(fault.number) + "  " + std::string(slug(fault.damage)) +
              "  " + fault.detail + "\n");
      print(std::to_string(found.entries) + " entries and " + std::to_string(found.heads) +
            " heads read\n");
    }
    if (found.whole) {
      if (heads.empty() && !context.json)
        remark("Without a head that was kept elsewhere, an end that was cut off is not seen.");
      return insightflow::success();
    }
    return fail(Code::corrupt, "audit_damaged",
                "The audit trail is damaged; see the entries that are listed.");
  });
}

}  // namespace

void add_audit_commands(CLI::App& app, Context& context) {
  auto* audit = app.add_subcommand("audit", "Who did what, and whether that record is whole")
                    ->require_subcommand(1);
  add_entry_list(*audit, context);
  add_head(*audit, context);
  add_verify(*audit, context);
}

}  // namespace insightflow::cli
