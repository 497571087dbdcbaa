// Bytes received from a peer and not yet dealt with: a fixed-size buffer that is filled at the end
// and consumed from the front.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace wslb::proxy {

class InputBuffer {
 public:
  // As large as the largest message head (http::Limits).
  static constexpr std::size_t kBytes = 16 * 1024;

  [[nodiscard]] std::string_view view() const { return {bytes_.get() + begin_, end_ - begin_}; }
  [[nodiscard]] bool empty() const { return begin_ == end_; }

  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  // Where the next bytes go; may move what is there, so views are invalid afterwards. Empty only
  // when the buffer is full.
  std::span<char> room() {
    if (!bytes_) bytes_ = std::make_unique_for_overwrite<char[]>(kBytes);
    if (begin_ > 0) {
      std::memmove(bytes_.get(), bytes_.get() + begin_, end_ - begin_);
      end_ -= begin_;
      begin_ = 0;
    }
    return {bytes_.get() + end_, kBytes - end_};
  }
  void commit(std::size_t count) { end_ += count; }

  // Everything, leaving nothing.
  std::string take() {
    std::string all(view());
    consume(all.size());
    return all;
  }

 private:
  std::unique_ptr<char[]> bytes_;  // allocated by the first use
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace wslb::proxy
