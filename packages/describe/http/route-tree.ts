import type { HttpRoute } from './route.ts'

/** Templates by their segments: looking one up costs what the path is long, however many routes there are. */
export interface RouteTree {
  readonly words: Map<string, RouteTree>
  parameter: RouteTree | null
  readonly routes: HttpRoute[]
}

export function plantRoutes(
  routes: readonly HttpRoute[],
  spell: (segment: string) => string,
): ReadonlyMap<string, RouteTree> {
  const byMethod = new Map<string, RouteTree>()
  for (const route of routes) {
    const root = byMethod.get(route.method) ?? emptyTree()
    byMethod.set(route.method, root)
    branchOf(root, templateOf(route).map(spell)).routes.push(route)
  }
  return byMethod
}

/** All whose template fits. A parameter takes one segment, and not an empty one. */
export function routesAt(
  tree: RouteTree | undefined | null,
  segments: readonly string[],
  at = 0,
): readonly HttpRoute[] {
  if (tree === undefined || tree === null) return []
  const segment = segments[at]
  if (segment === undefined) return tree.routes
  const byWord = isParameter(segment) ? [] : routesAt(tree.words.get(segment), segments, at + 1)
  return segment === '' ? byWord : [...byWord, ...routesAt(tree.parameter, segments, at + 1)]
}

export function templateOf({ path }: Pick<HttpRoute, 'path'>): readonly string[] {
  return path === '/' ? [] : path.slice(1).split('/')
}

export function isParameter(segment: string): boolean {
  return segment.startsWith('{')
}

function branchOf(root: RouteTree, template: readonly string[]): RouteTree {
  let tree = root
  for (const segment of template) {
    const next = (isParameter(segment) ? tree.parameter : tree.words.get(segment)) ?? emptyTree()
    if (isParameter(segment)) tree.parameter = next
    else tree.words.set(segment, next)
    tree = next
  }
  return tree
}

function emptyTree(): RouteTree {
  return { words: new Map(), parameter: null, routes: [] }
}
