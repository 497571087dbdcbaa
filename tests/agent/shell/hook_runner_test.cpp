#include "agent/hook_runner.h"

#include <csignal>
#include <fstream>
#include <iterator>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/process_table.h"
#include "tests/agent/shell/event_loop.h"
#include "tests/agent/shell/temporary_dir.h"

namespace wslb::agent {
namespace {

using core::SectionState;
using testing::HasSubstr;

class HookRunnerTest : public testing::Test {
 protected:
  void use(std::vector<std::string> command) {
    config_.vrrps.resize(1);
    config_.vrrps[0].name = "public";
    config_.vrrps[0].notify = std::move(command);
    hooks_.emplace(io_, config_, [this](const std::string& section, const std::string& text) {
      failures_.push_back(section + ": " + text);
    });
  }

  void change(SectionState from, SectionState to) {
    hooks_->notify({.kind = core::EventKind::VrrpState,
                    .subject = "public",
                    .text = "why not",
                    .change = core::Emit::Change{0, from, to, 200}});
  }

  bool finish() {
    bool finished = false;
    hooks_->finish([&] { finished = true; });
    return run_until(io_, [&] { return finished; });
  }

  [[nodiscard]] std::string text(const std::string& file) const {
    std::ifstream in(dir_.file(file));
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  }

  TemporaryDir dir_;
  boost::asio::io_context io_;
  config::Config config_;
  std::vector<std::string> failures_;
  std::optional<HookRunner> hooks_;
};

TEST_F(HookRunnerTest, TellsTheChangeInTheEnvironment) {
  use({"/bin/sh", "-c",
       "echo $0 $WSLB_VRRP $WSLB_STATE $WSLB_OLD_STATE $WSLB_PRIORITY $WSLB_REASON >" +
           dir_.file("out"),
       "two words"});
  change(SectionState::Backup, SectionState::Active);
  EXPECT_TRUE(finish());
  EXPECT_EQ(text("out"), "two words public active backup 200 why not\n");
  EXPECT_TRUE(failures_.empty());
}

TEST_F(HookRunnerTest, RunsOneAtATimeInOrderAndDropsWhatIsOldWhileOneRuns) {
  use({"/bin/sh", "-c",
       "echo begin $WSLB_STATE >>" + dir_.file("out") + "; sleep 0.2; echo end >>" +
           dir_.file("out")});
  change(SectionState::Init, SectionState::Backup);
  EXPECT_TRUE(run_until(io_, [&] { return text("out") == "begin backup\n"; }));
  change(SectionState::Backup, SectionState::Active);
  change(SectionState::Active, SectionState::Fault);
  EXPECT_TRUE(finish());
  EXPECT_EQ(text("out"), "begin backup\nend\nbegin fault\nend\n");
}

TEST_F(HookRunnerTest, TwoChangesAtOnceBothBegin) {
  use({"/bin/sh", "-c", "echo $WSLB_STATE >>" + dir_.file("out")});
  change(SectionState::Init, SectionState::Backup);
  change(SectionState::Backup, SectionState::Active);
  EXPECT_TRUE(finish());
  EXPECT_EQ(text("out"), "backup\nactive\n");
}

TEST_F(HookRunnerTest, AFailureIsToldWithItsCause) {
  use({"/bin/sh", "-c", "exit 3"});
  change(SectionState::Init, SectionState::Backup);
  EXPECT_TRUE(finish());
  EXPECT_THAT(failures_, testing::ElementsAre("public: notify: /bin/sh ended with exit status 3"));
  use({dir_.file("missing")});
  change(SectionState::Init, SectionState::Backup);
  EXPECT_TRUE(finish());
  EXPECT_THAT(failures_.back(), HasSubstr("missing: No such file"));
}

TEST_F(HookRunnerTest, InheritsNothingOfOurs) {
  use({"/bin/sh", "-c",
       "ls /proc/self/fd | wc -w >" + dir_.file("fds") + "; env | grep -vc '^WSLB_\\|^PATH=' >" +
           dir_.file("others")});
  change(SectionState::Init, SectionState::Backup);
  EXPECT_TRUE(finish());
  // 0, 1, 2 and ls's own of the directory; the shell itself sets PWD, SHLVL and _.
  EXPECT_EQ(text("fds"), "4\n");
  EXPECT_LE(std::stoi(text("others")), 3);
}

TEST_F(HookRunnerTest, NothingIsStartedBeforeTheLoopGoesOn) {
  use({"/bin/sh", "-c", "echo $WSLB_STATE >>" + dir_.file("out")});
  change(SectionState::Init, SectionState::Backup);
  change(SectionState::Backup, SectionState::Active);
  change(SectionState::Active, SectionState::Fault);
  EXPECT_TRUE(children(::getpid()).empty());
  EXPECT_TRUE(finish());
  EXPECT_EQ(text("out"), "backup\nfault\n");
}

TEST_F(HookRunnerTest, SignalsAndCapabilitiesAreNotInherited) {
  std::signal(SIGPIPE, SIG_IGN);
  use({"/bin/sh", "-c", "grep '^Sig[BI]\\|^CapAmb' /proc/self/status >" + dir_.file("out")});
  change(SectionState::Init, SectionState::Backup);
  EXPECT_TRUE(finish());
  std::signal(SIGPIPE, SIG_DFL);
  const std::string zero = ":\t0000000000000000\n";
  EXPECT_EQ(text("out"), "SigBlk" + zero + "SigIgn" + zero + "CapAmb" + zero);
}

TEST_F(HookRunnerTest, TellsTheSignalThatEndedIt) {
  use({"/bin/sh", "-c", "kill -TERM $$"});
  change(SectionState::Init, SectionState::Backup);
  EXPECT_TRUE(finish());
  EXPECT_THAT(failures_, testing::ElementsAre("public: notify: /bin/sh was killed by Terminated"));
}

}  // namespace
}  // namespace wslb::agent
