import { REFUSALS } from '@sallyport/core/refusal/table'
import type { Api } from './env.ts'

/** The contract as OpenAPI 3.1, made from the very schemas that requests are checked against. */
export function documented(api: Api): void {
  const scheme = (name: string, description: string) =>
    api.openAPIRegistry.registerComponent('securitySchemes', name, {
      type: 'http',
      scheme: 'bearer',
      description,
    })
  scheme('agentKey', 'The key of an agent. It asks and never decides.')
  scheme(
    'personToken',
    'The token of a command line that was paired with a person. It lists and asks and never decides.',
  )
  scheme('operatorToken', 'The token of the machine. It sets up and looks.')
  api.openAPIRegistry.registerComponent('securitySchemes', 'session', {
    type: 'apiKey',
    in: 'cookie',
    name: 'sallyport',
    description:
      'A person who is present. What changes something also needs the Origin of this gateway and as `Sallyport-CSRF` the page key that the sign-in gave to its browser. Over HTTPS the name is `__Host-sallyport`.',
  })
  api.doc31('/v1/openapi.json', {
    openapi: '3.1.0',
    info: { title: 'Sallyport', version: '1', description: INTRODUCTION },
  })
}

const INTRODUCTION = [
  'Every error is a problem document (RFC 9457) whose `code` is one of these:',
  '',
  '| code | status | meaning | what to do |',
  '|---|---|---|---|',
  ...Object.entries(REFUSALS).map(
    ([code, { http, meaning, advice }]) => `| \`${code}\` | ${http} | ${meaning} | ${advice} |`,
  ),
].join('\n')
