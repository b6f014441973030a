-- Signs in, account after account, each from an address of its own.
-- Arguments: ACCOUNTS, PASSWORD, ONE_WRONG_IN (0: none), DELAY_MS between a connection's requests (0: none),
-- ADDRESSES (0: one for each account).
local accounts, password, one_wrong_in, delay_ms, addresses
local at = 0

function init(arguments)
  accounts, password, one_wrong_in = tonumber(arguments[1]), arguments[2], tonumber(arguments[3])
  delay_ms, addresses = tonumber(arguments[4]), tonumber(arguments[5])
  if addresses == 0 then addresses = accounts end
  if delay_ms == 0 then delay = nil end
  wrk.headers["Content-Type"] = "application/json"
  math.randomseed(1)
end

function request()
  at = at + 1
  local account, address = at % accounts, at % addresses
  local given = one_wrong_in > 0 and at % one_wrong_in == 0 and "certainly not that one" or password
  wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", address / 65536, address / 256 % 256, address % 256)
  return wrk.format("POST", nil, nil,
                    string.format('{"username":"member-%d","password":"%s","refresh_in":"body"}', account, given))
end

function delay()
  return math.random(delay_ms / 2, delay_ms * 3 / 2)
end
