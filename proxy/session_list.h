// The sessions of one worker, for those who ask what the proxy does right now, and who want to end
// one. Touched on the worker's thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>

#include "base/ip_address.h"
#include "base/time.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {

struct Frontend;
struct RequestRecord;
struct Service;
class Tunnel;

// A session that can go on under another configuration than the one that it began with.
class Movable {
 public:
  virtual ~Movable() = default;
  // From the old one to its successor. What is in the middle of a request does it later by itself.
  virtual void move_to(const std::shared_ptr<Service>& service) = 0;
  // The stick tables are what they were before this process.
  virtual void hold_entries() {}
};

// What it points to outlives its place in the list.
struct OpenSession {
  std::uint64_t id = 0;  // of the process's sessions
  const Frontend* frontend = nullptr;
  base::Endpoint client;
  int client_fd = -1;
  Tunnel* tunnel = nullptr;               // null: no tunnel yet
  const RequestRecord* record = nullptr;  // null: between two requests
  Movable* movable = nullptr;             // null: it ends with what it began with
  base::TimePoint since = TurnTime::now();

  // Ends it as if the client had left, a tunnel as if both sides had.
  void cut() const;
};

using OpenSessions = std::list<OpenSession>;

// A session's place in the list, as long as this object lives.
class SessionListing {
 public:
  SessionListing(OpenSessions& list, const OpenSession& session)
      : list_(list), place_(list.insert(list.end(), session)) {}
  SessionListing(const SessionListing&) = delete;
  SessionListing& operator=(const SessionListing&) = delete;
  ~SessionListing() { list_.erase(place_); }

  OpenSession* operator->() { return &*place_; }

 private:
  OpenSessions& list_;
  OpenSessions::iterator place_;
};

}  // namespace wslb::proxy
