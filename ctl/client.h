// wslbctl's end of ctl.sock or status.sock: one request, one response, each within a second. An
// agent that hangs shows as an error, never as a wslbctl that hangs. Every error here means that
// the agent cannot be reached.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/result.h"
#include "proto/control.pb.h"

namespace wslb::ctl {

class Client {
 public:
  static constexpr std::chrono::milliseconds kPatience{1000};

  static base::Result<Client> connect(const std::string& socket_path);
  Client(Client&& other) noexcept;
  Client& operator=(Client&&) = delete;
  ~Client();

  // Sends the request and waits for its response.
  [[nodiscard]] base::Result<proto::ControlResponse> ask(const proto::ControlRequest& request);

  // Why nothing comes.
  [[nodiscard]] base::Error hangs() const;
  // Of the process at the other end; 0: the kernel does not say.
  [[nodiscard]] int peer_pid() const;

  [[nodiscard]] base::Result<void> send(const proto::ControlRequest& request);
  // The next response; nullopt: none came within `patience` (nullopt: for ever).
  [[nodiscard]] base::Result<std::optional<proto::ControlResponse>> receive(
      std::optional<std::chrono::milliseconds> patience);

 private:
  Client(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}

  [[nodiscard]] std::optional<std::string> take_frame();
  // By its length, which no agent of ours would announce.
  [[nodiscard]] bool announces_too_much() const;
  [[nodiscard]] base::Error hung_up() const;
  [[nodiscard]] base::Error stranger() const;

  int fd_;
  std::string path_;
  std::string input_;
};

}  // namespace wslb::ctl
