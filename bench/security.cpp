#include "http/application.hpp"
#include "support/contest.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/security/jwt.hpp>
#include <insightflow/security/password.hpp>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

/// What security costs: checking access tokens on one core, hashing a password, and the same read
/// over HTTP where nobody is looked up, with a key, and with an access token.
///
///     bench_security [rounds] [seconds per measurement]
namespace {
using namespace insightflow;

constexpr const char* password = "four lamps under nine bridges";
constexpr const char* database = "/security.db";

double seconds_of(const std::function<void()>& work) {
  const auto begin = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

/// Calls a second; the best of five.
double rate(int calls, const std::function<void()>& call) {
  double best = 0;
  for (int round = 0; round < 5; ++round)
    best = std::max(best, calls / seconds_of([&] {
                            for (int i = 0; i < calls; ++i) call();
                          }));
  return best;
}

struct Prepared {
  std::string key, token, path;
};

Prepared prepare(const std::string& folder) {
  auto engine = Engine::open({.database = "sqlite:" + folder + database}).value();
  const auto user = engine.accounts().add_user("bench@example.org", password, "").value();
  const auto tokens = engine.accounts().login("bench@example.org", password).value().tokens;
  auto owner = engine.as(
      {.workspace = user.home_workspace_id, .role = identity::Role::owner, .user = user.id});
  Prepared out;
  out.key = owner.keys().create({.name = "bench", .role = identity::Role::owner}).value().key;
  out.token = tokens.value().access_token;
  const auto survey = owner.surveys().generate({.goal = "Why do trial users leave?"}).value();
  out.path = "/api/v1/surveys/" + survey.id.str();
  return out;
}

/// The server as it is; `open` lets everybody in and looks nobody up.
void serve(const std::string& folder, bool open, const bench::Served::Ready& ready) {
  static Engine engine = Engine::open({.database = "sqlite:" + folder + database}).value();
  http::ApplicationOptions options;
  if (open) {
    const auto home = engine.accounts().list_users().value().items.at(0).home_workspace_id;
    options.authenticate = [home](const http::Credentials&) -> Result<identity::Actor> {
      return identity::Actor{.workspace = home, .role = identity::Role::owner};
    };
  }
  static const http::Application application(engine, std::move(options));
  http::Server server({}, [](const http::Request& request) { return application.handle(request); });
  ready(server.start().value());
  for (;;) ::pause();
}

}  // namespace

int main(int count, char** arguments) {
  const int rounds = count > 1 ? std::atoi(arguments[1]) : 5;
  const double seconds = count > 2 ? std::atof(arguments[2]) : 1.5;
  std::string where =
      (std::filesystem::temp_directory_path() / "insightflow-bench-XXXXXX").string();
  if (::mkdtemp(where.data()) == nullptr) return 1;
  const Prepared prepared = prepare(where);

  const auto get = [&](const std::string& bearer) {
    return [=](std::uint64_t, std::string& to) {
      to = bench::get_request(prepared.path, "Authorization: Bearer " + bearer + "\r\n");
    };
  };
  std::vector<bench::Contender> contenders;
  const auto add = [&](const char* name, bool open, const std::string& bearer) {
    contenders.push_back({name,
                          std::make_unique<bench::Served>([&](const bench::Served::Ready& ready) {
                            serve(where, open, ready);
                          }),
                          get(bearer)});
  };
  add("open", true, "anybody");
  add("key", false, prepared.key);
  add("token", false, prepared.token);
  bench::contest("security", contenders, rounds, seconds);
  contenders.clear();

  auto engine = Engine::open({.database = "sqlite:" + where + database}).value();
  const auto key = security::SigningKey::generate("k");
  const std::string token = key.sign_token(
      "at+jwt", serialize(json::object{{"iss", "i"}, {"aud", "a"}, {"iat", 1}, {"exp", 1000}}));
  const security::KeySet keys{{key.public_key()}};
  constexpr security::JwsAlgorithm allowed[] = {security::JwsAlgorithm::EdDSA};
  const security::JwtRules rules{
      .issuer = "i", .audience = "a", .type = "at+jwt", .now = Instant{5000}};
  bool right = true;
  const double signature =
      rate(2'000, [&] { right &= security::verify_jwt(token, keys, allowed, rules).has_value(); });
  const double checked =
      rate(50'000, [&] { right &= engine.accounts().identify(prepared.token).has_value(); });
  const double member = rate(50'000, [&] {
    right &= engine.accounts().authenticate(prepared.token, std::nullopt).has_value();
  });
  security::PasswordHasher hasher;
  double hash_ms = 1e9;
  for (int i = 0; i < 5; ++i)
    hash_ms =
        std::min(hash_ms, 1000 * seconds_of([&] { right &= hasher.hash(password).has_value(); }));
  std::printf(
      "{\"bench\":\"access_token\",\"first_check_per_s\":%.0f,\"check_per_s\":%.0f,"
      "\"check_with_membership_per_s\":%.0f,\"argon2id_ms\":%.1f,\"all_right\":%s}\n",
      signature, checked, member, hash_ms, right ? "true" : "false");
  std::filesystem::remove_all(where);
  return right ? 0 : 1;
}
