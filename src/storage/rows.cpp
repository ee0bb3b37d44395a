#include <insightflow/core/ids.hpp>
#include <insightflow/core/json.hpp>
#include <insightflow/core/time.hpp>
#include <insightflow/storage/database.hpp>

namespace insightflow::storage {

namespace {

bool is_instant(const Type& type) {
  return &type == &type_of<Instant>();
}

Result<void> read_column(const Row& row, int column, const Type& type, void* object) {
  switch (type.shape) {
    case Shape::boolean: *static_cast<bool*>(object) = row.integer(column) != 0; return success();
    case Shape::integer: type.set_integer(object, row.integer(column)); return success();
    case Shape::number: type.set_number(object, row.number(column)); return success();
    case Shape::text:
      if (is_instant(type)) {
        *static_cast<Instant*>(object) = Instant{row.integer(column)};
        return success();
      }
      return type.set_text(object, row.text(column));
    case Shape::enumeration: return type.set_text(object, row.text(column));
    case Shape::optional:
      if (row.null(column)) {
        type.clear(object);
        return success();
      }
      return read_column(row, column, type.item(), type.engage(object));
    default: return read_json_text(type, object, row.text(column), Audience::storage);
  }
}

Param param_of(const Type& type, const void* object) {
  switch (type.shape) {
    case Shape::boolean: return *static_cast<const bool*>(object);
    case Shape::integer: return type.get_integer(object);
    case Shape::number: return type.get_number(object);
    case Shape::text:
      if (is_instant(type)) return static_cast<const Instant*>(object)->ms;
      [[fallthrough]];
    case Shape::enumeration: return Param::owned(type.get_text(object));
    case Shape::optional: {
      const void* item = type.peek(const_cast<void*>(object));
      return item == nullptr ? Param(nullptr) : param_of(type.item(), item);
    }
    default: return Param::owned(write_json_text(type, object, Audience::storage));
  }
}

}  // namespace

Result<void> read_row(const Row& row, const Type& type, void* object) {
  int column = 0;
  for (const Field& field : type.fields) {
    if (auto read = read_column(row, column, field.type(), field.at(object)); !read)
      return fail(Code::corrupt, "row_corrupt",
                  "A stored " + std::string(type.name) + " has a malformed " +
                      std::string(field.name) + ": " + read.error().detail);
    ++column;
  }
  return success();
}

std::vector<Param> row_params(const Type& type, const void* object) {
  std::vector<Param> out;
  out.reserve(type.fields.size());
  for (const Field& field : type.fields)
    out.push_back(param_of(field.type(), field.at(const_cast<void*>(object))));
  return out;
}

std::string insert_sql(std::string_view table, const Type& type) {
  std::string sql = "INSERT INTO " + std::string(table) + " (" + column_list(type) + ") VALUES (";
  for (std::size_t i = 1; i <= type.fields.size(); ++i)
    sql += (i > 1 ? ", ?" : "?") + std::to_string(i);
  return sql + ")";
}

Result<void> Tx::insert_row(std::string_view table, const Type& type, const void* object) {
  BOOST_OUTCOME_TRY(execute(insert_sql(table, type), row_params(type, object)));
  return success();
}

}  // namespace insightflow::storage
