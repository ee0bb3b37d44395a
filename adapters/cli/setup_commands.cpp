#include "cli/command.hpp"

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace insightflow::cli {

void add_setup_commands(CLI::App& app, Context& context) {
  auto* init = app.add_subcommand("init", "Make the database, a workspace and its first API key");
  auto name = std::make_shared<std::string>("Default");
  init->add_option("--name", *name, "Name of the workspace")->capture_default_str();
  on_call(*init, context, [&context, name]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open(true));
    BOOST_OUTCOME_TRY(const auto known, identity::list_workspaces(engine.database()));
    for (const identity::Workspace& workspace : known)
      if (workspace.name == *name)
        return fail(Code::conflict, "workspace_exists",
                    "'" + context.database + "' has a workspace '" + *name +
                        "' already. 'insightflow key create' makes another key for it.");
    BOOST_OUTCOME_TRY(const auto made, engine.create_workspace(*name));
    if (context.json) {
      print_json({{"database", context.database},
                  {"workspace", made.workspace.id.str()},
                  {"key", made.key.key}});
    } else {
      print("Database   " + context.database + "\nWorkspace  " + made.workspace.name +
            "\nAPI key    " + made.key.key +
            "\n\nThe key is shown this once; only its hash is stored.\n");
    }
    return insightflow::success();
  });

  auto* key = app.add_subcommand("key", "API keys")->require_subcommand(1);
  auto* create = key->add_subcommand("create", "Make a key; it is shown this once");
  auto key_name = std::make_shared<std::string>("command line");
  auto role = std::make_shared<std::string>("viewer");
  create->add_option("--name", *key_name, "What the key is for")->capture_default_str();
  create->add_option("--role", *role, "guest, viewer, analyst, editor, admin or owner")
      ->capture_default_str();
  auto scopes = std::make_shared<std::vector<std::string>>();
  auto expires = std::make_shared<std::string>();
  create->add_option("--scope", *scopes, "Only this permission; may be repeated");
  create->add_option("--expires", *expires, "Refused from then on, e.g. 2027-01-31");
  on_call(*create, context, [&context, key_name, role, scopes, expires]() -> Result<void> {
    identity::KeyRequest request{.name = *key_name};
    BOOST_OUTCOME_TRY(request.role, one_of<identity::Role>(*role));
    for (const std::string& scope : *scopes) {
      BOOST_OUTCOME_TRY(const auto permission, one_of<identity::Permission>(scope));
      if (!request.scopes) request.scopes.emplace();
      request.scopes->push_back(permission);
    }
    if (!expires->empty()) {
      BOOST_OUTCOME_TRY(request.expires_at, Instant::parse(*expires));
    }
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto made, session.keys().create(request));
    if (context.json)
      print_as_json(made);
    else
      print(made.key + "\n");
    return insightflow::success();
  });
  auto* list = key->add_subcommand("list", "List keys");
  on_call(*list, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto keys, session.keys().list());
    if (context.json) {
      print_as_json(keys);
      return insightflow::success();
    }
    for (const identity::ApiKey& one : keys.items)
      print(one.id.str() + "  " + one.hint + "…  " + std::string(slug(one.role)) + "  " +
            (one.revoked_at ? "revoked  " : "") +
            (one.expires_at ? "until " + one.expires_at->str() + "  " : "") +
            (one.last_used_at ? "used " + one.last_used_at->str() + "  " : "") + one.name + "\n");
    return insightflow::success();
  });
  auto* revoke = key->add_subcommand("revoke", "Refuse a key from now on");
  auto id = std::make_shared<std::string>();
  revoke->add_option("ID", *id, "From 'key list'")->required();
  on_call(*revoke, context, [&context, id]() -> Result<void> {
    BOOST_OUTCOME_TRY(const auto key_id, ApiKeyId::parse(*id));
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto session, context.owner(engine));
    BOOST_OUTCOME_TRY(const auto revoked, session.keys().revoke(key_id));
    if (context.json)
      print_as_json(revoked);
    else
      print("Revoked " + revoked.hint + "… (" + revoked.name + ").\n");
    return insightflow::success();
  });

  auto* backup = app.add_subcommand("backup", "Copy the database while it is in use");
  auto path = std::make_shared<std::string>();
  backup->add_option("FILE", *path, "Where to; must not exist yet")->required();
  on_call(*backup, context, [&context, path]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(engine.backup(*path));
    if (context.json)
      print_json({{"backup", *path}});
    else
      print("Wrote " + *path + ".\n");
    return insightflow::success();
  });

  auto* version = app.add_subcommand("version", "Versions of the program and its engine");
  on_call(*version, context, [&context]() -> Result<void> {
    const std::string engine = insight::engine_version();
    if (context.json)
      print_json({{"version", INSIGHTFLOW_VERSION}, {"engine", engine}});
    else
      print("insightflow " INSIGHTFLOW_VERSION " (" + engine + ")\n");
    return insightflow::success();
  });
}

}  // namespace insightflow::cli
