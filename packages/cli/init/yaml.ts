import type { Answers } from './answers.ts'

/** The first configuration: everything that is needed, and beside it what is usual next. */
export function firstYaml({ resource, address, owner, reviewers }: Answers): string {
  const person = ({ id, name }: Answers['owner'], groups: string) =>
    `  - { id: ${id}, name: ${JSON.stringify(name)}, groups: [${groups}] }`
  return `# Sallyport. Check it with \`sallyport doctor\`, test the policies with \`sallyport policy test\`.

listen: { console: "127.0.0.1:7070", http: "127.0.0.1:7080" }
# Where people reach the console, if it is not http://localhost:7070:
# consoleUrl: https://sallyport.example.com

groups:
  - { id: reviewers }
  - { id: operators }

people:
  # Whoever answers for an agent is in its chain and never decides what it asks.
${person(owner, 'operators')}
  # Two of them, since deleting, granting and executing need two (policies/actions/dangerous.cedar).
${reviewers.map((one) => person(one, 'reviewers')).join('\n')}

environments:
  - { id: prod }

resources:
  - id: ${resource}
    kind: http
    environment: prod
    address: ${JSON.stringify(address)}
    # What the API wants to see, and no agent ever holds:
    # credential: { header: authorization, format: "Bearer {}", secret: "env:${resource.toUpperCase().replaceAll('-', '_')}_TOKEN" }
    # What its operations do, where the method does not say it:
    # routes:
    #   - { route: "GET /exports/{name}", effects: [read, export], datasets: [customers], labels: [personal] }

# Policies, people and keys are changed without a second pair of eyes in this build.
changes: unguarded
`
}
