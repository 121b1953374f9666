#include "actors/operators/redact/finders.hpp"

#include "runtime/base/scan.hpp"

#include <re2/re2.h>

#include <algorithm>
#include <arpa/inet.h>

namespace weir::redact {
namespace {

auto quiet() -> RE2::Options {
  auto options = RE2::Options{};
  options.set_encoding(RE2::Options::EncodingLatin1); // any bytes
  options.set_log_errors(false);
  return options;
}

/// What an expression matches, or the part of it that a look at it leaves.
class expression_finder : public finder {
public:
  explicit expression_finder(const std::string& expression) : expression_(expression, quiet()) {}

  auto find(std::string_view text, std::size_t from) const -> found_text override {
    auto match = re2::StringPiece{};
    while (from < text.size()
           && expression_.Match({text.data(), text.size()}, from, text.size(), RE2::UNANCHORED, &match, 1)) {
      const auto begin = static_cast<std::size_t>(match.data() - text.data());
      if (const auto left = narrow(text, {begin, match.size()}); left.size > 0) return left;
      from = begin + std::max<std::size_t>(match.size(), 1);
    }
    return {};
  }
  auto expression() const -> const RE2& { return expression_; }

private:
  virtual auto narrow(std::string_view /*text*/, found_text match) const -> found_text { return match; }

  RE2 expression_;
};

/// 13 to 19 digits, alone or in groups, whose last one is Luhn's check digit and whose first is that of a card.
class card_finder final : public expression_finder {
public:
  card_finder() : expression_finder(R"([0-9](?:[ -]?[0-9]){12,})") {}

private:
  static constexpr auto digits_min = 13;
  static constexpr auto digits_max = 19;

  auto narrow(std::string_view text, found_text match) const -> found_text override {
    const auto end = match.begin + match.size;
    for (auto begin = match.begin; begin < end; ++begin) {
      const auto begins = scan::is_digit(text[begin]) && (begin == 0 || !scan::is_digit(text[begin - 1]));
      if (!begins || text[begin] < '2' || text[begin] > '6') continue;
      if (const auto size = card_size(text.substr(begin, end - begin)); size > 0) return {begin, size};
    }
    return {};
  }

  /// Of the longest card number at the front; 0 if there is none.
  static auto card_size(std::string_view text) -> std::size_t {
    int digits[digits_max];
    auto count = 0;
    auto size = std::size_t{0};
    for (std::size_t i = 0; i < text.size() && count < digits_max; ++i) {
      if (!scan::is_digit(text[i])) continue;
      digits[count++] = text[i] - '0';
      const auto ends = i + 1 == text.size() || !scan::is_digit(text[i + 1]);
      if (ends && count >= digits_min && is_checked(digits, count)) size = i + 1;
    }
    return size;
  }

  static auto is_checked(const int* digits, int count) -> bool {
    auto sum = 0;
    for (auto i = 0; i < count; ++i) {
      const auto doubled = digits[count - 1 - i] * (1 + i % 2);
      sum += doubled > 9 ? doubled - 9 : doubled;
    }
    return sum % 10 == 0;
  }
};

/// IPv4 and IPv6 addresses.
class address_finder final : public expression_finder {
public:
  address_finder() : expression_finder(R"([0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*)") {}

private:
  auto narrow(std::string_view text, found_text match) const -> found_text override {
    const auto touches = [&](std::size_t at) { return at < text.size() && (scan::is_alpha(text[at]) || scan::is_digit(text[at])); };
    if (match.begin > 0 && touches(match.begin - 1)) return {};
    for (; match.size > 1; --match.size) {
      if (!touches(match.begin + match.size) && is_address(text.substr(match.begin, match.size))) return match;
      const auto last = text[match.begin + match.size - 1];
      if (last != '.' && last != ':') break; // an address that ends a sentence
    }
    return {};
  }

  static auto is_address(std::string_view text) -> bool {
    char written[INET6_ADDRSTRLEN + 1] = {};
    if (text.size() >= sizeof written || text == "::") return false;
    std::copy(text.begin(), text.end(), written);
    unsigned char address[sizeof(in6_addr)];
    return ::inet_pton(AF_INET, written, address) == 1 || ::inet_pton(AF_INET6, written, address) == 1;
  }
};

constexpr auto mail_expression = R"([A-Za-z0-9._%+'-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,})";

/// Of HTTP's Authorization, JSON web tokens, and keys that say by their beginning whose they are.
constexpr auto token_expression =
    R"((?i:bearer|basic)\s+[A-Za-z0-9._~+/=-]{8,})"
    R"(|\beyJ[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]{5,}\.[A-Za-z0-9_-]*)"
    R"(|\b(?:AKIA|ASIA)[A-Z0-9]{16}\b)"
    R"(|(?i:aws_?secret_?access_?key)["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40})"
    R"(|\bgh[pousr]_[A-Za-z0-9]{36,}|\bgithub_pat_[A-Za-z0-9_]{22,})"
    R"(|\bglpat-[A-Za-z0-9_-]{20,}|\bxox[abeprs]-[A-Za-z0-9-]{10,}|\bsk_live_[A-Za-z0-9]{16,})"
    R"(|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?)";

} // namespace

auto kinds() -> const std::vector<std::string>& {
  static const auto all = std::vector<std::string>{"mail", "card", "ip", "token"};
  return all;
}

auto make_finder(std::string_view kind) -> std::unique_ptr<finder> {
  if (kind == "mail") return std::make_unique<expression_finder>(mail_expression);
  if (kind == "card") return std::make_unique<card_finder>();
  if (kind == "ip") return std::make_unique<address_finder>();
  if (kind == "token") return std::make_unique<expression_finder>(token_expression);
  return nullptr;
}

auto make_expression_finder(const std::string& expression) -> result<std::unique_ptr<finder>> {
  auto made = std::make_unique<expression_finder>(expression);
  if (!made->expression().ok()) return error{errc::failed, "is no RE2 expression: " + made->expression().error()};
  if (RE2::FullMatch("", made->expression())) return error{errc::failed, "matches the empty text"};
  return std::unique_ptr<finder>{std::move(made)};
}

} // namespace weir::redact
