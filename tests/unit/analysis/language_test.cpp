#include "support/shared_data.hpp"

#include <insightflow/analysis/language.hpp>

#include <doctest/doctest.h>

#include <algorithm>
#include <string>

using namespace insightflow::analysis;

namespace {
std::string language_of(std::string_view text) {
  return std::string(identify_language(tokenize(text)).language);
}
}  // namespace

TEST_CASE("short answers in the languages people write in") {
  struct Row {
    const char* language;
    const char* text;
  };
  const Row rows[] = {
      {"en", "The staff were friendly but the queue was far too long."},
      {"en", "I don't like it"},
      {"es", "El servicio es muy bueno, pero la espera fue demasiado larga."},
      {"es", "Muy buena atención"},
      {"de", "Die Mitarbeiter waren freundlich, aber es hat zu lange gedauert."},
      {"de", "Alles sehr gut, danke"},
      {"fr", "Le personnel est très aimable, mais l'attente était trop longue."},
      {"pt", "O atendimento foi ótimo, mas não gostei da espera."},
      {"it", "Il servizio è molto buono, ma ho aspettato troppo."},
      {"nl", "Het personeel was vriendelijk, maar ik moest te lang wachten."},
      {"pl", "Obsługa była bardzo miła, ale czekałem zbyt długo."},
      {"tr", "Çalışanlar çok iyi ama bekleme süresi uzun."},
      {"vi", "Nhân viên rất thân thiện nhưng tôi phải đợi lâu."},
      {"id", "Pelayanannya sangat baik tetapi saya harus menunggu lama."},
      {"cs", "Obsluha byla velmi milá, ale čekal jsem příliš dlouho."},
      {"sv", "Personalen var mycket trevlig men jag fick vänta för länge."},
      {"fi", "Palvelu oli erittäin hyvä mutta odotin liian kauan."},
      {"ro", "Serviciul a fost foarte bun, dar am așteptat prea mult."},
      {"hu", "A kiszolgálás nagyon jó volt, de sokat kellett várni."},
      {"ru", "Персонал был очень вежливый, но пришлось долго ждать."},
      {"uk", "Персонал був дуже ввічливий, але довелося довго чекати."},
      {"bg", "Персоналът беше много любезен, но чаках дълго."},
      {"ar", "الخدمة جيدة جدا ولكن كان الانتظار طويلا"},
      {"fa", "کارکنان بسیار خوب بودند اما انتظار طولانی بود"},
      {"ur", "عملہ بہت اچھا ہے لیکن انتظار لمبا تھا"},
      {"ja", "スタッフはとても親切でしたが、待ち時間が長かったです。"},
      {"zh", "服务很好，但是等待时间太长。"},
      {"ko", "직원들은 친절했지만 너무 오래 기다렸어요."},
      {"el", "Το προσωπικό ήταν πολύ ευγενικό."},
      {"he", "השירות היה טוב מאוד"},
      {"hi", "सेवा बहुत अच्छी थी"},
      {"th", "บริการดีมาก"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    CHECK(language_of(row.text) == row.language);
  }
}

TEST_CASE("what does not tell a language is unknown") {
  for (const char* text : {"", "  ", "12 34", "😍😍", "@anna https://exemple.fr #muybien", "Lyft",
                           "xqzt brrp", "\xFF\xFE\x80", "ok"}) {
    CAPTURE(text);
    CHECK(language_of(text) == "");
  }
  CHECK(identify_language(tokenize("😍")).latin);
  CHECK(!identify_language(tokenize("Ωραία")).latin);
  CHECK(identify_language(tokenize("😍")).confidence == 0);
}

TEST_CASE("a word of another language does not change the language") {
  CHECK(language_of("The café was très chic and the staff were great") == "en");
  CHECK(language_of("Das Meeting war ein Fail, aber der Support ist gut") == "de");
  CHECK(language_of("東京 is where I live and I like it very much") == "en");
}

TEST_CASE("initials and single short words do not make a language of an English text") {
  for (const char* text :
       {"Carson Jones v Ben Hall at the weigh in", "Watch the Model S avoid a rear collision",
        "Am I the only one who liked it"}) {
    INFO(std::string(text));
    const std::string language = language_of(text);
    CHECK((language == "" || language == "en"));
  }
}

TEST_CASE("the list of languages is in order and holds the largest ones") {
  const auto known = known_languages();
  CHECK(std::is_sorted(known.begin(), known.end()));
  for (const char* code : {"en", "es", "de", "ja", "fr", "ru", "pt", "it", "zh", "nl", "pl", "tr",
                           "ar", "fa", "ko", "vi", "id", "cs"})
    CHECK(std::binary_search(known.begin(), known.end(), std::string_view(code)));
}

TEST_CASE("a million characters") {
  CHECK(language_of(std::string(1'000'000, 'a')) == "");
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "und nicht ";
  CHECK(language_of(text) == "de");
}
