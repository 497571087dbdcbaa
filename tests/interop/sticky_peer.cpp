// A peer of HAProxy: sticky_peer US ADDRESS:PORT PEER ADDRESS:PORT. Lines of standard input:
//
//   table NAME KEY_TYPE KEY_LENGTH EXPIRE_MS [TYPE[:ELEMENTS[:PERIOD_MS]]]...
//   put TABLE KEY_IN_HEX SERVER EXPIRES_MS [TYPE.INDEX=VALUE[,AGE_MS,PREVIOUS]]...
//   fill TABLE COUNT SERVER
//   figures
//
// Types are the protocol's numbers; `fill` makes the keys k0, k1 and so on. Every entry that a peer
// tells, and the figures, are JSON lines of standard output.
#include <cstdio>
#include <iostream>
#include <sstream>

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "agent/haproxy_peers.h"
#include "tests/agent/peers/store.h"

namespace {

using namespace wslb;
using agent::HaproxyPeers;

class MemoryStore : public agent::HaproxyStore {
 public:
  [[nodiscard]] const agent::peers::Table* table(const std::string& name) const override {
    return store_.table(name);
  }
  std::optional<agent::peers::Change> next_change(std::uint64_t after, const std::string& peer,
                                                  agent::peers::Scope scope) override {
    return store_.next_change(after, peer, scope);
  }
  [[nodiscard]] std::uint64_t newest() const override { return store_.newest(); }
  [[nodiscard]] bool complete() const override { return store_.complete(); }

  void apply(const agent::peers::Update& update, const std::string& from_peer) override {
    store_.put(update, from_peer);
    tell(update);
  }

  [[nodiscard]] agent::peers::Store& store() { return store_; }

 private:
  static void tell(const agent::peers::Update& update) {
    std::ostringstream line;
    line << R"({"table":")" << update.table << R"(","key":")" << std::hex;
    for (const std::uint8_t byte : update.key) line << (byte < 16 ? "0" : "") << int{byte};
    line << std::dec << R"(","server":")" << update.server << R"(","data":{)";
    const char* comma = "";
    for (const agent::peers::Datum& datum : update.data) {
      line << std::exchange(comma, ",") << '"' << int{datum.type} << '.' << int{datum.index}
           << "\":[" << datum.value << ',' << datum.age_ms << ',' << datum.previous << ']';
    }
    line << R"(},"expires_ms":)";
    if (update.expires_in) {
      line << std::chrono::duration_cast<std::chrono::milliseconds>(*update.expires_in).count();
    } else {
      line << "null";
    }
    std::printf("%s}\n", line.str().c_str());
    std::fflush(stdout);
  }

  agent::peers::Store store_{std::vector<agent::peers::Table>()};
};

agent::peers::DataType read_data_type(const std::string& text) {
  std::istringstream words(text);
  int type = 0;
  char colon = 0;
  agent::peers::DataType data;
  std::int64_t period = 0;
  words >> type >> colon >> data.elements >> colon >> period;
  data.type = static_cast<std::uint8_t>(type);
  data.period = std::chrono::milliseconds(period);
  return data;
}

agent::peers::Datum read_datum(const std::string& text) {
  std::istringstream words(text);
  int type = 0;
  int index = 0;
  char separator = 0;
  agent::peers::Datum datum;
  words >> type >> separator >> index >> separator >> datum.value >> separator >> datum.age_ms >>
      separator >> datum.previous;
  datum.type = static_cast<std::uint8_t>(type);
  datum.index = static_cast<std::uint8_t>(index);
  return datum;
}

class Commands {
 public:
  Commands(MemoryStore& memory, HaproxyPeers& peers) : memory_(memory), peers_(peers) {}

  void obey(const std::string& line) {
    std::istringstream words(line);
    std::string command;
    words >> command;
    if (command == "table") add_table(words);
    if (command == "put") put(words);
    if (command == "fill") fill(words);
    if (command == "figures") tell_figures();
    peers_.wake();
  }

 private:
  void add_table(std::istringstream& words) {
    agent::peers::Table table;
    int type = 0;
    std::int64_t expire = 0;
    words >> table.name >> type >> table.key_length >> expire;
    table.key_type = static_cast<agent::peers::KeyType>(type);
    table.expire = std::chrono::milliseconds(expire);
    for (std::string data; words >> data;) table.data.push_back(read_data_type(data));
    memory_.store().add_table(table);
    peers_.learn_anew();
  }

  void put(std::istringstream& words) {
    agent::peers::Update update;
    std::string key;
    std::int64_t expires = 0;
    words >> update.table >> key >> update.server >> expires;
    for (std::size_t at = 0; at + 1 < key.size(); at += 2) {
      update.key.push_back(static_cast<std::uint8_t>(std::stoi(key.substr(at, 2), nullptr, 16)));
    }
    update.expires_in = std::chrono::milliseconds(expires);
    for (std::string datum; words >> datum;) update.data.push_back(read_datum(datum));
    memory_.store().put(update);
  }

  void fill(std::istringstream& words) {
    std::string table;
    std::string server;
    int count = 0;
    words >> table >> count >> server;
    for (int i = 0; i < count; ++i) {
      const std::string key = "k" + std::to_string(i);
      memory_.store().put(
          {.table = table, .key = base::Bytes(key.begin(), key.end()), .server = server});
    }
  }

  void tell_figures() {
    for (const HaproxyPeers::Figures& peer : peers_.figures()) {
      std::printf(R"({"peer":"%s","connected":%s,"received":%llu,"behind":%llu})"
                  "\n",
                  peer.peer.c_str(), peer.connected ? "true" : "false",
                  static_cast<unsigned long long>(peer.received),
                  static_cast<unsigned long long>(peer.behind));
    }
    std::fflush(stdout);
  }

  MemoryStore& memory_;
  HaproxyPeers& peers_;
};

class Input {
 public:
  Input(boost::asio::io_context& io, Commands& commands)
      : io_(io), commands_(commands), input_(io, ::dup(STDIN_FILENO)) {
    read();
  }

 private:
  void read() {
    boost::asio::async_read_until(input_, buffer_, '\n',
                                  [this](const boost::system::error_code& error, std::size_t) {
                                    if (error) return io_.stop();
                                    std::istream stream(&buffer_);
                                    std::string line;
                                    std::getline(stream, line);
                                    commands_.obey(line);
                                    read();
                                  });
  }

  boost::asio::io_context& io_;
  Commands& commands_;
  boost::asio::posix::stream_descriptor input_;
  boost::asio::streambuf buffer_;
};

base::Endpoint read_endpoint(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  return {base::IpAddress::parse(text.substr(0, colon)).value(),
          static_cast<std::uint16_t>(std::stoi(text.substr(colon + 1)))};
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return 2;
  spdlog::set_default_logger(spdlog::stderr_logger_mt("sticky_peer"));
  boost::asio::io_context io;
  MemoryStore memory;
  auto peers = HaproxyPeers::open(io,
                                  {.section = "lab",
                                   .us = argv[1],
                                   .listen = read_endpoint(argv[2]),
                                   .peers = {{argv[3], read_endpoint(argv[4])}}},
                                  memory);
  if (!peers) {
    std::fprintf(stderr, "%s\n", peers.error().message.c_str());
    return 1;
  }
  Commands commands(memory, **peers);
  Input input(io, commands);
  io.run();
  return 0;
}
