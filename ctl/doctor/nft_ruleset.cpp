#include "ctl/doctor/nft_ruleset.h"

#include <map>
#include <string>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace wslb::ctl::doctor {
namespace {

namespace json = boost::json;
using Field = Condition::Field;

std::string string_at(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->as_string().c_str()) : "";
}

const json::object* object_at(const json::object& object, std::string_view key) {
  const json::value* const value = object.if_contains(key);
  return value != nullptr ? value->if_object() : nullptr;
}

std::string scalar(const json::value& value) {
  if (value.is_string()) return std::string(value.as_string().c_str());
  if (value.is_int64()) return std::to_string(value.as_int64());
  return "";
}

class RulesetReader {
 public:
  base::Result<Ruleset> read(std::string_view text) {
    boost::system::error_code error;
    const json::value all = json::parse(text, error);
    const json::object* const top = error ? nullptr : all.if_object();
    const json::value* const list = top != nullptr ? top->if_contains("nftables") : nullptr;
    if (list == nullptr || !list->is_array()) return base::Error{"nft prints no JSON of rules"};
    for (const json::value& item : list->as_array()) read_sets(item);
    for (const json::value& item : list->as_array()) read_chain(item);
    for (const json::value& item : list->as_array()) read_rule(item);
    return std::move(ruleset_);
  }

 private:
  // Named sets come first, since rules refer to them.
  void read_sets(const json::value& item) {
    const json::object* const object = item.if_object();
    const json::object* const set = object != nullptr ? object_at(*object, "set") : nullptr;
    if (set == nullptr) return;
    std::vector<std::string> values;
    if (const json::value* const elements = set->if_contains("elem")) add(*elements, values);
    sets_[string_at(*set, "family") + " " + string_at(*set, "table") + " " +
          string_at(*set, "name")] = std::move(values);
  }

  void read_chain(const json::value& item) {
    const json::object* const object = item.if_object();
    const json::object* const chain = object != nullptr ? object_at(*object, "chain") : nullptr;
    if (chain == nullptr) return;
    Chain read;
    read.family = string_at(*chain, "family");
    read.table = string_at(*chain, "table");
    read.name = string_at(*chain, "name");
    // Chains of the type nat decide about addresses.
    if (string_at(*chain, "type") == "filter") read.hook = string_at(*chain, "hook");
    read.drops_by_default = string_at(*chain, "policy") == "drop";
    ruleset_.chains.push_back(std::move(read));
  }

  void read_rule(const json::value& item) {
    const json::object* const object = item.if_object();
    const json::object* const rule = object != nullptr ? object_at(*object, "rule") : nullptr;
    const json::value* const list = rule != nullptr ? rule->if_contains("expr") : nullptr;
    if (list == nullptr || !list->is_array()) return;
    const std::string family = string_at(*rule, "family");
    const std::string table = string_at(*rule, "table");
    for (Chain& chain : ruleset_.chains) {
      if (chain.family != family || chain.table != table ||
          chain.name != string_at(*rule, "chain")) {
        continue;
      }
      Rule read;
      for (const json::value& expression : list->as_array()) {
        if (const json::object* const one = expression.if_object()) {
          if (!one->empty()) read_expression(*one, family + " " + table, read);
        }
      }
      chain.rules.push_back(std::move(read));
    }
  }

  void read_expression(const json::object& expression, const std::string& table, Rule& rule) {
    const std::string kind(expression.begin()->key());
    const json::object* const body = expression.begin()->value().if_object();
    if (kind == "match" && body != nullptr) {
      add_transport(*body, rule);
      rule.conditions.push_back(read_match(*body, table));
    } else if (kind == "accept") {
      rule.verdict = RuleVerdict::Accept;
    } else if (kind == "drop" || kind == "reject") {
      rule.verdict = RuleVerdict::Drop;
    } else if (kind == "return") {
      rule.verdict = RuleVerdict::Return;
    } else if ((kind == "jump" || kind == "goto") && body != nullptr) {
      rule.verdict = kind == "jump" ? RuleVerdict::Jump : RuleVerdict::Goto;
      rule.target = string_at(*body, "target");
    } else if (kind == "limit" || kind == "xt") {
      rule.conditions.push_back({});  // may hold or not
    } else if (kind == "vmap" || kind == "queue" || kind == "tproxy") {
      rule.verdict = RuleVerdict::Unknown;
    }
  }

