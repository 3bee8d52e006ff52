import type { Command } from './line/command.ts'

interface Entry {
  readonly says: string
  /** Loaded when it is called: `sallyport verify` should not wait for the gateway's code. */
  readonly load: () => Promise<Command>
}

/** Every command of this build. A command that does not exist yet is not here. */
// biome-ignore format: a table is read by its rows
export const COMMANDS: Readonly<Record<string, Entry>> = {
  demo:     { says: 'a gateway with an API behind it and an agent at the door, on this machine', load: async () => (await import('./commands/demo.ts')).demo },
  init:     { says: 'write a first configuration and six policies', load: async () => (await import('./commands/init.ts')).init },
  serve:    { says: 'run the gateway', load: async () => (await import('./commands/serve.ts')).serve },
  doctor:   { says: 'say whether everything is set up so that its promises hold', load: async () => (await import('./commands/doctor.ts')).doctor },
  login:    { says: 'connect this command line to a person, or make a sign-in link', load: async () => (await import('./commands/login.ts')).login },
  logout:   { says: 'forget who this command line speaks for', load: async () => (await import('./commands/logout.ts')).logout },
  whoami:   { says: 'say who the gateway takes you for', load: async () => (await import('./commands/whoami.ts')).whoami },
  agent:    { says: 'create, list, rotate and revoke agents', load: async () => (await import('./commands/agent.ts')).agent },
  holds:    { says: 'what waits for you', load: async () => (await import('./commands/holds.ts')).holds },
  show:     { says: 'one action: its card, what became of it, its receipt', load: async () => (await import('./commands/show.ts')).show },
  approve:  { says: 'approve a held action, in the browser', load: async () => (await import('./commands/approve.ts')).approve },
  deny:     { says: 'deny a held action, in the browser', load: async () => (await import('./commands/deny.ts')).deny },
  ask:      { says: 'ask the requester of a held action', load: async () => (await import('./commands/ask.ts')).ask },
  answer:   { says: 'answer a question about an action of yours', load: async () => (await import('./commands/answer.ts')).answer },
  withdraw: { says: 'take back an action that has not run', load: async () => (await import('./commands/withdraw.ts')).withdraw },
  waivers:  { says: 'list waivers and bans, or revoke one', load: async () => (await import('./commands/waivers.ts')).waivers },
  freeze:   { says: 'stop an agent, a resource or everything, now', load: async () => (await import('./commands/freeze.ts')).freeze },
  unfreeze: { says: 'let it go on', load: async () => (await import('./commands/unfreeze.ts')).unfreeze },
  policy:   { says: 'check and test the policies, explain a verdict', load: async () => (await import('./commands/policy.ts')).policy },
  describe: { says: 'what a command would do, without running it', load: async () => (await import('./commands/describe.ts')).describe },
  redact:   { says: 'a text without its secrets', load: async () => (await import('./commands/redact.ts')).redact },
  verify:   { says: 'check a record or a receipt without trusting the gateway', load: async () => (await import('./commands/verify.ts')).verify },
  log:      { says: 'the head of the record, or all of it as files', load: async () => (await import('./commands/log.ts')).log },
}
