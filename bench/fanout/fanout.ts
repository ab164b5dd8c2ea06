/** Drives one server and the process of clients: rounds of ticks, each waited for by everybody. */
import type { Churn } from '../fixtures.ts'
import { type Helper, helper, quantile } from '../frame.ts'

export type RoadKind = 'hub' | 'limit' | 'socket.io'

export type Size = { nodes: number; guests: number; clients: number }
export const home: Size = { nodes: 4, guests: 30, clients: 200 }
export const large: Size = { nodes: 16, guests: 800, clients: 200 }

export type Round = {
  /** Server CPU per update and client, microseconds. */
  cpu: number
  /** Bytes per update and client, on the wire. */
  bytes: number
  /** Start of the tick to the last byte at the client, 99 of 100, milliseconds. */
  p99: number
  p50: number
}

/** How often a bench's cluster is read; large ones get the time that 47 MB on loopback take. */
const everyMs = (size: Size): number => (size.guests * size.clients > 100_000 ? 250 : 120)

export type How = { ticks: number; churn: Churn; gzip?: boolean; everyMs?: number }
export type Road = {
  server: Helper
  port: number
  /** Opens the clients, tells a number of updates, waits until all have come. */
  round(how: How): Promise<Round>
  /** The same with the clients that are open. */
  tell(how: How): Promise<Round>
  close(): Promise<void>
}

/** A new server on a road. */
export const openRoad = async (kind: RoadKind, size: Size, clients: Helper): Promise<Road> => {
  const server = helper('fanout/server.ts', [kind, String(size.nodes), String(size.guests)])
  const port = await server.ask<number>('listen')
  const tell = async (how: How): Promise<Round> => {
    const ran = await server.ask<Ran>('run', { everyMs: everyMs(size), gzip: false, ...how })
    const times = await clients.ask<number[]>('received', ran)
    return {
      cpu: ran.cpu / how.ticks / size.clients,
      bytes: ran.told.reduce((sum, { bytes }) => sum + bytes, 0) / how.ticks,
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
    }
  }
  return {
    server,
    port,
    tell,
    async round(how) {
      await clients.ask('open', { port, kind, gzip: how.gzip ?? false, n: size.clients })
      // The first updates of a process compile the code that makes them; they are not counted.
      await tell({ ...how, ticks: 2 })
      const round = await tell(how)
      await clients.ask('close')
      return round
    },
    close: () => server.end(),
  }
}

type Ran = { cpu: number; told: { started: number; bytes: number }[] }

/**
 * One round on a new server, as the targets were measured: its code is cold, like that of a server
 * that has a poll each five seconds and not each millisecond.
 */
export const freshRound = async (
  kind: RoadKind,
  size: Size,
  clients: Helper,
  how: How,
): Promise<Round> => {
  const road = await openRoad(kind, size, clients)
  try {
    return await road.round(how)
  } finally {
    await road.close()
  }
}

/** Hands in a process of clients and ends it, whatever happens. */
export const withClients = async <T>(use: (clients: Helper) => Promise<T>): Promise<T> => {
  const clients = helper('fanout/clients.ts')
  try {
    return await use(clients)
  } finally {
    await clients.end()
  }
}

/** A road of its own for a line; its server and clients are ended, whatever happens. */
export const withRoad = <T>(
  kind: RoadKind,
  size: Size,
  use: (road: Road, clients: Helper) => Promise<T>,
): Promise<T> =>
  withClients(async (clients) => {
    const road = await openRoad(kind, size, clients)
    try {
      return await use(road, clients)
    } finally {
      await road.close()
    }
  })
