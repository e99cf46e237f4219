// The phases of a connection, and the names that core gives them.
#pragma once

#include <cstddef>
#include <iterator>

namespace remctl_addon {

enum class Phase { Resolve, Connect, Negotiate, Command };

// The names, in the order of the enum. TypeScript declares the same list (src/session-events.ts),
// and test/border.test.ts compares the two.
constexpr const char *kPhaseNames[] = {"resolve", "connect", "negotiate", "command"};

static_assert(std::size(kPhaseNames) == static_cast<size_t>(Phase::Command) + 1,
              "every phase has one name");

// Returns the name of a phase.
constexpr const char *name_of(Phase phase) { return kPhaseNames[static_cast<size_t>(phase)]; }

}  // namespace remctl_addon
