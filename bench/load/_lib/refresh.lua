-- Rotates refresh tokens: what an answer brings goes to the end of the queue, so no token is ever used twice.
-- Arguments: FILE of refresh tokens, more of them than connections.
local queue, head, tail = {}, 1, 0

local function push(token)
  tail = tail + 1
  queue[tail] = token
end

function init(arguments)
  for line in io.lines(arguments[1]) do push(line) end
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  local token = queue[head]
  queue[head] = nil
  head = head + 1
  return wrk.format("POST", nil, nil, '{"refresh_token":"' .. token .. '"}')
end

function response(status, _, body)
  if status == 200 then push(body:match('"refresh_token":"([^"]+)"')) end
end
