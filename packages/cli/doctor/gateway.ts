import type { Status } from '@sallyport/contract/house'
import type { AgentView } from '@sallyport/contract/people'
import { readStatus } from '@sallyport/contract/routes/house'
import { listAgents } from '@sallyport/contract/routes/people'
import { parseName } from '@sallyport/core/action/ids'
import { instant } from '@sallyport/core/given'
import type { Directory } from '@sallyport/core/people/directory'
import type { Configuration } from '@sallyport/gateway/config/configuration'
import { directoryOf } from '@sallyport/gateway/config/directory'
import type { AgentRow } from '@sallyport/gateway/store/store'
import { urlSource } from '@sallyport/verify/source'
import { type Client, openClient } from '../client/client.ts'
import { Trouble } from '../line/trouble.ts'
import { openStoppedStore } from '../local/stopped-store.ts'
import { counted } from '../show/times.ts'
import { freePorts, type Here } from './here.ts'
import { lookAtRecord, stoppedSource, verifierKeyOf } from './record.ts'
import { note, ok, type Said, wrong } from './said.ts'

/** The gateway and what it knows, from its API while it runs and from its files while it does not. */
export interface Looked {
  readonly said: readonly Said[]
  /** Everybody known, with the agents; the people alone where the agents cannot be read. */
  readonly directory: Directory
  /** Of the policy set in force, while it runs. */
  readonly policyInForce: string | null
}

export async function lookAtGateway(configuration: Configuration, here: Here): Promise<Looked> {
  const nobody = directoryOf(configuration, [])
  if (here.operatorToken !== null) {
    const client = openClient(configuration.consoleUrl, here.operatorToken)
    try {
      const status = await client.call(readStatus)
      return await running(client, status, configuration, here)
    } catch (cause) {
      if (!(cause instanceof Trouble)) throw cause
      if (cause.code !== 'unavailable') {
        const says = `what answers at ${client.url} does not know this gateway's operator: ${cause.message}`
        return {
          said: [wrong(says, 'stop it, or correct `listen` and `data`')],
          directory: nobody,
          policyInForce: null,
        }
      }
    }
  }
  return stopped(configuration, here)
}

async function running(
  client: Client,
  status: Status,
  configuration: Configuration,
  here: Here,
): Promise<Looked> {
  const { agents } = await client.call(listAgents)
  // The key of this machine, where it can be read: the gateway's own word for it is worth less.
  const key = here.keys === null ? status.verifierKey : verifierKeyOf(here.keys)
  const source = urlSource(`${client.url}/log`, { token: client.token ?? '' })
  const waiting = counted(status.waiting, 'action')
  return {
    said: [
      ok(`the gateway runs at ${client.url} (version ${status.version}); ${waiting} waiting`),
      await lookAtRecord(source, key, here.checkpoint),
    ],
    directory: directoryOf(configuration, agents.flatMap(rowOf)),
    policyInForce: status.policy,
  }
}

async function stopped(configuration: Configuration, { keys, checkpoint }: Here): Promise<Looked> {
  const store = openStoppedStore(configuration.dataFolder)
  const looked = (said: readonly Said[], directory = directoryOf(configuration, [])): Looked => ({
    said,
    directory,
    policyInForce: null,
  })
  switch (store.kind) {
    case 'none':
      return looked(await freePorts(configuration))
    case 'in-use': {
      const says = `the data folder is in use, and no gateway answers at ${configuration.consoleUrl}`
      return looked([
        wrong(
          says,
          'give `doctor` the configuration of the gateway that runs, or stop what has the folder open',
        ),
      ])
    }
    case 'unusable':
      return looked([wrong(store.says, store.help)])
    case 'readable': {
      try {
        const record =
          keys === null || checkpoint === null
            ? note('the record has no signed head, or its key cannot be read')
            : await lookAtRecord(stoppedSource(store.read, checkpoint), verifierKeyOf(keys), checkpoint)
        const said = [
          ok('the gateway does not run; its store opens'),
          record,
          ...(await freePorts(configuration)),
        ]
        return looked(said, directoryOf(configuration, store.agents))
      } finally {
        store.close()
      }
    }
  }
}

/** As the store has it. What does not parse was never an agent here. */
function rowOf({ name, owner, groups, createdAt, revoked }: AgentView): readonly AgentRow[] {
  const id = parseName('agent', name)
  const person = parseName('person', owner)
  if (id === undefined || person === undefined) return []
  const memberOf = groups.flatMap((group) => parseName('group', group) ?? [])
  return [
    { id, version: 1, owner: person, groups: memberOf, createdAt: instant(Date.parse(createdAt)), revoked },
  ]
}
