#include "proxy/http/sample.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "proxy/http/conversion.h"
#include "proxy/http/sample_auth.h"
#include "proxy/http/sample_content.h"
#include "proxy/http/sample_message.h"
#include "proxy/http/stick_state.h"

// Samples come in groups, and each function answers for its own.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace wslb::proxy::http {
namespace {

using config::Fetch;
using Found = std::optional<Value>;

// What an expression takes from the heads has several values, everything else one at most.
bool any_of_several(const config::Sample& sample, const Transaction& transaction,
                    const VisitText& visit) {
  const RequestHead& request = *transaction.request;
  switch (sample.fetch) {
    case Fetch::RequestHeader:
      return any_field(request.fields, sample.name, Cut::AtCommas, visit);
    case Fetch::RequestLines:
      return any_field(request.fields, sample.name, Cut::Nowhere, visit);
    case Fetch::RequestCookie:
      return any_request_cookie(request.fields, sample.name, visit);
    case Fetch::UrlParameter:
      return any_parameter(request.target, sample.name, visit);
    case Fetch::ResponseHeader:
      return any_field(transaction.response->fields, sample.name, Cut::AtCommas, visit);
    case Fetch::ResponseLines:
      return any_field(transaction.response->fields, sample.name, Cut::Nowhere, visit);
    case Fetch::ResponseCookie:
      return any_response_cookie(transaction.response->fields, sample.name, visit);
    default:
      return false;
  }
}

bool has_several(Fetch fetch) {
  return fetch == Fetch::RequestHeader || fetch == Fetch::RequestLines ||
         fetch == Fetch::RequestCookie || fetch == Fetch::UrlParameter ||
         fetch == Fetch::ResponseHeader || fetch == Fetch::ResponseLines ||
         fetch == Fetch::ResponseCookie;
}

// HAProxy's choice where one value is wanted of several.
bool is_last_wanted(const config::Sample& sample) {
  const Fetch fetch = sample.fetch;
  const bool of_cookie = fetch == Fetch::RequestCookie || fetch == Fetch::ResponseCookie;
  if (of_cookie) return !sample.name.empty();
  return fetch == Fetch::RequestHeader || fetch == Fetch::RequestLines ||
         fetch == Fetch::ResponseHeader || fetch == Fetch::ResponseLines;
}

// The sample's occurrence: from 1, from -1 backwards; 0: the first, of headers and cookies the
// last.
std::optional<std::string_view> one_of_several(const config::Sample& sample,
                                               const Transaction& transaction) {
  const std::int64_t place = sample.number == 0 && is_last_wanted(sample) ? -1 : sample.number;
  std::vector<std::string_view> values;
  std::optional<std::string_view> found;
  std::int64_t seen = 0;
  any_of_several(sample, transaction, [&](std::string_view value) {
    if (place < 0) {
      values.push_back(value);
      return false;
    }
    if (++seen < place) return false;
    found = value;
    return true;
  });
  if (place >= 0) return found;
  const auto back = static_cast<std::size_t>(-place);
  if (back > values.size()) return std::nullopt;
  return values[values.size() - back];
}

std::int64_t count(const config::Sample& sample, Fetch of, const Transaction& transaction) {
  config::Sample counted;
  counted.fetch = of;
  counted.name = sample.name;
  std::int64_t number = 0;
  any_of_several(counted, transaction, [&](std::string_view) {
    ++number;
    return false;
  });
  return number;
}

Value names(const Fields& fields, const std::string& delimiter) {
  std::string text;
  for (const Field& field : fields.all()) {
    if (!text.empty()) text += delimiter.empty() ? "," : delimiter;
    text += field.name;
  }
  return Value::text(std::move(text));
}

Found constant(const config::Sample& sample) {
  switch (sample.type) {
    case config::SampleType::Bool:
      return Value::of(sample.number != 0);
    case config::SampleType::Int:
      return Value::of(sample.number);
    case config::SampleType::Address:
      if (const auto address = base::IpAddress::parse(sample.name)) return Value::of(*address);
      return std::nullopt;
    case config::SampleType::Text:
      return Value::view(sample.name);
  }
  return std::nullopt;
}

Found of_stick_table(const config::StickQuery& query, const Transaction& transaction) {
  if (transaction.stick == nullptr) return std::nullopt;
  if (query.of != config::StickQuery::Of::Source) return transaction.stick->value(query, nullptr);
  const Value source = Value::of(transaction.source().address);
  return transaction.stick->value(query, &source);
}

Found of_connection(const config::Sample& sample, const Transaction& transaction) {
  switch (sample.fetch) {
    case Fetch::Constant:
      return constant(sample);
    case Fetch::Variable: {
      const Value* const value = transaction.find(*sample.variable);
      return value == nullptr ? std::nullopt : Found(*value);
    }
    case Fetch::Src:
      return Value::of(transaction.source().address);
    case Fetch::SrcPort:
      return Value::of(std::int64_t{transaction.source().port});
    case Fetch::Dst:
      return Value::of(transaction.target().address);
    case Fetch::DstPort:
      return Value::of(std::int64_t{transaction.target().port});
    case Fetch::SocketName:
      if (transaction.socket_name.empty()) return std::nullopt;
      return Value::view(transaction.socket_name);
    case Fetch::SocketId:
      return Value::of(std::int64_t{transaction.socket_id});
    case Fetch::Stick:
      return of_stick_table(*sample.stick, transaction);
    case Fetch::Tls:
      return Value::of(transaction.tls);
    case Fetch::TlsSessionId:
      if (transaction.session_id.empty()) return std::nullopt;
      return Value::view(transaction.session_id);
    case Fetch::TlsSni:
      if (!transaction.tls || transaction.sni.empty()) return std::nullopt;
      return Value::view(transaction.sni);
    default:
      return transaction.live == nullptr ? std::nullopt : transaction.live->value(sample);
  }
}

// Of an absolute or origin-form target; `*` has no path.
Found target_part(const RequestHead& head, Fetch fetch) {
  if (fetch == Fetch::Url) return Value::view(head.target);
  const std::size_t query = head.target.find('?');
  if (fetch == Fetch::Query) {
    if (query == std::string_view::npos) return std::nullopt;
    return Value::view(head.target.substr(query + 1));
  }
  if (!head.target.starts_with('/')) return std::nullopt;
  if (fetch == Fetch::Path) return Value::view(head.path());
  if (fetch == Fetch::PathAndQuery) return Value::view(head.target);
  const std::string_view host = head.fields.find("Host").value_or("");
  return Value::text(std::string(host).append(head.path()));
}

std::string_view version_number(Version version) {
  return text_of(version).substr(5);
}

Found of_request(const config::Sample& sample, const Transaction& transaction) {
  const RequestHead& head = *transaction.request;
  switch (sample.fetch) {
    case Fetch::Method:
      return Value::view(head.method);
    case Fetch::RequestVersion:
      return Value::view(version_number(head.version));
    case Fetch::RequestHeaderCount:
      return Value::of(count(sample, Fetch::RequestHeader, transaction));
    case Fetch::RequestLinesCount:
      return Value::of(count(sample, Fetch::RequestLines, transaction));
    case Fetch::RequestCookieCount:
      return Value::of(count(sample, Fetch::RequestCookie, transaction));
    case Fetch::RequestHeaderNames:
      return names(head.fields, sample.name);
    default:
      if (sample.fetch >= Fetch::AuthenticUser) return auth_value(sample, transaction);
      if (sample.fetch >= Fetch::UniqueId) return body_value(sample, transaction);
      return target_part(head, sample.fetch);
  }
}

Found of_response(const config::Sample& sample, const Transaction& transaction) {
  const ResponseHead& head = *transaction.response;
  switch (sample.fetch) {
    case Fetch::Status:
      return Value::of(std::int64_t{head.status});
    case Fetch::ResponseVersion:
      return Value::view(version_number(head.version));
    case Fetch::ResponseHeaderCount:
      return Value::of(count(sample, Fetch::ResponseHeader, transaction));
    case Fetch::ResponseLinesCount:
      return Value::of(count(sample, Fetch::ResponseLines, transaction));
    case Fetch::ResponseCookieCount:
      return Value::of(count(sample, Fetch::ResponseCookie, transaction));
    default:
      return names(head.fields, sample.name);
  }
}

bool is_there(config::Needs needed, const Transaction& transaction) {
  if (needed == config::Needs::Request) return transaction.request != nullptr;
  // The request is there whenever its response is.
  if (needed == config::Needs::Response) {
    return transaction.request != nullptr && transaction.response != nullptr;
  }
  return true;
}

Found fetch_one(const config::Sample& sample, const Transaction& transaction) {
  if (has_several(sample.fetch)) {
    const auto text = one_of_several(sample, transaction);
    return text ? Found(Value::view(*text)) : std::nullopt;
  }
  switch (config::needs(sample.fetch)) {
    case config::Needs::Connection:
      return of_connection(sample, transaction);
    case config::Needs::Content:
      return content_value(sample, transaction);
    case config::Needs::Request:
      return of_request(sample, transaction);
    case config::Needs::Response:
      return of_response(sample, transaction);
  }
  return std::nullopt;
}

// hdr_ip() and hdr_val() take text for something else; then what the converters make of it.
Found finish(const config::Sample& sample, Found value, const Transaction& transaction) {
  if (value && sample.fetch != Fetch::Variable && value->type() != sample.type) {
    value = cast(*value, sample.type);
  }
  for (const config::Conversion& conversion : sample.conversions) {
    if (!value) return std::nullopt;
    value = convert(conversion, *value, transaction);
  }
  return value;
}

}  // namespace

Found sample_value(const config::Sample& sample, const Transaction& transaction) {
  if (!is_there(config::needs(sample.fetch), transaction)) return std::nullopt;
  return finish(sample, fetch_one(sample, transaction), transaction);
}

std::string sample_text(const config::Sample& sample, const Transaction& transaction) {
  const Found value = sample_value(sample, transaction);
  return value ? value->to_string() : "";
}

bool any_value(const config::Sample& sample, const Transaction& transaction, const Visit& visit) {
  if (sample.fetch == Fetch::AuthenticGroup && transaction.request != nullptr) {
    return any_auth_group(sample, transaction, visit);
  }
  const bool several = has_several(sample.fetch) && sample.number == 0 &&
                       is_there(config::needs(sample.fetch), transaction);
  if (!several) {
    const Found value = sample_value(sample, transaction);
    return value && visit(*value);
  }
  return any_of_several(sample, transaction, [&](std::string_view text) {
    const Found value = finish(sample, Value::view(text), transaction);
    return value && visit(*value);
  });
}

}  // namespace wslb::proxy::http

#pragma GCC diagnostic pop
