import { type Console, openConsole, type Settings } from './console.ts'
import { named } from './identity.ts'

/**
 * A shop. invoice-bot is olga's agent; olga decides in her own name nowhere near it, and has an admin account besides. ines
 * and ivo own the data, lena keeps the law, omar runs the gateway and decides nothing.
 */
export const SHOP: Settings = {
  yaml: `
groups:
  - { id: data-owners }
  - { id: legal }
  - { id: operators }
  - { id: bots }
people:
  - { id: ines, name: Ines Falk, groups: [data-owners] }
  - { id: ivo, name: Ivo Brandt, groups: [data-owners, legal] }
  - { id: lena, name: Lena Okafor, groups: [legal] }
  - { id: olga, name: Olga Marsh, groups: [data-owners] }
  - { id: olga-admin, name: Olga Marsh (admin), groups: [data-owners, operators], sameAs: olga }
  - { id: ada, name: Ada Lund, groups: [data-owners] }
  - { id: omar, name: Omar Reyes, groups: [operators] }
environments: [{ id: prod }]
resources:
  - { id: customers, kind: http, environment: prod, region: eu, address: "https://customers.internal" }
changes: unguarded
`,
  policies: {
    actions: `
@id("reads-pass") @because("reading is what it is for")
permit (principal, action == Action::"read", resource);
@id("deletes-are-held") @hold("data-owners") @within("15m") @waivable("8h, 20 uses")
@because("deleting customers takes a data owner") @controls("SOC2:CC8.1")
permit (principal, action == Action::"delete", resource);
@id("grants-take-two") @hold("data-owners, legal") @within("30m") @because("rights are given by two")
permit (principal, action == Action::"grant", resource);
`,
    people: `
@id("owners-decide")
permit (principal in Group::"data-owners", action == Action::"decide", resource);
@id("legal-decides")
permit (principal in Group::"legal", action == Action::"decide", resource);
`,
    admin: `
@id("operators-run-it")
permit (principal in Group::"operators", action in [Action::"operate", Action::"audit", Action::"configure"], resource);
`,
  },
}

/** The shop with its agent, and another agent that has nothing to do with it. */
export async function openShop(changes: Partial<Settings> = {}): Promise<Console> {
  const shop = await openConsole({ ...SHOP, ...changes })
  await shop.identity.createAgent(named('agent', 'invoice-bot'), named('person', 'olga'), [], 'operator')
  await shop.identity.createAgent(named('agent', 'other-bot'), named('person', 'lena'), [], 'operator')
  return shop
}
