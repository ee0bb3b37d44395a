#pragma once

#include <insightflow/core/result.hpp>

#include <boost/describe/bases.hpp>
#include <boost/describe/class.hpp>
#include <boost/describe/enum.hpp>
#include <boost/describe/enumerators.hpp>
#include <boost/describe/members.hpp>
#include <boost/json/fwd.hpp>
#include <boost/mp11/algorithm.hpp>

#include <array>
#include <concepts>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

/// Describe an entity once: a plain struct, `BOOST_DESCRIBE_STRUCT`, and a table of notes. From the
/// description comes one type-erased `Type`, and from that JSON both ways, JSON Schema, OpenAPI and
/// column lists, each written once and not per entity.
///
///     struct Project { ProjectId id; std::string name; };
///     BOOST_DESCRIBE_STRUCT(Project, (), (id, name))
///     inline constexpr std::array project_notes{
///         Note{.field = "id", .doc = "Given by the server.", .read_only = true},
///         Note{.field = "name", .doc = "Shown in lists.", .required = true, .max = 200}};
///     constexpr std::span<const Note> field_notes(const Project*) { return project_notes; }
namespace insightflow {

/// What is known of a field beyond its type.
struct Note {
  std::string_view field;
  std::string_view doc{};
  std::string_view key{};   ///< The name in JSON where it is not the field's own ("if", "goto").
  bool required = false;    ///< Must be present in input.
  bool internal = false;    ///< Stored, never part of an API answer or accepted from one.
  bool read_only = false;   ///< Set by the server; ignored in input.
  bool pii = false;         ///< May hold personal data.
  bool omit_empty = false;  ///< Not written while it is empty (text, list, map, false, zero).
  /// Bounds of a number, of the code points of a text, or of the items of a list or map.
  double min = -std::numeric_limits<double>::infinity();
  double max = std::numeric_limits<double>::infinity();
};

struct Type;

/// One member of a described struct.
struct Field {
  std::string_view name;  ///< In JSON; the column's name too.
  Note note;
  const Type& (*type)();
  void* (*at)(void* object);
};

enum class Shape {
  boolean,
  integer,
  number,
  text,
  enumeration,
  object,
  list,
  map,
  optional,
  custom
};

/// How one C++ type is read and written without knowing it. Only the members that belong to its
/// shape are set. All function pointers take the address of an object of that very type.
struct Type {
  Shape shape{};
  std::string_view name{};    ///< Of objects, enumerations and custom types: the schema's name.
  std::string_view format{};  ///< Of texts: "uuid", "date-time" or empty.

  std::int64_t (*get_integer)(const void*) = nullptr;
  bool (*set_integer)(void*, std::int64_t) = nullptr;  ///< False when out of range for the type.
  double (*get_number)(const void*) = nullptr;
  void (*set_number)(void*, double) = nullptr;
  std::string (*get_text)(const void*) = nullptr;
  Result<void> (*set_text)(void*, std::string_view) = nullptr;

  std::span<const std::string_view> slugs{};  ///< Of enumerations, in order of declaration.
  std::span<const Field> fields{};            ///< Of objects.

  const Type& (*item)() = nullptr;  ///< Of lists, maps and optionals.
  std::size_t (*size)(const void*) = nullptr;
  void* (*item_at)(void*, std::size_t) = nullptr;          ///< Lists.
  void* (*append)(void*) = nullptr;                        ///< Lists.
  void* (*insert)(void*, std::string_view key) = nullptr;  ///< Maps; null when the key is there.
  void (*each)(const void*, void* with,
               void (*visit)(void* with, std::string_view key, const void* item)) = nullptr;
  void (*clear)(void*) = nullptr;    ///< Lists, maps, optionals.
  void* (*engage)(void*) = nullptr;  ///< Optionals: makes a value.
  void* (*peek)(void*) = nullptr;    ///< Optionals: the value or null.

  Result<void> (*read_custom)(void*, const boost::json::value&) = nullptr;
  void (*write_custom)(const void*, boost::json::value&) = nullptr;
  void (*schema_custom)(boost::json::object&) = nullptr;
};

/// The type-erased description of `T`. One static object per type; safe from several threads.
template <class T>
const Type& type_of();

/// Slug of a described enumerator; empty for a value that is none.
template <class E>
requires std::is_enum_v<E>
constexpr std::string_view slug(E value) {
  std::string_view out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (d.value == value) out = d.name;
  });
  return out;
}

