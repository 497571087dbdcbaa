// What a session and its requests track in stick tables: sc0, sc1, sc2. A connection's rules track
// for the whole session, others for one request, where the session does not.
#pragma once

#include <cstdint>
#include <optional>

#include "proxy/http/stick_state.h"
#include "proxy/stick_table.h"
#include "proxy/tracked_entries.h"

namespace wslb::proxy {

// For one evaluation of rules, or all of a request; on a worker's thread.
class StickCounters : public http::StickState {
 public:
  // What a rule that begins to track counts at once.
  enum class Place : std::uint8_t {
    Connection,  // nothing
    Request,     // the request
    Response,    // the request and what came of it
  };

  // `of_session`: null where `own` is the session's.
  StickCounters(const StickTables& tables, TrackedEntries& own, TrackedEntries* of_session)
      : tables_(tables), own_(own), of_session_(of_session) {}

  void enter(Place place, int status = 0) {
    place_ = place;
    status_ = status;
  }

  [[nodiscard]] std::optional<http::Value> value(const config::StickQuery& query,
                                                 const http::Value* key) override;
  void act(const config::HttpRule& rule, const std::optional<http::Value>& sample) override;

  // In every tracked entry.
  void count_session();
  void count_request();
  void count_error();    // of the client
  void count_failure();  // of the server
  void count_status(int status);
  void count_bytes(std::uint64_t from_client, std::uint64_t to_client);

 private:
  [[nodiscard]] StickHold* tracked(int counter) const;
  template <typename Count>
  void each_tracked(const Count& count);
  void add_to_all(std::initializer_list<config::StickData> data, std::uint64_t amount);
  void track(const config::HttpRule& rule, const http::Value& key);
  [[nodiscard]] std::optional<http::Value> of_tracked(const config::StickQuery& query);

  const StickTables& tables_;
  TrackedEntries& own_;
  TrackedEntries* of_session_;
  Place place_ = Place::Connection;
  int status_ = 0;
};

}  // namespace wslb::proxy
