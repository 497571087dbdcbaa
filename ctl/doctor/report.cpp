#include "ctl/doctor/report.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace wslb::ctl::doctor {
namespace {

std::string_view name_of(Severity severity) {
  return severity == Severity::Problem ? "problem" : "warning";
}

std::string heading(Severity severity, bool colour) {
  const bool problem = severity == Severity::Problem;
  const std::string word = problem ? "PROBLEM" : "WARNING";
  if (!colour) return word;
  return (problem ? "\x1b[1;31m" : "\x1b[33m") + word + "\x1b[0m";
}

}  // namespace

std::string report_text(const Report& report, bool colour) {
  std::string text;
  for (const Finding& finding : report.findings) {
    text += heading(finding.severity, colour) + " " + finding.what + "\n  why:    " + finding.why +
            "\n  remedy: " + finding.remedy + "\n";
  }
  for (const std::string& line : report.unchecked) text += "not checked: " + line + "\n";
  if (report.findings.empty()) text += "nothing to do\n";
  return text;
}

std::string report_json(const Report& report) {
  namespace json = boost::json;
  json::array findings;
  for (const Finding& finding : report.findings) {
    findings.push_back({{"severity", name_of(finding.severity)},
                        {"id", finding.id},
                        {"subject", finding.subject},
                        {"what", finding.what},
                        {"why", finding.why},
                        {"remedy", finding.remedy}});
  }
  const json::array unchecked(report.unchecked.begin(), report.unchecked.end());
  return json::serialize(json::object{{"findings", findings}, {"unchecked", unchecked}}) + "\n";
}

}  // namespace wslb::ctl::doctor
