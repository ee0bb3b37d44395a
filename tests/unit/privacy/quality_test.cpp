#include "support/shared_data.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/privacy/detect.hpp>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <set>
#include <string>

using namespace insightflow;
using namespace insightflow::privacy;

TEST_CASE("most characters of personal data are found, and few others") {
  const auto folder = test::shared_data("presidio_pii");
  if (!folder) return;
  std::ifstream in(*folder / "synth_dataset_v2.json", std::ios::binary);
  const std::string file{std::istreambuf_iterator<char>(in), {}};
  const auto rows = parse_json(file);
  REQUIRE(rows);
  const std::set<std::string_view> personal{"PERSON",       "STREET_ADDRESS", "GPE",
                                            "ORGANIZATION", "EMAIL_ADDRESS",  "CREDIT_CARD",
                                            "PHONE_NUMBER", "IBAN_CODE",      "IP_ADDRESS",
                                            "DOMAIN_NAME",  "US_SSN"};
  double right = 0, found = 0, wanted = 0;
  for (const json::value& row : rows.value().as_array()) {
    const std::string_view text = row.at("full_text").as_string();
    std::vector<bool> is_personal(text.size() + 1);
    for (const json::value& span : row.at("spans").as_array()) {
      if (!personal.contains(span.at("entity_type").as_string())) continue;
      for (auto i = span.at("start_position").as_int64(); i < span.at("end_position").as_int64();
           ++i)
        is_personal.at(static_cast<std::size_t>(i)) = true;
    }
    for (const bool one : is_personal) wanted += one;
    for (const Entity& entity : detect(text))
      for (std::size_t i = entity.begin_character; i < entity.end_character; ++i) {
        ++found;
        right += is_personal.at(i);
      }
  }
  const double precision = right / found, recall = right / wanted;
  CHECK(5 * precision * recall / (4 * precision + recall) > 0.92);
}
