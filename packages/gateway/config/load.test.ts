import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfiguration, readConfiguration } from './load.ts'
import type { Flags, Surroundings } from './surroundings.ts'

const FILE = '/etc/sallyport/sallyport.yaml'

const WHOLE = `
listen: { console: "127.0.0.1:7070", http: "[::1]:0" }
consoleUrl: https://sallyport.example.com
data: ../state
policies: rules
environments:
  - { id: prod }
  - { id: prod-eu, in: prod }
groups:
  - { id: everybody }
  - { id: dba, in: [everybody] }
people:
  - { id: ann, name: Ann Ash, groups: [dba] }
  - { id: ann-admin, name: Ann Ash (admin), groups: [], sameAs: ann }
resources:
  - id: billing
    kind: http
    environment: prod-eu
    region: eu
    address: https://billing.internal:8443/api
    credential: { header: Authorization, format: "Bearer {}", secret: "env:BILLING_TOKEN" }
    routes:
      - { route: "GET /exports/{name}", effects: [export, read], datasets: [exports], labels: [pii], cap: { items: 5000, classes: [pii, email] }, fields: { ssn: [pii] } }
      - { route: "GET /" }
    identity: signed
    cap: { bytes: 1MiB, items: 500, classes: [] }
    fields: { Email: [email] }
    liveWait: 20s
changes: unguarded
`

describe('a whole file', () => {
  const loading = read(WHOLE)
  const configuration = loading.kind === 'loaded' ? loading.configuration : undefined

  test('is one frozen object', () => {
    expect(loading).toMatchObject({ kind: 'loaded', file: FILE })
    expect(configuration).toMatchObject({
      consoleUrl: 'https://sallyport.example.com',
      consoleListen: { host: '127.0.0.1', port: 7070 },
      httpListen: { host: '::1', port: 0 },
      dataFolder: '/etc/state',
      policyFolder: '/etc/sallyport/rules',
      changes: 'unguarded',
    })
    expect(Object.isFrozen(configuration)).toBe(true)
    expect([...(configuration?.people.values() ?? [])]).toEqual([
      { id: 'ann', name: 'Ann Ash', groups: ['dba'], sameAs: [] },
      { id: 'ann-admin', name: 'Ann Ash (admin)', groups: [], sameAs: ['ann'] },
    ])
    expect([...(configuration?.groups.values() ?? [])]).toEqual([
      { id: 'everybody', in: [] },
      { id: 'dba', in: ['everybody'] },
    ])
  })

  test('gives a resource its environment and all that this stands in, innermost first', () => {
    const [billing] = [...(configuration?.resources.values() ?? [])]
    expect(billing).toEqual({
      id: 'billing',
      kind: 'http',
      region: 'eu',
      environments: ['prod-eu', 'prod'],
      address: new URL('https://billing.internal:8443/api'),
      credential: { header: 'authorization', format: 'Bearer {}', secret: 'env:BILLING_TOKEN' },
      routes: [
        {
          method: 'GET',
          path: '/exports/{name}',
          effects: ['read', 'export'],
          operation: null,
          datasets: ['exports'],
          labels: ['pii'],
          speaks: null,
          cap: { bytes: null, items: 5000, classes: ['email', 'pii'] },
          fields: { ssn: ['pii'] },
        },
        {
          method: 'GET',
          path: '/',
          effects: null,
          datasets: [],
          labels: [],
          operation: null,
          speaks: null,
          cap: null,
          fields: {},
        },
      ],
      cap: { bytes: 1_048_576, items: 500, classes: [] },
      fields: { Email: ['email'] },
      identity: 'signed',
      liveWaitMs: 20_000,
    })
    expect(Object.isFrozen(billing?.credential)).toBe(true)
  })
})

test('a file that says the least listens on loopback and knows nobody', () => {
  expect(read('changes: unguarded')).toMatchObject({
    kind: 'loaded',
    configuration: {
      consoleUrl: 'http://localhost:7070',
      consoleListen: { host: '127.0.0.1', port: 7070 },
      httpListen: { host: '127.0.0.1', port: 7080 },
      policyFolder: '/etc/sallyport/policies',
    },
  })
})

