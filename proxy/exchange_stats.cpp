// The part of an Exchange that answers with the proxy's own figures.
#include <algorithm>
#include <chrono>

#include "proxy/exchange.h"
#include "proxy/http/counted_size.h"
#include "proxy/http/credentials.h"
#include "proxy/info_table.h"
#include "proxy/prometheus.h"
#include "proxy/stats_page.h"
#include "proxy/stats_report.h"
#include "proxy/turn_time.h"

namespace wslb::proxy {

namespace asio = boost::asio;

namespace {

bool may_see(const config::StatsPage& page, const http::RequestHead& head) {
  if (page.users.empty()) return true;
  const auto given = http::basic_credentials(head.fields);
  return given && std::ranges::any_of(page.users, [&](const auto& user) {
           return given->user == user.first &&
                  http::equal_in_constant_time(given->password, user.second);
         });
}

struct Content {
  std::string type;
  std::string body;
};

// `;csv`, `;json`, `;typed`, `;up`, `;no-maint` behind the URI choose the form and the rows.
Content stats_content(const config::StatsPage& page, std::string_view words, const Service& service,
                      const LiveTraffic& live) {
  const auto has = [words](std::string_view word) {
    return words.find(word) != std::string_view::npos;
  };
  StatsChoice choice;
  choice.up_only = has(";up");
  choice.no_maint = has(";no-maint");
  std::vector<StatsRow> rows = stats_rows(service, live);
  choose_rows(rows, choice);
  if (!page.show_legends) hide_legends(rows);
  if (has(";csv")) return {"text/plain", stats_report(rows, StatsChoice::Form::Csv)};
  if (has(";typed")) return {"text/plain", stats_report(rows, StatsChoice::Form::Typed)};
  if (has(";json")) return {"application/json", stats_report(rows, StatsChoice::Form::Json)};
  return {"text/html", stats_page(rows, info_fields(service, live), page)};
}

}  // namespace

const config::StatsPage* Exchange::wanted_stats(const config::ProxySection& section) const {
  if (!section.stats_page || !head_.target.starts_with(section.stats_page->uri)) return nullptr;
  const bool known = head_.method == "GET" || head_.method == "HEAD" || head_.method == "POST";
  return known ? &*section.stats_page : nullptr;
}

asio::awaitable<Exchange::End> Exchange::answer_stats(const config::StatsPage& page) {
  record_.service = "<STATS>";
  if (!may_see(page, head_)) {
    const std::string fields = "WWW-Authenticate: Basic realm=\"" + page.realm + "\"\r\n";
    const std::string text =
        "<html><body><h1>401 Unauthorized</h1>\nA user and a password are "
        "needed.\n</body></html>\n";
    record_.end('L', 'R');
    co_return co_await answer_own(401, "Unauthorized", fields, "text/html", text);
  }
  frontend_.statistics.intercepted.add();
  record_.end('L', 'R');
  if (head_.method == "POST") {  // HAProxy's answer to changes where `stats admin` is not given
    const std::string fields = "Location: " + page.uri + ";st=DENY\r\n";
    co_return co_await answer_own(303, "See Other", fields, "text/plain", "");
  }
  const LiveTraffic live = co_await service_.process.gather(Detail::Sums);
  const std::string_view words = std::string_view(head_.target).substr(page.uri.size());
  const Content content = stats_content(page, words, service_, live);
  std::string fields;
  if (page.refresh && words.find(";norefresh") == std::string_view::npos) {
    const auto seconds = std::chrono::ceil<std::chrono::seconds>(*page.refresh).count();
    fields = "Refresh: " + std::to_string(seconds) + "\r\n";
  }
  co_return co_await answer_own(200, "OK", fields, content.type, content.body);
}

asio::awaitable<Exchange::End> Exchange::answer_metrics() {
  record_.service = "<PROMEX>";
  record_.end('L', 'R');
  frontend_.statistics.intercepted.add();
  const LiveTraffic live = co_await service_.process.gather(Detail::Sums);
  const std::string text = prometheus_text(stats_rows(service_, live), info_fields(service_, live));
  const std::string none;
  const std::string type = "text/plain; version=0.0.4";
  co_return co_await answer_own(200, "OK", none, type, text);
}

// `fields`: whole lines.
asio::awaitable<Exchange::End> Exchange::answer_own(int status, std::string_view reason,
                                                    const std::string& fields,
                                                    const std::string& type,
                                                    const std::string& body) {
  const bool keeps = client_keeps_alive_ && framing_.kind == http::Framing::Kind::None &&
                     !service_.process.draining && head_.version != http::Version::Http10;
  std::string text = "HTTP/1.1 " + std::to_string(status) + " ";
  text.append(reason).append("\r\nContent-Length: ").append(std::to_string(body.size()));
  text.append("\r\nCache-Control: no-cache\r\nContent-Type: ").append(type).append("\r\n");
  text.append(fields).append(keeps ? "\r\n" : "Connection: close\r\n\r\n");
  if (head_.method != "HEAD") text += body;
  text = finish_own(std::move(text));
  // For the log a service of ours is a server that answers at once.
  record_.dequeued = record_.connected = record_.response_received = TurnTime::now();
  record_.status = status;
  record_.bytes_from_server += http::counted_size(text);
  const IoResult written =
      co_await client_.stream.write_all(text, deadline_after(frontend_.section.timeouts.client));
  co_return written.ok() && keeps ? End::KeepAlive : End::Close;
}

}  // namespace wslb::proxy
