// The proxy's end of agent.sock: a SOCK_SEQPACKET connection (proxy.proto, one message a packet)
// and the process behind it, watched by its pidfd. One proxy at a time; the death of the process,
// a closed connection and garbage all mean the same: the proxy is lost, at once. A proxy reports
// every 100 ms: one that is silent for a second hangs and is lost too, until it speaks again.
// With its hello a proxy gets two streams, where the agent has them: for its sticky entries, and to
// the vault.
// Used by the wiring in main, on the agent's one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "agent/descriptor.h"
#include "agent/proxy_questions.h"
#include "base/bytes.h"
#include "base/result.h"

namespace wslb::agent {

class ProxyLink {
 public:
  struct Handlers {
    std::function<void(std::int32_t pid)> on_ready;
    // After on_ready only; on_ready comes again for a proxy that was silent. `reason` is a clause
    // such as "process 4711 died".
    // `died`: the process is dead, or ends as it says so.
    std::function<void(const std::string& reason, bool died)> on_lost;
    // The proxy's ends of new streams, for a proxy that has come; empty: there is none.
    std::function<base::Result<FileDescriptor>()> make_sticky_stream = {};
    std::function<base::Result<FileDescriptor>()> make_vault_stream = {};
  };
  struct Counters {
    std::uint64_t garbage = 0;  // connections closed for what they sent
    std::uint64_t refused = 0;  // connections while another proxy was there
  };

  static base::Result<std::unique_ptr<ProxyLink>> open(boost::asio::io_context& io,
                                                       const std::string& socket_path,
                                                       std::string node, Handlers handlers);
  ProxyLink(boost::asio::io_context& io, FileDescriptor listener, std::string node,
            Handlers handlers);

  // Has the proxy read its configuration again. `answer` gets the reasons why not.
  using ReloadAnswer = std::function<void(const std::vector<std::string>& errors)>;
  void reload(bool hard, ReloadAnswer answer);

  void ask(proto::ProxyQuestion question, ProxyQuestions::Answer answer);

  [[nodiscard]] bool connected() const { return connection_.has_value(); }
  [[nodiscard]] bool hangs() const { return connection_ && connection_->lost; }
  [[nodiscard]] std::uint64_t tunnels() const { return connection_ ? connection_->tunnels : 0; }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Connection {
    Descriptor socket;
    Descriptor process;  // a pidfd: readable once the process is dead
    std::int32_t pid = 0;
    std::uint64_t id = 0;  // tells late handlers of an earlier connection from ours
    bool greeted = false;
    bool ready = false;
    bool leaving = false;  // its end is meant
    bool heard = false;    // since the last beat
    int silent_beats = 0;  // in a row
    int beats = 0;         // before it was ready
    bool lost = false;     // ready once, silent now
    std::uint64_t tunnels = 0;
  };

  void wait_for_proxy();
  void accept();
  void wait_for_message();
  void wait_for_death();
  void wait_for_beat();
  void judge_silence();
  void receive();
  [[nodiscard]] bool handle_message(base::ByteView message);
  [[nodiscard]] bool greet(std::uint32_t protocol, const std::string& version);
  void answer_hello();
  [[nodiscard]] bool process_is_dead() const;
  void refuse_open(const std::string& reason);
  [[nodiscard]] bool is_up() const {
    return connection_ && connection_->ready && !connection_->lost;
  }
  void lose(const std::string& what, bool died = false);

  boost::asio::io_context& io_;
  Descriptor listener_;
  std::string node_;
  Handlers handlers_;
  std::optional<Connection> connection_;
  boost::asio::steady_timer beat_;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, ReloadAnswer> reloads_;  // not answered yet
  ProxyQuestions questions_;
  proto::ServerSettings settings_;  // of its servers, for the next proxy
  Counters counters_;
};

}  // namespace wslb::agent
