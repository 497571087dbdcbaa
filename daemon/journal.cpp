#include "daemon/journal.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

namespace wslb::daemon {
namespace {

constexpr char kJournalSocket[] = "/run/systemd/journal/socket";

void add(std::string& packet, std::string_view name, std::string_view value) {
  packet.append(name).append("=");
  // A newline would begin another field.
  for (const char each : value) packet += each == '\n' ? ' ' : each;
  packet += '\n';
}

}  // namespace

bool journal_reads_stderr() {
  const char* const named = std::getenv("JOURNAL_STREAM");
  struct stat found {};
  if (named == nullptr || ::fstat(STDERR_FILENO, &found) != 0) return false;
  return named == std::to_string(found.st_dev) + ":" + std::to_string(found.st_ino);
}

Journal::Journal(std::string identifier)
    : identifier_(std::move(identifier)),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}

Journal::~Journal() {
  if (socket_ >= 0) ::close(socket_);
}

bool Journal::send(Priority priority, std::string_view text, std::span<const JournalField> fields) {
  std::string packet;
  add(packet, "PRIORITY", std::string(1, static_cast<char>(priority)));
  add(packet, "SYSLOG_IDENTIFIER", identifier_);
  for (const JournalField& field : fields) add(packet, field.name, field.value);
  add(packet, "MESSAGE", text);
  // Its address each time: a journal that was restarted is another socket.
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  static_assert(sizeof kJournalSocket <= sizeof address.sun_path);
  std::memcpy(address.sun_path, kJournalSocket, sizeof kJournalSocket);
  return ::sendto(socket_, packet.data(), packet.size(), MSG_NOSIGNAL,
                  reinterpret_cast<const sockaddr*>(&address), sizeof address) >= 0 ||
         errno == EAGAIN;
}

}  // namespace wslb::daemon
