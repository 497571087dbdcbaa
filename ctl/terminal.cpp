#include "ctl/terminal.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <string>
#include <utility>

#include <poll.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace wslb::ctl {
namespace {

using Clock = std::chrono::steady_clock;

std::atomic<bool> ends{false};
std::atomic<bool> resized{false};

void take_signal(int number) {
  (number == SIGWINCH ? resized : ends) = true;
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(STDOUT_FILENO, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;  // the terminal has gone; that shows as its end of input
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

bool means_quit(char key) {
  constexpr char kCtrlC = 3;
  constexpr char kCtrlD = 4;
  return key == 'q' || key == 'Q' || key == kCtrlC || key == kCtrlD;
}

}  // namespace

base::Result<Terminal> Terminal::open() {
  termios before{};
  if (::isatty(STDOUT_FILENO) == 0 || ::tcgetattr(STDIN_FILENO, &before) != 0) {
    return base::Error{"stdin and stdout are no terminal; for programs there is --json"};
  }
  termios now = before;
  now.c_lflag &= ~static_cast<tcflag_t>(ICANON | ECHO | ISIG);
  now.c_cc[VMIN] = 0;
  now.c_cc[VTIME] = 0;
  if (::tcsetattr(STDIN_FILENO, TCSANOW, &now) != 0) {
    return base::Error{"the terminal cannot be set up"};
  }
  struct sigaction action {};
  action.sa_handler = take_signal;
  sigset_t watched;
  ::sigemptyset(&watched);
  for (const int number : {SIGTERM, SIGHUP, SIGINT, SIGWINCH}) {
    ::sigaction(number, &action, nullptr);
    ::sigaddset(&watched, number);
  }
  // They come in while wait() waits and at no other time: none is missed between look and sleep.
  ::sigprocmask(SIG_BLOCK, &watched, nullptr);
  write_all("\x1b[?1049h\x1b[?25l");
  return Terminal(before);
}

Terminal::Terminal(Terminal&& other) noexcept
    : before_(other.before_), owns_(std::exchange(other.owns_, false)) {}

Terminal::~Terminal() {
  if (!owns_) return;
  write_all("\x1b[?25h\x1b[?1049l");
  ::tcsetattr(STDIN_FILENO, TCSANOW, &before_);
}

Terminal::Size Terminal::size() {
  winsize known{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &known) != 0 || known.ws_col == 0 || known.ws_row == 0) {
    return {};
  }
  return {known.ws_col, known.ws_row};
}

void Terminal::draw(std::string_view text) {
  std::string frame = "\x1b[H";
  for (const char c : text) {
    if (c == '\n') {
      frame += "\x1b[K\n";
    } else {
      frame += c;
    }
  }
  write_all(frame + "\x1b[K\x1b[J");
}

Terminal::Event Terminal::wait(std::chrono::milliseconds time) {
  const auto deadline = Clock::now() + time;
  for (;;) {
    if (ends) return Event::Quit;
    if (resized.exchange(false)) return Event::Resized;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (left.count() <= 0) return Event::Nothing;
    pollfd keys{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
    const timespec time_left{.tv_sec = left.count() / 1000,
                             .tv_nsec = left.count() % 1000 * 1'000'000};
    sigset_t none;
    ::sigemptyset(&none);
    if (::ppoll(&keys, 1, &time_left, &none) <= 0) continue;
    std::array<char, 64> typed{};
    const ssize_t count = ::read(STDIN_FILENO, typed.data(), typed.size());
    if (count == 0 || (count < 0 && errno != EINTR && errno != EAGAIN)) return Event::Quit;
    const auto end = typed.begin() + std::max<ssize_t>(count, 0);
    if (std::any_of(typed.begin(), end, means_quit)) return Event::Quit;
  }
}

}  // namespace wslb::ctl
