import { readAction } from '@sallyport/contract/routes/actions'
import { readHold } from '@sallyport/contract/routes/holds'
import { clientFor } from '../client/open.ts'
import { PLACE } from '../client/place.ts'
import { command } from '../line/command.ts'
import { usage } from '../line/trouble.ts'
import { showAction } from '../show/action.ts'
import { showCard } from '../show/card.ts'

export const show = command({
  says: 'one action: its card, what became of it, its receipt',
  usage: ['show <id>', 'show <id> --receipt > action.receipt'],
  flags: { ...PLACE, receipt: { says: 'the receipt, which anybody checks with `sallyport verify`' } },
  words: { least: 1, most: 1 },
  async run({ flags, words: [id = ''] }, terminal) {
    if (flags.receipt && flags.json) throw usage('a receipt is no JSON', 'leave `--json` or `--receipt` out')
    const client = await clientFor(flags, 'either', terminal)
    if (flags.receipt) {
      const receipt = await client.fetch(`/v1/receipts/${encodeURIComponent(id)}`)
      terminal.give(new TextDecoder().decode(receipt))
      return 0
    }
    const action = await client.call(readAction, { params: { id } })
    const hold = action.state === 'waiting' ? await client.call(readHold, { params: { id } }) : null
    if (flags.json) terminal.json(hold ?? { action })
    else if (hold === null) showAction(action, Date.now(), terminal)
    else showCard(hold, Date.now(), terminal)
    return 0
  },
})