describe('what is wrong is said where it stands, with what to do', () => {
  // biome-ignore format: a table
  test.each([
    ['', 1, 1, 'the configuration is a mapping', 'its keys are'],
    ['people: []', 1, 1, 'the configuration without `changes`', 'add `changes: …`'],
    ['changes: guarded', 1, 10, 'a value that is not known here', 'did you mean `unguarded`?'],
    ['changes: unguarded\nresource: []', 2, 1, 'the configuration has no key `resource`', 'did you mean `resources`?'],
    ['changes: unguarded\npeople: [{ id: operator, name: Op }]', 2, 10, '`operator` is who holds the operator\'s token', 'give this person another id'],
    ['changes: unguarded\nfoo: []', 2, 1, 'the configuration has no key `foo`', 'its keys are `listen`'],
    ['changes: unguarded\nchanges: unguarded', 2, 1, 'not YAML as it is read here: map keys must be unique', 'correct the YAML'],
    ['changes: unguarded\ngroups: &a []\npeople: *a', 3, 9, 'an alias', 'write it out'],
    ['changes: !secret unguarded', 1, 10, 'not YAML as it is read here: unresolved tag', 'correct the YAML'],
    ['changes: unguarded\npeople:', 2, 1, '`people` has no value', 'give it one'],
    ['changes: unguarded\npeople: {}', 2, 9, 'this is a list', 'write one'],
    ['changes: unguarded\npeople: [ann]', 2, 10, 'this entry is no mapping', 'write `- id: …`'],
    ['changes: unguarded\npeople: [{ name: Ann }]', 2, 10, 'a person without `id`', 'add `id: …`'],
    ['changes: unguarded\npeople: [{ id: Ann, name: Ann }]', 2, 16, 'this is no name of a person', 'lower-case letters'],
    ['changes: unguarded\npeople: [{ id: 7, name: Ann }]', 2, 16, 'this is text', 'put it in quotes'],
    ['changes: unguarded\npeople: [{ id: ann }]', 2, 10, 'a person without `name`', 'add `name: …`'],
    ['changes: unguarded\npeople: [{ id: ann, name: "A\\u202enn" }]', 2, 27, 'this is no name to be shown', 'visible'],
    ['changes: unguarded\npeople: [{ id: ann, name: Ann }, { id: ann, name: Bea }]', 2, 40, 'a second person `ann`', 'its own name'],
    ['changes: unguarded\npeople: [{ id: ann, name: Ann, group: [] }]', 2, 32, 'a person has no key `group`', 'did you mean `groups`?'],
    ['changes: unguarded\ngroups: [{ id: dba }]\npeople: [{ id: ann, name: Ann, groups: [dbas] }]', 3, 41, 'no group is called `dbas`', 'did you mean `dba`?'],
    ['changes: unguarded\npeople: [{ id: ann, name: Ann, groups: [dba] }]', 2, 41, 'no group is called `dba`', 'the file has none'],
    ['changes: unguarded\npeople: [{ id: ann, name: Ann, sameAs: bea }]', 2, 40, 'no person is called `bea`', 'the file has `ann`'],
    ['changes: unguarded\npeople: [{ id: ann, name: Ann, sameAs: ann }]', 2, 40, '`ann` is the same as itself', 'the other entry'],
    ['changes: unguarded\ngroups: [{ id: a, in: b }, { id: b, in: a }, { id: c, in: a }]', 2, 10, 'the group `a` stands in itself', 'of the ring'],
    ['changes: unguarded\ngroups: [{ id: a, in: [x] }]', 2, 24, 'no group is called `x`', 'the file has `a`'],
    ['changes: unguarded\nenvironments: [{ id: sallyport }]', 2, 16, '`sallyport` is where the gateway stands alone', 'something else'],
    ['changes: unguarded\nenvironments: [{ id: a, in: a }]', 2, 16, 'the environment `a` stands in itself', 'of the ring'],
    ['changes: unguarded\nenvironments: [{ id: a, in: prod }]', 2, 29, 'no environment is called `prod`', 'the file has `a`'],
    ['changes: unguarded\nlisten: { console: "7070" }', 2, 20, 'this is no address to listen on', 'write host and port'],
    ['changes: unguarded\nlisten: { http: "127.0.0.1:70800" }', 2, 17, 'this is no address to listen on', 'write host and port'],
    ['changes: unguarded\nlisten: { http: "256.0.0.1:70:80" }', 2, 17, 'this is no address to listen on', 'write host and port'],
    ['changes: unguarded\nlisten: { htp: "127.0.0.1:1" }', 2, 11, '`listen` has no key `htp`', 'did you mean `http`?'],
    ['changes: unguarded\nconsoleUrl: https://a.example/console', 2, 13, 'this is no URL of the console', 'alone'],
    ['changes: unguarded\nconsoleUrl: ftp://a.example', 2, 13, 'this is no URL of the console', 'alone'],
  ])('%j', (text, line, column, message, help) => {
    expect(problems(text)[0]).toEqual({
      file: FILE,
      line,
      column,
      message: holding(message),
      help: holding(help),
    })
  })

  test('and all of it at once', () => {
    expect(problems('people: [{ id: ann, name: Ann, sameAs: bob }]\nnonsense: 1')).toHaveLength(3)
  })
})

