/** Tokens as people count them: `950`, `12.4k`, `3.1M`. */
export const tokens = (n: number): string => {
  if (n < 1000) return String(n)
  const [value, unit] = n < 999_500 ? [n / 1000, 'k'] : [n / 1_000_000, 'M']
  return `${value >= 100 ? Math.round(value) : Math.round(value * 10) / 10}${unit}`
}
