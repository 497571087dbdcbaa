// `status-bind`: the status page and the metrics over HTTP, for whoever may reach the address; they
// can read, and nothing else. It has a thread of its own, of the ordinary priority and without
// capabilities, so that neither a slow reader nor a hostile one comes near the adverts. So many
// connections at a time, a request each, within seconds. What it shows is at most half a second
// old. Used by the wiring in main.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "base/ip_address.h"
#include "base/time.h"
#include "view/page.h"

namespace wslb::agent {

class StatusServer {
 public:
  using Tcp = boost::asio::ip::tcp;
  static constexpr std::size_t kConnectionsMax = 64;
  static constexpr std::chrono::seconds kRequestMax{5};
  static constexpr std::chrono::seconds kResponseMax{10};
  static constexpr std::chrono::milliseconds kFresh{500};
  static constexpr std::chrono::seconds kStateMax{2};

  // Called on the server's thread; has `answer` called there, too, by post().
  using Answer = std::function<void(std::shared_ptr<const view::PageModel> state)>;
  using Source = std::function<void(StatusServer& server, Answer answer)>;

  StatusServer(const base::Endpoint& endpoint, Source source);
  ~StatusServer();
  StatusServer(const StatusServer&) = delete;
  StatusServer& operator=(const StatusServer&) = delete;

  // An address that is taken is tried again.
  void start();
  void stop();
  // On the server's thread.
  void post(std::function<void()> work);

 private:
  class Connection;

  void run();
  void listen();
  void listen_later(const std::string& reason);
  void accept();
  void give_state(const Answer& answer);
  void take_state(std::shared_ptr<const view::PageModel> state);

  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  base::Endpoint endpoint_;
  Source source_;
  std::optional<Tcp::acceptor> acceptor_;
  boost::asio::steady_timer retry_;
  boost::asio::steady_timer patience_;                     // with the source
  std::shared_ptr<int> places_ = std::make_shared<int>();  // a share for each connection
  std::shared_ptr<const view::PageModel> state_;           // the last one
  base::TimePoint state_at_{};
  std::vector<Answer> waiting_;  // for the next one
  bool told_trouble_ = false;
  std::thread thread_;
};

}  // namespace wslb::agent
