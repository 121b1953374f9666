/// To whom the readers of a chunk log have sent chunks that these may not have acked: the file PATH/receivers.
//
//  receivers := "weir receivers 1" newline, line*
//  line      := name of a reader, tab, logical address, newline
//
// Replaced as a whole, and on the device before anything is sent to an address that is new in it. What is no such line is
// none: a file that a person has damaged names fewer.
#pragma once

#include "runtime/os/file_system.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace weir {

class receiver_book {
public:
  using addresses = std::set<std::string>;

  receiver_book(file_system& files, std::string directory) : files_(files), directory_(std::move(directory)) {}
  /// Reads what an earlier process wrote.
  auto open() -> result<void>;
  auto of(const std::string& reader) const -> const addresses&;
  /// Whether there ever was something to note.
  auto is_used() const -> bool { return is_used_; }
  /// After an error what of() says is as before, and so is the file, or it has both.
  auto set(const std::string& reader, addresses wanted) -> result<void>;

private:
  auto write(const std::map<std::string, addresses>& all) -> result<void>;

  file_system& files_;
  std::string directory_;
  std::map<std::string, addresses> by_reader_;
  bool is_used_ = false; ///< there is a file
};

} // namespace weir
