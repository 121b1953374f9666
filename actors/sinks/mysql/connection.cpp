#include "actors/sinks/mysql/connection.hpp"

#include <mysql.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace weir {
namespace {

auto seconds(duration time) -> unsigned {
  return static_cast<unsigned>(std::max<std::int64_t>(std::chrono::ceil<std::chrono::seconds>(time).count(), 1));
}

template <class Numbers> auto has(const Numbers& all, unsigned number) -> bool {
  return std::find(all.begin(), all.end(), number) != all.end();
}

// Numbers: the error references of MySQL 8 and MariaDB, which agree below 3000.
constexpr auto deadlock = 1213U, lock_wait_timeout = 1205U, changed_since_read = 1020U;
/// Those that have no SQLSTATE of their own.
constexpr auto rejected_numbers = std::array{1118U, 1264U, 1265U, 1364U, 1366U, 1406U, 1525U, 1526U, 1690U, 3140U, 3141U, 3156U, 3819U, 4025U};
/// Connections, hosts that end or only read, disks and tables that are full, an operator's hand.
constexpr auto unavailable_numbers =
    std::array{1021U, 1030U, 1037U, 1038U, 1040U, 1041U, 1053U, 1114U, 1158U, 1159U, 1160U, 1161U, 1180U, 1203U, 1226U, 1290U, 1317U, 1792U,
               1836U, 1927U, 1969U, 3024U, 3100U, 4031U, deadlock, lock_wait_timeout, changed_since_read};
/// The library's own.
constexpr auto client_numbers_from = 2000U, client_numbers_below = 3000U;

auto code_of(unsigned number, std::string_view state) -> errc {
  if (number == 0 || (number >= client_numbers_from && number < client_numbers_below)) return errc::unavailable;
  if (has(unavailable_numbers, number)) return errc::unavailable;
  if (has(rejected_numbers, number) || state.starts_with("22") || state.starts_with("23") || state == "45000") return errc::rejected;
  return errc::failed;
}

/// "Data too long for column 'x' at row 3"
auto row_in(std::string_view text) -> std::size_t {
  constexpr auto mark = std::string_view{" at row "};
  const auto at = text.rfind(mark);
  auto row = std::size_t{0};
  if (at != std::string_view::npos) std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), row);
  return row;
}

/// What a server that asks for a file gets: the bytes of the load that is under way, and nothing if there is none.
struct pretended_file {
  std::string_view rest;
  bool is_wanted = false;
};

auto open_file(void** made, const char*, void* context) -> int {
  *made = context;
  return static_cast<pretended_file*>(context)->is_wanted ? 0 : 1;
}
auto read_file(void* from, char* to, unsigned most) -> int {
  auto& rest = static_cast<pretended_file*>(from)->rest;
  const auto size = std::min<std::size_t>(most, rest.size());
  std::memcpy(to, rest.data(), size);
  rest.remove_prefix(size);
  return static_cast<int>(size);
}
void close_file(void*) {}
auto explain_file(void*, char* text, unsigned size) -> int {
  std::snprintf(text, size, "it asked for a file that nobody offered");
  return 2000;
}

pretended_file no_file;

/// The library says that a file is not there, and not which.
auto find_files(const store_tls& tls) -> result<void> {
  for (const auto* path : {&tls.ca, &tls.certificate, &tls.key})
    if (!path->empty() && ::access(path->c_str(), R_OK) != 0) return error_from_errno("cannot read " + *path, errno);
  return {};
}

void set_up_tls(st_mysql* c, const store_tls& tls) {
  const auto text = [](const std::string& s) { return s.empty() ? nullptr : s.c_str(); };
  mysql_ssl_set(c, text(tls.key), text(tls.certificate), text(tls.ca), nullptr, nullptr);
  const auto yes = my_bool{1};
  const auto is_name_wanted = static_cast<my_bool>(tls.verify == store_verify::full);
  mysql_optionsv(c, MYSQL_OPT_SSL_ENFORCE, &yes);
  mysql_optionsv(c, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &is_name_wanted);
}

} // namespace

