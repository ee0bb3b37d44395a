#include "cli/command.hpp"

#include <insightflow/security/tokens.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include <cstdlib>
#include <iostream>

namespace insightflow::cli {

namespace {

constexpr std::size_t made_password_characters = 24;  // 120 bits

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

/// A password is never an argument: those are seen by everybody on the machine. It is the first
/// line of standard input, or made up.
struct Password {
  std::string text;
  bool made = false;
};
Password read_password(bool from_input) {
  Password out;
  if (from_input) {
    std::getline(std::cin, out.text);
    if (out.text.ends_with('\r')) out.text.pop_back();
  } else {
    out = {security::random_token("", made_password_characters), true};
  }
  return out;
}

void print_user(const Context& context, const identity::User& user, const Password& password) {
  if (context.json) {
    json::object out{{"id", user.id.str()}, {"email", user.email}};
    if (password.made) out["password"] = password.text;
    print_json(out);
    return;
  }
  print(user.email + "  " + user.id.str() + "\n");
  if (password.made)
    print("Password   " + password.text + "\n\nThe password is shown this once.\n");
}

}  // namespace

Result<identity::AccountOptions> account_options() {
  identity::AccountOptions out;
  out.master_keys = variable("INSIGHTFLOW_MASTER_KEY");
  out.open_registration = variable("INSIGHTFLOW_REGISTRATION") != "closed";
  if (const std::string base = variable("INSIGHTFLOW_LINK_BASE"); !base.empty())
    out.link_base = base;
  if (const std::string folder = variable("INSIGHTFLOW_MAIL_FOLDER"); !folder.empty())
    out.mail_folder = folder;
  if (const std::string url = variable("INSIGHTFLOW_SMTP_URL"); !url.empty()) {
    const std::string from = variable("INSIGHTFLOW_SMTP_FROM");
    if (from.empty())
      return fail(Code::invalid, "smtp_from_missing",
                  "INSIGHTFLOW_SMTP_URL is set, so INSIGHTFLOW_SMTP_FROM must say who sends.");
    out.mailer = identity::smtp_mailer({.url = url,
                                        .from = from,
                                        .user = variable("INSIGHTFLOW_SMTP_USER"),
                                        .password = variable("INSIGHTFLOW_SMTP_PASSWORD"),
                                        .require_tls = variable("INSIGHTFLOW_SMTP_PLAIN") != "1"});
  }
  // One provider; programs that embed the engine may name several.
  if (const std::string issuer = variable("INSIGHTFLOW_OIDC_ISSUER"); !issuer.empty()) {
    const std::string name = variable("INSIGHTFLOW_OIDC_NAME");
    out.providers.push_back({.name = name.empty() ? "oidc" : name,
                             .issuer = issuer,
                             .client_id = variable("INSIGHTFLOW_OIDC_CLIENT_ID"),
                             .client_secret = variable("INSIGHTFLOW_OIDC_CLIENT_SECRET"),
                             .redirect_uri = variable("INSIGHTFLOW_OIDC_REDIRECT_URI")});
  }
  return out;
}

void add_account_commands(CLI::App& app, Context& context) {
  auto* users = app.add_subcommand("users", "People who can sign in")->require_subcommand(1);
  const auto email_of = [](CLI::App& command) {
    auto email = std::make_shared<std::string>();
    command.add_option("EMAIL", *email, "The address of the account")->required();
    return email;
  };
  const auto input_flag = [](CLI::App& command) {
    auto flag = std::make_shared<bool>(false);
    command.add_flag("--password-stdin", *flag,
                     "Read the password from standard input instead of making one up");
    return flag;
  };

  auto* add = users->add_subcommand("add", "Make an account with a workspace of its own");
  auto email = email_of(*add);
  auto from_input = input_flag(*add);
  auto name = std::make_shared<std::string>();
  add->add_option("--name", *name, "The person's name");
  on_call(*add, context, [&context, email, from_input, name]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    const Password password = read_password(*from_input);
    BOOST_OUTCOME_TRY(const auto user, engine.accounts().add_user(*email, password.text, *name));
    print_user(context, user, password);
    return insightflow::success();
  });

