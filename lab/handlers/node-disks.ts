/** `/nodes/{node}/disks`. */
import { boolean, oneOf, text } from '../parameters.ts'
import { type Route, remote } from '../routing.ts'
import { disksOf } from './hardware.ts'

const audit = ['/nodes/{node}', ['Sys.Audit']] as const

export const nodeDiskRoutes = (): Route[] => [
  remote('disks/list', audit, ({ node }) => disksOf(node), {
    privileged: true,
    rules: {
      'include-partitions': boolean,
      skipsmart: boolean,
      type: oneOf('unused', 'journal_disks'),
    },
  }),
  remote(
    'disks/smart',
    ['/', ['Sys.Audit']],
    () => ({ health: 'PASSED', type: 'text', text: '' }),
    {
      privileged: true,
      rules: { disk: { ...text(), required: true }, healthonly: boolean },
    },
  ),
]
