#include "tests/sim/workers.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <new>
#include <sstream>
#include <thread>
#include <vector>

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wslb::sim {

namespace {

constexpr std::uint64_t none = ~std::uint64_t{0};
constexpr std::uint64_t twice_each = 64;  // every so many seeds are played twice
constexpr std::uint64_t jobs_max = 64;

struct Task {
  std::uint64_t seed = 0;
  bool start = false;  // an equal start
};

// In memory that all processes share.
struct Board {
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> failed{none};  // the first task that failed
  struct Desk {
    std::uint64_t task = none;  // being played
    Statistics statistics;
  };
  Desk desks[jobs_max];
};

std::vector<std::uint64_t> read_kept(const std::string& path) {
  std::vector<std::uint64_t> seeds;
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    std::uint64_t seed = 0;
    if (std::istringstream(line) >> seed) seeds.push_back(seed);
  }
  return seeds;
}

std::vector<Task> list_tasks(const Order& order) {
  std::vector<Task> tasks;
  if (order.seeds > 0) {
    for (const std::uint64_t seed : read_kept(order.kept)) tasks.push_back({seed, false});
  }
  for (std::uint64_t i = 0; i < order.starts; ++i) tasks.push_back({order.from + i, true});
  for (std::uint64_t i = 0; i < order.seeds; ++i) tasks.push_back({order.from + i, false});
  return tasks;
}

std::optional<std::string> play_task(const Task& task, int rounds, Statistics& statistics) {
  const auto once = [&](Statistics& where) {
    return task.start ? play_start(task.seed, false, where) : play(task.seed, rounds, false, where);
  };
  Outcome outcome = once(statistics);
  if (outcome.violation || task.seed % twice_each != 0) return outcome.violation;
  Statistics unused;
  if (once(unused).digest != outcome.digest) return "two runs of the same seed differ";
  return std::nullopt;
}

void lower(std::atomic<std::uint64_t>& least, std::uint64_t value) {
  std::uint64_t seen = least;
  while (value < seen && !least.compare_exchange_weak(seen, value)) {
  }
}

void work(Board& board, Board::Desk& desk, const std::vector<Task>& tasks, int rounds) {
  for (;;) {
    const std::uint64_t number = board.next++;
    if (number >= tasks.size() || number > board.failed) return;
    desk.task = number;
    if (play_task(tasks[number], rounds, desk.statistics)) lower(board.failed, number);
    desk.task = none;
  }
}

void report(const Task& task, const Order& order, bool died) {
  const auto seed = static_cast<unsigned long long>(task.seed);
  if (died) {
    std::printf("seed %llu: the process died\n", seed);
  } else {
    Statistics unused;
    const Outcome told = task.start ? play_start(task.seed, true, unused)
                                    : play(task.seed, order.rounds, true, unused);
    for (const std::string& line : told.trace) std::printf("%s\n", line.c_str());
    const std::string why = told.violation.value_or("two runs of the same seed differ");
    std::printf("seed %llu: %s\n", seed, why.c_str());
  }
  std::printf("again: ./dev sim --from %llu --seeds %d --starts %d --rounds %d --trace\n", seed,
              task.start ? 0 : 1, task.start ? 1 : 0, order.rounds);
  if (task.start) return;
  const std::vector<std::uint64_t> kept = read_kept(order.kept);
  if (std::find(kept.begin(), kept.end(), task.seed) != kept.end()) return;
  std::ofstream(order.kept, std::ios::app) << seed << "\n";
}

// The exit of one worker; true: it went well.
bool reap(const std::vector<pid_t>& workers, Board& board) {
  bool well = true;
  for (std::size_t i = 0; i < workers.size(); ++i) {
    int status = 0;
    waitpid(workers[i], &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0) continue;
    well = false;
    if (board.desks[i].task != none) lower(board.failed, board.desks[i].task);
  }
  return well;
}

std::uint64_t cores() {
  return std::clamp<std::uint64_t>(std::thread::hardware_concurrency(), 1, jobs_max);
}

}  // namespace

bool run(const Order& order) {
  const std::vector<Task> tasks = list_tasks(order);
  void* shared =
      mmap(nullptr, sizeof(Board), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) {
    std::perror("sim: shared memory");
    return false;
  }
  Board& board = *new (shared) Board;
  const std::uint64_t jobs = order.jobs == 0 ? cores() : std::min(order.jobs, jobs_max);
  const auto begun = std::chrono::steady_clock::now();
  std::vector<pid_t> workers;
  for (std::uint64_t i = 0; i < jobs; ++i) {
    const pid_t pid = fork();
    if (pid == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      work(board, board.desks[i], tasks, order.rounds);
      std::_Exit(0);
    }
    if (pid > 0) workers.push_back(pid);
  }
  const bool well = reap(workers, board) && !workers.empty();
  if (board.failed != none) {
    bool died = false;
    for (const Board::Desk& desk : board.desks) died = died || desk.task == board.failed;
    report(tasks[board.failed], order, died);
    return false;
  }
  if (!well) return false;
  Statistics all;
  for (const Board::Desk& desk : board.desks) all.add(desk.statistics);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  all.print();
  std::printf("no violation: %zu stories in %.1f s, %.0f/s with %llu processes\n", tasks.size(),
              took.count(), static_cast<double>(tasks.size()) / took.count(),
              static_cast<unsigned long long>(jobs));
  return true;
}

}  // namespace wslb::sim
