-- The same request from every connection, each after a pause of DELAY_MS on average. Arguments: DELAY_MS.
local delay_ms

function init(arguments)
  delay_ms = tonumber(arguments[1])
  math.randomseed(2)
end

function delay()
  return math.random(delay_ms / 2, delay_ms * 3 / 2)
end
