#include "daemon/log_output.h"

#include <array>
#include <cerrno>
#include <memory>
#include <mutex>
#include <tuple>

#include <fcntl.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <unistd.h>

#include "daemon/journal.h"

namespace wslb::daemon {
namespace {

Priority priority_of(spdlog::level::level_enum level) {
  if (level >= spdlog::level::critical) return Priority::Critical;
  if (level == spdlog::level::err) return Priority::Error;
  if (level == spdlog::level::warn) return Priority::Warning;
  return level == spdlog::level::info ? Priority::Info : Priority::Debug;
}

// stderr may be shared with other processes, so it is not made non-blocking itself: a pipe, file or
// terminal is opened anew, and a socket (the journal's) is sent to without waiting. The mutex is
// for the other threads, which log too.
class StderrSink : public spdlog::sinks::base_sink<std::mutex> {
 public:
  StderrSink()
      : own_(::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_APPEND | O_NOCTTY | O_CLOEXEC)) {}
  ~StderrSink() override {
    if (own_ >= 0) ::close(own_);
  }
  StderrSink(const StderrSink&) = delete;
  StderrSink& operator=(const StderrSink&) = delete;

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    write({line.data(), line.size()});
  }
  void write(std::string_view line) const {
    if (own_ >= 0) {
      std::ignore = ::write(own_, line.data(), line.size());
    } else if (::send(STDERR_FILENO, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0 &&
               errno == ENOTSOCK) {
      std::ignore = ::write(STDERR_FILENO, line.data(), line.size());
    }
  }
  void flush_() override {}

 private:
  int own_;
};

// A journal that does not listen may still read stderr, with the priority before the line.
class JournalSink : public StderrSink {
 public:
  explicit JournalSink(const std::string& program) : journal_(program) {}

  void log_event(spdlog::level::level_enum level, std::string_view kind, std::string_view subject,
                 std::string_view text) {
    const std::array<JournalField, 2> fields{{{"WSLB_EVENT", kind}, {"WSLB_SUBJECT", subject}}};
    const std::lock_guard lock(mutex_);
    say(priority_of(level), text, fields);
  }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    say(priority_of(message.level), {message.payload.data(), message.payload.size()}, {});
  }
  void say(Priority priority, std::string_view text, std::span<const JournalField> fields) {
    if (journal_.send(priority, text, fields)) return;
    write("<" + std::string(1, static_cast<char>(priority)) + ">" + std::string(text) + "\n");
  }

  Journal journal_;
};

std::shared_ptr<JournalSink>& the_journal() {
  static std::shared_ptr<JournalSink> sink;  // none: the log goes elsewhere
  return sink;
}

}  // namespace

void set_up_log(const std::string& program, const std::string& level) {
  std::shared_ptr<spdlog::sinks::sink> sink;
  if (journal_reads_stderr()) {
    sink = the_journal() = std::make_shared<JournalSink>(program);
  } else {
    sink = std::make_shared<StderrSink>();
  }
  auto logger = std::make_shared<spdlog::logger>(program, std::move(sink));
  logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
  logger->set_level(spdlog::level::from_str(level));
  spdlog::set_default_logger(std::move(logger));
}

void log_event(spdlog::level::level_enum level, std::string_view kind, std::string_view subject,
               std::string_view text) {
  if (!spdlog::should_log(level)) return;
  const std::string line = std::string(kind).append(" ").append(subject).append(": ").append(text);
  if (const auto& journal = the_journal()) return journal->log_event(level, kind, subject, line);
  spdlog::log(level, "{}", line);
}

}  // namespace wslb::daemon
