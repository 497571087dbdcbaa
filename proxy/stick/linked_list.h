// A doubly linked list whose links live in its elements: an element enters, leaves and moves in no
// time and without memory. It owns nothing.
#pragma once

#include <cassert>

namespace wslb::proxy::stick {

template <typename T>
struct Links {
  T* before = nullptr;
  T* after = nullptr;
};

template <typename T, Links<T> T::*kLinks>
class LinkedList {
 public:
  [[nodiscard]] T* front() const { return front_; }
  [[nodiscard]] T* back() const { return back_; }
  [[nodiscard]] static T* after(const T& element) { return (element.*kLinks).after; }
  [[nodiscard]] static T* before(const T& element) { return (element.*kLinks).before; }

  void push_back(T& element) { insert_behind(back_, element); }

  // Null: in front of all.
  void insert_behind(T* place, T& element) {
    T* const next = place == nullptr ? front_ : (place->*kLinks).after;
    element.*kLinks = {place, next};
    (place == nullptr ? front_ : (place->*kLinks).after) = &element;
    (next == nullptr ? back_ : (next->*kLinks).before) = &element;
  }

  void erase(T& element) {
    const Links<T> links = element.*kLinks;
    assert(links.before != nullptr || front_ == &element);
    (links.before == nullptr ? front_ : (links.before->*kLinks).after) = links.after;
    (links.after == nullptr ? back_ : (links.after->*kLinks).before) = links.before;
    element.*kLinks = {};
  }

 private:
  T* front_ = nullptr;
  T* back_ = nullptr;
};

}  // namespace wslb::proxy::stick
