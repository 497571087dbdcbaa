#include "config/sample_converter.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "config/comma_list.h"
#include "config/spelling.h"
#include "config/value.h"
#include "config/word_names.h"

namespace wslb::config {
namespace {

// What an argument is and where it goes.
enum class Role : std::uint8_t {
  None,
  Number,
  Count,
  Text,
  Second,
  Operand,  // a number or a variable
  Variable,
  Regex,
  Flags,  // of the regex before it
  Key,    // in base64, or a variable
  Mask4,
  Mask6,
};

struct ConverterRow {
  std::string_view name;
  Converter converter;
  SampleType result;
  std::size_t required = 0;
  std::array<Role, 3> roles{};
};

constexpr std::array<ConverterRow, 45> kConverters{{
    {"lower", Converter::Lower, SampleType::Text},
    {"upper", Converter::Upper, SampleType::Text},
    {"length", Converter::Length, SampleType::Int},
    {"field", Converter::Field, SampleType::Text, 2, {Role::Number, Role::Text, Role::Count}},
    {"word", Converter::Word, SampleType::Text, 2, {Role::Number, Role::Text, Role::Count}},
    {"bytes", Converter::Bytes, SampleType::Text, 1, {Role::Number, Role::Count}},
    {"ltrim", Converter::TrimLeft, SampleType::Text, 1, {Role::Text}},
    {"rtrim", Converter::TrimRight, SampleType::Text, 1, {Role::Text}},
    {"regsub",
     Converter::Substitute,
     SampleType::Text,
     2,
     {Role::Regex, Role::Second, Role::Flags}},
    {"base64", Converter::Base64Encode, SampleType::Text},
    {"b64dec", Converter::Base64Decode, SampleType::Text},
    {"ub64enc", Converter::Base64UrlEncode, SampleType::Text},
    {"ub64dec", Converter::Base64UrlDecode, SampleType::Text},
    {"hex", Converter::HexEncode, SampleType::Text},
    {"hex2i", Converter::HexToInt, SampleType::Int},
    {"url_dec", Converter::UrlDecode, SampleType::Text, 0, {Role::Number}},
    {"url_enc", Converter::UrlEncode, SampleType::Text, 0, {Role::Text}},
    {"concat", Converter::Concat, SampleType::Text, 0, {Role::Text, Role::Variable, Role::Second}},
    {"strcmp", Converter::CompareText, SampleType::Int, 1, {Role::Variable}},
    {"iif", Converter::IfElse, SampleType::Text, 2, {Role::Text, Role::Second}},
    {"cut_crlf", Converter::CutAtLineEnd, SampleType::Text},
    {"host_only", Converter::HostOnly, SampleType::Text},
    {"port_only", Converter::PortOnly, SampleType::Int},
    {"sha1", Converter::Digest, SampleType::Text},
    {"sha2", Converter::Digest, SampleType::Text, 0, {Role::Text}},
    {"digest", Converter::Digest, SampleType::Text, 1, {Role::Text}},
    {"hmac", Converter::Hmac, SampleType::Text, 2, {Role::Text, Role::Key}},
    {"be2hex", Converter::BytesToHex, SampleType::Text, 0, {Role::Text, Role::Number, Role::Count}},
    {"be2dec",
     Converter::BytesToDecimal,
     SampleType::Text,
     2,
     {Role::Text, Role::Number, Role::Count}},
    {"secure_memcmp", Converter::SecureCompare, SampleType::Bool, 1, {Role::Variable}},
    {"ipmask", Converter::Mask, SampleType::Address, 1, {Role::Mask4, Role::Mask6}},
    {"bool", Converter::ToBool, SampleType::Bool},
    {"not", Converter::Not, SampleType::Bool},
    {"odd", Converter::Odd, SampleType::Bool},
    {"even", Converter::Even, SampleType::Bool},
    {"cpl", Converter::Complement, SampleType::Int},
    {"neg", Converter::Negate, SampleType::Int},
    {"add", Converter::Add, SampleType::Int, 1, {Role::Operand}},
    {"sub", Converter::Subtract, SampleType::Int, 1, {Role::Operand}},
    {"mul", Converter::Multiply, SampleType::Int, 1, {Role::Operand}},
    {"div", Converter::Divide, SampleType::Int, 1, {Role::Operand}},
    {"mod", Converter::Modulo, SampleType::Int, 1, {Role::Operand}},
    {"and", Converter::And, SampleType::Int, 1, {Role::Operand}},
    {"or", Converter::Or, SampleType::Int, 1, {Role::Operand}},
    {"xor", Converter::Xor, SampleType::Int, 1, {Role::Operand}},
}};

// HAProxy's, of which wslb has none.
constexpr std::string_view kOtherConverters =
    "51d.single,add_item,aes_gcm_dec,crc32,crc32c,da-csv-conv,debug,djb2,fix_is_valid,"
    "fix_tag_value,htonl,http_date,json,json_query,jwt_header_query,jwt_payload_query,jwt_verify,"
    "language,ltime,map,map_beg,map_dir,map_dom,map_end,map_int,map_ip,map_len,map_reg,map_regm,"
    "map_str,map_sub,mqtt_field_value,mqtt_is_valid,nbsrv,protobuf,sdbm,srv_queue,ungrpc,utime,"
    "wt6,xxh3,xxh32,xxh64";

std::optional<base::Error> compile_regex(const std::string& pattern, const std::string& flags,
                                         Conversion& conversion) {
  if (flags.find_first_not_of("gi") != std::string::npos) {
    return base::Error{"'regsub' knows the flags 'g' and 'i', not " + quote(flags)};
  }
  conversion.count = flags.find('g') != std::string::npos ? 1 : 0;
  const bool ignore_case = flags.find('i') != std::string::npos;
  auto regex = base::Regex::compile(
      pattern, ignore_case ? base::Regex::Case::Insensitive : base::Regex::Case::Sensitive);
  if (!regex) return regex.error();
  conversion.regex = std::move(*regex);
  return std::nullopt;
}

std::optional<base::Error> take_variable(const std::string& text, Conversion& conversion) {
  if (text.empty()) return std::nullopt;  // concat(start,,end)
  auto variable = parse_variable(text);
  if (!variable) return variable.error();
  conversion.variable = std::move(*variable);
  return std::nullopt;
}

std::optional<base::Error> read_whole(std::string_view name, const std::string& text,
                                      std::int64_t min, std::int64_t& number) {
  const auto read = parse_integer(text, min, INT32_MAX);
  if (!read) return base::Error{quote(name) + " " + read.error().message};
  number = *read;
  return std::nullopt;
}

std::optional<base::Error> read_operand(std::string_view name, const std::string& text,
                                        Conversion& conversion) {
  if (const auto number = parse_integer(text, INT64_MIN, INT64_MAX)) {
    conversion.number = *number;
    return std::nullopt;
  }
  if (text.empty() || !parse_variable(text)) {
    return base::Error{quote(name) + " expects a whole number or a variable, not " + quote(text)};
  }
  return take_variable(text, conversion);
}

// A number of bits, or those bits as an address.
std::optional<base::Error> read_mask(const std::string& text, int bits, std::int64_t& length) {
  const auto read = parse_mask(text, bits);
  if (!read) {
    return base::Error{
        "'ipmask' expects prefix lengths or masks: of 0 to 32 for IPv4 and 128 for "
        "IPv6"};
  }
  length = *read;
  return std::nullopt;
}

std::optional<base::Error> read_argument(const ConverterRow& row, std::size_t index,
                                         const SampleArguments& arguments, Conversion& conversion) {
  const std::string& text = arguments[index];
  switch (row.roles.at(index)) {
    case Role::None:
    case Role::Flags:  // read with the regex
      return std::nullopt;
    case Role::Number:
      return read_whole(row.name, text, INT32_MIN, conversion.number);
    case Role::Count:
      return read_whole(row.name, text, 0, conversion.count);
    case Role::Text:
      conversion.text = text;
      return std::nullopt;
    case Role::Second:
      conversion.second = text;
      return std::nullopt;
    case Role::Key:
      if (parse_variable(text)) return take_variable(text, conversion);
      conversion.second = text;
      return std::nullopt;
    case Role::Mask4:
      return read_mask(text, 32, conversion.number);
    case Role::Mask6:
      return read_mask(text, 128, conversion.count);
    case Role::Operand:
      return read_operand(row.name, text, conversion);
    case Role::Variable:
      if (text.empty() && row.required > 0) {
        return base::Error{quote(row.name) + " expects a variable"};
      }
      return take_variable(text, conversion);
    case Role::Regex:
      return compile_regex(text, arguments.size() > 2 ? arguments[2] : "", conversion);
  }
  return std::nullopt;
}

std::optional<base::Error> check_conversion(const ConverterRow& row, const Conversion& conversion) {
  const bool cuts = row.converter == Converter::Field || row.converter == Converter::Word;
  if (cuts && conversion.number == 0) {
    return base::Error{quote(row.name) + " counts from 1, or from -1 for the last, not from 0"};
  }
  if (row.converter == Converter::Bytes && conversion.number < 0) {
    return base::Error{"'bytes' expects an offset of 0 or more"};
  }
  const bool chunks =
      row.converter == Converter::BytesToHex || row.converter == Converter::BytesToDecimal;
  const std::int64_t most = row.converter == Converter::BytesToDecimal ? 8 : 4096;
  if (chunks && (conversion.number < 0 || conversion.number > most)) {
    return base::Error{quote(row.name) + " expects chunks of at most " + std::to_string(most) +
                       " bytes"};
  }
  if (row.converter == Converter::UrlEncode && !conversion.text.empty() &&
      conversion.text != "query") {
    return base::Error{"'url_enc' knows the encoding 'query' alone"};
  }
  return std::nullopt;
}

std::optional<base::Error> check_algorithm(const std::string& name) {
  constexpr auto kKnown = std::to_array<std::string_view>(
      {"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3-256", "sha3-512"});
  std::string lower = name;
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  if (std::ranges::count(kKnown, lower) > 0) return std::nullopt;
  return base::Error{"knows no digest " + quote(name) +
                     "; there are md5, sha1, sha224, sha256, "
                     "sha384, sha512, sha3-256 and sha3-512"};
}

base::Error unknown_converter(std::string_view name) {
  const auto others = split_at_commas(kOtherConverters);
  if (std::ranges::count(others, name) > 0) {
    return base::Error{"the converter " + quote(name) +
                       " is not supported by this version of wslb"};
  }
  std::vector<std::string_view> names(others.begin(), others.end());
  for (const std::string_view own : converter_names()) names.push_back(own);
  return base::Error{"knows no converter " + quote(name) + did_you_mean(name, names)};
}

base::Result<Conversion> stick_lookup(base::Result<StickQuery> query, SampleType& type) {
  if (!query) return query.error();
  Conversion conversion;
  conversion.converter = Converter::StickLookup;
  type = query->is_bool() ? SampleType::Bool : SampleType::Int;
  conversion.stick = std::move(*query);
  return conversion;
}

}  // namespace

WordNames converter_names() {
  WordNames names;
  for (const ConverterRow& row : kConverters) names.push_back(row.name);
  return names;
}

base::Result<Conversion> make_conversion(std::string_view name, const SampleArguments& arguments,
                                         SampleType& type) {
  if (auto stick = stick_converter(name, arguments)) return stick_lookup(std::move(*stick), type);
  const auto row = std::ranges::find(kConverters, name, &ConverterRow::name);
  if (row == kConverters.end()) return unknown_converter(name);
  const auto max =
      static_cast<std::size_t>(std::ranges::find(row->roles, Role::None) - row->roles.begin());
  if (arguments.size() < row->required || arguments.size() > max) {
    const std::string number =
        std::to_string(row->required) + (max > row->required ? " to " + std::to_string(max) : "");
    return base::Error{"the converter " + quote(name) +
                       (max == 0 ? " has no argument in parentheses"
                                 : " expects " + number + " arguments in parentheses")};
  }
  Conversion conversion;
  conversion.converter = row->converter;
  if (name == "sha1") conversion.text = "sha1";
  if (name == "sha2") conversion.text = "256";
  const bool cuts = row->converter == Converter::Field || row->converter == Converter::Word;
  if (cuts) conversion.count = 1;
  if (row->converter == Converter::Mask) conversion.count = -1;  // no mask for IPv6
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (auto error = read_argument(*row, i, arguments, conversion)) return *error;
  }
  if (auto error = check_conversion(*row, conversion)) return *error;
  if (name == "sha2") conversion.text = "sha" + conversion.text;
  if (row->converter == Converter::Digest || row->converter == Converter::Hmac) {
    if (auto error = check_algorithm(conversion.text)) return *error;
  }
  type = row->result;
  return conversion;
}

}  // namespace wslb::config
