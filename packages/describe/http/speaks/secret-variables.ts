import { type Parameter, redactMember, redactText, VALUE_LIMIT_CHARS } from '@sallyport/core/redact/redact'

const VARIABLE = /^body (?:\[[0-9]+\]\.)?variables\.(\w+)(?=[.[]|$)/

/** A variable goes by the name that its caller chose, and is as secret as the argument that it is given to. */
export function withoutVariables(
  shown: readonly Parameter[],
  secrets: ReadonlySet<string>,
): readonly Parameter[] {
  return shown.map((parameter) => {
    const [place = '', name = ''] = VARIABLE.exec(parameter.name) ?? []
    if (!secrets.has(name)) return parameter
    return { name: redactText(place, VALUE_LIMIT_CHARS), value: redactMember('secret', '') }
  })
}
