#include "support/html_page.hpp"
#include "support/http_world.hpp"

using namespace insightflow;
using namespace insightflow::test;

namespace {

constexpr std::string_view form_type = "Content-Type: application/x-www-form-urlencoded\r\n";

const std::string walk = R"json({"title":"Your <first> week","slug":"week","hidden":["plan"],
  "sections":[{"id":"s1","title":"Use"},{"id":"s2","title":"Reasons"},{"id":"s3","title":"End"}],
  "questions":[
   {"id":"use","kind":"yes_no","text":"Did you use the app this week?","section":"s1",
    "required":true},
   {"id":"team","kind":"number","text":"How many people are in your team?","section":"s1",
    "scale":{"min":1,"max":50}},
   {"id":"why","kind":"open_text","text":"What kept you from it?","section":"s2",
    "show_if":"use == 'no'","required":true},
   {"id":"rank","kind":"ranking","text":"What matters most?","section":"s3",
    "options":["Price","Speed","Help"]},
   {"id":"parts","kind":"multiple_choice","text":"Which parts do you know?","section":"s3",
    "options":["Boards",{"id":"o","label":"Something else","other":true}]},
   {"id":"last","kind":"open_text","text":"Anything else?","section":"s3"}],
  "translations":{"de":{"title":"Ihre erste Woche",
    "questions":{"use":{"text":"Haben Sie die App genutzt?"}}}}})json";

/// A browser at one address.
struct Browser {
  explicit Browser(const HttpWorld& world) : client(world.client()) {}

  void open(const std::string& path, std::string_view fields = {}) {
    take(client.get(path, fields));
  }
  void press(const std::string& button = "go", const std::string& value = "next") {
    take(client.post(form.action(), form.body(button, value), form_type));
  }
  void take(HttpClient::Answer got) {
    answer = std::move(got);
    page.emplace(answer.body);
    form = HtmlForm(*page);
    CHECK(page->problem() == "");
    // Nothing may run or be fetched; the one style is the one the policy names.
    const std::string policy = answer.field("Content-Security-Policy");
    const auto* style = page->first("style");
    REQUIRE(style != nullptr);
    const std::string nonce = style->attribute("nonce");
    CHECK(nonce.size() >= 16);
    CHECK(policy.find("default-src 'none'") != std::string::npos);
    CHECK(policy.find("'nonce-" + nonce + "'") != std::string::npos);
    CHECK(policy.find("unsafe") == std::string::npos);
    CHECK(policy.find("form-action 'self'") != std::string::npos);
    CHECK(nonce != last_nonce);
    last_nonce = nonce;
    CHECK(answer.field("X-Content-Type-Options") == "nosniff");
    CHECK(answer.field("Referrer-Policy") == "no-referrer");
    CHECK(answer.field("Cache-Control") == "no-store");
    CHECK(answer.field("Content-Type") == "text/html; charset=utf-8");
    for (const auto& element : page->elements()) {
      CHECK(element.name != "script");
      CHECK(element.name != "iframe");
      CHECK(!element.has("style"));
      CHECK(!element.has("onclick"));
    }
  }
  bool shows(std::string_view id) const { return page->by_id("q-" + std::string(id)) != nullptr; }
  bool says(std::string_view text) const {
    return page->first("html")->text.find(text) != std::string::npos;
  }

  HttpClient client;
  HttpClient::Answer answer;
  std::optional<HtmlPage> page;
  HtmlForm form{HtmlPage("")};
  std::string last_nonce;
};

struct Walk {
  Walk() : owner(world.client(world.workspace("First"))) {
    const auto made = owner.post("/api/v1/surveys", walk);
    REQUIRE(made.status == 201);
    path = "/api/v1/surveys/" + text_at(json_of(made.body), "/id");
    REQUIRE(owner.post(path + "/publish").status == 200);
  }
  json::array responses() {
    return json_of(owner.get(path + "/responses").body).at_pointer("/items").as_array();
  }
  HttpWorld world;
  HttpClient owner;
  std::string path;
};

}  // namespace

