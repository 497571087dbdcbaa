#include "proxy/crash_note.h"

#include <array>
#include <csignal>

namespace wslb::proxy {
namespace {

constexpr std::array kSignals{SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
constexpr std::size_t kStackBytes = 32 * 1024;  // where the thread's own has overflowed

vault::Arena* noted_in = nullptr;
std::array<struct sigaction, kSignals.size()> before{};

thread_local bool is_worker = false;
thread_local std::size_t worker_of_thread = 0;
alignas(16) thread_local std::array<char, kStackBytes> stack;

// Only stores to memory that is mapped already. Afterwards what failed fails once more, with the
// handler of before in place; what somebody has sent is sent again.
void on_crash(int signal, siginfo_t* cause, void* /*context*/) {
  if (is_worker) noted_in->blame(worker_of_thread);
  noted_in->note_crash();
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    if (kSignals.at(i) == signal) ::sigaction(signal, &before.at(i), nullptr);
  }
  if (cause->si_code <= 0) ::raise(signal);
}

}  // namespace

void note_crashes_in(vault::Arena& arena) {
  noted_in = &arena;
  struct sigaction action {};
  action.sa_sigaction = on_crash;
  action.sa_flags = SA_ONSTACK | SA_SIGINFO;
  for (std::size_t i = 0; i < kSignals.size(); ++i) {
    ::sigaction(kSignals.at(i), &action, &before.at(i));
  }
}

void note_crashes_of(std::size_t worker) {
  worker_of_thread = worker;
  is_worker = true;
  stack_t found{};
  ::sigaltstack(nullptr, &found);
  if ((found.ss_flags & SS_DISABLE) == 0) return;  // a sanitizer's
  const stack_t alternative{.ss_sp = stack.data(), .ss_flags = 0, .ss_size = stack.size()};
  ::sigaltstack(&alternative, nullptr);
}

}  // namespace wslb::proxy
