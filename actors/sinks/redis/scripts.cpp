#include "actors/sinks/redis/scripts.hpp"

namespace weir {

// Numbers are texts of 20 digits, as those of Lua have but 53 bits.
const std::string_view redis_commit_script = R"lua(
local at = 0
local function word() at = at + 1; return ARGV[at] end
local mode, prefix, seen, field, most, touch = word(), word(), word(), word(), word(), word()

local function rows_of(suffix)
  local rows, all = {}, redis.call('HGETALL', prefix .. suffix)
  for i = 1, #all, 2 do
    if all[i] ~= '-1' then rows[#rows + 1] = {all[i], string.sub(all[i + 1], 1, 20)} end
  end
  table.sort(rows, function(a, b) return a[1] < b[1] end)
  return rows
end

local function have(suffix, first, last)
  local texts, begin, stop = {}, nil, nil
  for _, r in ipairs(rows_of(suffix)) do
    local f, l = r[1], r[2]
    if f < first then f = first end
    if l > last then l = last end
    if f < l then
      if stop and f <= stop then
        if l > stop then stop = l end
      else
        if stop then texts[#texts + 1] = begin .. '-' .. stop end
        begin, stop = f, l
      end
    end
  end
  if stop then texts[#texts + 1] = begin .. '-' .. stop end
  return table.concat(texts, ' ')
end

local function add(suffix, first, last)
  for _, r in ipairs(rows_of(suffix)) do
    if r[1] <= last and r[2] >= first then
      if r[1] < first then first = r[1] end
      if r[2] > last then last = r[2] end
      redis.call('HDEL', prefix .. suffix, r[1])
    end
  end
  redis.call('HSET', prefix .. suffix, first, last .. ' ' .. seen)
end

local function problem_of(key)
  if not redis.acl_check_cmd('XADD', key, '*', field, '') or not redis.acl_check_cmd('TYPE', key) then
    return 'the user may not write to "' .. key .. '"'
  end
  local is = redis.call('TYPE', key).ok
  if is == 'none' then return nil end
  if is ~= 'stream' then return 'WRONGTYPE: "' .. key .. '" is a ' .. is .. ', no stream' end
  local told = redis.pcall('XINFO', 'STREAM', key)
  for i = 1, #told, 2 do
    if told[i] == 'last-generated-id' and string.sub(told[i + 1], 1, 21) == '18446744073709551615-' then
      return 'the last ID of "' .. key .. '" is the greatest there is'
    end
  end
  return nil
end

local mine = prefix .. 'x'
for _, c in ipairs({{'HSET', mine, 'a', 'b'}, {'HDEL', mine, 'a'}, {'HGETALL', mine}, {'ZADD', mine, '1', 'a'}, {'SADD', mine, 'a'}, {'SET', mine, 'a'}}) do
  if not redis.acl_check_cmd(unpack(c)) then
    return redis.error_reply('NOPERM the user may not ' .. c[1] .. ' keys ' .. prefix .. '*')
  end
end
local overtaken = false
for _ = 1, tonumber(word()) do
  local suffix, first, last, known = word(), word(), word(), word()
  if have(suffix, first, last) ~= known then overtaken = true end
end
if overtaken then return {'overtaken'} end

local rows_at = at
for _ = 1, tonumber(word()) do at = at + 4 end
local streams_at, refused = at, {'refused'}
for n = 1, tonumber(word()) do
  local key, events = word(), tonumber(word())
  local problem = events > 0 and problem_of(key)
  if problem then
    refused[#refused + 1] = n - 1
    refused[#refused + 1] = problem
  end
  at = at + events
end
if #refused > 1 then return refused end
if mode == 'look' then return {'stored'} end

at = streams_at
for _ = 1, tonumber(word()) do
  local key = word()
  for _ = 1, tonumber(word()) do
    if most == '0' then
      redis.call('XADD', key, '*', field, word())
    else
      redis.call('XADD', key, 'MAXLEN', '~', most, '*', field, word())
    end
  end
end
at = rows_at
for _ = 1, tonumber(word()) do
  local suffix, first, last, below = word(), word(), word(), word()
  local kind, owner = string.match(suffix, '^(%a) (%S*) ')
  if first == '-1' then
    redis.call('HSET', prefix .. suffix, '-1', '-1 ' .. seen)
  else
    add(suffix, first, last)
    if below ~= '' then
      local least, one = rows_of(suffix)[1][1], string.format('%020d', 1)
      if least < below then add(suffix, least < one and least or one, below) end
    end
  end
  if kind == 'w' then
    redis.call('ZADD', prefix .. 'ids', seen, suffix)
  elseif kind == 'c' or first == '-1' then
    redis.call('ZADD', prefix .. 'old', seen, suffix)
  end
  if kind == 'p' or kind == 's' then redis.call('SADD', prefix .. 'of ' .. owner, suffix) end
end
if touch ~= '' then redis.call('SET', prefix .. 'touched', seen) end
return {'stored'}
)lua";

const std::string_view redis_forget_script = R"lua(
local prefix, old_before, ids_before, ids_max = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4])
local at_once, count, youngest = 1000, 0, '0'
local function forget(index, suffix)
  local owner = string.match(suffix, '^[ps] (%S*) ')
  if owner then redis.call('SREM', prefix .. 'of ' .. owner, suffix) end
  redis.call('UNLINK', prefix .. suffix)
  redis.call('ZREM', prefix .. index, suffix)
  count = count + 1
end
for index, before in pairs({old = old_before, ids = ids_before}) do
  for _, suffix in ipairs(redis.call('ZRANGEBYSCORE', prefix .. index, '-inf', '(' .. before, 'LIMIT', 0, at_once)) do forget(index, suffix) end
end
local many = redis.call('ZCARD', prefix .. 'ids') - ids_max
if many > 0 then
  local found = redis.call('ZRANGE', prefix .. 'ids', 0, math.min(many, at_once) - 1, 'WITHSCORES')
  for i = 1, #found, 2 do
    forget('ids', found[i])
    youngest = found[i + 1]
  end
end
return {count, youngest}
)lua";

const std::string_view redis_examine_script = R"lua(
local prefix, field, key = ARGV[1], ARGV[2], ARGV[3]
local wrong, mine = {}, prefix .. 'x'
for _, c in ipairs({{'HSET', mine, 'a', 'b'}, {'HDEL', mine, 'a'}, {'HGETALL', mine}, {'SMEMBERS', mine}, {'ZADD', mine, '1', 'a'}, {'SADD', mine, 'a'},
                    {'SREM', mine, 'a'}, {'ZREM', mine, 'a'}, {'UNLINK', mine}, {'SET', mine, 'a'}}) do
  if not redis.acl_check_cmd(unpack(c)) then wrong[#wrong + 1] = 'the user may not ' .. c[1] .. ' keys ' .. prefix .. '*' end
end
if key then
  if not redis.acl_check_cmd('XADD', key, '*', field, '') then
    wrong[#wrong + 1] = 'the user may not XADD to "' .. key .. '"'
  elseif redis.acl_check_cmd('TYPE', key) then
    local is = redis.call('TYPE', key).ok
    if is ~= 'none' and is ~= 'stream' then wrong[#wrong + 1] = '"' .. key .. '" is a ' .. is .. ', no stream' end
  end
end
return wrong
)lua";

} // namespace weir
