-- Presents the tokens of a file in turn, so that a cache smaller than the file never has the one that comes.
-- Arguments: FILE.
local tokens, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do tokens[#tokens + 1] = "Bearer " .. line end
end

function request()
  at = at % #tokens + 1
  wrk.headers["Authorization"] = tokens[at]
  return wrk.format()
end
