#include "runtime/parser/grok_patterns.hpp"

#include <algorithm>
#include <utility>

namespace weir {
namespace {

/// RE2 has no look-around, so these do without: what must not touch a letter or digit has \b. Sorted by name.
constexpr std::pair<std::string_view, std::string_view> grok_patterns[] = {
    {"BASE10NUM", R"([+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+))"},
    {"BASE16FLOAT", R"([+-]?(?:0x)?(?:[0-9A-Fa-f]+(?:\.[0-9A-Fa-f]*)?|\.[0-9A-Fa-f]+))"},
    {"BASE16NUM", R"([+-]?(?:0x)?[0-9A-Fa-f]+)"},
    {"CISCOMAC", R"((?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})"},
    {"COMBINEDAPACHELOG", R"(%{COMMONAPACHELOG} %{QS:referrer} %{QS:agent})"},
    {"COMMONAPACHELOG",
     R"(%{IPORHOST:clientip} %{HTTPDUSER:ident} %{HTTPDUSER:auth} \[%{HTTPDATE:timestamp}\] )"
     R"re("(?:%{WORD:verb} %{NOTSPACE:request}(?: HTTP/%{NUMBER:httpversion})?|%{DATA:rawrequest})" )re"
     R"((?:-|%{NUMBER:response}) (?:-|%{NUMBER:bytes}))"},
    {"COMMONMAC", R"((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2})"},
    {"DATA", R"(.*?)"},
    {"DATE", R"((?:%{DATE_US}|%{DATE_EU}))"},
    {"DATESTAMP", R"(%{DATE}[- ]%{TIME})"},
    {"DATESTAMP_EVENTLOG", R"(%{YEAR}%{MONTHNUM2}%{MONTHDAY}%{HOUR}%{MINUTE}%{SECOND})"},
    {"DATESTAMP_OTHER", R"(%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{TZ} %{YEAR})"},
    {"DATESTAMP_RFC2822", R"(%{DAY}, %{MONTHDAY} %{MONTH} %{YEAR} %{TIME} %{ISO8601_TIMEZONE})"},
    {"DATESTAMP_RFC822", R"(%{DAY} %{MONTH} %{MONTHDAY} %{YEAR} %{TIME} %{TZ})"},
    {"DATE_EU", R"(%{MONTHDAY}[./-]%{MONTHNUM}[./-]%{YEAR})"},
    {"DATE_US", R"(%{MONTHNUM}[/-]%{MONTHDAY}[/-]%{YEAR})"},
    {"DAY", R"(\b(?:Mon(?:day)?|Tue(?:sday)?|Wed(?:nesday)?|Thu(?:rsday)?|Fri(?:day)?|Sat(?:urday)?|Sun(?:day)?)\b)"},
    {"EMAILADDRESS", R"(%{EMAILLOCALPART}@%{HOSTNAME})"},
    {"EMAILLOCALPART", R"([a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-zA-Z0-9!#$%&'*+/=?^_`{|}~-]+)*)"},
    {"GREEDYDATA", R"(.*)"},
    {"HOSTNAME", R"(\b[0-9A-Za-z_][0-9A-Za-z_-]{0,62}(?:\.[0-9A-Za-z_][0-9A-Za-z_-]{0,62})*\.?)"},
    {"HOSTPORT", R"(%{IPORHOST}:%{POSINT})"},
    {"HOUR", R"((?:2[0123]|[01]?[0-9]))"},
    {"HTTPDATE", R"(%{MONTHDAY}/%{MONTH}/%{YEAR}:%{TIME} %{INT})"},
    {"HTTPDERROR_DATE", R"(%{DAY} %{MONTH} %{MONTHDAY} %{TIME} %{YEAR})"},
    {"HTTPDUSER", R"((?:%{EMAILADDRESS}|%{USER}))"},
    {"HTTPD_COMBINEDLOG", R"(%{COMBINEDAPACHELOG})"},
    {"HTTPD_COMMONLOG", R"(%{COMMONAPACHELOG})"},
    {"INT", R"([+-]?[0-9]+)"},
    {"IP", R"((?:%{IPV6}|%{IPV4}))"},
    {"IPORHOST", R"((?:%{IP}|%{HOSTNAME}))"},
    {"IPV4", R"((?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\.){3}(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])\b)"},
    {"IPV6", R"((?:[0-9A-Fa-f]{0,4}:){2,7}(?:%{IPV4}|[0-9A-Fa-f]{1,4}|:)(?:%[0-9A-Za-z]+)?)"},
    {"ISO8601_SECOND", R"(%{SECOND})"},
    {"ISO8601_TIMEZONE", R"((?:Z|[+-]%{HOUR}(?::?%{MINUTE})?))"},
    {"JAVACLASS", R"((?:[a-zA-Z$_][a-zA-Z$_0-9]*\.)*[a-zA-Z$_][a-zA-Z$_0-9]*)"},
    {"JAVAFILE", R"([A-Za-z0-9_. -]+)"},
    {"JAVALOGMESSAGE", R"(.*)"},
    {"JAVAMETHOD", R"((?:<(?:cl)?init>|[a-zA-Z$_][a-zA-Z$_0-9]*))"},
    {"LOGLEVEL",
     R"((?:[Aa]lert|ALERT|[Tt]race|TRACE|[Dd]ebug|DEBUG|[Nn]otice|NOTICE|[Ii]nfo(?:rmation)?|INFO(?:RMATION)?|)"
     R"([Ww]arn(?:ing)?|WARN(?:ING)?|[Ee]rr(?:or)?|ERR(?:OR)?|[Cc]rit(?:ical)?|CRIT(?:ICAL)?|[Ff]atal|FATAL|)"
     R"([Ss]evere|SEVERE|[Ee]merg(?:ency)?|EMERG(?:ENCY)?))"},
    {"MAC", R"((?:%{CISCOMAC}|%{WINDOWSMAC}|%{COMMONMAC}))"},
    {"MINUTE", R"([0-5][0-9])"},
    {"MONTH",
     R"(\b(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sep(?:t(?:ember)?)?|)"
     R"(Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b)"},
    {"MONTHDAY", R"((?:3[01]|[12][0-9]|0?[1-9]))"},
    {"MONTHNUM", R"((?:1[0-2]|0?[1-9]))"},
    {"MONTHNUM2", R"((?:0[1-9]|1[0-2]))"},
    {"NONNEGINT", R"(\b[0-9]+\b)"},
    {"NOTSPACE", R"(\S+)"},
    {"NUMBER", R"(%{BASE10NUM})"},
    {"PATH", R"((?:%{UNIXPATH}|%{WINPATH}))"},
    {"POSINT", R"(\b[1-9][0-9]*\b)"},
    {"PROG", R"([\x21-\x5a\x5c\x5e-\x7e]+)"},
    {"QS", R"(%{QUOTEDSTRING})"},
    {"QUOTEDSTRING", R"((?:"(?:\\.|[^\\"])*"|'(?:\\.|[^\\'])*'|`(?:\\.|[^\\`])*`))"},
    {"SECOND", R"((?:[0-5]?[0-9]|60)(?:[:.,][0-9]+)?)"},
    {"SPACE", R"(\s*)"},
    {"SYSLOG5424PRI", R"(<%{NONNEGINT:syslog5424_pri}>)"},
    {"SYSLOGBASE", R"(%{SYSLOGTIMESTAMP:timestamp} (?:%{SYSLOGFACILITY} )?%{SYSLOGHOST:logsource} %{SYSLOGPROG}:)"},
    {"SYSLOGFACILITY", R"(<%{NONNEGINT:facility}\.%{NONNEGINT:priority}>)"},
    {"SYSLOGHOST", R"(%{IPORHOST})"},
    {"SYSLOGLINE", R"(%{SYSLOGBASE} %{GREEDYDATA:message})"},
    {"SYSLOGPROG", R"(%{PROG:program}(?:\[%{POSINT:pid}\])?)"},
    {"SYSLOGTIMESTAMP", R"(%{MONTH} +%{MONTHDAY} %{TIME})"},
    {"TIME", R"(%{HOUR}:%{MINUTE}(?::%{SECOND})?)"},
    {"TIMESTAMP_ISO8601", R"(%{YEAR}-%{MONTHNUM}-%{MONTHDAY}[T ]%{HOUR}:?%{MINUTE}(?::?%{SECOND})?%{ISO8601_TIMEZONE}?)"},
    {"TTY", R"(/dev/(?:pts|tty(?:[pq])?)(?:\w+)?/?(?:[0-9]+))"},
    {"TZ", R"((?:[APMCE][SD]T|UTC|GMT|CES?T))"},
    {"UNIXPATH", R"((?:/[\w%!$@:.,+~-]*)+)"},
    {"URI", R"(%{URIPROTO}://(?:%{USER}(?::[^@]*)?@)?(?:%{URIHOST})?(?:%{URIPATHPARAM})?)"},
    {"URIHOST", R"(%{IPORHOST}(?::%{POSINT})?)"},
    {"URIPARAM", R"(\?[A-Za-z0-9$.+!*'|(){},~@#%&/=:;_?\[\]<>^-]*)"},
    {"URIPATH", R"((?:/[A-Za-z0-9$.+!*'(){},~:;=@#%&_-]*)+)"},
    {"URIPATHPARAM", R"(%{URIPATH}(?:%{URIPARAM})?)"},
    {"URIPROTO", R"([A-Za-z][A-Za-z0-9+.-]*)"},
    {"URN", R"(urn:[0-9A-Za-z][0-9A-Za-z-]{0,31}:[0-9A-Za-z()+,.:=@;$_!*'/?#%-]+)"},
    {"USER", R"(%{USERNAME})"},
    {"USERNAME", R"([a-zA-Z0-9._-]+)"},
    {"UUID", R"([0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12})"},
    {"WINDOWSMAC", R"((?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2})"},
    {"WINPATH", R"((?:[A-Za-z]:|\\)(?:\\[^\\?*]*)+)"},
    {"WORD", R"(\b\w+\b)"},
    {"YEAR", R"([0-9]{2}(?:[0-9]{2})?)"},
};

static_assert(std::is_sorted(std::begin(grok_patterns), std::end(grok_patterns),
                             [](const auto& a, const auto& b) { return a.first < b.first; }));

} // namespace

auto find_grok_pattern(std::string_view name) -> std::string_view {
  const auto* const found = std::lower_bound(std::begin(grok_patterns), std::end(grok_patterns), name,
                                             [](const auto& p, std::string_view wanted) { return p.first < wanted; });
  return found != std::end(grok_patterns) && found->first == name ? found->second : std::string_view{};
}

} // namespace weir
