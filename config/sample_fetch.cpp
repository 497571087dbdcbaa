#include "config/sample_fetch.h"

#include <algorithm>
#include <array>
#include <optional>

#include "config/haproxy_words.h"
#include "config/spelling.h"
#include "config/value.h"

namespace wslb::config {
namespace {

enum class Takes : std::uint8_t {
  Nothing,
  Name,          // one that must be there
  OptionalName,  // of a cookie or parameter
  NameAndPlace,  // a header's name, and which of its values
  Backend,       // or the current one
  Frontend,      // likewise
  Server,        // BACKEND/SERVER or SERVER
  Variable,
  Constant,  // what it is follows from the type
  Limit,     // an optional number
  Span,      // an offset and a length
};

struct FetchRow {
  std::string_view name;
  Fetch fetch;
  SampleType type;
  Takes takes = Takes::Nothing;
};

constexpr std::array<FetchRow, 110> kFetchRows{{
    {"always_true", Fetch::Constant, SampleType::Bool},
    {"always_false", Fetch::Constant, SampleType::Bool},
    {"bool", Fetch::Constant, SampleType::Bool, Takes::Constant},
    {"int", Fetch::Constant, SampleType::Int, Takes::Constant},
    {"str", Fetch::Constant, SampleType::Text, Takes::Constant},
    {"ipv4", Fetch::Constant, SampleType::Address, Takes::Constant},
    {"ipv6", Fetch::Constant, SampleType::Address, Takes::Constant},
    {"var", Fetch::Variable, SampleType::Text, Takes::Variable},
    {"src", Fetch::Src, SampleType::Address},
    {"fc_src", Fetch::Src, SampleType::Address},
    {"src_port", Fetch::SrcPort, SampleType::Int},
    {"fc_src_port", Fetch::SrcPort, SampleType::Int},
    {"dst", Fetch::Dst, SampleType::Address},
    {"fc_dst", Fetch::Dst, SampleType::Address},
    {"dst_port", Fetch::DstPort, SampleType::Int},
    {"fc_dst_port", Fetch::DstPort, SampleType::Int},
    {"ssl_fc", Fetch::Tls, SampleType::Bool},
    {"ssl_fc_sni", Fetch::TlsSni, SampleType::Text},
    {"ssl_fc_session_id", Fetch::TlsSessionId, SampleType::Text},
    {"nbsrv", Fetch::UsableServers, SampleType::Int, Takes::Backend},
    {"connslots", Fetch::ConnectionSlots, SampleType::Int, Takes::Backend},
    {"be_conn", Fetch::BackendConnections, SampleType::Int, Takes::Backend},
    {"be_conn_free", Fetch::BackendFreeConnections, SampleType::Int, Takes::Backend},
    {"queue", Fetch::BackendQueue, SampleType::Int, Takes::Backend},
    {"avg_queue", Fetch::BackendAverageQueue, SampleType::Int, Takes::Backend},
    {"fe_conn", Fetch::FrontendConnections, SampleType::Int, Takes::Frontend},
    {"srv_is_up", Fetch::ServerIsUp, SampleType::Bool, Takes::Server},
    {"srv_conn", Fetch::ServerConnections, SampleType::Int, Takes::Server},
    {"srv_queue", Fetch::ServerQueue, SampleType::Int, Takes::Server},
    {"fe_name", Fetch::FrontendName, SampleType::Text},
    {"be_name", Fetch::BackendName, SampleType::Text},
    {"srv_name", Fetch::ServerName, SampleType::Text},
    {"srv_id", Fetch::ServerId, SampleType::Int},
    {"so_name", Fetch::SocketName, SampleType::Text},
    {"so_id", Fetch::SocketId, SampleType::Int},
    {"rand", Fetch::Random, SampleType::Int, Takes::Limit},
    {"date", Fetch::Date, SampleType::Int, Takes::Limit},
    {"uuid", Fetch::Uuid, SampleType::Text},
    {"req.proto_http", Fetch::IsHttp, SampleType::Bool},
    {"req_proto_http", Fetch::IsHttp, SampleType::Bool},
    {"req.len", Fetch::ContentLength, SampleType::Int},
    {"req_len", Fetch::ContentLength, SampleType::Int},
    {"req.payload", Fetch::Content, SampleType::Text, Takes::Span},
    {"payload", Fetch::Content, SampleType::Text, Takes::Span},
    {"req.ssl_sni", Fetch::HelloSni, SampleType::Text},
    {"req_ssl_sni", Fetch::HelloSni, SampleType::Text},
    {"req.ssl_hello_type", Fetch::HelloType, SampleType::Int},
    {"req_ssl_hello_type", Fetch::HelloType, SampleType::Int},
    {"wait_end", Fetch::InspectionOver, SampleType::Bool},
    {"req.rdp_cookie", Fetch::RdpCookie, SampleType::Text, Takes::OptionalName},
    {"req_rdp_cookie", Fetch::RdpCookie, SampleType::Text, Takes::OptionalName},
    {"rdp_cookie", Fetch::RdpCookie, SampleType::Text, Takes::OptionalName},
    {"req.rdp_cookie_cnt", Fetch::RdpCookieCount, SampleType::Int, Takes::OptionalName},
    {"req_rdp_cookie_cnt", Fetch::RdpCookieCount, SampleType::Int, Takes::OptionalName},
    {"rdp_cookie_cnt", Fetch::RdpCookieCount, SampleType::Int, Takes::OptionalName},
    {"unique-id", Fetch::UniqueId, SampleType::Text},
    {"req.body", Fetch::Body, SampleType::Text},
    {"req.body_len", Fetch::BodyLength, SampleType::Int},
    {"req.body_size", Fetch::BodySize, SampleType::Int},
    {"req.body_param", Fetch::BodyParameter, SampleType::Text, Takes::OptionalName},
    {"method", Fetch::Method, SampleType::Text},
    {"path", Fetch::Path, SampleType::Text},
    {"pathq", Fetch::PathAndQuery, SampleType::Text},
    {"url", Fetch::Url, SampleType::Text},
    {"query", Fetch::Query, SampleType::Text},
    {"url_param", Fetch::UrlParameter, SampleType::Text, Takes::OptionalName},
    {"urlp", Fetch::UrlParameter, SampleType::Text, Takes::OptionalName},
    {"urlp_val", Fetch::UrlParameter, SampleType::Int, Takes::OptionalName},
    {"base", Fetch::Base, SampleType::Text},
    {"req.ver", Fetch::RequestVersion, SampleType::Text},
    {"req_ver", Fetch::RequestVersion, SampleType::Text},
    {"req.hdr", Fetch::RequestHeader, SampleType::Text, Takes::NameAndPlace},
    {"hdr", Fetch::RequestHeader, SampleType::Text, Takes::NameAndPlace},
    {"req.hdr_ip", Fetch::RequestHeader, SampleType::Address, Takes::NameAndPlace},
    {"hdr_ip", Fetch::RequestHeader, SampleType::Address, Takes::NameAndPlace},
    {"req.hdr_val", Fetch::RequestHeader, SampleType::Int, Takes::NameAndPlace},
    {"hdr_val", Fetch::RequestHeader, SampleType::Int, Takes::NameAndPlace},
    {"req.hdr_cnt", Fetch::RequestHeaderCount, SampleType::Int, Takes::Name},
    {"hdr_cnt", Fetch::RequestHeaderCount, SampleType::Int, Takes::Name},
    {"req.fhdr", Fetch::RequestLines, SampleType::Text, Takes::NameAndPlace},
    {"req.fhdr_cnt", Fetch::RequestLinesCount, SampleType::Int, Takes::Name},
    {"req.hdr_names", Fetch::RequestHeaderNames, SampleType::Text, Takes::OptionalName},
    {"req.cook", Fetch::RequestCookie, SampleType::Text, Takes::OptionalName},
    {"cook", Fetch::RequestCookie, SampleType::Text, Takes::OptionalName},
    {"req.cook_val", Fetch::RequestCookie, SampleType::Int, Takes::OptionalName},
    {"cook_val", Fetch::RequestCookie, SampleType::Int, Takes::OptionalName},
    {"req.cook_cnt", Fetch::RequestCookieCount, SampleType::Int, Takes::OptionalName},
    {"cook_cnt", Fetch::RequestCookieCount, SampleType::Int, Takes::OptionalName},
    {"http_auth", Fetch::AuthenticUser, SampleType::Bool, Takes::Name},
    {"http_auth_group", Fetch::AuthenticGroup, SampleType::Text, Takes::Name},
    {"http_auth_user", Fetch::AuthUser, SampleType::Text},
    {"http_auth_pass", Fetch::AuthPassword, SampleType::Text},
    {"http_auth_type", Fetch::AuthScheme, SampleType::Text},
    {"http_auth_bearer", Fetch::AuthBearer, SampleType::Text, Takes::OptionalName},
    {"status", Fetch::Status, SampleType::Int},
    {"res.ver", Fetch::ResponseVersion, SampleType::Text},
    {"resp_ver", Fetch::ResponseVersion, SampleType::Text},
    {"res.hdr", Fetch::ResponseHeader, SampleType::Text, Takes::NameAndPlace},
    {"shdr", Fetch::ResponseHeader, SampleType::Text, Takes::NameAndPlace},
    {"res.hdr_ip", Fetch::ResponseHeader, SampleType::Address, Takes::NameAndPlace},
    {"res.hdr_val", Fetch::ResponseHeader, SampleType::Int, Takes::NameAndPlace},
    {"res.hdr_cnt", Fetch::ResponseHeaderCount, SampleType::Int, Takes::Name},
    {"shdr_cnt", Fetch::ResponseHeaderCount, SampleType::Int, Takes::Name},
    {"res.fhdr", Fetch::ResponseLines, SampleType::Text, Takes::NameAndPlace},
    {"res.fhdr_cnt", Fetch::ResponseLinesCount, SampleType::Int, Takes::Name},
    {"res.hdr_names", Fetch::ResponseHeaderNames, SampleType::Text, Takes::OptionalName},
    {"res.cook", Fetch::ResponseCookie, SampleType::Text, Takes::OptionalName},
    {"scook", Fetch::ResponseCookie, SampleType::Text, Takes::OptionalName},
    {"res.cook_cnt", Fetch::ResponseCookieCount, SampleType::Int, Takes::OptionalName},
    {"scook_cnt", Fetch::ResponseCookieCount, SampleType::Int, Takes::OptionalName},
}};

std::optional<base::Error> read_constant(const FetchRow& row, const std::string& text,
                                         Sample& sample) {
  if (row.type == SampleType::Text) {
    sample.name = text;
  } else if (row.type == SampleType::Int) {
    const auto number = parse_integer(text, INT64_MIN, INT64_MAX);
    if (!number) return base::Error{quote(row.name) + " " + number.error().message};
    sample.number = *number;
  } else if (row.type == SampleType::Bool) {
    if (text != "true" && text != "false" && text != "1" && text != "0") {
      return base::Error{quote(row.name) + " expects true, false, 1 or 0, not " + quote(text)};
    }
    sample.number = text == "true" || text == "1" ? 1 : 0;
  } else {
    const auto address = base::IpAddress::parse(text);
    if (!address || address->is_v4() != (row.name == "ipv4")) {
      return base::Error{quote(row.name) + " expects such an address, not " + quote(text)};
    }
    sample.name = text;
  }
  return std::nullopt;
}

std::optional<base::Error> read_number(std::string_view name, const std::string& text,
                                       std::int64_t& number) {
  const auto read = parse_integer(text, INT32_MIN, INT32_MAX);
  if (!read) return base::Error{quote(name) + " " + read.error().message};
  number = *read;
  return std::nullopt;
}

void read_server(const std::string& text, Sample& sample) {
  const auto slash = text.find('/');
  if (slash == std::string::npos) {
    sample.server = text;
  } else {
    sample.proxy = text.substr(0, slash);
    sample.server = text.substr(slash + 1);
  }
}

// How many arguments there may be.
std::pair<std::size_t, std::size_t> range_of(Takes takes) {
  switch (takes) {
    case Takes::Nothing:
      return {0, 0};
    case Takes::Name:
    case Takes::Server:
    case Takes::Variable:
    case Takes::Constant:
      return {1, 1};
    case Takes::OptionalName:
    case Takes::Backend:
    case Takes::Frontend:
    case Takes::Limit:
      return {0, 1};
    case Takes::NameAndPlace:
      return {1, 2};
    case Takes::Span:
      return {2, 2};
  }
  return {0, 0};
}

std::optional<base::Error> read_arguments(const FetchRow& row, const SampleArguments& arguments,
                                          Sample& sample) {
  const std::string first = arguments.empty() ? "" : arguments[0];
  switch (row.takes) {
    case Takes::Nothing:
      sample.number = row.name == "always_true" ? 1 : 0;
      return std::nullopt;
    case Takes::Name:
    case Takes::OptionalName:
      sample.name = first;
      return std::nullopt;
    case Takes::NameAndPlace:
      sample.name = first;
      return arguments.size() > 1 ? read_number(row.name, arguments[1], sample.number)
                                  : std::nullopt;
    case Takes::Backend:
    case Takes::Frontend:
      sample.proxy = first;
      return std::nullopt;
    case Takes::Server:
      read_server(first, sample);
      return std::nullopt;
    case Takes::Variable: {
      auto variable = parse_variable(first);
      if (!variable) return variable.error();
      sample.variable = std::move(*variable);
      return std::nullopt;
    }
    case Takes::Constant:
      return read_constant(row, first, sample);
    case Takes::Limit:
      return arguments.empty() ? std::nullopt : read_number(row.name, first, sample.number);
    case Takes::Span:
      if (auto error = read_number(row.name, first, sample.number)) return error;
      if (auto error = read_number(row.name, arguments[1], sample.count)) return error;
      if (sample.number >= 0 && sample.count >= 0) return std::nullopt;
      return base::Error{quote(row.name) + " expects an offset and a length of 0 or more"};
  }
  return std::nullopt;
}

std::string usage_of(const FetchRow& row) {
  const auto [min, max] = range_of(row.takes);
  if (max == 0) return quote(row.name) + " has no argument in parentheses";
  const bool header = row.takes == Takes::NameAndPlace;
  return quote(row.name) + " expects " +
         (header ? "a header's name, such as " + std::string(row.name) + "(host)"
                 : (min == max ? "" : "at most ") + std::to_string(max) +
                       (max == 1 ? " argument in parentheses" : " arguments in parentheses"));
}

}  // namespace

base::Result<Sample> make_fetch(std::string_view name, const SampleArguments& arguments) {
  const auto row = std::ranges::find(kFetchRows, name, &FetchRow::name);
  if (row == kFetchRows.end()) {
    if (std::ranges::count(haproxy_fetches(), name) > 0) {
      return base::Error{quote(name) + " is not supported by this version of wslb"};
    }
    return base::Error{"knows no sample " + quote(name) + did_you_mean(name, fetch_names())};
  }
  const auto [min, max] = range_of(row->takes);
  const bool empty_name =
      min > 0 && row->takes != Takes::Constant && !arguments.empty() && arguments[0].empty();
  if (arguments.size() < min || arguments.size() > max || empty_name) {
    const bool empty_text = row->takes == Takes::Constant && arguments.empty();
    if (!empty_text) return base::Error{usage_of(*row)};
  }
  Sample sample;
  sample.fetch = row->fetch;
  sample.type = row->type;
  if (auto error = read_arguments(*row, arguments, sample)) return *error;
  return sample;
}

bool is_fetch(std::string_view name) {
  return std::ranges::count(kFetchRows, name, &FetchRow::name) > 0 || is_stick_fetch(name);
}

std::vector<std::string_view> fetch_names() {
  std::vector<std::string_view> names;
  for (const FetchRow& row : kFetchRows) names.push_back(row.name);
  return names;
}

}  // namespace wslb::config
