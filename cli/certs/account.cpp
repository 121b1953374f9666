#include "cli/certs/account.hpp"

#include "cli/certs/actions.hpp"
#include "cli/figures.hpp"
#include "cli/json_text.hpp"
#include "cli/text_table.hpp"

#include <sys/stat.h>

#include <algorithm>

namespace weir::cli {
namespace {

using std::chrono::sys_seconds;

constexpr auto soon = std::chrono::days{30};
constexpr auto fingerprint_digits = std::size_t{16};

auto days_between(sys_seconds from, sys_seconds to) -> std::int64_t {
  return std::chrono::floor<std::chrono::days>(to - from).count();
}

auto days_text(std::int64_t count) -> std::string {
  return count == 0 ? "less than a day" : std::to_string(count) + (count == 1 ? " day" : " days");
}

void find_in_time(certificate_account& one, sys_seconds now) {
  if (one.what.begins > now) one.findings.push_back("is not valid before " + second_text(one.what.begins));
  if (one.what.ends <= now)
    one.findings.push_back("expired " + second_text(one.what.ends));
  else if (one.what.ends < now + soon)
    one.findings.push_back("expires in " + days_text(days_between(now, one.what.ends)));
}

void find_in_trust(certificate_account& one, const x509_st& certificate, const trusted_authority& trusted) {
  const auto& all = trusted.certificates;
  const auto is_signed = std::any_of(all.begin(), all.end(), [&](const auto& authority) {
    return certs::is_signed_by(certificate, *authority);
  });
  if (!all.empty() && !is_signed) one.findings.push_back("is not signed by " + trusted.path);
  if (is_signed && std::find(trusted.revoked.begin(), trusted.revoked.end(), one.what.serial) != trusted.revoked.end())
    one.findings.emplace_back("is revoked");
}

/// A group may read it: that of the service, as often as not.
constexpr auto modes_of_others = mode_t{S_IWGRP | S_IRWXO};

void find_in_key(certificate_account& one, const x509_st& certificate) {
  const auto path = key_path_of(one.path);
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return;
  if ((found.st_mode & modes_of_others) != 0) one.findings.push_back("others may use its key " + path);
  const auto text = read_text(path);
  const auto key = text ? certs::key_of(*text) : nullptr;
  if (!text)
    one.findings.push_back("its key cannot be read: " + text.failure().what);
  else if (!key)
    one.findings.push_back(path + " is no key without a password in PEM");
  else if (!certs::belong_together(certificate, *key))
    one.findings.push_back("does not match its key " + path);
}

auto kind_of(const certificate_account& one) -> std::string { return one.what.is_authority ? "authority" : "node"; }

auto all_names(const certs::description& what) -> std::vector<std::string> {
  auto all = what.names.hosts;
  all.insert(all.end(), what.names.addresses.begin(), what.names.addresses.end());
  if (all.empty()) all.push_back(what.common_name);
  return all;
}

} // namespace

auto account_of(const std::string& path, const trusted_authority& trusted, sys_seconds now)
    -> result<std::vector<certificate_account>> {
  WEIR_TRY(const auto text, read_text(path));
  const auto found = certs::certificates_of(text);
  if (!found) return error{found.failure().code, path + ": " + found.failure().what};
  auto all = std::vector<certificate_account>{};
  for (const auto& certificate : *found) {
    auto one = certificate_account{path, certs::describe(*certificate), {}};
    find_in_time(one, now);
    find_in_trust(one, *certificate, trusted);
    // Those behind the first are the ones between it and its authority.
    if (all.empty()) find_in_key(one, *certificate);
    all.push_back(std::move(one));
  }
  return all;
}

auto certificates_text(const std::vector<certificate_account>& all, sys_seconds now) -> std::string {
  auto table = text_table{{"FILE", "NAMES", "KIND", "NOT AFTER", "DAYS LEFT", "ISSUER", "KEY", "SHA-256"}};
  for (const auto& one : all) {
    const auto left = std::max<std::int64_t>(0, days_between(now, one.what.ends));
    table.add_row({printable(one.path), printable(joined(all_names(one.what))), kind_of(one), day_text(one.what.ends),
                   std::to_string(left), printable(one.what.issuer), one.what.algorithm,
                   one.what.fingerprint.substr(0, fingerprint_digits)});
    for (const auto& finding : one.findings) table.add_line("  ! " + printable(finding));
  }
  return table.text();
}

auto certificates_json(const std::vector<certificate_account>& all, sys_seconds now) -> std::string {
  auto text = std::string{"["};
  for (const auto& one : all) {
    text += (text.size() > 1 ? ",{" : "{");
    text += "\"file\":" + json_string(one.path) + ",\"kind\":" + json_string(kind_of(one));
    text += ",\"common_name\":" + json_string(one.what.common_name);
    text += ",\"hosts\":" + json_list(one.what.names.hosts) + ",\"addresses\":" + json_list(one.what.names.addresses);
    text += ",\"not_before\":" + json_string(second_text(one.what.begins));
    text += ",\"not_after\":" + json_string(second_text(one.what.ends));
    text += ",\"days_left\":" + std::to_string(days_between(now, one.what.ends));
    text += ",\"issuer\":" + json_string(one.what.issuer) + ",\"key\":" + json_string(one.what.algorithm);
    text += ",\"serial\":" + json_string(one.what.serial) + ",\"sha256\":" + json_string(one.what.fingerprint);
    text += ",\"findings\":" + json_list(one.findings) + '}';
  }
  return text + "]\n";
}

} // namespace weir::cli
