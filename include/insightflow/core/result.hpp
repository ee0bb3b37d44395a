#pragma once

#include <insightflow/core/error.hpp>

#include <boost/outcome/basic_result.hpp>
#include <boost/outcome/try.hpp>

#include <stdexcept>

namespace insightflow {

/// Thrown when a `Result` is asked for the value it does not have, i.e. on a programming mistake.
class BadResultAccess : public std::logic_error {
 public:
  explicit BadResultAccess(const Error& error)
      : std::logic_error(std::string(error.reason) + ": " + error.detail), error_(error) {}
  const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

namespace detail {
/// Outcome's policy: misuse throws, it never aborts the host program.
struct ThrowOnMisuse : boost::outcome_v2::policy::base {
  template <class Impl>
  static constexpr void wide_value_check(Impl&& self) {
    if (!base::_has_value(self)) throw BadResultAccess(base::_error(self));
  }
  template <class Impl>
  static constexpr void wide_error_check(Impl&& self) {
    if (!base::_has_error(self)) throw std::logic_error("this result holds a value, not an error");
  }
  template <class Impl>
  static constexpr void wide_exception_check(Impl&&) {}
};
}  // namespace detail

/// A `T` or an `Error`. Propagate with `BOOST_OUTCOME_TRY(auto value, expression)`.
/// `value()` on an error throws `BadResultAccess`.
template <class T>
using Result = boost::outcome_v2::basic_result<T, Error, detail::ThrowOnMisuse>;

inline auto success() {
  return boost::outcome_v2::success();
}

/// `return fail(Code::not_found, "survey_unknown", "No survey has this id.");`
inline Error fail(Code code, std::string_view reason, std::string detail,
                  std::string pointer = {}) {
  return Error{code, reason, std::move(detail), std::move(pointer), {}};
}

}  // namespace insightflow