  // `tcp dport` is about TCP alone, whatever it is compared with.
  static void add_transport(const json::object& match, Rule& rule) {
    const json::object* const left = object_at(match, "left");
    const json::object* const payload = left != nullptr ? object_at(*left, "payload") : nullptr;
    const std::string protocol = payload != nullptr ? string_at(*payload, "protocol") : "";
    if (protocol == "tcp" || protocol == "udp" || protocol == "sctp") {
      rule.conditions.push_back({Field::Protocol, false, {protocol}});
    }
  }

  Condition read_match(const json::object& match, const std::string& table) {
    Condition condition;
    const std::string operation = string_at(match, "op");
    condition.negated = operation == "!=";
    const json::object* const left = object_at(match, "left");
    const json::value* const right = match.if_contains("right");
    const bool compares = operation == "==" || operation == "!=" || operation == "in";
    if (left == nullptr || right == nullptr || !compares) return {};
    condition.field = field_of(*left);
    const std::string name = scalar(*right);
    if (name.starts_with('@')) {
      const auto set = sets_.find(table + " " + name.substr(1));
      if (set == sets_.end()) return {};
      condition.values = set->second;
      if (condition.values.empty()) condition.values.emplace_back("none");
    } else {
      add(*right, condition.values);
    }
    return condition;
  }

  static Field field_of(const json::object& left) {
    if (const json::object* const meta = object_at(left, "meta")) {
      const std::string key = string_at(*meta, "key");
      if (key == "iifname" || key == "iif") return Field::InInterface;
      if (key == "oifname" || key == "oif") return Field::OutInterface;
      if (key == "l4proto" || key == "protocol") {
        return key == "l4proto" ? Field::Protocol : Field::Family;
      }
      if (key == "nfproto") return Field::Family;
    }
    if (const json::object* const payload = object_at(left, "payload")) {
      const std::string key = string_at(*payload, "field");
      if (key == "saddr") return Field::Source;
      if (key == "daddr") return Field::Destination;
      if (key == "protocol" || key == "nexthdr") return Field::Protocol;
      if (key == "dport") return Field::DestinationPort;
    }
    const json::object* const tracking = object_at(left, "ct");
    if (tracking != nullptr && string_at(*tracking, "key") == "state") return Field::State;
    return Field::Other;
  }

  // A value, a list or set of them, {"prefix": ...}, {"range": [a, b]}.
  static void add(const json::value& value, std::vector<std::string>& values) {
    if (const json::array* const list = value.if_array()) {
      for (const json::value& one : *list) add(one, values);
      return;
    }
    const json::object* const object = value.if_object();
    if (object == nullptr) return values.push_back(scalar(value));
    if (const json::value* const set = object->if_contains("set")) return add(*set, values);
    if (const json::object* const element = object_at(*object, "elem")) {
      if (const json::value* const inner = element->if_contains("val")) add(*inner, values);
      return;
    }
    if (const json::object* const prefix = object_at(*object, "prefix")) {
      const json::value* const length = prefix->if_contains("len");
      values.push_back(string_at(*prefix, "addr") + "/" +
                       (length != nullptr ? scalar(*length) : ""));
      return;
    }
    const json::value* const range = object->if_contains("range");
    if (range != nullptr && range->is_array() && range->as_array().size() == 2) {
      values.push_back(scalar(range->as_array()[0]) + "-" + scalar(range->as_array()[1]));
      return;
    }
    values.emplace_back("?");
  }

  Ruleset ruleset_;
  std::map<std::string, std::vector<std::string>> sets_;
};

}  // namespace

base::Result<Ruleset> parse_nft(std::string_view json) {
  return RulesetReader().read(json);
}

}  // namespace wslb::ctl::doctor
