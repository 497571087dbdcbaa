#include "agent/haproxy_connection.h"

#include <chrono>
#include <utility>

#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <spdlog/spdlog.h>

#include "agent/tcp_listener.h"

namespace wslb::agent {
namespace {

using Tcp = boost::asio::ip::tcp;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kDialTimeMax{3};

// Empty: it is not connected any more.
std::string describe(const Tcp::socket& socket) {
  boost::system::error_code error;
  const Tcp::endpoint endpoint = socket.remote_endpoint(error);
  if (error) return {};
  return endpoint.address().to_string() + ":" + std::to_string(endpoint.port());
}

}  // namespace

HaproxyConnection::HaproxyConnection(Socket socket, peers::Session::Settings settings,
                                     HaproxyStore& store, Handlers handlers)
    : socket_(std::move(socket)),
      deadline_(socket_.get_executor()),
      store_(store),
      handlers_(std::move(handlers)),
      session_(std::move(settings), steady_clock::now()) {}

void HaproxyConnection::dial(const base::Endpoint& address) {
  remote_ = address.to_string();
  deadline_.expires_after(kDialTimeMax);
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (!error && self && !self->was_established_) self->fail("it does not answer");
  });
  socket_.async_connect(to_asio(address),
                        [self = shared_from_this()](const boost::system::error_code& error) {
                          if (self->ended_) return;
                          if (error) return self->fail("cannot connect: " + error.message());
                          self->start();
                        });
}

void HaproxyConnection::start() {
  boost::system::error_code ignored;
  socket_.set_option(Tcp::no_delay(true), ignored);
  if (remote_.empty()) remote_ = describe(socket_);
  arm_deadline();
  flush();
  read();
}

void HaproxyConnection::read() {
  if (ended_) return;
  socket_.async_read_some(
      boost::asio::buffer(input_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t bytes) {
        if (self->ended_) return;
        if (error == boost::asio::error::eof) return self->fail("it closed the connection");
        if (error) return self->fail("the connection broke: " + error.message());
        self->on_read(bytes);
        self->read();
      });
}

void HaproxyConnection::on_read(std::size_t bytes) {
  const base::TimePoint now = steady_clock::now();
  const auto self = shared_from_this();
  const auto received = session_.receive({input_.data(), bytes}, store_, now);
  for (const peers::Update& update : received.updates) store_.apply(update, session_.peer());
  received_ += received.updates.size();
  for (const std::string& remark : received.remarks) {
    spdlog::warn("peer {}: {}", session_.peer(), remark);
  }
  if (session_.awaits_admission()) handlers_.on_greeted(self);
  if (ended_) return;
  if (session_.closing()) return conclude();
  if (session_.established()) {
    if (!std::exchange(was_established_, true)) arm_deadline();
    handlers_.on_progress(*this);
  }
  flush();
}

void HaproxyConnection::flush() {
  if (writing_ || ended_) return;
  session_.write(store_, steady_clock::now(), kPieceBytes, output_);
  if (output_.empty()) return;
  writing_ = true;
  boost::asio::async_write(
      socket_, boost::asio::buffer(output_),
      [self = shared_from_this()](const boost::system::error_code& error, std::size_t) {
        self->writing_ = false;
        self->output_.clear();
        if (error && !self->ended_) self->fail("the connection broke: " + error.message());
        self->flush();
      });
}

void HaproxyConnection::arm_deadline() {
  deadline_.expires_at(session_.next_deadline());
  deadline_.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const auto self = weak.lock();
    if (error || !self || self->ended_) return;
    self->session_.handle_expiry(steady_clock::now());
    if (self->session_.closing()) return self->conclude();
    self->flush();
    self->arm_deadline();
  });
}

void HaproxyConnection::fail(const std::string& reason) {
  session_.close(reason);
  conclude();
}

// A status or an error that is still to be said is a few bytes: it goes at once or not at all.
void HaproxyConnection::conclude() {
  if (ended_) return;
  if (!writing_) {
    session_.write(store_, steady_clock::now(), kPieceBytes, output_);
    boost::system::error_code ignored;
    socket_.non_blocking(true, ignored);
    socket_.write_some(boost::asio::buffer(output_), ignored);
  }
  const auto self = shared_from_this();
  end();
  handlers_.on_ended(*this, *session_.closing());
}

void HaproxyConnection::end() {
  ended_ = true;
  deadline_.cancel();
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace wslb::agent
