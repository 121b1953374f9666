#include "actors/sinks/postgresql/connection.hpp"

#include <libpq-fe.h>
#include <openssl/ssl.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <optional>

namespace weir {
namespace {

/// libpq says several sentences, each on a line and some of them indented.
auto one_line(std::string_view text) -> std::string {
  auto line = std::string{};
  for (const auto c : text.substr(0, text.find_last_not_of(" \n") + 1)) {
    const auto is_space = c == ' ' || c == '\n' || c == '\t';
    if (!is_space)
      line += c;
    else if (!line.empty() && line.back() != ' ')
      line += ' ';
  }
  return line;
}

/// Classes and codes: PostgreSQL's documentation, appendix A.
auto code_of(std::string_view state) -> errc {
  const auto is_any = [&](std::initializer_list<std::string_view> some) {
    return std::any_of(some.begin(), some.end(), [&](auto s) { return state.starts_with(s); });
  };
  // A limit (54) that is met is met by a row: it nests too deep, or does not fit into an index.
  if (is_any({"21", "22", "23", "44", "54", "P0001", "09"})) return errc::rejected;
  // Connections, transactions, resources, an operator's hand, I/O, read-only: another time or host may do.
  if (is_any({"08", "25", "40", "53", "55", "57", "58"})) return errc::unavailable;
  return errc::failed;
}

/// "COPY events, line 17, column record" is how the server says where it was.
auto line_in(std::string_view context) -> std::size_t {
  constexpr auto mark = std::string_view{", line "};
  const auto at = context.find(mark);
  auto number = std::size_t{0};
  if (at != std::string_view::npos) {
    const auto digits = context.substr(at + mark.size());
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
  }
  return number;
}

auto field_of(const PGresult* r, int which) -> std::string_view {
  const auto* text = PQresultErrorField(r, which);
  return text != nullptr ? text : "";
}

/// libpq says that a certificate is not taken, and not why: the session knows, which it has closed by then.
class tls_watch {
public:
  ~tls_watch() { SSL_free(session_); }
  tls_watch() = default;
  tls_watch(const tls_watch&) = delete;
  auto operator=(const tls_watch&) -> tls_watch& = delete;

