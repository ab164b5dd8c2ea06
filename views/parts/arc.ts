/** Points and arcs for round instruments. Degrees run clockwise from three o'clock, as SVG has it. */

/** Two decimals are a hundredth of a pixel; more only cost bytes. */
export const short = (n: number): number => Math.round(n * 100) / 100

export const pointAt = (centre: number, radius: number, degrees: number): [number, number] => {
  const a = (degrees * Math.PI) / 180
  return [short(centre + radius * Math.cos(a)), short(centre + radius * Math.sin(a))]
}

/** The path of a stroke from the inner to the outer radius. */
export const spoke = (centre: number, inner: number, outer: number, degrees: number): string =>
  `M${pointAt(centre, inner, degrees)}L${pointAt(centre, outer, degrees)}`

/** The path of an arc, drawn clockwise; less than a full turn. */
export const arc = (centre: number, radius: number, from: number, to: number): string =>
  `M${pointAt(centre, radius, from)}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 1 ${pointAt(centre, radius, to)}`