TEST_CASE("a respondent without JavaScript answers page by page") {
  Walk walk;
  Browser browser(walk.world);
  browser.open("/s/week?plan=%3Cb%3Epro&other=x");
  CHECK(browser.answer.status == 200);
  CHECK(browser.form.action() == "/s/week");
  CHECK(browser.says("Your <first> week"));
  CHECK(browser.shows("use"));
  CHECK(!browser.shows("why"));
  CHECK(!browser.form.has_button("go", "back"));

  // Errors stand beside their question; what was typed stays.
  REQUIRE(browser.form.fill("a.team", "lots & \"lots\""));
  browser.press();
  CHECK(browser.answer.status == 422);
  for (const char* id : {"use", "team"}) {
    CAPTURE(id);
    const auto* question = browser.page->by_id("q-" + std::string(id));
    const auto* error = browser.page->by_id("error-" + std::string(id));
    REQUIRE(question != nullptr);
    REQUIRE(error != nullptr);
    CHECK(browser.page->is_inside(*error, *question));
    CHECK(error->text.size() > 10);
    const auto* control = browser.page->by_id("i-" + std::string(id));
    REQUIRE(control != nullptr);
    CHECK(browser.page->is_inside(*control, *question));
  }
  CHECK(browser.form.value("a.team") == "lots & \"lots\"");
  CHECK(browser.page->by_id("error-why") == nullptr);
  // Each link of the summary leads to something.
  for (const auto& element : browser.page->elements())
    if (element.name == "a") {
      CHECK(element.attribute("href").starts_with("#"));
      CHECK(browser.page->by_id(element.attribute("href").substr(1)) != nullptr);
    }

  // Another answer, another way.
  REQUIRE(browser.form.fill("a.use", "yes"));
  REQUIRE(browser.form.fill("a.team", "12"));
  browser.press();
  CHECK(browser.answer.status == 200);
  CHECK(browser.shows("rank"));
  CHECK(!browser.shows("why"));
  REQUIRE(browser.form.fill("a.last", "typed\n  early"));
  browser.press("go", "back");
  CHECK(browser.shows("use"));
  CHECK(browser.form.value("a.use") == "yes");
  CHECK(browser.form.value("a.team") == "12");
  REQUIRE(browser.form.fill("a.use", "no"));
  browser.press();
  CHECK(browser.shows("why"));
  CHECK(!browser.shows("rank"));
  browser.press();
  CHECK(browser.answer.status == 422);
  CHECK(browser.page->by_id("error-why") != nullptr);
  REQUIRE(browser.form.fill("a.why", "No <time>"));

  // The language changes, the answers stay.
  browser.press("lang", "de");
  CHECK(browser.answer.status == 200);
  CHECK(browser.page->first("html")->attribute("lang") == "de");
  CHECK(browser.says("Ihre erste Woche"));
  CHECK(browser.form.value("a.why") == "No <time>");
  browser.press();
  CHECK(browser.shows("rank"));
  CHECK(browser.form.value("a.last") == "typed\n  early");
  REQUIRE(browser.form.fill("a.rank.0", "1"));
  REQUIRE(browser.form.fill("a.rank.1", "1"));
  browser.press();
  CHECK(browser.answer.status == 422);
  CHECK(browser.page->by_id("error-rank") != nullptr);
  CHECK(browser.form.value("a.rank.1") == "1");
  REQUIRE(browser.form.fill("a.rank.1", "3"));
  REQUIRE(browser.form.fill("a.rank.2", "2"));
  REQUIRE(browser.form.fill("a.parts", "Boards"));
  REQUIRE(browser.form.fill("a.parts", "o"));
  REQUIRE(browser.form.fill("o.parts", "the \"calendar\""));
  const std::string action = browser.form.action(), body = browser.form.body("go", "next");
  browser.press();
  CHECK(browser.answer.status == 201);
  CHECK(browser.page->first("form") == nullptr);

  // Pressed twice, stored once; pages never stored anything before the end.
  browser.take(browser.client.post(action, body, form_type));
  CHECK(browser.answer.status == 201);
  const auto stored = walk.responses();
  REQUIRE(stored.size() == 1);
  CHECK(text_at(stored[0], "/answers") ==
        R"({"last":"typed\n  early","parts":["Boards","o"],"rank":["Price","Help","Speed"],)"
        R"("team":12,"use":"no","why":"No <time>"})");
  CHECK(text_at(stored[0], "/other/parts") == "the \"calendar\"");
  CHECK(text_at(stored[0], "/hidden/plan") == "<b>pro");
  CHECK(text_at(stored[0], "/language") == "de");
}

TEST_CASE("answers to questions that are no longer asked are left out") {
  Walk walk;
  Browser browser(walk.world);
  browser.open("/s/week");
  REQUIRE(browser.form.fill("a.use", "no"));
  browser.press();
  REQUIRE(browser.form.fill("a.why", "Ill"));
  browser.press();
  browser.press("go", "back");
  CHECK(browser.form.value("a.why") == "Ill");
  browser.press("go", "back");
  REQUIRE(browser.form.fill("a.use", "yes"));
  browser.press();
  CHECK(browser.shows("rank"));
  browser.press();
  CHECK(browser.answer.status == 201);
  const auto stored = walk.responses();
  REQUIRE(stored.size() == 1);
  CHECK(text_at(stored[0], "/answers") == R"({"use":"yes"})");
}

