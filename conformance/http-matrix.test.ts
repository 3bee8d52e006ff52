import { claim } from '@sallyport/testkit/claim'
import { openHttpHouse } from '@sallyport/testkit/http-house'
import { rawExchange } from '@sallyport/testkit/raw'
import { answer, recordingUpstream } from '@sallyport/testkit/upstream'
import { afterEach, expect, test } from 'vitest'
import { ANSWERS, REQUESTS, type Row, renderMatrix } from './http-matrix.ts'

const POLICIES = `
@id("reads-and-writes") @because("this is about the wire")
permit (principal, action in [Action::"read", Action::"write"], resource);
@id("tunnels") @because("this is about the wire")
permit (principal, action == Action::"execute", resource) when { context.labels.contains("tunnel") };
@id("puts") @hold("reviewers") @within("1m") @because("putting takes a reviewer")
permit (principal, action == Action::"write", resource) when { context.http.method == "PUT" };
`
const CREDENTIAL = "    credential: { header: x-api-key, format: '{}', secret: env:CRM_SECRET }"

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

test.each([...REQUESTS, ...ANSWERS])(claim('S1', 'http', '$what: $word'), async ({ sent, seen }: Row) => {
  const target = await recordingUpstream((_, socket) => {
    socket.end(Buffer.from(sent.answer ?? answer('done'), 'latin1'))
  })
  closing.push(() => target.close())
  const house = await openHttpHouse({
    target: target.url,
    actions: POLICIES,
    routes: "      - { route: 'POST /graphql', speaks: graphql }",
    secret: 'target-secret',
    ...(sent.credential === true && { resource: CREDENTIAL }),
  })
  closing.push(() => house.close())
  const [method = '', path = '', version = 'HTTP/1.1'] = sent.line.split(' ')
  const head = [
    `${method} /crm${path} ${version}`,
    'Host: localhost',
    `Authorization: Bearer ${house.key}`,
    ...(sent.headers ?? []),
    ...(sent.headers?.some((line) => line.startsWith('Connection:')) ? [] : ['Connection: close']),
  ]
  const received = await rawExchange(house.port, `${head.join('\r\n')}\r\n\r\n${sent.after ?? ''}`)
  expect(Number(/HTTP\/1\.1 ([2-5]\d\d) /.exec(received)?.[1])).toBe(seen.status)
  if (seen.client !== undefined) expect(received).toMatch(seen.client)
  if (seen.notClient !== undefined) expect(received).not.toMatch(seen.notClient)
  if (seen.target === null) expect(target.connections()).toBe(0)
  else if (seen.target !== undefined) expect(target.bytes()).toMatch(seen.target)
  if (seen.notTarget !== undefined) expect(target.bytes()).not.toMatch(seen.notTarget)
})

test('the page is the table', async () => {
  await expect(renderMatrix()).toMatchFileSnapshot('../docs/http.md')
})
