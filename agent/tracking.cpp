#include "agent/tracking.h"

#include <set>
#include <string>

namespace wslb::agent {

base::Result<std::unique_ptr<Tracking>> Tracking::open(boost::asio::io_context& io,
                                                       const config::Config& config,
                                                       const Tell& tell) {
  auto tracking = std::make_unique<Tracking>();
  std::set<std::string> known;
  for (const config::VrrpSection& section : config.vrrps) {
    for (const std::string& path : section.track_files) {
      const std::string what = "file " + path;
      if (!known.insert(what).second) continue;
      auto file = TrackedFile::open(io, path, [what, tell](const FileVerdict& verdict) {
        tell({what, verdict.up, verdict.reason});
      });
      if (!file) return file.error();
      tracking->files_.push_back(std::move(*file));
    }
    for (const config::UrlCheck& check : section.track_checks) {
      const std::string what = "check " + check.url;
      if (!known.insert(what).second) continue;
      const auto tell_verdict = [what, tell](bool up, const std::string& reason) {
        tell({what, up, reason});
      };
      tracking->probes_.push_back(
          std::make_unique<UrlProbe>(io, check, UrlProbe::Handlers{.on_change = tell_verdict}));
    }
  }
  return tracking;
}

void Tracking::start() {
  for (const auto& file : files_) file->look();
  for (const auto& probe : probes_) probe->start();
}

}  // namespace wslb::agent