TEST_CASE("two people who answer alike are two") {
  Walk walk;
  for (int i = 0; i < 2; ++i) {
    Browser browser(walk.world);
    browser.open("/s/week");
    REQUIRE(browser.form.fill("a.use", "yes"));
    browser.press();
    browser.press();
    CHECK(browser.answer.status == 201);
  }
  CHECK(walk.responses().size() == 2);
}

TEST_CASE("the language is the respondent's where the survey has it") {
  Walk walk;
  Browser browser(walk.world);
  const struct {
    const char *path, *header, *language;
  } rows[] = {{"/s/week", "Accept-Language: de-AT, en;q=0.5\r\n", "de"},
              {"/s/week", "Accept-Language: fr, *;q=0.5\r\n", "en"},
              {"/s/week?lang=de", "Accept-Language: en\r\n", "de"},
              {"/s/week?lang=%3Cscript%3E", "", "en"},
              {"/s/week", "", "en"}};
  for (const auto& row : rows) {
    CAPTURE(row.path);
    CAPTURE(row.header);
    browser.open(row.path, row.header);
    CHECK(browser.page->first("html")->attribute("lang") == row.language);
  }
}

TEST_CASE("a survey that takes no answers says so on a page of its own") {
  Walk walk;
  Browser late(walk.world), browser(walk.world);
  late.open("/s/week");
  REQUIRE(late.form.fill("a.use", "yes"));
  REQUIRE(walk.owner.post(walk.path + "/close").status == 200);
  browser.open("/s/week");
  CHECK(browser.answer.status == 409);
  CHECK(browser.page->first("form") == nullptr);
  const std::string closed = browser.page->first("h1")->text;
  browser.open("/s/nowhere");
  CHECK(browser.answer.status == 404);
  CHECK(browser.page->first("h1")->text != closed);
  browser.open("/s/week", "Accept-Language: de\r\n");
  CHECK(browser.page->first("html")->attribute("lang") == "de");
  late.press();
  CHECK(late.answer.status == 409);
  CHECK(late.page->first("h1")->text == closed);
  CHECK(walk.responses().empty());
}

TEST_CASE("the last place goes to whoever pressed twice, too") {
  Walk walk;
  auto changed = json_of(walk.owner.get(walk.path).body);
  changed.as_object()["response_limit"] = 1;
  REQUIRE(walk.owner.send("PUT", walk.path, serialize(changed)).status == 200);
  Browser browser(walk.world), other(walk.world);
  for (Browser* one : {&browser, &other}) {
    one->open("/s/week");
    REQUIRE(one->form.fill("a.use", "yes"));
    one->press();
  }
  const std::string body = browser.form.body("go", "next");
  browser.press();
  CHECK(browser.answer.status == 201);
  browser.take(browser.client.post("/s/week", body, form_type));
  CHECK(browser.answer.status == 201);
  other.press();
  CHECK(other.answer.status == 409);
  CHECK(walk.responses().size() == 1);
}

TEST_CASE("forms nobody's browser sends are refused or passed over") {
  Walk walk;
  auto client = walk.world.client();
  std::string many;
  for (int i = 0; i < 12'000; ++i) many += "a=1&";
  const std::string bodies[] = {"",
                                "page=99999999999999999999&go=next",
                                "page=-1&go=back",
                                "page=2&go=next",
                                "page=0&go=sideways&lang=&language=%00",
                                "a.use=yes&a.use=no&page=0&go=next",
                                "a.rank.99=1&a.rank.x=1&a.rank.0=0&a.use=yes&page=2&go=next",
                                "a.team=nan&a.use=yes&page=2&go=next",
                                "a.team=1e400&a.use=yes&page=2&go=next",
                                "a.team=0x10&a.use=yes&page=2&go=next",
                                "%zz=1&a.use=%",
                                "a.why=%ff%fe&page=0&go=next",
                                "a.why=%00&a.use=no&page=1&go=next",
                                "token=%00%0a&a.use=yes&page=2&go=next",
                                "token=" + std::string(5000, 't') + "&a.use=yes&page=2&go=next",
                                "a.=1&.=2&o.=3&h.=4&h.nothing=5",
                                many};
  for (const std::string& body : bodies) {
    CAPTURE(body.substr(0, 60));
    const auto answer = client.post("/s/week", body, form_type);
    CHECK(answer.status >= 200);
    CHECK(answer.status < 500);
    if (answer.field("Content-Type").starts_with("text/html"))
      CHECK(HtmlPage(answer.body).problem() == "");
    CHECK(client.get("/s/week").status == 200);
  }
}
