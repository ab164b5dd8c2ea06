/**
 * Comma-separated values as RFC 4180 has them. A cell that a spreadsheet would take for a formula
 * gets an apostrophe in front: names of guests are anybody's words (OWASP, CSV injection).
 */

const FORMULA = /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/

export const csv = (rows: readonly (readonly (string | number)[])[]): string =>
  rows.map((row) => `${row.map(cell).join(',')}\r\n`).join('')

const cell = (value: string | number): string => {
  if (typeof value === 'number') return String(value)
  const safe = FORMULA.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe
}
