#include "http/page_question.hpp"

#include <insightflow/core/json.hpp>
#include <insightflow/survey/localise.hpp>

namespace insightflow::http {

namespace {

using survey::Kind;
using survey::Option;

/// More points than this are typed as a number, and wrap on a narrow screen.
constexpr std::int64_t max_points = 11;
constexpr std::int64_t one_line_points = 7;

class Renderer {
 public:
  explicit Renderer(const QuestionView& view)
      : view_(view), question_(view.question), scale_(survey::scale_of(question_)) {}

  std::string run() {
    name_ = "a." + question_.id;
    const bool group = is_group();
    const std::string role = group && is_radio()
                                 ? std::string(" role=\"radiogroup\"") +
                                       (question_.required ? " aria-required=\"true\"" : "")
                                 : "";
    const std::string element = group ? "fieldset" : "div";
    out_ = "<" + element + " class=\"question" + (view_.problems.empty() ? "" : " wrong") +
           "\" id=\"q-" + question_.id + "\"" + role + (group ? described() : "") + ">";
    const std::string title = group ? "legend" : "label";
    // The words of a consent stand beside its box; its legend is for screen readers.
    const bool beside = question_.kind == Kind::consent;
    out_ += "<" + title + (group ? "" : " for=\"i-" + question_.id + "\"") +
            "><span class=\"title" + (beside ? " unseen" : "") + "\">" + escape_html(view_.text) +
            (beside ? "" : badge()) + "</span></" + title + ">";
    note("help", view_.help, "help-");
    note("hint", hint(), "hint-");
    if (!view_.problems.empty()) {
      out_ += "<p class=\"error\" id=\"error-" + question_.id + "\"><span class=\"unseen\">" +
              escape_html(view_.words.error) + " </span>";
      std::string said;
      for (const Problem& problem : view_.problems) {
        const std::string text = problem_text(problem, view_.words);
        if (said.find(text) != said.npos) continue;
        said += (said.empty() ? "" : " ") + text;
      }
      out_ += escape_html(said) + "</p>";
    }
    out_ += "<div class=\"control\">";
    control();
    return out_ + "</div></" + element + ">";
  }

 private:
  bool on_points() const {
    return survey::is_scaled(question_.kind) && question_.options.empty() &&
           scale_.max - scale_.min < max_points;
  }
  bool is_typed_number() const {
    return question_.kind == Kind::number ||
           (survey::is_scaled(question_.kind) && question_.options.empty() && !on_points());
  }
  bool is_group() const {
    return !is_typed_number() && question_.kind != Kind::date && question_.kind != Kind::open_text;
  }
  bool is_radio() const {
    return question_.kind == Kind::single_choice || question_.kind == Kind::yes_no ||
           survey::is_scaled(question_.kind);
  }

  std::string badge() const {
    return question_.required
               ? " <span class=\"must\">" + escape_html(view_.words.required) + "</span>"
               : "";
  }

  /// The id of the first control, which links from the summary lead to, is i-ID.
  std::string id() {
    const std::string out =
        "i-" + question_.id + (controls_ ? "-" + std::to_string(controls_) : "");
    ++controls_;
    return out;
  }
  std::string described() const {
    std::string ids;
    const auto add = [&](bool there, const char* prefix) {
      if (there) ids += (ids.empty() ? "" : " ") + std::string(prefix) + question_.id;
    };
    add(!view_.help.empty(), "help-");
    add(!hint().empty(), "hint-");
    add(!view_.problems.empty(), "error-");
    return ids.empty() ? "" : " aria-describedby=\"" + ids + "\"";
  }
  /// Attributes of a control that stands alone.
  std::string alone() const {
    return described() + (view_.problems.empty() ? "" : " aria-invalid=\"true\"") +
           (question_.required ? " aria-required=\"true\"" : "");
  }
  void note(const char* style, const std::string& text, const char* prefix) {
    if (!text.empty())
      out_ += std::string("<p class=\"") + style + "\" id=\"" + prefix + question_.id + "\">" +
              escape_html(text) + "</p>";
  }

  std::string hint() const {
    const PageWords& words = view_.words;
    if (is_typed_number() && (question_.kind != Kind::number || question_.scale))
      return filled(words.from_to, {std::to_string(scale_.min), std::to_string(scale_.max)});
    if (question_.kind == Kind::open_text && question_.max_length)
      return filled(words.at_most, {std::to_string(*question_.max_length)});
    const auto least = question_.min_choices, most = question_.max_choices;
    if (question_.kind == Kind::ranking && !least && !most) return std::string(words.rank_all);
    if (least.value_or(0) > 0 && most)
      return filled(words.choose_between, {std::to_string(*least), std::to_string(*most)});
    if (least.value_or(0) > 1) return filled(words.choose_least, {std::to_string(*least)});
    if (most) return filled(words.choose_most, {std::to_string(*most)});
    return {};
  }

