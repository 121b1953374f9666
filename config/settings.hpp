/// Settings are declared once, in a describe() beside their struct; everything else comes from that:
///
///   struct settings { std::string path; format as = format::json; byte_count rotate_size{0}; };
///   template <class Visitor> void describe(Visitor& v, settings& s) {
///     v.required("path", s.path, "Where to write.");
///     v.field("format", s.as, "json or raw.");
///   }
///
/// Field types: bool, integers, double, std::string, byte_count, item_count, duration, std::vector<std::string> (a
/// scalar is a list of one), string_map, secret, std::optional of these, enums with a names_of(E*) found by
/// ADL, structs with a describe() of their own, std::vector of such structs, and config::value (as written).
/// A free function validate(const settings&, settings_reader&) may add findings with complain().
#pragma once

#include "config/settings_lister.hpp"
#include "config/settings_reader.hpp"
