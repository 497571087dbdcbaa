#include "proxy/runtime_client.h"

#include <array>
#include <utility>

#include "config/value.h"
#include "proxy/connection.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

using Level = config::StatsSocket::Level;

constexpr std::size_t kLineMax = 16384;

std::string name_of(Level level) {
  return level == Level::Admin ? "admin" : level == Level::Operator ? "operator" : "user";
}

}  // namespace

RuntimeClient::RuntimeClient(asio::io_context& loop, int fd, Level level, base::Duration timeout,
                             RuntimeContext& context)
    : stream_(loop.get_executor(), fd), level_(level), timeout_(timeout), context_(context) {}

asio::awaitable<void> RuntimeClient::run() {
  do {
    const std::optional<std::string> line = co_await read_line();
    if (!line) co_return;
    co_await run_line(*line);
  } while (interactive_ && !ended_);
}

asio::awaitable<std::optional<std::string>> RuntimeClient::read_line() {
  const base::TimePoint deadline = deadline_after(timeout_);
  std::size_t end = 0;
  while ((end = received_.find('\n')) == std::string::npos) {
    if (received_.size() > kLineMax) co_return std::nullopt;
    std::array<char, 4096> bytes;
    const IoResult result = co_await stream_.read(bytes, deadline);
    if (!result.ok()) co_return std::nullopt;
    received_.append(bytes.data(), result.bytes);
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 1);
  co_return line;
}

asio::awaitable<void> RuntimeClient::run_line(const std::string& line) {
  CommandLine parsed = parse_command_line(line);
  if (parsed.commands.empty()) parsed.commands.emplace_back();
  if (!parsed.complaint.empty()) {
    ended_ = true;  // what follows may be a payload
    const std::string text = parsed.complaint + "\n";
    co_return co_await write(text);
  }
  for (const CommandWords& words : parsed.commands) {
    if (ended_) co_return;
    std::string text = co_await answer(words);
    if (interactive_) text += "> ";
    if (!ended_) co_await write(text);
  }
}

asio::awaitable<std::string> RuntimeClient::answer(const CommandWords& words) {
  if (words.empty()) co_return "";
  if (auto own = own_command(words)) co_return *own;
  const bool lists = words.begin_with("show sess") || words.begin_with("shutdown session");
  context_.live =
      co_await context_.service->process.gather(lists ? Detail::Sessions : Detail::Sums);
  std::string text = run_command(context_, words, level_);
  if (level_ == Level::Admin && context_.changed) context_.changed();
  co_return text;
}

std::optional<std::string> RuntimeClient::own_command(const CommandWords& words) {
  if (words[0] == "quit") {
    ended_ = true;
    return "";
  }
  if (words[0] == "prompt") {
    interactive_ = !interactive_;
    return "\n";
  }
  if (words[0] == "user") return lower_level(Level::User);
  if (words[0] == "operator") return lower_level(Level::Operator);
  if (words.begin_with("show cli level")) return name_of(level_) + "\n\n";
  if (words.begin_with("set timeout cli")) return set_timeout(words);
  return std::nullopt;
}

std::string RuntimeClient::lower_level(Level level) {
  if (level > level_) return "Permission denied\n\n";
  level_ = level;
  return "\n";
}

std::string RuntimeClient::set_timeout(const CommandWords& words) {
  const auto timeout = config::parse_timer(words[3]);
  if (!timeout || *timeout < std::chrono::seconds(1)) return "Invalid timeout value.\n\n";
  timeout_ = *timeout;
  return "\n";
}

asio::awaitable<void> RuntimeClient::write(const std::string& text) {
  const IoResult written = co_await stream_.write_all(text, deadline_after(timeout_));
  if (!written.ok()) ended_ = true;
}

}  // namespace wslb::proxy
