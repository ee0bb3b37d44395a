#pragma once

#include <insightflow/survey/questionnaire.hpp>

#include <string_view>

namespace insightflow::formats {

/// What a row of a type is. Types are compared with single blanks for _ and in lower case.
enum class Row { question, choices, note, hidden, meta, open, close };
struct RowType {
  std::string_view name;
  Row row;
  survey::Kind kind = survey::Kind::open_text;
  std::string_view remark{};
};
inline constexpr std::string_view file_remark = "files cannot be handed in; a text is asked for";
inline constexpr std::string_view place_remark = "places are not recorded; a text is asked for";
inline constexpr std::string_view repeat_remark = "groups do not repeat; one is asked";
inline constexpr RowType row_types[] = {
    {"select one", Row::choices, survey::Kind::single_choice},
    {"select1", Row::choices, survey::Kind::single_choice},
    {"select one from", Row::choices, survey::Kind::single_choice},
    {"add select one prompt using", Row::choices, survey::Kind::single_choice},
    {"select one external", Row::choices, survey::Kind::single_choice},
    {"select one from file", Row::choices, survey::Kind::single_choice,
     "the choices stand in another file"},
    {"select multiple", Row::choices, survey::Kind::multiple_choice},
    {"select multiple from", Row::choices, survey::Kind::multiple_choice},
    {"select all that apply", Row::choices, survey::Kind::multiple_choice},
    {"select all that apply from", Row::choices, survey::Kind::multiple_choice},
    {"add select multiple prompt using", Row::choices, survey::Kind::multiple_choice},
    {"select multiple from file", Row::choices, survey::Kind::multiple_choice,
     "the choices stand in another file"},
    {"select", Row::choices, survey::Kind::multiple_choice},
    {"rank", Row::choices, survey::Kind::ranking},
    {"odk:rank", Row::choices, survey::Kind::ranking},
    {"text", Row::question},
    {"string", Row::question},
    {"add text prompt", Row::question},
    {"text prompt", Row::question},
    {"q string", Row::question},
    {"integer", Row::question, survey::Kind::number},
    {"int", Row::question, survey::Kind::number},
    {"add integer prompt", Row::question, survey::Kind::number},
    {"decimal", Row::question, survey::Kind::number},
    {"add decimal prompt", Row::question, survey::Kind::number},
    {"range", Row::question, survey::Kind::number},
    {"number of days in last month", Row::question, survey::Kind::number},
    {"number of days in last six months", Row::question, survey::Kind::number},
    {"number of days in last year", Row::question, survey::Kind::number},
    {"percentage", Row::question, survey::Kind::number},
    {"date", Row::question, survey::Kind::date},
    {"add date prompt", Row::question, survey::Kind::date},
    {"acknowledge", Row::question, survey::Kind::consent},
    {"trigger", Row::question, survey::Kind::consent},
    {"note", Row::note},
    {"add note prompt", Row::note},
    {"hidden", Row::hidden},
    {"calculate", Row::meta},
    {"add calculate prompt", Row::meta},
    {"include", Row::meta},
    {"geopoint", Row::question, survey::Kind::open_text, place_remark},
    {"gps", Row::question, survey::Kind::open_text, place_remark},
    {"location", Row::question, survey::Kind::open_text, place_remark},
    {"add location prompt", Row::question, survey::Kind::open_text, place_remark},
    {"geotrace", Row::question, survey::Kind::open_text, place_remark},
    {"geoshape", Row::question, survey::Kind::open_text, place_remark},
    {"image", Row::question, survey::Kind::open_text, file_remark},
    {"photo", Row::question, survey::Kind::open_text, file_remark},
    {"add image prompt", Row::question, survey::Kind::open_text, file_remark},
    {"add photo prompt", Row::question, survey::Kind::open_text, file_remark},
    {"audio", Row::question, survey::Kind::open_text, file_remark},
    {"add audio prompt", Row::question, survey::Kind::open_text, file_remark},
    {"video", Row::question, survey::Kind::open_text, file_remark},
    {"add video prompt", Row::question, survey::Kind::open_text, file_remark},
    {"file", Row::question, survey::Kind::open_text, file_remark},
    {"add file prompt", Row::question, survey::Kind::open_text, file_remark},
    {"barcode", Row::question, survey::Kind::open_text,
     "codes are not scanned; a text is asked for"},
    {"add barcode prompt", Row::question, survey::Kind::open_text,
     "codes are not scanned; a text is asked for"},
    {"time", Row::question, survey::Kind::open_text,
     "there are no times of day; a text is asked for"},
    {"add time prompt", Row::question, survey::Kind::open_text,
     "there are no times of day; a text is asked for"},
    {"datetime", Row::question, survey::Kind::open_text,
     "there are no times of day; a text is asked for"},
    {"add datetime prompt", Row::question, survey::Kind::open_text,
     "there are no times of day; a text is asked for"},
    {"phone number", Row::question},
    {"start", Row::meta},
    {"start time", Row::meta},
    {"get start time", Row::meta},
    {"end", Row::meta},
    {"end time", Row::meta},
    {"get end time", Row::meta},
    {"today", Row::meta},
    {"get today", Row::meta},
    {"deviceid", Row::meta},
    {"device id", Row::meta},
    {"get device id", Row::meta},
    {"imei", Row::meta},
    {"phonenumber", Row::meta},
    {"get phone number", Row::meta},
    {"simserial", Row::meta},
    {"sim id", Row::meta},
    {"get sim id", Row::meta},
    {"subscriberid", Row::meta},
    {"subscriber id", Row::meta},
    {"get subscriber id", Row::meta},
    {"username", Row::meta},
    {"email", Row::meta},
    {"audit", Row::meta},
    {"background-audio", Row::meta},
    {"start-geopoint", Row::meta},
    {"xml-external", Row::meta},
    {"csv-external", Row::meta},
    {"uri:deviceid", Row::meta},
    {"begin group", Row::open},
    {"group", Row::open},
    {"begin repeat", Row::open, survey::Kind::open_text, repeat_remark},
    {"repeat", Row::open, survey::Kind::open_text, repeat_remark},
    {"begin lgroup", Row::open, survey::Kind::open_text, repeat_remark},
    {"lgroup", Row::open, survey::Kind::open_text, repeat_remark},
    {"begin looped group", Row::open, survey::Kind::open_text, repeat_remark},
    {"looped group", Row::open, survey::Kind::open_text, repeat_remark},
    {"begin loop", Row::open, survey::Kind::open_text, "loops are asked once, not for each choice"},
    {"end group", Row::close},
    {"end repeat", Row::close},
    {"end loop", Row::close},
    {"end lgroup", Row::close},
    {"end looped group", Row::close}};

inline const RowType* row_type(std::string_view name) {
  for (const RowType& type : row_types)
    if (type.name == name) return &type;
  return nullptr;
}

}  // namespace insightflow::formats
