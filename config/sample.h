// A sample expression, `FETCH[(ARGUMENTS)][,CONVERTER[(ARGUMENTS)]]...`: a value taken from a
// request, a response, a connection or the state of the proxy, and what is done to it. ACLs, rules
// and `%[...]` share it. This is its meaning, parsed once; proxy/http/sample.h evaluates it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/regex.h"
#include "base/result.h"
#include "config/stick_query.h"

namespace wslb::config {

enum class SampleType : std::uint8_t { Bool, Int, Address, Text };

enum class Fetch : std::uint8_t {
  Constant,  // always_true, always_false, bool(), int(), str(), ipv4(), ipv6()
  Variable,
  // Of the connection, known before its first byte.
  Src,
  SrcPort,
  Dst,
  DstPort,
  Tls,
  TlsSni,
  TlsSessionId,
  SocketName,
  SocketId,
  Stick,  // of a stick table: `stick` says what
  // Of the proxy and its servers (`proxy` and `server` say whose), and of the world.
  UsableServers,
  ConnectionSlots,
  BackendConnections,
  BackendFreeConnections,
  BackendQueue,
  BackendAverageQueue,
  FrontendConnections,
  ServerIsUp,
  ServerConnections,
  ServerQueue,
  FrontendName,
  BackendName,
  ServerName,
  ServerId,
  Random,
  Date,
  Uuid,
  // Of what has been received, in either mode.
  IsHttp,
  ContentLength,
  Content,
  HelloSni,
  HelloType,
  RdpCookie,
  RdpCookieCount,
  InspectionOver,  // wait_end
  // Of a request's head.
  Method,
  Path,
  PathAndQuery,
  Url,
  Query,
  UrlParameter,
  Base,
  RequestVersion,
  RequestHeader,
  RequestHeaderCount,
  RequestLines,  // req.fhdr: not cut at commas
  RequestLinesCount,
  RequestHeaderNames,
  RequestCookie,
  RequestCookieCount,
  UniqueId,
  Body,  // as far as it has been received
  BodyLength,
  BodySize,
  BodyParameter,
  AuthenticUser,   // http_auth(): `name` is of a userlist
  AuthenticGroup,  // http_auth_group()
  AuthUser,
  AuthPassword,
  AuthScheme,
  AuthBearer,
  // Of a response's head.
  Status,
  ResponseVersion,
  ResponseHeader,
  ResponseHeaderCount,
  ResponseLines,
  ResponseLinesCount,
  ResponseHeaderNames,
  ResponseCookie,
  ResponseCookieCount,
};

enum class Converter : std::uint8_t {
  Lower,
  Upper,
  Length,
  Field,
  Word,
  Bytes,
  TrimLeft,
  TrimRight,
  Substitute,
  Base64Encode,
  Base64Decode,
  Base64UrlEncode,
  Base64UrlDecode,
  HexEncode,
  HexToInt,
  UrlDecode,
  UrlEncode,
  Concat,
  CompareText,
  IfElse,
  CutAtLineEnd,
  HostOnly,
  PortOnly,
  Digest,  // `text`: the algorithm
  Hmac,    // likewise; `second`: the key, unless a variable holds it
  BytesToHex,
  BytesToDecimal,
  SecureCompare,
  Mask,
  StickLookup,  // in_table(), table_conn_rate(): `stick` says what
  ToBool,
  Not,
  Odd,
  Even,
  Complement,
  Negate,
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
  And,
  Or,
  Xor,
};

// `txn.name`: how long it lives, and what it is called.
struct VariableName {
  enum class Scope : std::uint8_t { Session, Transaction, Request, Response };
  Scope scope = Scope::Transaction;
  std::string name;
};

struct Conversion {
  Converter converter = Converter::Lower;
  std::string text;    // first text argument
  std::string second;  // second one
  std::int64_t number = 0;
  std::int64_t count = 0;
  std::optional<VariableName> variable;  // of arithmetic: instead of `number`
  std::optional<base::Regex> regex;
  std::optional<StickQuery> stick;
};

struct Sample {
  std::string text;  // as written
  Fetch fetch = Fetch::Constant;
  SampleType type = SampleType::Text;         // what the fetch gives
  SampleType result_type = SampleType::Text;  // after the conversions
  std::string name;                           // of a header, cookie or parameter; a constant's text
  std::int64_t number = 0;                    // which occurrence, a constant, a limit
  std::int64_t count = 0;
  std::string proxy;   // empty: the current one
  std::string server;  // of `proxy`
  std::optional<VariableName> variable;
  std::optional<StickQuery> stick;
  std::vector<Conversion> conversions;
};

// What must be there for a sample to have a value.
enum class Needs : std::uint8_t { Connection, Content, Request, Response };
[[nodiscard]] Needs needs(Fetch fetch);

// The expression at the begin of `text`. Where `rest` is given it gets what follows; otherwise
// nothing may follow.
[[nodiscard]] base::Result<Sample> parse_sample(std::string_view text,
                                                std::string_view* rest = nullptr);

[[nodiscard]] base::Result<VariableName> parse_variable(std::string_view text);

}  // namespace wslb::config