  std::string typed(const std::string& name) const {
    std::string out;
    for (const auto& [field, value] : view_.fields)
      if (field == name) out = value;
    return out;
  }
  bool chosen(const std::string& name, std::string_view value) const {
    return std::any_of(view_.fields.begin(), view_.fields.end(), [&](const auto& field) {
      return field.name == name && field.value == value;
    });
  }

  void control() {
    switch (question_.kind) {
      case Kind::matrix: return matrix();
      case Kind::ranking: return ranking();
      case Kind::contact: return contact();
      case Kind::consent: return box("checkbox", name_, "true", view_.text);
      case Kind::date:
        out_ += "<input class=\"short\" type=\"date\" id=\"" + id() + "\" name=\"" + name_ +
                "\" value=\"" + escape_html(typed(name_)) + "\"" + alone() + ">";
        return;
      case Kind::open_text:
        // The line end behind the tag is dropped by the parser, so that typed ones are kept.
        out_ += "<textarea id=\"" + id() + "\" name=\"" + name_ + "\" rows=\"4\"" + alone() +
                ">\n" + escape_html(typed(name_)) + "</textarea>";
        return;
      case Kind::multiple_choice: return choices("checkbox");
      default: break;
    }
    if (is_typed_number())
      out_ +=
          "<input class=\"short\" type=\"text\" inputmode=\"decimal\" autocomplete=\"off\" id=\"" +
          id() + "\" name=\"" + name_ + "\" value=\"" + escape_html(typed(name_)) + "\"" + alone() +
          ">";
    else if (on_points())
      points();
    else
      choices("radio");
  }

  void box(const char* type, const std::string& name, const std::string& value,
           const std::string& label) {
    out_ += std::string("<label class=\"choice\"><input type=\"") + type + "\" id=\"" + id() +
            "\" name=\"" + name + "\" value=\"" + escape_html(value) + "\"" +
            (chosen(name, value) ? " checked" : "") + "><span>" + escape_html(label) +
            (question_.kind == Kind::consent ? badge() : "") + "</span></label>";
  }

  void choices(const char* type) {
    const std::vector<Option> options = survey::options_of(question_);
    for (const std::size_t i : survey::arrange(question_, view_.seed)) {
      box(type, name_, options[i].id, options[i].label);
      if (!options[i].other) continue;
      const std::string own = "o." + question_.id;
      out_ += "<label class=\"own\">" + escape_html(view_.words.other_text) +
              "<input type=\"text\" name=\"" + own + "\" value=\"" + escape_html(typed(own)) +
              "\"></label>";
    }
  }

  std::string point_label(std::int64_t value) const {
    const auto found = scale_.labels.find(std::to_string(value));
    if (found != scale_.labels.end()) return found->second;
    if (question_.kind == Kind::nps && value == scale_.min) return std::string(view_.words.nps_low);
    if (question_.kind == Kind::nps && value == scale_.max)
      return std::string(view_.words.nps_high);
    return {};
  }

  void points() {
    const std::int64_t count = scale_.max - scale_.min + 1;
    bool all_named = count <= one_line_points;
    for (std::int64_t v = scale_.min; v <= scale_.max; ++v)
      all_named = all_named && !point_label(v).empty();
    if (all_named) {
      for (std::int64_t v = scale_.min; v <= scale_.max; ++v)
        box("radio", name_, std::to_string(v), point_label(v));
      return;
    }
    out_ += std::string("<div class=\"scale") + (count > one_line_points ? " long" : "") + "\">";
    for (std::int64_t v = scale_.min; v <= scale_.max; ++v) {
      const std::string value = std::to_string(v), label = point_label(v);
      out_ += "<label class=\"point\"><input type=\"radio\" id=\"" + id() + "\" name=\"" + name_ +
              "\" value=\"" + value + "\"" + (chosen(name_, value) ? " checked" : "") +
              "><span class=\"number\">" + value + "</span>" +
              (label.empty() ? "" : "<span class=\"unseen\">" + escape_html(label) + "</span>") +
              "</label>";
    }
    out_ += "</div>";
    const std::string low = point_label(scale_.min), high = point_label(scale_.max);
    if (!low.empty() || !high.empty())
      out_ += "<div class=\"ends\" aria-hidden=\"true\"><span>" + escape_html(low) +
              "</span><span>" + escape_html(high) + "</span></div>";
  }

