/** What a deed is called on a card, and on the button that means it. */
import { shown } from './shown.ts'

type Words = { deed: (label: string, args: Args) => string; button: string }
type Args = Record<string, unknown>

const plain = (verb: string, button = verb): Words => ({
  deed: (label) => `${verb} ${label}`,
  button,
})

const text = (value: unknown) =>
  typeof value === 'string' || typeof value === 'number' ? shown(String(value)) : ''

const words: Record<string, Words> = {
  guest_start: plain('Start'),
  guest_shutdown: plain('Shut down'),
  guest_reboot: plain('Restart'),
  guest_stop: { deed: (label) => `Stop ${label} hard`, button: 'Stop it hard' },
  guest_snapshot: {
    deed: (label, { name }) => `Take a snapshot${name ? ` ${text(name)}` : ''} of ${label}`,
    button: 'Take it',
  },
  guest_rollback: {
    deed: (label, { snapshot }) => `Roll ${label} back${snapshot ? ` to ${text(snapshot)}` : ''}`,
    button: 'Roll back',
  },
  guest_backup: plain('Back up'),
  guest_migrate: {
    deed: (label, { target }) => `Move ${label}${target ? ` to ${text(target)}` : ''}`,
    button: 'Move it',
  },
  guest_delete: plain('Delete', 'Delete for good'),
  node_reboot: plain('Restart'),
  node_shutdown: plain('Shut down'),
  wake_node: plain('Wake'),
  service_restart: plain('Restart'),
  docker_start: plain('Start'),
  docker_stop: plain('Stop'),
  docker_restart: plain('Restart'),
  compose_up: plain('Bring up'),
  storage_scan: plain('Scan'),
  run_command: plain('Run', 'Run it'),
  guest_command: plain('Run', 'Run it'),
  cancel_task: plain('Cancel', 'Cancel it'),
  tmux_install: plain('Install tmux on', 'Install it'),
  forget: plain('Forget'),
}

type Deed = { tool: string; label: string; args?: Args | undefined }

const wordsFor = (tool: string) => (Object.hasOwn(words, tool) ? words[tool] : undefined)

/** `Delete 100 Ubuntu-Desktop`; safe to show. */
export const deedWords = ({ tool, label, args = {} }: Deed): string =>
  wordsFor(tool)?.deed(shown(label), args) ?? `${shown(tool)}: ${shown(label)}`

/** `Delete for good`. */
export const verbWords = (tool: string): string => wordsFor(tool)?.button ?? 'Do it'

/** `Start`, for a tool that undoes another. */
export const toolWords = (tool: string): string => wordsFor(tool)?.button ?? shown(tool)