void mysql_connection::finish::operator()(st_mysql* c) const noexcept { mysql_close(c); }

auto mysql_connection::open(const place& where, const network_settings& how) -> result<std::unique_ptr<mysql_connection>> {
  auto made = std::make_unique<mysql_connection>();
  made->connection_.reset(mysql_init(nullptr));
  auto* c = made->connection_.get();
  if (c == nullptr) return error{errc::unavailable, "no memory for a connection"};
  const auto connect_s = seconds(how.timeout.connect);
  const auto request_s = seconds(how.timeout.request);
  const auto may_load = 1U;
  mysql_optionsv(c, MYSQL_OPT_CONNECT_TIMEOUT, &connect_s);
  mysql_optionsv(c, MYSQL_OPT_READ_TIMEOUT, &request_s);
  mysql_optionsv(c, MYSQL_OPT_WRITE_TIMEOUT, &request_s);
  mysql_optionsv(c, MYSQL_OPT_LOCAL_INFILE, &may_load);
  mysql_optionsv(c, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_set_local_infile_handler(c, open_file, read_file, close_file, explain_file, &no_file);
  if (how.tls && !where.host.empty()) {
    if (const auto found = find_files(*how.tls); !found) return error{errc::unavailable, found.failure().what};
    set_up_tls(c, *how.tls);
  }
  const auto* done = mysql_real_connect(c, where.host.empty() ? nullptr : where.host.c_str(), how.auth.user.c_str(),
                                        how.auth.password.value.c_str(), where.database.c_str(), where.port,
                                        where.host.empty() ? where.socket.c_str() : nullptr, 0);
  if (done != nullptr) return made;
  // Whatever it is, time or somebody's hand mends it.
  return error{errc::unavailable, made->failure().what};
}

auto mysql_connection::failure() -> error {
  auto* c = connection_.get();
  number_ = mysql_errno(c);
  const auto text = std::string{mysql_error(c)};
  rejected_row_ = row_in(text);
  return {code_of(number_, mysql_sqlstate(c)), text + " (" + std::to_string(number_) + ')'};
}

auto mysql_connection::execute(const std::string& sql) -> result<void> {
  WEIR_TRY(const auto ignored, query(sql));
  return {};
}

auto mysql_connection::query(const std::string& sql) -> result<sql_rows> {
  auto* c = connection_.get();
  number_ = 0;
  if (mysql_real_query(c, sql.data(), sql.size()) != 0) return failure();
  const auto table = std::unique_ptr<MYSQL_RES, void (*)(MYSQL_RES*)>{mysql_store_result(c), mysql_free_result};
  if (table == nullptr) {
    if (mysql_field_count(c) != 0) return failure();
    return sql_rows{};
  }
  auto rows = sql_rows{};
  const auto columns = mysql_num_fields(table.get());
  while (auto* row = mysql_fetch_row(table.get())) {
    const auto* sizes = mysql_fetch_lengths(table.get());
    auto& made = rows.emplace_back(columns);
    for (unsigned i = 0; i < columns; ++i)
      if (row[i] != nullptr) made[i].emplace(row[i], sizes[i]);
  }
  return rows;
}

auto mysql_connection::is_to_be_repeated() const -> bool {
  return number_ == deadlock || number_ == lock_wait_timeout || number_ == changed_since_read;
}

auto mysql_connection::load(const std::string& sql, std::string_view bytes) -> result<std::uint64_t> {
  auto* c = connection_.get();
  auto file = pretended_file{bytes, true};
  mysql_set_local_infile_handler(c, open_file, read_file, close_file, explain_file, &file);
  number_ = 0;
  const auto is_done = mysql_real_query(c, sql.data(), sql.size()) == 0;
  mysql_set_local_infile_handler(c, open_file, read_file, close_file, explain_file, &no_file);
  if (!is_done) return failure();
  return std::uint64_t{mysql_warning_count(c)};
}

} // namespace weir
