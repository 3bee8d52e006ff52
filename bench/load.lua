-- Sends the same command again and again with other ids and other keys, and says in one line what came of it.
-- Arguments: method, path before the id, how many ids, file with the body or "-", then the keys.

local requests, at = {}, 0

function init(args)
  local method, path, ids, file = args[1], args[2], tonumber(args[3]), args[4]
  local body
  if file ~= '-' then
    local open = assert(io.open(file))
    body = open:read('*a')
    open:close()
  end
  local keys = { unpack(args, 5) }
  for id = 1, ids do
    local headers = { Authorization = 'Bearer ' .. keys[id % #keys + 1] }
    if body then headers['Content-Type'] = 'application/json' end
    requests[id] = wrk.format(method, path .. id, headers, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'figures answers=%d refused=%d broken=%d microseconds=%d p50=%d p99=%d\n',
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.duration, latency:percentile(50), latency:percentile(99)))
end
