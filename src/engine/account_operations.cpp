#include "engine/operation_tables.hpp"

#include <insightflow/identity/accounts.hpp>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace insightflow {

using namespace detail;
using identity::Accounts;
using identity::SignedIn;

namespace {

// What comes in. Passwords and tokens are never part of an answer, a log or an error.
struct RegisterRequest {
  std::string email;
  std::string password;
  std::string name;
};
BOOST_DESCRIBE_STRUCT(RegisterRequest, (), (email, password, name))
constexpr std::array register_request_notes{
    Note{.field = "email", .doc = "Proved by a mail.", .required = true, .pii = true, .max = 254},
    Note{.field = "password",
         .doc = "8 characters or more, none of the common ones.",
         .required = true,
         .max = 1024},
    Note{.field = "name", .doc = "As the person writes it.", .pii = true, .max = 200}};
constexpr std::span<const Note> field_notes(const RegisterRequest*) {
  return register_request_notes;
}

constexpr Note device_note{.field = "device",
                           .doc =
                               "From an earlier login to this account, or from a reset: wrong "
                               "passwords of others do not keep it out.",
                           .max = 300};

struct LoginRequest {
  std::string email;
  std::string password;
  std::string client;
  std::string device;
};
BOOST_DESCRIBE_STRUCT(LoginRequest, (), (email, password, client, device))
constexpr std::array login_request_notes{
    Note{.field = "email", .doc = "Of the account.", .required = true, .pii = true, .max = 254},
    Note{.field = "password", .doc = "Of the account.", .required = true, .max = 1024},
    Note{.field = "client", .doc = "What the list of sessions calls it.", .max = 200}, device_note};
constexpr std::span<const Note> field_notes(const LoginRequest*) {
  return login_request_notes;
}

struct SecondStepRequest {
  std::string challenge;
  std::string code;
  std::string client;
  std::string device;
};
BOOST_DESCRIBE_STRUCT(SecondStepRequest, (), (challenge, code, client, device))
constexpr std::array second_step_request_notes{
    Note{.field = "challenge", .doc = "From the first step.", .required = true, .max = 200},
    Note{.field = "code", .doc = "Of the app, or a recovery code.", .required = true, .max = 40},
    Note{.field = "client", .doc = "What the list of sessions calls it.", .max = 200}, device_note};
constexpr std::span<const Note> field_notes(const SecondStepRequest*) {
  return second_step_request_notes;
}

struct RefreshRequest {
  std::string refresh_token;
};
BOOST_DESCRIBE_STRUCT(RefreshRequest, (), (refresh_token))
constexpr std::array refresh_request_notes{
    Note{.field = "refresh_token", .doc = "The last one.", .required = true, .max = 200}};
constexpr std::span<const Note> field_notes(const RefreshRequest*) {
  return refresh_request_notes;
}

struct TokenRequest {
  std::string token;
};
BOOST_DESCRIBE_STRUCT(TokenRequest, (), (token))
constexpr std::array token_request_notes{
    Note{.field = "token", .doc = "From the link in the mail.", .required = true, .max = 200}};
constexpr std::span<const Note> field_notes(const TokenRequest*) {
  return token_request_notes;
}

struct AddressRequest {
  std::string email;
};
BOOST_DESCRIBE_STRUCT(AddressRequest, (), (email))
constexpr std::array address_request_notes{
    Note{.field = "email", .doc = "Of the account.", .required = true, .pii = true, .max = 254}};
constexpr std::span<const Note> field_notes(const AddressRequest*) {
  return address_request_notes;
}

struct ResetRequest {
  std::string token;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(ResetRequest, (), (token, password))
constexpr std::array reset_request_notes{
    Note{.field = "token", .doc = "From the link in the mail.", .required = true, .max = 200},
    Note{.field = "password", .doc = "The new one.", .required = true, .max = 1024}};
constexpr std::span<const Note> field_notes(const ResetRequest*) {
  return reset_request_notes;
}

struct PasswordChange {
  std::string current;
  std::string password;
};
BOOST_DESCRIBE_STRUCT(PasswordChange, (), (current, password))
constexpr std::array password_change_notes{
    Note{.field = "current", .doc = "The one so far.", .required = true, .max = 1024},
    Note{.field = "password", .doc = "The new one.", .required = true, .max = 1024}};
constexpr std::span<const Note> field_notes(const PasswordChange*) {
  return password_change_notes;
}

struct PasswordProof {
  std::string password;
};
BOOST_DESCRIBE_STRUCT(PasswordProof, (), (password))
constexpr std::array password_proof_notes{
    Note{.field = "password", .doc = "To be sure that it is you.", .required = true, .max = 1024}};
constexpr std::span<const Note> field_notes(const PasswordProof*) {
  return password_proof_notes;
}

struct CodeRequest {
  std::string code;
};
BOOST_DESCRIBE_STRUCT(CodeRequest, (), (code))
constexpr std::array code_request_notes{
    Note{.field = "code", .doc = "Of the authenticator app.", .required = true, .max = 40}};
constexpr std::span<const Note> field_notes(const CodeRequest*) {
  return code_request_notes;
}

/// Said where there is nothing else to say, to everybody alike.
struct Done {
  std::string status = "done";
  std::string device{};
};
BOOST_DESCRIBE_STRUCT(Done, (), (status, device))
constexpr std::array done_notes{
    Note{.field = "status",
         .doc = "\"done\", or \"accepted\" where a mail follows if there is somebody to get it."},
    Note{.field = "device",
         .doc = "After a reset: send it with the next login.",
         .omit_empty = true}};
constexpr std::span<const Note> field_notes(const Done*) {
  return done_notes;
}

Reply accepted() {
  return reply(Done{"accepted"}, 202);
}

template <class Request>
identity::Visit visit(const Call& call, const Request& given) {
  return {given.client, given.device, call.origin.request_id};
}

Result<Reply> register_user(const Call& call) {
  BOOST_OUTCOME_TRY(const auto given, call.read_body<RegisterRequest>());
  BOOST_OUTCOME_TRY(call.engine.accounts().register_user(given.email, given.password, given.name));
  return accepted();
}
Result<Reply> verify(const Call& call) {
  BOOST_OUTCOME_TRY(const auto given, call.read_body<TokenRequest>());
  BOOST_OUTCOME_TRY(call.engine.accounts().verify_email(given.token));
  return reply(Done{});
}
template <auto act>
Result<Reply> with_address(const Call& call) {
  BOOST_OUTCOME_TRY(const auto given, call.read_body<AddressRequest>());
  BOOST_OUTCOME_TRY((call.engine.accounts().*act)(given.email));
  return accepted();
}
Result<Reply> reset(const Call& call) {
  BOOST_OUTCOME_TRY(const auto given, call.read_body<ResetRequest>());
  BOOST_OUTCOME_TRY(auto device, call.engine.accounts().reset_password(given.token, given.password,
                                                                       call.origin.request_id));
  return reply(Done{.device = std::move(device)});
}
Result<Reply> login(const Call& call) {
  BOOST_OUTCOME_TRY(const auto given, call.read_body<LoginRequest>());
  BOOST_OUTCOME_TRY(const auto made,
                    call.engine.accounts().login(given.email, given.password, visit(call, given)));
  return reply(made);
}
Result<Reply> second_step(const Call& call) {
  BOOST_OUTCOME_TRY(const auto given, call.read_body<SecondStepRequest>());
  BOOST_OUTCOME_TRY(const auto made, call.engine.accounts().second_step(given.challenge, given.code,
                                                                        visit(call, given)));
  return reply(made);
}
Result<Reply> refresh(const Call& call) {
  BOOST_OUTCOME_TRY(const auto given, call.read_body<RefreshRequest>());
  BOOST_OUTCOME_TRY(const auto made, call.engine.accounts().refresh(given.refresh_token));
  return reply(made);
}
Result<Reply> start_external(const Call& call) {
  BOOST_OUTCOME_TRY(const auto made, call.engine.accounts().start_external(call.path[0]));
  return reply(made);
}
Result<Reply> finish_external(const Call& call) {
  BOOST_OUTCOME_TRY(const auto given, call.read_body<identity::OidcCallback>());
  BOOST_OUTCOME_TRY(const auto made,
                    call.engine.accounts().finish_external(given, visit(call, given)));
  return reply(made);
}
Result<Reply> jwks(const Call& call) {
  BOOST_OUTCOME_TRY(const auto keys, call.engine.accounts().jwks());
  return Reply{.media_type = "application/jwk-set+json", .body = serialize(keys)};
}

/// Who is signed in. An actor that the application made itself may be nobody.
Result<SignedIn> person(const Call& call) {
  const identity::Actor& actor = call.session->scope().actor;
  if (actor.user)
    return SignedIn{*actor.user, actor.session.value_or(SessionId{}), call.origin.request_id};
  return fail(Code::forbidden, "user_missing", "This needs somebody who is signed in, not a key.");
}

Result<Reply> me(const Call& call) {
  BOOST_OUTCOME_TRY(const auto who, person(call));
  BOOST_OUTCOME_TRY(const auto user, call.engine.accounts().me(who));
  return reply(user);
}
Result<Reply> list_sessions(const Call& call) {
  BOOST_OUTCOME_TRY(const auto who, person(call));
  BOOST_OUTCOME_TRY(const auto list, call.engine.accounts().sessions(who));
  return reply(list);
}
Result<Reply> revoke_session(const Call& call) {
  BOOST_OUTCOME_TRY(const auto who, person(call));
  BOOST_OUTCOME_TRY(const auto id, call.id<SessionId>());
  BOOST_OUTCOME_TRY(const auto session, call.engine.accounts().revoke_session(who, id));
  return reply(session);
}
template <auto act>
Result<Reply> leave(const Call& call) {
  BOOST_OUTCOME_TRY(const auto who, person(call));
  BOOST_OUTCOME_TRY((call.engine.accounts().*act)(who));
  return reply(Done{});
}
Result<Reply> change_password(const Call& call) {
  BOOST_OUTCOME_TRY(const auto who, person(call));
  BOOST_OUTCOME_TRY(const auto given, call.read_body<PasswordChange>());
  BOOST_OUTCOME_TRY(call.engine.accounts().change_password(who, given.current, given.password));
  return reply(Done{});
}
Result<Reply> enrol_totp(const Call& call) {
  BOOST_OUTCOME_TRY(const auto who, person(call));
  BOOST_OUTCOME_TRY(const auto given, call.read_body<PasswordProof>());
  BOOST_OUTCOME_TRY(const auto made, call.engine.accounts().enrol_totp(who, given.password));
  return reply(made);
}
Result<Reply> confirm_totp(const Call& call) {
  BOOST_OUTCOME_TRY(const auto who, person(call));
  BOOST_OUTCOME_TRY(const auto given, call.read_body<CodeRequest>());
  BOOST_OUTCOME_TRY(const auto made, call.engine.accounts().confirm_totp(who, given.code));
  return reply(made);
}
Result<Reply> disable_totp(const Call& call) {
  BOOST_OUTCOME_TRY(const auto who, person(call));
  BOOST_OUTCOME_TRY(const auto given, call.read_body<PasswordProof>());
  BOOST_OUTCOME_TRY(call.engine.accounts().disable_totp(who, given.password));
  return reply(Done{});
}

/// A row that changes something and needs nobody who is signed in.
constexpr Operation open_row(std::string_view name, std::string_view path, std::string_view summary,
                             int status, const Type& (*body)(), const Type& (*output)(),
                             Result<Reply> (*run)(const Call&)) {
  return {.name = name,
          .method = "POST",
          .path = path,
          .summary = summary,
          .status = status,
          .body = body,
          .output = output,
          .run = run};
}
/// A row for somebody who is signed in.
constexpr Operation own_row(std::string_view name, std::string_view method, std::string_view path,
                            std::string_view summary, const Type& (*body)(),
                            const Type& (*output)(), Result<Reply> (*run)(const Call&)) {
  return {.name = name,
          .method = method,
          .path = path,
          .summary = summary,
          .permission = Permission::account_own,
          .body = body,
          .output = output,
          .run = run};
}

}  // namespace

std::span<const Operation> account_operations() {
  static const Operation table[] = {
      open_row("auth.register", "/auth/register", "Make an account; a mail proves the address.",
               202, type<RegisterRequest>, type<Done>, register_user),
      open_row("auth.verify", "/auth/verify", "Prove an address with the token of the mail.", 200,
               type<TokenRequest>, type<Done>, verify),
      open_row("auth.resend", "/auth/resend", "Mail the link that proves an address again.", 202,
               type<AddressRequest>, type<Done>, with_address<&Accounts::resend_verification>),
      open_row("auth.login", "/auth/login", "Sign in; may ask for a second factor.", 200,
               type<LoginRequest>, type<identity::Login>, login),
      open_row("auth.second_step", "/auth/second-step", "Finish a login with a code.", 200,
               type<SecondStepRequest>, type<identity::Tokens>, second_step),
      open_row("auth.refresh", "/auth/refresh", "Change a refresh token for the next pair.", 200,
               type<RefreshRequest>, type<identity::Tokens>, refresh),
      open_row("auth.forgot_password", "/auth/forgot-password", "Mail a link to set a password.",
               202, type<AddressRequest>, type<Done>, with_address<&Accounts::request_reset>),
      open_row("auth.reset_password", "/auth/reset-password",
               "Set a password with the token of the mail; all sessions end.", 200,
               type<ResetRequest>, type<Done>, reset),
      open_row("auth.external_start", "/auth/external/{provider}/start",
               "Begin to sign in at another provider.", 200, nullptr, type<identity::OidcStart>,
               start_external),
      open_row("auth.external_finish", "/auth/external-login",
               "Finish to sign in at another provider.", 200, type<identity::OidcCallback>,
               type<identity::Login>, finish_external),
      {.name = "auth.jwks",
       .method = "GET",
       .path = "/auth/jwks",
       .summary = "The keys that check access tokens; also at /.well-known/jwks.json.",
       .output_media = "application/jwk-set+json",
       .run = jwks},
      own_row("account.get", "GET", "/account", "Who you are.", nullptr, type<identity::User>, me),
      own_row("account.sessions", "GET", "/account/sessions", "Where you are signed in.", nullptr,
              type<identity::UserSessionList>, list_sessions),
      own_row("account.revoke_session", "DELETE", "/account/sessions/{session_id}",
              "End one of your sessions.", nullptr, type<identity::UserSession>, revoke_session),
      own_row("account.change_password", "POST", "/account/password",
              "Change your password; your other sessions end.", type<PasswordChange>, type<Done>,
              change_password),
      own_row("account.enrol_totp", "POST", "/account/totp",
              "Get a secret for an authenticator app.", type<PasswordProof>,
              type<identity::TotpEnrolment>, enrol_totp),
      own_row("account.confirm_totp", "POST", "/account/totp/confirm",
              "Switch the second factor on; gives recovery codes this once.", type<CodeRequest>,
              type<identity::RecoveryCodes>, confirm_totp),
      own_row("account.disable_totp", "POST", "/account/totp/disable",
              "Switch the second factor off.", type<PasswordProof>, type<Done>, disable_totp),
      own_row("account.logout", "POST", "/account/logout", "End this session.", nullptr, type<Done>,
              leave<&Accounts::logout>),
      own_row("account.logout_everywhere", "POST", "/account/logout-everywhere",
              "End all your sessions.", nullptr, type<Done>, leave<&Accounts::logout_everywhere>)};
  return table;
}

}  // namespace insightflow
