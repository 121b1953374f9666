/// What an actor says in words and lists, beside its figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace weir {

/// One file that a source reads. Times are wall clock in ns; 0: none.
struct file_figures {
  std::string path;
  std::uint64_t offset = 0; ///< read up to here
  std::uint64_t size = 0;
  std::int64_t last_event_ns = 0; ///< time of the last event that was read from it
  std::string problem;            ///< why it is not read; empty if it is
  auto operator==(const file_figures&) const -> bool = default;
};

/// Another node as this one sees it. Times are wall clock in ns.
struct linked_node {
  std::string node;
  bool is_dialled = false; ///< by this node; else it came by itself
  bool is_connected = false;
  std::int64_t since_ns = 0; ///< that it is, or is not, connected
  std::int64_t heard_ns = 0; ///< when it was heard of last; 0: never
  std::string problem;       ///< why it is not connected; empty for one that came and went
};

/// A link to a receiver, as its sender sees it.
struct link_figures {
  std::string peer; ///< address
  std::uint64_t credit_bytes = 0;
  std::uint64_t in_flight_bytes = 0;
  std::uint64_t sent_chunks = 0; ///< since the link was opened
  auto operator==(const link_figures&) const -> bool = default;
};

/// No actor tells of more files: those with a problem first, then those with most to read.
inline constexpr std::size_t files_told_max = 1000;
/// Nor of more senders.
inline constexpr std::size_t senders_told_max = 1000;
/// Nor of more receivers.
inline constexpr std::size_t links_told_max = 200;

/// What an actor says in words.
struct actor_texts {
  std::string detail;             ///< a few words of the plug-in
  std::string last_error;         ///< gone when what failed works again
  std::int64_t last_error_ns = 0; ///< when that was (wall clock)
  /// What is wrong now, in words, until it is mended: "/var/log/*.log matches nothing". Any makes the node
  /// degraded.
  std::vector<std::string> problems;
  std::vector<file_figures> files; ///< at most files_told_max
  std::uint64_t files_left_out = 0;
  std::vector<std::string> senders; ///< addresses of those who are linked to it; at most senders_told_max
  std::uint64_t senders_left_out = 0;
  std::vector<link_figures> links; ///< to receivers, as they were a moment ago; at most links_told_max
  std::uint64_t links_left_out = 0;
  auto operator==(const actor_texts&) const -> bool = default;
};

} // namespace weir
