#include "agent/status_server.h"

#include <array>
#include <exception>
#include <string>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include "agent/privileges.h"
#include "agent/tcp_listener.h"
#include "agent/web_site.h"

namespace wslb::agent {
namespace {

using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kRetry{5};
constexpr std::chrono::milliseconds kAcceptPause{100};

}  // namespace

// Reads one request, writes its answer, and waits for the client to have it.
class StatusServer::Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(StatusServer& server, Tcp::socket socket, std::shared_ptr<int> place)
      : server_(server),
        socket_(std::move(socket)),
        deadline_(server.io_),
        place_(std::move(place)) {}

  void start() {
    arm(kRequestMax);
    read();
  }

 private:
  void read() {
    socket_.async_read_some(
        boost::asio::buffer(chunk_),
        [self = shared_from_this()](const error_code& error, std::size_t bytes) {
          if (error) return self->close();
          self->input_.append(self->chunk_.data(), bytes);
          self->judge();
        });
  }

  void judge() {
    request_ = read_web_request(input_);
    if (request_.verdict == WebRequest::Verdict::Incomplete) return read();
    if (!needs_state(request_)) return write(nullptr);
    server_.give_state(
        [self = shared_from_this()](const auto& state) { self->write(state.get()); });
  }

  void write(const view::PageModel* state) {
    output_ = web_answer(request_, state);
    arm(kResponseMax);
    boost::asio::async_write(socket_, boost::asio::buffer(output_),
                             [self = shared_from_this()](const error_code& error, std::size_t) {
                               if (error) return self->close();
                               self->linger();
                             });
  }

  // To close with unread bytes would be a reset, which may overtake the answer.
  void linger() {
    error_code ignored;
    socket_.shutdown(Tcp::socket::shutdown_send, ignored);
    drain();
  }
  void drain() {
    socket_.async_read_some(
        boost::asio::buffer(chunk_),
        [self = shared_from_this()](const error_code& error, std::size_t bytes) {
          self->drained_ += bytes;
          if (error || self->drained_ > kWebHeadBytesMax) return self->close();
          self->drain();
        });
  }

  void arm(std::chrono::seconds time) {
    deadline_.expires_after(time);
    deadline_.async_wait([self = shared_from_this()](const error_code& error) {
      if (!error) self->close();
    });
  }

  void close() {
    deadline_.cancel();
    error_code ignored;
    socket_.close(ignored);
  }

  StatusServer& server_;
  Tcp::socket socket_;
  boost::asio::steady_timer deadline_;
  std::shared_ptr<int> place_;
  std::array<char, 4096> chunk_{};
  std::string input_;
  std::string output_;
  WebRequest request_;
  std::size_t drained_ = 0;
};

StatusServer::StatusServer(const base::Endpoint& endpoint, Source source)
    : work_(io_.get_executor()),
      endpoint_(endpoint),
      source_(std::move(source)),
      retry_(io_),
      patience_(io_) {}

StatusServer::~StatusServer() {
  stop();
}

// Bound before its thread has lost every capability, since ports below 1024 need one.
void StatusServer::start() {
  listen();
  thread_ = std::thread([this] {
    ::pthread_setname_np(::pthread_self(), "web");
    drop_thread_capabilities();
    run();
  });
}

// Whatever goes wrong with a page, such as want of memory, the agent goes on.
void StatusServer::run() {
  for (;;) {
    try {
      io_.run();
      return;
    } catch (const std::exception& error) {
      spdlog::error("status-bind: {}", error.what());
    }
  }
}

void StatusServer::stop() {
  if (!thread_.joinable()) return;
  work_.reset();
  io_.stop();
  thread_.join();
}

void StatusServer::post(std::function<void()> work) {
  boost::asio::post(io_, std::move(work));
}

void StatusServer::listen() {
  auto listening = listen_on(io_, endpoint_);
  const bool everywhere = endpoint_.address.is_unspecified();
  if (!listening && everywhere) {  // a host without IPv6
    listening = listen_on(io_, {base::IpAddress::parse("0.0.0.0").value(), endpoint_.port});
  }
  if (!listening) return listen_later(listening.error().message);
  acceptor_.emplace(std::move(*listening));
  if (std::exchange(told_trouble_, false)) spdlog::info("status-bind: listening now");
  accept();
}

void StatusServer::listen_later(const std::string& reason) {
  if (!std::exchange(told_trouble_, true)) {
    spdlog::error("status-bind: {}; trying again every 5 s", reason);
  }
  retry_.expires_after(kRetry);
  retry_.async_wait([this](const error_code& error) {
    if (!error) listen();
  });
}

void StatusServer::accept() {
  acceptor_->async_accept([this](const error_code& error, Tcp::socket client) {
    if (error) {  // no descriptor left, most likely
      retry_.expires_after(kAcceptPause);
      retry_.async_wait([this](const error_code& stopped) {
        if (!stopped) accept();
      });
      return;
    }
    // One share is the server's own. Whoever is too many is hung up on.
    if (static_cast<std::size_t>(places_.use_count()) <= kConnectionsMax) {
      std::make_shared<Connection>(*this, std::move(client), places_)->start();
    }
    accept();
  });
}

void StatusServer::give_state(const Answer& answer) {
  if (state_ && steady_clock::now() - state_at_ < kFresh) return answer(state_);
  waiting_.push_back(answer);
  if (waiting_.size() > 1) return;  // it has been asked for
  patience_.expires_after(kStateMax);
  patience_.async_wait([this](const error_code& error) {
    if (!error) take_state(nullptr);
  });
  source_(*this,
          [this](std::shared_ptr<const view::PageModel> state) { take_state(std::move(state)); });
}

// Null: it did not come.
void StatusServer::take_state(std::shared_ptr<const view::PageModel> state) {
  patience_.cancel();
  if (state) {
    state_ = state;
    state_at_ = steady_clock::now();
  }
  for (const Answer& answer : std::exchange(waiting_, {})) answer(state);
}

}  // namespace wslb::agent
