#include "proxy/http/sample_content.h"

#include "proxy/http/content.h"
#include "proxy/http/rdp_cookie.h"
#include "proxy/http/sample_message.h"

// The function answers for the samples of its own kind.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wswitch-enum"

namespace wslb::proxy::http {

using config::Fetch;
using Found = std::optional<Value>;

// In HTTP mode the head has been read; in TCP mode the first bytes are looked at.
Found content_value(const config::Sample& sample, const Transaction& transaction) {
  const std::string_view content = transaction.content;
  switch (sample.fetch) {
    case Fetch::IsHttp:
      if (transaction.request != nullptr) return Value::of(true);
      return is_http(content) ? Found(Value::of(true)) : std::nullopt;
    case Fetch::ContentLength:
      return Value::of(static_cast<std::int64_t>(content.size()));
    case Fetch::Content: {
      const auto offset = static_cast<std::size_t>(sample.number);
      const auto length = static_cast<std::size_t>(sample.count);
      const bool whole = content.size() >= offset && content.size() - offset >= length;
      if (!whole || content.size() == offset) return std::nullopt;
      return Value::view(content.substr(offset, length == 0 ? std::string_view::npos : length));
    }
    case Fetch::HelloSni: {
      const auto sni = client_hello_sni(content);
      return sni ? Found(Value::view(*sni)) : std::nullopt;
    }
    case Fetch::HelloType: {
      const auto type = hello_type(content);
      return type ? Found(Value::of(std::int64_t{*type})) : std::nullopt;
    }
    case Fetch::RdpCookie:
    case Fetch::RdpCookieCount: {
      const auto cookie = rdp_cookie(content, sample.name);
      if (sample.fetch == Fetch::RdpCookieCount) return Value::of(std::int64_t{cookie ? 1 : 0});
      return cookie ? Found(Value::view(*cookie)) : std::nullopt;
    }
    case Fetch::InspectionOver:
      return transaction.inspection_over ? Found(Value::of(true)) : std::nullopt;
    default:
      return std::nullopt;
  }
}

Found body_value(const config::Sample& sample, const Transaction& transaction) {
  if (sample.fetch == Fetch::UniqueId) {
    if (!transaction.facts) return std::nullopt;
    const std::string_view id = transaction.facts().unique_id;
    return id.empty() ? std::nullopt : Found(Value::text(std::string(id)));
  }
  const std::string_view body = transaction.body ? transaction.body() : std::string_view();
  const auto length = static_cast<std::int64_t>(body.size());
  switch (sample.fetch) {
    case Fetch::BodyLength:
      return Value::of(length);
    case Fetch::BodySize: {
      const auto announced = transaction.request->fields.find("Content-Length");
      const auto size = announced ? Value::view(*announced).to_int() : std::nullopt;
      return Value::of(size.value_or(length));
    }
    case Fetch::BodyParameter: {
      Found found;
      any_form_parameter(body, sample.name, [&found](std::string_view value) {
        found = Value::view(value);
        return true;
      });
      return found;
    }
    default:
      return Value::view(body);
  }
}

}  // namespace wslb::proxy::http

#pragma GCC diagnostic pop
