/**
 * Checks that are taken out of the product, one at a time. Each must make the simulation red, by the invariant that the
 * check stands for: an invariant that no mutant breaks might not be looked at.
 */
export interface Mutant {
  readonly name: string
  readonly invariant: string
  /** A seed shortly before one that shows it, to keep the test short. */
  readonly seed: number
  readonly edits: readonly { readonly file: string; readonly find: string; readonly put: string }[]
}

export const MUTANTS: readonly Mutant[] = [
  {
    name: 'one vote is always enough',
    invariant: 'I1',
    seed: 1,
    edits: [{ file: 'core/lifecycle/quorum.ts', find: '>= seats.length', put: '>= 1' }],
  },
  {
    name: 'people who lost their group meanwhile still count',
    invariant: 'I1',
    seed: 1050,
    edits: [
      {
        file: 'gateway/guard/dispatch.ts',
        find: ' || policy !== parts.policy().digest || directory !== parts.directory().digest',
        put: '',
      },
    ],
  },
  {
    name: 'using a waiver does not use it up',
    invariant: 'I2',
    seed: 225,
    edits: [
      {
        file: 'gateway/guard/admit.ts',
        find: 'usesLeft: waiver.usesLeft - 1',
        put: 'usesLeft: waiver.usesLeft',
      },
    ],
  },
  {
    name: 'a denied action may still be dispatched',
    invariant: 'I3',
    seed: 370,
    edits: [
      {
        file: 'core/lifecycle/table.ts',
        find: 'denied:     {}',
        put: "denied:     { dispatch: ['dispatched', 'waiting', 'refused'] }",
      },
      {
        file: 'gateway/guard/hold.ts',
        find: "news.life.state !== 'approved')",
        put: "news.life.state !== 'approved' && news.life.state !== 'denied')",
      },
    ],
  },
  {
    name: 'a change is sent while its leaf is written',
    invariant: 'I4',
    seed: 1,
    edits: [
      {
        file: 'gateway/guard/dispatch.ts',
        find: '!isPureRead(life.action.effects) || writes.some(mayBeLost) || way.house.doubt.recording',
        put: 'false',
      },
      {
        file: 'gateway/guard/permit.ts',
        find: "record === 'being-written' ? !isPureRead(of.effects) : !isDurable(record)",
        put: 'false',
      },
    ],
  },
  {
    name: 'the chain may decide',
    invariant: 'I5',
    seed: 1,
    edits: [{ file: 'core/people/may-decide.ts', find: 'if (chain.humans.has(human))', put: 'if (false)' }],
  },
  {
    name: 'the disk forgets the first leaf',
    invariant: 'I6',
    seed: 1,
    edits: [
      {
        file: 'testkit/simulation/disk.ts',
        find: 'disk.log.push(...change.leaves)',
        put: 'disk.log.shift(); disk.log.push(...change.leaves)',
      },
    ],
  },
  {
    name: 'the live limit never comes',
    invariant: 'I7',
    seed: 1,
    edits: [{ file: 'gateway/guard/hold.ts', find: "news.put({ kind: 'live-limit' })", put: 'undefined' }],
  },
  {
    name: 'a restart leaves dispatched actions as they are',
    invariant: 'I8',
    seed: 1,
    edits: [
      {
        file: 'gateway/guard/keeper.ts',
        find: "await parts.store.read('dispatched', {})",
        put: '[] as readonly Life[]',
      },
    ],
  },
  {
    name: 'a freeze counts only once it is durable',
    invariant: 'I9',
    seed: 1,
    edits: [{ file: 'gateway/guard/shelf.ts', find: 'tightening.add(freeze)', put: '' }],
  },
]
