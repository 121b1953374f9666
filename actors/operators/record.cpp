#include "actors/operators/operator.hpp"
#include "runtime/event/msgpack.hpp"
#include "runtime/event/template.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace weir {
namespace {

auto is_path(std::string_view name) -> bool { return name.find('.') != std::string_view::npos; }

auto contains(const std::vector<std::string>& names, std::string_view name) -> bool {
  return std::find(names.begin(), names.end(), name) != names.end();
}

auto find_repeated(const std::vector<std::string>& names) -> std::string {
  auto seen = std::set<std::string_view>{};
  for (const auto& name : names)
    if (!seen.insert(name).second) return name;
  return {};
}

class record_operator final : public event_operator {
public:
  struct settings {
    std::vector<std::string> keep;
    std::vector<std::string> remove;
    config::string_map rename;
    config::string_map add;
  };

  record_operator(const settings& s, const plugin_context& context)
      : keep_(s.keep), has_paths_(names_paths(s)) {
    for (const auto& path : keep_) kept_paths_.push_back({path});
    for (const auto& path : s.remove)
      (is_path(path) || has_paths_ ? removed_inside_ : removed_).push_back(path);
    for (const auto& [from, to] : s.rename) renamed_.push_back({from, to});
    for (const auto& [key, text] : s.add) {
      auto compiled = record_template::compile(text, {context.node, 0});
      // Only the environment can have changed since the settings were validated.
      if (compiled) added_.push_back({key, std::move(*compiled)});
    }
  }

  void apply(const event_view& in, event_output& out) override {
    if (has_paths_) return apply_paths(in, out);
    const auto source = without_removed_inside(in.record);
    record_.clear();
    auto write = msgpack_writer{record_};
    const auto mark = write.open();
    auto count = copy_fields(source, write);
    const auto copied = count;
    for (const auto& [key, value] : added_) {
      const auto more = record_fields{record_.view_from(mark + 1), copied};
      render(value, {.tag = in.tag, .record = in.record, .more = more, .groups = {}});
      write.str(key);
      if (value.lone_field())
        write.raw(scratch_.view());
      else
        write.str(scratch_.view());
      ++count;
    }
    write.close_map(mark, count);
    out.put(in.with(record_.view()));
  }

private:
  struct renaming {
    std::string from;
    std::string to;
  };
  struct addition {
    std::string key;
    record_template value;
  };

  static auto names_paths(const settings& s) -> bool {
    const auto any_of = [](const auto& names) { return std::any_of(names.begin(), names.end(), is_path); };
    const auto in_pair = [](const auto& pair) { return is_path(pair.first); };
    return any_of(s.keep) || std::any_of(s.add.begin(), s.add.end(), in_pair)
           || std::any_of(s.rename.begin(), s.rename.end(),
                          [](const auto& pair) { return is_path(pair.first) || is_path(pair.second); });
  }

  /// The same in the same order where names are paths, one copy of the record for each.
  void apply_paths(const event_view& in, event_output& out) {
    record_.clear();
    if (keep_.empty())
      record_.append(in.record);
    else
      append_kept(record_, in.record, kept_paths_);
    for (const auto& path : removed_inside_) erase_path(record_, path);
    rename_paths();
    work_.clear();
    work_.append(record_.view());
    for (const auto& [key, value] : added_) {
      render(value, {.tag = in.tag, .record = in.record, .more = fields_of(work_.view()), .groups = {}});
      if (value.lone_field()) {
        set(key, scratch_.view());
        continue;
      }
      text_.clear();
      msgpack_writer{text_}.str(scratch_.view());
      set(key, text_.view());
    }
    out.put(in.with(record_.view()));
  }

  /// All values are taken before the first is put, so that two fields may change places.
  void rename_paths() {
    if (renamed_.empty()) return;
    work_.clear();
    work_.append(record_.view());
    for (const auto& r : renamed_) erase_path(record_, r.from);
    for (const auto& r : renamed_)
      if (const auto value = find_path(work_.view(), r.from); !value.empty()) set(r.to, value);
  }

