import { expect, test } from 'vitest'
import { readConfiguration } from './load.ts'

function read(http: string) {
  const around = { variable: () => undefined, home: '/home/op', folder: '/' }
  const text = `changes: unguarded\nlisten: { http: ${http} }`
  return readConfiguration('/etc/sallyport/sallyport.yaml', text, {}, around)
}

test('the HTTP door speaks TLS with a certificate that lies beside the file, and a key by reference', () => {
  const tls = '{ certificate: ./door.crt, key: "file:/keys/door.key" }'
  expect(read(`{ at: "0.0.0.0:443", tls: ${tls} }`)).toMatchObject({
    configuration: {
      httpListen: {
        host: '0.0.0.0',
        port: 443,
        tls: { certificate: '/etc/sallyport/door.crt', key: 'file:/keys/door.key' },
      },
    },
  })
})

test.each([
  ['{ tls: { certificate: a.crt } }', '`tls` without `key`', 'add `key: …`'],
  [
    '{ tls: { certificate: a.crt, key: "env:KEY" } }',
    'this is no reference to the key of a certificate',
    'write `file:/path`',
  ],
  ['{ tls: { key: "file:/a" } }', '`tls` without `certificate`', 'add `certificate: …`'],
  ['{ tls: { cert: a.crt, key: "file:/a" } }', '`tls` has no key `cert`', 'certificate'],
  ['{ port: 7 }', '`http` has no key `port`', 'its keys are `at`, `tls`'],
])('%s is a problem, with what to do', (http, message, help) => {
  expect(read(http)).toMatchObject({
    kind: 'rejected',
    problems: expect.arrayContaining([
      expect.objectContaining({ line: 2, message, help: expect.stringContaining(help) }),
    ]),
  })
})
