#!/usr/bin/env node
// Plain JavaScript that every Node since 14 can read: an older one gets a sentence and no syntax error.
const WANTED = [24, 15]
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < WANTED[0] || (major === WANTED[0] && minor < WANTED[1])) {
  process.stderr.write(
    `sallyport: this is Node ${process.versions.node}, and sallyport needs ${WANTED.join('.')} or newer: install one from https://nodejs.org, or run \`npx sallyport\` in its repository, which brings its own\n`,
  )
  process.exitCode = 1
} else {
  void import('../main.ts').then(({ main }) => main(process.argv.slice(2)))
}
