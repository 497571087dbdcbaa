#include "proxy/http/body.h"

#include <algorithm>
#include <cassert>
#include <charconv>

namespace wslb::proxy::http {

BodyDecoder::BodyDecoder(const Framing& framing) {
  switch (framing.kind) {
    case Framing::Kind::None:
      break;
    case Framing::Kind::Length:
      remaining_ = *framing.length;
      state_ = remaining_ > 0 ? State::Data : State::Finished;
      break;
    case Framing::Kind::Chunked:
      state_ = State::ChunkLine;
      break;
    case Framing::Kind::UntilClose:
      state_ = State::UntilClose;
      break;
    case Framing::Kind::Bad:
      state_ = State::Bad;
      break;
  }
}

BodyDecoder::Step BodyDecoder::decode(std::string_view input) {
  switch (state_) {
    case State::Data:
    case State::ChunkData: {
      const std::string_view data = input.substr(
          0, static_cast<std::size_t>(std::min<std::uint64_t>(remaining_, input.size())));
      remaining_ -= data.size();
      if (remaining_ == 0 && state_ == State::Data) state_ = State::Finished;
      if (remaining_ == 0 && state_ == State::ChunkData) {
        line_.data_done();
        state_ = State::ChunkLine;
      }
      return {finished() ? Status::Finished : Status::More, data.size(), data};
    }
    case State::ChunkLine:
      return decode_chunk_line(input);
    case State::UntilClose:
      return {Status::More, input.size(), input};
    case State::Finished:
      return {Status::Finished, 0, {}};
    case State::Bad:
      break;
  }
  return {Status::Bad, 0, {}};
}

BodyDecoder::Step BodyDecoder::decode_chunk_line(std::string_view input) {
  for (std::size_t i = 0; i < input.size(); ++i) {
    switch (line_.feed(input[i])) {
      case ChunkLine::Event::More:
        break;
      case ChunkLine::Event::Data: {
        remaining_ = line_.size();
        state_ = State::ChunkData;
        // The line and its data in one step: most chunks arrive whole.
        Step step = decode(input.substr(i + 1));
        step.consumed += i + 1;
        return step;
      }
      case ChunkLine::Event::End:
        state_ = State::Finished;
        return {Status::Finished, i + 1, {}};
      case ChunkLine::Event::Bad:
        state_ = State::Bad;
        return {Status::Bad, i, {}};
    }
  }
  return {Status::More, input.size(), {}};
}

bool BodyDecoder::end_of_input() {
  if (state_ == State::UntilClose) state_ = State::Finished;
  return finished();
}

ChunkHeader::ChunkHeader(std::uint64_t size) {
  assert(size > 0);
  char* const end = std::to_chars(text_.data(), text_.data() + 16, size, 16).ptr;
  end[0] = '\r';
  end[1] = '\n';
  size_ = static_cast<std::size_t>(end + 2 - text_.data());
}

void append_chunk(std::string& out, std::string_view data) {
  if (data.empty()) return;
  out.append(ChunkHeader(data.size()).text()).append(data).append(kChunkEnd);
}

}  // namespace wslb::proxy::http
