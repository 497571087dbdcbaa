#include "proxy/http/syslog_line.h"

#include <gtest/gtest.h>

namespace wslb::proxy::http {
namespace {

using Format = config::LogTarget::Format;

LogTime moment() {
  using namespace std::chrono;
  return {sys_days(year(2009) / February / 6) + hours(12) + minutes(14) + seconds(4) +
              microseconds(55123),
          hours(1)};
}

std::string line(Format format, std::string_view host = {}) {
  config::LogTarget target;
  target.format = format;
  target.facility = 20;
  return syslog_line(target, 6, moment(), {"wslb-proxy", 14389, host}, "text");
}

TEST(SyslogLine, EveryFormat) {
  EXPECT_EQ(line(Format::Unspecified), "<166>Feb  6 13:14:04 wslb-proxy[14389]: text\n");
  EXPECT_EQ(line(Format::Unspecified, "lb1"), "<166>Feb  6 13:14:04 lb1 wslb-proxy[14389]: text\n");
  EXPECT_EQ(line(Format::Rfc3164), "<166>Feb  6 13:14:04 localhost wslb-proxy[14389]: text\n");
  EXPECT_EQ(line(Format::Rfc3164, "lb1"), "<166>Feb  6 13:14:04 lb1 wslb-proxy[14389]: text\n");
  EXPECT_EQ(line(Format::Local, "lb1"), "<166>Feb  6 13:14:04 wslb-proxy[14389]: text\n");
  EXPECT_EQ(line(Format::Rfc5424),
            "<166>1 2009-02-06T13:14:04.055123+01:00 - wslb-proxy 14389 - - text\n");
  EXPECT_EQ(line(Format::Rfc5424, "lb1"),
            "<166>1 2009-02-06T13:14:04.055123+01:00 lb1 wslb-proxy 14389 - - text\n");
  EXPECT_EQ(line(Format::Priority), "<166>text\n");
  EXPECT_EQ(line(Format::Short), "<6>text\n");
  EXPECT_EQ(line(Format::Timed), "<6>2009-02-06T13:14:04.055123+01:00 text\n");
  EXPECT_EQ(line(Format::Iso), "2009-02-06T13:14:04.055123+01:00 text\n");
  EXPECT_EQ(line(Format::Raw), "text\n");
}

TEST(SyslogLine, LevelsAndLength) {
  config::LogTarget target;
  target.format = Format::Short;
  target.max_level = 5;
  EXPECT_EQ(syslog_line(target, 6, moment(), {"t", 1, ""}, "text"), "");
  EXPECT_EQ(syslog_line(target, 5, moment(), {"t", 1, ""}, "text"), "<5>text\n");
  target.min_level = 4;
  EXPECT_EQ(syslog_line(target, 1, moment(), {"t", 1, ""}, "text"), "<4>text\n");
  target.length = 80;
  EXPECT_EQ(syslog_line(target, 1, moment(), {"t", 1, ""}, std::string(100, 'x')).size(), 81U);
}

}  // namespace
}  // namespace wslb::proxy::http
