// systemd's journal, where it reads what the program says. Sending never waits: a journal that does
// not read loses lines.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace wslb::daemon {

// As in sd-daemon(3) and syslog(3).
enum class Priority : char { Critical = '2', Error = '3', Warning = '4', Info = '6', Debug = '7' };

// Whether stderr leads there: systemd names the file behind it, and a child may have another one.
[[nodiscard]] bool journal_reads_stderr();

struct JournalField {
  std::string_view name;   // capitals, digits and underscores
  std::string_view value;  // one line
};

// The journal's own protocol, which knows more than a line: its priority and named fields.
class Journal {
 public:
  // `identifier` stands before the lines, as in syslog.
  explicit Journal(std::string identifier);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  // False: it does not listen, so the line should go elsewhere. `text` is one line.
  bool send(Priority priority, std::string_view text, std::span<const JournalField> fields = {});

 private:
  std::string identifier_;
  int socket_ = -1;
};

}  // namespace wslb::daemon
