/// Keeps up with one collection of the Kubernetes API: lists it, then watches what changes, and lists it again when the server
/// has forgotten too much. Decides alone; somebody else asks the server and says what came.
//
//  A list comes in pages, each one JSON object; a watch is one JSON object a line:
//    {"type": "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK", "object": {...}}   {"type": "ERROR", "object": {"code": 410, ...}}
//  Each has the version of the collection behind it, from which a later watch goes on.
#pragma once

#include "actors/collectors/kubernetes/api_object.hpp"
#include "runtime/base/backoff.hpp"
#include "runtime/os/clock.hpp"
#include "runtime/parser/parser.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace weir {

/// Of an object or a list, its metadata.resourceVersion; 0: it has none that is a number.
auto version_of(api_object object) -> std::uint64_t;

/// Who wants to know what is in the collection. Objects are borrowed until the call returns.
class api_listener {
public:
  virtual ~api_listener() = default;
  virtual void begin_list() = 0;
  /// It is there, with this content.
  virtual void present(api_object object) = 0;
  virtual void gone(api_object object) = 0;
  /// All of the list was present(); it is that of this version.
  virtual void end_list(std::uint64_t version) = 0;
  /// Everything up to this version was told.
  virtual void reached(std::uint64_t /*version*/) {}
};

struct api_collection {
  std::string path;     ///< such as /api/v1/pods
  std::string selector; ///< such as fieldSelector=spec.nodeName%3Dedge; empty: all
  bool about_alone = false; ///< only the metadata of its objects is wanted
};

class api_watch {
public:
  /// The server ends a watch by then; whoever asks allows a little more.
  static constexpr auto watch_time = std::chrono::seconds{290};
  /// No page of a list, and no object, is read beyond that.
  static constexpr std::size_t answer_bytes_max = std::size_t{8} << 20;

  api_watch(api_collection what, api_listener& listener, const clock& time);
  /// Goes on with a watch from there, as if everything before had been told.
  void go_on_from(std::uint64_t version);

  /// What to ask now: path and query. The answer goes to take() and end().
  auto next_request(monotonic_time now) -> std::optional<std::string>;
  /// When there is something to ask; nothing while an answer is awaited.
  auto due() const -> std::optional<monotonic_time>;
  auto accepts() const -> std::string_view;
  /// More of the answer's body. False: the rest is not wanted.
  auto take(std::string_view bytes) -> bool;
  /// The answer is over. `status` 0: there was none; `problem` says why.
  void end(int status, const std::string& problem, monotonic_time now);

  /// Whether a list has been told as a whole.
  auto has_listed() const -> bool { return has_listed_; }
  /// What went wrong last, until something goes right; empty: nothing.
  auto problem() const -> const std::string& { return problem_; }

private:
  auto take_line(std::string_view line) -> bool;
  auto take_event(std::string_view type, api_object object) -> bool;
  auto take_page() -> bool;
  void end_watch(int status, const std::string& problem, monotonic_time now);
  void end_page(int status, const std::string& problem, monotonic_time now);
  auto parsed(std::string_view json) -> std::optional<api_object>;
  auto refuse(std::string problem) -> bool;
  void fail(std::string problem, monotonic_time now);
  void list_anew();

  api_collection what_;
  api_listener& listener_;
  std::unique_ptr<line_parser> json_;
  byte_buffer record_;
  std::string pending_;            ///< of a page, or of a line
  std::uint64_t version_ = 0;      ///< 0: a list is wanted
  std::string continue_;           ///< of the list's next page
  std::size_t page_objects_;
  std::uint32_t failures_ = 0;
  monotonic_time due_{};
  monotonic_time asked_{};
  bool is_awaiting_ = false;
  bool is_listing_ = false;        ///< begin_list() was told, end_list() was not
  bool is_watching_ = false;       ///< what was asked last
  bool has_listed_ = false;
  bool wants_list_ = false;        ///< the version is too old, or something was not understood
  std::string problem_;
  std::string refusal_;            ///< of the answer at hand
};

} // namespace weir
