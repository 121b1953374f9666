#include "actors/sinks/kafka/client.hpp"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <cstdlib>

namespace weir {
namespace {

constexpr auto text_bytes_max = std::size_t{512};

auto ms_of(duration d) -> int {
  return static_cast<int>(std::clamp<std::int64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(d).count(), 0, 3'600'000));
}

auto client_of(void* opaque) -> kafka_client& { return *static_cast<kafka_client*>(opaque); }

void hear_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  if (const auto& tell = client_of(opaque).on_delivered) tell(*message);
}

/// "h:1/bootstrap: Connect to ipv4#h:1 failed: Connection refused (after 0ms in state CONNECT)" without its begin and end.
auto essence_of(std::string_view reason) -> std::string {
  if (const auto name_end = reason.find(": "); name_end != std::string_view::npos && reason.substr(0, name_end).find(' ') == std::string_view::npos)
    reason.remove_prefix(name_end + 2);
  if (const auto times = reason.rfind(" (after "); times != std::string_view::npos) reason = reason.substr(0, times);
  return std::string{reason};
}

template <class T, void (*Destroy)(T*)> struct destroyer {
  void operator()(T* what) const noexcept { Destroy(what); }
};
using config_ptr = std::unique_ptr<rd_kafka_conf_t, destroyer<rd_kafka_conf_t, rd_kafka_conf_destroy>>;
using queue_ptr = std::unique_ptr<rd_kafka_queue_t, destroyer<rd_kafka_queue_t, rd_kafka_queue_destroy>>;
using event_ptr = std::unique_ptr<rd_kafka_event_t, destroyer<rd_kafka_event_t, rd_kafka_event_destroy>>;
using new_topic_ptr = std::unique_ptr<rd_kafka_NewTopic_t, destroyer<rd_kafka_NewTopic_t, rd_kafka_NewTopic_destroy>>;
using admin_options_ptr =
    std::unique_ptr<rd_kafka_AdminOptions_t, destroyer<rd_kafka_AdminOptions_t, rd_kafka_AdminOptions_destroy>>;

/// Errors say which property, never its value.
auto configured_from(const kafka_options& options) -> result<config_ptr> {
  auto made = config_ptr{rd_kafka_conf_new()};
  auto why = std::array<char, text_bytes_max>{};
  for (const auto& [name, value] : options)
    if (rd_kafka_conf_set(made.get(), name.c_str(), value.c_str(), why.data(), why.size()) != RD_KAFKA_CONF_OK)
      return error{errc::failed, "the client library does not take its property " + name};
  // Its log has what our own log says otherwise, with other words.
  rd_kafka_conf_set_log_cb(made.get(), [](const rd_kafka_t*, int, const char*, const char*) {});
  rd_kafka_conf_set_dr_msg_cb(made.get(), hear_delivery);
  return made;
}

/// Has `send(options, queue)` ask, and waits for the answer; null: there was none.
template <class Send> auto ask(kafka_client& by, rd_kafka_admin_op_t what, duration patience, Send&& send) -> event_ptr {
  auto why = std::array<char, text_bytes_max>{};
  const auto options = admin_options_ptr{rd_kafka_AdminOptions_new(by.handle(), what)};
  (void)rd_kafka_AdminOptions_set_request_timeout(options.get(), ms_of(patience), why.data(), why.size());
  // Of a topic that is made: until its partitions have leaders.
  if (what == RD_KAFKA_ADMIN_OP_CREATETOPICS)
    (void)rd_kafka_AdminOptions_set_operation_timeout(options.get(), ms_of(patience / 2), why.data(), why.size());
  const auto answers = queue_ptr{rd_kafka_queue_new(by.handle())};
  send(options.get(), answers.get());
  auto answer = event_ptr{rd_kafka_queue_poll(answers.get(), ms_of(patience) + 1000)};
  by.attend({});
  return answer;
}

} // namespace

