// What samples ask about the running proxy: servers, queues, connections, chance and the time. Made
// for one evaluation on a worker's thread.
#pragma once

#include <optional>

#include "proxy/http/transaction.h"
#include "proxy/service.h"

namespace wslb::proxy {

class ServiceState : public http::LiveState {
 public:
  // `pool`: of the backend that was chosen, null before. `server`: of it, if one was.
  ServiceState(const Service& service, const Frontend& frontend, const ServerPool* pool,
               std::optional<std::size_t> server = std::nullopt)
      : service_(service), frontend_(frontend), pool_(pool), server_(server) {}

  [[nodiscard]] std::optional<http::Value> value(const config::Sample& sample) const override;
  [[nodiscard]] const config::Userlist* userlist(std::string_view name) const override;

 private:
  [[nodiscard]] const ServerPool* pool_of(const config::Sample& sample) const;
  [[nodiscard]] std::optional<http::Value> of_frontend(const config::Sample& sample) const;

  const Service& service_;
  const Frontend& frontend_;
  const ServerPool* pool_;
  std::optional<std::size_t> server_;
};

}  // namespace wslb::proxy
