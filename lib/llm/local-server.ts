/**
 * What is known of the server at home: is it there, is its model loaded, how much fits in. It is asked
 * only when somebody wants an answer or looks at a page, never by a timer: nothing here keeps a model in memory.
 */
import { type Clock, isWithin, minutes, seconds, sleep } from '../clock.ts'
import { failureOf, Trouble } from './failures.ts'
import type { Fetch } from './patient-fetch.ts'
import { createWatch, type Watch } from './watch.ts'

export type ServerState = {
  /** Undefined = nobody has looked yet. */
  condition?: 'ready' | 'loading' | 'away' | undefined
  /** When it was seen so, in milliseconds. */
  at?: number | undefined
  /** What is wrong, in words. */
  reason?: string | undefined
  model?: string | undefined
  /** Tokens that fit into one conversation. */
  window?: number | undefined
  /** It has llama-server's own pages, so it takes llama-server's own wishes. */
  isLlama: boolean
}

export type LocalServer = {
  state(): ServerState
  /** Asks now; never throws. */
  look(signal?: AbortSignal): Promise<ServerState>
  /**
   * Resolves when it is ready; `onLoading` is told once when that takes longer. Throws `Trouble` when
   * it is not, and when patience has ended.
   */
  ready(watch: Watch, onLoading: () => void): Promise<void>
  /** An answer came, or a question failed: what that tells. */
  seen(condition: ServerState['condition']): void
}

export type LocalServerNeeds = {
  clock: Clock
  fetch: Fetch
  /** Without `/v1` and without a slash at the end. */
  base: string
  key?: string | undefined
  loadMs: number
}

/** A reading counts for so long; the window changes only when the server starts anew. */
const KNOWN_MS = minutes(1)
const LOOK_MS = seconds(5)
const AGAIN_MS = seconds(2)

export const createLocalServer = ({
  clock,
  fetch,
  base,
  key,
  loadMs,
}: LocalServerNeeds): LocalServer => {
  let state: ServerState = { isLlama: false }
  const headers = { accept: 'application/json', ...(key && { authorization: `Bearer ${key}` }) }

  const learn = (news: Partial<ServerState>) => {
    state = { ...state, reason: undefined, ...news, at: clock.now() }
    return state
  }

  /** The body of a page that is there, undefined when it is not. */
  const page = async (path: string, signal: AbortSignal) => {
    const response = await fetch(`${base}${path}`, { headers, signal })
    const body = await response.json().catch(() => undefined)
    return response.ok ? (body as unknown) : undefined
  }

  const ask = async (signal: AbortSignal): Promise<ServerState> => {
    const health = await fetch(`${base}/health`, { headers, signal })
    await health.text()
    if (health.status === 503) return learn({ condition: 'loading' })
    // Another kind of server may not have this page; that it answers is enough.
    const props = propsIn(await page('/props', signal))
    const model = props?.model ?? modelIn(await page('/v1/models', signal))
    return learn({
      condition: 'ready',
      model,
      window: props?.window,
      isLlama: props !== undefined,
    })
  }

  const look = async (caller?: AbortSignal): Promise<ServerState> => {
    const watch = createWatch(clock, caller, { firstMs: LOOK_MS, pauseMs: LOOK_MS })
    try {
      return await ask(watch.signal)
    } catch (thrown) {
      if (watch.why() === 'aborted') return state
      const late = watch.why() === 'timeout' && new Trouble('timeout', 'was too slow to begin.')
      const failure = failureOf(late || thrown, { who: 'The local model', begun: false })
      return learn({ condition: 'away', reason: failure.message })
    } finally {
      watch.end()
    }
  }

  return {
    state: () => state,
    look,
    async ready(watch, onLoading) {
      const isKnown =
        state.condition === 'ready' &&
        state.at !== undefined &&
        isWithin(state.at, KNOWN_MS, clock.now())
      if (isKnown) return
      const began = clock.now()
      for (let told = false; ; told = true) {
        const { condition, reason } = await look(watch.signal)
        if (condition === 'ready' || watch.signal.aborted) return
        if (condition === 'away') throw new Away(reason ?? '')
        if (clock.now() - began >= loadMs)
          throw new Trouble('loading', 'was still being loaded when my patience ended.')
        if (!told) onLoading()
        watch.heard('waiting')
        await sleep(clock, AGAIN_MS, watch.signal).catch(() => {})
        if (watch.signal.aborted) return
      }
    },
    seen(condition) {
      learn({ condition })
    },
  }
}

/** The sentence is there already, with its subject. */
class Away extends Trouble {
  constructor(reason: string) {
    super('unreachable', reason.replace(/^The local model /, ''))
  }
}

const object = (value: unknown) =>
  value && typeof value === 'object' ? (value as Record<string, unknown>) : {}
const textOr = (value: unknown) =>
  typeof value === 'string' && value.trim() ? value.slice(0, 200) : undefined

const propsIn = (body: unknown): { window?: number; model?: string } | undefined => {
  const settings = object(body).default_generation_settings
  if (settings === undefined) return undefined
  const window = object(settings).n_ctx
  const model = textOr(object(body).model_alias) ?? textOr(object(body).model_path)
  return {
    ...(typeof window === 'number' && window > 0 && { window }),
    ...(model && { model: model.split(/[/\\]/).at(-1)! }),
  }
}

const modelIn = (body: unknown) => {
  const list = object(body).data
  return Array.isArray(list) ? textOr(object(list[0]).id) : undefined
}
