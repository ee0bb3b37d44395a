#include "support/served.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace bench {

Served::Served(const std::function<void(const Ready& ready)>& serve) {
  int ends[2];
  if (::pipe(ends) != 0) return;
  child_ = ::fork();
  if (child_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(ends[0]);
    serve([&](std::uint16_t port) {
      if (::write(ends[1], &port, sizeof port) != sizeof port) ::_exit(1);
      ::close(ends[1]);
    });
    ::_exit(0);
  }
  ::close(ends[1]);
  if (::read(ends[0], &port_, sizeof port_) != sizeof port_) port_ = 0;
  ::close(ends[0]);
}

Served::~Served() {
  if (child_ <= 0) return;
  ::kill(child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
}

}  // namespace bench
