/** Every command with one line about it. The file of a command is loaded only when it is used. */
import type { Command } from './command.ts'

type Entry = { summary: string; load: () => Promise<{ command: Command }> }

export const commands: Record<string, Entry> = {
  serve: {
    summary: 'start the server (this is what happens without a command)',
    load: () => import('./serve.ts'),
  },
  setup: {
    summary: 'connect a Proxmox VE cluster and write jarvis.yaml',
    load: () => import('./setup.ts'),
  },
  doctor: {
    summary: 'check everything that Jarvis needs, with the command that mends it',
    load: () => import('./doctor.ts'),
  },
  status: {
    summary: 'how the cluster is, as the running server sees it',
    load: () => import('./status.ts'),
  },
  wake: {
    summary: 'which nodes are on; wake one, or all that are off',
    load: () => import('./wake.ts'),
  },
  token: {
    summary: 'make, list and revoke tokens for scripts',
    load: () => import('./token.ts'),
  },
  user: {
    summary: 'add the operator, or set a new password',
    load: () => import('./user.ts'),
  },
  lab: {
    summary: 'the simulated cluster alone, for other clients',
    load: () => import('./lab.ts'),
  },
  stop: {
    summary: 'the kill switch: every deed is refused, running ones are cancelled',
    load: () => import('./stop.ts'),
  },
  resume: {
    summary: 'let go of the kill switch; asks for the password',
    load: () => import('./resume.ts'),
  },
  approvals: {
    summary: 'what waits for a person; approving it asks for the password',
    load: () => import('./approvals.ts'),
  },
  judge: {
    summary: 'one verdict a line for tool calls on standard input; runs nothing',
    load: () => import('./judge.ts'),
  },
  tool: {
    summary: 'use a tool, or see what it would do',
    load: () => import('./tool.ts'),
  },
  chat: {
    summary: 'talk with Jarvis: one question, or as many as you like',
    load: () => import('./chat.ts'),
  },
  mcp: {
    summary: 'MCP on standard input and output, for clients that start a program',
    load: () => import('./mcp.ts'),
  },
  backup: {
    summary: 'copy the database to a file, also while the server runs',
    load: () => import('./backup.ts'),
  },
  restore: {
    summary: 'put a backup in place; the server must be stopped',
    load: () => import('./restore.ts'),
  },
}
