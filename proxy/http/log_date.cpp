#include "proxy/http/log_date.h"

#include <array>

namespace wslb::proxy::http {

namespace {

constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct BrokenDown {
  std::chrono::year_month_day date;
  std::chrono::hh_mm_ss<std::chrono::microseconds> clock;

  explicit BrokenDown(std::chrono::system_clock::time_point local)
      : BrokenDown(std::chrono::floor<std::chrono::days>(local), local) {}
  BrokenDown(std::chrono::sys_days day, std::chrono::system_clock::time_point local)
      : date(day), clock(std::chrono::floor<std::chrono::microseconds>(local - day)) {}

  [[nodiscard]] std::string_view month() const {
    return kMonths.at(static_cast<unsigned>(date.month()) - 1);
  }
  [[nodiscard]] std::string year() const {
    return decimal(static_cast<std::uint64_t>(static_cast<int>(date.year())), 4);
  }
  [[nodiscard]] std::string day(char fill = '0') const {
    return decimal(static_cast<unsigned>(date.day()), 2, fill);
  }
  [[nodiscard]] std::string time_text() const {
    return decimal(static_cast<std::uint64_t>(clock.hours().count()), 2) + ":" +
           decimal(static_cast<std::uint64_t>(clock.minutes().count()), 2) + ":" +
           decimal(static_cast<std::uint64_t>(clock.seconds().count()), 2);
  }
  // 06/Feb/2009:12:14:14
  [[nodiscard]] std::string text() const {
    return day() + "/" + std::string(month()) + "/" + year() + ":" + time_text();
  }
};

BrokenDown local(const LogTime& time) {
  return BrokenDown(time.at + time.utc_offset);
}

// "+0100" or "+01:00".
std::string offset_text(const LogTime& time, std::string_view between) {
  const auto minutes = std::chrono::duration_cast<std::chrono::minutes>(time.utc_offset).count();
  const auto size = static_cast<std::uint64_t>(minutes < 0 ? -minutes : minutes);
  return (minutes < 0 ? "-" : "+") + decimal(size / 60, 2) + std::string(between) +
         decimal(size % 60, 2);
}

}  // namespace

std::string decimal(std::uint64_t value, std::size_t width, char fill) {
  const std::string digits = std::to_string(value);
  return std::string(width > digits.size() ? width - digits.size() : 0, fill) + digits;
}

std::string hexadecimal(std::uint64_t value, std::size_t width) {
  std::string out;
  for (; value > 0; value >>= 4U) out.insert(out.begin(), "0123456789ABCDEF"[value & 15U]);
  return std::string(width > out.size() ? width - out.size() : 0, '0') + out;
}

std::string date_with_milliseconds(const LogTime& time) {
  const BrokenDown parts = local(time);
  return parts.text() + "." +
         decimal(static_cast<std::uint64_t>(parts.clock.subseconds().count() / 1000), 3);
}

std::string date_local(const LogTime& time) {
  return local(time).text() + " " + offset_text(time, "");
}

std::string date_gmt(const LogTime& time) {
  return BrokenDown(time.at).text() + " +0000";
}

std::string date_syslog(const LogTime& time) {
  const BrokenDown parts = local(time);
  return std::string(parts.month()) + " " + parts.day(' ') + " " + parts.time_text();
}

std::string date_iso(const LogTime& time) {
  const BrokenDown parts = local(time);
  return parts.year() + "-" + decimal(static_cast<unsigned>(parts.date.month()), 2) + "-" +
         parts.day() + "T" + parts.time_text() + "." +
         decimal(static_cast<std::uint64_t>(parts.clock.subseconds().count()), 6) +
         offset_text(time, ":");
}

}  // namespace wslb::proxy::http
