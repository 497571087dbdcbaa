// `http-check connect` and `tcp-check connect`.
#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "config/check_lines.h"
#include "config/spelling.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

constexpr auto kConnectWords = std::to_array<std::string_view>(
    {"default", "port", "addr", "ssl", "sni", "send-proxy", "linger", "comment"});

bool set_address(CheckConnect& connect, const std::string& text, const Statement& statement) {
  const auto address = parse_host_port(text);
  if (!address || !address->host) {
    statement.error("'addr' " + (address ? "expects ADDRESS[:PORT], not '" + text + "'"
                                         : address.error().message));
    return false;
  }
  connect.address = address->host;
  if (connect.port == 0) connect.port = address->port.value_or(0);
  return true;
}

bool set_port(CheckConnect& connect, const std::string& text, const Statement& statement) {
  const auto port = parse_integer(text, 1, 65535);
  if (port) {
    connect.port = static_cast<std::uint16_t>(*port);
  } else {
    statement.error("'port' " + port.error().message +
                    "; an expression is not supported by this version of wslb");
  }
  return port.has_value();
}

bool is_known(const std::string& word, const Statement& statement) {
  if (std::ranges::count(kConnectWords, word) > 0) return true;
  if (word == "alpn" || word == "proto" || word == "via-socks4") {
    statement.refuse(word);
  } else {
    statement.error("knows no '" + word + "'" + did_you_mean(word, check_connect_word_names()));
  }
  return false;
}

}  // namespace

WordNames check_connect_word_names() {
  return {kConnectWords.begin(), kConnectWords.end()};
}

std::optional<CheckStep> parse_check_connect(const Statement& statement) {
  CheckConnect connect;
  CheckStep step;
  for (std::size_t i = 0; i < statement.size(); ++i) {
    const std::string& word = statement[i];
    if (!is_known(word, statement)) return std::nullopt;
    const bool has_value = word == "port" || word == "addr" || word == "sni" || word == "comment";
    const std::string& value = statement[i + 1];
    if (has_value && value.empty()) {
      statement.error("lacks a value after '" + word + "'");
      return std::nullopt;
    }
    if (word == "default") {
      connect.as_server = true;
    } else if (word == "ssl") {
      connect.tls = true;
    } else if (word == "send-proxy") {
      connect.send_proxy = true;
    } else if (word == "linger") {
      connect.linger = true;
    } else if (word == "sni") {
      connect.sni = value;
    } else if (word == "comment") {
      step.comment = value;
    } else if (word == "port") {
      if (!set_port(connect, value, statement)) return std::nullopt;
    } else if (word == "addr") {
      if (!set_address(connect, value, statement)) return std::nullopt;
    }
    if (has_value) ++i;
  }
  step.action = std::move(connect);
  return step;
}

}  // namespace wslb::config