  void matrix() {
    std::vector<Option> columns = question_.options;
    if (columns.empty())
      for (std::int64_t v = scale_.min; v <= scale_.max; ++v) {
        const std::string label = point_label(v);
        columns.push_back({std::to_string(v), label.empty() ? std::to_string(v) : label});
      }
    out_ += "<table><thead><tr><td></td>";
    for (const Option& column : columns)
      out_ += "<th scope=\"col\">" + escape_html(column.label) + "</th>";
    out_ += "</tr></thead><tbody>";
    for (std::size_t r = 0; r < question_.rows.size(); ++r) {
      const Option& row = question_.rows[r];
      const std::string name = name_ + "." + std::to_string(r);
      const bool wrong =
          std::any_of(view_.problems.begin(), view_.problems.end(), [&](const Problem& problem) {
            return problem.pointer == pointer_to("/answers/" + question_.id, row.id);
          });
      out_ += std::string("<tr><th scope=\"row\"") + (wrong ? " class=\"error\"" : "") + ">" +
              escape_html(row.label) + "</th>";
      for (const Option& column : columns)
        out_ += "<td><label><input type=\"radio\" id=\"" + id() + "\" name=\"" + name +
                "\" value=\"" + escape_html(column.id) + "\"" +
                (chosen(name, column.id) ? " checked" : "") + "><span class=\"unseen\">" +
                escape_html(row.label) + ": </span><span class=\"column\">" +
                escape_html(column.label) + "</span></label></td>";
      out_ += "</tr>";
    }
    out_ += "</tbody></table>";
  }

  void ranking() {
    const std::size_t count = question_.options.size();
    const auto places =
        static_cast<std::size_t>(question_.max_choices.value_or(static_cast<std::int64_t>(count)));
    for (const std::size_t i : survey::arrange(question_, view_.seed)) {
      const std::string name = name_ + "." + std::to_string(i), control = id();
      out_ += "<div class=\"rank\"><select id=\"" + control + "\" name=\"" + name +
              "\"><option value=\"\">–</option>";
      for (std::size_t place = 1; place <= places; ++place) {
        const std::string value = std::to_string(place);
        out_ += "<option" + std::string(chosen(name, value) ? " selected" : "") + ">" + value +
                "</option>";
      }
      out_ += "</select><label for=\"" + control + "\"><span class=\"unseen\">" +
              escape_html(view_.words.rank_place) + ": </span>" +
              escape_html(question_.options[i].label) + "</label></div>";
    }
  }

  void contact() {
    struct Part {
      const char* name;
      std::string_view label;
      const char* type;
      const char* autocomplete;
    };
    const Part parts[] = {{"name", view_.words.name, "text", "name"},
                          {"email", view_.words.email, "email", "email"},
                          {"phone", view_.words.phone, "tel", "tel"}};
    for (const Part& part : parts) {
      const std::string name = name_ + "." + part.name;
      const bool wrong =
          std::any_of(view_.problems.begin(), view_.problems.end(), [&](const Problem& problem) {
            return problem.pointer.ends_with(std::string("/") + part.name);
          });
      out_ += "<label class=\"line\"><span>" + escape_html(part.label) + "</span><input type=\"" +
              part.type + "\" autocomplete=\"" + part.autocomplete + "\" id=\"" + id() +
              "\" name=\"" + name + "\" value=\"" + escape_html(typed(name)) + "\"" +
              (wrong ? " aria-invalid=\"true\"" + described() : "") + "></label>";
    }
  }

  const QuestionView& view_;
  const survey::Question& question_;
  survey::Scale scale_;
  std::string name_;
  std::string out_;
  std::size_t controls_ = 0;
};

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 8);
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string filled(std::string_view words, std::initializer_list<std::string> values) {
  std::string out;
  std::size_t from = 0;
  for (const std::string& value : values) {
    const std::size_t at = words.find("{}", from);
    if (at == words.npos) break;
    out += words.substr(from, at - from);
    out += value;
    from = at + 2;
  }
  out += words.substr(from);
  return out;
}

std::string render_question(const QuestionView& view) {
  return Renderer(view).run();
}

std::string problem_text(const Problem& problem, const PageWords& words) {
  if (problem.reason == "answer_missing") return std::string(words.missing);
  if (problem.reason == "consent_required") return std::string(words.missing_consent);
  // On a page only a ranking can name an option twice.
  if (problem.reason == "option_duplicate") return std::string(words.rank_twice);
  return words.wrong.empty() ? problem.detail : std::string(words.wrong);
}

}  // namespace insightflow::http
