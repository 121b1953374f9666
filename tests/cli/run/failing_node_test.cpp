/// What becomes of a run whose supervisor, or guardian, fails.
#include "cli/run/node_run.hpp"

#include "actors/collectors/source.hpp"
#include "config/yaml_tree.hpp"
#include "tests/support/directory.hpp"
#include "topology/make_plan.hpp"
#include "topology/node.hpp"
#include "topology/process_needs.hpp"

#include <boost/test/unit_test.hpp>

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <future>
#include <stdexcept>

namespace {

std::atomic<bool> is_out_of_threads = false;

} // namespace

/// In the place of the C library's: when the system is out of threads, only the main one gets some.
extern "C" auto pthread_create(pthread_t* made, const pthread_attr_t* how, void* (*run)(void*), void* with) noexcept
    -> int {
  if (is_out_of_threads && ::gettid() != ::getpid()) return EAGAIN;
  static const auto real = reinterpret_cast<decltype(&pthread_create)>(::dlsym(RTLD_NEXT, "pthread_create"));
  return real(made, how, run, with);
}

using namespace weir;
using namespace weir::test;
using namespace std::chrono_literals;

namespace {

/// When it is read, the system is out of threads, and it wants to be made anew.
class demanding final : public source {
public:
  struct settings {};
  demanding(const settings&, const plugin_context&) {}
  auto open(const resume_info&) -> result<void> override { return {}; }
  auto read(intake&, std::size_t budget) -> result<read_status> override {
    if (budget == 0) return read_status::idle;
    is_out_of_threads = true;
    throw std::runtime_error{"the source stumbles"};
  }
};
template <class Visitor> void describe(Visitor&, demanding::settings&) {}
const register_source<demanding> source_registered{"demanding", "Wants a thread that nobody has."};

auto plan_of(std::string_view yaml) -> topology_plan {
  auto problems = config::diagnostics{};
  const auto root = config::parse_yaml(yaml, "t.yaml", problems);
  auto plan = make_plan(*root, problems);
  for (const auto& p : problems) BOOST_TEST_MESSAGE(config::to_text(p));
  BOOST_REQUIRE(plan.has_value());
  return std::move(*plan);
}

/// Runs it in a process of its own, which says what it says into a file.
auto status_of_run(const topology_plan& plan, const std::string& log) -> int {
  const auto child = ::fork();
  if (child == 0) {
    const auto to = ::open(log.c_str(), O_WRONLY | O_CREAT, 0600);
    ::dup2(to, STDOUT_FILENO);
    ::dup2(to, STDERR_FILENO);
    auto options = run_options{};
    options.node_name = "test";
    const auto signals = run_signals{};
    const auto status = run_node(plan, std::move(options), signals);
    std::fflush(nullptr);
    ::_exit(status);
  }
  auto ended = 0;
  BOOST_TEST_REQUIRE(::waitpid(child, &ended, 0) == child);
  return WIFEXITED(ended) ? WEXITSTATUS(ended) : -1;
}

} // namespace

BOOST_AUTO_TEST_SUITE(a_node_that_fails)

BOOST_AUTO_TEST_CASE(in_a_supervisor_ends_with_a_status_and_a_sentence) {
  const auto folder = temporary_directory{};
  const auto plan = plan_of("collectors: { in: { type: demanding } }\nsinks: { out: { type: \"null\" } }\n"
                            "dead_letters: { path: " + folder.path() + " }\n");
  BOOST_TEST(status_of_run(plan, folder / "log") == 1);
  const auto said = content_of(folder / "log");
  const auto sentence = std::string{"the node ends: its supervisor failed: Resource temporarily unavailable\n"};
  BOOST_TEST(said.find(sentence) != std::string::npos, said);
  BOOST_TEST(said.find("supervisor failed") == said.rfind("supervisor failed"), said);
}

BOOST_AUTO_TEST_CASE(in_its_guardian_tells_that_and_can_be_ended) {
  const auto plan = plan_of("collectors: { in: { type: generate, count: 1 } }\nsinks: { out: { type: \"null\" } }\n"
                            "dead_letters: { max_size: 0 }\n");
  auto settings = node_settings{};
  settings.name = settings.source_name = "test";
  settings.once = true;
  settings.descriptors = descriptors_of(plan, components_of(plan, {}), raise_descriptor_limit());
  auto failed = std::promise<std::string>{};
  settings.on_finished = [] { throw std::runtime_error{"nobody hears it"}; };
  settings.on_failed = [&](const std::string& why) { failed.set_value(why); }; // once
  auto started = node::start(plan, settings);
  BOOST_TEST_REQUIRE(static_cast<bool>(started));
  auto why = failed.get_future();
  BOOST_TEST_REQUIRE((why.wait_for(60s) == std::future_status::ready));
  BOOST_TEST(why.get() == "its guardian failed: nobody hears it");
  started->reset();
}

BOOST_AUTO_TEST_SUITE_END()