test('what is said of an operation holds on each route that carries it, unless that says more', () => {
  const loading = read(
    WHOLE.replace(
      '    identity: signed',
      `      - { route: "POST /graphql", speaks: graphql, operations: { "query a": { effects: [export] } } }
      - { route: "POST /rpc", speaks: json-rpc }
    operations:
      "query a": { effects: [read] }
      "mutation b": { effects: [delete], datasets: [bs], labels: [pii] }
      purge: { effects: [delete] }
    identity: signed`,
    ),
  )
  const { routes = [] } =
    (loading.kind === 'loaded' ? [...loading.configuration.resources.values()] : [])[0] ?? {}
  const silent = { effects: null, datasets: [], labels: [] }
  expect(routes.map(({ speaks }) => speaks)).toEqual([
    null,
    null,
    {
      language: 'graphql',
      operations: {
        'query a': { ...silent, effects: ['export'] },
        'mutation b': { effects: ['delete'], datasets: ['bs'], labels: ['pii'] },
      },
    },
    { language: 'json-rpc', operations: { purge: { ...silent, effects: ['delete'] } } },
  ])
})

describe('a resource is refused', () => {
  // biome-ignore format: a table
  test.each([
    [{ id: 'mcp' }, '`mcp` is the gateway\'s own name'],
    [{ id: 'sallyport' }, '`sallyport` is the gateway\'s own name'],
    [{ id: 'v1' }, '`v1` is the gateway\'s own name'],
    [{ kind: 'postgres' }, 'a value that is not known here'],
    [{ environment: 'test' }, 'no environment is called `test`'],
    [{ region: '"EU 1"' }, 'this is no region'],
    [{ address: 'billing.internal' }, 'this is no address of an HTTP resource'],
    [{ address: 'file:///etc/passwd' }, 'this is no address of an HTTP resource'],
    [{ address: 'https://u:hunter2@host' }, 'the address holds a credential'],
    [{ address: 'https://host/?key=hunter2' }, 'the address holds a query or a fragment'],
    [{ address: '"https://host/#a"' }, 'the address holds a query or a fragment'],
    [{ credential: '{ header: Host, format: "{}", secret: "env:A" }' }, 'this is no header that can carry a credential'],
    [{ credential: '{ header: "a b", format: "{}", secret: "env:A" }' }, 'this is no header that can carry a credential'],
    [{ credential: '{ header: Sallyport-Identity, format: "{}", secret: "env:A" }' }, 'this is no header that can carry a credential'],
    [{ credential: '{ header: sallyport_action, format: "{}", secret: "env:A" }' }, 'this is no header that can carry a credential'],
    [{ identity: 'none' }, 'a value that is not known here'],
    [{ identity: 'true' }, 'a value that is not known here'],
    [{ credential: '{ header: a, format: Bearer, secret: "env:A" }' }, 'this is no format of a header'],
    [{ credential: '{ header: a, format: "{}{}", secret: "env:A" }' }, 'this is no format of a header'],
    [{ credential: '{ header: a, format: "{}\\r\\nx: y", secret: "env:A" }' }, 'this is no format of a header'],
    [{ credential: '{ header: a, format: "{}", secret: hunter2 }' }, 'this is no reference to a secret'],
    [{ credential: '{ header: a, format: "{}", secret: "file:relative" }' }, 'this is no reference to a secret'],
    [{ credential: '{ header: a, format: "{}", secret: "credential:../x" }' }, 'this is no reference to a secret'],
    [{ credential: '{ header: a, secret: "env:A" }' }, 'a credential without `format`'],
    [{ liveWait: '50' }, 'this is text'],
    [{ liveWait: '11m' }, 'this is no time that a connection can wait'],
    [{ routes: '[{ route: "/exports" }]' }, 'this is no route'],
    [{ routes: '[{ route: "get /exports" }]' }, 'this is no route'],
    [{ routes: '[{ route: "GET /exports?x" }]' }, 'this is no route'],
    [{ routes: '[{ route: "GET /a/../b" }]' }, 'this is no route'],
    [{ routes: '[{ route: "GET /a//b" }]' }, 'this is no route'],
    [{ routes: '[{ route: "GET /a%2fb" }]' }, 'this is no route'],
    [{ routes: '[{ route: "GET /a/{b}" }, { route: "GET /a/{c}" }]' }, 'a second route `GET /a/{c}`'],
    [
      { routes: '[{ route: "GET /a/{b}/c" }, { route: "GET /a/b/{c}" }]' },
      '`GET /a/{b}/c` and `/a/b/{c}` match the same requests, and neither is the closer one',
    ],
    [{ routes: '[{ route: "GET /a", effects: [] }]' }, 'an operation without an effect'],
    [{ routes: '[{ route: "GET /a", operation: "a b" }]' }, 'this is no name of an operation'],
    [{ routes: '[{ route: "POST /a", speaks: soap }]' }, 'a value that is not known here'],
    [
      { routes: '[{ route: "POST /a", speaks: graphql, operation: a }]' },
      'a route with `operation` and `speaks`',
    ],
    [
      { routes: '[{ route: "POST /a", operations: { "query a": {} } }]' },
      'a route with `operations` that speaks no language',
    ],
    [
      { routes: '[{ route: "POST /a", speaks: graphql, operations: { deleteCustomer: {} } }]' },
      'this is no operation of `graphql`',
    ],
    [{ operations: '{ "query a": {} }' }, 'an operation that no route carries'],
    [
      { operations: '{ "a b": {} }', routes: '[{ route: "POST /a", speaks: json-rpc }]' },
      'this is no operation of `json-rpc`',
    ],
    [
      { operations: '{ "query a": { effect: [read] } }', routes: '[{ route: "POST /a", speaks: graphql }]' },
      'an operation has no key `effect`',
    ],
    [{ routes: '[{ route: "GET /a", effects: [raed] }]' }, 'a value that is not known here'],
    [{ routes: '[{ route: "GET /a", datasets: ["a b"] }]' }, 'this is no name of a dataset'],
    [{ routes: '[{ route: "GET /a", labels: [PII] }]' }, 'this is no label'],
    [{ adress: 'https://x' }, 'a resource has no key `adress`'],
  ])('%j', (fields, message) => {
    const found = problems(resource(fields))
    expect(found.map((problem) => problem.message)).toContain(message)
    expect(JSON.stringify(found)).not.toContain('hunter2')
  })
})

