#pragma once

#include "support/child.hpp"
#include "support/temporary.hpp"

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <vector>

/// Runs the command as a user does and looks at what it said.
namespace insightflow::test {

using Arguments = std::vector<std::string>;

struct Ran {
  int code = 0;
  std::string out, err;
};

/// A folder in which the command is run, with the streams of each run.
struct Desk {
  Ran run(Arguments arguments, std::string_view in = {}) {
    arguments.insert(arguments.begin(), INSIGHTFLOW_COMMAND);
    put_file(folder / "in", in);
    Child child(std::move(arguments), folder / "in", folder / "out", folder / "err",
                folder.path().string());
    Ran ran{child.wait(), file_text(folder / "out"), file_text(folder / "err")};
    // No terminal, no drawing.
    CHECK(ran.err.find('\r') == std::string::npos);
    CHECK(ran.err.find('\033') == std::string::npos);
    CHECK(ran.out.find('\033') == std::string::npos);
    return ran;
  }
  void put(const std::string& name, std::string_view text) { put_file(folder / name, text); }
  std::string text(const std::string& name) { return file_text(folder / name); }

  TemporaryFolder folder;
};

struct Row {
  Arguments arguments;
  int code;
  const char* out;  ///< Part of standard output.
  const char* err;  ///< Part of standard error; "" where it must be empty.
  const char* in = "";
};

inline void check(Desk& desk, const Row& row) {
  std::string line;
  for (const std::string& argument : row.arguments) line += argument + " ";
  CAPTURE(line);
  const Ran ran = desk.run(row.arguments, row.in);
  CAPTURE(ran.out.substr(0, 1500));
  CAPTURE(ran.err.substr(0, 1500));
  CHECK(ran.code == row.code);
  CHECK(ran.out.find(row.out) != std::string::npos);
  if (*row.err)
    CHECK(ran.err.find(row.err) != std::string::npos);
  else
    CHECK(ran.err.empty());
}

}  // namespace insightflow::test
