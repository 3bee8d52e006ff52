import { createInterface } from 'node:readline'
import { parseName } from '@sallyport/core/action/ids'
import type { Terminal } from '../line/terminal.ts'
import { usage } from '../line/trouble.ts'

/** Somebody as they write their name, and the id that stands for them everywhere else. */
export interface Somebody {
  readonly id: string
  readonly name: string
}

export interface Answers {
  readonly resource: string
  readonly address: string
  readonly owner: Somebody
  readonly reviewers: readonly Somebody[]
}

export interface AnswerFlags {
  readonly resource: string | undefined
  readonly address: string | undefined
  readonly owner: string | undefined
  readonly reviewers: string | undefined
  readonly yes: boolean
}

const API = { resource: 'api', address: 'http://localhost:3000' } as const
const REVIEWERS = 'First Reviewer, Second Reviewer'

/** The three questions. What a flag says is not asked; `--yes` takes the rest as it is proposed. */
export async function answersTo(flags: AnswerFlags, terminal: Terminal): Promise<Answers> {
  const proposed = {
    api: `${flags.resource ?? API.resource} ${flags.address ?? API.address}`,
    owner: flags.owner ?? terminal.around.variable('USER') ?? 'owner',
    reviewers: flags.reviewers ?? REVIEWERS,
  }
  const said = {
    api: flags.resource !== undefined && flags.address !== undefined,
    owner: flags.owner !== undefined,
    reviewers: flags.reviewers !== undefined,
  }
  const open = (['api', 'owner', 'reviewers'] as const).filter((what) => !said[what])
  if (flags.yes || open.length === 0) return parsed(proposed)
  if (!terminal.isInteractive) {
    throw usage(
      'nobody is here to be asked',
      'say `--yes` for what is proposed, or all of `--resource`, `--address`, `--owner` and `--reviewers`',
    )
  }
  for (const [what, answer] of await answersOf(open.map((what) => [what, proposed[what]])))
    proposed[what] = answer
  return parsed(proposed)
}

type Question = keyof typeof QUESTIONS

/** One line for each question; an empty one takes the proposal. */
async function answersOf(
  open: readonly (readonly [Question, string])[],
): Promise<readonly (readonly [Question, string])[]> {
  const prompt = createInterface({ input: process.stdin, output: process.stderr })
  // Read as they come: what is pasted at once answers all of the questions.
  const lines = prompt[Symbol.asyncIterator]()
  try {
    const answers: (readonly [Question, string])[] = []
    for (const [what, proposal] of open) {
      prompt.setPrompt(`${QUESTIONS[what]} [${proposal}] `)
      prompt.prompt()
      const line = await lines.next()
      if (line.done === true) throw usage('the questions were left', 'nothing was written')
      answers.push([what, line.value.trim() || proposal])
    }
    return answers
  } finally {
    prompt.close()
  }
}

const QUESTIONS = {
  api: 'Which API goes behind the gate? Its name and address:',
  owner: 'Who are you? You answer for the agents, so you never decide what they ask:',
  reviewers: 'Who reviews? Two people or more, with commas:',
} as const

function parsed({ api, owner, reviewers }: { api: string; owner: string; reviewers: string }): Answers {
  const [resource = '', address = '', ...rest] = api.split(/\s+/)
  if (parseName('resource', resource) === undefined || address === '' || rest.length > 0) {
    throw usage(
      `\`${api}\` is no name and address`,
      `write \`${API.resource} ${API.address}\`; names are lower-case`,
    )
  }
  const people = reviewers.split(',').map((name) => somebody(name.trim()))
  const me = somebody(owner)
  const twice = [me, ...people].find(({ id }, at, all) => all.findIndex((other) => other.id === id) !== at)
  if (twice !== undefined) {
    throw usage(`\`${twice.name}\` was named twice`, 'nobody decides their own: name others as reviewers')
  }
  return { resource, address, owner: me, reviewers: people }
}

function somebody(name: string): Somebody {
  const id = name
    .normalize('NFD')
    .toLowerCase()
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^[^a-z]+|-+$/g, '')
  if (parseName('person', id) !== undefined) return { id, name }
  throw usage(`\`${name}\` is no name of a person`, 'write it with letters: Olga Marsh')
}