describe('no address points at the metadata of the machine, in any spelling', () => {
  test.each([
    '169.254.169.254',
    '169.254.0.1',
    '169.254.169.254.',
    '2852039166',
    '0xa9fea9fe',
    '0xa9.0xfe.0xa9.0xfe',
    '0251.0376.0251.0376',
    '169.254.43518',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[0:0:0:0:0:ffff:a9fe:a9fe]',
    '[::169.254.169.254]',
    '[64:ff9b::169.254.169.254]',
    '[2002:a9fe:a9fe::1]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '[FD00:0EC2:0::0254]',
    '100.100.100.200',
    'metadata.google.internal',
    'METADATA.google.internal.',
    '①⑥⑨.254.169.254',
  ])('%s', (host) => {
    expect(problems(resource({ address: `"http://${host}/x"` }))).toMatchObject([
      { message: 'the address points at the metadata of the machine' },
    ])
  })

  test.each(['127.0.0.1:9000', 'localhost', '10.0.0.1', '[::1]:80', '[fd00:ec2::253]', '[2001:db8::1]'])(
    'while %s is an address as good as another',
    (host) => {
      expect(problems(resource({ address: `"http://${host}"` }))).toEqual([])
    },
  )
})

describe('flags beat the environment, which beats the file, which beats the default', () => {
  const file = 'changes: unguarded\ndata: from-file\nconsoleUrl: http://file.example'
  const all = {
    SALLYPORT_DATA: '/env/data',
    SALLYPORT_URL: 'http://env.example',
    STATE_DIRECTORY: '/state/unit',
  }
  // biome-ignore format: a table
  test.each<[Flags, Record<string, string>, string, string, string]>([
    [{ data: '/flag', url: 'http://flag.example' }, all, file, '/flag', 'http://flag.example'],
    [{ data: 'flag' }, all, file, '/here/flag', 'http://env.example'],
    [{}, all, file, '/env/data', 'http://env.example'],
    [{}, { STATE_DIRECTORY: '/state/unit' }, file, '/etc/sallyport/from-file', 'http://file.example'],
    [{}, { STATE_DIRECTORY: '/state/unit:/state/other' }, 'changes: unguarded', '/state/unit', 'http://localhost:7070'],
    [{}, { XDG_STATE_HOME: '/xdg' }, 'changes: unguarded', '/xdg/sallyport', 'http://localhost:7070'],
    [{}, {}, 'changes: unguarded', '/home/ann/.local/state/sallyport', 'http://localhost:7070'],
  ])('%j %j', (flags, variables, text, dataFolder, consoleUrl) => {
    expect(readConfiguration(FILE, text, flags, around(variables))).toMatchObject({
      kind: 'loaded',
      configuration: { dataFolder, consoleUrl },
    })
  })

  test('and a URL that is none is refused wherever it was said', () => {
    const [problem] = problems('changes: unguarded', { SALLYPORT_URL: 'nonsense' })
    expect(problem?.message).toBe('`SALLYPORT_URL` is no URL of the console')
  })
})

