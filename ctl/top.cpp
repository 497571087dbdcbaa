#include "ctl/top.h"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <optional>

#include "ctl/client.h"
#include "ctl/inquiry.h"
#include "ctl/terminal.h"
#include "ctl/top_screen.h"
#include "view/json.h"

namespace wslb::ctl {
namespace {

using std::chrono::milliseconds;

// Keeps its connection as long as the agent does.
class Eye {
 public:
  explicit Eye(const Arguments& arguments) : path_(reading_socket(arguments)) {}

  base::Result<proto::Status> look() {
    if (!client_) {
      auto connected = Client::connect(path_);
      if (!connected) return connected.error();
      client_.emplace(std::move(*connected));
    }
    proto::ControlRequest request;
    request.mutable_status()->set_traffic(true);
    auto response = client_->ask(request);
    if (!response) client_.reset();
    miss_ = response ? Exit::No : Exit::Unreachable;
    if (!response) return response.error();
    if (response->has_refusal()) return base::Error{response->refusal().reason()};
    if (!response->has_status()) return base::Error{kAnotherVersion};
    return std::move(*response->mutable_status());
  }

  // What a look that saw nothing means for the exit status.
  [[nodiscard]] Exit miss() const { return miss_; }

  // What happened since the last call.
  void read_events(TopScreen& screen) {
    proto::ControlRequest request;
    request.mutable_events()->set_after_seq(last_event_);
    if (!client_ || !client_->send(request)) return;
    for (;;) {
      const auto received = client_->receive(Client::kPatience);
      if (!received || !*received) return client_.reset();
      if (!(*received)->has_event()) return;
      last_event_ = (*received)->event().seq();
      screen.add_event((*received)->event());
    }
  }

  // Its numbers begin anew with it.
  void forget_events() { last_event_ = 0; }

 private:
  std::string path_;
  std::optional<Client> client_;
  std::uint64_t last_event_ = 0;
  Exit miss_ = Exit::Unreachable;
};

Exit print_looks(Eye& eye, milliseconds interval) {
  for (;;) {
    const auto status = eye.look();
    if (!status) return fail(eye.miss(), status.error().message);
    print(view::status_json(*status));
    if (std::fflush(stdout) != 0) return Exit::Done;  // nobody reads any more
    const timespec pause{.tv_sec = interval.count() / 1000, .tv_nsec = 0};
    ::nanosleep(&pause, nullptr);
  }
}

void draw(Terminal& terminal, const TopScreen& screen) {
  TableStyle style = style_of_output();
  const Terminal::Size size = Terminal::size();
  style.width = size.columns;
  terminal.draw(screen.draw(style, size.lines));
}

}  // namespace

Exit run_top(const TopCommand& command, const Arguments& arguments) {
  const milliseconds interval = std::chrono::seconds(command.seconds);
  Eye eye(arguments);
  if (arguments.json) return print_looks(eye, interval);
  auto first = eye.look();
  if (!first) return fail(eye.miss(), first.error().message);
  auto terminal = Terminal::open();
  if (!terminal) return fail(Exit::No, terminal.error().message);
  TopScreen screen;
  for (auto status = std::move(first);; status = eye.look()) {
    if (status) {
      screen.look(*status, style_of_output().now_unix_ms);
      eye.read_events(screen);
    } else {
      screen.miss("trying again: " + status.error().message);
      eye.forget_events();
    }
    Terminal::Event event = Terminal::Event::Resized;
    while (event == Terminal::Event::Resized) {
      draw(*terminal, screen);
      event = terminal->wait(interval);
    }
    if (event == Terminal::Event::Quit) return Exit::Done;
  }
}

}  // namespace wslb::ctl
