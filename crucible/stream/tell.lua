-- Adds events of one attempt to its evaluation's stream, in one step and under the attempt's fence.
--
-- An entry's id is `fence-sequence`, so Redis itself keeps them in order and tells who spoke last. What a later
-- holder said stays; a stale one is turned away. `whole` replaces what is there: the first events of an attempt,
-- and all of them again where Redis lost some. `more` adds to what is there. `any` does so even where nothing is.
--
-- KEYS: the stream
-- ARGV: fence, whole or more or any, milliseconds to live, the news' channel, the evaluation,
--       how many ids to drop, those ids, then an id and a body for each event
-- Answers told, stale or lost.
local fence = tonumber(ARGV[1])
local here = redis.call('EXISTS', KEYS[1]) == 1
if here then
  local facts = redis.call('XINFO', 'STREAM', KEYS[1])
  for place = 1, #facts, 2 do
    if facts[place] == 'last-generated-id' then
      local last_fence, last_sequence = facts[place + 1]:match('^(%d+)-(%d+)$')
      local closed = last_sequence == '18446744073709551615'
      if tonumber(last_fence) > fence or (tonumber(last_fence) == fence and closed) then
        return 'stale'
      end
    end
  end
end
if ARGV[2] == 'whole' then
  redis.call('DEL', KEYS[1])
elseif ARGV[2] == 'more' and not here then
  return 'lost'
end
local place = 7
for _ = 1, tonumber(ARGV[6]) do
  redis.call('XDEL', KEYS[1], ARGV[place])
  place = place + 1
end
while place < #ARGV do
  redis.call('XADD', KEYS[1], ARGV[place], 'event', ARGV[place + 1])
  place = place + 2
end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
redis.call('PUBLISH', ARGV[4], ARGV[5])
return 'told'
