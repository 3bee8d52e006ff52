import { type Report, render } from './report.ts'

/** The run that is published, as it was measured: `npm run bench -- --out bench/published.json`. */
export const PUBLISHED = 'bench/published.json'

/** The page of its figures. Nobody types one: the page is made from the run, and a test holds the two together. */
export function page(report: Report): string {
  return `# Figures of one run

\`npm run bench -- --out ${PUBLISHED}\`. What is measured, and why only ratios mean something: [the bench](README.md).
What it costs, and where the time goes: [decision 14](../docs/decisions/0014-bench-and-fast-path.md).

\`\`\`
${render(report)}
\`\`\`
`
}