auto kafka_error_text(int code) -> std::string {
  auto text = std::string{rd_kafka_err2str(static_cast<rd_kafka_resp_err_t>(code))};
  for (const auto prefix : {std::string_view{"Local: "}, std::string_view{"Broker: "}})
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  if (text.size() > 1 && text[1] >= 'a' && text[1] <= 'z') text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

auto kafka_client::make(kind what, const kafka_options& options, std::string brokers) -> result<std::unique_ptr<kafka_client>> {
  WEIR_TRY(auto how, configured_from(options));
  auto made = std::unique_ptr<kafka_client>{new kafka_client{std::move(brokers)}};
  rd_kafka_conf_set_opaque(how.get(), made.get());
  rd_kafka_conf_set_error_cb(how.get(), [](rd_kafka_t*, int code, const char* reason, void* opaque) {
    client_of(opaque).note_error(code, reason);
  });
  auto why = std::array<char, text_bytes_max>{};
  made->handle_ = rd_kafka_new(what == kind::producer ? RD_KAFKA_PRODUCER : RD_KAFKA_CONSUMER, how.get(), why.data(), why.size());
  if (made->handle_ == nullptr) return error{errc::unavailable, "no client of Kafka can be made: " + std::string{why.data()}};
  (void)how.release(); // the handle has it now
  return made;
}

kafka_client::~kafka_client() {
  if (handle_ == nullptr) return;
  on_delivered = {};
  (void)rd_kafka_purge(handle_, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT | RD_KAFKA_PURGE_F_NON_BLOCKING);
  for (const auto& [name, its] : topics_) rd_kafka_topic_destroy(its);
  rd_kafka_destroy_flags(handle_, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}

void kafka_client::note_error(int code, std::string_view reason) {
  const auto lock = std::lock_guard{guard_};
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__AUTHENTICATION || code == RD_KAFKA_RESP_ERR__SSL)
    is_hopeless_ = true;
  // It says only that others said something.
  if (code != RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || last_word_.empty()) last_word_ = essence_of(reason);
}

auto kafka_client::blamed(std::string_view what, errc code) const -> error {
  auto text = brokers_ + ": " + std::string{what};
  const auto word = last_word();
  if (!word.empty()) text += (what.empty() ? "" : "; ") + word;
  return {code, std::move(text)};
}

auto kafka_client::last_word() const -> std::string {
  const auto lock = std::lock_guard{guard_};
  return last_word_;
}

auto kafka_client::is_hopeless() const -> bool {
  const auto lock = std::lock_guard{guard_};
  return is_hopeless_;
}

void kafka_client::begin_greeting() {
  const auto lock = std::lock_guard{guard_};
  is_hopeless_ = false;
  last_word_.clear();
}

void kafka_client::attend(duration longest) { (void)rd_kafka_poll(handle_, ms_of(longest)); }

auto kafka_client::greet(duration patience) -> result<void> {
  constexpr auto each_time = std::chrono::milliseconds{250};
  const auto until = std::chrono::steady_clock::now() + patience;
  begin_greeting();
  do {
    const rd_kafka_metadata_t* found = nullptr;
    // It lists no topic: they may be many.
    const auto code = rd_kafka_metadata(handle_, 0, nullptr, &found, ms_of(each_time));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      rd_kafka_metadata_destroy(found);
      begin_greeting();
      return {};
    }
    attend({});
  } while (!is_hopeless() && std::chrono::steady_clock::now() < until);
  return blamed(last_word().empty() ? "no answer" : "");
}

auto kafka_client::topic(const std::string& name) -> rd_kafka_topic_s* {
  auto& its = topics_[name];
  if (its == nullptr) its = rd_kafka_topic_new(handle_, name.c_str(), nullptr);
  return its;
}

