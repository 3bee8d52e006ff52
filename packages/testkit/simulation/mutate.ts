import { readFileSync } from 'node:fs'
import { registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import { MUTANTS } from './mutants.ts'

/** Preloaded by `node --import`: modules are read as the mutant that `--mutant` names would have them. */
const mutant = MUTANTS.find(({ name }) => process.argv.includes(`--mutant=${name}`))
if (mutant === undefined) throw new Error('--mutant names none')

registerHooks({
  load(url, context, nextLoad) {
    const edits = mutant.edits.filter(({ file }) => url.endsWith(`/packages/${file}`))
    const loaded = nextLoad(url, context)
    if (edits.length === 0) return loaded
    let source = readFileSync(fileURLToPath(url), 'utf8')
    for (const { file, find, put } of edits) {
      if (!source.includes(find))
        throw new Error(`${file} no longer has \`${find}\`: the mutant has to follow the code`)
      source = source.replace(find, put)
    }
    return { ...loaded, source }
  },
})
