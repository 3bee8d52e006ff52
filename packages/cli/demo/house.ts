import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createAgent, listAgents, makeSignInLink, rotateKey } from '@sallyport/contract/routes/people'
import { operatorTokenFile } from '@sallyport/gateway/identity/operator'
import type { Gateway } from '@sallyport/gateway/open'
import { type Client, openClient } from '../client/client.ts'
import type { Terminal } from '../line/terminal.ts'
import { Trouble } from '../line/trouble.ts'
import { portTaken, startGateway } from '../local/start.ts'
import { type Company, openCompany } from './company.ts'
import { AGENT, OWNER, REVIEWER, type World } from './world.ts'

/** A demo that runs: the company's API, the gateway before it, the agent's key and the links of two people. */
export interface House {
  readonly consoleUrl: string
  readonly httpUrl: string
  readonly companyUrl: string
  readonly operator: Client
  readonly agentKey: string
  readonly links: { readonly owner: string; readonly reviewer: string }
  readonly reload: Gateway['reload']
  close(): Promise<void>
}

/** Nobody waits for the end of a demo. */
const DRAIN_MS = 0

export async function openHouse(world: World, terminal: Terminal): Promise<House> {
  const { folder, configuration } = world
  const company = await companyOf(world)
  try {
    const logFile = join(folder, 'gateway.log')
    const gateway = await startGateway(configuration, terminal, (line) =>
      appendFileSync(logFile, line, { mode: 0o600 }),
    )
    const close = async (): Promise<void> => {
      await gateway.close(DRAIN_MS)
      await company.close()
    }
    try {
      const { consoleUrl, httpUrl } = gateway
      const operator = openClient(consoleUrl, readFileSync(operatorTokenFile(folder), 'utf8').trim())
      const agentKey = await keyOfAgent(operator, join(folder, `${AGENT}.key`))
      const links = { owner: await link(operator, OWNER), reviewer: await link(operator, REVIEWER) }
      return {
        consoleUrl,
        httpUrl,
        companyUrl: `http://127.0.0.1:${company.port}`,
        operator,
        agentKey,
        links,
        reload: (next) => gateway.reload(next),
        close,
      }
    } catch (cause) {
      await close()
      throw cause
    }
  } catch (cause) {
    await company.close()
    throw cause
  }
}

async function companyOf({ company: { port, credential }, file }: World): Promise<Company> {
  try {
    return await openCompany(port, credential)
  } catch (cause) {
    if (!(cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE')) throw cause
    const { message } = portTaken(port)
    throw new Trouble(
      message,
      `the API of the company wants it: stop what listens there, or change \`address\` in ${file}`,
    )
  }
}

/** Kept in the folder as an agent keeps its key, so that what was tried yesterday works today. */
async function keyOfAgent(operator: Client, file: string): Promise<string> {
  const { agents } = await operator.call(listAgents)
  const known = agents.find(({ name }) => name === AGENT)
  if (known !== undefined && existsSync(file)) return readFileSync(file, 'utf8').trim()
  const { key } =
    known === undefined
      ? await operator.call(createAgent, { body: { name: AGENT, owner: OWNER, groups: [] } })
      : await operator.call(rotateKey, { params: { name: AGENT } })
  writeFileSync(file, `${key}\n`, { mode: 0o600 })
  return key
}

async function link(operator: Client, person: string): Promise<string> {
  return (await operator.call(makeSignInLink, { body: { person } })).url
}
