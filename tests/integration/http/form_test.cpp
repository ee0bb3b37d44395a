// What keeps machines out of public forms, over a real connection.
#include "support/chromium.hpp"
#include "support/html_page.hpp"
#include "support/http_world.hpp"

#include <insightflow/security/digest.hpp>

#include <atomic>

using namespace insightflow;
using namespace insightflow::test;

namespace {

constexpr std::string_view form_type = "Content-Type: application/x-www-form-urlencoded\r\n";
const std::string survey = R"({"title":"Week","slug":"week","questions":[
  {"id":"use","kind":"yes_no","text":"Did you use the app?","required":true},
  {"id":"why","kind":"open_text","text":"Why?"}]})";
const std::string two_pages = R"({"title":"Two","slug":"two","sections":[
  {"id":"s1","title":"One"},{"id":"s2","title":"Two"}],"questions":[
  {"id":"a","kind":"yes_no","text":"First?","section":"s1","required":true},
  {"id":"b","kind":"open_text","text":"Second?","section":"s2"}]})";

struct StepClock final : Clock {
  Instant now() const override { return {at.load()}; }
  std::atomic<std::int64_t> at{1'800'000'000'000};
};

http::ApplicationOptions strict(const Clock& clock, int bits = 0) {
  http::ApplicationOptions out;
  out.clock = &clock;
  out.form.work_bits = bits;
  return out;
}

struct FormWorld {
  explicit FormWorld(int bits = 0, const std::string& document = survey)
      : world(HttpWorld::Jobs::leave, strict(clock, bits)),
        key(world.workspace("First")),
        owner(world.client(key)),
        guest(world.client()) {
    const auto made = owner.post("/api/v1/surveys", document);
    REQUIRE(made.status == 201);
    path = "/api/v1/surveys/" + text_at(json_of(made.body), "/id");
    REQUIRE(owner.post(path + "/publish").status == 200);
  }
  std::size_t stored() {
    return json_of(owner.get(path + "/responses").body).at_pointer("/items").as_array().size();
  }
  /// The form of the survey, filled in.
  HtmlForm filled(const std::string& why = "Because <i>") {
    const auto answer = guest.get("/s/week");
    REQUIRE(answer.status == 200);
    HtmlForm form{HtmlPage(without_script(answer.body))};
    REQUIRE(form.fill("a.use", "yes"));
    REQUIRE(form.fill("a.why", why));
    return form;
  }
  HttpClient::Answer send(const HtmlForm& form, std::string_view fields = {}) {
    return post(form.body("go", "next"), fields);
  }
  HttpClient::Answer post(const std::string& body, std::string_view fields = {}) {
    return guest.post("/s/week", body, std::string(form_type) + std::string(fields));
  }
  void wait(std::int64_t ms) { clock.at += ms; }

  /// The strict reader of markup does not read script.
  static std::string without_script(std::string text) {
    const std::size_t at = text.find("<script"), end = text.find("</script>");
    if (at != text.npos && end != text.npos) text.erase(at, end + 9 - at);
    return text;
  }

  StepClock clock;
  HttpWorld world;
  std::string key;
  HttpClient owner, guest;
  std::string path;
};

std::string solve(const std::string& token, int bits) {
  for (int i = 0;; ++i) {
    const std::string digest = security::sha256(token + ":" + std::to_string(i));
    int zeros = 0;
    while (zeros < bits &&
           ((digest[zeros / 4] <= '9' ? digest[zeros / 4] - '0' : digest[zeros / 4] - 'a' + 10) >>
                (3 - zeros % 4) &
            1) == 0)
      ++zeros;
    if (zeros == bits) return std::to_string(i);
  }
}

}  // namespace

