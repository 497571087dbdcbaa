#include "proxy/agent_questions.h"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <spdlog/spdlog.h>

#include "proxy/server_commands.h"
#include "proxy/stats_table.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kTextMax = 256;  // of what servers say in answer to a check

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::uint64_t milliseconds(base::Duration duration) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(duration).count();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, whole));
}

proto::TrafficRow::Kind kind_of(StatsRow::Type type) {
  switch (type) {
    case StatsRow::Type::Frontend:
      return proto::TrafficRow::FRONTEND;
    case StatsRow::Type::Backend:
      return proto::TrafficRow::BACKEND;
    case StatsRow::Type::Server:
      break;
  }
  return proto::TrafficRow::SERVER;
}

bool is_up(const StatsRow& server) {
  const std::string_view status = server.value("status");
  return status.starts_with("UP") || status == "no check";
}

void write_row(const StatsRow& row, proto::TrafficRow& out) {
  const auto text = [&row](std::string_view column) { return std::string(row.value(column)); };
  out.set_kind(kind_of(row.type));
  out.set_proxy(text("pxname"));
  out.set_state(text("status"));
  out.set_sessions(number(row.value("scur")));
  out.set_tunnels(row.tunnels);
  out.set_queue(number(row.value("qcur")));
  out.set_limit(number(row.value("slim")));
  out.set_sessions_total(number(row.value("stot")));
  out.set_rate(number(row.value("rate")));
  out.set_bytes_in(number(row.value("bin")));
  out.set_bytes_out(number(row.value("bout")));
  out.set_errors_total(number(row.value("econ")) + number(row.value("eresp")));
  out.set_weight(static_cast<std::uint32_t>(number(row.value("weight"))));
  if (row.type != StatsRow::Type::Server) return;
  out.set_server(text("svname"));
  out.set_backup(row.value("bck") == "1");
  out.set_address(text("addr"));
  out.set_elsewhere(row.elsewhere);
  out.set_since_s(number(row.value("lastchg")));
  const std::string code = text("check_code");
  out.set_check(text("check_status") + (code.empty() ? "" : " " + code));
  out.set_detail(text("last_chk").substr(0, kTextMax));
}

// How many of its servers a backend can use.
void count_servers(const std::vector<StatsRow>& rows, const StatsRow& backend,
                   proto::TrafficRow& out) {
  for (const StatsRow& row : rows) {
    if (row.type != StatsRow::Type::Server || row.proxy != backend.proxy) continue;
    out.set_servers(out.servers() + 1);
    if (is_up(row)) out.set_servers_up(out.servers_up() + 1);
  }
}

proto::TrafficAnswer traffic(const Service& service, const LiveTraffic& live,
                             const proto::TrafficQuestion& question) {
  std::vector<StatsRow> rows = stats_rows(service, live);
  if (!question.proxy().empty()) {
    std::erase_if(rows,
                  [&](const StatsRow& row) { return row.value("pxname") != question.proxy(); });
  }
  proto::TrafficAnswer answer;
  answer.set_total(rows.size());
  std::size_t bytes = 0;
  for (std::size_t i = question.from(); i < rows.size(); ++i) {
    proto::TrafficRow row;
    write_row(rows[i], row);
    if (rows[i].type == StatsRow::Type::Backend) count_servers(rows, rows[i], row);
    bytes += row.ByteSizeLong() + 4;
    if (bytes > AgentQuestions::kAnswerBytesMax && answer.rows_size() > 0) {
      answer.set_next(i);
      break;
    }
    *answer.add_rows() = std::move(row);
  }
  return answer;
}

void write_tunnel(const SessionFacts& facts, proto::TunnelRow& out) {
  out.set_id(facts.id);
  out.set_client(facts.client.address.is_unspecified() ? "unix" : facts.client.to_string());
  out.set_frontend(facts.frontend);
  out.set_backend(facts.backend);
  out.set_server(facts.server);
  out.set_age_ms(milliseconds(facts.age));
  out.set_idle_ms(milliseconds(facts.idle));
  out.set_bytes_in(facts.bytes_in);
  out.set_bytes_out(facts.bytes_out);
}

proto::TrafficAnswer tunnels(LiveTraffic live, const proto::TunnelsQuestion& question) {
  std::vector<SessionFacts>& all = live.sessions;
  std::erase_if(all, [](const SessionFacts& facts) { return !facts.tunnel; });
  proto::TrafficAnswer answer;
  answer.set_total(all.size());
  std::erase_if(all, [&](const SessionFacts& facts) { return facts.id <= question.after(); });
  std::ranges::sort(all, {}, &SessionFacts::id);
  std::size_t bytes = 0;
  for (const SessionFacts& facts : all) {
    proto::TunnelRow row;
    write_tunnel(facts, row);
    bytes += row.ByteSizeLong() + 4;
    if (bytes > AgentQuestions::kAnswerBytesMax && answer.tunnels_size() > 0) {
      answer.set_next(answer.tunnels().rbegin()->id());
      break;
    }
    *answer.add_tunnels() = std::move(row);
  }
  return answer;
}

std::string trimmed(std::string text) {
  while (text.ends_with('\n') || text.ends_with('.')) text.pop_back();
  return text;
}

}  // namespace

void AgentQuestions::take(const proto::ProxyQuestion& question, Answer answer) {
  asio::co_spawn(executor_, this->answer(question),
                 [answer = std::move(answer)](const std::exception_ptr& failed,
                                              const proto::ProxyAnswer& given) {
                   if (!failed) answer(given);
                 });
}

asio::awaitable<proto::ProxyAnswer> AgentQuestions::answer(proto::ProxyQuestion question) {
  proto::ProxyAnswer answer;
  answer.set_id(question.id());
  const auto& gather = context_.service->process.gather;
  switch (question.question_case()) {
    case proto::ProxyQuestion::kTraffic: {
      const LiveTraffic live = co_await gather(Detail::Sums);
      *answer.mutable_traffic() = traffic(*context_.service, live, question.traffic());
      co_return answer;
    }
    case proto::ProxyQuestion::kTunnels: {
      LiveTraffic live = co_await gather(Detail::Sessions);
      *answer.mutable_traffic() = tunnels(std::move(live), question.tunnels());
      co_return answer;
    }
    case proto::ProxyQuestion::kOrder:
      answer.set_refusal(obey_order(context_, question.order()));
      co_return answer;
    case proto::ProxyQuestion::QUESTION_NOT_SET:
      break;
  }
  answer.set_refusal("this proxy (" WSLB_VERSION ") does not know the question; it may be older");
  co_return answer;
}

std::string obey_order(RuntimeContext& context, const proto::ServerOrder& order) {
  const std::string name = order.backend() + "/" + order.server();
  const auto set = [&](const char* what, const std::string& value) {
    const CommandWords words({"set", "server", name, what, value});
    return trimmed(set_server(context, words));
  };
  // The weight first: it may be refused, and then nothing has changed.
  std::string complaint;
  if (order.has_weight()) complaint = set("weight", order.weight());
  if (complaint.empty() && !order.state().empty()) complaint = set("state", order.state());
  if (!complaint.empty()) return name + ": " + complaint;
  spdlog::info("server {}: by order of the agent:{}{}", name,
               order.state().empty() ? "" : " " + order.state(),
               order.has_weight() ? " weight " + order.weight() : "");
  if (context.changed) context.changed();
  return "";
}

}  // namespace wslb::proxy
