// One HTTP request of a session, from its parsed head to the end of its response: choose a backend
// and a server, connect, forward the request re-serialised from what was parsed, bring back the
// response; or become a tunnel after a server's 101.
//
//   route -> connect_to_server -> send head, upload body  \  at the same time, since a server
//                                 receive response, send  /  may answer before it has read all
//
// Used by HttpSession, once for each request, on the worker's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/awaitable.hpp>

#include "proxy/body_pump.h"
#include "proxy/connection.h"
#include "proxy/established_tunnel.h"
#include "proxy/http/body_peek.h"
#include "proxy/http/cookie_date.h"
#include "proxy/http/framing.h"
#include "proxy/http/request.h"
#include "proxy/http/response.h"
#include "proxy/http/rule.h"
#include "proxy/http/upgrade.h"
#include "proxy/request_record.h"
#include "proxy/routing.h"
#include "proxy/server_connector.h"
#include "proxy/service.h"
#include "proxy/stick_counters.h"
#include "proxy/sticking.h"
#include "proxy/upload.h"

namespace wslb::proxy {

class Exchange {
 public:
  enum class End : std::uint8_t {
    KeepAlive,  // the client's connection can take the next request
    Close,
    Tunnel,  // both connections belong together from now on: take_link()
  };

  Exchange(Service& service, Frontend& frontend, ClientConnection& client, http::RequestHead head,
           RequestRecord& record);

  // `idle`: the session's connection to a server from the request before, or null.
  boost::asio::awaitable<End> run(std::unique_ptr<ServerConnection> idle);

  // After KeepAlive: the server's connection if it can be used again, else null.
  std::unique_ptr<ServerConnection> take_idle() { return std::move(link_.connection); }
  // After Tunnel.
  ServerLink take_link() { return std::move(link_); }
  TunnelHolds take_holds();
  std::string take_greeting() { return std::move(greeting_); }

  // At the end of what became no tunnel.
  void count_traffic();

 private:
  http::Transaction transaction(const http::LiveState& live);
  http::Outcome run_connection_rules();
  bool passes(const config::ProxySection& section);
  boost::asio::awaitable<std::optional<End>> pass(const config::ProxySection& section);
  bool has_answer_rules() const;
  boost::asio::awaitable<http::Outcome> run_rules(const config::ProxySection& section);
  std::string_view body_so_far();
  bool wants_body(const config::ProxySection& section) const;
  boost::asio::awaitable<int> buffer_body();
  boost::asio::awaitable<int> wait_for_body(std::optional<base::Duration> limit,
                                            std::size_t enough);
  boost::asio::awaitable<bool> invite_body();
  int incomplete(char cause, int status);
  void run_answer_rules(http::ResponseHead& response);
  std::string finish_own(std::string message);
  boost::asio::awaitable<End> answer_assignment(http::Outcome outcome);
  http::Outcome run_response_rules(http::ResponseHead& response);
  boost::asio::awaitable<bool> tarpit();
  boost::asio::awaitable<End> carry_out(http::Outcome outcome);
  void choose_backend();
  void choose_server();
  void lead_by_stick_rules();
  void note_server(const http::ResponseHead& response);
  http::Rejection check_request();
  void read_server_cookies();
  std::optional<std::uint32_t> balance_hash() const;
  void prepare_request();
  void make_unique_id();
  IoResult send_head();
  boost::asio::awaitable<IoResult> send_rest_of_head(std::size_t sent);
  bool follow_head(const IoResult& written);
  void start_upload();
  boost::asio::awaitable<End> converse(std::unique_ptr<ServerConnection> idle);
  boost::asio::awaitable<End> answer(std::optional<http::ResponseHead> response);
  bool may_resend() const;
  bool is_repeatable() const;
  bool may_retry(const std::optional<http::ResponseHead>& response);
  bool monitor_fails();
  bool request_received() const;  // all of it, the body too
  bool upload_failed() const;     // the client's fault: its body will never be whole
  boost::asio::awaitable<std::optional<http::ResponseHead>> read_final_head();
  boost::asio::awaitable<bool> forward_interim(http::ResponseHead interim);
  boost::asio::awaitable<End> accept_upgrade(http::ResponseHead response);
  boost::asio::awaitable<End> send_response(http::ResponseHead response);
  std::string own_page(int status);
  boost::asio::awaitable<End> refuse(int status);
  boost::asio::awaitable<End> answer_monitor();
  // Null: the request is not for the section's page.
  [[nodiscard]] const config::StatsPage* wanted_stats(const config::ProxySection& section) const;
  boost::asio::awaitable<End> answer_stats(const config::StatsPage& page);
  boost::asio::awaitable<End> answer_metrics();
  boost::asio::awaitable<End> answer_own(int status, std::string_view reason,
                                         const std::string& fields, const std::string& type,
                                         const std::string& body);
  void add_server_cookie(http::ResponseHead& response);
  void note_response(const http::ResponseHead& response);
  void note_pump_end(PumpEnd end);

  const config::ProxySection& backend() const { return pool_->section(); }

  Service& service_;
  Frontend& frontend_;
  ClientConnection& client_;
  http::RequestHead head_;
  http::Variables variables_;
  TrackedEntries tracked_;
  StickCounters counters_;
  std::optional<Sticking> sticking_;
  std::unique_ptr<SidLearner> learner_;
  RequestRecord& record_;
  ServerPool* pool_ = nullptr;
  http::Framing framing_;
  std::optional<http::BodyPeek> peek_;
  bool has_unique_id_ = false;
  bool rules_ran_ = false;  // they may have changed the head
  http::UpgradeRequest upgrade_;
  std::optional<std::string> cookie_;  // the server's name that the client brought
  http::CookieDates cookie_dates_;
  Persistence persistence_ = Persistence::Normal;
  std::optional<std::size_t> named_;   // the server that a rule names
  std::optional<std::uint32_t> hash_;  // where the backend balances by one
  std::string request_text_;
  bool client_keeps_alive_ = false;
  std::optional<std::size_t> prefer_;  // the server that is tried once more
  std::optional<std::size_t> avoid_;
  bool interim_sent_ = false;    // the client has got a part of this server's answer
  bool response_begun_ = false;  // a byte of it came from the server
  bool server_reusable_ = false;
  ServerLink link_;
  std::string greeting_;  // the 101 that makes it a tunnel
  std::shared_ptr<Upload> upload_;
};

}  // namespace wslb::proxy
