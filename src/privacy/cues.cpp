#include "privacy/cues.hpp"

#include "privacy/tokens.hpp"

#include <array>
#include <string_view>

namespace insightflow::privacy {

namespace {

struct Group {
  std::uint32_t cues;
  std::string_view words;
};

constexpr std::array groups{
    Group{cue_phone,
          "phone phones telephone tel mobile cell cellphone landline fax desk office call calling "
          "called dial ring text sms whatsapp signal telegram message messages answering answer "
          "reach voicemail hotline pager téléphone telefone teléfono telefono telefon telefoon "
          "portable handy mobil móvil celular cellulare numéro numero número rufnummer handynummer "
          "puhelin puh tlf gsm номер телефон τηλέφωνο κινητό komórka"},
    Group{cue_card,
          "card cards credit debit visa mastercard amex cc carte karte kreditkarte tarjeta cartão "
          "carta kaart kort"},
    Group{cue_iban, "iban wire transfer überweisung virement transferencia bonifico bank account"},
    Group{cue_social, "ssn social"},
    Group{cue_birth,
          "born birth birthday birthdate dob bday geboren geburtsdatum né née naissance nacido "
          "nacida nacimiento nato nata nascita nascido nascimento urodzony urodzona urodzenia "
          "född født geboortedatum"},
    Group{cue_address, "ip ipv4 ipv6 client host server gateway router"},
    Group{cue_national,
          "nhs pesel nif nie dni tfn abn sin cpf bsn nir national insurance identity tax taxpayer "
          "fiscal aadhaar personnummer steuer steuernummer steuerid identifikationsnummer ssn "
          "burgerservicenummer identification citizen"},
    Group{cue_passport, "passport reisepass passeport pasaporte passaporto paspoort paszport"},
    Group{cue_driver, "driver driver's drivers driving dl führerschein"},
    Group{cue_licence, "license licence permit number führerschein"},
    Group{cue_user, "username usernames user_name userid login handle nickname screenname"},
    Group{cue_secret,
          "password passwords passwd pwd passphrase passwort secret token apikey api_key key pin "
          "contraseña senha credentials"},
    Group{cue_not_phone,
          "order orders invoice ticket version ref reference isbn issn doi build sku item serial "
          "tracking page pages year years case id model part room flight bus line line's unit "
          "version invoices commit guid uuid box apt suite zip postcode code versión zipcode "
          "points population percent eur usd gbp dollars euros pounds"},
    Group{cue_website, "website site visit www web webpage homepage domain url link"},
    Group{
        cue_month,
        "january february march april may june july august september october november december "
        "jan feb mar apr jun jul aug sep sept oct nov dec januar februar märz mai juni juli "
        "oktober dezember janvier février mars avril juin juillet août septembre octobre novembre "
        "décembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre "
        "diciembre"},
    Group{cue_version, "version v release firmware build versions"}};

constexpr std::size_t slots = 2048;

struct Entry {
  std::uint32_t hash = 0;
  std::uint32_t cues = 0;
};

constexpr std::size_t slot_of(std::uint32_t hash) {
  return (hash * 2654435761u) >> 21;
}

constexpr std::array<Entry, slots> make_table() {
  std::array<Entry, slots> table{};
  for (const Group& group : groups) {
    std::string_view rest = group.words;
    while (!rest.empty()) {
      const std::size_t space = rest.find(' ');
      const std::uint32_t hash = word_hash(rest.substr(0, space));
      rest = space == rest.npos ? std::string_view() : rest.substr(space + 1);
      std::size_t at = slot_of(hash);
      while (table[at].cues != 0 && table[at].hash != hash) at = (at + 1) % slots;
      table[at].hash = hash;
      table[at].cues |= group.cues;
    }
  }
  return table;
}
constexpr auto table = make_table();

}  // namespace

std::uint32_t cues_of(std::uint32_t hash) noexcept {
  for (std::size_t at = slot_of(hash);; at = (at + 1) % slots) {
    if (table[at].cues == 0) return 0;
    if (table[at].hash == hash) return table[at].cues;
  }
}

}  // namespace insightflow::privacy
