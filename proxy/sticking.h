// `stick` rules for one request, or one connection in TCP mode: which server an entry names, and
// what is to be noted once a server has been reached. As in HAProxy at most eight keys are noted,
// one for each table.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "proxy/http/response.h"
#include "proxy/http/transaction.h"
#include "proxy/server_pool.h"
#include "proxy/sid_learner.h"
#include "proxy/stick_table.h"

namespace wslb::proxy {

class Sticking {
 public:
  // `pins`: entries are held from now on, since the request may become a tunnel.
  Sticking(const StickTables& tables, bool pins) : tables_(tables), pins_entries_(pins) {}

  // The rules of requests. The server that the first matching entry names, if it takes clients;
  // nothing where the client has been led already (`led`), or nowhere.
  std::optional<std::size_t> match(const ServerPool& pool, const http::Transaction& transaction,
                                   bool forced, bool led);

  // That server was reached: notes it under all keys, those of `store-response` too.
  void store(const ServerPool& pool, std::size_t server, const http::Transaction& transaction);

  // For `stick on engineio-sid`: what learns the session that this response opens. Null: none.
  [[nodiscard]] std::unique_ptr<SidLearner> learner(const ServerPool& pool, std::size_t server,
                                                    const http::ResponseHead& response);

  std::vector<StickHold> take_pins() { return std::move(pins_); }

 private:
  struct Key {
    std::shared_ptr<StickTable> table;
    base::Bytes bytes;
  };

  [[nodiscard]] std::optional<Key> key_of(const config::StickRule& rule,
                                          const http::Transaction& transaction) const;
  void expect_session(const config::StickRule& rule, const http::Transaction& transaction);
  [[nodiscard]] bool may_store(const config::StickRule& rule) const;
  std::optional<std::size_t> server_of(const ServerPool& pool, const Key& key);
  void store(const Key& key, const ServerPool& pool, std::size_t server);
  void pin(const std::shared_ptr<StickTable>& table, stick::Entry& entry);

  const StickTables& tables_;
  const bool pins_entries_;
  std::vector<Key> to_store_;
  std::vector<std::shared_ptr<StickTable>> to_learn_;  // of sessions that are to be opened
  std::vector<StickHold> pins_;
};

}  // namespace wslb::proxy
