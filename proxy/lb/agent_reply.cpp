#include "proxy/lb/agent_reply.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace wslb::proxy::lb {
namespace {

constexpr int kAgentWeightMax = 256;
constexpr std::string_view kMaxconn = "maxconn:";

std::string lower_case(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view without_blanks(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  return text;
}

void read_word(std::string_view word, AgentReply& reply) {
  const std::string lower = lower_case(word);
  const bool digit = word[0] >= '0' && word[0] <= '9';
  if (lower == "up" || lower == "down" || lower == "stopped" || lower == "fail") {
    reply.health = word;
  } else if (lower == "ready") {
    reply.admin = Admin::Ready;
  } else if (lower == "drain") {
    reply.admin = Admin::Drain;
  } else if (lower == "maint") {
    reply.admin = Admin::Maint;
  } else if (digit && word.find('%') != std::string_view::npos) {
    reply.weight = word;
  } else if (lower.starts_with(kMaxconn)) {
    reply.maxconn = word.substr(kMaxconn.size());
  } else if (reply.unknown.empty()) {
    reply.unknown = word;
  }
}

}  // namespace

AgentReply parse_agent_reply(std::string_view line) {
  AgentReply reply;
  for (;;) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t,"), line.size()));
    if (line.empty()) return reply;
    if (line.front() == '#') {
      reply.description = without_blanks(line.substr(1));
      return reply;
    }
    const std::string_view word = line.substr(0, line.find_first_of(" \t,"));
    read_word(word, reply);
    line.remove_prefix(word.size());
  }
}

config::CheckStatus AgentReply::status() const {
  if (health.empty()) return config::CheckStatus::Checked;
  return lower_case(health) == "up" ? config::CheckStatus::L7Ok : config::CheckStatus::L7Status;
}

std::string AgentReply::info(std::string_view warning) const {
  if (health.empty()) {
    if (!unknown.empty()) return "agent reports an error : " + unknown;
    return warning.empty() ? std::string() : "agent warns : " + std::string(warning);
  }
  std::string_view more = description;
  if (more.empty() || status() == config::CheckStatus::L7Ok) {
    if (!unknown.empty()) {
      more = unknown;
    } else if (!warning.empty()) {
      more = warning;
    }
  }
  std::string text = "via agent : " + health;
  if (!more.empty()) text.append(" (").append(more).append(")");
  return text;
}

std::optional<int> parse_agent_weight(std::string_view text, int configured) {
  std::int64_t share = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  const bool whole = end == text.data() + text.size() - 1 && *end == '%';
  if (text.empty() || error != std::errc() || !whole || share < 0) return std::nullopt;
  share = std::min<std::int64_t>(share, 100LL * kAgentWeightMax);
  return static_cast<int>(std::min<std::int64_t>(configured * share / 100, kAgentWeightMax));
}

}  // namespace wslb::proxy::lb
