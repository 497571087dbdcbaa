#include "ctl/answer_json.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace wslb::ctl {
namespace {

namespace json = boost::json;

}  // namespace

std::string check_json(const config::Diagnostics& diagnostics) {
  json::array all;
  for (const config::Diagnostic& one : diagnostics.all()) {
    all.push_back({{"severity", one.severity == config::Severity::Error ? "error" : "warning"},
                   {"file", one.where.file},
                   {"line", one.where.line},
                   {"message", one.message}});
  }
  json::array done;
  if (!diagnostics.has_errors()) done.emplace_back("Configuration file is valid");
  return json::serialize(json::object{{"done", done}, {"diagnostics", all}}) + "\n";
}

std::string key_json(const std::string& line) {
  return json::serialize(json::object{{"key", line.substr(0, line.find('\n'))}}) + "\n";
}

std::string import_json(const migration::Imported& imported) {
  json::array remarks;
  for (const migration::Remark& one : imported.remarks.all()) {
    remarks.push_back({{"kind", migration::Remark::word_of(one.kind)},
                       {"file", one.where.file},
                       {"line", one.where.line},
                       {"text", one.text}});
  }
  return json::serialize(json::object{
             {"configuration", imported.text}, {"valid", imported.valid}, {"remarks", remarks}}) +
         "\n";
}

}  // namespace wslb::ctl