  void set(std::string_view path, std::string_view value) {
    spare_.clear();
    append_with_path(spare_, record_.view(), path, value);
    record_.swap(spare_);
  }

  auto without_removed_inside(std::string_view record) -> std::string_view {
    if (removed_inside_.empty()) return record;
    work_.clear();
    work_.append(record);
    for (const auto& path : removed_inside_) erase_path(work_, path);
    return work_.view();
  }

  /// What becomes of a field: it stays as it is, goes, or gets another name.
  struct fate {
    bool goes = false;
    const std::string* new_name = nullptr;
  };

  auto copy_fields(std::string_view source, msgpack_writer& write) -> std::uint32_t {
    const auto fields = fields_of(source);
    auto read = msgpack_reader{fields.bytes};
    auto copied = std::uint32_t{0};
    const auto* run = read.at(); // Fields that stay are copied together.
    const auto* end = run;
    for (std::uint32_t i = 0; i < fields.count; ++i) {
      auto key = std::string_view{};
      const auto named = read.str_or_bin(key);
      if (!named && !read.skip()) break;
      auto value = std::string_view{};
      if (!read.value(value)) break;
      const auto [goes, new_name] = named ? fate_of(key, source) : fate{!keep_.empty(), nullptr};
      const auto* begin = std::exchange(end, read.at());
      if (!goes) ++copied;
      if (!goes && new_name == nullptr) continue;
      write.raw({run, begin});
      run = end;
      if (goes) continue;
      write.str(*new_name);
      write.raw(value);
    }
    write.raw({run, end});
    return copied;
  }

  auto fate_of(std::string_view key, std::string_view source) const -> fate {
    if (!is_kept(key)) return {true, nullptr};
    const auto* name = new_name(key);
    return {is_replaced(name != nullptr ? *name : key, name != nullptr, source), name};
  }

  auto is_kept(std::string_view key) const -> bool {
    return (keep_.empty() || contains(keep_, key)) && !contains(removed_, key);
  }

  auto new_name(std::string_view key) const -> const std::string* {
    for (const auto& r : renamed_)
      if (r.from == key) return &r.to;
    return nullptr;
  }

  /// Whether another field takes the place of this one: an added one, or one that gets its name.
  auto is_replaced(std::string_view key, bool is_renamed, std::string_view source) const -> bool {
    for (const auto& a : added_)
      if (a.key == key) return true;
    if (is_renamed) return false;
    return std::any_of(renamed_.begin(), renamed_.end(), [&](const auto& r) {
      return r.to == key && is_kept(r.from) && !find_field(source, r.from).empty();
    });
  }

  void render(const record_template& value, const template_input& in) {
    scratch_.clear();
    const auto field = value.lone_field();
    if (!field) return value.render(in, scratch_);
    const auto found = find_path(in, *field);
    if (found.empty())
      msgpack_writer{scratch_}.nil();
    else
      scratch_.append(found);
  }

