/// The events of a commit as messages to topics or what is like them: topic, key, headers, payload. Pure.
#pragma once

#include "actors/sinks/format_settings.hpp"
#include "actors/sinks/messages/topic_names.hpp"
#include "actors/sinks/name_zone.hpp"
#include "actors/sinks/store.hpp"
#include "runtime/codec/event_format.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weir {

/// What an event becomes.
struct message_rules {
  std::string topic;
  std::string time_zone = {};          ///< of times in the topic's name
  std::string key = {};                ///< path of a field; empty: there is none
  config::string_map headers = {};
  bool is_of_event_time = false;       ///< the message's own time is the event's
  format_settings format = {};
};

using message_headers = std::vector<std::pair<std::string, std::string>>;

class message_batch {
public:
  struct message {
    event_ref at;
    std::uint32_t topic = 0;   ///< which of topics()
    std::uint32_t headers = 0; ///< which of the tags'
    std::size_t begin = 0, key = 0, payload = 0, end = 0; ///< key from `key` to `payload`, that from there to `end`
    bool has_key = false;
    std::int64_t time_ns = 0;
    std::int64_t time_ms = 0; ///< what the message says; 0: when it is written
  };

  message_batch(const message_rules& rules, std::string_view node, std::string_view component);

  /// Takes the batch's events, in order; what is damaged goes to `done`.
  void assign(const commit_batch& batch, committed& done);
  /// The same of what is new, by chunk: nothing, of those that are known.
  void assign(const commit_batch& batch, std::span<const std::optional<std::vector<index_range>>> fresh, committed& done);

  auto messages() const -> const std::vector<message>& { return messages_; }
  auto topics() const -> const std::vector<std::string>& { return topics_; }
  auto key_of(const message& m) const -> std::string_view { return text(m.key, m.payload); }
  auto payload_of(const message& m) const -> std::string_view { return text(m.payload, m.end); }
  auto headers_of(const message& m) const -> const message_headers& { return headers_[m.headers]; }
  auto names() const -> const topic_names& { return names_; }
  /// The one topic of all events; nothing unless there is but one.
  auto only_topic() -> std::string { return names_.is_fixed() ? std::string{names_.of(0)} : std::string{}; }

private:
  void clear();
  void add_run(const event_run& run, committed& done);
  auto number_of_topic(std::string_view name) -> std::uint32_t;
  auto headers_for(std::string_view tag) const -> message_headers;
  auto text(std::size_t begin, std::size_t end) const -> std::string_view { return bytes_.view().substr(begin, end - begin); }

  topic_names names_;
  std::string key_path_;
  message_headers header_texts_;
  bool headers_differ_ = false; ///< by tag
  bool is_of_event_time_ = false;
  bool ends_lines_ = true;      ///< the format puts a line feed behind an event
  std::unique_ptr<event_writer> format_;
  byte_buffer bytes_;
  byte_buffer scratch_;
  std::vector<message> messages_;
  std::vector<std::string> topics_;
  std::vector<message_headers> headers_;
};

} // namespace weir
