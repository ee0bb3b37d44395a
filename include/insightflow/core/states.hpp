#pragma once

#include <array>
#include <optional>

namespace insightflow {

/// One allowed step of a state machine. A machine is a table of these, checked at compile time.
template <class State, class Event>
struct Edge {
  State from;
  Event event;
  State to;
};
/// Clang before 17 does not deduce the arguments of an aggregate by itself.
template <class State, class Event>
Edge(State, Event, State) -> Edge<State, Event>;

/// Where an event leads, or nothing when the state does not allow it.
template <class State, class Event, std::size_t N>
constexpr std::optional<State> next(const std::array<Edge<State, Event>, N>& edges, State from,
                                    Event event) {
  for (const auto& edge : edges)
    if (edge.from == from && edge.event == event) return edge.to;
  return std::nullopt;
}

}  // namespace insightflow
