#include "agent/sticky_service.h"

#include <algorithm>
#include <random>

#include <boost/asio/post.hpp>
#include <pthread.h>
#include <spdlog/spdlog.h>

#include "agent/packet_socket.h"
#include "agent/sticky_tables.h"

namespace wslb::agent {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds kSaveInterval{30};

std::vector<std::string> names_of_others(const config::Cluster& cluster, const std::string& self) {
  std::vector<std::string> names;
  for (const config::Node& node : cluster.nodes) {
    if (node.name != self) names.push_back(node.name);
  }
  return names;
}

std::uint64_t draw_incarnation() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

sticky::ClusterClock clock_now() {
  const auto wall = std::chrono::system_clock::now().time_since_epoch();
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(wall).count();
  return {steady_clock::now(), static_cast<std::uint64_t>(us)};
}

}  // namespace

base::Result<std::unique_ptr<StickyService>> StickyService::open(const config::Config& config,
                                                                 const std::string& self,
                                                                 std::uint64_t config_digest,
                                                                 std::string snapshot,
                                                                 Handlers handlers) {
  auto service = std::make_unique<StickyService>(*config.cluster, self, config_digest,
                                                 std::move(snapshot), std::move(handlers));
  auto links = PeerLinks::open(service->io_, *config.cluster, self, service->hub_,
                               {.on_change = [raw = service.get()] { raw->send_all(); },
                                .on_event = service->handlers_.on_event,
                                .on_advert = service->handlers_.on_advert});
  if (!links) return links.error();
  service->links_ = std::move(*links);
  for (const sticky::Table& table : shared_tables(config)) service->hub_.replica().define(table);
  const auto joined = service->join_haproxies(config, self);
  if (!joined) return joined.error();
  return service;
}

base::Result<void> StickyService::join_haproxies(const config::Config& config,
                                                 const std::string& self) {
  for (const config::PeersSection& section : config.peers) {
    const auto settings = HaproxyPeers::settings_of(section, cluster_, self);
    if (!settings) return settings.error();
    if (!*settings) continue;
    stores_.push_back(
        std::make_unique<ReplicaStore>(hub_.replica(), tables_of(config, section.name)));
    auto opened = HaproxyPeers::open(io_, **settings, *stores_.back());
    if (!opened) return opened.error();
    haproxies_.push_back(std::move(*opened));
  }
  return {};
}

StickyService::StickyService(const config::Cluster& cluster, const std::string& self,
                             std::uint64_t config_digest, std::string snapshot, Handlers handlers)
    : cluster_(cluster),
      work_(io_.get_executor()),
      hub_({cluster.name, self, draw_incarnation(), config_digest}, names_of_others(cluster, self),
           steady_clock::now(), clock_now()),
      snapshot_(std::move(snapshot)),
      handlers_(std::move(handlers)),
      timer_(io_) {}

StickyService::~StickyService() {
  stop();
}

void StickyService::start() {
  remember();
  update_figures();
  thread_ = std::thread([this] { run(); });
}

// What an earlier agent wrote.
void StickyService::remember() {
  const auto loaded = load_snapshot(snapshot_, hub_.replica());
  saved_ = hub_.replica().sequence();
  if (!loaded) {
    return spdlog::warn("sticky tables: {}; going on without the rest", loaded.error().message);
  }
  if (loaded->length == 0) return;
  spdlog::info("sticky tables: {} entries from {}", loaded->entries, snapshot_);
  auto journal = SnapshotWriter::go_on(snapshot_, loaded->length, hub_.replica());
  if (!journal) return spdlog::error("sticky tables: {}", journal.error().message);
  journal_ = std::move(*journal);
  next_save_ = steady_clock::now() + kSaveInterval;
}

void StickyService::run() {
  ::pthread_setname_np(::pthread_self(), "sticky");
  links_->start();
  tick();
  io_.run();
}

void StickyService::stop() {
  if (!thread_.joinable()) return;
  boost::asio::post(io_, [this] {
    links_->stop();
    timer_.cancel();
    stream_.reset();
    haproxies_.clear();
    begin_save();
    while (writer_) go_on_saving();
    work_.reset();
    io_.stop();
  });
  thread_.join();
}

void StickyService::tick() {
  hub_.tick(steady_clock::now());
  send_all();
  if (steady_clock::now() >= next_save_) begin_save();
  if (writer_) go_on_saving();
  update_figures();
  timer_.expires_after(sticky::Hub::kTick);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

// Nobody is told that this agent has something before it is written, once there is a journal.
void StickyService::send_all() {
  append_changes();
  links_->send();
  for (const auto& haproxy : haproxies_) haproxy->wake();
  if (stream_ && hub_.proxy().has_output()) stream_->send();
}

void StickyService::begin_save() {
  next_save_ = steady_clock::now() + kSaveInterval;
  if (writer_ || (journal_ && saved_ == hub_.replica().sequence())) return;
  saved_ = hub_.replica().sequence();
  auto writer = SnapshotWriter::open(snapshot_, hub_.replica());
  if (!writer) return spdlog::error("sticky tables: {}", writer.error().message);
  writer_ = std::move(*writer);
}

void StickyService::go_on_saving() {
  const auto done = writer_->step();
  if (!done) spdlog::error("sticky tables: {}", done.error().message);
  if (done && writer_->is_complete()) journal_ = std::move(writer_);
  if (!done) writer_.reset();
}

void StickyService::append_changes() {
  while (journal_ && journal_->has_news()) {
    const auto done = journal_->step();
    if (done) continue;
    spdlog::error("sticky tables: {}; trying again in 30 s at most", done.error().message);
    journal_.reset();
  }
}

void StickyService::tell(const PeerAdvert& advert) {
  boost::asio::post(io_, [this, advert] { links_->tell(advert); });
}

// --- The proxy ----------------------------------------------------------------------------------

base::Result<FileDescriptor> StickyService::make_stream() {
  auto made = make_packet_sockets();
  if (!made) return base::Error{"no sticky stream: " + made.error().message};
  auto ours = std::make_shared<FileDescriptor>(std::move(made->ours));
  boost::asio::post(io_, [this, ours] { replace_stream(std::move(*ours)); });
  return std::move(made->theirs);
}

void StickyService::replace_stream(FileDescriptor socket) {
  if (stream_) hub_.proxy().disconnect(steady_clock::now());
  stream_ = std::make_unique<ProxyStream>(
      io_, hub_.proxy(),
      ProxyStream::Handlers{.on_change = [this] { send_all(); },
                            .on_end =
                                [this](const std::string& reason) {
                                  spdlog::info("sticky tables: {}", reason);
                                  boost::asio::post(io_, [this, ended = stream_.get()] {
                                    if (stream_.get() == ended) stream_.reset();
                                  });
                                  links_->send();
                                }});
  const auto started = stream_->start(std::move(socket));
  if (started) return;
  spdlog::error("sticky tables: {}", started.error().message);
  stream_.reset();
}

}  // namespace wslb::agent
