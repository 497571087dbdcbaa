// What `http-request`, `http-response`, `redirect` and `tcp-request` lines say: an action and when
// it is taken. proxy/http/rule.h carries the HTTP ones out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/regex.h"
#include "base/time.h"
#include "config/acl.h"
#include "config/diagnostic.h"
#include "config/log_format.h"
#include "config/sample.h"

namespace wslb::config {

enum class Action : std::uint8_t {
  // They end the rules.
  Allow,
  Deny,
  Tarpit,
  Redirect,
  Return,
  Assign,  // `return assign`: a server for who connects to it by himself
  Close,
  SilentDrop,
  Authenticate,   // 401 until the client brings a name and a password
  ExportMetrics,  // `use-service prometheus-exporter`
  // They go on.
  SetHeader,
  AddHeader,
  DeleteHeader,
  DeleteHeaders,  // whose names match
  ReplaceHeader,  // all of a field's value
  ReplaceValue,   // each element of its list
  SetMethod,
  SetPath,
  SetPathAndQuery,
  SetQuery,
  SetUri,
  ReplacePath,
  ReplacePathAndQuery,
  ReplaceUri,
  SetStatus,
  SetVariable,
  UnsetVariable,
  Track,             // an entry of a stick table
  IncrementCounter,  // of the entry that is tracked
  SetTag,            // likewise
  SetSource,
  SetSourcePort,
  SetDestination,
  SetDestinationPort,
  WaitForBody,
};

struct RedirectTarget {
  enum class Kind : std::uint8_t { Location, Prefix, Scheme };
  Kind kind = Kind::Location;
  bool drop_query = false;
  bool append_slash = false;
  std::string set_cookie;  // the whole value of Set-Cookie; empty: none
};

// What `return` and `deny` with a content answer.
struct OwnReply {
  struct Header {
    std::string name;
    LogFormat value;
  };
  bool has_content = false;
  bool is_usual = false;  // `default-errorfiles`: the page of the section
  std::string file;       // `errorfile`: the whole answer is in there
  std::string from;       // `errorfiles`: that of a `http-errors` section
  std::string message;    // of these two, once the proxy has read it
  std::string content_type;
  LogFormat content;
  std::vector<Header> headers;
};

struct HttpRule {
  Action action = Action::Allow;
  int status = 0;    // of what is answered
  std::string name;  // of a header; the reason of set-status; the realm of `auth`
  LogFormat value;   // what is written, where a redirect leads to
  std::optional<base::Regex> regex;
  std::string replacement;  // with \1
  std::optional<VariableName> variable;
  std::optional<Sample> sample;     // set-var, set-src; the key of Track, the value of SetTag
  std::optional<StickQuery> stick;  // of Track, IncrementCounter and SetTag: where
  Match match = Match::Exact;       // of DeleteHeaders
  base::Duration time{};            // how long WaitForBody waits and Assign holds
  std::size_t bytes = 0;            // of the body that suffice; 0: all
  RedirectTarget redirect;
  OwnReply reply;
  Condition condition;
  Location where;
};

// `tcp-request connection|content ACTION`.
struct TcpRule {
  enum class Action : std::uint8_t { Accept, Reject, SilentDrop, Change };
  Action action = Action::Accept;
  HttpRule change;  // of Change, without a condition: a variable, an address or a counter
  Condition condition;
  Location where;
};

}  // namespace wslb::config
