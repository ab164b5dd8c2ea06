/**
 * What the picture needs of the Proxmox client: reading, nothing else. `Proxmox` satisfies it,
 * and so does a dozen lines in a test.
 */
import type {
  ClusterStatus,
  GuestKind,
  NotBackedUp,
  Permissions,
  Resources,
  Sample,
  StorageContent,
  StorageRow,
  TaskRow,
  Timeframe,
  TokenRole,
  Vmid,
} from '../proxmox/types.ts'

export type Source = {
  cluster: {
    resources(): Promise<Resources>
    status(): Promise<ClusterStatus>
    tasks(): Promise<TaskRow[]>
    notBackedUp(): Promise<NotBackedUp[]>
    votes(): Promise<Map<string, number>>
  }
  nodes: {
    rrd(node: string, timeframe: Timeframe): Promise<Sample[]>
    storages(node: string): Promise<StorageRow[]>
    storageRrd(node: string, storage: string, timeframe: Timeframe): Promise<Sample[]>
    storageContent(
      node: string,
      storage: string,
      content?: string,
      options?: { role?: TokenRole },
    ): Promise<StorageContent[]>
  }
  guests: {
    rrd(ref: { node: string; kind: GuestKind; vmid: Vmid }, timeframe: Timeframe): Promise<Sample[]>
  }
  permissions(role?: TokenRole): Promise<Permissions>
  /** Its id, never its secret; undefined = none is configured. */
  tokenId?(role: TokenRole): string | undefined
  reach: { entry(): string }
}
