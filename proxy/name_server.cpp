#include "proxy/name_server.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <arpa/nameser.h>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "base/bytes.h"
#include "proxy/dns_records.h"

namespace wslb::proxy {
namespace asio = boost::asio;

struct NameServer::Watched {
  Watched(const asio::any_io_executor& executor, ares_socket_t its_socket)
      : socket(its_socket), descriptor(executor, its_socket) {}
  ~Watched() { descriptor.release(); }  // c-ares closes it

  ares_socket_t socket;
  asio::posix::stream_descriptor descriptor;
  bool readable = false;
  bool writable = false;
  bool reading = false;
  bool writing = false;
};

namespace {

int type_of(RecordType type) {
  switch (type) {
    case RecordType::A:
      return ns_t_a;
    case RecordType::Aaaa:
      return ns_t_aaaa;
    case RecordType::Srv:
      break;
  }
  return ns_t_srv;
}

struct Question {
  RecordType type;
  std::function<void(const DnsAnswer&)> done;
};

extern "C" void on_answer(void* argument, int status, int /*timeouts*/, unsigned char* bytes,
                          int size) {
  const std::unique_ptr<Question> question(static_cast<Question*>(argument));
  if (status == ARES_EDESTRUCTION || status == ARES_ECANCELLED) return;
  const std::size_t length = bytes == nullptr ? 0 : static_cast<std::size_t>(size);
  question->done(read_answer(question->type, status, {bytes, length}));
}

}  // namespace

NameServer::NameServer(asio::any_io_executor executor, const config::ResolversSection& section,
                       const config::NameServer& configured)
    : executor_(std::move(executor)), timer_(executor_), name_(configured.name) {
  ares_options options{};
  options.flags = ARES_FLAG_NOSEARCH | ARES_FLAG_NOALIASES | ARES_FLAG_NOCHECKRESP | ARES_FLAG_EDNS;
  if (configured.tcp) options.flags |= ARES_FLAG_USEVC;
  options.ednspsz = section.payload;
  options.timeout =
      static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(section.retry_timeout).count());
  options.tries = 1;
  options.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
    static_cast<NameServer*>(self)->watch(socket, readable != 0, writable != 0);
  };
  options.sock_state_cb_data = this;
  const int wanted = ARES_OPT_FLAGS | ARES_OPT_EDNSPSZ | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES |
                     ARES_OPT_SOCK_STATE_CB;
  if (ares_init_options(&channel_, &options, wanted) != ARES_SUCCESS) {
    channel_ = nullptr;  // out of memory; each question times out
    return;
  }
  ares_set_servers_ports_csv(channel_, configured.address.to_string().c_str());
}

NameServer::~NameServer() {
  *alive_ = false;
  if (channel_ != nullptr) ares_destroy(channel_);
}

void NameServer::ask(const std::string& name, RecordType type, Done done) {
  ++counts_.sent;
  auto counted = [this, done = std::move(done)](const DnsAnswer& answer) {
    count(answer.status);
    done(answer);
  };
  if (channel_ == nullptr) return counted({});
  auto* question = new Question{type, std::move(counted)};  // on_answer() owns it
  ares_query(channel_, name.c_str(), ns_c_in, type_of(type), on_answer, question);
  wait_for_time();
}

void NameServer::count(DnsStatus status) {
  switch (status) {
    case DnsStatus::Valid:
      ++counts_.valid;
      break;
    case DnsStatus::Nx:
      ++counts_.nx;
      break;
    case DnsStatus::Refused:
      ++counts_.refused;
      break;
    case DnsStatus::Timeout:
      ++counts_.timeout;
      break;
    case DnsStatus::Other:
      ++counts_.other;
      break;
  }
}

// What c-ares wants to know of a socket; neither: it is about to close it.
void NameServer::watch(ares_socket_t socket, bool readable, bool writable) {
  auto found = std::ranges::find(sockets_, socket, [](const auto& each) { return each->socket; });
  if (!readable && !writable) {
    if (found == sockets_.end()) return;
    (*found)->readable = (*found)->writable = false;
    (*found)->descriptor.release();
    sockets_.erase(found);
    return;
  }
  if (!*alive_) return;
  if (found == sockets_.end()) {
    sockets_.push_back(std::make_shared<Watched>(executor_, socket));
    found = sockets_.end() - 1;
  }
  const auto watched = *found;
  watched->readable = readable;
  watched->writable = writable;
  wait(watched);
}

void NameServer::wait(const std::shared_ptr<Watched>& watched) {
  using Wait = asio::posix::stream_descriptor::wait_type;
  const auto begin = [&](Wait type, bool wanted, bool Watched::*pending) {
    if (!wanted || (*watched).*pending) return;
    (*watched).*pending = true;
    watched->descriptor.async_wait(type, [this, alive = alive_, watched, type,
                                          pending](const boost::system::error_code& error) {
      if (error || !*alive || !watched->descriptor.is_open()) return;
      (*watched).*pending = false;
      const ares_socket_t none = ARES_SOCKET_BAD;
      ares_process_fd(channel_, type == Wait::wait_read ? watched->socket : none,
                      type == Wait::wait_write ? watched->socket : none);
      if (watched->descriptor.is_open()) wait(watched);
      wait_for_time();
    });
  };
  begin(Wait::wait_read, watched->readable, &Watched::reading);
  begin(Wait::wait_write, watched->writable, &Watched::writing);
}

// Until the next question has waited for too long.
void NameServer::wait_for_time() {
  timeval next{};
  if (ares_timeout(channel_, nullptr, &next) == nullptr) {
    timer_.cancel();
    return;
  }
  timer_.expires_after(std::chrono::seconds(next.tv_sec) + std::chrono::microseconds(next.tv_usec) +
                       std::chrono::milliseconds(1));
  timer_.async_wait([this, alive = alive_](const boost::system::error_code& error) {
    if (error || !*alive) return;
    ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
    wait_for_time();
  });
}

}  // namespace wslb::proxy