  std::vector<std::string> keep_;
  std::vector<kept_path> kept_paths_; ///< of keep_
  std::vector<std::string> removed_;
  std::vector<std::string> removed_inside_;
  std::vector<renaming> renamed_;
  std::vector<addition> added_;
  bool has_paths_; ///< in more than remove
  byte_buffer work_;
  byte_buffer spare_;
  byte_buffer text_;
  byte_buffer record_;
  byte_buffer scratch_;
};

template <class Visitor> void describe(Visitor& v, record_operator::settings& s) {
  v.field("keep", s.keep, "Keep only these fields; a.b keeps b inside of a, here and in the others.");
  v.field("remove", s.remove, "Remove these fields; a.b removes b inside of a.");
  v.field("rename", s.rename, "After keep and remove: old names to new ones; maps in between are made.");
  v.field("add", s.add,
          "Last: fields to templates of ${tag}, ${tag[1]}, ${hostname}, ${node}, ${field.path}, ${ENV}; "
          "overwrites. "
          "Exactly one ${field.path} keeps its type, and is null if the event lacks it.");
}

/// Whether one path is the other, or leads into it.
auto are_related(std::string_view a, std::string_view b) -> bool {
  const auto leads = [](std::string_view above, std::string_view path) {
    return path.starts_with(above) && (path.size() == above.size() || path[above.size()] == '.');
  };
  return leads(a, b) || leads(b, a);
}

/// A text at `a` gives way to what is then added at `a.b`.
void check_added_texts(const config::string_map& add, config::settings_reader& reader) {
  for (const auto& [key, text] : add) {
    const auto inside = add.lower_bound(key + '.');
    const auto compiled = record_template::compile(text, {});
    if (inside == add.end() || !inside->first.starts_with(key + '.') || !compiled || compiled->lone_field()) continue;
    reader.complain("add", "\"add\" of a text at \"" + key + "\" does nothing: it gives way to \"" + inside->first + '"');
  }
}

/// What is given and does nothing, as something else here has been before it or comes after it.
void check_effects(const record_operator::settings& s, config::settings_reader& reader) {
  const auto is_kept = [&](std::string_view path) {
    return s.keep.empty() || std::any_of(s.keep.begin(), s.keep.end(), [&](const auto& k) { return are_related(k, path); });
  };
  const auto quoted = [](const std::string& name) { return '"' + name + '"'; };
  for (const auto& [key, names] : {std::pair{"keep", &s.keep}, {"remove", &s.remove}})
    if (const auto twice = find_repeated(*names); !twice.empty())
      reader.complain(key, quoted(key) + " names " + quoted(twice) + " twice");
  for (const auto& path : s.remove)
    if (contains(s.keep, path))
      reader.complain("remove", quoted(path) + " is under \"keep\" and under \"remove\"");
    else if (!is_kept(path))
      reader.complain("remove", "\"remove\" of " + quoted(path) + " does nothing: \"keep\" does not name it");
  for (const auto& [from, to] : s.rename)
    if (from == to)
      reader.complain("rename", "\"rename\" of " + quoted(from) + " to itself does nothing");
    else if (!is_kept(from) || contains(s.remove, from))
      reader.complain("rename", "\"rename\" of " + quoted(from) + " does nothing: it is not kept, and goes before that");
    else if (s.add.contains(to))
      reader.complain("rename", "\"rename\" to " + quoted(to) + " does nothing: \"add\" overwrites it");
}

void validate(const record_operator::settings& s, config::settings_reader& reader) {
  check_effects(s, reader);
  check_added_texts(s.add, reader);
  if (s.keep.empty() && s.remove.empty() && s.rename.empty() && s.add.empty())
    reader.complain({}, "wants at least one of \"keep\", \"remove\", \"rename\" and \"add\"");
  auto targets = std::set<std::string_view>{};
  for (const auto& [from, to] : s.rename)
    if (!targets.insert(to).second)
      reader.complain("rename", "\"rename\": two fields become \"" + to + '"');
    else if (!is_written_path(to))
      reader.complain("rename", "\"rename\" to \"" + to + "\": " + std::string{not_written_path});
  const auto* written = reader.given("add");
  for (const auto& [key, text] : s.add) {
    const auto compiled = record_template::compile(text, {});
    if (!compiled)
      reader.complain_at(written->find(key)->where, '"' + key + "\": " + compiled.failure().what);
    if (!is_written_path(key))
      reader.complain_at(written->find(key)->where, '"' + key + "\": " + std::string{not_written_path});
  }
}

const register_operator<record_operator> registered_record{"record",
                                                    "Adds, renames and removes fields of the record."};

} // namespace
} // namespace weir
