/** The text format of Prometheus, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */

export type Labels = Record<string, string | number>
export type Sample = [labels: Labels, value: number | undefined]
export type Metric = { name: string; type: 'gauge' | 'counter'; help: string; samples: Sample[] }

/** Counts by labels. */
export const tally = () => {
  const counts = new Map<string, { labels: Labels; n: number }>()
  return {
    add(labels: Labels) {
      const key = JSON.stringify(labels)
      const row = counts.get(key) ?? { labels, n: 0 }
      row.n += 1
      counts.set(key, row)
    },
    all: (): Sample[] => [...counts.values()].map(({ labels, n }) => [labels, n]),
  }
}

/** One metric; a bare number is a sample without labels. */
export const metric = (
  name: string,
  type: Metric['type'],
  help: string,
  samples: Sample[] | number | undefined,
): Metric => ({ name, type, help, samples: Array.isArray(samples) ? samples : [[{}, samples]] })

/** A value that is not known has no line: Prometheus shows a gap, which is the truth. */
export const written = ({ name, type, help, samples }: Metric) => {
  const lines = samples
    .filter(([, value]) => value !== undefined && Number.isFinite(value))
    .map(([labels, value]) => `${name}${labelled(labels)} ${value}\n`)
  return lines.length === 0
    ? ''
    : `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join('')}`
}

const labelled = (labels: Labels) => {
  const all = Object.entries(labels).map(([key, value]) => `${key}="${escaped(String(value))}"`)
  return all.length === 0 ? '' : `{${all.join(',')}}`
}

// The format knows three escapes; other controls would only disturb whoever reads it.
const escaped = (text: string) =>
  text
    .replace(/\\/g, '\\\\')
    .replace(/"/g, '\\"')
    .replace(/\n/g, '\\n')
    .replace(
      /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c]/g,
      ' ',
    )
    .replace(/\p{Cs}/gu, '\ufffd')
