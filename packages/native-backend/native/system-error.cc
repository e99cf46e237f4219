// Writes errors as codes, and keeps count of shortages.
#include "system-error.h"

#include <atomic>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

namespace remctl_addon {

namespace {

// How many descriptors must be free for there to be no shortage: those that a library may have
// needed, and some that other threads may have freed meanwhile.
constexpr size_t kSpare = 4;

std::atomic<unsigned> noted_so_far{0};
std::atomic<int> last{0};

}  // namespace

std::string errno_code(int number) { return "E" + std::to_string(number); }

bool is_shortage(int number) {
  return number == EMFILE || number == ENFILE || number == ENOMEM || number == ENOBUFS;
}

void note_shortage(int number) {
  if (!is_shortage(number)) {
    return;
  }
  last = number;
  noted_so_far++;
}

unsigned shortages_noted() { return noted_so_far; }

int shortage_since(unsigned noted) {
  int spare[kSpare];
  size_t had = 0;
  while (had < kSpare) {
    spare[had] = open("/dev/null", O_RDONLY | O_CLOEXEC);
    if (spare[had] < 0) {
      note_shortage(errno);
      break;
    }
    had++;
  }
  while (had > 0) {
    close(spare[--had]);
  }
  return shortages_noted() == noted ? 0 : last.load();
}

}  // namespace remctl_addon
