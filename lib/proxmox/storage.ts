/** Storages as one node sees them, what lies on them, and templates for containers. */
import type { CallOptions, Calls } from './calls.ts'
import {
  commas,
  filled,
  flag,
  number,
  present,
  type Row,
  row,
  rows,
  sorted,
  text,
} from './decode.ts'
import { path } from './path.ts'
import { samples } from './samples.ts'
import type { Sample, StorageContent, StorageRow, Timeframe, Write, WriteOptions } from './types.ts'
import type { StartWrite } from './write.ts'

/** A template that can be downloaded. */
export type Appliance = {
  template: string
  os: string
  version: string
  headline: string
  section: string
}
/** How a storage is configured for the whole cluster. */
export type StorageConfig = {
  storage: string
  type: string
  content: string[]
  shared: boolean
  disabled: boolean
  /** Empty: all nodes. */
  nodes: string[]
}
export type ContentKind = 'backup' | 'images' | 'iso' | 'rootdir' | 'snippets' | 'vztmpl'

export type Storages = {
  /** A hung network storage holds this call and a worker with it: mind the timeout. */
  storages(node: string, options?: CallOptions): Promise<StorageRow[]>
  storageStatus(node: string, storage: string, options?: CallOptions): Promise<StorageRow>
  storageContent(
    node: string,
    storage: string,
    content?: ContentKind,
    options?: CallOptions,
  ): Promise<StorageContent[]>
  /** `used` and `total`, in bytes; the node itself must be on. */
  storageRrd(
    node: string,
    storage: string,
    timeframe: Timeframe,
    options?: CallOptions,
  ): Promise<Sample[]>
  /** Container templates that are there. */
  templates(node: string, storage: string, options?: CallOptions): Promise<StorageContent[]>
  /** Container templates that can be fetched. */
  aplinfo(node: string, options?: CallOptions): Promise<Appliance[]>
  downloadTemplate(
    node: string,
    storage: string,
    template: string,
    options?: WriteOptions,
  ): Promise<Write>
  /** A backup that is protected stays. Whoever may make backups may remove them. */
  deleteVolume(node: string, storage: string, volid: string, options?: WriteOptions): Promise<Write>
  /** Notes of a backup, and whether it may be removed. */
  describeVolume(
    node: string,
    storage: string,
    volid: string,
    what: { notes?: string | undefined; protected?: boolean | undefined },
    options?: WriteOptions,
  ): Promise<Write>
}

export const createStorages = ({ read }: Calls, write: StartWrite): Storages => {
  const storageContent: Storages['storageContent'] = async (node, storage, content, options) =>
    contentRows(await read(path`/nodes/${node}/storage/${storage}/content`, { content }, options))
  return {
    storages: async (node, options) =>
      storageRows(await read(path`/nodes/${node}/storage`, {}, options)),
    async storageStatus(node, storage, options) {
      const data = await read(path`/nodes/${node}/storage/${storage}/status`, {}, options)
      return storageRow({ ...row(data), storage })!
    },
    storageContent,
    storageRrd: async (node, storage, timeframe, options) =>
      samples(
        await read(
          path`/nodes/${node}/storage/${storage}/rrddata`,
          { timeframe, cf: 'AVERAGE' },
          options,
        ),
      ),
    templates: (node, storage, options) => storageContent(node, storage, 'vztmpl', options),
    aplinfo: async (node, options) =>
      appliances(await read(path`/nodes/${node}/aplinfo`, {}, options)),
    downloadTemplate: (node, storage, template, options) =>
      write(
        'POST',
        path`/nodes/${node}/aplinfo`,
        { storage, template },
        { role: 'environments', ...options },
      ),
    deleteVolume: (node, storage, volid, options) =>
      write('DELETE', path`/nodes/${node}/storage/${storage}/content/${volid}`, {}, options),
    describeVolume: (node, storage, volid, what, options) =>
      write('PUT', path`/nodes/${node}/storage/${storage}/content/${volid}`, what, options),
  }
}

export const storageRows = (data: unknown): StorageRow[] =>
  sorted(present(rows(data).map(storageRow)), (s) => s.storage)

/** An inactive storage stays in the list with zeros: they are not figures. */
const storageRow = (r: Row): StorageRow | undefined => {
  const storage = filled(r.storage)
  if (!storage) return undefined
  const active = flag(r.active)
  const figure = (v: unknown) => (active ? number(v) : undefined)
  return {
    storage,
    type: text(r.type) ?? '',
    content: commas(r.content),
    active,
    enabled: r.enabled === undefined || flag(r.enabled),
    shared: flag(r.shared),
    used: figure(r.used),
    avail: figure(r.avail),
    total: figure(r.total),
  }
}

export const contentRows = (data: unknown): StorageContent[] =>
  sorted(
    rows(data).flatMap((r) => {
      const volid = filled(r.volid)
      if (!volid) return []
      return [
        {
          volid,
          content: text(r.content) ?? '',
          format: filled(r.format),
          size: number(r.size),
          ctime: number(r.ctime),
          vmid: number(r.vmid),
          notes: filled(r.notes),
          protected: flag(r.protected),
          verified: verified(row(r.verification).state),
        },
      ]
    }),
    (c) => c.volid,
  )

const verified = (state: unknown): StorageContent['verified'] =>
  state === 'ok' || state === 'failed' ? state : undefined

/** `/storage`: the schema promises only the name (PVE 9.2.3). */
export const storageConfigs = (data: unknown): StorageConfig[] =>
  sorted(
    rows(data).map((r) => ({
      storage: text(r.storage) ?? '',
      type: text(r.type) ?? '',
      content: commas(r.content),
      shared: flag(r.shared),
      disabled: flag(r.disable),
      nodes: commas(r.nodes),
    })),
    (s) => s.storage,
  )

const appliances = (data: unknown): Appliance[] =>
  sorted(
    rows(data).map((r) => ({
      template: text(r.template) ?? '',
      os: text(r.os) ?? '',
      version: text(r.version) ?? '',
      headline: text(r.headline) ?? '',
      section: text(r.section) ?? '',
    })),
    (a) => a.template,
  )
