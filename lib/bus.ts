/**
 * News inside the process: who hears of an event is not the teller's business.
 * A listener that throws is reported and never harms the teller or the other listeners.
 */
export type Bus<Events extends object> = {
  emit<K extends keyof Events & string>(kind: K, payload: Events[K]): void
  /** Listens to one kind; the answer stops listening. */
  on<K extends keyof Events & string>(kind: K, hear: (payload: Events[K]) => void): () => void
  onAny(hear: (news: News<Events>) => void): () => void
}

/** One event with its kind, as a union that narrows on `kind`. */
export type News<Events extends object> = {
  [K in keyof Events & string]: { kind: K; payload: Events[K] }
}[keyof Events & string]

export const createBus = <Events extends object>(
  onListenerError: (kind: string, error: unknown) => void,
): Bus<Events> => {
  const byKind = new Map<string, Set<(payload: never) => void>>()
  const all = new Set<(news: News<Events>) => void>()
  const guarded = (kind: string, tell: () => void) => {
    try {
      tell()
    } catch (error) {
      onListenerError(kind, error)
    }
  }

  return {
    emit(kind, payload) {
      for (const hear of byKind.get(kind) ?? []) guarded(kind, () => hear(payload as never))
      for (const hear of all) guarded(kind, () => hear({ kind, payload } as News<Events>))
    },
    on(kind, hear) {
      const ears = byKind.get(kind) ?? new Set()
      byKind.set(kind, ears)
      ears.add(hear as (payload: never) => void)
      return () => void ears.delete(hear as (payload: never) => void)
    },
    onAny(hear) {
      all.add(hear)
      return () => void all.delete(hear)
    },
  }
}
