#include "ctl/doctor/iptables_rules.h"

#include <algorithm>
#include <cctype>
#include <sstream>

namespace wslb::ctl::doctor {
namespace {

using Field = Condition::Field;

std::vector<std::string> at_commas(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  return parts;
}

std::vector<std::string> words_of(const std::string& line) {
  std::istringstream stream(line);
  std::vector<std::string> words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

Field field_of(const std::string& option) {
  if (option == "-i") return Field::InInterface;
  if (option == "-o") return Field::OutInterface;
  if (option == "-p") return Field::Protocol;
  if (option == "-s") return Field::Source;
  if (option == "-d") return Field::Destination;
  if (option == "--dport" || option == "--dports") return Field::DestinationPort;
  if (option == "--ctstate" || option == "--state") return Field::State;
  return Field::Other;
}

void set_target(const std::string& target, RuleVerdict jump, Rule& rule) {
  if (target == "ACCEPT") {
    rule.verdict = RuleVerdict::Accept;
  } else if (target == "DROP" || target == "REJECT") {
    rule.verdict = RuleVerdict::Drop;
  } else if (target == "RETURN") {
    rule.verdict = RuleVerdict::Return;
  } else if (target == "LOG" || target == "NFLOG" || target == "MARK" || target == "CONNMARK" ||
             target == "AUDIT" || target == "TRACE" || target == "CT" || target == "NOTRACK" ||
             target == "TCPMSS" || target == "CHECKSUM") {
    rule.verdict = RuleVerdict::Continue;
  } else if (target == "QUEUE" || target == "NFQUEUE" || target == "TPROXY") {
    rule.verdict = RuleVerdict::Unknown;
  } else {
    rule.verdict = jump;
    rule.target = target;
  }
}

// "-A CHAIN ! -s 10.0.0.0/8 -p tcp -m tcp --dport 80 -j ACCEPT".
Rule read_rule(const std::vector<std::string>& words) {
  Rule rule;
  bool negated = false;
  for (std::size_t i = 2; i < words.size(); ++i) {
    const std::string& word = words[i];
    const bool has_value = i + 1 < words.size();
    if (word == "!") {
      negated = true;
      continue;
    }
    if (word == "--comment") {
      // Quoted, with blanks in it: to the closing quote.
      const bool quoted = has_value && words[i + 1].starts_with('"');
      ++i;
      while (quoted && i < words.size() && !words[i].ends_with('"')) ++i;
    } else if ((word == "-j" || word == "-g") && has_value) {
      set_target(words[++i], word == "-j" ? RuleVerdict::Jump : RuleVerdict::Goto, rule);
      break;  // the target's own options follow
    } else if (word == "-m" && has_value) {
      ++i;  // its options say what it asks
      // Of these every option counts below; others may hold or not.
      const bool known = words[i] == "tcp" || words[i] == "udp" || words[i] == "comment" ||
                         words[i] == "conntrack" || words[i] == "state" || words[i] == "multiport";
      if (!known) rule.conditions.push_back({});
    } else if (word.starts_with("-")) {
      const bool flag = !has_value || words[i + 1].starts_with("-") || words[i + 1] == "!";
      rule.conditions.push_back(
          {field_of(word), negated, flag ? std::vector<std::string>() : at_commas(words[++i])});
    }
    negated = false;
  }
  return rule;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

void add_iptables(std::string_view text, const std::string& family, Ruleset& rules) {
  std::istringstream stream{std::string(text)};
  std::string table;
  for (std::string line; std::getline(stream, line);) {
    const auto words = words_of(line);
    if (words.empty()) continue;
    if (words[0].starts_with('*')) {
      table = words[0].substr(1);
    } else if (words[0].starts_with(':') && words.size() > 1) {
      Chain chain;
      chain.family = family;
      chain.table = table;
      chain.name = words[0].substr(1);
      if (words[1] != "-" && table != "nat") chain.hook = lower(chain.name);
      chain.drops_by_default = words[1] == "DROP";
      rules.chains.push_back(std::move(chain));
    } else if (words[0] == "-A" && words.size() > 2) {
      const auto chain = std::ranges::find_if(rules.chains, [&](const Chain& one) {
        return one.family == family && one.table == table && one.name == words[1];
      });
      if (chain != rules.chains.end()) chain->rules.push_back(read_rule(words));
    }
  }
}

}  // namespace wslb::ctl::doctor
