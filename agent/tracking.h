// `track file` and `track check` of all sections: one watch for each file, one probe for each URL,
// whoever names them. What they find goes to `tell`. Used by the wiring in main.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "agent/core/input.h"
#include "agent/tracked_file.h"
#include "agent/url_probe.h"
#include "config/config.h"

namespace wslb::agent {

class Tracking {
 public:
  using Tell = std::function<void(core::TrackChanged)>;

  static base::Result<std::unique_ptr<Tracking>> open(boost::asio::io_context& io,
                                                      const config::Config& config,
                                                      const Tell& tell);

  // Tells of each file at once; the checks' first results come when they are there.
  void start();

 private:
  std::vector<std::unique_ptr<TrackedFile>> files_;
  std::vector<std::unique_ptr<UrlProbe>> probes_;
};

}  // namespace wslb::agent
