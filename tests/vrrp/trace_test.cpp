// Replays the stories in traces/: each block is a command, `----`, and what the router did. Run
// with WSLB_REWRITE=1 to write the present behaviour into the files, and review the difference.
//
//   router priority=N [address=A] [interval=MS] [version=V] [preempt=on]   a new router at time 0
//   start | resume | shutdown | resign | take-over
//   advert priority=N [from=A] [interval=MS] [heir=yes]
//   run MS      let time pass; the timer fires when it is due
//   stall MS    let time pass with the timer unheeded, then call expire() once
//   set [priority=N] [preempt=on|off]
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iomanip>
#include <map>
#include <memory>
#include <sstream>

#include <gtest/gtest.h>

#include "base/overloaded.h"
#include "vrrp/router.h"

namespace wslb::vrrp {
namespace {

using Options = std::map<std::string, std::string>;

std::string text_of(Cause cause) {
  switch (cause) {
    case Cause::Started:
      return "started";
    case Cause::Owner:
      return "owner";
    case Cause::Resumed:
      return "resumed";
    case Cause::TimerExpired:
      return "timer expired";
    case Cause::ActiveResigned:
      return "active router resigned";
    case Cause::HigherPriority:
      return "higher priority";
    case Cause::Stalled:
      return "stalled";
    case Cause::Commanded:
      return "commanded";
    case Cause::Stopped:
      return "stopped";
  }
  return "?";
}

class Player {
 public:
  std::string play(const std::string& line) {
    out_.str("");
    std::istringstream words(line);
    std::string command;
    words >> command;
    std::string first;
    Options options;
    for (std::string word; words >> word;) {
      const auto equals = word.find('=');
      if (equals == std::string::npos)
        first = word;
      else
        options[word.substr(0, equals)] = word.substr(equals + 1);
    }
    run(command, first, options);
    return out_.str();
  }

 private:
  static int number(const Options& options, const std::string& key, int fallback) {
    const auto found = options.find(key);
    return found == options.end() ? fallback : std::stoi(found->second);
  }
  static base::IpAddress address(const Options& options, const std::string& key) {
    const auto found = options.find(key);
    const std::string text = found == options.end() ? "10.0.0.1" : found->second;
    return base::IpAddress::parse(text).value();
  }

  void create(const Options& options) {
    now_ = {};
    router_ = std::make_unique<Router>(
        RouterConfig{.version = static_cast<std::uint8_t>(number(options, "version", 3)),
                     .priority = static_cast<std::uint8_t>(number(options, "priority", 0)),
                     .interval = std::chrono::milliseconds(number(options, "interval", 1000)),
                     .preempt = options.count("preempt") > 0,
                     .primary_address = address(options, "address")});
  }

  void run(const std::string& command, const std::string& first, const Options& options) {
    if (command == "router") return create(options);
    if (command == "start") return show(router_->start(now_));
    if (command == "resume") return show(router_->resume(now_));
    if (command == "shutdown") return show(router_->shutdown(now_));
    if (command == "resign") return show(router_->resign(now_));
    if (command == "take-over") return show(router_->take_over(now_));
    if (command == "run") return advance(std::chrono::milliseconds(std::stoi(first)));
    if (command == "stall") {
      now_ += std::chrono::milliseconds(std::stoi(first));
      return show(router_->expire(now_));
    }
    if (command == "advert") {
      return show(router_->receive(
          {.priority = static_cast<std::uint8_t>(number(options, "priority", 0)),
           .interval = std::chrono::milliseconds(number(options, "interval", 1000)),
           .source = address(options, "from"),
           .heir = options.count("heir") > 0},
          now_));
    }
    if (command == "set") {
      if (options.count("preempt") > 0) router_->set_preempt(options.at("preempt") == "on");
      const int priority = number(options, "priority", 0);
      if (priority > 0) router_->set_priority(static_cast<std::uint8_t>(priority));
      return;
    }
    FAIL() << "unknown command " << command;
  }

  void advance(base::Duration duration) {
    const base::TimePoint end = now_ + duration;
    while (router_->next_expiry() && *router_->next_expiry() <= end) {
      now_ = *router_->next_expiry();
      show(router_->expire(now_));
    }
    now_ = end;
  }

  void show(const Effects& effects) {
    for (const Effect& effect : effects) {
      out_ << std::fixed << std::setprecision(6)
           << std::chrono::duration<double>(now_.time_since_epoch()).count() << "  ";
      std::visit(base::Overloaded{
                     [&](const SendAdvert& send) {
                       out_ << "send advert, priority " << int{send.priority};
                     },
                     [&](const Become& become) {
                       out_ << to_string(become.state) << ": " << text_of(become.cause);
                     },
                     [&](const RivalHeard&) { out_ << "rival heard"; },
                 },
                 effect);
      out_ << "\n";
    }
  }

  std::unique_ptr<Router> router_;
  base::TimePoint now_;
  std::ostringstream out_;
};

// The file again, with what the router really does below each `----`.
std::string replay(std::istream& file) {
  Player player;
  std::string result;
  std::string command;
  bool in_output = false;
  for (std::string line; std::getline(file, line);) {
    if (line == "----") {
      result += line + "\n" + player.play(command);
      in_output = true;
    } else if (line.empty()) {
      result += "\n";
      in_output = false;
    } else if (!in_output) {
      result += line + "\n";
      if (line.front() != '#') command = line;
    }
  }
  return result;
}

TEST(RouterTraces, BehaveAsWritten) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator("tests/vrrp/traces")) {
    std::ifstream file(entry.path());
    std::stringstream text;
    text << file.rdbuf();
    const std::string actual = replay(text);
    if (std::getenv("WSLB_REWRITE") != nullptr)
      std::ofstream(entry.path()) << actual;
    else
      EXPECT_EQ(actual, text.str()) << entry.path();
    ++files;
  }
  EXPECT_GT(files, 0);
}

}  // namespace
}  // namespace wslb::vrrp
