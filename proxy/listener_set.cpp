#include "proxy/listener_set.h"

#include <algorithm>
#include <functional>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "proxy/listening_socket.h"

namespace wslb::proxy {
namespace {

// Whether the kernel means the same by both.
bool is_same_address(const config::Bind& one, const config::Bind& other) {
  if (one.inherited_fd || other.inherited_fd) return one.inherited_fd == other.inherited_fd;
  if (one.unix_path != other.unix_path || one.abstract != other.abstract) return false;
  if (!one.unix_path.empty()) return true;
  return one.endpoint == other.endpoint && one.interface == other.interface &&
         one.v6only == other.v6only;
}

// Whether the kernel would refuse one because of the other.
bool overlap(const config::Bind& one, const config::Bind& other) {
  const auto covers = [](const config::Bind& all, const base::IpAddress& address) {
    const base::IpAddress& own = all.endpoint.address;
    return own.is_unspecified() && (own.is_v4() == address.is_v4() || !(own.is_v4() || all.v6only));
  };
  if (one.inherited_fd || other.inherited_fd) return false;
  if (!one.unix_path.empty() || !other.unix_path.empty()) return false;
  if (one.endpoint.port != other.endpoint.port || one.interface != other.interface) return false;
  return one.endpoint.address == other.endpoint.address || covers(one, other.endpoint.address) ||
         covers(other, one.endpoint.address);
}

// The socket of the configuration in use is closed only when the new one is open.
std::string obstacle(const config::Bind& bind, const OpenBind& in_the_way) {
  return bind.where.file + ":" + std::to_string(bind.where.line) + ": 'bind' " +
         bind.endpoint.to_string() + " overlaps with " + in_the_way.bind->endpoint.to_string() +
         " of the configuration in use: reload without both first, or restart";
}

std::uint32_t backlog_of(const config::ProxySection& section, const config::Bind& bind,
                         std::uint32_t maxconn) {
  if (bind.backlog > 0) return bind.backlog;
  if (section.backlog > 0) return section.backlog;
  return section.maxconn > 0 ? section.maxconn : maxconn;
}

bool is_shut_down(const config::ProxySection& section, const Service* service) {
  const Frontend* const frontend =
      service == nullptr ? nullptr : service->find_frontend(section.name);
  return frontend != nullptr && frontend->state == Frontend::State::Stopped;
}

// An open socket for that line, or -1.
using Find = std::function<int(const config::Bind&)>;

OpenedBinds open_binds(const config::Config& config, std::uint32_t maxconn,
                       const std::vector<OpenBind>& open, const Service* before, const Find& find) {
  OpenedBinds result;
  std::vector<int> opened;
  for (const config::ProxySection& section : config.proxies) {
    if (!section.is_frontend() || is_shut_down(section, before)) continue;
    for (const config::Bind& bind : section.binds) {
      const std::uint32_t backlog = backlog_of(section, bind, maxconn);
      if (const int known = find(bind); known >= 0) {
        result.binds.push_back({&section, &bind, known, backlog});
        continue;
      }
      const auto in_the_way = std::ranges::find_if(
          open, [&](const OpenBind& each) { return overlap(*each.bind, bind); });
      if (in_the_way != open.end()) {
        result.complaints.push_back(obstacle(bind, *in_the_way));
        continue;
      }
      const auto fd = open_listening_socket(bind, backlog);
      if (fd) {
        opened.push_back(*fd);
        result.binds.push_back({&section, &bind, *fd, backlog});
      } else {
        result.complaints.push_back(fd.error().message);
      }
    }
  }
  if (result.complaints.empty()) return result;
  for (const int fd : opened) ::close(fd);
  result.binds.clear();
  return result;
}

}  // namespace

OpenedBinds open_binds(const config::Config& config, std::uint32_t maxconn,
                       const std::vector<OpenBind>& open, const Service* before) {
  return open_binds(config, maxconn, open, before, [&open](const config::Bind& bind) {
    const auto known = std::ranges::find_if(
        open, [&](const OpenBind& each) { return is_same_address(*each.bind, bind); });
    return known == open.end() ? -1 : known->fd;
  });
}

OpenedBinds open_binds(const config::Config& config, std::uint32_t maxconn,
                       std::map<std::string, int> kept) {
  std::map<std::string, int> wanted;
  for (const config::ProxySection& section : config.proxies) {
    for (const config::Bind& bind : section.binds) {
      if (auto found = kept.extract(listener_name(bind))) wanted.insert(std::move(found));
    }
  }
  for (const auto& [name, fd] : kept) {
    ::shutdown(fd, SHUT_RD);  // the vault has a duplicate
    ::close(fd);
  }
  return open_binds(config, maxconn, {}, nullptr, [&wanted](const config::Bind& bind) {
    const auto known = wanted.find(listener_name(bind));
    return known == wanted.end() ? -1 : known->second;
  });
}

std::string listener_name(const config::Bind& bind) {
  if (bind.inherited_fd || !bind.unix_path.empty()) return "";
  return bind.endpoint.to_string() + " " + bind.interface + (bind.v6only ? " v6only" : "");
}

void ListenerSet::serve(const std::shared_ptr<Service>& service,
                        const std::vector<OpenBind>& binds) {
  std::vector<std::shared_ptr<Listener>> before = std::exchange(listeners_, {});
  for (const OpenBind& bind : binds) {
    const auto known = std::ranges::find_if(before, [&](const auto& listener) {
      return listener && listener->is_open() && listener->open_bind().fd == bind.fd;
    });
    listeners_.push_back(known == before.end()
                             ? std::make_shared<Listener>(bind.fd, workers_, start_)
                             : std::exchange(*known, nullptr));
    listeners_.back()->serve(service, bind);
  }
  for (const auto& listener : before) {
    if (listener) listener->close();
  }
}

std::vector<OpenBind> ListenerSet::open() const {
  std::vector<OpenBind> binds;
  for (const auto& listener : listeners_) {
    if (listener->is_open()) binds.push_back(listener->open_bind());
  }
  return binds;
}

std::vector<std::pair<std::string, int>> ListenerSet::kept() const {
  std::vector<std::pair<std::string, int>> all;
  for (const OpenBind& each : open()) {
    if (std::string name = listener_name(*each.bind); !name.empty()) {
      all.emplace_back(std::move(name), each.fd);
    }
  }
  return all;
}

void ListenerSet::obey(const Frontend& frontend) {
  using State = Frontend::State;
  for (const auto& listener : listeners_) {
    if (&listener->frontend() != &frontend) continue;
    if (frontend.state == State::Open) listener->accept_again();
    if (frontend.state == State::Paused) listener->pause();
    if (frontend.state == State::Stopped) listener->close();
  }
}

void ListenerSet::resume() {
  for (const auto& listener : listeners_) listener->resume();
}

void ListenerSet::rest() {
  for (const auto& listener : listeners_) listener->rest();
}

void ListenerSet::close() {
  for (const auto& listener : listeners_) listener->close();
}

}  // namespace wslb::proxy