  auto* list = users->add_subcommand("list", "List accounts, oldest first");
  on_call(*list, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const auto all, engine.accounts().list_users());
    if (context.json) {
      print_as_json(all);
      return insightflow::success();
    }
    for (const identity::User& user : all.items)
      print(user.id.str() + "  " + user.email + (user.email_verified_at ? "" : "  unconfirmed") +
            (user.disabled_at ? "  disabled" : "") + "\n");
    return insightflow::success();
  });

  auto* reset = users->add_subcommand("reset-password", "Set a password; all sessions end");
  auto reset_email = email_of(*reset);
  auto reset_input = input_flag(*reset);
  on_call(*reset, context, [&context, reset_email, reset_input]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    const Password password = read_password(*reset_input);
    BOOST_OUTCOME_TRY(const auto user, engine.accounts().set_password(*reset_email, password.text));
    print_user(context, user, password);
    return insightflow::success();
  });

  for (const bool disabled : {true, false}) {
    auto* one = users->add_subcommand(
        disabled ? "disable" : "enable",
        disabled ? "Refuse somebody from now on; all sessions end" : "Let somebody in again");
    auto whom = email_of(*one);
    on_call(*one, context, [&context, whom, disabled]() -> Result<void> {
      BOOST_OUTCOME_TRY(auto engine, context.open());
      BOOST_OUTCOME_TRY(const auto user, engine.accounts().set_disabled(*whom, disabled));
      print_user(context, user, {});
      return insightflow::success();
    });
  }

  auto* drop = users->add_subcommand("drop-second-factor",
                                     "Switch the second factor off, where app and codes are lost");
  auto drop_email = email_of(*drop);
  on_call(*drop, context, [&context, drop_email]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(engine.accounts().drop_second_factor(*drop_email));
    if (context.json)
      print_json({{"email", *drop_email}});
    else
      print(*drop_email + " signs in with the password alone.\n");
    return insightflow::success();
  });

  auto* secrets = app.add_subcommand("secrets", "Keys that keep secrets")->require_subcommand(1);
  auto* rotate = secrets->add_subcommand(
      "rotate", "Seal all secrets with a new master key; servers may go on running");
  auto forget = std::make_shared<bool>(false);
  rotate->add_flag("--forget", *forget,
                   "Also drop the old master keys; restart what still runs with them first");
  const auto resealed = [&context](std::int64_t rows) {
    if (context.json)
      print_json({{"resealed", rows}});
    else
      print(std::to_string(rows) +
            (rows == 1 ? " secret sealed anew\n" : " secrets sealed anew\n"));
  };
  on_call(*rotate, context, [&context, forget, resealed]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const std::int64_t rows, engine.accounts().rotate_master_key(*forget));
    resealed(rows);
    return insightflow::success();
  });
  auto* reseal = secrets->add_subcommand(
      "reseal",
      "Seal with the first master key what is not yet, e.g. after a rotation that stopped");
  on_call(*reseal, context, [&context, resealed]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const std::int64_t rows, engine.accounts().reseal());
    resealed(rows);
    return insightflow::success();
  });
  auto* signing = secrets->add_subcommand(
      "rotate-signing-key", "Sign access tokens with a new key; nobody is logged out");
  on_call(*signing, context, [&context]() -> Result<void> {
    BOOST_OUTCOME_TRY(auto engine, context.open());
    BOOST_OUTCOME_TRY(const std::string id, engine.accounts().rotate_signing_key());
    if (context.json)
      print_json({{"key", id}});
    else
      print("Access tokens are signed with the key " + id + ".\n");
    return insightflow::success();
  });
}

}  // namespace insightflow::cli
