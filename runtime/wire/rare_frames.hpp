/// The payloads of the frames that are rare: a msgpack map each, of the fields in frame.hpp by their names.
//
//  Of the fields any may be missing, which is 0 or empty then; those that are not known are skipped, so that a later
//  minor version may add some wherever it likes.
#pragma once

#include "runtime/wire/frame.hpp"

#include <concepts>

namespace weir::wire {

template <class T>
concept rare_frame = std::same_as<T, hello> || std::same_as<T, welcome> || std::same_as<T, members>
                     || std::same_as<T, bye> || std::same_as<T, gone>;

template <rare_frame T> auto pack(const T& x) -> std::string;
/// Of any bytes, without exceptions; takes at most twelve times their size, and 16 KiB, in memory meanwhile.
template <rare_frame T> auto unpack(std::string_view payload) -> result<T>;

} // namespace weir::wire
