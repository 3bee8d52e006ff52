import { expect, test } from 'vitest'
import { announcedTrailers, takesTrailers } from './trailers.ts'

test('of the trailers that are announced go on those that may stand behind a content, each once', () => {
  expect(
    announcedTrailers([
      ['Trailer', 'Server-Timing, X-Sum,, x-sum'],
      [
        'trailer',
        'Set-Cookie, Content-Length, Transfer-Encoding, Host, Location, Sallyport-Action, WWW-Authenticate',
      ],
      ['X-Other', 'x-not-announced'],
    ]),
  ).toEqual(['server-timing', 'x-sum'])
})

test.each([
  [['trailers'], true],
  [['gzip', 'deflate;q=0.5, Trailers'], true],
  [['trailers-not'], false],
  [[], false],
  [undefined, false],
])('TE: %s takes trailers: %s', (te, takes) => {
  expect(takesTrailers(te)).toBe(takes)
})