/// The enumerator of a slug. An unknown slug is an error, never a default. Errors: `slug_unknown`.
template <class E>
requires std::is_enum_v<E> Result<E> from_slug(std::string_view text) {
  std::optional<E> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>([&](auto d) {
    if (text == d.name) out = d.value;
  });
  if (out) return *out;
  return fail(Code::invalid, "slug_unknown",
              "'" + std::string(text) + "' is not one of the values.");
}

/// Specialise for a type whose JSON is not that of its members (an option that is a bare string):
///     static Result<void> read(T&, const boost::json::value&);   pointers relative to the value
///     static void write(const T&, boost::json::value&);
///     static void schema(boost::json::object&);
///     static constexpr std::string_view name;
template <class T>
struct JsonCodec;

namespace detail {

template <class T>
concept has_codec = requires(T& t, const boost::json::value& v) {
  JsonCodec<T>::read(t, v);
};
template <class T>
concept text_like = requires(const T& t, std::string_view s) {
  { t.str() } -> std::same_as<std::string>;
  { T::parse(s) } -> std::same_as<Result<T>>;
};
template <class T>
concept described = boost::describe::has_describe_members<T>::value;
template <class T>
concept with_notes = requires {
  field_notes(static_cast<const T*>(nullptr));
};

template <class T>
struct is_vector : std::false_type {};
template <class T, class A>
struct is_vector<std::vector<T, A>> : std::true_type {};
template <class T>
struct is_optional : std::false_type {};
template <class T>
struct is_optional<std::optional<T>> : std::true_type {};
template <class T>
struct is_map : std::false_type {};
template <class V, class C, class A>
struct is_map<std::map<std::string, V, C, A>> : std::true_type {};

/// The unqualified name of a type, read from the compiler's spelling of this function.
template <class T>
constexpr std::string_view type_name() {
  std::string_view name = __PRETTY_FUNCTION__;
  name = name.substr(name.find("T = ") + 4);
  name = name.substr(0, name.find_first_of(";]"));
  return name.substr(name.rfind(':') == name.npos ? 0 : name.rfind(':') + 1);
}

/// The name of a type's schema: its own, unless it goes by another because two rooms share one.
template <class T>
constexpr std::string_view schema_name_of() {
  if constexpr (requires { schema_name(static_cast<const T*>(nullptr)); })
    return schema_name(static_cast<const T*>(nullptr));
  else
    return type_name<T>();
}

/// The note of a field: the struct's own, else that of the base the field comes from.
template <class T>
constexpr Note note_of(std::string_view field) {
  if constexpr (with_notes<T>) {
    for (const Note& note : field_notes(static_cast<const T*>(nullptr)))
      if (note.field == field) return note;
  }
  Note out{.field = field};
  boost::mp11::mp_for_each<boost::describe::describe_bases<T, boost::describe::mod_any_access>>(
      [&](auto base) {
        const Note inherited = note_of<typename decltype(base)::type>(field);
        if (!inherited.doc.empty() || !inherited.key.empty()) out = inherited;
      });
  return out;
}

template <class T>
using members = boost::describe::describe_members<T, boost::describe::mod_public |
                                                         boost::describe::mod_inherited>;

/// Every note must name a field: a misspelt one would be ignored in silence.
template <class T>
constexpr bool notes_match() {
  bool ok = true;
  if constexpr (with_notes<T>) {
    for (const Note& note : field_notes(static_cast<const T*>(nullptr))) {
      bool found = false;
      boost::mp11::mp_for_each<members<T>>([&](auto d) { found = found || note.field == d.name; });
      ok = ok && found;
    }
  }
  return ok;
}

template <class T, class D>
Field make_field() {
  using Member = std::remove_cvref_t<decltype(std::declval<T&>().*D::pointer)>;
  const Note note = note_of<T>(D::name);
  return Field{note.key.empty() ? std::string_view(D::name) : note.key, note, &type_of<Member>,
               [](void* object) -> void* { return &(static_cast<T*>(object)->*D::pointer); }};
}

template <class T>
std::span<const Field> fields_of() {
  static_assert(notes_match<T>(), "a note names a field that does not exist");
  return []<class... D>(boost::mp11::mp_list<D...>) -> std::span<const Field> {
    static const std::array<Field, sizeof...(D)> table{make_field<T, D>()...};
    return table;
  }(boost::mp11::mp_rename<members<T>, boost::mp11::mp_list>{});
}

template <class E>
std::span<const std::string_view> slugs_of() {
  return []<class... D>(boost::mp11::mp_list<D...>) -> std::span<const std::string_view> {
    static constexpr std::array<std::string_view, sizeof...(D)> table{D::name...};
    return table;
  }(boost::mp11::mp_rename<boost::describe::describe_enumerators<E>, boost::mp11::mp_list>{});
}

template <class T>
Type make_type() {
  Type type;
  if constexpr (has_codec<T>) {
    type.shape = Shape::custom;
    type.name = JsonCodec<T>::name;
    type.read_custom = [](void* t, const boost::json::value& v) {
      return JsonCodec<T>::read(*static_cast<T*>(t), v);
    };
    type.write_custom = [](const void* t, boost::json::value& v) {
      JsonCodec<T>::write(*static_cast<const T*>(t), v);
    };
    type.schema_custom = &JsonCodec<T>::schema;
  } else if constexpr (std::same_as<T, bool>) {
    type.shape = Shape::boolean;
  } else if constexpr (std::integral<T>) {
    type.shape = Shape::integer;
    type.get_integer = [](const void* t) {
      return static_cast<std::int64_t>(*static_cast<const T*>(t));
    };
    type.set_integer = [](void* t, std::int64_t v) {
      if (!std::in_range<T>(v)) return false;
      *static_cast<T*>(t) = static_cast<T>(v);
      return true;
    };
  } else if constexpr (std::floating_point<T>) {
    type.shape = Shape::number;
    type.get_number = [](const void* t) { return static_cast<double>(*static_cast<const T*>(t)); };
    type.set_number = [](void* t, double v) { *static_cast<T*>(t) = static_cast<T>(v); };
  } else if constexpr (std::same_as<T, std::string>) {
    type.shape = Shape::text;
    type.get_text = [](const void* t) { return *static_cast<const std::string*>(t); };
    type.set_text = [](void* t, std::string_view v) -> Result<void> {
      *static_cast<std::string*>(t) = v;
      return success();
    };
  } else if constexpr (std::is_enum_v<T>) {
    type.shape = Shape::enumeration;
    type.name = schema_name_of<T>();
    type.slugs = slugs_of<T>();
    type.get_text = [](const void* t) { return std::string(slug(*static_cast<const T*>(t))); };
    type.set_text = [](void* t, std::string_view v) -> Result<void> {
      BOOST_OUTCOME_TRY(*static_cast<T*>(t), from_slug<T>(v));
      return success();
    };
  } else if constexpr (text_like<T>) {
    type.shape = Shape::text;
    type.format = requires {
      std::declval<T>().uuid;
    }
    ? "uuid" : "date-time";
    type.get_text = [](const void* t) { return static_cast<const T*>(t)->str(); };
    type.set_text = [](void* t, std::string_view v) -> Result<void> {
      BOOST_OUTCOME_TRY(*static_cast<T*>(t), T::parse(v));
      return success();
    };
  } else if constexpr (is_optional<T>::value) {
    type.shape = Shape::optional;
    type.item = &type_of<typename T::value_type>;
    type.clear = [](void* t) { static_cast<T*>(t)->reset(); };
    type.engage = [](void* t) -> void* { return &static_cast<T*>(t)->emplace(); };
    type.peek = [](void* t) -> void* {
      auto& optional = *static_cast<T*>(t);
      return optional ? &*optional : nullptr;
    };
  } else if constexpr (is_vector<T>::value) {
    type.shape = Shape::list;
    type.item = &type_of<typename T::value_type>;
    type.size = [](const void* t) { return static_cast<const T*>(t)->size(); };
    type.item_at = [](void* t, std::size_t i) -> void* { return &(*static_cast<T*>(t))[i]; };
    type.append = [](void* t) -> void* { return &static_cast<T*>(t)->emplace_back(); };
    type.clear = [](void* t) { static_cast<T*>(t)->clear(); };
  } else if constexpr (is_map<T>::value) {
    type.shape = Shape::map;
    type.item = &type_of<typename T::mapped_type>;
    type.size = [](const void* t) { return static_cast<const T*>(t)->size(); };
    type.insert = [](void* t, std::string_view key) -> void* {
      const auto [at, fresh] = static_cast<T*>(t)->try_emplace(std::string(key));
      return fresh ? &at->second : nullptr;
    };
    type.each = [](const void* t, void* with, void (*visit)(void*, std::string_view, const void*)) {
      for (const auto& [key, item] : *static_cast<const T*>(t)) visit(with, key, &item);
    };
    type.clear = [](void* t) { static_cast<T*>(t)->clear(); };
  } else {
    static_assert(described<T>, "describe this struct with BOOST_DESCRIBE_STRUCT");
    type.shape = Shape::object;
    type.name = schema_name_of<T>();
    type.fields = fields_of<T>();
  }
  return type;
}

}  // namespace detail

template <class T>
const Type& type_of() {
  static const Type type = detail::make_type<T>();
  return type;
}

}  // namespace insightflow