describe('the file is found', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-config-'))
  writeFileSync(join(folder, 'sallyport.yaml'), 'changes: unguarded')
  writeFileSync(join(folder, 'other.yaml'), 'changes: unguarded')

  // biome-ignore format: a table
  test.each<[string, Flags, Record<string, string>, string]>([
    ['where the process stands', {}, {}, 'sallyport.yaml'],
    ['where `SALLYPORT_CONFIG` says', {}, { SALLYPORT_CONFIG: 'other.yaml' }, 'other.yaml'],
    ['where `--config` says', { config: 'other.yaml' }, { SALLYPORT_CONFIG: 'no.yaml' }, 'other.yaml'],
  ])('%s', async (_, flags, variables, name) => {
    const loading = await loadConfiguration(flags, { ...around(variables), folder })
    expect(loading).toMatchObject({ kind: 'loaded', file: join(folder, name) })
  })

  test('and where there is none, how to make one is said', async () => {
    const loading = await loadConfiguration({ config: 'no.yaml' }, { ...around({}), folder })
    expect(loading).toMatchObject({
      kind: 'rejected',
      problems: [{ file: join(folder, 'no.yaml'), message: 'there is no such file' }],
    })
  })
})

function holding(text: string): unknown {
  return expect.stringContaining(text)
}

function read(text: string, variables: Record<string, string> = {}) {
  return readConfiguration(FILE, text, {}, around(variables))
}

function problems(text: string, variables: Record<string, string> = {}) {
  const loading = read(text, variables)
  return loading.kind === 'rejected' ? loading.problems : []
}

function around(variables: Record<string, string>): Surroundings {
  return { variable: (name) => variables[name], home: '/home/ann', folder: '/here' }
}

function resource(fields: Record<string, string>): string {
  const all = {
    id: 'billing',
    kind: 'http',
    environment: 'prod',
    address: 'http://billing.internal',
    ...fields,
  }
  const lines = Object.entries(all).map(([key, value]) => `    ${key}: ${value}`)
  return `changes: unguarded\nenvironments: [{ id: prod }]\nresources:\n  -\n${lines.join('\n')}\n`
}
