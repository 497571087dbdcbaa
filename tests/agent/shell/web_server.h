// A small HTTP server on loopback for tests of the checks: it answers each connection by a text, or
// hangs, as the test says.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "config/cluster.h"

namespace wslb::agent {

class WebServer {
 public:
  using Tcp = boost::asio::ip::tcp;

  explicit WebServer(boost::asio::io_context& io) : io_(io) { listen({}); }

  void close() { acceptor_.reset(); }
  void open_again() { listen(port_); }

  [[nodiscard]] config::UrlCheck check() const {
    config::UrlCheck check;
    check.url = "http://127.0.0.1:" + std::to_string(port_) + "/up";
    check.address = *base::IpAddress::parse("127.0.0.1");
    check.port = port_;
    check.host = "127.0.0.1:" + std::to_string(port_);
    check.target = "/up";
    check.inter = std::chrono::milliseconds(50);
    return check;
  }

  std::optional<std::string> answer = "HTTP/1.1 200 OK\r\n\r\n";  // nullopt: none
  std::vector<std::string> requests;

 private:
  struct Client {
    Tcp::socket socket;
    std::array<char, 1024> input{};
    std::string output = {};
  };

  void listen(std::optional<std::uint16_t> port) {
    acceptor_ = std::make_unique<Tcp::acceptor>(
        io_, Tcp::endpoint(boost::asio::ip::address_v4::loopback(), port.value_or(0)));
    port_ = acceptor_->local_endpoint().port();
    accept();
  }

  void accept() {
    acceptor_->async_accept([this](const boost::system::error_code& error, Tcp::socket socket) {
      if (error) return;
      serve(std::make_shared<Client>(Client{std::move(socket)}));
      accept();
    });
  }

  void serve(const std::shared_ptr<Client>& client) {
    client->socket.async_read_some(
        boost::asio::buffer(client->input),
        [this, client](const boost::system::error_code& error, std::size_t count) {
          if (error) return;
          requests.emplace_back(client->input.data(), count);
          if (!answer) return hanging_.push_back(client);
          client->output = *answer;
          boost::asio::async_write(client->socket, boost::asio::buffer(client->output),
                                   [client](const boost::system::error_code&, std::size_t) {});
        });
  }

  boost::asio::io_context& io_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Tcp::acceptor> acceptor_;
  std::vector<std::shared_ptr<Client>> hanging_;
};

}  // namespace wslb::agent
