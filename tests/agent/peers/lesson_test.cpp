// Teaching and learning all there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "wire.h"

namespace wslb::agent::peers {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

struct Class {
  Class() { talk(pupil, teacher, at(0ms)); }
  End pupil = dialler();
  End teacher = listener();
};

TEST(Lesson, HasEveryEntryAlsoThoseLearnedFromThePupil) {
  Class room_of;
  for (int i = 0; i < 1000; ++i) {
    room_of.teacher.store.put(room("k" + std::to_string(i), "s"), i % 2 == 0 ? "wslb" : "");
  }
  room_of.pupil.session.ask_for_lesson();
  talk(room_of.pupil, room_of.teacher, at(10ms));
  EXPECT_EQ(room_of.pupil.session.lesson(), Lesson::Complete);
  EXPECT_EQ(room_of.pupil.store.told().size(), 1000U);
  EXPECT_EQ(room_of.pupil.store.told().front().expires_in, 20min);
}

TEST(Lesson, IsAskedForAtOnceAndOnce) {
  End pupil = dialler();
  End teacher = listener();
  pupil.session.ask_for_lesson();
  EXPECT_EQ(text_of(pupil.write(at(0ms))), "HAProxyS 2.1\nhap\nwslb 7 1\n");
  pupil.read(bytes_of("200\n"), at(0ms));
  EXPECT_EQ(pupil.write(at(0ms)), from_hex("00 00"));
  EXPECT_THAT(pupil.write(at(0ms)), IsEmpty());
}

TEST(Lesson, OfATeacherThatKnowsNotAllIsPartial) {
  Class room_of;
  room_of.teacher.store.set_complete(false);
  room_of.teacher.store.put(room("a", "s1"));
  room_of.pupil.session.ask_for_lesson();
  talk(room_of.pupil, room_of.teacher, at(10ms));
  EXPECT_EQ(room_of.pupil.session.lesson(), Lesson::Partial);
  EXPECT_THAT(room_of.pupil.store.entries(), ElementsAre("a=s1"));
}

TEST(Lesson, EndsInAConfirmationAndThenNewsGoOn) {
  End teacher = listener();
  teacher.read(bytes_of("HAProxyS 2.1\nhap\nwslb 7 1\n"), at(0ms));
  teacher.store.put(room("a", "s1"));
  std::ignore = teacher.write(at(0ms));
  teacher.read(from_hex("00 00"), at(0ms));
  const base::Bytes lesson = teacher.write(at(0ms));
  EXPECT_EQ(base::Bytes(lesson.end() - 2, lesson.end()), from_hex("00 01"));
  teacher.store.put(room("b", "s2"));
  EXPECT_THAT(teacher.write(at(1ms)), IsEmpty());
  teacher.read(from_hex("00 03"), at(2ms));
  EXPECT_FALSE(teacher.write(at(2ms)).empty());
}

TEST(Lesson, IsConfirmedByThePupilWhateverItWas) {
  for (const auto* end : {"00 01", "00 02"}) {
    End pupil = dialler();
    std::ignore = pupil.write(at(0ms));
    pupil.read(bytes_of("200\n"), at(0ms));
    pupil.read(from_hex(end), at(0ms));
    EXPECT_EQ(pupil.write(at(0ms)), from_hex("00 03"));
    EXPECT_EQ(pupil.session.lesson(), Lesson::NotAsked);
  }
}

TEST(Lesson, HasAnEndThoughEntriesGoOnChanging) {
  Class room_of;
  for (int i = 0; i < 100; ++i) room_of.teacher.store.put(room("k" + std::to_string(i), "s"));
  room_of.pupil.session.ask_for_lesson();
  room_of.teacher.read(room_of.pupil.write(at(1ms)), at(1ms));
  for (int i = 0; i < 500; ++i) {
    base::Bytes out;
    room_of.teacher.session.write(room_of.teacher.store, at(1ms), 1, out);
    room_of.pupil.read(out, at(1ms));
    room_of.teacher.store.put(room("k" + std::to_string(i % 100), "t"));
  }
  talk(room_of.pupil, room_of.teacher, at(2ms));
  EXPECT_EQ(room_of.pupil.session.lesson(), Lesson::Complete);
  EXPECT_EQ(room_of.pupil.store.entries(), room_of.teacher.store.entries());
}

TEST(Lesson, ComesBeforeOurNews) {
  Class room_of;
  room_of.pupil.store.put(room("a", "old"));
  room_of.teacher.store.put(room("a", "new"));
  room_of.pupil.session.ask_for_lesson();
  talk(room_of.pupil, room_of.teacher, at(10ms));
  EXPECT_THAT(room_of.teacher.store.entries(), ElementsAre("a=new"));
  EXPECT_THAT(room_of.pupil.store.entries(), ElementsAre("a=new"));
}

TEST(Lesson, MayBeAskedForAgain) {
  Class room_of;
  room_of.teacher.store.put(room("a", "s1"));
  for (int i = 0; i < 3; ++i) {
    room_of.pupil.session.ask_for_lesson();
    talk(room_of.pupil, room_of.teacher, at(i * 10ms));
    EXPECT_EQ(room_of.pupil.session.lesson(), Lesson::Complete);
  }
}

}  // namespace
}  // namespace wslb::agent::peers
