import { safe } from '@sallyport/core/redact/redacted'
import { refusal } from '@sallyport/core/refusal/refusal'
import type { MiddlewareHandler } from 'hono'
import { pages } from '../page/pages.ts'
import { showRefusal } from '../page/viewer.ts'
import { actions, answers, recorded } from './actions.ts'
import { documented } from './document.ts'
import { type Api, type Env, router } from './env.ts'
import { events } from './events.ts'
import { health } from './health.ts'
import { holds } from './holds.ts'
import { house } from './house.ts'
import { jwks } from './jwks.ts'
import { log } from './log.ts'
import { type Metrics, metricsRoute } from './metrics.ts'
import type { ApiParts } from './parts.ts'
import { pairings, people } from './people.ts'
import { problem, refusedBy } from './problem.ts'
import { proved } from './session.ts'
import { limitedBody, onlyJson, ownNames, quietHeaders } from './shield.ts'
import { standings } from './standings.ts'
import { waivers } from './waivers.ts'

/** The API and the page on one port: headers and names first, then who speaks, then the routes of the contract. */
export function openApi(parts: ApiParts, metrics: Metrics): Api {
  const app = router()
  app.use(quietHeaders, ownNames(parts), limitedBody)
  app.use('/v1/*', onlyJson)

  app.route('/', health(parts))
  app.route('/', jwks(parts))
  app.route('/', pairings(parts))
  documented(app)
  app.route('/', pages(parts))

  app.use('/v1/*', identified(parts))
  app.use('/metrics', identified(parts))
  for (const part of [actions, answers, recorded, holds, standings, waivers, people, events, house, log])
    app.route('/', part(parts))
  app.route('/', metricsRoute(metrics, parts))

  app.notFound((c) => problem(c, refusal('unknown-resource', safe`nothing is served under this path`), parts))
  app.onError((error, c) => {
    const { refusal: why, path } = refusedBy(error, parts, metrics)
    metrics.problem(why.code)
    return isPage(c.req.path) ? showRefusal(c, why, parts) : problem(c, why, parts, path)
  })
  return app
}

/** What a person opens in a browser; everything else is for programs. */
function isPage(path: string): boolean {
  return path === '/' || /^\/(?:freezes|holds|pair|sign-in|sign-out)(?:\/|$)/.test(path)
}

/** Nobody passes unproved. */
function identified(parts: ApiParts): MiddlewareHandler<Env> {
  return async (c, next) => {
    c.set('who', await proved(c, parts))
    await next()
  }
}
