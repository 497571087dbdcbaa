// Builds a visitor for std::visit out of lambdas, one for each alternative.
#pragma once

namespace wslb::base {

template <typename... Ts>
struct Overloaded : Ts... {
  using Ts::operator()...;
};
template <typename... Ts>
Overloaded(Ts...) -> Overloaded<Ts...>;

}  // namespace wslb::base