  void look(PGconn* at) {
    auto* const now = static_cast<SSL*>(PQsslStruct(at, "OpenSSL"));
    if (now == nullptr || now == session_) return;
    SSL_free(session_);
    SSL_up_ref(session_ = now);
  }
  auto reason() const -> std::string {
    const auto code = session_ != nullptr ? SSL_get_verify_result(session_) : X509_V_OK;
    return code == X509_V_OK ? "" : std::string{": "} + X509_verify_cert_error_string(code);
  }

private:
  SSL* session_ = nullptr;
};

} // namespace

void postgresql_connection::finish::operator()(pg_conn* c) const noexcept { PQfinish(c); }
void postgresql_connection::clear::operator()(pg_result* r) const noexcept { PQclear(r); }

auto postgresql_connection::open(const parameters& how, const store_timeouts& patience)
    -> result<std::unique_ptr<postgresql_connection>> {
  auto keys = std::vector<const char*>{};
  auto values = std::vector<const char*>{};
  for (const auto& [key, value] : how) {
    keys.push_back(key.c_str());
    values.push_back(value.c_str());
  }
  keys.push_back(nullptr);
  values.push_back(nullptr);
  auto made = std::make_unique<postgresql_connection>();
  made->patience_ = patience.request;
  made->connection_.reset(PQconnectStartParams(keys.data(), values.data(), 0));
  if (made->connection_ == nullptr) return error{errc::unavailable, "no memory for a connection"};
  WEIR_CHECK(made->log_in(system_clock().monotonic() + patience.connect));
  PQsetnonblocking(made->connection_.get(), 1);
  PQsetNoticeProcessor(made->connection_.get(), [](void*, const char*) {}, nullptr);
  return made;
}

auto postgresql_connection::log_in(monotonic_time until) -> result<void> {
  auto tls = tls_watch{};
  for (auto state = PGRES_POLLING_WRITING;;) {
    if (PQstatus(connection_.get()) == CONNECTION_BAD) return lost();
    WEIR_CHECK(wait(state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until));
    tls.look(connection_.get());
    state = PQconnectPoll(connection_.get());
    if (state == PGRES_POLLING_OK) return {};
    if (state != PGRES_POLLING_FAILED) continue;
    auto why = lost();
    why.what += tls.reason();
    return why;
  }
}

auto postgresql_connection::wait(short events, monotonic_time until) -> result<void> {
  for (;;) {
    const auto left = until - system_clock().monotonic();
    if (left <= duration{}) return error{errc::unavailable, "it did not answer in time"};
    auto socket = pollfd{PQsocket(connection_.get()), events, 0};
    const auto left_ms = std::chrono::ceil<std::chrono::milliseconds>(left).count();
    const auto ready = ::poll(&socket, 1, static_cast<int>(std::min<std::int64_t>(left_ms, 60'000)));
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return error_from_errno("poll", errno);
  }
}

auto postgresql_connection::lost() -> error {
  state_.clear();
  const auto* text = PQerrorMessage(connection_.get());
  return {errc::unavailable, text != nullptr && *text != '\0' ? one_line(text) : "the connection is lost"};
}

auto postgresql_connection::failure_of(const pg_result* r) -> error {
  state_ = field_of(r, PG_DIAG_SQLSTATE);
  rejected_line_ = line_in(field_of(r, PG_DIAG_CONTEXT));
  if (state_.empty()) return lost();
  auto what = one_line(field_of(r, PG_DIAG_MESSAGE_PRIMARY));
  if (const auto detail = field_of(r, PG_DIAG_MESSAGE_DETAIL); !detail.empty()) what += ": " + one_line(detail);
  return {code_of(state_), what + " (" + state_ + ')'};
}

auto postgresql_connection::send(const std::string& sql) -> result<monotonic_time> {
  state_.clear();
  rejected_line_ = 0;
  const auto until = system_clock().monotonic() + patience_;
  if (PQsendQuery(connection_.get(), sql.c_str()) == 0) return lost();
  WEIR_CHECK(flush(until));
  return until;
}

auto postgresql_connection::flush(monotonic_time until) -> result<void> {
  for (;;) {
    const auto left = PQflush(connection_.get());
    if (left == 0) return {};
    if (left < 0) return lost();
    // The server may want to be read before it reads on.
    WEIR_CHECK(wait(POLLIN | POLLOUT, until));
    if (PQconsumeInput(connection_.get()) == 0) return lost();
  }
}

auto postgresql_connection::next_answer(monotonic_time until) -> result<answer> {
  while (PQisBusy(connection_.get()) != 0) {
    WEIR_CHECK(wait(POLLIN, until));
    if (PQconsumeInput(connection_.get()) == 0) return lost();
  }
  return answer{PQgetResult(connection_.get())};
}

auto postgresql_connection::take(monotonic_time until) -> result<answer> {
  auto last = answer{};
  auto why = std::optional<error>{};
  for (;;) {
    WEIR_TRY(auto next, next_answer(until));
    if (next == nullptr) break;
    const auto status = PQresultStatus(next.get());
    if (status == PGRES_FATAL_ERROR && !why) why = failure_of(next.get());
    last = std::move(next);
    if (status == PGRES_COPY_IN) break;
  }
  if (why) return *why;
  if (last == nullptr) return lost();
  return last;
}

auto postgresql_connection::execute(const std::string& sql) -> result<void> {
  WEIR_TRY(const auto until, send(sql));
  WEIR_TRY(const auto done, take(until));
  return {};
}

auto postgresql_connection::query(const std::string& sql) -> result<sql_rows> {
  WEIR_TRY(const auto until, send(sql));
  WEIR_TRY(const auto table, take(until));
  auto rows = sql_rows(static_cast<std::size_t>(PQntuples(table.get())));
  for (std::size_t r = 0; r < rows.size(); ++r)
    for (auto c = 0; c < PQnfields(table.get()); ++c) {
      const auto row = static_cast<int>(r);
      rows[r].emplace_back();
      if (PQgetisnull(table.get(), row, c) == 0)
        rows[r].back().emplace(PQgetvalue(table.get(), row, c), static_cast<std::size_t>(PQgetlength(table.get(), row, c)));
    }
  return rows;
}

auto postgresql_connection::is_to_be_repeated() const -> bool {
  constexpr auto states = std::array<std::string_view, 4>{"40001", "40P01", "55P03", "40003"};
  return std::find(states.begin(), states.end(), state_) != states.end();
}

auto postgresql_connection::put(std::string_view bytes, monotonic_time until) -> result<void> {
  constexpr auto at_once = std::size_t{1} << 20;
  while (!bytes.empty()) {
    const auto part = bytes.substr(0, at_once);
    const auto sent = PQputCopyData(connection_.get(), part.data(), static_cast<int>(part.size()));
    if (sent < 0) return lost();
    if (sent == 1) bytes.remove_prefix(part.size());
    WEIR_CHECK(flush(until));
  }
  return {};
}

auto postgresql_connection::copy(const std::string& sql, const std::vector<std::string_view>& parts) -> result<void> {
  WEIR_TRY(const auto until, send(sql));
  WEIR_TRY(const auto begun, take(until));
  if (PQresultStatus(begun.get()) != PGRES_COPY_IN) return error{errc::failed, "it answered COPY with something else"};
  for (const auto part : parts) WEIR_CHECK(put(part, until));
  while (PQputCopyEnd(connection_.get(), nullptr) == 0) WEIR_CHECK(flush(until));
  WEIR_CHECK(flush(until));
  WEIR_TRY(const auto done, take(until));
  return {};
}

} // namespace weir
