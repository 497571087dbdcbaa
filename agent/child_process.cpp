#include "agent/child_process.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/pidfd.h"

namespace wslb::agent {
namespace {

constexpr int kCannotRun = 127;

std::vector<char*> pointers(std::vector<std::string>& words) {
  std::vector<char*> all;
  for (std::string& word : words) all.push_back(word.data());
  all.push_back(nullptr);
  return all;
}

// Between fork and exec: nothing here allocates.
[[noreturn]] void run(char* const* arguments, char* const* environment, bool own_session) {
  if (own_session) ::setsid();
  ::dup2(::open("/dev/null", O_RDONLY), STDIN_FILENO);
  ::dup2(STDERR_FILENO, STDOUT_FILENO);
  ::close_range(STDERR_FILENO + 1, ~0U, 0);
  for (int number = 1; number < NSIG; ++number) std::signal(number, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  ::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
  ::execvpe(*arguments, arguments, environment);
  std::perror(*arguments);
  std::_Exit(kCannotRun);
}

}  // namespace

base::Result<ChildProcess> ChildProcess::start(std::vector<std::string> command,
                                               Settings settings) {
  const std::vector<char*> arguments = pointers(command);
  const std::vector<char*> own = pointers(settings.environment);
  char* const* environment = settings.environment.empty() ? environ : own.data();
  // Until the child has let go of our signal handlers, it must not run them.
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  if (pid == 0) run(arguments.data(), environment, settings.own_session);
  const int error = errno;
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  if (pid < 0) return system_error("cannot start a process");
  FileDescriptor pidfd(::pidfd_open(pid, 0));
  if (pidfd) return ChildProcess{pid, std::move(pidfd)};
  const base::Error reason = system_error("cannot watch the process");
  kill_and_reap(pid);
  return reason;
}

void ChildProcess::kill_and_reap(std::int32_t pid) {
  ::kill(pid, SIGKILL);
  ::waitpid(pid, nullptr, 0);
}

}  // namespace wslb::agent