TEST_CASE("what a form must not be, and how it comes back with what was typed") {
  FormWorld forms;
  struct Row {
    std::string_view name;
    std::int64_t after;
    std::function<void(HtmlForm&)> change;
    std::string fields;
    int status;
    std::int64_t wait;  ///< Before it is sent as it came back.
    bool renewed;
  };
  const auto nothing = [](HtmlForm&) {};
  const auto token = [](std::string to) { return [to](HtmlForm& form) { form.put("token", to); }; };
  const std::string other = http::FormGuard(std::string(32, 'x'), {}).issue("week", {1});
  const Row rows[] = {
      {"at once", 0, nothing, "", 422, 1'000, false},
      {"the trap", 5'000, [](HtmlForm& form) { REQUIRE(form.fill("homepage", "http://a")); }, "",
       422, 0, false},
      {"a day and more", 86'400'001, nothing, "", 422, 1'000, true},
      {"no token", 5'000, token(""), "", 422, 1'000, true},
      {"made up", 5'000, token("abc.def.ghi"), "", 422, 1'000, true},
      {"another server's", 5'000, token(other), "", 422, 1'000, true},
      {"from another site", 5'000, nothing, "Sec-Fetch-Site: cross-site\r\n", 403, 1'000, true},
      {"from a sibling", 5'000, nothing, "Sec-Fetch-Site: same-site\r\n", 403, 1'000, true},
      {"from another origin", 5'000, nothing, "Origin: https://evil.example\r\n", 403, 1'000,
       true}};
  std::size_t stored = 0;
  for (const Row& row : rows) {
    CAPTURE(row.name);
    HtmlForm form = forms.filled();
    const std::string before = form.value("token");
    forms.wait(row.after);
    row.change(form);
    const auto refused = forms.send(form, row.fields);
    CHECK(refused.status == row.status);
    CHECK(forms.stored() == stored);
    const HtmlPage page(refused.body);
    CHECK(page.problem() == "");
    CHECK(refused.body.find("role=\"alert\"") != std::string::npos);
    HtmlForm again(page);
    CHECK(again.value("a.why") == "Because <i>");
    CHECK(again.value("a.use") == "yes");
    CHECK(again.value("homepage") == "");
    CHECK((again.value("token") != before) == row.renewed);
    forms.wait(row.wait);
    CHECK(forms.send(again).status == 201);
    CHECK(forms.stored() == ++stored);
  }
}

TEST_CASE("a person's form goes through at once, in every browser") {
  FormWorld forms;
  for (const char* fields :
       {"", "Sec-Fetch-Site: same-origin\r\nOrigin: null\r\n", "Sec-Fetch-Site: none\r\n",
        "Origin: null\r\n", "Origin: http://a\r\n", "Origin: https://A\r\n"}) {
    CAPTURE(fields);
    const HtmlForm form = forms.filled();
    forms.wait(1'000);
    CHECK(forms.send(form, fields).status == 201);
  }
}

TEST_CASE("a form that was sent is not sent again with other answers unseen") {
  FormWorld forms;
  HtmlForm form = forms.filled("First");
  forms.wait(2'000);
  CHECK(forms.send(form).status == 201);
  CHECK(forms.send(form).status == 201);  // Pressed twice.
  CHECK(forms.stored() == 1);
  REQUIRE(form.fill("a.why", "Second"));
  const auto refused = forms.send(form);
  CHECK(refused.status == 409);
  HtmlForm again{HtmlPage(refused.body)};
  CHECK(again.value("a.why") == "Second");
  CHECK(again.value("token") != form.value("token"));
  forms.wait(2'000);
  CHECK(forms.send(again).status == 201);
  CHECK(forms.stored() == 2);
}

TEST_CASE("nothing a browser sends by itself opens anything") {
  FormWorld forms;
  const HtmlForm form = forms.filled();
  forms.wait(2'000);
  // Cookies and an Authorization field change nothing on the page; the API knows no cookies.
  const auto plain = forms.guest.get("/s/week", "Cookie: key=" + forms.key + "\r\n");
  CHECK(plain.field("Set-Cookie") == "");
  CHECK(forms.guest.get(forms.path, "Cookie: key=" + forms.key + "; session=x\r\n").status == 401);
  // A form of another site cannot speak JSON: its media types are refused by the API.
  for (const char* media :
       {"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"}) {
    CAPTURE(media);
    CHECK(forms.guest
              .post("/api/v1/public/surveys/week/responses", R"({"answers":{"use":"yes"}})",
                    "Content-Type: " + std::string(media) + "\r\n")
              .status == 415);
  }
  CHECK(forms.stored() == 0);
}

TEST_CASE("a form of several pages keeps its token and is held back at the end alone") {
  FormWorld forms(0, two_pages);
  HtmlForm form{HtmlPage(forms.guest.get("/s/two").body)};
  const std::string token = form.value("token");
  REQUIRE(form.fill("a.a", "yes"));
  const auto second = forms.guest.post("/s/two", form.body("go", "next"), form_type);
  CHECK(second.status == 200);  // At once.
  HtmlForm last{HtmlPage(second.body)};
  CHECK(last.value("token") == token);
  CHECK(forms.guest.post("/s/two", last.body("go", "next"), form_type).status == 422);
  forms.wait(1'000);
  CHECK(forms.guest.post("/s/two", last.body("go", "next"), form_type).status == 201);
  // One that is too old is given a new token on the way.
  forms.wait(2 * 86'400'000LL);
  const auto renewed = forms.guest.post("/s/two", form.body("go", "next"), form_type);
  CHECK(renewed.status == 200);
  HtmlForm fresh{HtmlPage(renewed.body)};
  CHECK(fresh.value("token") != token);
  CHECK(fresh.value("a.a") == "yes");
  forms.wait(1'000);
  CHECK(forms.guest.post("/s/two", fresh.body("go", "next"), form_type).status == 201);
}

TEST_CASE("the puzzle is asked of pages and of programs without a key") {
  constexpr int bits = 8;
  FormWorld forms(bits);
  const auto shown = forms.guest.get("/s/week");
  const std::string policy = shown.field("Content-Security-Policy");
  CHECK(policy.find("script-src 'nonce-") != std::string::npos);
  CHECK(policy.find("unsafe") == std::string::npos);
  CHECK(shown.body.find("<noscript>") != std::string::npos);
  CHECK(shown.body.find("data-work=\"8\"") != std::string::npos);

  HtmlForm form = forms.filled();
  const std::string token = form.value("token");
  forms.wait(2'000);
  const auto unsolved = forms.send(form);
  CHECK(unsolved.status == 422);
  HtmlForm again{HtmlPage(FormWorld::without_script(unsolved.body))};
  CHECK(again.value("token") == token);
  CHECK(again.value("a.why") == "Because <i>");
  again.put("work", "0x1");
  CHECK(forms.send(again).status == 422);
  again.put("work", solve(token, bits));
  CHECK(forms.send(again).status == 201);
  CHECK(forms.stored() == 1);

  const std::string to = "/api/v1/public/surveys/week/responses";
  const std::string answers = R"({"answers":{"use":"yes"}})";
  const auto refused = forms.guest.post(to, answers);
  CHECK(refused.status == 422);
  CHECK(refused.body.find("form_work_missing") != std::string::npos);
  const auto read = forms.guest.get("/api/v1/public/surveys/week");
  const std::string given = read.field("X-Form-Token");
  CHECK(read.field("X-Form-Work-Bits") == "8");
  const std::string with = "X-Form-Token: " + given + "\r\nX-Form-Work: ";
  CHECK(forms.guest.post(to, answers, with + "no\r\n").status == 422);
  const std::string solved = with + solve(given, bits) + "\r\n";
  CHECK(forms.guest.post(to, answers, solved).status == 201);
  CHECK(forms.stored() == 2);
  CHECK(forms.guest.post(to, R"({"answers":{"use":"no"}})", solved).status == 409);
  CHECK(forms.guest.post(to, answers, solved).body.find("\"repeated\":true") != std::string::npos);
  CHECK(forms.stored() == 2);
  // Who has a key is asked for nothing; who shows a wrong one is told so.
  CHECK(forms.owner.post(to, answers).status == 201);
  CHECK(forms.guest.post(to, answers, "Authorization: Bearer if_wrong\r\n").status == 401);
  CHECK(forms.stored() == 3);
}

TEST_CASE("without the puzzle programs are asked for nothing") {
  FormWorld forms;
  CHECK(forms.guest.post("/api/v1/public/surveys/week/responses", R"({"answers":{"use":"yes"}})")
            .status == 201);
  CHECK(forms.guest.get("/api/v1/public/surveys/week").field("X-Form-Token") == "");
}

TEST_CASE("servers with one database take each other's forms, and after a restart") {
  FormWorld forms;
  HtmlForm form = forms.filled();
  forms.wait(2'000);
  const http::Application second(forms.world.engine, strict(forms.clock));
  http::Server server({.workers = 2},
                      [&](const http::Request& request) { return second.handle(request); });
  HttpClient client(server.start().value());
  CHECK(client.post("/s/week", form.body("go", "next"), form_type).status == 201);
}

TEST_CASE("in a real browser") {
  constexpr int bits = 16;
  FormWorld forms(bits);
  Chromium browser(forms.world.folder / "profile");
  if (!browser.here) {
    MESSAGE("no Chromium here: not tested");
    return;
  }
  const std::string page = "http://127.0.0.1:" + std::to_string(forms.world.port) + "/s/week";
  REQUIRE(browser.open(page));
  // Nobody sees the trap, and no key leads to it.
  const std::string trap = "document.querySelector('[name=homepage]')";
  CHECK(browser.evaluate(trap + ".getBoundingClientRect().right<0") == "true");
  CHECK(browser.evaluate(trap + ".tabIndex") == "-1");
  CHECK(browser.evaluate("document.documentElement.scrollWidth<=innerWidth") == "true");

  SUBCASE("who is quicker than the puzzle waits a moment, and is then sent") {
    forms.wait(2'000);
    browser.evaluate(
        "(document.querySelector('[name=\"a.use\"][value=yes]').click(),"
        "document.querySelector('[name=\"a.why\"]').value='Because',"
        "document.querySelector('button.main').click())");
    CHECK(browser.await("document.body.innerText.includes('Thank you')"));
    CHECK(forms.stored() == 1);
  }
  SUBCASE("the answer to the puzzle is the first there is") {
    REQUIRE(browser.await("document.querySelector('[name=work]').value!=''"));
    CHECK(browser.evaluate("document.querySelector('[name=work]').value") ==
          solve(browser.evaluate("document.querySelector('[name=token]').value"), bits));
    forms.wait(2'000);
    browser.evaluate("document.querySelector('[name=\"a.use\"][value=no]').click()");
    browser.evaluate("document.querySelector('button.main').click()");
    CHECK(browser.await("document.body.innerText.includes('Thank you')"));
    CHECK(forms.stored() == 1);
  }
  SUBCASE("what is wrong on the page is told, with the puzzle still solved") {
    REQUIRE(browser.await("document.querySelector('[name=work]').value!=''"));
    browser.evaluate("document.querySelector('button.main').click()");
    CHECK(browser.await("document.querySelector('#error-use')!=null"));
    CHECK(browser.evaluate("document.querySelector('[name=work]').value!=''") == "true");
    CHECK(forms.stored() == 0);
  }
  SUBCASE("a form that another site sends stores nothing, even with all that it needs") {
    const std::string token =
        HtmlForm{HtmlPage(FormWorld::without_script(forms.guest.get("/s/week").body))}.value(
            "token");
    forms.wait(2'000);
    http::Server evil({.workers = 1}, [&](const http::Request&) {
      std::string body = "<!doctype html><form method=post action=\"" + page + "\">";
      for (const auto& [name, value] : {std::pair<std::string, std::string>{"a.use", "yes"},
                                        {"page", "0"},
                                        {"go", "next"},
                                        {"token", token},
                                        {"work", solve(token, bits)}})
        body += "<input name=\"" + name + "\" value=\"" + value + "\">";
      return http::Response{.headers = {{"Content-Type", "text/html"}},
                            .body = body + "</form><script>document.forms[0].submit()</script>"};
    });
    const std::string site = "http://localhost:" + std::to_string(evil.start().value()) + "/";
    browser.open(site);
    CHECK(browser.await("document.body.innerText.includes('sent from another site')"));
    CHECK(browser.evaluate("document.querySelector('[name=\"a.use\"]:checked').value") == "yes");
    CHECK(forms.stored() == 0);
  }
}