auto kafka_client::partitions_of(const std::string& topic, duration patience) -> result<std::int32_t> {
  const rd_kafka_metadata_t* found = nullptr;
  // All of them: brokers may make the one that is asked for by its name.
  const auto code = rd_kafka_metadata(handle_, 1, nullptr, &found, ms_of(patience));
  attend({});
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return blamed("no list of topics: " + kafka_error_text(code));
  const auto owner = std::unique_ptr<const rd_kafka_metadata_t, decltype(&rd_kafka_metadata_destroy)>{found, rd_kafka_metadata_destroy};
  const rd_kafka_metadata_topic_t* const begin = found->topics;
  const auto* const end = begin + found->topic_cnt;
  const auto* const at = std::find_if(begin, end, [&](const auto& t) { return topic == t.topic; });
  if (at == end) return 0;
  if (at->err != RD_KAFKA_RESP_ERR_NO_ERROR) return blamed("topic \"" + topic + "\": " + kafka_error_text(at->err));
  return at->partition_cnt;
}

auto kafka_client::message_bytes_max(const std::string& topic, duration patience) -> std::uint64_t {
  auto* const wanted = rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str());
  const auto owner = std::unique_ptr<rd_kafka_ConfigResource_t, decltype(&rd_kafka_ConfigResource_destroy)>{wanted, rd_kafka_ConfigResource_destroy};
  const auto answer = ask(*this, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, patience, [&](const auto* options, auto* answers) {
    auto* asked = wanted;
    rd_kafka_DescribeConfigs(handle_, &asked, 1, options, answers);
  });
  if (answer == nullptr || rd_kafka_event_error(answer.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) return 0;
  auto count = std::size_t{0};
  const auto* const* resources = rd_kafka_DescribeConfigs_result_resources(rd_kafka_event_DescribeConfigs_result(answer.get()), &count);
  if (count != 1) return 0;
  const auto* const* entries = rd_kafka_ConfigResource_configs(resources[0], &count);
  for (std::size_t i = 0; i < count; ++i)
    if (const auto* value = rd_kafka_ConfigEntry_value(entries[i]);
        value != nullptr && std::string_view{rd_kafka_ConfigEntry_name(entries[i])} == "max.message.bytes")
      return std::strtoull(value, nullptr, 10);
  return 0;
}

auto kafka_client::make_topic(const topic_wish& wish, duration patience) -> result<void> {
  const auto what = "topic \"" + wish.name + "\" cannot be made: ";
  auto why = std::array<char, text_bytes_max>{};
  const auto made = new_topic_ptr{rd_kafka_NewTopic_new(wish.name.c_str(), wish.partitions, wish.replication, why.data(), why.size())};
  if (made == nullptr) return blamed(what + why.data());
  if (wish.is_compacted) rd_kafka_NewTopic_set_config(made.get(), "cleanup.policy", "compact");
  const auto answer = ask(*this, RD_KAFKA_ADMIN_OP_CREATETOPICS, patience, [&](const auto* options, auto* answers) {
    auto* all = made.get();
    rd_kafka_CreateTopics(handle_, &all, 1, options, answers);
  });
  if (answer == nullptr) return blamed(what + "no answer");
  if (const auto code = rd_kafka_event_error(answer.get()); code != RD_KAFKA_RESP_ERR_NO_ERROR) return blamed(what + kafka_error_text(code));
  auto count = std::size_t{0};
  const auto* const* results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(answer.get()), &count);
  for (std::size_t i = 0; i < count; ++i) {
    const auto code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) continue;
    const auto* text = rd_kafka_topic_result_error_string(results[i]);
    return blamed(what + (text == nullptr ? kafka_error_text(code) : std::string{text}));
  }
  return await_topic(wish.name, patience);
}

auto kafka_client::await_topic(const std::string& name, duration patience) -> result<void> {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    const auto found = partitions_of(name, patience);
    if (found && *found > 0) return {};
    if (std::chrono::steady_clock::now() > until) return found ? blamed("topic \"" + name + "\" was made and is not there") : found.failure();
    attend(std::chrono::milliseconds{20});
  }
}

} // namespace weir
