/**
 * The part of the configuration that speaks of models. A key in the environment is enough for Claude, an
 * address for a model at home, also without a file (the lab has none); keys are better kept in files.
 */
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import type { FileReading, Mistake } from './config-file.ts'
import { claudeDefaults, defaults, goodValue, localAt } from './config-shape.ts'
import type { LlmConfig } from './llm/llm.ts'

type Env = Record<string, string | undefined>

/** `reading` and `file` are absent where no file is read; mistakes are added to the list. */
export const llmOf = (
  reading: FileReading | undefined,
  file: string | undefined,
  env: Env,
  mistakes: Mistake[],
): LlmConfig => {
  // A file that is wrong elsewhere is refused anyway; then this part is not told about.
  const { claude, local: told, budget, ...rest } = reading?.shape?.llm ?? defaults().llm
  const url = env.JARVIS_LOCAL_URL?.trim()
  const home = url ? localAt(url) : undefined
  const local = home ? { ...home, ...told, url: home.url } : told
  if (url && !home)
    mistakes.push({
      path: 'JARVIS_LOCAL_URL',
      text: 'not an address',
      good: goodValue(['llm', 'local', 'url']),
    })
  const read = (name: string, path: string, given: Given) => {
    const found = secretOf(name, given, env, file && dirname(file))
    if (found.problem)
      mistakes.push({ line: reading?.where(path.split('.')), path, text: found.problem })
    return found
  }
  const key = read('JARVIS_CLAUDE_KEY', 'llm.claude.apiKey', claude ?? {})
  const localKey = local && read('JARVIS_LOCAL_KEY', 'llm.local.apiKey', local)
  if (claude && !key.value && !key.problem)
    mistakes.push({
      line: reading?.where(['llm', 'claude']),
      path: 'llm.claude.apiKey',
      text: 'Claude has no key',
      good: goodValue(['llm', 'claude', 'apiKey']),
    })
  const { baseUrl, models } = claude ?? claudeDefaults
  return {
    claude: key.value ? { apiKey: key.value, baseUrl, models } : undefined,
    local: local && { ...local, apiKey: localKey?.value },
    budget: { dayUsd: limitOf(budget.dayUsd), monthUsd: limitOf(budget.monthUsd) },
    private: rest.private,
  }
}

const limitOf = (given: number | 'off') => (given === 'off' ? undefined : given)

type Given = { apiKey?: string | undefined; apiKeyFile?: string | undefined }

/** A file is a better place for a secret than a variable, so `_FILE` wins; an unreadable one is loud. */
const secretOf = (
  name: string,
  { apiKey, apiKeyFile }: Given,
  env: Env,
  base = '.',
): { value?: string | undefined; problem?: string } => {
  const file = env[`${name}_FILE`] ?? (apiKeyFile && resolve(base, apiKeyFile))
  if (!file) return { value: (env[name] ?? apiKey)?.trim() || undefined }
  try {
    const value = readFileSync(file, 'utf8').trim()
    return value ? { value } : { problem: `${file} is empty` }
  } catch (error) {
    return { problem: `${file} cannot be read (${(error as NodeJS.ErrnoException).code})` }
  }
}
