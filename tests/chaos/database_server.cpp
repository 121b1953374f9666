#include "tests/chaos/database_server.hpp"

#include <signal.h>

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <tuple>

namespace weir::chaos {

namespace {

constexpr auto gap_patience = std::chrono::seconds{60};
constexpr auto gaps_asked_max = std::size_t{100};

auto client_of(const server_place& server) -> std::string {
  const auto port = std::to_string(server.port);
  if (server.kind == database::postgresql) return "PGPASSWORD=weir PGCONNECT_TIMEOUT=5 psql -h 127.0.0.1 -p " + port + " -U weir -d weir -AtqX -F '\t' -c";
  return "mariadb --no-defaults --connect-timeout=5 -h127.0.0.1 -P" + port + " -uweir -pweir -D weir -Nsr -e";
}

/// As Weir makes it, and the number of a row.
auto table_of(const server_place& server) -> std::string {
  const auto table = "create table if not exists " + std::string{server_table};
  if (server.kind == database::postgresql)
    return table + "(time timestamptz not null, tag text not null, record jsonb not null, id bigserial primary key)";
  return table + "(time datetime(6) not null, tag text not null, record json not null, id bigint auto_increment primary key)";
}

/// As a line was written: PostgreSQL puts blanks into it, where a line has none.
auto rows_of(const server_place& server, const std::string& where, std::uint64_t rows_max) -> std::string {
  const auto* row = server.kind == database::postgresql ? "id, replace(replace(record::text, ': ', ':'), ', ', ',')" : "id, record";
  return std::string{"select "} + row + " from " + std::string{server_table} + " where " + where + " order by id limit " + std::to_string(rows_max);
}

} // namespace

auto ask(const server_place& server, const std::string& statement) -> result<std::string> {
  const auto command = client_of(server) + " \"" + statement + "\" 2>/dev/null"; // none of ours has what a shell would take
  auto* pipe = ::popen(command.c_str(), "re");
  if (pipe == nullptr) return error_from_errno("cannot run " + command, errno);
  auto text = std::string{};
  auto block = std::array<char, 65536>{};
  for (auto size = std::fread(block.data(), 1, block.size(), pipe); size > 0; size = std::fread(block.data(), 1, block.size(), pipe))
    text.append(block.data(), size);
  if (::pclose(pipe) != 0) return error{errc::unavailable, server.name() + " does not answer"};
  return text;
}

database_server::~database_server() {
  signal(SIGCONT);
  starting_.reset();
  std::ignore = test::weigh({std::string{WEIR_PEER_SCRIPTS} + "/stop", at_.folder}, at_.folder.string() + ".log");
}

auto database_server::start_script() const -> std::vector<std::string> {
  return {std::string{WEIR_PEER_SCRIPTS} + '/' + at_.name() + "/start", at_.folder, std::to_string(at_.port)};
}

/// The servers' own children leave with it; PostgreSQL's have groups of their own.
void database_server::signal(int number) const {
  auto pid = pid_t{0};
  if (std::ifstream{at_.folder / "pid"} >> pid && pid > 0) ::kill(-pid, number);
}

auto database_server::start() -> result<void> {
  if (const auto started = test::weigh(start_script(), at_.folder.string() + ".log"); !started) {
    const auto said = test::read_file(at_.folder.string() + ".log");
    return error{said.find("skipped:") != std::string::npos ? errc::not_found : errc::failed, said};
  }
  WEIR_CHECK(ask(at_, table_of(at_)));
  return {};
}

auto database_server::kill(steady_time back) -> bool {
  if (back_ || starting_ || awake_) return false;
  signal(SIGKILL);
  back_ = back;
  return true;
}

auto database_server::freeze(steady_time until) -> bool {
  if (back_ || starting_ || awake_) return false;
  signal(SIGSTOP);
  awake_ = until;
  return true;
}

auto database_server::look(steady_time now) -> result<void> {
  if (awake_ && now >= *awake_) signal(SIGCONT), awake_.reset();
  if (starting_) {
    const auto status = starting_->poll_end();
    if (status) starting_.reset();
    // Whoever uses the port or the files of a server that was killed may be a moment in the way.
    if (status && *status != 0) back_ = now + milliseconds{500};
  }
  if (!back_ || now < *back_) return {};
  back_.reset();
  WEIR_TRY(starting_, test::process::start(start_script(), at_.folder.string() + ".log"));
  return {};
}

auto database_server::heal() -> result<void> {
  if (awake_) awake_ = steady_time{};
  if (back_) back_ = steady_time{};
  for (auto left = 12'000; left > 0; --left) {
    WEIR_CHECK(look(std::chrono::steady_clock::now()));
    if (!back_ && !starting_ && ask(at_, "select 1")) return {};
    tick();
  }
  return error{errc::failed, at_.name() + " does not come back: " + at_.folder.string() + ".log"};
}

auto server_table_reader::condition() const -> std::string {
  auto text = "id > " + std::to_string(last_);
  auto left = gaps_asked_max;
  for (const auto& [first, gap] : gaps_) {
    if (left-- == 0) break;
    text += " or id between " + std::to_string(first) + " and " + std::to_string(gap.first - 1);
  }
  return text;
}

void server_table_reader::note(std::int64_t id, steady_time now) {
  if (id > last_) {
    if (id > last_ + 1) gaps_[last_ + 1] = {id, now};
    last_ = id;
    return;
  }
  const auto found = std::prev(gaps_.upper_bound(id));
  const auto [first, gap] = *found;
  gaps_.erase(found);
  if (first < id) gaps_[first] = {id, gap.second};
  if (id + 1 < gap.first) gaps_[id + 1] = gap;
}

auto server_table_reader::read_on(std::uint64_t rows_max, steady_time now) -> result<std::uint64_t> {
  const auto answer = ask(at_, rows_of(at_, condition(), rows_max));
  if (!answer && answer.failure().code == errc::unavailable) return std::uint64_t{0};
  if (!answer) return answer.failure();
  auto rows = std::uint64_t{0};
  auto text = std::string_view{*answer};
  for (auto end = text.find('\n'); end != std::string_view::npos; end = text.find('\n')) {
    const auto line = text.substr(0, end);
    text.remove_prefix(end + 1);
    auto id = std::int64_t{0};
    const auto tab = line.find('\t');
    if (tab == std::string_view::npos || std::from_chars(line.data(), line.data() + tab, id).ec != std::errc{})
      return error{errc::malformed, at_.name() + " answered \"" + std::string{line} + '"'};
    note(id, now);
    counted_.add(line.substr(tab + 1));
    ++rows;
  }
  std::erase_if(gaps_, [&](const auto& gap) { return now - gap.second.second > gap_patience; });
  return rows;
}

} // namespace weir::chaos
