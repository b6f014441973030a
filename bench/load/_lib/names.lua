-- Signs in or registers, name after name, each from an address of its own.
-- Arguments: FILE of usernames, "login" or "register", PASSWORD.
local names, at, what, password = {}, 0, nil, nil

function init(arguments)
  for line in io.lines(arguments[1]) do names[#names + 1] = line end
  what, password = arguments[2], arguments[3]
  wrk.headers["Content-Type"] = "application/json"
end

function request()
  at = at + 1
  local name = names[at]
  if name == nil then error("too few names") end
  wrk.headers["X-Forwarded-For"] = string.format("10.%d.%d.%d", at / 65536 % 256, at / 256 % 256, at % 256)
  if what == "login" then
    return wrk.format("POST", nil, nil,
                      string.format('{"username":"%s","password":"%s","refresh_in":"body"}', name, password))
  end
  return wrk.format("POST", nil, nil, string.format('{"username":"%s","email":"%s@example.org","password":"%s"}', name,
                                                    name, password))
end
